//! Cutting: where one blob ends and the next begins, by a rule for each class of item, so that a
//! small change costs few bytes and the sizes of blobs do not tell what is stored.
//!
//! **The secret.** `cut_key` (32 bytes, derived from the vault's master key) is the pseudorandom
//! key of HKDF-SHA256-Expand (RFC 5869, section 2.3). Info "notou cut table v1" gives 2048 bytes:
//! T[0..256], 64-bit words, little-endian. Info "notou cut aes v1" gives the 16-byte key of AES-128.
//!
//! **The digest** of the 64 bytes b[i-63..=i] is `Σ T[b[i-j]] · x^j`, j = 0..63, in GF(2)[x] modulo
//! p = x^64 + x^4 + x^3 + x + 1; bit k of a word is the coefficient of x^k. It rolls:
//! `H[i] = x · H[i-1] ^ T[b[i]] ^ x^64 · T[b[i-64]]`.
//!
//! **A position passes** when AES-128 of the block `digest (8 bytes, little-endian) ‖ 8 zero bytes`
//! has zeros in the low `mask_bits` bits of its first 8 bytes, read as a little-endian word.
//!
//! **content** (least, mask_bits, most): in a piece that starts at s, the first position i with
//! `i - s + 1 >= least` that passes ends the piece (b[i] is its last byte); `i - s + 1 == most` ends
//! it in any case. `least` is 64 or more, so no digest reaches back over the start of its piece, and
//! a cut depends on the piece's own bytes alone.
//!
//! **records**: the same, but a piece may end only directly before a line that starts with
//! `BEGIN:V`: at p where b[p..p+7] is `BEGIN:V` and b[p-1] is a line feed, with `p - s >= least` and
//! position p - 1 passing. Where `most` is reached first it ends there.
//!
//! **pages**: every `least` bytes.
//!
//! **photo**: see `photo.rs`.
//!
//! The last piece of a file is what is left. What may not enter: files, blobs, keys of the vault.

use hkdf::Hkdf;
use pyo3::prelude::*;
use sha2::Sha256;

mod content;
mod paths;
mod photo;
mod records;
mod rolling;
mod sieve;
#[cfg(target_arch = "x86_64")]
mod x86;

use crate::errors::{Fault, Outcome};
use content::Content;
use photo::Photo;
use records::Records;
use rolling::{Table, BLOCK, WINDOW};
use sieve::Sieve;

/// The largest piece any rule may ask for: a piece is held in memory as a whole.
const PIECE_MOST: usize = 64 << 20;
/// More bits than this would never cut.
const MASK_BITS_MOST: u32 = 40;

/// What the cuts depend on besides the bytes; see the top of this module.
pub struct Secret {
    table: Table,
    sieve: Sieve,
}

impl Secret {
    /// UsageError unless `cut_key` is 32 bytes.
    pub fn new(cut_key: &[u8]) -> Outcome<Secret> {
        if cut_key.len() != 32 {
            return Err(Fault::Usage(say!(
                "A cut key is 32 bytes, not {count}.",
                count = cut_key.len()
            )));
        }
        Ok(Secret {
            table: Table::new(&expand(cut_key, b"notou cut table v1")?),
            sieve: Sieve::new(&expand(cut_key, b"notou cut aes v1")?),
        })
    }

    /// The first position in `from..to` that passes; `from` is WINDOW - 1 at least.
    fn first_cut(&self, bytes: &[u8], from: usize, to: usize, mask: u64) -> Option<usize> {
        let path = paths::current();
        let mut digests = [0; BLOCK];
        let mut first = from;
        while first < to {
            let digests = &mut digests[..BLOCK.min(to - first)];
            self.table.fill(bytes, first, digests);
            if let Some(at) = self.sieve.first(path, digests, mask) {
                return Some(first + at);
            }
            first += digests.len();
        }
        None
    }

    /// Whether position `at` passes; `at` is WINDOW - 1 at least.
    fn passes(&self, bytes: &[u8], at: usize, mask: u64) -> bool {
        let digest = self.table.digest(&bytes[at + 1 - WINDOW..=at]);
        self.sieve.passes(digest, mask)
    }
}

fn expand<const LENGTH: usize>(cut_key: &[u8], info: &[u8]) -> Outcome<[u8; LENGTH]> {
    let mut output = [0; LENGTH];
    Hkdf::<Sha256>::from_prk(cut_key)
        .ok()
        .and_then(|hkdf| hkdf.expand(info, &mut output).ok())
        .ok_or_else(|| Fault::Usage(say!("The cut key cannot be expanded.")))?;
    Ok(output)
}

/// Bounds of content-defined pieces, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    least: usize,
    mask: u64,
    most: usize,
}

impl Sizes {
    /// UsageError unless WINDOW <= least <= most <= PIECE_MOST.
    fn new(least: usize, mask_bits: u32, most: usize) -> Outcome<Sizes> {
        if least < WINDOW || most < least || most > PIECE_MOST || mask_bits > MASK_BITS_MOST {
            return Err(Fault::Usage(say!(
                "Pieces of {least} to {most} bytes with {mask_bits} mask bits cannot be cut: \
                 sizes go from {window} to {piece_most}, mask bits to {mask_bits_most}.",
                least = least,
                most = most,
                mask_bits = mask_bits,
                window = WINDOW,
                piece_most = PIECE_MOST,
                mask_bits_most = MASK_BITS_MOST
            )));
        }
        Ok(Sizes {
            least,
            mask: (1 << mask_bits) - 1,
            most,
        })
    }
}

/// How the files of a lane are cut.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    Content(Sizes),
    Pages(usize),
    Records(Sizes),
    Photo(usize),
}

impl Rule {
    /// From the interface's tuple. UsageError for an unknown kind, or sizes out of bounds.
    pub fn new((kind, least, mask_bits, most): (String, usize, u32, usize)) -> Outcome<Rule> {
        match kind.as_str() {
            "content" => Sizes::new(least, mask_bits, most).map(Rule::Content),
            "records" => Sizes::new(least, mask_bits, most).map(Rule::Records),
            "pages" if (1..=PIECE_MOST).contains(&least) => Ok(Rule::Pages(least)),
            "photo" if (photo::MOST_LEAST..=PIECE_MOST).contains(&most) => Ok(Rule::Photo(most)),
            _ => Err(Fault::Usage(say!(
                "There is no cut rule {kind} with sizes {least} and {most}.",
                kind = format!("{kind:?}"),
                least = least,
                most = most
            ))),
        }
    }

    /// A cutter given this many bytes never asks for more.
    pub fn reach(&self) -> usize {
        match self {
            Rule::Content(sizes) | Rule::Records(sizes) => sizes.most,
            Rule::Pages(size) => *size,
            Rule::Photo(most) => most + photo::HEADER,
        }
    }
}

/// Cuts one file from its start to its end.
pub enum Cutter {
    Content(Content),
    Pages(usize),
    Records(Records),
    Photo(Photo),
}

impl Cutter {
    pub fn new(rule: &Rule) -> Cutter {
        match rule {
            Rule::Content(sizes) => Cutter::Content(Content::new(*sizes)),
            Rule::Pages(size) => Cutter::Pages(*size),
            Rule::Records(sizes) => Cutter::Records(Records::new(*sizes)),
            Rule::Photo(most) => Cutter::Photo(Photo::new(*most)),
        }
    }

    /// The length of the piece at the start of `bytes`, or None while more bytes must come first.
    ///
    /// `bytes` begin where the piece before ended, are not empty, and only ever grow at their end
    /// until a length is returned; `last` says that the file ends with them.
    pub fn next(&mut self, secret: &Secret, bytes: &[u8], last: bool) -> Option<usize> {
        match self {
            Cutter::Content(content) => content.next(secret, bytes, last),
            Cutter::Pages(size) => at_most(*size, bytes, last),
            Cutter::Records(records) => records.next(secret, bytes, last),
            Cutter::Photo(photo) => photo.next(secret, bytes, last),
        }
    }
}

/// A piece of `most` bytes, or what is left of the file.
fn at_most(most: usize, bytes: &[u8], last: bool) -> Option<usize> {
    match bytes.len() {
        length if length >= most => Some(most),
        length if last => Some(length),
        _ => None,
    }
}

/// The lengths of all pieces of a file.
pub fn cut_all(rule: &Rule, secret: &Secret, mut bytes: &[u8]) -> Vec<usize> {
    let mut cutter = Cutter::new(rule);
    let mut lengths = Vec::new();
    while !bytes.is_empty() {
        let length = cutter.next(secret, bytes, true).unwrap_or(bytes.len());
        lengths.push(length);
        bytes = &bytes[length..];
    }
    lengths
}

#[pyfunction]
fn cut(
    py: Python<'_>,
    rule: (String, usize, u32, usize),
    cut_key: &[u8],
    data: &[u8],
) -> PyResult<Vec<usize>> {
    let rule = Rule::new(rule)?;
    let secret = Secret::new(cut_key)?;
    Ok(py.detach(|| cut_all(&rule, &secret, data)))
}

#[pyfunction]
fn cpu_path() -> &'static str {
    paths::current().name()
}

#[pyfunction]
fn use_cpu_path(name: &str) -> PyResult<()> {
    Ok(paths::force(name)?)
}

#[pyfunction]
fn cpu_paths() -> Vec<&'static str> {
    paths::available()
        .into_iter()
        .map(paths::Path::name)
        .collect()
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(cut, m)?)?;
    m.add_function(wrap_pyfunction!(cpu_path, m)?)?;
    m.add_function(wrap_pyfunction!(use_cpu_path, m)?)?;
    m.add_function(wrap_pyfunction!(cpu_paths, m)?)
}

#[cfg(test)]
mod tests;
