//! Where packs become durable: a thread that flushes each to the disk, names it, and only then tells
//! the index, so that no core waits for the disk. What may not enter: making packs.

use std::sync::mpsc::{sync_channel, Receiver, SyncSender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::claims::Claims;
use super::pack::ClosedPack;
use crate::blob::Id;
use crate::errors::{Fault, Outcome};
use crate::index::SharedIndex;

/// Packs that may wait for the disk; then whoever makes more waits too.
const WAITING_MOST: usize = 4;

/// Pack id, lane, bytes.
pub type Finished = (Id, u8, u64);

pub struct Landing {
    /// Both there until the drop.
    queue: Option<SyncSender<(u8, ClosedPack)>>,
    thread: Option<JoinHandle<()>>,
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
    fault: Option<Fault>,
}

impl Landing {
    /// StoreError when the thread cannot be started.
    pub fn new(index: SharedIndex, claims: Arc<Claims>) -> Outcome<Landing> {
        let (queue, arrivals) = sync_channel(WAITING_MOST);
        let shared = Arc::new(Shared {
            index,
            claims,
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let worker = shared.clone();
        let thread = std::thread::Builder::new()
            .name("notou-landing".into())
            .spawn(move || worker.run(&arrivals))
            .map_err(|error| Fault::Store(format!("No thread could be started: {error}.")))?;
        Ok(Landing {
            queue: Some(queue),
            thread: Some(thread),
            shared,
        })
    }

    /// Hand over a pack. Waits while too many wait for the disk.
    pub fn hand_over(&self, lane: u8, pack: ClosedPack) -> Outcome<()> {
        self.shared.state().waiting += 1;
        let sent = match &self.queue {
            Some(queue) => queue.send((lane, pack)).is_ok(),
            None => false,
        };
        if sent {
            return Ok(());
        }
        Err(Fault::Store("The thread that writes packs is gone.".into()))
    }

    /// Wait until every pack handed over has landed; the fault of the first that could not.
    pub fn settle(&self) -> Outcome<()> {
        let mut state = self.shared.state();
        while state.waiting > 0 && state.fault.is_none() {
            state = self
                .shared
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.fault.take().map_or(Ok(()), Err)
    }

    /// The fault of a pack that could not land, once.
    pub fn check(&self) -> Outcome<()> {
        self.shared.state().fault.take().map_or(Ok(()), Err)
    }

    /// Packs landed since the last call.
    pub fn take_finished(&self) -> Vec<Finished> {
        std::mem::take(&mut self.shared.state().finished)
    }
}

/// The thread does not outlive the writer: what was handed over has landed then, or failed to.
impl Drop for Landing {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // it has no way to panic, and a drop none to tell
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, arrivals: &Receiver<(u8, ClosedPack)>) {
        for (lane, mut pack) in arrivals {
            let landed = self.land(lane, &mut pack);
            let mut state = self.state();
            state.waiting -= 1;
            match landed {
                Ok(()) => state.finished.push((pack.id, lane, pack.size)),
                Err(fault) => {
                    state.fault.get_or_insert(fault);
                }
            }
            drop(state);
            self.changed.notify_all();
        }
    }

    fn land(&self, lane: u8, pack: &mut ClosedPack) -> Outcome<()> {
        pack.land()?;
        self.index.write().add_pack(pack.id, lane, &pack.entries)?;
        // after the index knows them: between the two a blob is in both, never in neither
        for entry in &pack.entries {
            self.claims.release(&(lane, entry.kind, entry.id));
        }
        Ok(())
    }
}
