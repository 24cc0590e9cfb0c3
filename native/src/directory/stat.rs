//! The lstat of one entry, in the form that trees record it.

use rustix::fs::{FileType, Stat as SystemStat};

use crate::treejson::Time;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stat {
    /// f file, d directory, l symlink, b block device, c character device, p FIFO, s socket.
    pub kind: u8,
    /// Permission bits with setuid, setgid and sticky: 0o7777.
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    pub device: u64,
    pub inode: u64,
    pub links: u64,
    pub size: u64,
    /// The device that a block or character device stands for.
    pub special: u64,
    pub mtime: Time,
    pub ctime: Time,
}

impl Stat {
    pub fn of(stat: &SystemStat) -> Stat {
        Stat {
            kind: letter(FileType::from_raw_mode(stat.st_mode)),
            mode: stat.st_mode & 0o7777,
            uid: stat.st_uid,
            gid: stat.st_gid,
            device: stat.st_dev,
            inode: stat.st_ino,
            links: stat.st_nlink,
            size: stat.st_size as u64,
            special: stat.st_rdev,
            mtime: Time {
                seconds: stat.st_mtime,
                nanos: stat.st_mtime_nsec as u32,
            },
            ctime: Time {
                seconds: stat.st_ctime,
                nanos: stat.st_ctime_nsec as u32,
            },
        }
    }
}

/// The letter of a kind of file; what Linux does not name counts as a socket, which nothing stores.
pub fn letter(kind: FileType) -> u8 {
    match kind {
        FileType::RegularFile => b'f',
        FileType::Directory => b'd',
        FileType::Symlink => b'l',
        FileType::BlockDevice => b'b',
        FileType::CharacterDevice => b'c',
        FileType::Fifo => b'p',
        _ => b's',
    }
}
