//! `Listing`: the entries of a folder, of one tree or of several lanes' trees merged, node by node.
//! Nothing but names, and where each node's JSON stands, is kept. What may not enter: the fields of nodes.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde::Deserialize;
use std::borrow::Cow;
use std::cmp::Ordering;

use crate::blob::id_of_hex;
use crate::errors::{Fault, Outcome};
use crate::treejson::{each_node, is_affordable, malformed, NodeHead};

/// One node of a tree: where its JSON stands, where its name ends among the names.
struct Row {
    start: u32,
    end: u32,
    name_end: u32,
    folder: bool,
}

/// The nodes of one tree.
#[derive(Default)]
struct Part {
    rows: Vec<Row>,
    /// All names, one after another.
    names: Vec<u8>,
}

impl Part {
    fn read(plain: &[u8]) -> Outcome<Part> {
        if u32::try_from(plain.len()).is_err() {
            return Err(Fault::Limit(say!(
                "A folder's list in the vault is too long."
            )));
        }
        let mut part = Part::default();
        each_node(plain, |head: &NodeHead<'_>, name, json| {
            check(name, &plain[json.clone()])?;
            part.names.extend_from_slice(name);
            // all of these are positions in something no longer than the tree
            part.rows.push(Row {
                start: json.start as u32,
                end: json.end as u32,
                name_end: part.names.len() as u32,
                folder: head.kind == "dir",
            });
            Ok(())
        })?;
        Ok(part)
    }

    fn name(&self, row: u32) -> &[u8] {
        let start = match row.checked_sub(1) {
            Some(before) => self.rows[before as usize].name_end,
            None => 0,
        };
        &self.names[start as usize..self.rows[row as usize].name_end as usize]
    }
}

fn check(name: &[u8], json: &[u8]) -> Outcome<()> {
    let leads_out = matches!(name, b"" | b"." | b"..");
    if leads_out || name.iter().any(|byte| matches!(byte, b'/' | 0)) {
        return Err(malformed(say!("a name in it is no file's")));
    }
    if !is_affordable(json) {
        return Err(malformed(say!(
            "an entry of it is larger than any file's is"
        )));
    }
    Ok(())
}

/// (tree, row of it).
type At = (u32, u32);

/// All rows by name, those of one name in the order of the trees.
fn merge(parts: &[Part]) -> Vec<At> {
    let rows = |(tree, part): (usize, &Part)| (0..part.rows.len()).map(move |row| (tree, row));
    let mut order: Vec<At> = Vec::with_capacity(parts.iter().map(|part| part.rows.len()).sum());
    order.extend(
        parts
            .iter()
            .enumerate()
            .flat_map(rows)
            .map(|(tree, row)| (tree as u32, row as u32)),
    );
    if parts.len() > 1 {
        // stable and quick on runs that are sorted already
        order.sort_by(|one, other| name(parts, *one).cmp(name(parts, *other)));
    }
    order
}

fn name(parts: &[Part], (tree, row): At) -> &[u8] {
    parts[tree as usize].name(row)
}

#[pyclass(frozen, module = "notou.kernel._native")]
pub struct Listing {
    trees: Vec<(u64, Py<PyBytes>)>,
    parts: Vec<Part>,
    order: Vec<At>,
}

impl Listing {
    fn json<'py>(&'py self, py: Python<'py>, (tree, row): At) -> &'py [u8] {
        let row = &self.parts[tree as usize].rows[row as usize];
        &self.trees[tree as usize].1.as_bytes(py)[row.start as usize..row.end as usize]
    }

    fn is_folder(&self, (tree, row): At) -> bool {
        self.parts[tree as usize].rows[row as usize].folder
    }

    /// Where the entries of the name at `at` end.
    fn after(&self, at: usize) -> usize {
        if self.parts.len() == 1 {
            return at + 1;
        }
        let same = |one: &&At| name(&self.parts, **one) == name(&self.parts, self.order[at]);
        at + self.order[at..].iter().take_while(same).count()
    }

    fn entry<'py>(&'py self, py: Python<'py>, at: usize, after: usize) -> Entry<'py> {
        let first = self.order[at];
        let number = self.trees[first.0 as usize].0;
        let name = PyBytes::new(py, name(&self.parts, first));
        let json = PyBytes::new(py, self.json(py, first));
        let subtrees = self.is_folder(first).then(|| {
            let folders = self.order[at..after]
                .iter()
                .filter(|one| self.is_folder(**one));
            let subtree = |one: &At| {
                let id = subtree_of(self.json(py, *one));
                (self.trees[one.0 as usize].0, PyBytes::new(py, &id))
            };
            folders.map(subtree).collect()
        });
        (name, number, json, subtrees)
    }
}

type Entry<'py> = (
    Bound<'py, PyBytes>,
    u64,
    Bound<'py, PyBytes>,
    Option<Vec<(u64, Bound<'py, PyBytes>)>>,
);

#[derive(Deserialize)]
struct Subtree<'a> {
    #[serde(borrow)]
    subtree: Cow<'a, str>,
}

/// The id of a folder's tree; empty when the node has none.
fn subtree_of(json: &[u8]) -> Vec<u8> {
    let id = serde_json::from_slice(json)
        .ok()
        .and_then(|node: Subtree<'_>| id_of_hex(node.subtree.as_bytes()));
    id.map(Vec::from).unwrap_or_default()
}

#[pymethods]
impl Listing {
    #[new]
    fn new(py: Python<'_>, trees: Vec<(u64, Py<PyBytes>)>) -> PyResult<Listing> {
        let plains: Vec<&[u8]> = trees.iter().map(|(_, plain)| plain.as_bytes(py)).collect();
        let (parts, order) = py.detach(|| -> Outcome<(Vec<Part>, Vec<At>)> {
            let parts = plains.iter().map(|plain| Part::read(plain));
            let parts: Vec<Part> = parts.collect::<Outcome<_>>()?;
            let order = merge(&parts);
            Ok((parts, order))
        })?;
        Ok(Listing {
            trees,
            parts,
            order,
        })
    }

    fn __len__(&self) -> usize {
        self.order.len()
    }

    fn window<'py>(
        &'py self,
        py: Python<'py>,
        first: usize,
        most: usize,
        most_bytes: usize,
        which: &str,
    ) -> (usize, Vec<Entry<'py>>) {
        let wanted = |folder: bool| match which {
            "folders" => folder,
            "others" => !folder,
            _ => true,
        };
        let (mut at, mut bytes, mut entries) = (first, 0, Vec::new());
        while at < self.order.len() && entries.len() < most && bytes < most_bytes {
            let after = self.after(at);
            if wanted(self.is_folder(self.order[at])) {
                bytes += self.json(py, self.order[at]).len();
                entries.push(self.entry(py, at, after));
            }
            at = after;
        }
        (at, entries)
    }

    fn find<'py>(&'py self, py: Python<'py>, name: &[u8]) -> Option<Entry<'py>> {
        let before = |one: &At| self::name(&self.parts, *one).cmp(name) == Ordering::Less;
        let at = self.order.partition_point(before);
        let there = at < self.order.len() && self::name(&self.parts, self.order[at]) == name;
        there.then(|| self.entry(py, at, self.after(at)))
    }
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<Listing>()
}
