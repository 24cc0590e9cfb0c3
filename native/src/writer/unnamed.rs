//! A file that appears in its folder only when it is whole. Where the system can, it has no name
//! until then, and a killed process leaves nothing behind; elsewhere it has a name of passage, which
//! the outbox sweeps.
//!
//! Its bytes may go past the system's cache, where the file system can: copying them there costs more
//! than a third of encrypting them, and drives out what the person works with.
//! What may not enter: what the file holds.

use rustix::fs::{fcntl_getfl, fcntl_setfl, linkat, open, AtFlags, Mode, OFlags, CWD};
use std::fs::{remove_file, rename, File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::aligned::{Aligned, ALIGNMENT};
use crate::blob::hex;
use crate::lock::lock;

const MODE: u32 = 0o600;

pub struct Unnamed {
    file: File,
    folder: PathBuf,
    passage: Mutex<Option<Passage>>,
}

impl Unnamed {
    /// `past_cache` where nobody on this machine reads the file soon.
    pub fn create(folder: &Path, past_cache: bool) -> io::Result<Unnamed> {
        let (file, passage) = match create_nameless(folder) {
            Some(file) => (file, None),
            None => Passage::create(folder).map(|(file, passage)| (file, Some(passage)))?,
        };
        let unnamed = Unnamed {
            file,
            folder: folder.to_path_buf(),
            passage: Mutex::new(passage),
        };
        // where the file system cannot, the cache it is
        let _ = unnamed.pass_cache(past_cache);
        Ok(unnamed)
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Write at `offset`, a multiple of ALIGNMENT; only the last bytes of the file may be no multiple.
    pub fn write_at(&self, bytes: &Aligned, offset: u64) -> io::Result<()> {
        let bytes = bytes.bytes();
        if !bytes.len().is_multiple_of(ALIGNMENT) {
            self.pass_cache(false)?;
        }
        match self.file.write_all_at(bytes, offset) {
            // a disk with other ideas of alignment
            Err(error) if error.raw_os_error() == Some(libc::EINVAL) => {
                self.pass_cache(false)?;
                self.file.write_all_at(bytes, offset)
            }
            written => written,
        }
    }

    #[cfg(target_os = "linux")]
    fn pass_cache(&self, past: bool) -> io::Result<()> {
        let mut flags = fcntl_getfl(&self.file)?;
        flags.set(OFlags::DIRECT, past);
        Ok(fcntl_setfl(&self.file, flags)?)
    }

    #[cfg(not(target_os = "linux"))]
    fn pass_cache(&self, _past: bool) -> io::Result<()> {
        Ok(())
    }

    /// Make the bytes durable, then give them a name, and make that durable.
    pub fn land(&self, name: &str) -> io::Result<()> {
        self.file.sync_all()?;
        let path = self.folder.join(name);
        let passage = lock(&self.passage).take();
        match passage {
            Some(passage) => passage.rename(&path)?,
            None => linkat(
                CWD,
                of_process(&self.file),
                CWD,
                &path,
                AtFlags::SYMLINK_FOLLOW,
            )?,
        }
        File::open(&self.folder)?.sync_all()
    }
}

/// None where the file system has no such files, or the system no way to name them.
fn create_nameless(folder: &Path) -> Option<File> {
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    let file = File::from(open(folder, flags, Mode::from_raw_mode(MODE)).ok()?);
    Path::new(&of_process(&file)).exists().then_some(file)
}

/// The path by which a process names a file that it has open (open(2), O_TMPFILE).
fn of_process(file: &File) -> String {
    format!("/proc/self/fd/{}", file.as_raw_fd())
}

/// A name that goes when it is dropped.
struct Passage(PathBuf);

impl Passage {
    fn create(folder: &Path) -> io::Result<(File, Passage)> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| io::Error::other(error.to_string()))?;
        let path = folder.join(format!("new-{}", hex(&random)));
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(MODE)
            .open(&path)?;
        Ok((file, Passage(path)))
    }

    fn rename(mut self, path: &Path) -> io::Result<()> {
        rename(&self.0, path)?;
        self.0 = PathBuf::new();
        Ok(())
    }
}

impl Drop for Passage {
    fn drop(&mut self) {
        if !self.0.as_os_str().is_empty() {
            // what cannot be removed now is swept at the next start
            let _ = remove_file(&self.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    /// Where the folder's file system takes such writes at all.
    #[test]
    fn packs_go_past_the_cache_until_their_last_odd_bytes() {
        let folder = std::env::temp_dir();
        let direct = OFlags::TMPFILE | OFlags::WRONLY | OFlags::DIRECT;
        let taken = open(&folder, direct, Mode::from_raw_mode(MODE)).is_ok();
        let passes = |unnamed: &Unnamed| {
            let flags = fcntl_getfl(&unnamed.file).unwrap();
            flags.contains(OFlags::DIRECT)
        };
        let unnamed = Unnamed::create(&folder, true).unwrap();
        let mut bytes = Aligned::new();
        bytes.hold(&[1; ALIGNMENT]);
        unnamed.write_at(&bytes, 0).unwrap();
        assert_eq!(passes(&unnamed), taken);
        bytes.hold(&[1; 5]);
        unnamed.write_at(&bytes, ALIGNMENT as u64).unwrap();
        assert!(!passes(&unnamed));
        assert!(!passes(&Unnamed::create(&folder, false).unwrap()));
    }

    #[test]
    fn with_and_without_a_name_of_passage_only_what_landed_stays() {
        let folder = std::env::temp_dir().join(format!("notou-unnamed-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let (file, passage) = Passage::create(&folder).unwrap();
        let by_passage = Unnamed {
            file,
            folder: folder.clone(),
            passage: Mutex::new(Some(passage)),
        };
        let content: Vec<u8> = (0..2 * ALIGNMENT + 5).map(|i| (i % 251) as u8).collect();
        let create = |past_cache| Unnamed::create(&folder, past_cache).unwrap();
        for (name, unnamed) in [("a", by_passage), ("b", create(true)), ("c", create(false))] {
            let mut bytes = Aligned::new();
            for (number, portion) in content.chunks(ALIGNMENT).enumerate() {
                bytes.hold(portion);
                let offset = number * ALIGNMENT;
                unnamed.write_at(&bytes, offset as u64).unwrap();
            }
            unnamed.land(name).unwrap();
            assert_eq!(std::fs::read(folder.join(name)).unwrap(), content);
        }
        drop(Passage::create(&folder).unwrap());
        drop(create(true));
        let mut left = names(&folder);
        left.sort();
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(left, ["a", "b", "c"]);
    }
}
