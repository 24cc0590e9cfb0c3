//! `Usage`: which blobs snapshots reach. A mark is a bit per record of the index.
//! What may not enter: walking trees (the caller does), deciding what to keep.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Mutex;

use crate::blob::{id_list, id_of, Entry, Id, Maker, DATA, TREE};
use crate::errors::Outcome;
use crate::index::{Index, IndexInner, Number, SharedIndex, UNKNOWN_LANE};
use crate::lock::lock;
use crate::treejson::{each_node, NodeJson};

/// A set of record numbers, grown as the index grows.
#[derive(Default)]
struct Bits(Vec<u64>);

impl Bits {
    /// Add a number; false when it was there before.
    fn add(&mut self, number: Number) -> bool {
        let (word, bit) = (number as usize / 64, 1 << (number % 64));
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        let new = self.0[word] & bit == 0;
        self.0[word] |= bit;
        new
    }

    fn has(&self, number: Number) -> bool {
        let word = self.0.get(number as usize / 64).copied().unwrap_or(0);
        word >> (number % 64) & 1 == 1
    }
}

#[derive(Default)]
struct Marks {
    used: Bits,
    /// Per lane, the trees marked for it.
    trees: HashMap<u8, Bits>,
    missing: BTreeSet<(u8, Id)>,
    missing_trees: HashSet<(u8, Id)>,
    plain_bytes: u64,
}

impl Marks {
    fn tree(&mut self, index: &IndexInner, lane: u8, id: &Id) -> bool {
        match self.blob(index, TREE, lane, id) {
            Some(number) => self.trees.entry(lane).or_default().add(number),
            None => self.missing_trees.insert((lane, *id)),
        }
    }

    /// Mark the copy that serves the lane best; None when no pack holds the blob.
    fn blob(&mut self, index: &IndexInner, kind: u8, lane: u8, id: &Id) -> Option<Number> {
        let Some(number) = best(index, kind, lane, id) else {
            self.missing.insert((kind, *id));
            return None;
        };
        if self.used.add(number) {
            self.plain_bytes += u64::from(index.entry(number).size());
        }
        Some(number)
    }

    fn content(&mut self, index: &IndexInner, lane: u8, plain: &[u8]) -> Outcome<Content> {
        let mut content = Content::default();
        each_node(plain, |node: &NodeJson<'_>, name, _| {
            content.subtrees.extend(node.subtree.map(|id| id.0));
            let mut missing = Vec::new();
            for id in node.content.as_deref().unwrap_or_default() {
                if self.blob(index, DATA, lane, &id.0).is_none() {
                    missing.push(id.0);
                }
            }
            if !missing.is_empty() {
                content.missing.push((name.to_vec(), missing));
            }
            Ok(())
        })?;
        Ok(content)
    }
}

/// What one tree names.
#[derive(Default)]
struct Content {
    subtrees: Vec<Id>,
    /// (raw name of a file, its missing data ids).
    missing: Vec<(Vec<u8>, Vec<Id>)>,
}

/// A copy in a pack of the lane, else of the unknown lane, else any.
fn best(index: &IndexInner, kind: u8, lane: u8, id: &Id) -> Option<Number> {
    index
        .find(kind, id)
        .min_by_key(|number| match index.lane(*number) {
            holder if holder == lane => 0,
            UNKNOWN_LANE => 1,
            _ => 2,
        })
}

#[pyclass(frozen, module = "notou.kernel._native")]
pub struct Usage {
    index: SharedIndex,
    /// Locked for one call, never while Python runs.
    marks: Mutex<Marks>,
}

impl Usage {
    fn rows(&self) -> Vec<(Id, [u64; 4])> {
        let (index, marks) = (self.index.read(), lock(&self.marks));
        let row = |pack: &crate::index::Pack| {
            let mut sums = [0; 4];
            for number in pack.records() {
                let at = if marks.used.has(number) { 0 } else { 2 };
                sums[at] += 1;
                sums[at + 1] += u64::from(index.entry(number).length);
            }
            (pack.id, sums)
        };
        index.packs().iter().map(row).collect()
    }

    fn used(&self, pack: &Id) -> Outcome<Vec<Entry>> {
        let (index, marks) = (self.index.read(), lock(&self.marks));
        let numbers = index.pack(pack)?.records();
        let used = numbers.filter(|number| marks.used.has(*number));
        let mut entries: Vec<Entry> = used.map(|number| index.entry(number)).collect();
        entries.sort_by_key(|entry| entry.offset);
        Ok(entries)
    }
}

type MissingContent<'py> = Vec<(Bound<'py, PyBytes>, Vec<Bound<'py, PyBytes>>)>;

#[pymethods]
impl Usage {
    #[new]
    fn new(index: &Index) -> Usage {
        Usage {
            index: index.shared(),
            marks: Mutex::default(),
        }
    }

    fn mark_tree(&self, lane: u8, tree_id: &[u8]) -> PyResult<bool> {
        let id = id_of(tree_id)?;
        let index = self.index.read();
        Ok(lock(&self.marks).tree(&index, lane, &id))
    }

    fn mark_content<'py>(
        &self,
        py: Python<'py>,
        lane: u8,
        plain: &[u8],
    ) -> PyResult<(Vec<Bound<'py, PyBytes>>, MissingContent<'py>)> {
        let content = py.detach(|| {
            let index = self.index.read();
            lock(&self.marks).content(&index, lane, plain)
        })?;
        let file = |(name, ids): (Vec<u8>, Vec<Id>)| (PyBytes::new(py, &name), id_list(py, ids));
        let missing = content.missing.into_iter().map(file).collect();
        Ok((id_list(py, content.subtrees), missing))
    }

    fn missing<'py>(&self, py: Python<'py>) -> Vec<(u8, Bound<'py, PyBytes>)> {
        let missing = lock(&self.marks).missing.clone();
        let row = |(kind, id): (u8, Id)| (kind, PyBytes::new(py, &id));
        missing.into_iter().map(row).collect()
    }

    fn packs<'py>(&self, py: Python<'py>) -> Vec<(Bound<'py, PyBytes>, u64, u64, u64, u64)> {
        let rows = py.detach(|| self.rows()).into_iter();
        rows.map(|(id, [used, used_bytes, unused, unused_bytes])| {
            (
                PyBytes::new(py, &id),
                used,
                used_bytes,
                unused,
                unused_bytes,
            )
        })
        .collect()
    }

    fn used_entries<'py>(
        &self,
        py: Python<'py>,
        pack_id: &[u8],
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let entries = self.used(&id_of(pack_id)?)?;
        Maker::new(py)?.entries(&entries)
    }

    fn plain_bytes(&self) -> u64 {
        lock(&self.marks).plain_bytes
    }
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<Usage>()
}
