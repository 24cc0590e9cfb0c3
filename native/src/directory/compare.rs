//! One directory against its tree in a lane's parent snapshot: what stands there unchanged.
//! What may not enter: I/O, deciding what to read.

use std::ops::Range;

use super::Stat;
use crate::blob::{Id, DATA};
use crate::errors::Outcome;
use crate::index::SharedIndex;
use crate::treejson::{each_node, parse_time, NodeJson, Time};

pub struct ParentTree {
    plain: Vec<u8>,
    /// Nodes that stand for an entry of the directory, by its number, ascending.
    nodes: Vec<ParentNode>,
    /// Content ids of the unchanged files, one file after the other.
    contents: Vec<Id>,
    /// All nodes of the tree.
    count: usize,
}

struct ParentNode {
    entry: usize,
    json: Range<usize>,
    content: Range<usize>,
    subtree: Option<Id>,
    unchanged: bool,
}

impl ParentTree {
    /// DamagedError when `plain` is not a tree.
    pub fn compared(
        entries: &[(Box<[u8]>, Stat)],
        lane: u8,
        plain: &[u8],
        index: &SharedIndex,
    ) -> Outcome<ParentTree> {
        let mut parent = ParentTree {
            plain: plain.to_vec(),
            nodes: Vec::with_capacity(entries.len()),
            contents: Vec::new(),
            count: 0,
        };
        let index = index.read();
        let held = |id: &Id| index.held_for(DATA, lane, id);
        let mut next = 0;
        each_node(plain, |node: &NodeJson<'_>, name, json| {
            parent.count += 1;
            while next < entries.len() && *entries[next].0 < *name {
                next += 1;
            }
            if next < entries.len() && *entries[next].0 == *name {
                parent.add(next, &entries[next].1, node, json, held);
            }
            Ok(())
        })?;
        Ok(parent)
    }

    fn add(
        &mut self,
        entry: usize,
        stat: &Stat,
        node: &NodeJson<'_>,
        json: Range<usize>,
        held: impl Fn(&Id) -> bool,
    ) {
        let content = node.content.as_deref().unwrap_or_default();
        let unchanged = is_unchanged(stat, node) && content.iter().all(|id| held(&id.0));
        let start = self.contents.len();
        if unchanged {
            self.contents.extend(content.iter().map(|id| id.0));
        }
        let of_directory = stat.kind == b'd' && node.kind == "dir";
        let subtree = node.subtree.filter(|_| of_directory).map(|id| id.0);
        self.nodes.push(ParentNode {
            entry,
            json,
            content: start..self.contents.len(),
            subtree,
            unchanged,
        });
    }

    pub fn count(&self) -> usize {
        self.count
    }

    fn find(&self, entry: usize) -> Option<&ParentNode> {
        let found = self.nodes.binary_search_by_key(&entry, |node| node.entry);
        found.ok().map(|at| &self.nodes[at])
    }

    /// The blobs of a file that stands here unchanged.
    pub fn content(&self, entry: usize) -> Option<&[Id]> {
        let node = self.find(entry).filter(|node| node.unchanged)?;
        Some(&self.contents[node.content.clone()])
    }

    /// The parent's own JSON of an entry that stands here unchanged with this subtree.
    pub fn node(&self, entry: usize, subtree: Option<&Id>) -> Option<&[u8]> {
        let node = self.find(entry)?;
        let same = node.unchanged && node.subtree.as_ref() == subtree;
        same.then(|| &self.plain[node.json.clone()])
    }

    /// Numbers of the entries that stand here unchanged.
    pub fn unchanged(&self) -> impl Iterator<Item = usize> + '_ {
        let same = self.nodes.iter().filter(|node| node.unchanged);
        same.map(|node| node.entry)
    }

    /// (entry, subtree) of what is a directory here and there.
    pub fn subtrees(&self) -> Vec<(usize, Id)> {
        let pair = |node: &ParentNode| Some((node.entry, node.subtree?));
        self.nodes.iter().filter_map(pair).collect()
    }
}

/// Kind, size, both times and inode agree. A file in a tree must say what it holds.
fn is_unchanged(stat: &Stat, node: &NodeJson<'_>) -> bool {
    let kind = match stat.kind {
        b'f' => node.kind == "file" && node.content.is_some() && node.size == stat.size,
        b'd' => node.kind == "dir" && node.subtree.is_some(),
        b'l' => node.kind == "symlink",
        b'b' => node.kind == "dev",
        b'c' => node.kind == "chardev",
        b'p' => node.kind == "fifo",
        _ => false,
    };
    kind && node.inode == stat.inode
        && is_time(&node.mtime, stat.mtime)
        && is_time(&node.ctime, stat.ctime)
}

fn is_time(text: &str, time: Time) -> bool {
    parse_time(text) == Some(time)
}
