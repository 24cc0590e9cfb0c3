//! A file that appears in its folder only when it is whole. Where the system can, it has no name
//! until then, and a killed process leaves nothing behind; elsewhere it has a name of passage, which
//! the outbox sweeps. What may not enter: what the file holds.

use rustix::fs::{linkat, open, AtFlags, Mode, OFlags, CWD};
use std::fs::{remove_file, rename, File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::blob::hex;

const MODE: u32 = 0o600;

pub struct Unnamed {
    file: File,
    folder: PathBuf,
    passage: Option<Passage>,
}

impl Unnamed {
    pub fn create(folder: &Path) -> io::Result<Unnamed> {
        let (file, passage) = match create_nameless(folder) {
            Some(file) => (file, None),
            None => Passage::create(folder).map(|(file, passage)| (file, Some(passage)))?,
        };
        Ok(Unnamed {
            file,
            folder: folder.to_path_buf(),
            passage,
        })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    /// Make the bytes durable, then give them a name, and make that durable.
    pub fn land(&mut self, name: &str) -> io::Result<()> {
        self.file.sync_all()?;
        let path = self.folder.join(name);
        match self.passage.take() {
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

    #[test]
    fn with_and_without_a_name_of_passage_only_what_landed_stays() {
        let folder = std::env::temp_dir().join(format!("notou-unnamed-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let (file, passage) = Passage::create(&folder).unwrap();
        let by_passage = Unnamed {
            file,
            folder: folder.clone(),
            passage: Some(passage),
        };
        for (name, mut unnamed) in [("a", by_passage), ("b", Unnamed::create(&folder).unwrap())] {
            unnamed.write(name.as_bytes()).unwrap();
            unnamed.land(name).unwrap();
            assert_eq!(std::fs::read(folder.join(name)).unwrap(), name.as_bytes());
        }
        drop(Passage::create(&folder).unwrap());
        drop(Unnamed::create(&folder).unwrap());
        let mut left = names(&folder);
        left.sort();
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(left, ["a", "b"]);
    }
}
