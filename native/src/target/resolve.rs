//! From a relative path to a file descriptor that certainly lies below the root. Every path that
//! reaches the system passes here. What may not enter: creating, writing or removing anything.

use rustix::fs::{open, openat, openat2, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// The system takes paths below 4096 bytes, the final NUL counted.
const PATH_MOST: usize = 4095;
/// Nothing of this process is reached through a descriptor that a child program inherits.
const ALWAYS: OFlags = OFlags::CLOEXEC.union(OFlags::NOFOLLOW);
const FOLDER: OFlags = OFlags::PATH.union(OFlags::DIRECTORY);
const BENEATH: ResolveFlags = ResolveFlags::BENEATH
    .union(ResolveFlags::NO_SYMLINKS)
    .union(ResolveFlags::NO_MAGICLINKS);

/// The folder that nothing leaves.
pub struct Root {
    fd: OwnedFd,
    /// Kernels before 5.6, and some sandboxes, lack openat2; the way is then walked name by name.
    has_openat2: bool,
}

impl Root {
    /// Open the root, which may itself be reached over links: the person named it.
    pub fn open(path: &[u8]) -> io::Result<Root> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = open(path, flags, Mode::empty())?;
        let has_openat2 = openat2(&fd, ".", FOLDER | ALWAYS, Mode::empty(), BENEATH).is_ok();
        Ok(Root { fd, has_openat2 })
    }

    pub fn fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    /// Open what stands at `path`; a link in any place of it, the last too, is an error. (With
    /// O_PATH the last one may be a link, and it is the link itself that is opened.)
    pub fn open_at(&self, path: &[u8], flags: OFlags, mode: Mode) -> io::Result<OwnedFd> {
        check(path)?;
        self.open_checked(self.fd(), path, flags, mode)
    }

    /// The folder that `path` lies in, and its last name.
    fn parent<'a>(&self, path: &'a [u8]) -> io::Result<(Option<OwnedFd>, &'a [u8])> {
        check(path)?;
        match path.iter().rposition(|byte| *byte == b'/') {
            None => Ok((None, path)),
            Some(slash) => {
                let folder = &path[..slash];
                let fd = self.open_checked(self.fd(), folder, FOLDER, Mode::empty())?;
                Ok((Some(fd), &path[slash + 1..]))
            }
        }
    }

    fn open_checked(
        &self,
        from: BorrowedFd<'_>,
        path: &[u8],
        flags: OFlags,
        mode: Mode,
    ) -> io::Result<OwnedFd> {
        if path.len() > PATH_MOST {
            let slash = path[..PATH_MOST].iter().rposition(|byte| *byte == b'/');
            let slash = slash.ok_or(Errno::NAMETOOLONG)?;
            let here = self.open_checked(from, &path[..slash], FOLDER, Mode::empty())?;
            return self.open_checked(here.as_fd(), &path[slash + 1..], flags, mode);
        }
        if self.has_openat2 {
            return Ok(openat2(from, path, flags | ALWAYS, mode, BENEATH)?);
        }
        walk(from, path, flags, mode)
    }
}

/// One name at a time, none of which may be a link.
fn walk(from: BorrowedFd<'_>, path: &[u8], flags: OFlags, mode: Mode) -> io::Result<OwnedFd> {
    let mut names = path.split(|byte| *byte == b'/');
    let last = names.next_back().unwrap_or_default();
    let mut here: Option<OwnedFd> = None;
    for name in names {
        let folder = here.as_ref().map_or(from, AsFd::as_fd);
        here = Some(openat(folder, name, FOLDER | ALWAYS, Mode::empty())?);
    }
    let folder = here.as_ref().map_or(from, AsFd::as_fd);
    Ok(openat(folder, last, flags | ALWAYS, mode)?)
}

/// Names a vault should not hold, and which must not reach the system.
fn check(path: &[u8]) -> io::Result<()> {
    let is_name = |name: &[u8]| !matches!(name, b"" | b"." | b"..") && !name.contains(&0);
    if path.split(|byte| *byte == b'/').all(is_name) {
        return Ok(());
    }
    Err(io::Error::other(say!(
        "the path would lead out of the target"
    )))
}

/// Parents of paths, keeping the last one open: what is restored together mostly lies together.
pub struct Parents<'a> {
    root: &'a Root,
    last: Option<(Vec<u8>, OwnedFd)>,
}

impl<'a> Parents<'a> {
    pub fn new(root: &'a Root) -> Parents<'a> {
        Parents { root, last: None }
    }

    pub fn root(&self) -> &'a Root {
        self.root
    }

    /// The folder that `path` lies in, and its last name, which is never followed.
    pub fn of<'p>(&mut self, path: &'p [u8]) -> io::Result<(BorrowedFd<'_>, &'p [u8])> {
        if !self.knows(path)? {
            let (folder, name) = self.root.parent(path)?;
            let length = path.len() - name.len();
            self.last = folder.map(|fd| (path[..length].to_vec(), fd));
        }
        match &self.last {
            None => Ok((self.root.fd(), path)),
            Some((folder, fd)) => Ok((fd.as_fd(), &path[folder.len()..])),
        }
    }

    /// Whether `path` lies directly in the folder kept.
    fn knows(&self, path: &[u8]) -> io::Result<bool> {
        let Some((folder, _)) = &self.last else {
            return Ok(false);
        };
        match path.strip_prefix(&folder[..]) {
            Some(name) if !name.contains(&b'/') => check(name).map(|()| true),
            _ => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    /// A root with a folder, a file, and links that lead away; removed when dropped.
    struct Place(std::path::PathBuf);

    impl Place {
        fn new(name: &str) -> Place {
            let unique = format!("notou-{name}-{}", std::process::id());
            let place = std::env::temp_dir().join(unique);
            std::fs::create_dir_all(place.join("folder/deeper")).unwrap();
            std::fs::write(place.join("folder/file"), b"x").unwrap();
            symlink("/", place.join("away")).unwrap();
            symlink("..", place.join("folder/up")).unwrap();
            symlink("file", place.join("folder/link")).unwrap();
            Place(place)
        }

        fn roots(&self) -> [Root; 2] {
            use std::os::unix::ffi::OsStrExt;
            let root = || Root::open(self.0.as_os_str().as_bytes()).unwrap();
            let walking = Root {
                has_openat2: false,
                ..root()
            };
            [root(), walking]
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn what_lies_below_the_root_opens_either_way() {
        let place = Place::new("inside");
        for root in place.roots() {
            for path in [&b"folder"[..], b"folder/file", b"folder/deeper"] {
                assert!(root.open_at(path, OFlags::RDONLY, Mode::empty()).is_ok());
            }
        }
    }

    #[test]
    fn nothing_outside_opens_either_way() {
        let place = Place::new("outside");
        let hostile: [&[u8]; 14] = [
            b"",
            b"/",
            b"/etc/passwd",
            b"..",
            b".",
            b"../x",
            b"folder/../folder/file",
            b"folder/",
            b"folder//file",
            b"folder/./file",
            b"away/etc/passwd",
            b"folder/up/folder/file",
            b"folder/link",
            b"folder/file\0",
        ];
        for root in place.roots() {
            for path in hostile {
                let opened = root.open_at(path, OFlags::RDONLY, Mode::empty());
                assert!(opened.is_err(), "{}", String::from_utf8_lossy(path));
            }
            let mut parents = Parents::new(&root);
            assert!(parents.of(b"folder/file").is_ok());
            for path in [
                &b"folder/.."[..],
                b"folder/",
                b"folder/up/x",
                b"away/x",
                b"/x",
                b"folder/.",
            ] {
                assert!(
                    parents.of(path).is_err(),
                    "{}",
                    String::from_utf8_lossy(path)
                );
                assert!(parents.of(b"folder/file").is_ok());
            }
        }
    }
}
