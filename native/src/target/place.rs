//! Names in the target: folders, empty files, links, special files, removal, and what stands there.
//! What may not enter: content, metadata.

use rustix::fs::{
    linkat, mkdirat, mknodat, statat, symlinkat, unlinkat, AtFlags, FileType, Mode, OFlags,
};
use rustix::io::Errno;
use std::io;
use std::os::fd::OwnedFd;

use super::resolve::{Parents, Root};
use crate::directory::Stat;

/// Nobody else looks into what is not finished.
pub const FOLDER_MODE: Mode = Mode::RWXU;
pub const FILE_MODE: Mode = Mode::RUSR.union(Mode::WUSR);

/// A folder; one that is there already is fine, anything else in the way is removed.
pub fn make_folder(parents: &mut Parents<'_>, path: &[u8]) -> io::Result<()> {
    let (parent, name) = parents.of(path)?;
    match mkdirat(parent, name, FOLDER_MODE) {
        Err(Errno::EXIST) => {}
        result => return Ok(result?),
    }
    let there = statat(parent, name, AtFlags::SYMLINK_NOFOLLOW)?;
    if FileType::from_raw_mode(there.st_mode) == FileType::Directory {
        return Ok(());
    }
    unlinkat(parent, name, AtFlags::empty())?;
    Ok(mkdirat(parent, name, FOLDER_MODE)?)
}

/// What stands at `path`; None also where the way to it is no folder.
pub fn stat(parents: &mut Parents<'_>, path: &[u8]) -> Option<Stat> {
    let (parent, name) = parents.of(path).ok()?;
    let stat = statat(parent, name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
    Some(Stat::of(&stat))
}

/// Remove what is no folder; nothing there is fine.
pub fn remove(parents: &mut Parents<'_>, path: &[u8]) -> io::Result<()> {
    let removed = parents.of(path).and_then(|(parent, name)| {
        unlinkat(parent, name, AtFlags::empty()).map_err(io::Error::from)
    });
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// A new file open for writing; AlreadyExists when anything is there.
pub fn create(root: &Root, path: &[u8]) -> io::Result<OwnedFd> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
    root.open_at(path, flags, FILE_MODE)
}

/// An empty file. One that is there makes room: it may be linked to from elsewhere, and what
/// stands elsewhere is not ours to empty.
pub fn create_empty(parents: &mut Parents<'_>, path: &[u8]) -> io::Result<()> {
    match create(parents.root(), path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        result => return result.map(drop),
    }
    remove(parents, path)?;
    create(parents.root(), path).map(drop)
}

/// A further name for a file of the target; what stands there makes room.
pub fn link(root: &Root, existing: &[u8], new: &[u8]) -> io::Result<()> {
    let (mut from, mut to) = (Parents::new(root), Parents::new(root));
    let (old_parent, old_name) = from.of(existing)?;
    let (parent, name) = to.of(new)?;
    let linked = || linkat(old_parent, old_name, parent, name, AtFlags::empty());
    match linked() {
        Err(Errno::EXIST) => {}
        result => return Ok(result?),
    }
    let identity = |parent, name| {
        statat(parent, name, AtFlags::SYMLINK_NOFOLLOW).map(|stat| (stat.st_dev, stat.st_ino))
    };
    if identity(old_parent, old_name)? == identity(parent, name)? {
        return Ok(());
    }
    unlinkat(parent, name, AtFlags::empty())?;
    Ok(linked()?)
}

/// What `make_special` makes.
pub struct Special {
    pub path: Vec<u8>,
    /// The letter of `Directory.kinds`.
    pub kind: char,
    pub target: Vec<u8>,
    pub device: u64,
}

/// A link or node; a non-folder that stands there makes room.
pub fn make_special(parents: &mut Parents<'_>, special: &Special) -> io::Result<()> {
    match make_new(parents, special) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        result => return result,
    }
    remove(parents, &special.path)?;
    make_new(parents, special)
}

fn make_new(parents: &mut Parents<'_>, special: &Special) -> io::Result<()> {
    let (parent, name) = parents.of(&special.path)?;
    let kind = match special.kind {
        'l' => return Ok(symlinkat(&special.target[..], parent, name)?),
        'b' => FileType::BlockDevice,
        'c' => FileType::CharacterDevice,
        'p' => FileType::Fifo,
        's' => FileType::Socket,
        _ => return Err(io::Error::other(say!("its kind is unknown"))),
    };
    let device = match special.kind {
        'b' | 'c' => special.device,
        _ => 0,
    };
    Ok(mknodat(parent, name, kind, FILE_MODE, device)?)
}
