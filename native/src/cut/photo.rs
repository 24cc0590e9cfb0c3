//! Pieces of pictures: what an edit of the metadata changes apart from what it does not, so that a
//! new caption does not send the picture again. A picture is a row of parts:
//!
//! **JPEG** (starts FF D8 FF): two parts. The first holds SOI and the APPn (E0..EF) and COM (FE)
//! segments that follow it, up to the first segment that is neither (fill bytes FF before a marker
//! belong to that segment); the second is all the rest, trailers included.
//!
//! **PNG** (starts with its 8-byte signature): three parts: what precedes the first IDAT chunk;
//! the row of IDAT chunks; what follows.
//!
//! **HEIF, HEIC, AVIF** (a box `ftyp` first, size 8 to 4096): three parts: the boxes before the
//! first top-level `mdat` box; that box; what follows. Exif lies inside mdat, beside the image data,
//! so the second and third part are cut by content as below.
//!
//! Parts of JPEG and PNG are cut at `most` only. **Anything else** is cut by content: least 256 KiB,
//! 18 mask bits, `most` of the rule; so is a picture whose first part is not over after `most` bytes,
//! and the rest of one from that piece on that would hold a segment, chunk or box header (one that
//! starts `most` bytes or less after the piece) that makes no sense or is cut off by the file's end.
//! Lengths come from strangers: they only say where to look next, never what to keep.
//!
//! What may not enter: decoding of pictures or of their metadata.

use super::content::Content;
use super::{Secret, Sizes};

/// Content cutting inside this rule: pieces of 512 KiB on average.
const LEAST: usize = 256 << 10;
const MASK: u64 = (1 << 18) - 1;
/// `most` is this at least.
pub const MOST_LEAST: usize = LEAST;

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// A header is read from this many bytes.
pub const HEADER: usize = 16;
const FTYP_MOST: u64 = 4096;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Jpeg,
    Png,
    Heif,
}

/// What the header at hand says.
enum Step {
    /// The next header is this many bytes on.
    Skip(u64),
    /// A part ends before this header.
    Boundary,
    /// This is not what the format says.
    Broken,
}

pub struct Photo {
    most: usize,
    format: Option<Format>,
    begun: bool,
    /// The number of the part at hand.
    part: u8,
    /// Where the next header is, from the start of the piece at hand; None where none is expected.
    header: Option<u64>,
    content: Content,
    by_content: bool,
}

impl Photo {
    pub fn new(most: usize) -> Photo {
        let sizes = Sizes {
            least: LEAST,
            mask: MASK,
            most,
        };
        Photo {
            most,
            format: None,
            begun: false,
            part: 0,
            header: None,
            content: Content::new(sizes),
            by_content: false,
        }
    }

    /// As `Cutter::next`. Each piece follows from the `most` + HEADER bytes at its start alone, or
    /// what the file has of them, so that it does not matter how the bytes arrive.
    pub fn next(&mut self, secret: &Secret, bytes: &[u8], last: bool) -> Option<usize> {
        let view = self.most + HEADER;
        if bytes.len() < view && !last {
            return None;
        }
        let last = last && bytes.len() <= view;
        let bytes = &bytes[..bytes.len().min(view)];
        if !self.begun {
            self.begin(bytes);
        }
        let boundary = self.boundary(bytes);
        let length = self.piece(secret, bytes, last, boundary)?;
        if let Some(header) = &mut self.header {
            *header = header.saturating_sub(length as u64);
        }
        Some(length)
    }

    fn begin(&mut self, bytes: &[u8]) {
        self.begun = true;
        self.format = recognise(bytes);
        self.by_content = self.format.is_none();
        self.header = match self.format {
            Some(Format::Jpeg) => Some(2),
            Some(Format::Png) => Some(PNG_SIGNATURE.len() as u64),
            Some(Format::Heif) => Some(0),
            None => None,
        };
    }

    /// Where the part at hand ends, from the start of the piece, where that is `most` or less.
    fn boundary(&mut self, bytes: &[u8]) -> Option<usize> {
        let format = self.format?;
        loop {
            let at = usize::try_from(self.header?).ok()?;
            let header = bytes.get(at..).filter(|header| !header.is_empty())?;
            if at > self.most {
                return None;
            }
            let header = &header[..header.len().min(HEADER)];
            match read(format, self.part, header) {
                Step::Skip(step) => self.header = Some((at as u64).saturating_add(step)),
                Step::Boundary if at == 0 => self.enter_part(format, header),
                Step::Boundary => return Some(at),
                Step::Broken => self.go_on_by_content(),
            }
        }
    }

    fn go_on_by_content(&mut self) {
        self.header = None;
        self.by_content = true;
    }

    /// The piece at hand starts a new part, with this header.
    fn enter_part(&mut self, format: Format, header: &[u8]) {
        self.part += 1;
        self.by_content = self.by_content || format == Format::Heif;
        self.header = match (format, self.part) {
            (Format::Png, 1) => Some(0),
            (Format::Heif, 1) => box_size(header),
            _ => None,
        };
    }

    fn piece(
        &mut self,
        secret: &Secret,
        bytes: &[u8],
        last: bool,
        boundary: Option<usize>,
    ) -> Option<usize> {
        let (bytes, last) = match boundary {
            Some(end) => (&bytes[..end], true),
            None => (bytes, last),
        };
        if self.part == 0 && boundary.is_none() {
            self.go_on_by_content();
        }
        if self.by_content {
            self.content.next(secret, bytes, last)
        } else {
            super::at_most(self.most, bytes, last)
        }
    }
}

fn read(format: Format, part: u8, header: &[u8]) -> Step {
    match format {
        Format::Jpeg => jpeg_step(header),
        Format::Png => png_step(part, header),
        Format::Heif => heif_step(part, header),
    }
}

fn recognise(bytes: &[u8]) -> Option<Format> {
    if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        Some(Format::Jpeg)
    } else if bytes.starts_with(PNG_SIGNATURE) {
        Some(Format::Png)
    } else if bytes.get(4..8) == Some(b"ftyp")
        && box_size(bytes).is_some_and(|size| size <= FTYP_MOST)
    {
        Some(Format::Heif)
    } else {
        None
    }
}

fn jpeg_step(header: &[u8]) -> Step {
    match header {
        [0xff, 0xe0..=0xef | 0xfe, high, low, ..] => {
            match u64::from(u16::from_be_bytes([*high, *low])) {
                0 | 1 => Step::Broken,
                length => Step::Skip(2 + length),
            }
        }
        [0xff, 0xe0..=0xef | 0xfe, ..] | [0xff] => Step::Broken,
        [0xff, ..] => Step::Boundary,
        _ => Step::Broken,
    }
}

fn png_step(part: u8, header: &[u8]) -> Step {
    let Some((length, kind)) = header.split_first_chunk::<4>() else {
        return Step::Broken;
    };
    let kind = match kind.first_chunk::<4>() {
        Some(kind) if kind.iter().all(u8::is_ascii_alphabetic) => kind,
        _ => return Step::Broken,
    };
    if (part == 0) == (kind == b"IDAT") {
        return Step::Boundary;
    }
    Step::Skip(12 + u64::from(u32::from_be_bytes(*length)))
}

fn heif_step(part: u8, header: &[u8]) -> Step {
    if part > 0 || header.get(4..8) == Some(b"mdat") {
        return Step::Boundary;
    }
    box_size(header).map_or(Step::Broken, Step::Skip)
}

/// The size of a box, its header included; None where it makes no sense or reaches to the end.
fn box_size(header: &[u8]) -> Option<u64> {
    let size = u64::from(u32::from_be_bytes(*header.first_chunk::<4>()?));
    match size {
        1 => {
            let large = header.get(8..16)?.first_chunk::<8>()?;
            Some(u64::from_be_bytes(*large)).filter(|size| *size >= 16)
        }
        size => Some(size).filter(|size| *size >= 8),
    }
}
