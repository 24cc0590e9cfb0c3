//! Files of listed directories, shared out among the cores: small ones by the handful, each on one
//! thread; large ones one after another, each on all threads.
//!
//! What may not enter: how a file is read (source), how a blob is stored (engine).

use rayon::prelude::*;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, PoisonError};

use super::blob::Scratch;
use super::engine::{Engine, Halted, Work};
use super::source::{Portion, Source};
use crate::blob::{Id, DATA};
use crate::cut::Rule;
use crate::directory::{DirectoryInner, Stat};
use crate::errors::{reason, Fault, Outcome};

/// From this size on all threads work on one file.
const LARGE: u64 = 32 << 20;
/// Bytes of a large file in memory, twice: one portion is read while the other is sealed.
const LARGE_WINDOW: usize = 16 << 20;
/// Bytes read at once of a smaller file, beyond what the longest piece takes.
const AHEAD: usize = 1 << 20;
/// A thread takes so many files, or so many bytes, at a time.
const TASK_FILES: usize = 64;
const TASK_BYTES: u64 = 4 << 20;
/// A file that changes while it is read is read this often.
const TRIES: usize = 3;
const CHANGED: &str = "changed while it was being read; the next backup will take it.";

/// Path, sentence.
pub type ItemFault = (Vec<u8>, String);

/// Some files of one directory, by their entry numbers.
struct Task<'a> {
    directory: &'a DirectoryInner,
    entries: &'a [usize],
    large: bool,
}

/// What one thread needs for one file.
#[derive(Default)]
struct Desk {
    portions: [Portion; 2],
    scratch: Scratch,
}

/// Why a file was not stored.
enum Trouble {
    /// The sentence lacks its subject, the path.
    Item(String),
    Halted,
}

impl From<String> for Trouble {
    fn from(sentence: String) -> Trouble {
        Trouble::Item(sentence)
    }
}

impl From<Halted> for Trouble {
    fn from(_: Halted) -> Trouble {
        Trouble::Halted
    }
}

/// One call of `store`.
struct Shift<'a> {
    engine: &'a Engine,
    lane: u8,
    rule: &'a Rule,
    /// Desks that no thread uses now; they go with the call, for their buffers are large.
    desks: Mutex<Vec<Desk>>,
}

impl Engine {
    /// Store file entries; each directory is told what its files hold. Returns the files that could
    /// not be, in the order given, large ones last.
    pub fn store(&self, lane: u8, work: &Work) -> Outcome<Vec<ItemFault>> {
        let shift = Shift {
            engine: self,
            lane,
            rule: self.rule(lane)?,
            desks: Mutex::default(),
        };
        let (large, small): (Vec<Task>, Vec<Task>) =
            tasks(work)?.into_iter().partition(|task| task.large);
        let run = |task: &Task| shift.run(task).unwrap_or_default();
        let mut faults: Vec<_> = small.par_iter().with_max_len(1).map(run).collect();
        faults.extend(large.iter().map(run));
        self.ended()?;
        Ok(faults.concat())
    }
}

impl Shift<'_> {
    fn run(&self, task: &Task<'_>) -> Result<Vec<ItemFault>, Halted> {
        self.engine.go_on()?;
        let opened = task.directory.open();
        let mut faults = Vec::new();
        let mut desk = self.take_desk();
        for entry in task.entries {
            let stored = match &opened {
                Ok(folder) => self.store_entry(task, folder.as_fd(), *entry, &mut desk),
                Err(error) => Err(Trouble::Item(format!(
                    "could not be reached: {}.",
                    reason(error)
                ))),
            };
            match stored {
                Ok(()) => {}
                Err(Trouble::Item(sentence)) => {
                    faults.push(named(task.directory.path_of(*entry), &sentence));
                }
                Err(Trouble::Halted) => return Err(Halted),
            }
        }
        self.desks().push(desk);
        Ok(faults)
    }

    fn store_entry(
        &self,
        task: &Task<'_>,
        folder: BorrowedFd<'_>,
        entry: usize,
        desk: &mut Desk,
    ) -> Result<(), Trouble> {
        self.engine.go_on()?;
        let (name, listed) = &task.directory.entries[entry];
        for _ in 0..TRIES {
            let mut source = self.open(folder, name, listed, task.large)?;
            let content = if task.large {
                self.read_large(&mut source, desk)?
            } else {
                self.read_small(&mut source, desk)?
            };
            if let Some(stat) = source.unchanged()? {
                let counts = self.engine.counts();
                counts.files.fetch_add(1, Relaxed);
                task.directory.set_content(entry, content, stat);
                return Ok(());
            }
        }
        Err(Trouble::Item(CHANGED.into()))
    }

    fn open<'s>(
        &'s self,
        folder: BorrowedFd<'_>,
        name: &[u8],
        listed: &Stat,
        large: bool,
    ) -> Result<Source<'s>, String> {
        let least = self.rule.reach() + AHEAD;
        let window = if large {
            least.max(LARGE_WINDOW)
        } else {
            least
        };
        let cutting = (self.rule, &self.engine.settings.secret);
        Source::open(folder, name, listed, cutting, window)
    }

    /// Portion after portion on this thread.
    fn read_small(&self, source: &mut Source<'_>, desk: &mut Desk) -> Result<Vec<Id>, Trouble> {
        let mut content = Vec::new();
        let [now, after] = &mut desk.portions;
        if source.is_empty() {
            return Ok(content);
        }
        source.start(now)?;
        loop {
            self.count_read(now);
            for piece in now.pieces() {
                content.push(self.store_piece(piece, &mut desk.scratch)?);
            }
            if now.is_last() {
                return Ok(content);
            }
            source.next(now, after)?;
            std::mem::swap(now, after);
        }
    }

    /// One thread reads and cuts the next portion while the others seal the one before.
    fn read_large(&self, source: &mut Source<'_>, desk: &mut Desk) -> Result<Vec<Id>, Trouble> {
        let mut content = Vec::new();
        let [now, after] = &mut desk.portions;
        source.start(now)?;
        loop {
            self.count_read(now);
            if now.is_last() {
                content.extend(self.seal_portion(now)?);
                return Ok(content);
            }
            let (read, sealed) = rayon::join(|| source.next(now, after), || self.seal_portion(now));
            read?;
            content.extend(sealed?);
            std::mem::swap(now, after);
        }
    }

    fn seal_portion(&self, portion: &Portion) -> Result<Vec<Id>, Halted> {
        let store = |piece: &&[u8]| {
            let mut desk = self.take_desk();
            let id = self.store_piece(piece, &mut desk.scratch);
            self.desks().push(desk);
            id
        };
        portion.pieces().par_iter().map(store).collect()
    }

    fn store_piece(&self, piece: &[u8], scratch: &mut Scratch) -> Result<Id, Halted> {
        self.engine.store_blob(self.lane, DATA, piece, scratch)
    }

    fn count_read(&self, portion: &Portion) {
        let counts = self.engine.counts();
        counts.read.fetch_add(portion.cut_bytes(), Relaxed);
    }

    fn take_desk(&self) -> Desk {
        self.desks().pop().unwrap_or_default()
    }

    fn desks(&self) -> std::sync::MutexGuard<'_, Vec<Desk>> {
        self.desks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Work in portions for one thread; UsageError for an entry that is not there.
fn tasks(work: &Work) -> Outcome<Vec<Task<'_>>> {
    let mut tasks = Vec::new();
    for (directory, entries) in work {
        let count = directory.entries.len();
        if let Some(entry) = entries.iter().find(|entry| **entry >= count) {
            return Err(Fault::Usage(format!(
                "The directory has {count} entries, and number {entry} is none of them."
            )));
        }
        let mut rest = &entries[..];
        while !rest.is_empty() {
            let (taken, after) = rest.split_at(share(directory, rest));
            tasks.push(Task {
                directory,
                entries: taken,
                large: size(directory, taken[0]) >= LARGE,
            });
            rest = after;
        }
    }
    Ok(tasks)
}

/// How many of `entries` make one task; a large file is one by itself.
fn share(directory: &DirectoryInner, entries: &[usize]) -> usize {
    let mut bytes = 0;
    let fits = |entry: &&usize| {
        bytes += size(directory, **entry);
        bytes < TASK_BYTES
    };
    entries
        .iter()
        .take(TASK_FILES)
        .take_while(fits)
        .count()
        .max(1)
}

fn size(directory: &DirectoryInner, entry: usize) -> u64 {
    directory.entries[entry].1.size
}

fn named(path: Vec<u8>, sentence: &str) -> ItemFault {
    let text = format!("{} {sentence}", String::from_utf8_lossy(&path));
    (path, text)
}
