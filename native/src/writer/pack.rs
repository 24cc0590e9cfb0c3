//! One pack as it grows: sealed blobs, then the sealed header and its length (VAULT-FORMAT, pack),
//! written to an unnamed file of the outbox as they come, so that a pack costs little memory.
//! What may not enter: which blobs, and when a pack counts as written.

use sha2::{Digest, Sha256};
use std::path::Path;

use super::unnamed::Unnamed;
use crate::blob::{hex, Entry, Id, DATA, TREE};
use crate::errors::{Fault, Outcome};
use crate::seal::{self, Key};

/// Blobs at most: all of a pack's blobs stand in one index file, which holds 50,000.
const BLOBS_MOST: usize = 40_000;
/// Written at a time.
const BUFFER: usize = 256 << 10;

pub struct OpenPack {
    kind: u8,
    file: Unnamed,
    buffer: Vec<u8>,
    hash: Sha256,
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
            hash: Sha256::new(),
            entries: Vec::new(),
            size: 0,
        })
    }

    /// Add a blob; `plain_length` is 0 where it is raw.
    pub fn add(&mut self, id: Id, sealed: &[u8], plain_length: u32) -> Outcome<()> {
        let (kind, size) = (self.kind, sealed.len() as u64);
        let entry = Entry::checked(kind, id, self.size, size, u64::from(plain_length))?;
        self.append(sealed)?;
        self.entries.push(entry);
        Ok(())
    }

    pub fn is_full(&self, pack_bytes: u64) -> bool {
        self.size >= pack_bytes || self.entries.len() >= BLOBS_MOST
    }

    pub fn close(mut self, key: &Key) -> Outcome<ClosedPack> {
        let mut header = Vec::new();
        seal::seal_onto(key, &encode_header(&self.entries), &mut header)?;
        let length = header.len() as u32;
        header.extend_from_slice(&length.to_le_bytes());
        self.append(&header)?;
        self.write_out()?;
        Ok(ClosedPack {
            id: self.hash.finalize().into(),
            size: self.size,
            entries: self.entries,
            file: self.file,
        })
    }

    /// Hashed and written by the buffer, so that the bytes are still near when they are copied.
    fn append(&mut self, bytes: &[u8]) -> Outcome<()> {
        self.size += bytes.len() as u64;
        for portion in bytes.chunks(BUFFER) {
            self.hash.update(portion);
            if self.buffer.len() + portion.len() > BUFFER {
                self.write_out()?;
            }
            if portion.len() == BUFFER {
                self.write(portion)?;
            } else {
                self.buffer.extend_from_slice(portion);
            }
        }
        Ok(())
    }

    fn write_out(&mut self) -> Outcome<()> {
        let buffer = std::mem::take(&mut self.buffer);
        self.write(&buffer)?;
        self.buffer = buffer;
        self.buffer.clear();
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Outcome<()> {
        let written = self.file.write(bytes);
        written.map_err(|error| fault(&error, self.file.folder()))
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
