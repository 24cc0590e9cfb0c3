//! What the kernel reads of the nodes of a tree: no more than comparing and marking need.

use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::ops::Range;

use super::name::unquote;
use crate::errors::{Fault, Outcome};
use crate::index::json::HexId;

#[derive(Deserialize)]
struct TreeJson<'a> {
    #[serde(borrow)]
    nodes: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
pub struct NodeJson<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    pub kind: Cow<'a, str>,
    #[serde(borrow, default)]
    pub mtime: Cow<'a, str>,
    #[serde(borrow, default)]
    pub ctime: Cow<'a, str>,
    #[serde(default)]
    pub inode: u64,
    #[serde(default)]
    pub size: u64,
    #[serde(default)]
    pub content: Option<Vec<HexId>>,
    #[serde(default)]
    pub subtree: Option<HexId>,
}

/// Hand every node of a tree to `take`, with the range its JSON has in `plain`; stops at a fault.
///
/// DamagedError when the JSON is malformed, or names do not ascend.
pub fn each_node(
    plain: &[u8],
    mut take: impl FnMut(&NodeJson<'_>, &[u8], Range<usize>) -> Outcome<()>,
) -> Outcome<()> {
    if !plain.starts_with(b"{") {
        // serde would take an array for the object's fields in order
        return Err(malformed("it is no JSON object"));
    }
    let tree: TreeJson<'_> = serde_json::from_slice(plain).map_err(malformed)?;
    let (mut before, mut first) = (Vec::new(), true);
    for raw in tree.nodes.unwrap_or_default() {
        let text = raw.get();
        let node: NodeJson<'_> = serde_json::from_str(text).map_err(malformed)?;
        let name = unquote(&node.name).ok_or_else(|| malformed("a name is quoted wrongly"))?;
        if !first && before.as_slice() >= &*name {
            return Err(malformed("its names do not ascend"));
        }
        before.clear();
        before.extend_from_slice(&name);
        first = false;
        let start = text.as_ptr().addr() - plain.as_ptr().addr();
        take(&node, &name, start..start + text.len())?;
    }
    Ok(())
}

fn malformed(reason: impl std::fmt::Display) -> Fault {
    Fault::Damaged(format!("A tree of the vault does not parse: {reason}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(json: &str) -> Outcome<Vec<Vec<u8>>> {
        let mut names = Vec::new();
        each_node(json.as_bytes(), |_, name, _| {
            names.push(name.to_vec());
            Ok(())
        })?;
        Ok(names)
    }

    #[test]
    fn ranges_are_the_nodes_own_bytes() {
        let json = r#"{"nodes":[{"name":"a","type":"file"}, {"name":"b\\xff","type":"dir"} ]}"#;
        let mut seen = Vec::new();
        each_node(json.as_bytes(), |_, name, range| {
            seen.push((name.to_vec(), &json[range]));
            Ok(())
        })
        .unwrap();
        assert_eq!(seen[0], (b"a".to_vec(), r#"{"name":"a","type":"file"}"#));
        assert_eq!(
            seen[1],
            (b"b\xff".to_vec(), r#"{"name":"b\\xff","type":"dir"}"#)
        );
    }

    #[test]
    fn hostile_trees_are_damage() {
        let node = |name: &str| format!(r#"{{"name":"{name}","type":"file"}}"#);
        assert_eq!(names(r#"{"nodes":null}"#).unwrap().len(), 0);
        assert_eq!(
            names(&format!(r#"{{"nodes":[{},{}]}}"#, node("a"), node("b")))
                .unwrap()
                .len(),
            2
        );
        for json in [
            "".to_owned(),
            "[]".into(),
            "{".into(),
            r#"{"nodes":[7]}"#.into(),
            r#"{"nodes":[{"type":"file"}]}"#.into(),
            r#"{"nodes":[{"name":"\\q","type":"file"}]}"#.into(),
            r#"{"nodes":[{"name":"a","type":"file","size":-1}]}"#.into(),
            r#"{"nodes":[{"name":"a","type":"file","content":["00"]}]}"#.into(),
            format!(r#"{{"nodes":[{},{}]}}"#, node("a"), node("a")),
            format!(r#"{{"nodes":[{},{}]}}"#, node("b"), node("a")),
            format!(r#"{{"nodes":{}"#, "[".repeat(100_000)),
        ] {
            assert!(
                matches!(names(&json), Err(Fault::Damaged(_))),
                "{:.80}",
                json
            );
        }
    }
}
