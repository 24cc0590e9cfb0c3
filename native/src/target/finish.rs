//! Size, owner, extended attributes, permissions and times of what was restored.
//! What may not enter: content.

use rustix::fs::{
    chmod, chownat, fchmod, fchown, fsetxattr, fstat, ftruncate, futimens, setxattr, statat,
    utimensat, AtFlags, Gid, Mode, OFlags, Timespec, Timestamps, Uid, XattrFlags,
};
use rustix::io::Errno;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

use super::faults::{fault, ItemFault};
use super::resolve::{Parents, Root};
use crate::directory::Stat;
use crate::errors::reason;
use crate::treejson::Time;

/// What `finish` sets.
pub struct Finish {
    pub path: Vec<u8>,
    /// The letter of `Directory.kinds`.
    pub kind: char,
    /// None leaves the size as it is.
    pub size: Option<u64>,
    pub mode: u32,
    pub uid: Option<u32>,
    pub gid: Option<u32>,
    pub atime: Time,
    pub mtime: Time,
    pub attributes: Vec<(Vec<u8>, Vec<u8>)>,
}

/// Set all that can be set; every part that cannot is a fault.
pub fn finish(parents: &mut Parents<'_>, item: &Finish) -> Vec<ItemFault> {
    let mut faults = Vec::new();
    let done = match item.kind {
        'f' | 'd' => finish_opened(parents.root(), item, &mut faults),
        _ => finish_special(parents, item, &mut faults),
    };
    if let Err(error) = done {
        faults.push(fault(&item.path, &error));
    }
    faults
}

/// Attributes come before permissions, since a file that is read-only takes none from its owner;
/// both come after the owner, whose change takes setuid bits and capabilities away.
fn finish_opened(root: &Root, item: &Finish, faults: &mut Vec<ItemFault>) -> io::Result<()> {
    let fd = open(root, item)?;
    let stat = Stat::of(&fstat(&fd)?);
    check_kind(&stat, item)?;
    set_size(&fd, &stat, item)?;
    let owned = match owner(item, &stat) {
        None => true,
        Some((uid, gid)) => permitted(fchown(&fd, uid, gid))?,
    };
    for (name, value) in &item.attributes {
        if let Err(error) = fsetxattr(&fd, &name[..], value, XattrFlags::empty()) {
            faults.push(attribute_fault(item, name, error));
        }
    }
    fchmod(&fd, mode(item, owned))?;
    Ok(futimens(&fd, &times(item))?)
}

/// Links and nodes are never opened, only pointed at.
fn finish_special(
    parents: &mut Parents<'_>,
    item: &Finish,
    faults: &mut Vec<ItemFault>,
) -> io::Result<()> {
    let fd = parents
        .root()
        .open_at(&item.path, OFlags::PATH, Mode::empty())?;
    let stat = Stat::of(&statat(&fd, "", AtFlags::EMPTY_PATH)?);
    check_kind(&stat, item)?;
    let owned = match owner(item, &stat) {
        None => true,
        Some((uid, gid)) => permitted(chownat(&fd, "", uid, gid, AtFlags::EMPTY_PATH))?,
    };
    let magic = magic_path(&fd);
    for (name, value) in &item.attributes {
        if let Err(error) = setxattr(&magic[..], &name[..], value, XattrFlags::empty()) {
            faults.push(attribute_fault(item, name, error));
        }
    }
    if item.kind != 'l' {
        chmod(&magic[..], mode(item, owned))?;
    }
    let (parent, name) = parents.of(&item.path)?;
    Ok(utimensat(
        parent,
        name,
        &times(item),
        AtFlags::SYMLINK_NOFOLLOW,
    )?)
}

/// A file or folder of ours may deny us what its owner may grant: then grant it, and ask again.
fn open(root: &Root, item: &Finish) -> io::Result<OwnedFd> {
    let access = match item.size {
        Some(_) => OFlags::WRONLY,
        None => OFlags::RDONLY,
    };
    let flags = access | OFlags::NONBLOCK | OFlags::NOCTTY;
    match root.open_at(&item.path, flags, Mode::empty()) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            let fd = root.open_at(&item.path, OFlags::PATH, Mode::empty())?;
            check_kind(&Stat::of(&statat(&fd, "", AtFlags::EMPTY_PATH)?), item)?;
            chmod(&magic_path(&fd)[..], Mode::RWXU)?;
            root.open_at(&item.path, flags, Mode::empty())
        }
        result => result,
    }
}

/// The path that leads to an open file whatever its name has become; it is no link on disk.
fn magic_path(fd: &OwnedFd) -> Vec<u8> {
    format!("/proc/self/fd/{}", fd.as_raw_fd()).into_bytes()
}

fn check_kind(stat: &Stat, item: &Finish) -> io::Result<()> {
    if char::from(stat.kind) == item.kind {
        return Ok(());
    }
    Err(io::Error::other(say!("something else stands in its place")))
}

fn set_size(fd: &OwnedFd, stat: &Stat, item: &Finish) -> io::Result<()> {
    match item.size {
        Some(size) if size != stat.size && stat.links > 1 => Err(io::Error::other(say!(
            "the file there has further names, which cutting it would change too"
        ))),
        Some(size) if size != stat.size => Ok(ftruncate(fd, size)?),
        _ => Ok(()),
    }
}

/// The owner to set; None where it is right already.
fn owner(item: &Finish, stat: &Stat) -> Option<(Option<Uid>, Option<Gid>)> {
    let uid = item.uid.filter(|uid| *uid != stat.uid);
    let gid = item.gid.filter(|gid| *gid != stat.gid);
    (uid.is_some() || gid.is_some()).then(|| (uid.map(Uid::from_raw), gid.map(Gid::from_raw)))
}

/// Whether the owner was set; only root may give files away, and that is no fault.
fn permitted(result: rustix::io::Result<()>) -> io::Result<bool> {
    match result {
        Ok(()) => Ok(true),
        Err(Errno::PERM) if !rustix::process::geteuid().is_root() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// A program that runs as its owner must not come to run as somebody else.
fn mode(item: &Finish, owned: bool) -> Mode {
    let bits = if owned { 0o7777 } else { 0o1777 };
    Mode::from_raw_mode(item.mode & bits)
}

fn times(item: &Finish) -> Timestamps {
    Timestamps {
        last_access: timespec(item.atime),
        last_modification: timespec(item.mtime),
    }
}

fn timespec(time: Time) -> Timespec {
    Timespec {
        tv_sec: time.seconds,
        tv_nsec: time.nanos.into(),
    }
}

fn attribute_fault(item: &Finish, name: &[u8], error: Errno) -> ItemFault {
    let sentence = say!(
        "was restored without its extended attribute {name}: {reason}.",
        name = String::from_utf8_lossy(name),
        reason = reason(&error.into())
    );
    (item.path.clone(), sentence)
}
