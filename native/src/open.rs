//! Opening what packs hold: blobs by their entries, and headers, which are written here as well;
//! everything verified before it is handed out. What may not enter: reading files, deciding what to do
//! about damage.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use rayon::prelude::*;
use std::cell::RefCell;

use crate::blob::{entries_of, hex, Entry, Id, Maker, DATA, TREE};
use crate::errors::{Fault, Outcome};
use crate::hash::sha256;
use crate::seal::{open, open_into, Key};
use crate::sentence::Sentence;
use crate::zstd_frames::decompress_into;

/// restic's own bound of a pack header.
const HEADER_MOST: usize = 16 << 20;
/// Bytes of the length behind a header, and of a header's entries of raw and of compressed blobs.
pub const LENGTH_BYTES: usize = 4;
pub const RAW_ENTRY: usize = 37;
pub const COMPRESSED_ENTRY: usize = 41;
/// Packs are addressed with 32 bits.
const PACK_MOST: u64 = u32::MAX as u64;

thread_local! {
    /// What was decrypted and is not yet decompressed; kept, so that small blobs cost no allocation.
    pub static DECRYPTED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The plain bytes of one blob; `data` is the pack's bytes from offset `base`.
///
/// DamagedError when they are not what the entry says, LimitError when they decompress to more.
pub fn open_blob(key: &Key, data: &[u8], base: u64, entry: &Entry) -> Outcome<Vec<u8>> {
    let sealed = sealed_bytes(data, base, entry)?;
    let mut plain = Vec::new();
    if entry.plain_length == 0 {
        open_into(key, sealed, &mut plain)?;
    } else {
        DECRYPTED.with_borrow_mut(|frame| {
            open_into(key, sealed, frame)?;
            decompress_into(frame, entry.plain_length as usize, &mut plain)
        })?;
        check_length(&plain, entry)?;
    }
    check_id(sha256(&plain), entry)?;
    Ok(plain)
}

pub fn check_id(found: Id, entry: &Entry) -> Outcome<()> {
    if found == entry.id {
        return Ok(());
    }
    Err(Fault::Damaged(say!("Its content is not what its id says.")))
}

pub fn check_length(plain: &[u8], entry: &Entry) -> Outcome<()> {
    if plain.len() == entry.plain_length as usize {
        return Ok(());
    }
    Err(Fault::Damaged(say!(
        "It decompresses to {count} bytes, and {plain_length} were declared.",
        count = plain.len(),
        plain_length = entry.plain_length
    )))
}

fn sealed_bytes<'a>(data: &'a [u8], base: u64, entry: &Entry) -> Outcome<&'a [u8]> {
    let start = u64::from(entry.offset).checked_sub(base);
    let range = start.and_then(|start| {
        let start = usize::try_from(start).ok()?;
        data.get(start..start.checked_add(entry.length as usize)?)
    });
    range.ok_or_else(|| Fault::Damaged(cut_short()))
}

/// What is said of a pack that ends too early.
pub fn cut_short() -> Sentence {
    say!("The pack ends before its last byte.")
}

/// The sentence about a blob that could not be opened.
pub fn blob_sentence(entry: &Entry, fault: &Fault) -> Sentence {
    let (blob, error) = (hex(&entry.id), fault.sentence());
    if entry.kind == TREE {
        return say!(
            "The tree blob {blob} is damaged: {error}",
            blob = blob,
            error = error
        );
    }
    say!(
        "The data blob {blob} is damaged: {error}",
        blob = blob,
        error = error
    )
}

/// The contract of `read_header`.
pub fn header(key: &Key, tail: &[u8], pack_size: u64) -> Outcome<Vec<Entry>> {
    let (rest, length) = tail
        .split_last_chunk::<LENGTH_BYTES>()
        .ok_or_else(|| unreadable(say!("it is shorter than four bytes")))?;
    let length = u32::from_le_bytes(*length) as usize;
    if length > HEADER_MOST {
        return Err(Fault::Limit(say!(
            "The pack declares a header of {length} bytes; {header_most} are the most.",
            length = length,
            header_most = HEADER_MOST
        )));
    }
    if pack_size > PACK_MOST {
        return Err(Fault::Limit(say!(
            "A pack of {pack_size} bytes is larger than packs can be.",
            pack_size = pack_size
        )));
    }
    let start = rest.len().checked_sub(length);
    let start = start.ok_or_else(|| unreadable(say!("it declares a header longer than itself")))?;
    let entries = parse_header(&open(key, &rest[start..])?)?;
    let blobs: u64 = entries.iter().map(|entry| u64::from(entry.length)).sum();
    if blobs + (length + LENGTH_BYTES) as u64 != pack_size {
        return Err(unreadable(say!(
            "its entries do not cover the pack exactly"
        )));
    }
    Ok(entries)
}

fn parse_header(mut plain: &[u8]) -> Outcome<Vec<Entry>> {
    let mut entries: Vec<Entry> = Vec::with_capacity(plain.len() / RAW_ENTRY);
    let mut offset = 0;
    while !plain.is_empty() {
        let (entry, rest) = parse_entry(plain, offset)?;
        offset = entry.end();
        entries.push(entry);
        plain = rest;
    }
    Ok(entries)
}

/// `type ‖ u32 length ‖ [u32 plain length, types 2 and 3] ‖ id`.
fn parse_entry(bytes: &[u8], offset: u64) -> Outcome<(Entry, &[u8])> {
    let cut_short = || unreadable(say!("its header ends within an entry"));
    let (kind, rest) = bytes.split_first().ok_or_else(cut_short)?;
    let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(cut_short)?;
    let (blob, plain, rest) = match kind {
        0 | 1 => (*kind, [0; 4], rest),
        2 | 3 => {
            let (plain, rest) = rest.split_first_chunk::<4>().ok_or_else(cut_short)?;
            (if *kind == 2 { DATA } else { TREE }, *plain, rest)
        }
        _ => {
            return Err(unreadable(say!(
                "its header holds an entry of unknown type"
            )))
        }
    };
    let (id, rest) = rest.split_first_chunk::<32>().ok_or_else(cut_short)?;
    let (length, plain) = (u32::from_le_bytes(*length), u32::from_le_bytes(plain));
    let entry = Entry::checked(blob, *id, offset, length.into(), plain.into())?;
    Ok((entry, rest))
}

/// The plain header of a pack that holds `entries`: what `parse_entry` reads, one after the other.
pub fn encode_header(entries: &[Entry]) -> Vec<u8> {
    let mut header = Vec::with_capacity(COMPRESSED_ENTRY * entries.len());
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

fn unreadable(what: Sentence) -> Fault {
    Fault::Damaged(say!("The pack cannot be read: {what}.", what = what))
}

#[derive(IntoPyObject)]
enum Opened<'py> {
    Plain(Bound<'py, PyBytes>),
    Sentence(Sentence),
}

#[pyfunction]
fn open_blobs<'py>(
    py: Python<'py>,
    key: &[u8],
    data: &[u8],
    base: u64,
    entries: Vec<Bound<'py, PyAny>>,
) -> PyResult<Vec<Opened<'py>>> {
    let (key, entries) = (Key::new(key)?, entries_of(&entries)?);
    let opened: Vec<Result<Vec<u8>, Sentence>> = py.detach(|| {
        let one = |entry: &Entry| {
            open_blob(&key, data, base, entry).map_err(|fault| blob_sentence(entry, &fault))
        };
        entries.par_iter().map(one).collect()
    });
    let answer = |result: Result<Vec<u8>, Sentence>| match result {
        Ok(plain) => Opened::Plain(PyBytes::new(py, &plain)),
        Err(sentence) => Opened::Sentence(sentence),
    };
    Ok(opened.into_iter().map(answer).collect())
}

#[pyfunction]
fn read_header<'py>(
    py: Python<'py>,
    key: &[u8],
    tail: &[u8],
    pack_size: u64,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let key = Key::new(key)?;
    let entries = py.detach(|| header(&key, tail, pack_size))?;
    Maker::new(py)?.entries(&entries)
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(open_blobs, m)?)?;
    m.add_function(wrap_pyfunction!(read_header, m)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::{seal_onto, KEY};

    fn key() -> Key {
        Key::new(&[7; KEY]).unwrap()
    }

    /// A pack of one raw blob, whose header is what `edit` makes of the right one.
    fn pack(edit: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
        let (mut pack, mut sealed) = (Vec::new(), Vec::new());
        seal_onto(&key(), b"content", &mut pack).unwrap();
        let mut header = vec![0];
        header.extend_from_slice(&(pack.len() as u32).to_le_bytes());
        header.extend_from_slice(&sha256(b"content"));
        edit(&mut header);
        seal_onto(&key(), &header, &mut sealed).unwrap();
        pack.extend_from_slice(&sealed);
        pack.extend_from_slice(&(sealed.len() as u32).to_le_bytes());
        pack
    }

    fn entries(pack: &[u8]) -> Outcome<Vec<Entry>> {
        header(&key(), pack, pack.len() as u64)
    }

    #[test]
    fn a_header_tells_what_the_pack_holds() {
        let pack = pack(|_| {});
        let entries = entries(&pack).unwrap();
        let plain = open_blob(&key(), &pack, 0, &entries[0]).unwrap();
        assert_eq!(plain, b"content");
    }

    #[test]
    fn hostile_headers_are_refused() {
        type Edit<'a> = &'a dyn Fn(&mut Vec<u8>);
        let edits: [Edit<'_>; 6] = [
            &|header| header[0] = 4,
            &|header| header[4] = 0xff,
            &|header| header[1] += 1,
            &|header| header.truncate(36),
            &|header| header.extend_from_slice(&[0; 37]),
            &|header| header.clear(),
        ];
        for (number, edit) in edits.iter().enumerate() {
            assert!(entries(&pack(edit)).is_err(), "edit {number}");
        }
        let mut tail = vec![0; 100];
        tail.extend_from_slice(&u32::MAX.to_le_bytes());
        assert!(matches!(header(&key(), &tail, 104), Err(Fault::Limit(_))));
    }

    #[test]
    fn entries_outside_the_bytes_given_are_damage() {
        let pack = pack(|_| {});
        let entry = entries(&pack).unwrap()[0];
        for (data, base) in [(&pack[..20], 0), (&pack[..], 1), (&pack[..], u64::MAX)] {
            assert!(matches!(
                open_blob(&key(), data, base, &entry),
                Err(Fault::Damaged(_))
            ));
        }
    }
}
