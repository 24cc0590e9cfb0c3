//! `Writer` as Python sees it: files and blobs in, packs in the outbox out. The calling thread waits
//! here without the interpreter's lock and looks at signals; everything else runs in `engine`.
//!
//!   source   open, read and cut one file, within bounded memory
//!   blob     compress; open again and compare
//!   claims   which blobs are being stored, so that no two threads store the same
//!   pack     blobs sealed into a file of the outbox
//!   desk     buffers that threads use again
//!   unnamed  a file that appears only when whole
//!   aligned  memory that can be written past the system's cache
//!   landing  write packs, make them durable, tell the index: on a thread of its own
//!   engine   blobs into packs, and what ends the work
//!   files    files shared out among the cores
//!
//! What may not enter: which files, which lanes, what becomes of finished packs.

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::Arc;
use std::time::Duration;

use crate::blob::{id_list, DATA, TREE};
use crate::cut::{Rule, Secret};
use crate::directory::{fault_list, Directory};
use crate::errors::{Fault, Outcome};
use crate::index::Index;
use crate::memory::give_back_large_buffers;
use crate::seal::Key;

mod aligned;
mod blob;
mod claims;
mod desk;
mod engine;
mod files;
mod landing;
mod pack;
mod source;
mod unnamed;

use engine::{Engine, Settings, Work};
use pack::Outbox;

/// How long a signal may wait.
const SIGNALS: Duration = Duration::from_millis(100);
/// The largest pack anyone may ask for; restic's largest is 128 MiB.
const PACK_MOST: u64 = 512 << 20;

type Faults<'py> = Vec<(Bound<'py, PyBytes>, String)>;
type CutRule = (String, usize, u32, usize);

#[pyclass(frozen, module = "notou.kernel._native")]
pub struct Writer {
    engine: Arc<Engine>,
}

#[pymethods]
impl Writer {
    #[new]
    #[pyo3(signature = (key, cut_key, index, outbox, rules, pack_bytes, level, *, past_cache))]
    #[allow(clippy::too_many_arguments)] // the interface's own
    fn new(
        key: &[u8],
        cut_key: &[u8],
        index: &Index,
        outbox: &[u8],
        rules: Vec<CutRule>,
        pack_bytes: u64,
        level: i32,
        past_cache: bool,
    ) -> PyResult<Writer> {
        if !(1..=PACK_MOST).contains(&pack_bytes) {
            return Err(Fault::Usage(format!(
                "Packs of {pack_bytes} bytes cannot be written: 1 to {PACK_MOST} can."
            ))
            .into());
        }
        give_back_large_buffers();
        let rules: Outcome<Vec<Rule>> = rules.into_iter().map(Rule::new).collect();
        let settings = Settings {
            key: Key::new(key)?,
            secret: Secret::new(cut_key)?,
            rules: rules?,
            pack_bytes,
            level,
        };
        let outbox = Outbox {
            folder: Path::new(OsStr::from_bytes(outbox)).to_path_buf(),
            past_cache,
        };
        let engine = Engine::new(settings, index.shared(), outbox)?;
        Ok(Writer {
            engine: Arc::new(engine),
        })
    }

    fn store<'py>(
        &self,
        py: Python<'py>,
        lane: u8,
        work: Vec<(PyRef<'py, Directory>, Vec<usize>)>,
    ) -> PyResult<Faults<'py>> {
        let work: Work = work
            .into_iter()
            .map(|(directory, entries)| (directory.inner(), entries))
            .collect();
        let faults = self.run(py, move |engine| engine.store(lane, &work))?;
        Ok(fault_list(py, faults))
    }

    fn store_blobs<'py>(
        &self,
        py: Python<'py>,
        lane: u8,
        kind: u8,
        blobs: Vec<PyBackedBytes>,
    ) -> PyResult<Vec<Bound<'py, PyBytes>>> {
        if kind != DATA && kind != TREE {
            return Err(Fault::Usage(format!("There is no blob of kind {kind}.")).into());
        }
        let ids = self.run(py, move |engine| engine.store_blobs(lane, kind, &blobs))?;
        Ok(id_list(py, ids))
    }

    fn flush(&self, py: Python<'_>) -> PyResult<()> {
        self.run(py, |engine| engine.flush())
    }

    fn finished<'py>(&self, py: Python<'py>) -> Vec<(Bound<'py, PyBytes>, u8, u64)> {
        let finished = self.engine.take_finished();
        let row = |(id, lane, size): ([u8; 32], u8, u64)| (PyBytes::new(py, &id), lane, size);
        finished.into_iter().map(row).collect()
    }

    fn progress(&self) -> (u64, u64, u64, u64, u64) {
        let counts = self.engine.counts();
        (
            counts.files.load(Relaxed),
            counts.read.load(Relaxed),
            counts.blobs.load(Relaxed),
            counts.plain.load(Relaxed),
            counts.sealed.load(Relaxed),
        )
    }
}

impl Writer {
    /// Run `job` on the cores, looking at signals; an interrupt ends the job first, then passes on.
    fn run<T: Send + 'static>(
        &self,
        py: Python<'_>,
        job: impl FnOnce(&Engine) -> Outcome<T> + Send + 'static,
    ) -> PyResult<T> {
        let (sender, mut receiver) = mpsc::sync_channel(1);
        let engine = self.engine.clone();
        engine.begin();
        self.engine.cores().spawn(move || {
            // nobody listens any more only when the process is going down
            let _ = sender.send(job(&engine));
        });
        let mut interrupt = None;
        loop {
            let waiting = &mut receiver;
            let answer = py.detach(move || waiting.recv_timeout(SIGNALS));
            match answer {
                Ok(result) => return interrupt.map_or(Ok(result?), Err),
                Err(RecvTimeoutError::Timeout) => {
                    if let Err(error) = py.check_signals() {
                        self.engine.cancel();
                        interrupt = Some(error);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Fault::Store(
                        "The kernel broke off by a fault of its own; please report it.".into(),
                    )
                    .into())
                }
            }
        }
    }
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<Writer>()
}
