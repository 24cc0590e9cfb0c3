//! How the process holds its large buffers. What may not enter: the buffers.

use std::sync::Once;

/// Buffers from this size on go back to the system as soon as they are dropped.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const GIVEN_BACK_FROM: libc::c_int = 256 << 10;

/// Keep glibc from holding on to large buffers once they were dropped: it raises its own bound to the
/// size of whatever was dropped, up to 32 MiB, and what is smaller then stays with the process in
/// pieces. A backup of photos, then films, held 50 MiB for nothing. Elsewhere there is nothing to do.
pub fn give_back_large_buffers() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        #[cfg(all(target_os = "linux", target_env = "gnu"))]
        // SAFETY: mallopt sets a number; glibc locks while it does.
        unsafe {
            // refused, the bound stays as it is: more memory, nothing wrong
            let _ = libc::mallopt(libc::M_MMAP_THRESHOLD, GIVEN_BACK_FROM);
        }
    });
}
