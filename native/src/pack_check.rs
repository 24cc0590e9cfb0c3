//! Checks a whole pack as its bytes come: every blob the index has in it, the header, and the name. A
//! blob and the pack are hashed in one pass, side by side, and one blob is in memory at a time.
//! What may not enter: reading files, deciding what to do about damage.

use pyo3::prelude::*;
use std::cell::RefCell;
use std::sync::Mutex;

use crate::blob::{hex, id_of, Entry, Id, Maker};
use crate::errors::{Fault, Outcome};
use crate::hash::{update_both, Hash};
use crate::index::Index;
use crate::lock::lock;
use crate::open::{
    blob_sentence, check_id, check_length, cut_short, header, COMPRESSED_ENTRY, DECRYPTED,
    LENGTH_BYTES, RAW_ENTRY,
};
use crate::seal::{open_by_portions, open_into, Key, NONCE, OVERHEAD};
use crate::sentence::Sentence;
use crate::zstd_frames::decompress_into;

struct Check {
    key: Key,
    pack_id: Id,
    /// In the order in which they lie.
    entries: Vec<Entry>,
    /// How many were checked.
    done: usize,
    /// Bytes of the entry at hand that came so far; behind the last one, of the header.
    pending: Vec<u8>,
    hash: Hash,
    size: u64,
    damaged: Vec<(Entry, Sentence)>,
}

impl Check {
    /// DamagedError unless the entries lie one behind the other.
    fn new(key: Key, pack_id: Id, mut entries: Vec<Entry>) -> Outcome<Check> {
        entries.sort_by_key(|entry| entry.offset);
        let mut end = 0;
        for entry in &entries {
            if u64::from(entry.offset) != std::mem::replace(&mut end, entry.end()) {
                return Err(Fault::Damaged(say!("The index has the blob {blob} of the pack {pack} where it cannot lie; repair the index.", blob = hex(&entry.id), pack = hex(&pack_id))));
            }
        }
        Ok(Check {
            key,
            pack_id,
            entries,
            done: 0,
            pending: Vec::new(),
            hash: Hash::new(),
            size: 0,
            damaged: Vec::new(),
        })
    }

    fn feed(&mut self, mut data: &[u8]) {
        self.size += data.len() as u64;
        while let Some(entry) = self.entries.get(self.done).copied() {
            let wanted = entry.length as usize - self.pending.len();
            if data.len() < wanted {
                self.pending.extend_from_slice(data);
                return;
            }
            let (sealed, rest) = data.split_at(wanted);
            if self.pending.is_empty() {
                self.check(&entry, sealed);
            } else {
                let mut whole = std::mem::take(&mut self.pending);
                whole.extend_from_slice(sealed);
                self.check(&entry, &whole);
                whole.clear();
                self.pending = whole;
            }
            self.done += 1;
            data = rest;
        }
        self.hash.update(data);
        // a longer one is wrong already, and need not be held
        let room = (self.header_bytes() + 1).saturating_sub(self.pending.len());
        self.pending
            .extend_from_slice(&data[..data.len().min(room)]);
    }

    fn check(&mut self, entry: &Entry, sealed: &[u8]) {
        if let Err(fault) = verify(&self.key, entry, sealed, &mut self.hash) {
            self.damaged.push((*entry, blob_sentence(entry, &fault)));
        }
    }

    /// The damaged blobs, and a sentence about the pack as a whole, empty when all is well.
    fn finish(mut self) -> (Vec<(Entry, Sentence)>, Sentence) {
        let missing = &self.entries[self.done..];
        let too_short = Fault::Damaged(cut_short());
        let lost = |entry: &Entry| (*entry, blob_sentence(entry, &too_short));
        self.damaged.extend(missing.iter().map(lost));
        let header = match missing {
            [] => self.header_fault(),
            _ => Some(cut_short()),
        };
        let misnamed = (self.hash.finish() != self.pack_id).then(|| {
            say!(
                "The pack {pack} has other bytes than its name says.",
                pack = hex(&self.pack_id)
            )
        });
        (self.damaged, header.or(misnamed).unwrap_or_default())
    }

    fn header_fault(&self) -> Option<Sentence> {
        let named = match header(&self.key, &self.pending, self.size) {
            Ok(named) => named,
            Err(fault) => return Some(fault.sentence()),
        };
        (named != self.entries).then(|| say!("Its header names other blobs than the index does."))
    }

    fn header_bytes(&self) -> usize {
        let of = |entry: &Entry| {
            if entry.plain_length == 0 {
                RAW_ENTRY
            } else {
                COMPRESSED_ENTRY
            }
        };
        self.entries.iter().map(of).sum::<usize>() + OVERHEAD + LENGTH_BYTES
    }
}

/// Whether `sealed` is what its entry says; every byte of it goes into `pack`, whatever is wrong.
fn verify(key: &Key, entry: &Entry, sealed: &[u8], pack: &mut Hash) -> Outcome<()> {
    let mut blob = Hash::new();
    if entry.plain_length == 0 {
        verify_raw(key, sealed, &mut blob, pack)?;
    } else {
        verify_compressed(key, entry, sealed, &mut blob, pack)?;
    }
    check_id(blob.finish(), entry)
}

/// A raw blob is never held opened.
fn verify_raw(key: &Key, sealed: &[u8], blob: &mut Hash, pack: &mut Hash) -> Outcome<()> {
    let mut given = 0;
    let opened = open_by_portions(key, sealed, |portion, plain| {
        if given == 0 {
            pack.update(&sealed[..NONCE]);
            given = NONCE;
        }
        update_both(blob, plain, pack, portion);
        given += portion.len();
    });
    pack.update(&sealed[given..]);
    opened
}

fn verify_compressed(
    key: &Key,
    entry: &Entry,
    sealed: &[u8],
    blob: &mut Hash,
    pack: &mut Hash,
) -> Outcome<()> {
    PLAIN.with_borrow_mut(|plain| {
        let opened = DECRYPTED.with_borrow_mut(|frame| {
            open_into(key, sealed, frame)?;
            decompress_into(frame, entry.plain_length as usize, plain)
        });
        match opened {
            Ok(()) => update_both(blob, plain, pack, sealed),
            Err(_) => pack.update(sealed),
        }
        opened.and_then(|()| check_length(plain, entry))
    })
}

thread_local! {
    /// What was decompressed; kept, so that small blobs cost no allocation.
    static PLAIN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

#[pyclass(frozen, module = "notou.kernel._native")]
pub struct PackCheck {
    /// None once it is finished.
    check: Mutex<Option<Check>>,
}

#[pymethods]
impl PackCheck {
    #[new]
    fn new(key: &[u8], index: &Index, pack_id: &[u8]) -> PyResult<PackCheck> {
        let (key, id, shared) = (Key::new(key)?, id_of(pack_id)?, index.shared());
        let entries = {
            let index = shared.read();
            index.entries(index.pack(&id)?)
        };
        Ok(PackCheck {
            check: Mutex::new(Some(Check::new(key, id, entries)?)),
        })
    }

    fn feed(&self, py: Python<'_>, data: &[u8]) {
        py.detach(|| {
            if let Some(check) = lock(&self.check).as_mut() {
                check.feed(data);
            }
        });
    }

    fn finish<'py>(&self, py: Python<'py>) -> PyResult<Verdict<'py>> {
        let check = lock(&self.check).take();
        let (damaged, sentence) = match check {
            Some(check) => py.detach(|| check.finish()),
            None => Default::default(),
        };
        let maker = Maker::new(py)?;
        let made = |(entry, sentence): (Entry, Sentence)| Ok((maker.entry(&entry)?, sentence));
        let damaged: PyResult<Vec<_>> = damaged.into_iter().map(made).collect();
        Ok((damaged?, sentence))
    }
}

type Verdict<'py> = (Vec<(Bound<'py, PyAny>, Sentence)>, Sentence);

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<PackCheck>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob::{DATA, TREE};
    use crate::hash::sha256;
    use crate::open::encode_header;
    use crate::seal::{seal_onto, KEY};
    use crate::zstd_frames::compress_into;

    fn key() -> Key {
        Key::new(&[7; KEY]).unwrap()
    }

    /// A pack of three raw blobs, an empty one among them, and a compressed one.
    fn pack() -> (Vec<u8>, Vec<Entry>) {
        let blobs = [vec![1; 10_000], vec![], vec![2; 5], vec![3; 9_000]];
        let (mut pack, mut entries) = (Vec::new(), Vec::new());
        for (number, plain) in blobs.iter().enumerate() {
            let offset = pack.len();
            let mut frame = Vec::new();
            if number == 3 {
                compress_into(plain, 3, &mut frame).unwrap();
            }
            let stored = if frame.is_empty() { plain } else { &frame };
            seal_onto(&key(), stored, &mut pack).unwrap();
            let length = pack.len() - offset;
            let plain_length = if frame.is_empty() {
                0
            } else {
                plain.len() as u64
            };
            let (id, offset, length) = (sha256(plain), offset as u64, length as u64);
            entries.push(Entry::checked(DATA, id, offset, length, plain_length).unwrap());
        }
        let start = pack.len();
        seal_onto(&key(), &encode_header(&entries), &mut pack).unwrap();
        let length = (pack.len() - start) as u32;
        pack.extend_from_slice(&length.to_le_bytes());
        (pack, entries)
    }

    fn verdict(id: Id, entries: &[Entry], pack: &[u8], step: usize) -> (Vec<Entry>, String) {
        let mut check = Check::new(key(), id, entries.to_vec()).unwrap();
        for portion in pack.chunks(step) {
            check.feed(portion);
        }
        let (damaged, sentence) = check.finish();
        (
            damaged.into_iter().map(|(entry, _)| entry).collect(),
            sentence.to_string(),
        )
    }

    #[test]
    fn a_whole_pack_is_found_whole_in_whatever_portions_it_comes() {
        let (pack, entries) = pack();
        for step in [1, 31, 4096, 10_000, pack.len()] {
            let whole = (vec![], String::new());
            assert_eq!(verdict(sha256(&pack), &entries, &pack, step), whole);
        }
    }

    #[test]
    fn every_truncation_and_every_flipped_byte_is_found_with_the_blob_it_hit() {
        let (pack, entries) = pack();
        let id = sha256(&pack);
        for at in (0..pack.len()).step_by(7).chain([pack.len() - 1]) {
            let (damaged, sentence) = verdict(id, &entries, &pack[..at], 1000);
            let lost = |entry: &&Entry| entry.end() > at as u64;
            assert_eq!(
                damaged,
                entries.iter().filter(lost).copied().collect::<Vec<_>>()
            );
            assert!(!sentence.is_empty());
            let mut flipped = pack.clone();
            flipped[at] ^= 1;
            let (damaged, sentence) = verdict(id, &entries, &flipped, 1000);
            let hit =
                |entry: &&Entry| (u64::from(entry.offset)..entry.end()).contains(&(at as u64));
            assert_eq!(
                damaged,
                entries.iter().filter(hit).copied().collect::<Vec<_>>()
            );
            assert!(!sentence.is_empty());
        }
        let longer = [&pack[..], b"x"].concat();
        assert!(!verdict(sha256(&longer), &entries, &longer, 1000)
            .1
            .is_empty());
    }

    #[test]
    fn an_index_that_says_other_than_the_pack_is_found() {
        let (pack, entries) = pack();
        let id = sha256(&pack);
        let mut renamed = entries.clone();
        renamed[0].id = [0; 32];
        let (damaged, sentence) = verdict(id, &renamed, &pack, 1000);
        assert_eq!((damaged.len(), sentence.is_empty()), (1, false));
        let mut shorter = entries.clone();
        shorter[3].plain_length = 8_999;
        let (damaged, sentence) = verdict(id, &shorter, &pack, 1000);
        assert_eq!((damaged.len(), sentence.is_empty()), (1, false));
        let mut tree = entries.clone();
        tree[0].kind = TREE;
        assert!(!verdict(id, &tree, &pack, 1000).1.is_empty());
        assert!(!verdict(id, &entries[..3], &pack, 1000).1.is_empty());
        for at in [0, 2] {
            let mut moved = entries.clone();
            moved[at].offset += 1;
            assert!(Check::new(key(), id, moved).is_err());
        }
    }
}
