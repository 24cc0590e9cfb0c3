//! `Directory` as Python sees it: one directory of the source as listed, compared with its parent
//! trees, told by the Writer what its files hold, and encoded as a tree of each lane.
//! What may not enter: reading the content of files, look-ups beyond the index.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::blob::{id_list, id_of, Id};
use crate::errors::{Fault, Outcome};
use crate::index::{Index, UNKNOWN_LANE};
use crate::lock::lock;
use crate::sentence::Sentence;

mod compare;
mod encode;
mod list;
mod open;
mod owners;
mod stat;
mod xattrs;

use compare::ParentTree;
pub use stat::Stat;

/// One directory; shared by Python's object and the Writer's threads.
pub struct DirectoryInner {
    pub path: Vec<u8>,
    /// Ascending, with the lstat of each.
    pub entries: Vec<(Box<[u8]>, Stat)>,
    /// (path, what happened) of what stands there and gave no lstat, ascending.
    unreadable: Vec<(Vec<u8>, Sentence)>,
    known: Mutex<Known>,
}

/// What is known of the directory beyond its listing.
#[derive(Default)]
struct Known {
    stored: HashMap<usize, Stored>,
    parents: BTreeMap<u8, ParentTree>,
}

/// A file whose content the Writer stored.
struct Stored {
    content: Vec<Id>,
    /// As the last fstat gave it, when the content was known to be whole.
    stat: Stat,
}

impl DirectoryInner {
    pub(super) fn new(
        path: Vec<u8>,
        entries: Vec<(Box<[u8]>, Stat)>,
        unreadable: Vec<(Vec<u8>, Sentence)>,
    ) -> DirectoryInner {
        DirectoryInner {
            path,
            entries,
            unreadable,
            known: Mutex::default(),
        }
    }

    /// Open the directory itself, for reading files in it by name.
    pub fn open(&self) -> io::Result<OwnedFd> {
        open::directory(&self.path)
    }

    /// The path of an entry, as people and faults name it.
    pub fn path_of(&self, entry: usize) -> Vec<u8> {
        open::joined(&self.path, &self.entries[entry].0)
    }

    /// Tell what a file holds, and its metadata at the moment that was certain.
    pub fn set_content(&self, entry: usize, content: Vec<Id>, stat: Stat) {
        self.known().stored.insert(entry, Stored { content, stat });
    }

    /// The lock is held for moments only, and never while Python runs.
    fn known(&self) -> MutexGuard<'_, Known> {
        lock(&self.known)
    }

    fn content(&self, entry: usize) -> Option<Vec<Id>> {
        if self.entries[entry].1.kind != b'f' {
            return None;
        }
        let known = self.known();
        if let Some(stored) = known.stored.get(&entry) {
            return Some(stored.content.clone());
        }
        let of_parent = |parent: &ParentTree| parent.content(entry).map(<[Id]>::to_vec);
        known.parents.values().find_map(of_parent)
    }

    fn matches(&self) -> Vec<u8> {
        let mut lanes = vec![UNKNOWN_LANE; self.entries.len()];
        for (lane, parent) in self.known().parents.iter().rev() {
            for entry in parent.unchanged() {
                lanes[entry] = *lane;
            }
        }
        lanes
    }

    fn checked(&self, entry: usize) -> Outcome<usize> {
        if entry < self.entries.len() {
            return Ok(entry);
        }
        let count = self.entries.len();
        Err(Fault::Usage(say!(
            "The directory has {count} entries, and number {number} is none of them.",
            count = count,
            number = entry
        )))
    }
}

#[pyclass(frozen, module = "notou.kernel._native")]
pub struct Directory {
    inner: Arc<DirectoryInner>,
}

impl Directory {
    pub fn inner(&self) -> Arc<DirectoryInner> {
        self.inner.clone()
    }
}

type Faults<'py> = Vec<(Bound<'py, PyBytes>, Sentence)>;

#[pymethods]
impl Directory {
    #[getter]
    fn path<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.inner.path)
    }

    #[getter]
    fn names<'py>(&self, py: Python<'py>) -> Vec<Bound<'py, PyBytes>> {
        let names = self.inner.entries.iter().map(|(name, _)| name);
        names.map(|name| PyBytes::new(py, name)).collect()
    }

    #[getter]
    fn kinds<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let kinds: Vec<u8> = self.stats().map(|stat| stat.kind).collect();
        PyBytes::new(py, &kinds)
    }

    #[getter]
    fn sizes(&self) -> Vec<u64> {
        self.stats().map(|stat| stat.size).collect()
    }

    #[getter]
    fn devices(&self) -> Vec<u64> {
        self.stats().map(|stat| stat.device).collect()
    }

    #[getter]
    fn unreadable<'py>(&self, py: Python<'py>) -> Faults<'py> {
        fault_list(py, self.inner.unreadable.clone())
    }

    #[pyo3(name = "match")]
    fn py_match(
        &self,
        py: Python<'_>,
        lane: u8,
        parent_tree: &[u8],
        index: &Index,
    ) -> PyResult<()> {
        let shared = index.shared();
        py.detach(|| {
            let parent = ParentTree::compared(&self.inner.entries, lane, parent_tree, &shared)?;
            self.inner.known().parents.insert(lane, parent);
            Outcome::Ok(())
        })?;
        Ok(())
    }

    #[pyo3(name = "matches")]
    fn py_matches<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.inner.matches())
    }

    fn parent_subtrees<'py>(
        &self,
        py: Python<'py>,
        lane: u8,
    ) -> BTreeMap<usize, Bound<'py, PyBytes>> {
        let subtrees = match self.inner.known().parents.get(&lane) {
            Some(parent) => parent.subtrees(),
            None => Vec::new(),
        };
        let pairs = subtrees.into_iter();
        pairs
            .map(|(entry, id)| (entry, PyBytes::new(py, &id)))
            .collect()
    }

    #[pyo3(name = "content")]
    fn py_content<'py>(
        &self,
        py: Python<'py>,
        entry: usize,
    ) -> PyResult<Option<Vec<Bound<'py, PyBytes>>>> {
        let content = self.inner.content(self.inner.checked(entry)?);
        Ok(content.map(|ids| id_list(py, ids)))
    }

    #[pyo3(name = "encode")]
    fn py_encode<'py>(
        &self,
        py: Python<'py>,
        lane: u8,
        entries: Vec<usize>,
        subtrees: BTreeMap<usize, Bound<'py, PyBytes>>,
    ) -> PyResult<(Option<Bound<'py, PyBytes>>, Faults<'py>)> {
        let mut children = BTreeMap::new();
        for (entry, id) in subtrees {
            children.insert(entry, id_of(id.as_bytes())?);
        }
        let (tree, faults) = py.detach(|| self.inner.encode(lane, &entries, &children))?;
        let tree = tree.map(|json| PyBytes::new(py, &json));
        Ok((tree, fault_list(py, faults)))
    }
}

impl Directory {
    fn stats(&self) -> impl Iterator<Item = &Stat> {
        self.inner.entries.iter().map(|(_, stat)| stat)
    }
}

/// Faults of items as Python takes them: (path, what happened, without naming it).
pub fn fault_list(py: Python<'_>, faults: Vec<(Vec<u8>, Sentence)>) -> Faults<'_> {
    let row = |(path, sentence): (Vec<u8>, Sentence)| (PyBytes::new(py, &path), sentence);
    faults.into_iter().map(row).collect()
}

type Request<'py> = (Bound<'py, PyBytes>, Option<Vec<Bound<'py, PyBytes>>>);

#[derive(IntoPyObject)]
enum Listed {
    Directory(Directory),
    Sentence(Sentence),
}

#[pyfunction]
fn list_directories(py: Python<'_>, requests: Vec<Request<'_>>) -> Vec<Listed> {
    let requests: Vec<list::Request> = requests
        .iter()
        .map(|(path, names)| list::Request {
            path: path.as_bytes().to_vec(),
            names: names.as_ref().map(|names| {
                let copied = names.iter().map(|name| name.as_bytes().to_vec());
                copied.collect()
            }),
        })
        .collect();
    let listed = py.detach(|| list::directories(requests));
    let made = |result| match result {
        Ok(inner) => Listed::Directory(Directory {
            inner: Arc::new(inner),
        }),
        Err(sentence) => Listed::Sentence(sentence),
    };
    listed.into_iter().map(made).collect()
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<Directory>()?;
    m.add_function(wrap_pyfunction!(list_directories, m)?)
}
