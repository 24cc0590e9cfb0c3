//! One pack as it grows: sealed blobs, then the sealed header and its length (VAULT-FORMAT, pack).
//! Bytes are written to an unnamed file of the outbox as they come, and hashed beside the next blob's
//! id (see `hash`): until then they wait here, so a pack holds about one blob in memory.
//! What may not enter: which blobs, and when a pack counts as written.

use std::path::Path;

use super::blob::SCRATCH;
use super::unnamed::Unnamed;
use crate::blob::{hex, Entry, Id, DATA, TREE};
use crate::errors::{Fault, Outcome};
use crate::hash::{update_both, Hash};
use crate::seal::{self, Key, OVERHEAD};

/// Blobs at most: all of a pack's blobs stand in one index file, which holds 50,000.
const BLOBS_MOST: usize = 40_000;
/// Written at a time, from this many bytes on: larger writes cost the system more a byte.
const WRITTEN_AT_ONCE: usize = 256 << 10;
pub struct OpenPack {
    kind: u8,
    file: Unnamed,
    /// The end of the pack: what is not written or not hashed yet.
    buffer: Vec<u8>,
    /// Bytes of the buffer that are.
    written: usize,
    hashed: usize,
    hash: Hash,
    entries: Vec<Entry>,
    size: u64,
}

/// A pack all of whose bytes are written, though not flushed.
pub struct ClosedPack {
    pub id: Id,
    pub size: u64,
    pub entries: Vec<Entry>,
    file: Unnamed,
}

impl OpenPack {
    pub fn create(outbox: &Path, kind: u8) -> Outcome<OpenPack> {
        Ok(OpenPack {
            kind,
            file: Unnamed::create(outbox).map_err(|error| fault(&error, outbox))?,
            buffer: Vec::new(),
            written: 0,
            hashed: 0,
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
    /// StoreError where it does not open again to the same bytes, or cannot be written.
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
            if self.buffer.len() - self.written >= WRITTEN_AT_ONCE {
                self.write_out()?;
            }
            Ok(entry.length)
        })
    }

    /// Whether to close it before another blob. What waits to be hashed does not count: it would have
    /// to be hashed alone, and the blob that it can be hashed beside is never far.
    pub fn is_full(&self, pack_bytes: u64) -> bool {
        let waiting = (self.buffer.len() - self.hashed) as u64;
        self.size - waiting >= pack_bytes || self.entries.len() >= BLOBS_MOST
    }

    /// Hash what waits and give its memory back.
    pub fn settle(&mut self) -> Outcome<()> {
        self.write_out()?;
        self.hash.update(&self.buffer[self.hashed..]);
        (self.buffer, self.hashed, self.written) = (Vec::new(), 0, 0);
        Ok(())
    }

    pub fn close(mut self, key: &Key) -> Outcome<ClosedPack> {
        let start = self.seal(key, &encode_header(&self.entries))?;
        let length = self.buffer.len() - start;
        self.buffer
            .extend_from_slice(&(length as u32).to_le_bytes());
        self.size += (self.buffer.len() - start) as u64;
        self.settle()?;
        Ok(ClosedPack {
            id: self.hash.finish(),
            size: self.size,
            entries: self.entries,
            file: self.file,
        })
    }

    /// Seal onto the buffer; returns where in it that begins.
    fn seal(&mut self, key: &Key, plain: &[u8]) -> Outcome<usize> {
        let (start, bytes) = (self.buffer.len(), plain.len() + OVERHEAD);
        if self.buffer.capacity() - start < bytes {
            // no doubling, which would hold twice the largest blob
            self.buffer.reserve_exact(bytes.max(WRITTEN_AT_ONCE));
        }
        seal::seal_onto(key, plain, &mut self.buffer)?;
        Ok(start)
    }

    fn write_out(&mut self) -> Outcome<()> {
        for portion in self.buffer[self.written..].chunks(WRITTEN_AT_ONCE) {
            let written = self.file.write(portion);
            written.map_err(|error| fault(&error, self.file.folder()))?;
        }
        self.written = self.buffer.len();
        self.forget_done();
        Ok(())
    }

    /// Drop what is both written and hashed, where that moves few bytes or none.
    fn forget_done(&mut self) {
        let done = self.written.min(self.hashed);
        if done == self.buffer.len() || done >= WRITTEN_AT_ONCE {
            self.buffer.drain(..done);
            self.written -= done;
            self.hashed -= done;
        }
    }
}

impl ClosedPack {
    /// Make it durable under its name.
    pub fn land(&mut self) -> Outcome<()> {
        let landed = self.file.land(&hex(&self.id));
        landed.map_err(|error| fault(&error, self.file.folder()))
    }
}

fn encode_header(entries: &[Entry]) -> Vec<u8> {
    let mut header = Vec::with_capacity(41 * entries.len());
    for entry in entries {
        let kind = if entry.kind == TREE { TREE } else { DATA };
        let compressed = entry.plain_length > 0;
        header.push(kind + if compressed { 2 } else { 0 });
        header.extend_from_slice(&entry.length.to_le_bytes());
        if compressed {
            header.extend_from_slice(&entry.plain_length.to_le_bytes());
        }
        header.extend_from_slice(&entry.id);
    }
    header
}

/// The fault of the outbox, named as people read it.
fn fault(error: &std::io::Error, outbox: &Path) -> Fault {
    Fault::of_write(error, &outbox.to_string_lossy())
}
