//! Files of listed directories, shared out among the cores by the handful. A thread opens its next
//! handful before it reads the one at hand, so that the disk fetches the one while the processor works
//! on the other. The pieces of a large file are taken over by threads that have nothing else to do.
//!
//! What may not enter: how a file is read (source), how a blob is stored (engine).

use rayon::prelude::*;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::desk::Desk;
use super::engine::{Engine, Halted, Work};
use super::source::{Portion, Source};
use crate::blob::{Id, DATA};
use crate::cut::Rule;
use crate::directory::DirectoryInner;
use crate::errors::{reason, Fault, Outcome};
use crate::sentence::Sentence;

/// From this size on other threads may help with one file.
const LARGE: u64 = 16 << 20;
/// Bytes read at once, beyond what the longest piece takes.
const AHEAD: usize = 1 << 20;
/// A thread takes so many files, or so many bytes, at a time; twice as many are open.
const TASK_FILES: usize = 16;
const TASK_BYTES: u64 = 4 << 20;
/// A file that changes while it is read is read this often.
const TRIES: usize = 3;

/// Path, what happened, without naming it.
pub type ItemFault = (Vec<u8>, Sentence);

/// Some files of one directory, by their entry numbers; a large one is alone.
struct Task<'a> {
    directory: &'a DirectoryInner,
    entries: &'a [usize],
    large: bool,
}

/// Tasks, handed out in their order.
struct Queue<'a> {
    tasks: Vec<Task<'a>>,
    next: AtomicUsize,
}

impl<'a> Queue<'a> {
    fn take(&self) -> Option<(usize, &Task<'a>)> {
        let number = self.next.fetch_add(1, Relaxed);
        self.tasks.get(number).map(|task| (number, task))
    }
}

/// A task whose files are open, or could not be opened.
struct Opened<'a> {
    number: usize,
    task: &'a Task<'a>,
    folder: Result<OwnedFd, Sentence>,
    sources: Vec<Result<Source<'a>, Sentence>>,
}

/// Why a file was not stored.
enum Trouble {
    /// What happened to it, without naming it.
    Item(Sentence),
    Halted,
}

impl From<Sentence> for Trouble {
    fn from(sentence: Sentence) -> Trouble {
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
}

impl Engine {
    /// Store file entries; each directory is told what its files hold. Returns the files that could
    /// not be, in the order given.
    pub fn store(&self, lane: u8, work: &Work) -> Outcome<Vec<ItemFault>> {
        let shift = Shift {
            engine: self,
            lane,
            rule: self.rule(lane)?,
        };
        self.turn_to(lane)?;
        let queue = Queue {
            tasks: tasks(work)?,
            next: AtomicUsize::new(0),
        };
        let mut faults = self.cores().broadcast(|_| shift.work(&queue)).concat();
        self.ended()?;
        faults.sort_by_key(|(number, _)| *number);
        Ok(faults.into_iter().map(|(_, fault)| fault).collect())
    }
}

impl Shift<'_> {
    /// What each thread does until no task is left; faults with the numbers of their tasks.
    fn work(&self, queue: &Queue<'_>) -> Vec<(usize, ItemFault)> {
        let mut faults = Vec::new();
        let mut desk = self.engine.desks.take();
        let take = || {
            queue
                .take()
                .map(|(number, task)| self.open_all(number, task))
        };
        let mut next = take();
        while let Some(opened) = next {
            next = take();
            if self.store_all(opened, &mut desk, &mut faults).is_err() {
                break;
            }
        }
        self.engine.desks.give_back(desk);
        faults
    }

    fn open_all<'a>(&'a self, number: usize, task: &'a Task<'a>) -> Opened<'a> {
        let opened = task.directory.open();
        let folder = opened
            .map_err(|error| say!("could not be reached: {reason}.", reason = reason(&error)));
        let open = |entry: &usize| self.open(&folder, task, *entry);
        let sources = task.entries.iter().map(open).collect();
        Opened {
            number,
            task,
            folder,
            sources,
        }
    }

    fn store_all(
        &self,
        opened: Opened<'_>,
        desk: &mut Desk,
        faults: &mut Vec<(usize, ItemFault)>,
    ) -> Result<(), Halted> {
        let (task, folder) = (opened.task, opened.folder);
        for (entry, source) in task.entries.iter().zip(opened.sources) {
            match self.store_entry(task, *entry, &folder, source, desk) {
                Ok(()) => {}
                Err(Trouble::Item(sentence)) => {
                    let path = task.directory.path_of(*entry);
                    faults.push((opened.number, (path, sentence)));
                }
                Err(Trouble::Halted) => return Err(Halted),
            }
        }
        Ok(())
    }

    fn store_entry(
        &self,
        task: &Task<'_>,
        entry: usize,
        folder: &Result<OwnedFd, Sentence>,
        opened: Result<Source<'_>, Sentence>,
        desk: &mut Desk,
    ) -> Result<(), Trouble> {
        let mut opened = opened;
        for _ in 0..TRIES {
            self.engine.go_on()?;
            let mut source = opened?;
            let content = if task.large {
                self.read_large(&mut source, desk)?
            } else {
                self.read_small(&mut source, desk)?
            };
            if let Some(stat) = source.unchanged()? {
                self.engine.files_read.fetch_add(1, Relaxed);
                task.directory.set_content(entry, content, stat);
                return Ok(());
            }
            opened = self.open(folder, task, entry);
        }
        Err(Trouble::Item(say!(
            "changed while it was being read; the next backup will take it."
        )))
    }

    fn open(
        &self,
        folder: &Result<OwnedFd, Sentence>,
        task: &Task<'_>,
        entry: usize,
    ) -> Result<Source<'_>, Sentence> {
        let (name, listed) = &task.directory.entries[entry];
        let folder = folder.as_ref().map_err(Sentence::clone)?.as_fd();
        let cutting = (self.rule, &self.engine.settings.secret);
        Source::open(folder, name, listed, cutting, self.rule.reach() + AHEAD)
    }

    /// Portion after portion on this thread.
    fn read_small(&self, source: &mut Source<'_>, desk: &mut Desk) -> Result<Vec<Id>, Trouble> {
        let mut content = Vec::new();
        let [now, after] = desk;
        if source.is_empty() {
            return Ok(content);
        }
        source.start(now)?;
        loop {
            self.count_read(now);
            for piece in now.pieces() {
                content.push(self.store_piece(piece)?);
            }
            if now.is_last() {
                return Ok(content);
            }
            source.next(now, after)?;
            std::mem::swap(now, after);
        }
    }

    /// The next portion is read and cut, and the pieces of the one before sealed, by this thread and
    /// whichever others are free.
    fn read_large(&self, source: &mut Source<'_>, desk: &mut Desk) -> Result<Vec<Id>, Trouble> {
        let mut content = Vec::new();
        let [now, after] = desk;
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
        let store = |piece: &&[u8]| self.store_piece(piece);
        portion.pieces().par_iter().map(store).collect()
    }

    fn store_piece(&self, piece: &[u8]) -> Result<Id, Halted> {
        self.engine.store_blob(self.lane, DATA, piece)
    }

    fn count_read(&self, portion: &Portion) {
        let bytes = &self.engine.bytes_read;
        bytes.fetch_add(portion.cut_bytes(), Relaxed);
    }
}

/// Work in portions for one thread; UsageError for an entry that is not there.
fn tasks(work: &Work) -> Outcome<Vec<Task<'_>>> {
    let mut tasks = Vec::new();
    for (directory, entries) in work {
        let count = directory.entries.len();
        if let Some(entry) = entries.iter().find(|entry| **entry >= count) {
            return Err(Fault::Usage(say!(
                "The directory has {count} entries, and number {number} is none of them.",
                count = count,
                number = *entry
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
