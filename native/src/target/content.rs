//! The bytes of one file that is being restored: long runs of zeros stay holes, and what is long goes past the
//! system's cache, since copying it there costs more than opening it and drives out what the person works with.
//! What may not enter: names, blobs, which bytes belong where.

use rustix::fs::{ftruncate, open, Mode, OFlags};
use rustix::io::{pwrite, Errno};
use std::cell::RefCell;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use crate::aligned::{Aligned, ALIGNMENT, ROOM};

/// The block of a file system; shorter runs of zeros make no hole anywhere.
const BLOCK: usize = 4096;
/// Shorter runs are written through the cache: the disk takes many of them together from there.
const PAST_LEAST: usize = 256 << 10;

thread_local! {
    static PIECE: RefCell<Aligned> = RefCell::new(Aligned::new());
}

/// A file open for writing, shared by the threads that write its blobs.
pub struct Content {
    fd: OwnedFd,
    /// The same file, opened to be written past the cache; None where that is not possible or no use.
    past: Option<OwnedFd>,
    /// Whether what was not written yet reads as zeros.
    fresh: bool,
}

impl Content {
    /// A file this target created and has not finished, which will have `size` bytes.
    pub fn new(fd: OwnedFd, size: u64) -> Content {
        let past = (size >= PAST_LEAST as u64)
            .then(|| open_past(&fd))
            .flatten();
        Content {
            fd,
            past,
            fresh: true,
        }
    }

    /// A file that was there before, whose other bytes stay.
    pub fn standing(fd: OwnedFd) -> Content {
        Content {
            fd,
            past: None,
            fresh: false,
        }
    }

    /// Write one blob's bytes; in a new file all but whole blocks of zeros. Returns the offset behind the
    /// last byte written.
    pub fn write(&self, bytes: &[u8], offset: u64) -> io::Result<u64> {
        if !self.fresh {
            write_all(self.fd.as_fd(), bytes, offset)?;
            return Ok(offset + bytes.len() as u64);
        }
        let mut reached = offset;
        for (from, to) in runs(bytes, offset) {
            self.write_run(&bytes[from..to], offset + from as u64)?;
            reached = offset + to as u64;
        }
        Ok(reached)
    }

    /// Give a new file its size, of which the end may be a hole.
    pub fn reach(&self, size: u64) -> io::Result<()> {
        Ok(ftruncate(&self.fd, size)?)
    }

    /// The whole blocks of a long run past the cache. Its first and last block may hold bytes of its
    /// neighbours, so they go through the cache, which writes them together.
    fn write_run(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let fd = self.fd.as_fd();
        let into_block = (offset % ALIGNMENT as u64) as usize;
        let head = bytes.len().min((ALIGNMENT - into_block) % ALIGNMENT);
        let blocks = (bytes.len() - head) / ALIGNMENT * ALIGNMENT;
        let Some(past) = self.past.as_ref().filter(|_| blocks >= PAST_LEAST) else {
            return write_all(fd, bytes, offset);
        };
        write_all(fd, &bytes[..head], offset)?;
        let behind = offset + head as u64;
        write_past(past.as_fd(), fd, &bytes[head..head + blocks], behind)?;
        write_all(fd, &bytes[head + blocks..], behind + blocks as u64)
    }
}

#[cfg(target_os = "linux")]
fn open_past(fd: &OwnedFd) -> Option<OwnedFd> {
    let flags = OFlags::WRONLY | OFlags::CLOEXEC | OFlags::DIRECT;
    let path = format!("/proc/self/fd/{}", fd.as_raw_fd());
    open(path, flags, Mode::empty()).ok()
}

#[cfg(not(target_os = "linux"))]
fn open_past(_fd: &OwnedFd) -> Option<OwnedFd> {
    None
}

/// Whole blocks, in pieces that begin where a page does, past the cache; through it where the disk has other ideas.
fn write_past(
    past: BorrowedFd<'_>,
    cached: BorrowedFd<'_>,
    bytes: &[u8],
    offset: u64,
) -> io::Result<()> {
    PIECE.with_borrow_mut(|piece| {
        for (number, part) in bytes.chunks(ROOM).enumerate() {
            let at = offset + (number * ROOM) as u64;
            piece.hold(part);
            match write_all(past, piece.bytes(), at) {
                Err(error) if error.raw_os_error() == Some(Errno::INVAL.raw_os_error()) => {
                    write_all(cached, part, at)?;
                }
                written => written?,
            }
        }
        Ok(())
    })
}

fn write_all(fd: BorrowedFd<'_>, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match pwrite(fd, bytes, offset) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                bytes = &bytes[written..];
                offset += written as u64;
            }
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// (first byte, byte behind) of every stretch of `bytes` between whole blocks of zeros.
fn runs(bytes: &[u8], offset: u64) -> Vec<(usize, usize)> {
    let (mut start, mut at, mut found) = (0, 0, Vec::new());
    while at < bytes.len() {
        let into_block = ((offset + at as u64) % BLOCK as u64) as usize;
        let end = bytes.len().min(at + BLOCK - into_block);
        if end - at == BLOCK && bytes[at] == 0 && is_zero(&bytes[at..end]) {
            found.push((start, at));
            start = end;
        }
        at = end;
    }
    found.push((start, bytes.len()));
    found.retain(|(from, to)| from < to);
    found
}

fn is_zero(block: &[u8]) -> bool {
    block
        .chunks(64)
        .all(|part| part.iter().fold(0, |sum, byte| sum | byte) == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::FileExt;
    use std::path::PathBuf;

    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Scratch {
            let unique = format!("notou-content-{name}-{}", std::process::id());
            Scratch(std::env::temp_dir().join(unique))
        }

        fn create(&self, size: usize) -> Content {
            Content::new(std::fs::File::create(&self.0).unwrap().into(), size as u64)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    fn bytes(size: usize) -> Vec<u8> {
        (0..size).map(|at| (at % 251) as u8 + 1).collect()
    }

    #[test]
    fn blobs_of_any_length_meet_exactly_whatever_way_they_are_written() {
        let scratch = Scratch::new("meet");
        let whole = bytes(3 * ROOM + 12_345);
        let content = scratch.create(whole.len());
        content.reach(whole.len() as u64).unwrap();
        // the last first: blobs come in any order
        let ends = [
            0,
            1_000,
            1_000 + PAST_LEAST + ALIGNMENT,
            2 * ROOM + 7,
            whole.len(),
        ];
        for pair in ends.windows(2).rev() {
            content
                .write(&whole[pair[0]..pair[1]], pair[0] as u64)
                .unwrap();
        }
        assert_eq!(std::fs::read(&scratch.0).unwrap(), whole);
    }

    #[test]
    fn zeros_at_the_end_and_between_are_there_without_having_been_written() {
        let scratch = Scratch::new("zeros");
        let mut whole = bytes(4 * PAST_LEAST);
        whole[PAST_LEAST + 10..2 * PAST_LEAST].fill(0);
        whole[3 * PAST_LEAST..].fill(0);
        let content = scratch.create(whole.len());
        content.write(&whole, 0).unwrap();
        content.reach(whole.len() as u64).unwrap();
        assert_eq!(std::fs::read(&scratch.0).unwrap(), whole);
        assert!(runs(&whole, 0).len() == 2);
    }

    #[test]
    fn a_file_that_stood_there_gets_its_zeros_written() {
        let scratch = Scratch::new("standing");
        std::fs::write(&scratch.0, bytes(2 * BLOCK)).unwrap();
        let file = std::fs::OpenOptions::new()
            .write(true)
            .open(&scratch.0)
            .unwrap();
        Content::standing(file.into())
            .write(&[0; BLOCK], 0)
            .unwrap();
        let mut first = [1; BLOCK];
        let file = std::fs::File::open(&scratch.0).unwrap();
        file.read_exact_at(&mut first, 0).unwrap();
        assert_eq!(first, [0; BLOCK]);
        assert_eq!(file.metadata().unwrap().len(), 2 * BLOCK as u64);
    }
}
