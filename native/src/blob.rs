//! A blob inside a pack, as headers and index files name it, and its Python form
//! (`notou.model.BlobEntry`). What may not enter: opening blobs, looking them up.

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::errors::{Fault, Outcome};
use crate::seal::OVERHEAD;

/// The SHA-256 of plain or stored bytes.
pub type Id = [u8; 32];

pub const DATA: u8 = 0;
pub const TREE: u8 = 1;
/// Data and trees.
pub const KINDS: usize = 2;

// The largest blobs that are believed; `notou.model` says why, and a test holds these to it.
const DATA_MOST: u64 = 64 << 20;
const TREE_MOST: u64 = 256 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// DATA or TREE.
    pub kind: u8,
    pub id: Id,
    /// Bytes from the start of the pack.
    pub offset: u32,
    /// Sealed bytes, nonce and MAC included.
    pub length: u32,
    /// 0 when stored raw, else the bytes it decompresses to.
    pub plain_length: u32,
}

impl Entry {
    /// An entry from outside. DamagedError when it cannot be, LimitError when it is too large.
    pub fn checked(kind: u8, id: Id, offset: u64, length: u64, plain: u64) -> Outcome<Entry> {
        let most = match kind {
            DATA => DATA_MOST,
            TREE => TREE_MOST,
            _ => {
                return Err(Fault::Damaged(say!(
                    "There is no blob of kind {kind}.",
                    kind = kind
                )))
            }
        };
        if length > most + (most >> 8) + OVERHEAD as u64 || plain > most {
            return Err(Fault::Limit(say!(
                "The blob {blob} declares {length} bytes, more than the {most} Notou accepts.",
                blob = hex(&id),
                length = length.max(plain),
                most = most
            )));
        }
        let end = offset.checked_add(length);
        if length < OVERHEAD as u64 || end.is_none_or(|end| end > u64::from(u32::MAX)) {
            return Err(Fault::Damaged(say!(
                "The blob {blob} cannot lie at {offset} with {length} bytes.",
                blob = hex(&id),
                offset = offset,
                length = length
            )));
        }
        Ok(Entry {
            kind,
            id,
            offset: offset as u32,
            length: length as u32,
            plain_length: plain as u32,
        })
    }

    /// The bytes of its content, once opened and decompressed.
    pub fn size(&self) -> u32 {
        match self.plain_length {
            0 => self.length - OVERHEAD as u32,
            plain => plain,
        }
    }

    /// The first byte behind it in the pack.
    pub fn end(&self) -> u64 {
        u64::from(self.offset) + u64::from(self.length)
    }
}

/// Where one blob is stored.
pub struct Place {
    pub pack: Id,
    pub lane: u8,
    pub entry: Entry,
}

/// Lower-case hexadecimal, as vaults write ids.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = Vec::with_capacity(2 * bytes.len());
    hex_onto(bytes, &mut text);
    text.iter().map(|digit| *digit as char).collect()
}

/// Append `bytes` to `out` as lower-case hexadecimal.
pub fn hex_onto(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        out.push(DIGITS[usize::from(byte >> 4)]);
        out.push(DIGITS[usize::from(byte & 15)]);
    }
}

/// The id that 64 hexadecimal digits spell; None for anything else.
pub fn id_of_hex(text: &[u8]) -> Option<Id> {
    const NONE: u8 = 255;
    const VALUES: [u8; 256] = {
        let mut values = [NONE; 256];
        let mut i = 0;
        while i < 10 {
            values[b'0' as usize + i] = i as u8;
            i += 1;
        }
        let mut i = 0;
        while i < 6 {
            values[b'a' as usize + i] = 10 + i as u8;
            values[b'A' as usize + i] = 10 + i as u8;
            i += 1;
        }
        values
    };
    let digits: &[u8; 64] = text.try_into().ok()?;
    let mut id = [0; 32];
    for (byte, pair) in id.iter_mut().zip(digits.chunks_exact(2)) {
        let (high, low) = (VALUES[usize::from(pair[0])], VALUES[usize::from(pair[1])]);
        if high == NONE || low == NONE {
            return None;
        }
        *byte = high << 4 | low;
    }
    Some(id)
}

/// An id given by Python. UsageError unless it is 32 bytes.
pub fn id_of(bytes: &[u8]) -> Outcome<Id> {
    bytes
        .try_into()
        .map_err(|_| Fault::Usage(say!("An id is 32 bytes, not {count}.", count = bytes.len())))
}

/// A BlobEntry given by Python, checked as one from a vault: index and header entries pass here.
pub fn entry_of(given: &Bound<'_, PyAny>) -> Outcome<Entry> {
    let (kind, id, offset, length, plain): (u8, Bound<'_, PyBytes>, u64, u64, u64) =
        given.extract()?;
    Entry::checked(kind, id_of(id.as_bytes())?, offset, length, plain)
}

pub fn entries_of(given: &[Bound<'_, PyAny>]) -> Outcome<Vec<Entry>> {
    given.iter().map(entry_of).collect()
}

/// Makes `notou.model`'s BlobEntry and BlobPlace.
pub struct Maker<'py> {
    py: Python<'py>,
    entry: Bound<'py, PyAny>,
    place: Bound<'py, PyAny>,
}

impl<'py> Maker<'py> {
    pub fn new(py: Python<'py>) -> PyResult<Maker<'py>> {
        let model = py.import("notou.model")?;
        Ok(Maker {
            py,
            entry: model.getattr("BlobEntry")?,
            place: model.getattr("BlobPlace")?,
        })
    }

    pub fn entry(&self, entry: &Entry) -> PyResult<Bound<'py, PyAny>> {
        let id = PyBytes::new(self.py, &entry.id);
        self.entry.call1((
            entry.kind,
            id,
            entry.offset,
            entry.length,
            entry.plain_length,
        ))
    }

    pub fn entries<'a>(
        &self,
        entries: impl IntoIterator<Item = &'a Entry>,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        entries.into_iter().map(|entry| self.entry(entry)).collect()
    }

    pub fn place(&self, place: &Place) -> PyResult<Bound<'py, PyAny>> {
        let pack = PyBytes::new(self.py, &place.pack);
        let entry = &place.entry;
        let (offset, length, plain) = (entry.offset, entry.length, entry.plain_length);
        self.place.call1((pack, place.lane, offset, length, plain))
    }
}

/// Ids as a list of Python bytes.
pub fn id_list<'py>(
    py: Python<'py>,
    ids: impl IntoIterator<Item = Id>,
) -> Vec<Bound<'py, PyBytes>> {
    ids.into_iter().map(|id| PyBytes::new(py, &id)).collect()
}

pub fn unknown_pack(id: &Id) -> Fault {
    Fault::NotFound(say!(
        "No index file read so far names the pack {pack}.",
        pack = hex(id)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_goes_both_ways_and_refuses_the_rest() {
        let id: Id = std::array::from_fn(|i| (i * 41) as u8);
        assert_eq!(id_of_hex(hex(&id).as_bytes()), Some(id));
        assert_eq!(id_of_hex(&[b'g'; 64]), None);
        assert_eq!(id_of_hex(&[b'0'; 63]), None);
    }

    #[test]
    fn entries_out_of_bounds_are_refused() {
        let checked =
            |kind, offset, length, plain| Entry::checked(kind, [0; 32], offset, length, plain);
        assert!(checked(DATA, 0, 32, 0).is_ok());
        assert!(matches!(checked(2, 0, 32, 0), Err(Fault::Damaged(_))));
        assert!(matches!(checked(DATA, 0, 31, 0), Err(Fault::Damaged(_))));
        assert!(matches!(
            checked(DATA, u64::MAX, 32, 0),
            Err(Fault::Damaged(_))
        ));
        assert!(matches!(
            checked(DATA, u64::from(u32::MAX), 32, 0),
            Err(Fault::Damaged(_))
        ));
        assert!(matches!(
            checked(DATA, 0, u64::MAX, 0),
            Err(Fault::Limit(_))
        ));
        assert!(matches!(
            checked(TREE, 0, 64, TREE_MOST + 1),
            Err(Fault::Limit(_))
        ));
    }
}
