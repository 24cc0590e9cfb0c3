//! Which pack holds which blob, in about 48 bytes a blob: records in one vector, packs one after the
//! other, and an open-addressing table of record numbers. Copies of a blob beyond the first hang on
//! the first one, so that a vault that names one blob in every pack does not make look-ups slow.
//! What may not enter: JSON, Python.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use crate::blob::{hex, unknown_pack, Entry, Id, Place, TREE};
use crate::errors::{Fault, Outcome};

/// The lane of packs whose index file does not say.
pub const UNKNOWN_LANE: u8 = 255;
/// The number of a record; pack numbers fit it too.
pub type Number = u32;

const EMPTY: Number = Number::MAX;
/// The bit of `Record::plain` that says the blob is a tree; entries are bounded below it.
const TREE_BIT: u32 = 1 << 31;

struct Record {
    id: Id,
    pack: Number,
    offset: u32,
    length: u32,
    plain: u32,
}

/// One pack, whose records stand together from `first` on.
pub struct Pack {
    pub id: Id,
    pub lane: u8,
    first: Number,
    count: Number,
    /// Sum of the sealed lengths of its blobs.
    pub sealed: u64,
}

impl Pack {
    pub fn records(&self) -> std::ops::Range<Number> {
        self.first..self.first + self.count
    }
}

pub struct IndexInner {
    records: Vec<Record>,
    packs: Vec<Pack>,
    pack_numbers: HashMap<Id, Number>,
    /// First record of each blob, by its hash; the length is a power of two.
    table: Vec<Number>,
    /// First record of a blob → its other ones.
    others: HashMap<Number, Vec<Number>>,
    heads: usize,
    /// Ids are uniform when honest; a hostile vault chooses them, but cannot know this.
    seed: [u64; 4],
}

impl Default for IndexInner {
    fn default() -> Self {
        Self::new()
    }
}

impl IndexInner {
    pub fn new() -> IndexInner {
        let random = RandomState::new();
        IndexInner {
            records: Vec::new(),
            packs: Vec::new(),
            pack_numbers: HashMap::new(),
            table: vec![EMPTY; 1024],
            others: HashMap::new(),
            heads: 0,
            seed: std::array::from_fn(|i| random.hash_one(i) | 1),
        }
    }

    /// Add one pack; false when it is known already, and then nothing changes.
    ///
    /// LimitError beyond two thousand million blobs.
    pub fn add_pack(&mut self, id: Id, lane: u8, entries: &[Entry]) -> Outcome<bool> {
        if self.pack_numbers.contains_key(&id) {
            return Ok(false);
        }
        if self.records.len() + entries.len() > (1 << 31) {
            return Err(Fault::Limit(say!(
                "The pack {pack} would make more blobs than Notou can index.",
                pack = hex(&id)
            )));
        }
        let number = self.packs.len() as Number;
        self.packs.push(Pack {
            id,
            lane,
            first: self.records.len() as Number,
            count: entries.len() as Number,
            sealed: entries.iter().map(|entry| u64::from(entry.length)).sum(),
        });
        self.pack_numbers.insert(id, number);
        self.reserve(entries.len());
        for entry in entries {
            self.add_record(number, entry);
        }
        Ok(true)
    }

    /// Vec would double, which at 48 bytes a blob is felt; a quarter more costs as few moves as matter.
    fn reserve(&mut self, more: usize) {
        let needed = self.records.len() + more;
        if needed > self.records.capacity() {
            self.records.reserve_exact(more.max(self.records.len() / 4));
        }
        let slots = (needed + needed / 3 + 1).next_power_of_two();
        if slots > self.table.len() {
            self.rebuild(slots);
        }
    }

    fn rebuild(&mut self, slots: usize) {
        let heads: Vec<Number> = std::mem::take(&mut self.table)
            .into_iter()
            .filter(|number| *number != EMPTY)
            .collect();
        self.table = vec![EMPTY; slots];
        for head in heads {
            let record = &self.records[head as usize];
            if let Err(slot) = self.slot(record.plain & TREE_BIT, &record.id) {
                self.table[slot] = head;
            }
        }
    }

    fn add_record(&mut self, pack: Number, entry: &Entry) {
        let number = self.records.len() as Number;
        let tree = tree_bit(entry.kind);
        match self.slot(tree, &entry.id) {
            Ok(head) => self.others.entry(head).or_default().push(number),
            Err(slot) => {
                self.table[slot] = number;
                self.heads += 1;
            }
        }
        self.records.push(Record {
            id: entry.id,
            pack,
            offset: entry.offset,
            length: entry.length,
            plain: entry.plain_length | tree,
        });
    }

    /// The blob's first record, or else the slot where it would go.
    fn slot(&self, tree: u32, id: &Id) -> Result<Number, usize> {
        let mask = self.table.len() - 1;
        let mut slot = self.hash(tree, id) as usize & mask;
        loop {
            let number = self.table[slot];
            if number == EMPTY {
                return Err(slot);
            }
            let record = &self.records[number as usize];
            if record.id == *id && record.plain & TREE_BIT == tree {
                return Ok(number);
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Every word of the id takes part, multiplied with secrets (as wyhash mixes).
    fn hash(&self, tree: u32, id: &Id) -> u64 {
        let word = |i: usize| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&id[8 * i..8 * i + 8]);
            u64::from_le_bytes(bytes) ^ self.seed[i]
        };
        let mixed = folded(word(0) ^ u64::from(tree), word(1)) ^ folded(word(2), word(3));
        folded(mixed ^ self.seed[3], self.seed[0])
    }

    /// The records of a blob, the first one first.
    pub fn find(&self, kind: u8, id: &Id) -> impl Iterator<Item = Number> + '_ {
        let head = self.slot(tree_bit(kind), id).ok();
        let others = head.and_then(|head| self.others.get(&head));
        head.into_iter()
            .chain(others.into_iter().flatten().copied())
    }

    /// Whether a pack of this lane (or, for the unknown lane, any pack) holds the blob.
    pub fn contains(&self, kind: u8, lane: u8, id: &Id) -> bool {
        self.find(kind, id)
            .any(|number| lane == UNKNOWN_LANE || self.lane(number) == lane)
    }

    /// Whether a pack of this lane, or one whose lane is not known yet, holds the blob.
    pub fn held_for(&self, kind: u8, lane: u8, id: &Id) -> bool {
        self.find(kind, id).any(|number| {
            let holder = self.lane(number);
            holder == lane || holder == UNKNOWN_LANE
        })
    }

    /// Say to which lane a pack of the unknown lane belongs. NotFoundError when no such pack is known.
    pub fn adopt(&mut self, pack: &Id, lane: u8) -> Outcome<()> {
        let number = *self
            .pack_numbers
            .get(pack)
            .ok_or_else(|| unknown_pack(pack))?;
        let pack = &mut self.packs[number as usize];
        if pack.lane == UNKNOWN_LANE {
            pack.lane = lane;
        }
        Ok(())
    }

    pub fn lane(&self, number: Number) -> u8 {
        self.pack_of(number).lane
    }

    pub fn pack_of(&self, number: Number) -> &Pack {
        &self.packs[self.records[number as usize].pack as usize]
    }

    pub fn entry(&self, number: Number) -> Entry {
        let record = &self.records[number as usize];
        Entry {
            kind: u8::from(record.plain & TREE_BIT != 0),
            id: record.id,
            offset: record.offset,
            length: record.length,
            plain_length: record.plain & !TREE_BIT,
        }
    }

    pub fn place(&self, number: Number) -> Place {
        let pack = self.pack_of(number);
        Place {
            pack: pack.id,
            lane: pack.lane,
            entry: self.entry(number),
        }
    }

    pub fn packs(&self) -> &[Pack] {
        &self.packs
    }

    /// NotFoundError when no index file read so far names the pack.
    pub fn pack(&self, id: &Id) -> Outcome<&Pack> {
        let number = self.pack_numbers.get(id).ok_or_else(|| unknown_pack(id))?;
        Ok(&self.packs[*number as usize])
    }

    /// The blobs of one pack by offset.
    pub fn entries(&self, pack: &Pack) -> Vec<Entry> {
        let mut entries: Vec<Entry> = pack.records().map(|number| self.entry(number)).collect();
        entries.sort_by_key(|entry| entry.offset);
        entries
    }

    /// Blobs, copies counted.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    pub fn memory_bytes(&self) -> usize {
        let others: usize = self
            .others
            .values()
            .map(|list| 48 + 4 * list.capacity())
            .sum();
        self.records.capacity() * size_of::<Record>()
            + self.table.len() * size_of::<Number>()
            + self.packs.capacity() * size_of::<Pack>()
            + self.pack_numbers.capacity() * (size_of::<(Id, Number)>() + 1)
            + others
    }
}

fn tree_bit(kind: u8) -> u32 {
    if kind == TREE {
        TREE_BIT
    } else {
        0
    }
}

fn folded(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product >> 64) as u64 ^ product as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob::DATA;

    fn id(n: u64) -> Id {
        let mut id = [0; 32];
        id[24..].copy_from_slice(&n.to_le_bytes());
        id
    }

    fn entry(kind: u8, n: u64) -> Entry {
        Entry::checked(kind, id(n), n * 40, 40, 100).unwrap()
    }

    #[test]
    fn every_blob_is_found_after_growth_and_kinds_stay_apart() {
        let mut index = IndexInner::new();
        for pack in 0..100 {
            let entries: Vec<Entry> = (0..100).map(|n| entry(DATA, pack * 100 + n)).collect();
            assert!(index.add_pack(id(1 << 40 | pack), 3, &entries).unwrap());
        }
        for n in 0..10_000 {
            let found: Vec<Number> = index.find(DATA, &id(n)).collect();
            assert_eq!(found.len(), 1);
            assert_eq!(index.entry(found[0]), entry(DATA, n));
            assert!(!index.contains(TREE, 3, &id(n)));
        }
        assert!(!index.contains(DATA, 3, &id(10_000)));
        assert!(index.memory_bytes() < 10_000 * 80);
    }

    #[test]
    fn one_blob_in_many_packs_is_found_in_each_and_known_packs_are_not_added_twice() {
        let mut index = IndexInner::new();
        for pack in 0..50_000u64 {
            index
                .add_pack(id(pack), (pack % 3) as u8, &[entry(TREE, 1)])
                .unwrap();
        }
        assert!(!index.add_pack(id(7), 0, &[entry(TREE, 2)]).unwrap());
        assert_eq!(index.find(TREE, &id(1)).count(), 50_000);
        assert_eq!(index.find(TREE, &id(2)).count(), 0);
    }

    #[test]
    fn lanes_are_kept_apart_until_a_pack_is_adopted() {
        let mut index = IndexInner::new();
        index
            .add_pack(id(1), UNKNOWN_LANE, &[entry(DATA, 9)])
            .unwrap();
        assert!(index.contains(DATA, UNKNOWN_LANE, &id(9)));
        assert!(!index.contains(DATA, 5, &id(9)));
        assert!(index.held_for(DATA, 5, &id(9)));
        index.adopt(&id(1), 5).unwrap();
        assert!(index.contains(DATA, 5, &id(9)));
        assert!(!index.held_for(DATA, 4, &id(9)));
        assert!(index.adopt(&id(2), 5).is_err());
    }
}
