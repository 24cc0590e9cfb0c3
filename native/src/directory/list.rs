//! Listing directories: names and their lstat, in parallel, sorted by raw bytes.
//! What may not enter: following links, opening anything but the directories themselves.

use rayon::prelude::*;
use rustix::fs::{statat, AtFlags, Dir};
use rustix::io::Errno;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use super::{open, DirectoryInner, Stat};
use crate::errors::reason;
use crate::sentence::Sentence;

pub struct Request {
    pub path: Vec<u8>,
    /// Only these; all entries when None.
    pub names: Option<Vec<Vec<u8>>>,
}

/// One answer per request, in order: the directory, or what happened to it, without naming it.
pub fn directories(requests: Vec<Request>) -> Vec<Result<DirectoryInner, Sentence>> {
    requests.into_par_iter().map(directory).collect()
}

fn directory(request: Request) -> Result<DirectoryInner, Sentence> {
    let listed = match request.names {
        Some(names) => named(&request.path, names),
        None => all(&request.path),
    };
    match listed {
        Ok(found) => Ok(found.into_directory(request.path)),
        Err(error) => Err(say!("cannot be read: {reason}.", reason = reason(&error))),
    }
}

/// What of a directory was found: entries with their lstat, and those that gave none.
#[derive(Default)]
struct Found {
    entries: Vec<(Box<[u8]>, Stat)>,
    unreadable: Vec<(Box<[u8]>, Errno)>,
}

impl Found {
    /// What vanished since it was named is left out. Whatever else stops one entry, such as the mount of
    /// a server that is gone, is no fault of the directory.
    fn push(&mut self, directory: BorrowedFd<'_>, name: &[u8]) {
        match statat(directory, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => self.entries.push((name.into(), Stat::of(&stat))),
            Err(Errno::NOENT | Errno::NAMETOOLONG) => {}
            Err(error) => self.unreadable.push((name.into(), error)),
        }
    }

    fn into_directory(mut self, path: Vec<u8>) -> DirectoryInner {
        self.entries.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        self.entries.dedup_by(|a, b| a.0 == b.0);
        self.entries.shrink_to_fit();
        self.unreadable.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        self.unreadable.dedup_by(|a, b| a.0 == b.0);
        let fault = |(name, error): (Box<[u8]>, Errno)| {
            let sentence = say!("cannot be read: {reason}.", reason = reason(&error.into()));
            (open::joined(&path, &name), sentence)
        };
        let unreadable = self.unreadable.into_iter().map(fault).collect();
        DirectoryInner::new(path, self.entries, unreadable)
    }
}

/// What the caller saw as a directory must still be one: a link put in its place is not followed.
fn all(path: &[u8]) -> io::Result<Found> {
    let fd = open::real_directory(path)?;
    let mut found = Found::default();
    for entry in Dir::read_from(&fd)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name != b"." && name != b".." {
            found.push(fd.as_fd(), name);
        }
    }
    Ok(found)
}

/// The way to what is backed up may lead over links, as it did for the person who named it.
fn named(path: &[u8], names: Vec<Vec<u8>>) -> io::Result<Found> {
    let fd = open::directory(path)?;
    let mut found = Found::default();
    for name in names {
        if is_name(&name) {
            found.push(fd.as_fd(), &name);
        }
    }
    Ok(found)
}

fn is_name(name: &[u8]) -> bool {
    !name.is_empty() && name != b"." && name != b".." && !name.contains(&b'/') && !name.contains(&0)
}
