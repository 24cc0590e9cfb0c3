//! `Writer` as Python sees it: files and blobs in, packs in the outbox out. Files are submitted and
//! their faults collected, so that Python decides about the next ones meanwhile. The calling thread
//! waits here without the interpreter's lock and looks at signals; everything else runs in `engine`.
//!
//!   source   open, read and cut one file, within bounded memory
//!   blob     compress; open again and compare
//!   claims   which blobs are being stored, so that no two threads store the same
//!   pack     blobs sealed into a file of the outbox
//!   desk     buffers that threads use again
//!   unnamed  a file that appears only when whole
//!   landing  write packs, make them durable, tell the index: on a thread of its own
//!   engine   blobs into packs, and what ends the work
//!   files    files shared out among the cores
//!
//! What may not enter: which files, which lanes, what becomes of finished packs.

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::blob::{id_list, DATA, TREE};
use crate::cut::{Rule, Secret};
use crate::directory::{fault_list, Directory};
use crate::errors::{broken_off, Fault, Outcome};
use crate::index::Index;
use crate::lock::lock;
use crate::memory::give_back_large_buffers;
use crate::seal::Key;
use crate::sentence::Sentence;

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
use files::ItemFault;
use pack::Outbox;

/// How long a signal may wait.
const SIGNALS: Duration = Duration::from_millis(100);
/// The largest pack anyone may ask for; restic's largest is 128 MiB.
const PACK_MOST: u64 = 512 << 20;

type LaneWork<'py> = Vec<(PyRef<'py, Directory>, Vec<usize>)>;
type Answer<T> = Receiver<Outcome<T>>;
type Faults<'py> = Vec<(Bound<'py, PyBytes>, Sentence)>;
type CutRule = (String, usize, u32, usize);

#[pyclass(frozen, module = "notou.kernel._native")]
pub struct Writer {
    engine: Arc<Engine>,
    /// Where the faults of what was submitted arrive.
    submitted: Mutex<Option<Answer<Vec<ItemFault>>>>,
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
            return Err(Fault::Usage(say!(
                "Packs of {pack_bytes} bytes cannot be written: 1 to {pack_most} can.",
                pack_bytes = pack_bytes,
                pack_most = PACK_MOST
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
            submitted: Mutex::default(),
        })
    }

    fn submit(&self, work: Vec<(u8, LaneWork<'_>)>) -> PyResult<()> {
        let mut submitted = lock(&self.submitted);
        if submitted.is_some() {
            return Err(not_collected().into());
        }
        let inner = |(directory, entries): (PyRef<'_, Directory>, _)| (directory.inner(), entries);
        let work: Vec<(u8, Work)> = work
            .into_iter()
            .map(|(lane, work)| (lane, work.into_iter().map(inner).collect()))
            .collect();
        self.engine.begin();
        let (answer, receiver) = self.job(move |engine| {
            let stored = work.iter().map(|(lane, work)| engine.store(*lane, work));
            stored
                .collect::<Outcome<Vec<_>>>()
                .map(|faults| faults.concat())
        });
        self.engine.cores().spawn(answer);
        *submitted = Some(receiver);
        Ok(())
    }

    fn collect<'py>(&self, py: Python<'py>, patience_s: f64) -> PyResult<Option<Faults<'py>>> {
        let Some(receiver) = lock(&self.submitted).take() else {
            return Ok(Some(Vec::new()));
        };
        let patience = Duration::try_from_secs_f64(patience_s);
        let until = patience.map_or(None, |patience| Instant::now().checked_add(patience));
        match self.wait(py, receiver, until)? {
            Ok(faults) => Ok(Some(fault_list(py, faults))),
            Err(receiver) => {
                *lock(&self.submitted) = Some(receiver);
                Ok(None)
            }
        }
    }

    fn store_blobs<'py>(
        &self,
        py: Python<'py>,
        lane: u8,
        kind: u8,
        blobs: Vec<PyBackedBytes>,
    ) -> PyResult<Vec<Bound<'py, PyBytes>>> {
        if kind != DATA && kind != TREE {
            return Err(Fault::Usage(say!("There is no blob of kind {kind}.", kind = kind)).into());
        }
        let ids = self.run(py, move |engine| engine.store_blobs(lane, kind, &blobs))?;
        Ok(id_list(py, ids))
    }

    fn flush(&self, py: Python<'_>) -> PyResult<()> {
        if lock(&self.submitted).is_some() {
            return Err(not_collected().into());
        }
        self.run(py, |engine| engine.flush())
    }

    fn finished<'py>(&self, py: Python<'py>) -> Vec<(Bound<'py, PyBytes>, u8, u64)> {
        let finished = self.engine.take_finished();
        let row = |(id, lane, size): ([u8; 32], u8, u64)| (PyBytes::new(py, &id), lane, size);
        finished.into_iter().map(row).collect()
    }

    fn close(&self, py: Python<'_>) {
        py.detach(|| self.end());
    }

    fn progress(&self) -> (u64, u64) {
        self.engine.progress()
    }

    fn stored(&self) -> HashMap<(u8, u8), (u64, u64, u64)> {
        self.engine.stored().into_iter().collect()
    }
}

impl Writer {
    /// Do `work` beside what was submitted, whose threads all stay with it to its end, and wait for it.
    fn run<T: Send + 'static>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&Engine) -> Outcome<T> + Send + 'static,
    ) -> PyResult<T> {
        if lock(&self.submitted).is_none() {
            self.engine.begin();
        }
        let (job, receiver) = self.job(work);
        rayon::spawn(job);
        match self.wait(py, receiver, None)? {
            Ok(result) => Ok(result),
            Err(_) => Err(broken_off().into()), // without a time to wait until, it has arrived
        }
    }

    /// `work` as something that can be spawned, and where its result arrives.
    fn job<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Engine) -> Outcome<T> + Send + 'static,
    ) -> (impl FnOnce() + Send + 'static, Answer<T>) {
        let (sender, receiver) = mpsc::sync_channel(1);
        let engine = self.engine.clone();
        let job = move || {
            let result = catch_unwind(AssertUnwindSafe(|| work(&engine)));
            let result = result.unwrap_or_else(|_| {
                engine.retire();
                Err(broken_off())
            });
            // before the answer: then whoever has it may take the engine down, and sees it go
            drop(engine);
            // nobody listens any more only when the writer or the process is going down
            let _ = sender.send(result);
        };
        (job, receiver)
    }

    /// Wait without the interpreter's lock, looking at signals; an interrupt ends the work first, then
    /// passes on. The receiver comes back when nothing had arrived `until` then.
    fn wait<T: Send>(
        &self,
        py: Python<'_>,
        mut receiver: Answer<T>,
        until: Option<Instant>,
    ) -> PyResult<Result<T, Answer<T>>> {
        let mut interrupt = None;
        loop {
            let left = until.map_or(SIGNALS, |until| until - Instant::now());
            let waiting = &mut receiver;
            match py.detach(move || waiting.recv_timeout(left.min(SIGNALS))) {
                Ok(result) => return interrupt.map_or_else(|| Ok(Ok(result?)), Err),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(broken_off().into()),
            }
            if let Err(error) = py.check_signals() {
                self.engine.cancel();
                interrupt = Some(error);
            } else if interrupt.is_none() && until.is_some_and(|until| until <= Instant::now()) {
                return Ok(Err(receiver));
            }
        }
    }

    /// Return when no thread works any more and nothing more will be written.
    fn end(&self) {
        self.engine.retire();
        let receiver = lock(&self.submitted).take();
        if let Some(receiver) = receiver {
            // whatever it says, nobody is left to hear it
            let _ = receiver.recv();
        }
        self.engine.rest();
    }
}

/// Nothing of a writer runs on when it is gone.
impl Drop for Writer {
    fn drop(&mut self) {
        self.end();
    }
}

fn not_collected() -> Fault {
    Fault::Usage(say!("The work submitted before was not collected."))
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<Writer>()
}
