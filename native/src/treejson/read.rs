//! What the kernel reads of the nodes of a tree: no more than comparing, marking and listing
//! need.

use serde::Deserialize;
use serde_json::Deserializer;
use std::borrow::Cow;
use std::ops::Range;

use super::name::unquote;
use crate::errors::{Fault, Outcome};
use crate::index::json::HexId;
use crate::sentence::Sentence;

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

/// What a listing needs of every node. All else is only looked over, so that it costs no memory.
#[derive(Deserialize)]
pub struct NodeHead<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    pub kind: Cow<'a, str>,
}

/// A node that `each` can step over.
pub trait Named<'a>: Deserialize<'a> {
    fn name(&self) -> &str;
}

impl<'a> Named<'a> for NodeJson<'a> {
    fn name(&self) -> &str {
        &self.name
    }
}

impl<'a> Named<'a> for NodeHead<'a> {
    fn name(&self) -> &str {
        &self.name
    }
}

/// Hand every node of a tree to `take`, with its raw name and the range its JSON has in `plain`;
/// stops at a fault.
///
/// DamagedError when the JSON is malformed, or names do not ascend.
pub fn each_node<'a, N: Named<'a>>(
    plain: &'a [u8],
    mut take: impl FnMut(&N, &[u8], Range<usize>) -> Outcome<()>,
) -> Outcome<()> {
    let text = std::str::from_utf8(plain).map_err(unreadable)?;
    let mut nodes = Nodes::start(text)?;
    let mut before: Option<Vec<u8>> = None;
    while let Some((node, json)) = nodes.next::<N>()? {
        let name =
            unquote(node.name()).ok_or_else(|| malformed(say!("a name is quoted wrongly")))?;
        if before.as_ref().is_some_and(|before| before[..] >= *name) {
            return Err(malformed(say!("its names do not ascend")));
        }
        let kept = before.get_or_insert_default();
        kept.clear();
        kept.extend_from_slice(&name);
        take(&node, &name, json)?;
    }
    nodes.end()
}

/// Steps from node to node, so that each is parsed just once and its place is known: over
/// `{"nodes":[…]}` by hand, over the nodes themselves by serde.
struct Nodes<'a> {
    text: &'a str,
    at: usize,
    first: bool,
    done: bool,
}

impl<'a> Nodes<'a> {
    fn start(text: &'a str) -> Outcome<Nodes<'a>> {
        let mut nodes = Nodes {
            text,
            at: 0,
            first: true,
            done: false,
        };
        for token in ["{", "\"nodes\"", ":"] {
            nodes.expect(token)?;
        }
        // Go reads null as an empty list
        nodes.done = nodes.skip("null");
        if !nodes.done {
            nodes.expect("[")?;
        }
        Ok(nodes)
    }

    fn next<N: Named<'a>>(&mut self) -> Outcome<Option<(N, Range<usize>)>> {
        if self.done || self.skip("]") {
            self.done = true;
            return Ok(None);
        }
        if !self.first {
            self.expect(",")?;
        }
        self.first = false;
        self.skip_space();
        let start = self.at;
        let rest = &self.text[start..];
        if !rest.starts_with('{') {
            // serde would take an array for the object's fields in order
            return Err(malformed(say!("a node is no JSON object")));
        }
        let mut values = Deserializer::from_str(rest).into_iter();
        let node = values
            .next()
            .ok_or_else(|| malformed(say!("it ends early")))?;
        let node = node.map_err(unreadable)?;
        self.at += values.byte_offset();
        Ok(Some((node, start..self.at)))
    }

    fn end(&mut self) -> Outcome<()> {
        self.expect("}")?;
        self.skip_space();
        if self.at < self.text.len() {
            return Err(malformed(say!("something follows it")));
        }
        Ok(())
    }

    fn expect(&mut self, token: &str) -> Outcome<()> {
        if self.skip(token) {
            return Ok(());
        }
        let at = self.at;
        Err(malformed(say!(
            "no {token} at byte {at}",
            token = token,
            at = at
        )))
    }

    /// Step over `token` and white space before it; false when something else stands there.
    fn skip(&mut self, token: &str) -> bool {
        self.skip_space();
        let there = self.text[self.at..].starts_with(token);
        if there {
            self.at += token.len();
        }
        there
    }

    fn skip_space(&mut self) {
        let rest = self.text[self.at..].bytes();
        let space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        self.at += rest.take_while(space).count();
    }
}

/// The fault of a tree that is not as it must be.
pub fn malformed(error: Sentence) -> Fault {
    Fault::Damaged(say!(
        "A tree of the vault does not parse: {error}.",
        error = error
    ))
}

fn unreadable(error: impl std::fmt::Display) -> Fault {
    malformed(Sentence::of_elsewhere(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(json: &str) -> Outcome<Vec<Vec<u8>>> {
        let mut names = Vec::new();
        each_node(json.as_bytes(), |_: &NodeJson<'_>, name, _| {
            names.push(name.to_vec());
            Ok(())
        })?;
        Ok(names)
    }

    #[test]
    fn ranges_are_the_nodes_own_bytes() {
        let json = r#"{"nodes":[{"name":"a","type":"file"}, {"name":"b\\xff","type":"dir"} ]}"#;
        let mut seen = Vec::new();
        each_node(json.as_bytes(), |_: &NodeJson<'_>, name, range| {
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
            format!(r#"{{"nodes":[{}]}}x"#, node("a")),
            format!(r#"{{"nodes":[{} {}]}}"#, node("a"), node("b")),
            format!(r#"{{"nodes":[{},]}}"#, node("a")),
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
