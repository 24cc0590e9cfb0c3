//! `Target` as Python sees it: a folder that is restored into, and that nothing leaves. Paths become
//! descriptors in `resolve.rs` alone. What may not enter: deciding what to restore or to replace.

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;
use rustix::fs::syncfs;

use crate::blob::{entries_of, id_of};
use crate::directory::fault_list;
use crate::errors::{reason, Fault, Outcome};
use crate::seal::Key;
use crate::sentence::Sentence;
use crate::treejson::Time;

mod content;
mod faults;
mod finish;
mod place;
mod resolve;
mod verify;
mod write;

use faults::{each, in_order, of, ItemFault};
use finish::Finish;
use place::Special;
use resolve::{Parents, Root};
use write::{Fresh, Placement, Source};

#[pyclass(frozen, module = "notou.kernel._native")]
pub struct Target {
    root: Root,
    fresh: Fresh,
}

type Faults<'py> = Vec<(Bound<'py, PyBytes>, Sentence)>;
type FinishTuple = (
    PyBackedBytes,
    char,
    i64,
    u32,
    i64,
    i64,
    Nanoseconds,
    Nanoseconds,
    Vec<(PyBackedBytes, PyBackedBytes)>,
);

#[pymethods]
impl Target {
    #[new]
    fn new(root: &[u8]) -> PyResult<Target> {
        let opened = Root::open(root).map_err(|error| {
            Fault::Usage(say!(
                "The target {root} cannot be used: {reason}.",
                root = String::from_utf8_lossy(root),
                reason = reason(&error)
            ))
        })?;
        Ok(Target {
            root: opened,
            fresh: Fresh::default(),
        })
    }

    fn make_directories<'py>(&self, py: Python<'py>, paths: Vec<PyBackedBytes>) -> Faults<'py> {
        let one = |parents: &mut Parents<'_>, path: &PyBackedBytes| {
            of(path, place::make_folder(parents, path))
        };
        let faults = py.detach(|| in_order(&self.root, &paths, one));
        fault_list(py, faults)
    }

    fn stat(&self, py: Python<'_>, paths: Vec<PyBackedBytes>) -> Vec<Option<(char, u64, i128)>> {
        let mut parents = Parents::new(&self.root);
        let mut one = |path: &PyBackedBytes| {
            let stat = place::stat(&mut parents, path)?;
            let mtime = i128::from(stat.mtime.seconds) * SECOND + i128::from(stat.mtime.nanos);
            Some((char::from(stat.kind), stat.size, mtime))
        };
        py.detach(|| paths.iter().map(&mut one).collect())
    }

    #[allow(clippy::too_many_arguments)] // the kernel's contract with Python
    fn write<'py>(
        &self,
        py: Python<'py>,
        key: &[u8],
        data: &[u8],
        base: u64,
        entries: Vec<Bound<'py, PyAny>>,
        files: Vec<(PyBackedBytes, u64)>,
        placements: Vec<(usize, usize, u64)>,
    ) -> PyResult<(Vec<(usize, Sentence)>, Faults<'py>)> {
        let source = Source {
            key: Key::new(key)?,
            data,
            base,
            entries: entries_of(&entries)?,
        };
        let (damaged, faults) = py.detach(|| {
            let files: Vec<(&[u8], u64)> = files
                .iter()
                .map(|(path, size)| (&path[..], *size))
                .collect();
            let placement = |(blob, file, offset)| Placement { blob, file, offset };
            let placements = placements.into_iter().map(placement).collect();
            write::write(&self.root, &self.fresh, &source, &files, placements)
        })?;
        Ok((damaged, fault_list(py, faults)))
    }

    fn remove<'py>(&self, py: Python<'py>, paths: Vec<PyBackedBytes>) -> Faults<'py> {
        let one = |parents: &mut Parents<'_>, path: &PyBackedBytes| {
            self.fresh.forget(path);
            of(path, place::remove(parents, path))
        };
        let faults = py.detach(|| each(&self.root, &paths, one));
        fault_list(py, faults)
    }

    fn create_empty<'py>(&self, py: Python<'py>, paths: Vec<PyBackedBytes>) -> Faults<'py> {
        let one = |parents: &mut Parents<'_>, path: &PyBackedBytes| {
            of(path, place::create_empty(parents, path))
        };
        let faults = py.detach(|| each(&self.root, &paths, one));
        fault_list(py, faults)
    }

    fn link<'py>(
        &self,
        py: Python<'py>,
        pairs: Vec<(PyBackedBytes, PyBackedBytes)>,
    ) -> Faults<'py> {
        let one = |parents: &mut Parents<'_>, (existing, new): &(PyBackedBytes, PyBackedBytes)| {
            of(new, place::link(parents.root(), existing, new))
        };
        let faults = py.detach(|| in_order(&self.root, &pairs, one));
        fault_list(py, faults)
    }

    fn make_special<'py>(
        &self,
        py: Python<'py>,
        items: Vec<(PyBackedBytes, char, PyBackedBytes, u64)>,
    ) -> Faults<'py> {
        let special =
            |(path, kind, target, device): (PyBackedBytes, char, PyBackedBytes, u64)| Special {
                path: path.to_vec(),
                kind,
                target: target.to_vec(),
                device,
            };
        let items: Vec<Special> = items.into_iter().map(special).collect();
        let one = |parents: &mut Parents<'_>, special: &Special| {
            of(&special.path, place::make_special(parents, special))
        };
        let faults = py.detach(|| each(&self.root, &items, one));
        fault_list(py, faults)
    }

    fn finish<'py>(&self, py: Python<'py>, items: Vec<FinishTuple>) -> PyResult<Faults<'py>> {
        let items = items
            .into_iter()
            .map(finish_item)
            .collect::<Outcome<Vec<Finish>>>()?;
        let faults = py.detach(|| self.finish_all(items));
        Ok(fault_list(py, faults))
    }

    fn verify<'py>(
        &self,
        py: Python<'py>,
        items: Vec<(PyBackedBytes, Vec<(PyBackedBytes, u64)>)>,
    ) -> PyResult<Faults<'py>> {
        let mut checked = Vec::with_capacity(items.len());
        for (path, pieces) in items {
            let piece = |(id, length): (PyBackedBytes, u64)| Ok((id_of(&id)?, length));
            let pieces = pieces.into_iter().map(piece).collect::<Outcome<Vec<_>>>()?;
            checked.push((path, pieces));
        }
        let one = |parents: &mut Parents<'_>, (path, pieces): &(PyBackedBytes, Vec<_>)| {
            of(path, verify::verify(parents.root(), path, pieces))
        };
        let faults = py.detach(|| each(&self.root, &checked, one));
        Ok(fault_list(py, faults))
    }

    fn sync(&self, py: Python<'_>) -> PyResult<()> {
        let synced = py.detach(|| syncfs(self.root.fd()));
        synced.map_err(|error| Fault::of_write(&error.into(), "the target"))?;
        Ok(())
    }
}

impl Target {
    /// Folders come last, in the order given: finishing one may close the way to what is in it.
    fn finish_all(&self, items: Vec<Finish>) -> Vec<ItemFault> {
        let (folders, others): (Vec<Finish>, Vec<Finish>) =
            items.into_iter().partition(|item| item.kind == 'd');
        let one = |parents: &mut Parents<'_>, item: &Finish| {
            self.fresh.forget(&item.path);
            finish::finish(parents, item)
        };
        let mut faults = each(&self.root, &others, one);
        faults.extend(in_order(&self.root, &folders, finish::finish));
        faults
    }
}

const SECOND: i128 = 1_000_000_000;

/// A time as Python gives it. Most fit 64 bits, which cost less to read than 128.
struct Nanoseconds(Time);

impl<'py> FromPyObject<'py> for Nanoseconds {
    fn extract_bound(given: &Bound<'py, PyAny>) -> PyResult<Nanoseconds> {
        let count = match given.extract::<i64>() {
            Ok(count) => i128::from(count),
            Err(_) => given.extract::<i128>()?,
        };
        let seconds = i64::try_from(count.div_euclid(SECOND))
            .map_err(|_| Fault::Usage(say!("A time is beyond what file systems know.")))?;
        Ok(Nanoseconds(Time {
            seconds,
            nanos: count.rem_euclid(SECOND) as u32,
        }))
    }
}

fn finish_item(item: FinishTuple) -> Outcome<Finish> {
    let (path, kind, size, mode, uid, gid, atime, mtime, attributes) = item;
    let pair = |(name, value): (PyBackedBytes, PyBackedBytes)| (name.to_vec(), value.to_vec());
    Ok(Finish {
        path: path.to_vec(),
        kind,
        size: u64::try_from(size).ok(),
        mode,
        uid: owner(uid)?,
        gid: owner(gid)?,
        atime: atime.0,
        mtime: mtime.0,
        attributes: attributes.into_iter().map(pair).collect(),
    })
}

/// None for −1, and for 2³² − 1, which is how the system itself writes −1: "leave it as it is".
fn owner(number: i64) -> Outcome<Option<u32>> {
    match u32::try_from(number) {
        Ok(u32::MAX) => Ok(None),
        Ok(owner) => Ok(Some(owner)),
        Err(_) if number == -1 => Ok(None),
        Err(_) => Err(Fault::Usage(say!(
            "{number} is no owner's number.",
            number = number.to_string()
        ))),
    }
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<Target>()
}
