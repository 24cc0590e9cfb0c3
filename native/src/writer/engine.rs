//! The work itself, on all cores: files are shared out among the threads, a large one is read and
//! cut on one thread while others seal. Memory is bounded by the windows, not by the files.
//! What may not enter: Python.

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicU8, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use super::claims::Claims;
use super::desk::Desks;
use super::landing::{Finished, Landing};
use super::pack::{OpenPack, Outbox};
use crate::blob::{Id, KINDS};
use crate::cut::{Rule, Secret};
use crate::directory::DirectoryInner;
use crate::errors::{Fault, Outcome};
use crate::hash::sha256;
use crate::index::SharedIndex;
use crate::lock::lock;
use crate::seal::Key;

/// Each thread holds two portions of a file and the end of a pack: more threads would cost more
/// memory than they save time.
const THREADS_MOST: usize = 8;
/// Plain blobs given to a thread at a time.
const BLOBS_AT_ONCE: usize = 32;

/// Directories and the numbers of the entries to store of each.
pub type Work = Vec<(Arc<DirectoryInner>, Vec<usize>)>;

pub struct Settings {
    pub key: Key,
    pub secret: Secret,
    /// One for each lane.
    pub rules: Vec<Rule>,
    pub pack_bytes: u64,
    pub level: i32,
}

/// Blobs stored so far, all of one lane and kind.
#[derive(Default)]
struct Stored {
    blobs: AtomicU64,
    plain: AtomicU64,
    sealed: AtomicU64,
}

impl Stored {
    fn add(&self, plain: u64, sealed: u64) {
        self.blobs.fetch_add(1, Relaxed);
        self.plain.fetch_add(plain, Relaxed);
        self.sealed.fetch_add(sealed, Relaxed);
    }
}

/// Lane and kind; blobs, their plain and their sealed bytes.
pub type StoredRow = ((u8, u8), (u64, u64, u64));

/// The work is to stop: it was cancelled, or the engine holds the fault that ended it.
#[derive(Debug)]
pub struct Halted;

/// Packs that no thread is adding to now. A thread takes one, or begins another when there is none,
/// so that no thread waits while another seals, writes and hashes.
type Idle = Mutex<Vec<OpenPack>>;

pub struct Engine {
    pub(super) settings: Settings,
    index: SharedIndex,
    outbox: Outbox,
    cores: ThreadPool,
    claims: Arc<Claims>,
    landing: Landing,
    /// The open packs of each lane, of data and of trees.
    open: Vec<[Idle; KINDS]>,
    pub(super) desks: Desks,
    /// Whose files were stored last.
    lane: AtomicU8,
    /// Whole files, and bytes of files.
    pub(super) files_read: AtomicU64,
    pub(super) bytes_read: AtomicU64,
    /// As `open`.
    stored: Vec<[Stored; KINDS]>,
    stop: AtomicBool,
    fault: Mutex<Option<Fault>>,
    broken: AtomicBool,
}

impl Engine {
    pub fn new(settings: Settings, index: SharedIndex, outbox: Outbox) -> Outcome<Engine> {
        let claims = Arc::new(Claims::default());
        Ok(Engine {
            desks: Desks::default(),
            lane: AtomicU8::default(),
            landing: Landing::new(index.clone(), claims.clone())?,
            open: settings.rules.iter().map(|_| Default::default()).collect(),
            stored: settings.rules.iter().map(|_| Default::default()).collect(),
            cores: thread_pool()?,
            settings,
            index,
            outbox,
            claims,
            files_read: AtomicU64::default(),
            bytes_read: AtomicU64::default(),
            stop: AtomicBool::new(false),
            fault: Mutex::new(None),
            broken: AtomicBool::new(false),
        })
    }

    pub fn cores(&self) -> &ThreadPool {
        &self.cores
    }

    /// (files, bytes) read so far.
    pub fn progress(&self) -> (u64, u64) {
        (self.files_read.load(Relaxed), self.bytes_read.load(Relaxed))
    }

    /// What was stored so far, where there is anything.
    pub fn stored(&self) -> Vec<StoredRow> {
        let of_kind = |(kind, stored): (u8, &Stored)| {
            let blobs = stored.blobs.load(Relaxed);
            let (plain, sealed) = (stored.plain.load(Relaxed), stored.sealed.load(Relaxed));
            (blobs > 0).then_some((kind, (blobs, plain, sealed)))
        };
        let of_lane = |(lane, kinds)| {
            let rows = (0..).zip(kinds).filter_map(of_kind);
            rows.map(move |(kind, sums)| ((lane, kind), sums))
        };
        (0..).zip(&self.stored).flat_map(of_lane).collect()
    }

    /// Before each job.
    pub fn begin(&self) {
        self.stop.store(false, Relaxed);
    }

    /// End the job at hand after the blobs at hand.
    pub fn cancel(&self) {
        self.stop.store(true, Relaxed);
    }

    pub fn go_on(&self) -> Result<(), Halted> {
        if self.stop.load(Relaxed) {
            return Err(Halted);
        }
        Ok(())
    }

    pub fn take_finished(&self) -> Vec<Finished> {
        self.landing.take_finished()
    }

    /// The rule of a lane; UsageError for one that has none, StoreError after a fault.
    pub fn rule(&self, lane: u8) -> Outcome<&Rule> {
        self.check()?;
        self.settings.rules.get(usize::from(lane)).ok_or_else(|| {
            Fault::Usage(say!(
                "The writer was given no cut rule for lane {lane}.",
                lane = lane
            ))
        })
    }

    fn check(&self) -> Outcome<()> {
        if self.broken.load(Relaxed) {
            return Err(Fault::Store(say!(
                "This writer was closed or broke off by a fault before; run the backup again."
            )));
        }
        Ok(())
    }

    pub fn store_blobs<B>(&self, lane: u8, kind: u8, blobs: &[B]) -> Outcome<Vec<Id>>
    where
        B: AsRef<[u8]> + Sync,
    {
        self.rule(lane)?;
        let ids: Result<Vec<Id>, Halted> = blobs
            .par_iter()
            .with_min_len(BLOBS_AT_ONCE)
            .map(|plain| self.store_blob(lane, kind, plain.as_ref()))
            .collect();
        self.ended()?;
        Ok(ids.unwrap_or_default())
    }

    /// Store one blob, unless the lane holds it or another thread is storing it.
    pub fn store_blob(&self, lane: u8, kind: u8, plain: &[u8]) -> Result<Id, Halted> {
        self.go_on()?;
        self.store_new(lane, kind, plain)
            .map_err(|fault| self.halt(fault))
    }

    fn store_new(&self, lane: u8, kind: u8, plain: &[u8]) -> Outcome<Id> {
        let idle = self.idle(lane, kind);
        let mut open = lock(idle).pop();
        let id = match &mut open {
            Some(pack) => pack.id_beside(plain),
            None => sha256(plain),
        };
        // only now that its last blob was hashed beside this one
        let full = open.take_if(|pack| pack.is_full(self.settings.pack_bytes));
        let spare = full.map_or(Ok(Vec::new()), |full| self.close(lane, full))?;
        if self.is_new(lane, kind, id) {
            self.landing.check()?;
            let mut pack = match open.take() {
                Some(pack) => pack,
                None => OpenPack::create(&self.outbox, kind, spare)?,
            };
            let Settings { key, level, .. } = &self.settings;
            let sealed = pack.add(key, *level, id, plain)?;
            pack.write(&self.landing)?;
            self.stored[usize::from(lane)][usize::from(kind)]
                .add(plain.len() as u64, sealed.into());
            open = Some(pack);
        }
        lock(idle).extend(open);
        Ok(id)
    }

    /// Before files of a lane: give back the memory that work on another one holds.
    pub fn turn_to(&self, lane: u8) -> Outcome<()> {
        if self.lane.swap(lane, Relaxed) == lane {
            return Ok(());
        }
        self.desks.clear();
        let settled = self.open.iter().flatten().try_for_each(|idle| {
            // not under the lock: it may have to wait for the disk
            let mut packs = std::mem::take(&mut *lock(idle));
            let settled = packs
                .iter_mut()
                .try_for_each(|pack| pack.settle(&self.landing));
            lock(idle).append(&mut packs);
            settled
        });
        self.unless_halted(settled)
    }

    /// Close every open pack, and wait until all have landed.
    pub fn flush(&self) -> Outcome<()> {
        self.check()?;
        let flushed = self.close_all().and_then(|()| self.landing.settle());
        self.unless_halted(flushed)
    }

    /// End the job at hand, and take no other.
    pub fn retire(&self) {
        self.broken.store(true, Relaxed);
        self.cancel();
    }

    /// Wait until every pack handed over has landed, or failed to. Bytes of packs that were not
    /// closed may still be on their way, to files that will never have a name.
    pub fn rest(&self) {
        // after the end nobody asks what failed
        let _ = self.landing.settle();
    }

    fn close_all(&self) -> Outcome<()> {
        for (lane, kinds) in self.open.iter().enumerate() {
            for idle in kinds {
                let packs = std::mem::take(&mut *lock(idle));
                for pack in packs {
                    self.close(lane as u8, pack)?;
                }
            }
        }
        Ok(())
    }

    /// The fault that ended a job, if one did; whoever asks first hears it, a job beside it only that
    /// it ended. The writer is of no use after it: blobs that it counted as stored may be lost with
    /// their pack.
    pub fn ended(&self) -> Outcome<()> {
        match lock(&self.fault).take() {
            Some(fault) => Err(fault),
            None if self.stop.load(Relaxed) => Err(Fault::Store(say!(
                "The work was ended before it was done; run the backup again."
            ))),
            None => Ok(()),
        }
    }

    fn unless_halted(&self, result: Outcome<()>) -> Outcome<()> {
        result.or_else(|fault| {
            self.halt(fault);
            self.ended()
        })
    }

    fn halt(&self, fault: Fault) -> Halted {
        lock(&self.fault).get_or_insert(fault);
        self.broken.store(true, Relaxed);
        self.stop.store(true, Relaxed);
        Halted
    }

    /// Claimed first and looked up then: a landing pack is in the index before its claims go.
    fn is_new(&self, lane: u8, kind: u8, id: Id) -> bool {
        let claim = (lane, kind, id);
        if !self.claims.claim(claim) {
            return false;
        }
        if self.index.read().contains(kind, lane, &id) {
            self.claims.release(&claim);
            return false;
        }
        true
    }

    fn idle(&self, lane: u8, kind: u8) -> &Idle {
        &self.open[usize::from(lane)][usize::from(kind)]
    }

    /// Returns the pack's memory.
    fn close(&self, lane: u8, pack: OpenPack) -> Outcome<Vec<u8>> {
        let (closed, memory) = pack.close(&self.settings.key, &self.landing)?;
        self.landing.hand_over(lane, closed)?;
        Ok(memory)
    }
}

fn thread_pool() -> Outcome<ThreadPool> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    ThreadPoolBuilder::new()
        .num_threads(cores.min(THREADS_MOST))
        .thread_name(|number| format!("notou-writer-{number}"))
        .build()
        .map_err(|error| {
            Fault::Store(say!(
                "No threads could be started: {error}.",
                error = error.to_string()
            ))
        })
}
