//! One pack as it grows: sealed blobs, then the sealed header and its length (VAULT-FORMAT, pack),
//! written to a nameless-yet file of the outbox as they come, so that a pack costs little memory.
//! What may not enter: which blobs, and when a pack counts as written.

use sha2::{Digest, Sha256};
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

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
            file: Unnamed::create(outbox)?,
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
                self.file.write(portion)?;
            } else {
                self.buffer.extend_from_slice(portion);
            }
        }
        Ok(())
    }

    fn write_out(&mut self) -> Outcome<()> {
        self.file.write(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

impl ClosedPack {
    /// Make its bytes durable, then give it its name.
    pub fn land(&mut self, outbox: &Path) -> Outcome<()> {
        self.file.land(outbox, &hex(&self.id))
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

/// A file of the outbox under a name of passage, removed unless it lands.
struct Unnamed {
    file: File,
    path: PathBuf,
    landed: bool,
}

impl Unnamed {
    fn create(outbox: &Path) -> Outcome<Unnamed> {
        let mut random = [0; 16];
        getrandom::fill(&mut random)
            .map_err(|error| Fault::Store(format!("The system gave no random bytes: {error}.")))?;
        let path = outbox.join(format!("new-{}", hex(&random)));
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(|error| fault(&error, outbox))?;
        Ok(Unnamed {
            file,
            path,
            landed: false,
        })
    }

    fn write(&mut self, bytes: &[u8]) -> Outcome<()> {
        let place = self.path.parent().unwrap_or(&self.path);
        self.file
            .write_all(bytes)
            .map_err(|error| fault(&error, place))
    }

    fn land(&mut self, outbox: &Path, name: &str) -> Outcome<()> {
        let result = self.file.sync_all().and_then(|()| {
            std::fs::rename(&self.path, outbox.join(OsStr::from_bytes(name.as_bytes())))
        });
        result.map_err(|error| fault(&error, outbox))?;
        self.landed = true;
        Ok(())
    }
}

impl Drop for Unnamed {
    fn drop(&mut self) {
        if !self.landed {
            // what cannot be removed now is swept by the outbox at the next start
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// The fault of the outbox, named as people read it.
pub fn fault(error: &std::io::Error, outbox: &Path) -> Fault {
    Fault::of_write(error, &outbox.to_string_lossy())
}
