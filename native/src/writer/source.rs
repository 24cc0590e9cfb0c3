//! One file: opened without following links, read in portions of bounded size, cut into pieces, and
//! believed only when it did not change meanwhile. What may not enter: what becomes of the pieces.

use rustix::buffer::spare_capacity;
use rustix::fs::{fadvise, fstat, openat, Advice, Mode, OFlags};
use rustix::io::{read, Errno};
use std::num::NonZeroU64;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use crate::cut::{Cutter, Rule, Secret};
use crate::directory::Stat;
use crate::errors::reason;
use crate::sentence::Sentence;

/// What the bytes of one file are read into, and where they are cut.
#[derive(Default)]
pub struct Portion {
    bytes: Vec<u8>,
    lengths: Vec<usize>,
    last: bool,
}

impl Portion {
    pub fn pieces(&self) -> Vec<&[u8]> {
        let mut rest = &self.bytes[..];
        let mut pieces = Vec::with_capacity(self.lengths.len());
        for length in &self.lengths {
            let (piece, after) = rest.split_at(*length);
            pieces.push(piece);
            rest = after;
        }
        pieces
    }

    /// Whether the file ends with it.
    pub fn is_last(&self) -> bool {
        self.last
    }

    /// Bytes of its pieces.
    pub fn cut_bytes(&self) -> u64 {
        self.lengths.iter().sum::<usize>() as u64
    }

    fn tail(&self) -> &[u8] {
        &self.bytes[self.lengths.iter().sum()..]
    }
}

/// A file being read.
pub struct Source<'a> {
    file: OwnedFd,
    secret: &'a Secret,
    cutter: Cutter,
    /// A portion is read until it holds this many bytes; more than the cutter ever asks for.
    window: usize,
    before: Stat,
    taken: u64,
}

impl<'a> Source<'a> {
    /// Open entry `name` of a directory; `window` is more than the rule's reach. A fault
    /// says what happened, without naming the entry.
    pub fn open(
        directory: BorrowedFd<'_>,
        name: &[u8],
        listed: &Stat,
        (rule, secret): (&Rule, &'a Secret),
        window: usize,
    ) -> Result<Source<'a>, Sentence> {
        let file = open_file(directory, name).map_err(|error| not_opened(error, listed))?;
        let before = stat_of(file.as_fd())?;
        let same = |stat: &Stat| (stat.kind, stat.inode, stat.device);
        if before.kind != b'f' || same(&before) != same(listed) {
            return Err(replaced());
        }
        let source = Source {
            file,
            secret,
            cutter: Cutter::new(rule),
            window,
            before,
            taken: 0,
        };
        source.announce();
        Ok(source)
    }

    pub fn is_empty(&self) -> bool {
        self.before.size == 0
    }

    /// Read and cut the first portion.
    pub fn start(&mut self, portion: &mut Portion) -> Result<(), Sentence> {
        self.next(&Portion::default(), portion)
    }

    /// Read and cut the portion that follows `before`.
    pub fn next(&mut self, before: &Portion, portion: &mut Portion) -> Result<(), Sentence> {
        portion.bytes.clear();
        portion.lengths.clear();
        portion.bytes.extend_from_slice(before.tail());
        portion.last = self.fill(&mut portion.bytes)?;
        self.announce();
        let mut rest = &portion.bytes[..];
        while !rest.is_empty() {
            match self.cutter.next(self.secret, rest, portion.last) {
                Some(length) => {
                    portion.lengths.push(length);
                    rest = &rest[length..];
                }
                None => break,
            }
        }
        Ok(())
    }

    /// The metadata at the end, or None where the file changed since it was opened.
    pub fn unchanged(&self) -> Result<Option<Stat>, Sentence> {
        let after = stat_of(self.file.as_fd())?;
        let whole = self.taken == self.before.size;
        let same = (after.size, after.mtime) == (self.before.size, self.before.mtime);
        Ok((whole && same).then_some(after))
    }

    /// Let the system fetch the window that comes next, while other work is done. A hint: where it is
    /// not understood, reading takes the same bytes, later.
    fn announce(&self) {
        let left = self.before.size.saturating_sub(self.taken);
        if let Some(length) = NonZeroU64::new(left.min(self.window as u64)) {
            let _ = fadvise(&self.file, self.taken, Some(length), Advice::WillNeed);
        }
    }

    /// Read until the window is full; whether the file ends. One byte is asked for beyond the size
    /// the file had, so that growth shows, and no more, so that a file that grows on ends too.
    fn fill(&mut self, bytes: &mut Vec<u8>) -> Result<bool, Sentence> {
        let size = self.before.size;
        while bytes.len() < self.window && self.taken <= size {
            let wanted = (size + 1 - self.taken).min((self.window - bytes.len()) as u64) as usize;
            bytes.reserve_exact(wanted);
            let length = match read(&self.file, spare_capacity(bytes)) {
                Ok(length) => length,
                Err(Errno::INTR) => continue,
                Err(error) => {
                    return Err(say!(
                        "could not be read: {reason}.",
                        reason = reason(&error.into())
                    ))
                }
            };
            self.taken += length as u64;
            if length == 0 || (self.taken == size && length < wanted) {
                return Ok(true);
            }
        }
        Ok(self.taken > size)
    }
}

fn replaced() -> Sentence {
    say!("was replaced by something else after it was listed; the next backup will take it.")
}

fn open_file(directory: BorrowedFd<'_>, name: &[u8]) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    match openat(directory, name, flags | OFlags::NOATIME, Mode::empty()) {
        // only a file's owner may leave its access time alone
        Err(Errno::PERM) => openat(directory, name, flags, Mode::empty()),
        result => result,
    }
}

fn not_opened(error: Errno, listed: &Stat) -> Sentence {
    match error {
        Errno::NOENT => say!("vanished before it was read."),
        Errno::LOOP if listed.kind == b'f' => replaced(),
        error => say!(
            "could not be opened: {reason}.",
            reason = reason(&error.into())
        ),
    }
}

fn stat_of(file: BorrowedFd<'_>) -> Result<Stat, Sentence> {
    fstat(file).map(|stat| Stat::of(&stat)).map_err(|error| {
        say!(
            "could not be looked at: {reason}.",
            reason = reason(&error.into())
        )
    })
}
