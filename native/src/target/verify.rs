//! Reading restored files back and comparing them with what they must hold.

use rustix::fs::{fstat, FileType, Mode, OFlags};
use std::fs::File;
use std::io::{self, Read};

use super::resolve::Root;
use crate::blob::Id;
use crate::hash::Hash;

/// Read at a time; files are never held whole.
const STEP: usize = 256 << 10;

/// Compare a file, piece by piece, with (id, length) of each of its pieces.
pub fn verify(root: &Root, path: &[u8], pieces: &[(Id, u64)]) -> io::Result<()> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
    let fd = root.open_at(path, flags, Mode::empty())?;
    if FileType::from_raw_mode(fstat(&fd)?.st_mode) != FileType::RegularFile {
        return Err(io::Error::other(say!("what stands there is no file")));
    }
    let mut file = File::from(fd);
    let mut buffer =
        vec![0; STEP.min(pieces.iter().map(|piece| piece.1).max().unwrap_or(1) as usize)];
    let mut offset = 0;
    for (id, length) in pieces {
        if hash(&mut file, *length, &mut buffer)? != *id {
            let what = say!(
                "read back, its content differs in the {length} bytes at {offset}",
                length = *length,
                offset = offset
            );
            return Err(io::Error::other(what));
        }
        offset += length;
    }
    match file.read(&mut [0; 1])? {
        0 => Ok(()),
        _ => Err(io::Error::other(say!(
            "read back, it is longer than it should be"
        ))),
    }
}

fn hash(file: &mut File, length: u64, buffer: &mut [u8]) -> io::Result<Id> {
    let mut hash = Hash::new();
    let mut left = length;
    while left > 0 {
        let step = buffer
            .len()
            .min(usize::try_from(left).unwrap_or(usize::MAX));
        let part = &mut buffer[..step];
        file.read_exact(part).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => io::Error::other(say!("read back, it is too short")),
            _ => error,
        })?;
        hash.update(part);
        left -= step as u64;
    }
    Ok(hash.finish())
}
