//! Directories by path, also where the path is longer than the system takes at once.

use rustix::fs::{open, openat, Mode, OFlags, CWD};
use std::io;
use std::os::fd::{AsFd, OwnedFd};

/// The system takes paths below 4096 bytes, the final NUL counted.
pub const PATH_MOST: usize = 4095;

const FLAGS: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::CLOEXEC);

/// Open a directory for reading, piece by piece where the path is too long for one call.
pub fn directory(path: &[u8]) -> io::Result<OwnedFd> {
    if path.len() <= PATH_MOST {
        return Ok(open(path, FLAGS, Mode::empty())?);
    }
    let absolute = path.starts_with(b"/");
    let mut here = open(if absolute { "/" } else { "." }, FLAGS, Mode::empty())?;
    for piece in pieces(path) {
        here = openat(here.as_fd(), piece, FLAGS, Mode::empty())?;
    }
    Ok(here)
}

/// As `directory`, but a symlink in the last place is refused.
pub fn real_directory(path: &[u8]) -> io::Result<OwnedFd> {
    let trimmed = path.len() - path.iter().rev().take_while(|byte| **byte == b'/').count();
    let path = if trimmed == 0 { path } else { &path[..trimmed] };
    if path.len() <= PATH_MOST {
        return Ok(openat(
            CWD,
            path,
            FLAGS.union(OFlags::NOFOLLOW),
            Mode::empty(),
        )?);
    }
    let at = path.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
    let parent = directory(&path[..at])?;
    let last = &path[at..].strip_prefix(b"/").unwrap_or(path);
    Ok(openat(
        parent,
        *last,
        FLAGS.union(OFlags::NOFOLLOW),
        Mode::empty(),
    )?)
}

/// Relative pieces of a long path, cut at slashes, each short enough.
fn pieces(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = path;
    std::iter::from_fn(move || {
        while let Some(after) = rest.strip_prefix(b"/") {
            rest = after;
        }
        if rest.is_empty() {
            return None;
        }
        let end = if rest.len() <= PATH_MOST {
            rest.len()
        } else {
            // without a slash in reach the system will say that the name is too long
            let slash = rest[..PATH_MOST].iter().rposition(|byte| *byte == b'/');
            slash.unwrap_or(rest.len())
        };
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

/// `directory/name`, with one slash between.
pub fn joined(directory: &[u8], name: &[u8]) -> Vec<u8> {
    let mut path = Vec::with_capacity(directory.len() + 1 + name.len());
    path.extend_from_slice(directory);
    if !directory.ends_with(b"/") {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_paths_are_cut_at_slashes() {
        let path = [&b"//"[..], &b"abcdefg/".repeat(2000)].concat();
        let cut: Vec<&[u8]> = pieces(&path).collect();
        assert!(cut
            .iter()
            .all(|piece| piece.len() <= PATH_MOST && !piece.starts_with(b"/")));
        assert_eq!(
            cut.concat().iter().filter(|byte| **byte == b'g').count(),
            2000
        );
        assert_eq!(pieces(&vec![b'x'; 5000]).count(), 1);
    }
}
