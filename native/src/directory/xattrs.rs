//! Extended attributes of entries, read at the moment a node is written.

use rustix::fs::{lgetxattr, llistxattr};
use rustix::io::Errno;
use std::io;

pub type Attribute = (Vec<u8>, Vec<u8>);

/// The attributes of what stands at `path`, which is no link's target; in the system's order, as
/// restic writes them. Empty where the file system has no attributes.
pub fn attributes(path: &[u8]) -> io::Result<Vec<Attribute>> {
    let names = match grown(|buffer| llistxattr(path, buffer)) {
        Ok(names) => names,
        Err(Errno::NOTSUP) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut found = Vec::new();
    for name in names
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
    {
        match grown(|buffer| lgetxattr(path, name, buffer)) {
            Ok(value) => found.push((name.to_vec(), value)),
            // gone since it was listed
            Err(Errno::NODATA) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}

/// Read into a buffer that grows until it holds all; most files have no attributes at all.
fn grown(read: impl Fn(&mut [u8]) -> rustix::io::Result<usize>) -> rustix::io::Result<Vec<u8>> {
    let mut small = [0; 256];
    match read(&mut small) {
        Ok(length) => return Ok(small[..length].to_vec()),
        Err(Errno::RANGE) => {}
        Err(error) => return Err(error),
    }
    // the system's own bound is 64 KiB
    let mut buffer = vec![0; 1 << 16];
    let length = read(&mut buffer)?;
    buffer.truncate(length);
    Ok(buffer)
}
