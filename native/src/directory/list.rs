//! Listing directories: names and their lstat, in parallel, sorted by raw bytes.
//! What may not enter: following links, opening anything but the directories themselves.

use rayon::prelude::*;
use rustix::fs::{statat, AtFlags, Dir};
use rustix::io::Errno;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use super::{open, DirectoryInner, Stat};
use crate::errors::reason;

pub struct Request {
    pub path: Vec<u8>,
    /// Only these; all entries when None.
    pub names: Option<Vec<Vec<u8>>>,
}

/// One answer per request, in order: the directory, or a sentence.
pub fn directories(requests: Vec<Request>) -> Vec<Result<DirectoryInner, String>> {
    requests.into_par_iter().map(directory).collect()
}

fn directory(request: Request) -> Result<DirectoryInner, String> {
    let listed = match request.names {
        Some(names) => named(&request.path, names),
        None => all(&request.path),
    };
    match listed {
        Ok(mut entries) => {
            entries.sort_unstable_by(|a, b| a.0.cmp(&b.0));
            entries.dedup_by(|a, b| a.0 == b.0);
            Ok(DirectoryInner::new(request.path, entries))
        }
        Err(error) => Err(format!(
            "The folder {} cannot be read: {}.",
            String::from_utf8_lossy(&request.path),
            reason(&error)
        )),
    }
}

type Entries = Vec<(Box<[u8]>, Stat)>;

/// What the caller saw as a directory must still be one: a link put in its place is not followed.
fn all(path: &[u8]) -> io::Result<Entries> {
    let fd = open::real_directory(path)?;
    let mut entries = Vec::new();
    for entry in Dir::read_from(&fd)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name != b"." && name != b".." {
            push(fd.as_fd(), name, &mut entries)?;
        }
    }
    entries.shrink_to_fit();
    Ok(entries)
}

/// The way to what is backed up may lead over links, as it did for the person who named it.
fn named(path: &[u8], names: Vec<Vec<u8>>) -> io::Result<Entries> {
    let fd = open::directory(path)?;
    let mut entries = Vec::new();
    for name in names {
        if is_name(&name) {
            push(fd.as_fd(), &name, &mut entries)?;
        }
    }
    Ok(entries)
}

fn is_name(name: &[u8]) -> bool {
    !name.is_empty() && name != b"." && name != b".." && !name.contains(&b'/') && !name.contains(&0)
}

/// What vanished since it was named is left out.
fn push(directory: BorrowedFd<'_>, name: &[u8], entries: &mut Entries) -> io::Result<()> {
    match statat(directory, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => entries.push((name.into(), Stat::of(&stat))),
        Err(Errno::NOENT | Errno::NAMETOOLONG) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
