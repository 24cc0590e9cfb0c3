//! Which instructions the cutter uses: the best this CPU has, unless a test forces another.
//! All give the same cuts. What may not enter: the instructions themselves.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::errors::{Fault, Outcome};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    #[cfg(target_arch = "x86_64")]
    Vaes512,
    #[cfg(target_arch = "x86_64")]
    Vaes256,
    #[cfg(target_arch = "x86_64")]
    AesNi,
    Portable,
}

/// Best first.
const ALL: &[Path] = &[
    #[cfg(target_arch = "x86_64")]
    Path::Vaes512,
    #[cfg(target_arch = "x86_64")]
    Path::Vaes256,
    #[cfg(target_arch = "x86_64")]
    Path::AesNi,
    Path::Portable,
];

const UNCHOSEN: usize = usize::MAX;
/// A number in ALL. The only state of the process here; it changes speed, never a cut.
static CHOSEN: AtomicUsize = AtomicUsize::new(UNCHOSEN);

impl Path {
    pub fn name(self) -> &'static str {
        match self {
            #[cfg(target_arch = "x86_64")]
            Path::Vaes512 => "vaes512",
            #[cfg(target_arch = "x86_64")]
            Path::Vaes256 => "vaes256",
            #[cfg(target_arch = "x86_64")]
            Path::AesNi => "aes-ni",
            Path::Portable => "portable",
        }
    }

    fn runs_here(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Path::Vaes512 => {
                is_x86_feature_detected!("vaes")
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("aes")
            }
            #[cfg(target_arch = "x86_64")]
            Path::Vaes256 => {
                is_x86_feature_detected!("vaes")
                    && is_x86_feature_detected!("avx2")
                    && is_x86_feature_detected!("aes")
            }
            #[cfg(target_arch = "x86_64")]
            Path::AesNi => is_x86_feature_detected!("aes"),
            Path::Portable => true,
        }
    }
}

/// Every path this CPU can run, best first.
pub fn available() -> Vec<Path> {
    ALL.iter()
        .copied()
        .filter(|path| path.runs_here())
        .collect()
}

/// The path in use.
pub fn current() -> Path {
    match ALL.get(CHOSEN.load(Ordering::Relaxed)) {
        Some(path) => *path,
        None => choose(best()),
    }
}

/// Use the path of this name from now on. UsageError where this CPU lacks it.
pub fn force(name: &str) -> Outcome<()> {
    let found = available().into_iter().find(|path| path.name() == name);
    match found {
        Some(path) => {
            choose(path);
            Ok(())
        }
        None => Err(Fault::Usage(say!(
            "This CPU has no path {name} for cutting.",
            name = format!("{name:?}")
        ))),
    }
}

fn best() -> Path {
    available().first().copied().unwrap_or(Path::Portable)
}

fn choose(path: Path) -> Path {
    let number = ALL.iter().position(|other| *other == path);
    CHOSEN.store(number.unwrap_or(UNCHOSEN), Ordering::Relaxed);
    path
}
