//! A lane's tree of one directory, in restic's canonical form. Nodes that stand unchanged in the
//! parent tree are taken over byte for byte; the others are written from what the listing or the
//! Writer knows. What may not enter: reading file contents, choosing entries.

use base64::prelude::{Engine, BASE64_STANDARD};
use rustix::fs::readlinkat;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::os::fd::{AsRawFd, OwnedFd};

use super::compare::ParentTree;
use super::open::{joined, PATH_MOST};
use super::owners::{group_onto, user_onto};
use super::{xattrs, DirectoryInner, Known, Stat};
use crate::blob::{hex_onto, Id};
use crate::errors::{reason, Fault, Outcome};
use crate::sentence::Sentence;
use crate::treejson::{quote_onto, string_onto, time_onto, TREE_END, TREE_START};

type Faults = Vec<(Vec<u8>, Sentence)>;

impl DirectoryInner {
    /// The contract of `Directory.encode`. UsageError for entries that are not there, or a directory
    /// without its subtree.
    pub(super) fn encode(
        &self,
        lane: u8,
        entries: &[usize],
        subtrees: &BTreeMap<usize, Id>,
    ) -> Outcome<(Option<Vec<u8>>, Faults)> {
        let wanted = self.wanted(entries, subtrees)?;
        let known = self.known();
        let parent = known.parents.get(&lane);
        let mut tree = Tree {
            directory: self,
            known: &known,
            parent,
            out: TREE_START.to_vec(),
            taken_over: 0,
            nodes: 0,
            faults: Vec::new(),
            opened: None,
        };
        for (entry, subtree) in wanted {
            tree.add(entry, subtree);
        }
        let same = parent.is_some_and(|parent| tree.is_all_of(parent));
        tree.out.extend_from_slice(TREE_END);
        Ok(((!same).then_some(tree.out), tree.faults))
    }

    fn wanted<'a>(
        &self,
        entries: &[usize],
        subtrees: &'a BTreeMap<usize, Id>,
    ) -> Outcome<BTreeMap<usize, Option<&'a Id>>> {
        let mut wanted = BTreeMap::new();
        for entry in entries {
            if self.entries[self.checked(*entry)?].1.kind == b'd' {
                return Err(Fault::Usage(say!(
                    "The folder {path} can only be encoded with its subtree.",
                    path = String::from_utf8_lossy(&self.path_of(*entry))
                )));
            }
            wanted.insert(*entry, None);
        }
        for (entry, id) in subtrees {
            wanted.insert(self.checked(*entry)?, Some(id));
        }
        Ok(wanted)
    }
}

/// A tree in the making.
struct Tree<'a> {
    directory: &'a DirectoryInner,
    known: &'a Known,
    parent: Option<&'a ParentTree>,
    out: Vec<u8>,
    /// Nodes that are the parent's own.
    taken_over: usize,
    nodes: usize,
    faults: Faults,
    /// The directory itself, opened where paths in it are too long for the system.
    opened: Option<OwnedFd>,
}

impl Tree<'_> {
    fn is_all_of(&self, parent: &ParentTree) -> bool {
        self.taken_over == self.nodes && self.nodes == parent.count()
    }

    fn add(&mut self, entry: usize, subtree: Option<&Id>) {
        let stored = self.known.stored.get(&entry);
        if stored.is_none() {
            let node = self.parent.and_then(|parent| parent.node(entry, subtree));
            if let Some(json) = node {
                self.taken_over += 1;
                self.separate();
                return self.out.extend_from_slice(json);
            }
        }
        let listed = &self.directory.entries[entry].1;
        match (listed.kind, stored) {
            (b'f', Some(stored)) => self.write(entry, &stored.stat, Some(&stored.content), None),
            // restic leaves sockets out, too; a file without content was a fault of the Writer
            (b'f' | b's', _) => {}
            _ => self.write(entry, listed, None, subtree),
        }
    }

    fn separate(&mut self) {
        if self.nodes > 0 {
            self.out.push(b',');
        }
        self.nodes += 1;
    }

    /// Append a node; what cannot be read of it is a fault, what vanished is left out.
    fn write(&mut self, entry: usize, stat: &Stat, content: Option<&[Id]>, subtree: Option<&Id>) {
        let path = match self.reachable(entry) {
            Ok(path) => path,
            Err(error) => {
                return self.fault(
                    entry,
                    say!("cannot be reached: {reason}.", reason = reason(&error)),
                )
            }
        };
        let target = match stat.kind {
            b'l' => match readlinkat(rustix::fs::CWD, &path[..], Vec::new()) {
                Ok(target) => target.into_bytes(),
                Err(error) => {
                    return self.fault(
                        entry,
                        say!("cannot be read: {reason}.", reason = reason(&error.into())),
                    )
                }
            },
            _ => Vec::new(),
        };
        let attributes = xattrs::attributes(&path).unwrap_or_else(|error| {
            self.fault(
                entry,
                say!(
                    "has extended attributes that cannot be read: {reason}.",
                    reason = reason(&error)
                ),
            );
            Vec::new()
        });
        self.separate();
        let node = Node {
            name: &self.directory.entries[entry].0,
            stat,
            target: &target,
            attributes: &attributes,
            content,
            subtree,
        };
        node.onto(&mut self.out);
    }

    fn fault(&mut self, entry: usize, sentence: Sentence) {
        self.faults.push((self.directory.path_of(entry), sentence));
    }

    /// A path of the entry that the system takes, however deep it lies.
    fn reachable(&mut self, entry: usize) -> io::Result<Vec<u8>> {
        let path = self.directory.path_of(entry);
        if path.len() <= PATH_MOST {
            return Ok(path);
        }
        if self.opened.is_none() {
            self.opened = Some(self.directory.open()?);
        }
        let number = self.opened.as_ref().map_or(-1, AsRawFd::as_raw_fd);
        let directory = format!("/proc/self/fd/{number}");
        Ok(joined(
            directory.as_bytes(),
            &self.directory.entries[entry].0,
        ))
    }
}

/// What a node is written from.
struct Node<'a> {
    name: &'a [u8],
    stat: &'a Stat,
    target: &'a [u8],
    attributes: &'a [xattrs::Attribute],
    content: Option<&'a [Id]>,
    subtree: Option<&'a Id>,
}

impl Node<'_> {
    /// Append the node's JSON, fields in restic's order (VAULT-FORMAT, tree JSON).
    fn onto(&self, out: &mut Vec<u8>) {
        let stat = self.stat;
        out.extend_from_slice(b"{\"name\":");
        name_onto(self.name, out);
        let (kind, type_bits) = type_of(stat.kind);
        text_field(",\"type\":\"", kind, out);
        out.push(b'"');
        number_field(",\"mode\":", u64::from(type_bits | go_mode(stat.mode)), out);
        // atime is written equal to mtime, so that reading a file does not change its tree
        for (field, time) in [
            (",\"mtime\":", stat.mtime),
            (",\"atime\":", stat.mtime),
            (",\"ctime\":", stat.ctime),
        ] {
            out.extend_from_slice(field.as_bytes());
            time_onto(time, out);
        }
        // writing to a vector cannot fail
        let _ = write!(out, ",\"uid\":{},\"gid\":{}", stat.uid, stat.gid);
        owner_field(",\"user\":", |name| user_onto(stat.uid, name), out);
        owner_field(",\"group\":", |name| group_onto(stat.gid, name), out);
        number_field(",\"inode\":", stat.inode, out);
        number_field(",\"device_id\":", stat.device, out);
        self.kind_fields_onto(out);
        self.content_onto(out);
        if let Some(id) = self.subtree {
            out.extend_from_slice(b",\"subtree\":\"");
            hex_onto(id, out);
            out.push(b'"');
        }
        out.push(b'}');
    }

    fn kind_fields_onto(&self, out: &mut Vec<u8>) {
        let stat = self.stat;
        if stat.kind == b'f' {
            number_field(",\"size\":", stat.size, out);
        }
        if matches!(stat.kind, b'f' | b'l' | b'b' | b'c') {
            number_field(",\"links\":", stat.links, out);
        }
        if !self.target.is_empty() {
            self.target_onto(out);
        }
        self.attributes_onto(out);
        if matches!(stat.kind, b'b' | b'c') {
            number_field(",\"device\":", stat.special, out);
        }
    }

    fn target_onto(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b",\"linktarget\":");
        string_onto(self.target, out);
        if std::str::from_utf8(self.target).is_err() {
            text_field(
                ",\"linktarget_raw\":\"",
                &BASE64_STANDARD.encode(self.target),
                out,
            );
            out.push(b'"');
        }
    }

    fn attributes_onto(&self, out: &mut Vec<u8>) {
        let mut before = ",\"extended_attributes\":[";
        for (name, value) in self.attributes {
            out.extend_from_slice(before.as_bytes());
            out.extend_from_slice(b"{\"name\":");
            string_onto(name, out);
            text_field(",\"value\":\"", &BASE64_STANDARD.encode(value), out);
            out.extend_from_slice(b"\"}");
            before = ",";
        }
        if !self.attributes.is_empty() {
            out.push(b']');
        }
    }

    fn content_onto(&self, out: &mut Vec<u8>) {
        let Some(content) = self.content else {
            return out.extend_from_slice(b",\"content\":null");
        };
        out.extend_from_slice(b",\"content\":[");
        for (number, id) in content.iter().enumerate() {
            out.extend_from_slice(if number > 0 { b",\"" } else { b"\"" });
            hex_onto(id, out);
            out.push(b'"');
        }
        out.push(b']');
    }
}

fn name_onto(name: &[u8], out: &mut Vec<u8>) {
    let mut quoted = Vec::with_capacity(name.len());
    quote_onto(name, &mut quoted);
    string_onto(&quoted, out);
}

fn text_field(field: &str, text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(field.as_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// Zero is left out, as Go's omitempty does.
fn number_field(field: &str, number: u64, out: &mut Vec<u8>) {
    if number != 0 {
        // writing to a vector cannot fail
        let _ = write!(out, "{field}{number}");
    }
}

fn owner_field(field: &str, name: impl Fn(&mut Vec<u8>), out: &mut Vec<u8>) {
    let mut owner = Vec::new();
    name(&mut owner);
    if !owner.is_empty() {
        out.extend_from_slice(field.as_bytes());
        string_onto(&owner, out);
    }
}

/// restic's name of a kind, and the bits Go's FileMode has for it.
fn type_of(kind: u8) -> (&'static str, u32) {
    match kind {
        b'd' => ("dir", 1 << 31),
        b'l' => ("symlink", 1 << 27),
        b'b' => ("dev", 1 << 26),
        b'c' => ("chardev", 1 << 26 | 1 << 21),
        b'p' => ("fifo", 1 << 25),
        b's' => ("socket", 1 << 24),
        _ => ("file", 0),
    }
}

/// Permissions as Go's FileMode holds them: setuid bit 23, setgid 22, sticky 20.
fn go_mode(mode: u32) -> u32 {
    let moved = |from: u32, to: u32| if mode & from != 0 { 1 << to } else { 0 };
    mode & 0o777 | moved(0o4000, 23) | moved(0o2000, 22) | moved(0o1000, 20)
}
