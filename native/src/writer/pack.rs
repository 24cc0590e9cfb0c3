//! One pack as it grows: sealed blobs, then the sealed header and its length (VAULT-FORMAT, pack).
//! Bytes go to an unnamed file of the outbox as they come, and are hashed beside the next blob's id
//! (see `hash`): until then they wait here, so a pack holds about one blob in memory.
//! What may not enter: which blobs, and when a pack counts as written.

use std::path::PathBuf;
use std::sync::Arc;

use super::blob::SCRATCH;
use super::landing::Landing;
use super::unnamed::Unnamed;
use crate::aligned::{ALIGNMENT, ROOM};
use crate::blob::{Entry, Id};
use crate::errors::{Fault, Outcome};
use crate::hash::{update_both, Hash};
use crate::open::encode_header;
use crate::seal::{self, Key, OVERHEAD};

/// Blobs of one pack at most: all of them stand in one index file (VAULT-FORMAT, index).
const BLOBS_MOST: usize = 50_000;

/// Where packs go.
pub struct Outbox {
    pub folder: PathBuf,
    /// Whether nobody on this machine reads finished packs soon.
    pub past_cache: bool,
}

pub struct OpenPack {
    kind: u8,
    file: Arc<Unnamed>,
    /// The end of the pack: what was not given to the disk or not hashed yet.
    buffer: Vec<u8>,
    /// Bytes of the buffer that were.
    given: usize,
    hashed: usize,
    /// Bytes of the file before those.
    offset: u64,
    hash: Hash,
    entries: Vec<Entry>,
    size: u64,
}

/// A pack all of whose bytes were given to the disk.
pub struct ClosedPack {
    pub id: Id,
    pub size: u64,
    pub entries: Vec<Entry>,
    pub file: Arc<Unnamed>,
}

impl OpenPack {
    /// `buffer` is memory to use again; what it holds is dropped.
    pub fn create(outbox: &Outbox, kind: u8, mut buffer: Vec<u8>) -> Outcome<OpenPack> {
        buffer.clear();
        let file = Unnamed::create(&outbox.folder, outbox.past_cache)
            .map_err(|error| Fault::of_write(&error, &outbox.folder.to_string_lossy()))?;
        Ok(OpenPack {
            kind,
            file: Arc::new(file),
            buffer,
            given: 0,
            hashed: 0,
            offset: 0,
            hash: Hash::new(),
            entries: Vec::new(),
            size: 0,
        })
    }

    /// The id of a blob that may come next, and meanwhile the hash of what waits for it here: all of
    /// it, or beside a much smaller blob only as much.
    pub fn id_beside(&mut self, plain: &[u8]) -> Id {
        let waiting = &self.buffer[self.hashed..];
        let much_smaller = plain.len() + 2 * OVERHEAD < waiting.len() / 2;
        let along = if much_smaller {
            &waiting[..plain.len() + 2 * OVERHEAD]
        } else {
            waiting
        };
        let mut id = Hash::new();
        update_both(&mut id, plain, &mut self.hash, along);
        self.hashed += along.len();
        self.forget_done();
        id.finish()
    }

    /// Seal a blob into the pack; returns its bytes there.
    ///
    /// StoreError where it does not open again to the same bytes.
    pub fn add(&mut self, key: &Key, level: i32, id: Id, plain: &[u8]) -> Outcome<u32> {
        SCRATCH.with_borrow_mut(|scratch| {
            let plain_length = scratch.compress(level, self.kind, plain)?;
            let start = self.seal(key, scratch.stored(plain_length, plain))?;
            let sealed = &self.buffer[start..];
            scratch.verify(key, sealed, plain_length, plain)?;
            let length = sealed.len() as u64;
            let entry = Entry::checked(self.kind, id, self.size, length, plain_length.into())?;
            self.size += length;
            self.entries.push(entry);
            Ok(entry.length)
        })
    }

    /// Whether to close it before another blob. What waits to be hashed does not count: it would have
    /// to be hashed alone, and the blob that it can be hashed beside is never far.
    pub fn is_full(&self, pack_bytes: u64) -> bool {
        let waiting = (self.buffer.len() - self.hashed) as u64;
        self.size - waiting >= pack_bytes || self.entries.len() >= BLOBS_MOST
    }

    /// Give the disk what fills whole pieces of memory.
    pub fn write(&mut self, disk: &Landing) -> Outcome<()> {
        self.give(disk, ROOM)
    }

    /// Hash what waits and give its memory back.
    pub fn settle(&mut self, disk: &Landing) -> Outcome<()> {
        self.give(disk, ALIGNMENT)?;
        self.hash.update(&self.buffer[self.hashed..]);
        self.hashed = self.buffer.len();
        self.forget_done();
        self.buffer.shrink_to_fit();
        Ok(())
    }

    /// Returns the pack's memory too, for the next one.
    pub fn close(mut self, key: &Key, disk: &Landing) -> Outcome<(ClosedPack, Vec<u8>)> {
        let start = self.seal(key, &encode_header(&self.entries))?;
        let length = self.buffer.len() - start;
        self.buffer
            .extend_from_slice(&(length as u32).to_le_bytes());
        self.size += (self.buffer.len() - start) as u64;
        self.give(disk, 1)?;
        self.hash.update(&self.buffer[self.hashed..]);
        let closed = ClosedPack {
            id: self.hash.finish(),
            size: self.size,
            entries: self.entries,
            file: self.file,
        };
        Ok((closed, self.buffer))
    }

    /// Seal onto the buffer; returns where in it that begins.
    fn seal(&mut self, key: &Key, plain: &[u8]) -> Outcome<usize> {
        let (start, bytes) = (self.buffer.len(), plain.len() + OVERHEAD);
        if self.buffer.capacity() - start < bytes {
            // no doubling, which would hold twice the largest blob
            self.buffer.reserve_exact(bytes.max(ROOM));
        }
        seal::seal_onto(key, plain, &mut self.buffer)?;
        Ok(start)
    }

    /// Give the disk what makes whole `units` of bytes.
    fn give(&mut self, disk: &Landing, unit: usize) -> Outcome<()> {
        let waiting = &self.buffer[self.given..];
        let whole = waiting.len() - waiting.len() % unit;
        for portion in waiting[..whole].chunks(ROOM) {
            disk.write(&self.file, portion, self.offset)?;
            self.offset += portion.len() as u64;
        }
        self.given += whole;
        self.forget_done();
        Ok(())
    }

    /// Drop what is both with the disk and hashed, where that is more than what it moves.
    fn forget_done(&mut self) {
        let done = self.given.min(self.hashed);
        if done >= self.buffer.len() / 2 {
            self.buffer.drain(..done);
            self.given -= done;
            self.hashed -= done;
        }
    }
}
