//! Content into files: every blob is opened once and written wherever it belongs, in parallel.
//! What may not enter: metadata, names other than those of the files themselves.

use rayon::prelude::*;
use rustix::fs::{fstat, FileType, Mode, OFlags};
use rustix::io::Errno;
use std::collections::HashSet;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::content::Content;
use super::faults::{fault, ItemFault};
use super::place::create;
use super::resolve::Root;
use crate::blob::Entry;
use crate::errors::{Fault, Outcome};
use crate::lock::{lock, taken};
use crate::open::{blob_sentence, open_blob};
use crate::seal::Key;
use crate::sentence::Sentence;

/// Files kept open at a time between two of their blobs; the usual bound of a process is 1024.
const OPEN_MOST: usize = 256;

/// Files this target created and has not finished: what was not written yet reads as zeros.
#[derive(Default)]
pub struct Fresh(Mutex<HashSet<Vec<u8>>>);

impl Fresh {
    pub fn forget(&self, path: &[u8]) {
        let mut paths = lock(&self.0);
        if !paths.is_empty() {
            paths.remove(path);
        }
    }
}

/// The bytes that blobs are opened from.
pub struct Source<'a> {
    pub key: Key,
    /// The pack's bytes from offset `base`.
    pub data: &'a [u8],
    pub base: u64,
    pub entries: Vec<Entry>,
}

/// Where a blob goes.
#[derive(Clone, Copy)]
pub struct Placement {
    pub blob: usize,
    pub file: usize,
    pub offset: u64,
}

/// One file of a batch.
struct Slot<'a> {
    path: &'a [u8],
    size: u64,
    state: Mutex<State>,
}

struct State {
    opened: Option<Arc<Content>>,
    /// Placements not dealt with yet.
    left: usize,
    fault: Option<ItemFault>,
}

/// (damaged blobs by number, faults of files).
pub type Report = (Vec<(usize, Sentence)>, Vec<ItemFault>);

/// The contract of `Target.write`. UsageError for placements that name no blob or file.
pub fn write<'a>(
    root: &'a Root,
    fresh: &'a Fresh,
    source: &Source<'_>,
    files: &[(&'a [u8], u64)],
    mut placements: Vec<Placement>,
) -> Outcome<Report> {
    let batch = Batch::new(root, fresh, files, &placements, source.entries.len())?;
    placements.sort_by_key(|placement| placement.blob);
    let groups: Vec<&[Placement]> = placements.chunk_by(|a, b| a.blob == b.blob).collect();
    let damaged = groups
        .par_iter()
        .filter_map(|group| batch.write_blob(source, group));
    let damaged = damaged.collect();
    Ok((damaged, batch.faults()))
}

struct Batch<'a> {
    root: &'a Root,
    fresh: &'a Fresh,
    slots: Vec<Slot<'a>>,
    open_files: AtomicUsize,
}

impl<'a> Batch<'a> {
    fn new(
        root: &'a Root,
        fresh: &'a Fresh,
        files: &[(&'a [u8], u64)],
        placements: &[Placement],
        blobs: usize,
    ) -> Outcome<Batch<'a>> {
        let mut left = vec![0; files.len()];
        for placement in placements {
            match left.get_mut(placement.file) {
                Some(count) if placement.blob < blobs => *count += 1,
                _ => return Err(Fault::Usage(say!("A placement names no blob or no file."))),
            }
        }
        let slot = |(&(path, size), left): (&(&'a [u8], u64), usize)| Slot {
            path,
            size,
            state: Mutex::new(State {
                opened: None,
                left,
                fault: None,
            }),
        };
        Ok(Batch {
            root,
            fresh,
            slots: files.iter().zip(left).map(slot).collect(),
            open_files: AtomicUsize::new(0),
        })
    }

    /// Open one blob and write it to its places; the blob's number and a sentence when damaged.
    fn write_blob(&self, source: &Source<'_>, places: &[Placement]) -> Option<(usize, Sentence)> {
        let number = places[0].blob;
        let entry = &source.entries[number];
        let opened = open_blob(&source.key, source.data, source.base, entry);
        for place in places {
            let slot = &self.slots[place.file];
            if let Ok(plain) = &opened {
                if let Err(error) = self.write_place(slot, plain, place.offset) {
                    lock(&slot.state)
                        .fault
                        .get_or_insert_with(|| fault(slot.path, &error));
                }
            }
            self.leave(slot);
        }
        opened
            .err()
            .map(|fault| (number, blob_sentence(entry, &fault)))
    }

    fn write_place(&self, slot: &Slot<'_>, plain: &[u8], offset: u64) -> io::Result<()> {
        if offset
            .checked_add(plain.len() as u64)
            .is_none_or(|end| end > slot.size)
        {
            return Err(io::Error::other(say!(
                "its content is longer than it should be"
            )));
        }
        let whole = plain.len() as u64 == slot.size;
        let Some(file) = self.opened(slot, whole)? else {
            return Ok(());
        };
        let reached = file.write(plain, offset)?;
        if whole && reached < slot.size {
            file.reach(slot.size)?;
        }
        Ok(())
    }

    /// The slot's file, opened once; None when it failed before.
    fn opened(&self, slot: &Slot<'_>, whole: bool) -> io::Result<Option<Arc<Content>>> {
        let mut state = lock(&slot.state);
        if state.fault.is_some() {
            return Ok(None);
        }
        if let Some(opened) = &state.opened {
            return Ok(Some(opened.clone()));
        }
        let opened = Arc::new(self.open(slot, whole)?);
        if state.left > 1 && self.open_files.load(Ordering::Relaxed) < OPEN_MOST {
            self.open_files.fetch_add(1, Ordering::Relaxed);
            state.opened = Some(opened.clone());
        }
        Ok(Some(opened))
    }

    fn open(&self, slot: &Slot<'_>, whole: bool) -> io::Result<Content> {
        if !whole && lock(&self.fresh.0).contains(slot.path) {
            return open_existing(self.root, slot.path).map(|fd| Content::new(fd, slot.size));
        }
        match create(self.root, slot.path) {
            Ok(fd) => {
                let content = Content::new(fd, slot.size);
                if !whole {
                    // the end may become a hole, and other blobs of it come in other batches
                    content.reach(slot.size)?;
                    lock(&self.fresh.0).insert(slot.path.to_vec());
                }
                Ok(content)
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let fd = open_existing(self.root, slot.path)?;
                // another thread may have created it since
                let fresh = lock(&self.fresh.0).contains(slot.path);
                Ok(if fresh {
                    Content::new(fd, slot.size)
                } else {
                    Content::standing(fd)
                })
            }
            Err(error) => Err(error),
        }
    }

    /// One placement is dealt with; after the last one the file is closed.
    fn leave(&self, slot: &Slot<'_>) {
        let mut state = lock(&slot.state);
        state.left -= 1;
        if (state.left == 0 || state.fault.is_some()) && state.opened.take().is_some() {
            self.open_files.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn faults(self) -> Vec<ItemFault> {
        let fault = |slot: Slot<'_>| taken(slot.state.into_inner()).fault;
        self.slots.into_iter().filter_map(fault).collect()
    }
}

/// A file to write over. One with further names is refused: they may lie outside the target.
fn open_existing(root: &Root, path: &[u8]) -> io::Result<OwnedFd> {
    // NONBLOCK: a FIFO in the file's place must not make us wait for its reader
    let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
    let fd = match root.open_at(path, flags, Mode::empty()) {
        Err(error) if error.raw_os_error() == Some(Errno::NXIO.raw_os_error()) => {
            return Err(in_the_way());
        }
        result => result?,
    };
    let stat = fstat(&fd)?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(in_the_way());
    }
    if stat.st_nlink > 1 {
        return Err(io::Error::other(say!(
            "the file there has further names, which writing would change too; remove it first"
        )));
    }
    Ok(fd)
}

fn in_the_way() -> io::Error {
    io::Error::other(say!("what stands there is no file; remove it first"))
}
