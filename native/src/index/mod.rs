//! `Index` as Python sees it: which pack holds which blob. The table is in `table.rs`, the files'
//! JSON in `json.rs`. What may not enter: I/O, sealing.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::blob::{entries_of, id_list, id_of, Id, Maker, Place};
use crate::errors::{Fault, Outcome};
use crate::lock;
use crate::sentence::Sentence;

pub mod json;
mod table;

pub use table::{IndexInner, Number, Pack, UNKNOWN_LANE};

/// The index, shared by what reads it and by the Writer, which adds packs.
///
/// The lock is never held while Python runs: who holds it would wait for the interpreter, and who
/// holds the interpreter for the lock.
#[derive(Clone, Default)]
pub struct SharedIndex(Arc<RwLock<IndexInner>>);

impl SharedIndex {
    pub fn read(&self) -> RwLockReadGuard<'_, IndexInner> {
        lock::read(&self.0)
    }

    pub fn write(&self) -> RwLockWriteGuard<'_, IndexInner> {
        lock::write(&self.0)
    }
}

#[pyclass(frozen, module = "notou.kernel._native")]
pub struct Index {
    shared: SharedIndex,
    lane_names: Vec<String>,
}

impl Index {
    pub fn shared(&self) -> SharedIndex {
        self.shared.clone()
    }

    fn lane_of(&self, name: Option<&str>) -> u8 {
        let known = |wanted| self.lane_names.iter().position(|name| name == wanted);
        name.and_then(known).map_or(UNKNOWN_LANE, |lane| lane as u8)
    }

    fn load_file(&self, plain: &[u8]) -> Outcome<(Vec<Id>, Vec<Sentence>)> {
        let file = json::decode(plain)?;
        let lane = self.lane_of(file.lane.as_deref());
        let mut index = self.shared.write();
        for (id, entries) in &file.packs {
            index.add_pack(*id, lane, entries)?;
        }
        let named = file.packs.iter().map(|(id, _)| *id).collect();
        Ok((named, file.left_out))
    }

    fn encode_file(&self, packs: &[Id], lane: u8) -> Outcome<Vec<u8>> {
        let name = match lane {
            UNKNOWN_LANE => None,
            lane => Some(self.lane_names.get(usize::from(lane)).ok_or_else(|| {
                Fault::Usage(say!(
                    "The index was given no name for lane {lane}.",
                    lane = lane
                ))
            })?),
        };
        let index = self.shared.read();
        let mut named = Vec::with_capacity(packs.len());
        for id in packs {
            named.push((id, index.entries(index.pack(id)?)));
        }
        Ok(json::encode(named, name.map(String::as_str)))
    }
}

#[pymethods]
impl Index {
    #[new]
    fn new(lane_names: Vec<String>) -> PyResult<Index> {
        if lane_names.len() > usize::from(UNKNOWN_LANE) {
            return Err(Fault::Usage(say!("There are at most 255 lanes.")).into());
        }
        Ok(Index {
            shared: SharedIndex::default(),
            lane_names,
        })
    }

    fn load<'py>(
        &self,
        py: Python<'py>,
        plain: &[u8],
    ) -> PyResult<(Vec<Bound<'py, PyBytes>>, Vec<Sentence>)> {
        let (named, left_out) = py.detach(|| self.load_file(plain))?;
        Ok((id_list(py, named), left_out))
    }

    fn add_pack(&self, pack_id: &[u8], lane: u8, entries: Vec<Bound<'_, PyAny>>) -> PyResult<()> {
        let entries = entries_of(&entries)?;
        self.shared
            .write()
            .add_pack(id_of(pack_id)?, lane, &entries)?;
        Ok(())
    }

    fn encode<'py>(
        &self,
        py: Python<'py>,
        pack_ids: Vec<Bound<'py, PyBytes>>,
        lane: u8,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let ids = ids_of(&pack_ids)?;
        let json = py.detach(|| self.encode_file(&ids, lane))?;
        Ok(PyBytes::new(py, &json))
    }

    fn adopt(&self, pack_ids: Vec<Bound<'_, PyBytes>>, lane: u8) -> PyResult<()> {
        let ids = ids_of(&pack_ids)?;
        let mut index = self.shared.write();
        for id in ids {
            index.adopt(&id, lane)?;
        }
        Ok(())
    }

    fn find<'py>(
        &self,
        py: Python<'py>,
        kind: u8,
        blob_id: &[u8],
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let id = id_of(blob_id)?;
        let places: Vec<Place> = {
            let index = self.shared.read();
            index
                .find(kind, &id)
                .map(|number| index.place(number))
                .collect()
        };
        let maker = Maker::new(py)?;
        places.iter().map(|place| maker.place(place)).collect()
    }

    fn find_many<'py>(
        &self,
        py: Python<'py>,
        kind: u8,
        ids: &[u8],
    ) -> PyResult<Vec<Option<Bound<'py, PyAny>>>> {
        let (ids, []) = ids.as_chunks::<32>() else {
            return Err(Fault::Usage(say!("Ids are 32 bytes each, one after the other.")).into());
        };
        let places: Vec<Option<Place>> = py.detach(|| {
            let index = self.shared.read();
            let first = |id| {
                index
                    .find(kind, id)
                    .next()
                    .map(|number| index.place(number))
            };
            ids.iter().map(first).collect()
        });
        let maker = Maker::new(py)?;
        let made =
            |place: &Option<Place>| place.as_ref().map(|place| maker.place(place)).transpose();
        places.iter().map(made).collect()
    }

    fn packs<'py>(&self, py: Python<'py>) -> Vec<(Bound<'py, PyBytes>, u8, usize, u64)> {
        let row = |pack: &Pack| (pack.id, pack.lane, pack.records().len(), pack.sealed);
        let rows: Vec<_> = self.shared.read().packs().iter().map(row).collect();
        rows.into_iter()
            .map(|(id, lane, blobs, sealed)| (PyBytes::new(py, &id), lane, blobs, sealed))
            .collect()
    }

    fn entries<'py>(&self, py: Python<'py>, pack_id: &[u8]) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let id = id_of(pack_id)?;
        let entries = {
            let index = self.shared.read();
            index.entries(index.pack(&id)?)
        };
        Maker::new(py)?.entries(&entries)
    }

    fn __len__(&self) -> usize {
        self.shared.read().len()
    }

    fn memory_bytes(&self) -> usize {
        self.shared.read().memory_bytes()
    }
}

fn ids_of(given: &[Bound<'_, PyBytes>]) -> Outcome<Vec<Id>> {
    given.iter().map(|id| id_of(id.as_bytes())).collect()
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<Index>()
}
