//! Where packs become durable: a thread that writes their bytes, and one that flushes each to the disk,
//! names it, and only then tells the index, so that no core waits for the disk, and no write for a flush.
//! What may not enter: making packs.

use std::io;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::mpsc::{sync_channel, Receiver, SyncSender};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;

use super::claims::Claims;
use super::pack::ClosedPack;
use super::unnamed::Unnamed;
use crate::aligned::Aligned;
use crate::blob::{hex, Id};
use crate::errors::{broken_off, Fault, Outcome};
use crate::index::SharedIndex;
use crate::lock::{lock, taken};

/// Pieces of memory that may wait for the disk, and packs; then whoever makes more waits too.
const WAITING_MOST: usize = 12;

/// Pack id, lane, bytes.
pub type Finished = (Id, u8, u64);

enum Job {
    /// Bytes and their offset.
    Write(Arc<Unnamed>, Aligned, u64),
    Land(u8, ClosedPack),
}

pub struct Landing {
    /// There until the drop.
    queue: Option<SyncSender<Job>>,
    threads: Vec<JoinHandle<()>>,
    shared: Arc<Shared>,
}

struct Shared {
    index: SharedIndex,
    claims: Arc<Claims>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Packs handed over and not landed yet.
    waiting: usize,
    finished: Vec<Finished>,
    /// Memory that no job uses now.
    spare: Vec<Aligned>,
    /// Once there is one, nothing more is written.
    fault: Option<Fault>,
}

impl State {
    /// The fault that ended the work, for all who ask: the first to hear it need not be the first to tell.
    fn check(&self) -> Outcome<()> {
        self.fault
            .as_ref()
            .map_or(Ok(()), |fault| Err(fault.again()))
    }
}

impl Landing {
    /// StoreError when no thread can be started.
    pub fn new(index: SharedIndex, claims: Arc<Claims>) -> Outcome<Landing> {
        let (queue, arrivals) = sync_channel(WAITING_MOST);
        let shared = Arc::new(Shared {
            index,
            claims,
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let (written, to_land) = sync_channel(WAITING_MOST);
        let (writer, lander) = (shared.clone(), shared.clone());
        Ok(Landing {
            queue: Some(queue),
            threads: vec![
                start("notou-disk", move || writer.write_all(&arrivals, &written))?,
                start("notou-landing", move || lander.land_all(&to_land))?,
            ],
            shared,
        })
    }

    /// Write bytes of a pack that is not closed yet, ROOM at most; `offset` a multiple of ALIGNMENT.
    /// Waits while too much waits for the disk.
    pub fn write(&self, file: &Arc<Unnamed>, bytes: &[u8], offset: u64) -> Outcome<()> {
        let spare = lock(&self.shared.state).spare.pop();
        let mut memory = spare.unwrap_or_else(Aligned::new);
        memory.hold(bytes);
        self.send(Job::Write(file.clone(), memory, offset))
    }

    /// Hand over a pack all of whose bytes were given to `write`.
    pub fn hand_over(&self, lane: u8, pack: ClosedPack) -> Outcome<()> {
        lock(&self.shared.state).waiting += 1;
        self.send(Job::Land(lane, pack))
            .inspect_err(|_| lock(&self.shared.state).waiting -= 1)
    }

    /// Wait until every pack handed over has landed, or failed to; the fault of the first that did.
    pub fn settle(&self) -> Outcome<()> {
        let state = lock(&self.shared.state);
        let waited = self
            .shared
            .changed
            .wait_while(state, |state| state.waiting > 0);
        taken(waited).check()
    }

    /// The fault of a pack that could not land.
    pub fn check(&self) -> Outcome<()> {
        lock(&self.shared.state).check()
    }

    /// Packs landed since the last call.
    pub fn take_finished(&self) -> Vec<Finished> {
        std::mem::take(&mut lock(&self.shared.state).finished)
    }

    fn send(&self, job: Job) -> Outcome<()> {
        let sent = match &self.queue {
            Some(queue) => queue.send(job).is_ok(),
            None => false,
        };
        if sent {
            return Ok(());
        }
        Err(Fault::Store(say!("The thread that writes packs is gone.")))
    }
}

/// The threads do not outlive the writer: what was handed over has landed then, or failed to.
impl Drop for Landing {
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            // what panicked in it became a fault, and a drop has no way to tell
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn write_all(&self, arrivals: &Receiver<Job>, written: &SyncSender<(u8, ClosedPack)>) {
        for job in arrivals {
            match job {
                Job::Write(file, memory, offset) => {
                    self.attempt(|| on_disk(&file, file.write_at(&memory, offset)));
                    lock(&self.state).spare.push(memory);
                }
                // all its bytes came before it
                Job::Land(lane, pack) => {
                    if written.send((lane, pack)).is_err() {
                        return;
                    }
                }
            }
        }
    }

    fn land_all(&self, written: &Receiver<(u8, ClosedPack)>) {
        for (lane, pack) in written {
            let landed = self.attempt(|| self.land(lane, &pack));
            let mut state = lock(&self.state);
            state.waiting -= 1;
            if landed {
                state.finished.push((pack.id, lane, pack.size));
            }
            drop(state);
            self.changed.notify_all();
        }
    }

    /// Whether the work was done: not after a fault, nor where this makes one.
    fn attempt(&self, work: impl FnOnce() -> Outcome<()>) -> bool {
        if lock(&self.state).fault.is_some() {
            return false;
        }
        // a thread that is gone could not say that nothing lands any more
        let done = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(broken_off()));
        match done {
            Ok(()) => true,
            Err(fault) => {
                lock(&self.state).fault.get_or_insert(fault);
                false
            }
        }
    }

    fn land(&self, lane: u8, pack: &ClosedPack) -> Outcome<()> {
        on_disk(&pack.file, pack.file.land(&hex(&pack.id)))?;
        self.index.write().add_pack(pack.id, lane, &pack.entries)?;
        // after the index knows them: between the two a blob is in both, never in neither
        for entry in &pack.entries {
            self.claims.release(&(lane, entry.kind, entry.id));
        }
        Ok(())
    }
}

/// What the system said, as the fault of the outbox.
fn on_disk(file: &Unnamed, result: io::Result<()>) -> Outcome<()> {
    result.map_err(|error| Fault::of_write(&error, &file.folder().to_string_lossy()))
}

fn start(name: &str, work: impl FnOnce() + Send + 'static) -> Outcome<JoinHandle<()>> {
    std::thread::Builder::new()
        .name(name.into())
        .spawn(work)
        .map_err(|error| {
            Fault::Store(say!(
                "No thread could be started: {error}.",
                error = error.to_string()
            ))
        })
}
