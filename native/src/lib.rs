//! Notou's kernel: the place where bytes move. Everything Python sees is listed, with its contract,
//! in `src/notou/kernel/_native.pyi`; this file only gathers what each module registers.
//!
//! What may not enter: decisions about what to back up, where to send it, what to forget.

use pyo3::prelude::*;

#[macro_use]
mod sentence;

mod aligned;
mod blob;
mod cut;
mod directory;
mod errors;
mod hash;
mod index;
mod listing;
mod lock;
mod memory;
mod open;
mod pack_check;
mod seal;
mod stretch;
mod target;
mod treejson;
mod usage;
mod writer;
mod zstd_frames;

#[pymodule]
fn _native(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add("KERNEL_NAME", "native")?;
    seal::register(m)?;
    stretch::register(m)?;
    zstd_frames::register(m)?;
    cut::register(m)?;
    directory::register(m)?;
    index::register(m)?;
    listing::register(m)?;
    open::register(m)?;
    pack_check::register(m)?;
    target::register(m)?;
    usage::register(m)?;
    writer::register(m)?;
    Ok(())
}
