//! zstd frames as the vault stores them: one frame, content size declared, no checksum. Contexts
//! are kept per thread, since making one costs more than compressing a small blob.
//! What may not enter: the choice whether a blob is worth compressing.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::cell::RefCell;
use zstd::zstd_safe::{self, CCtx, CParameter, DCtx, DParameter, InBuffer, OutBuffer};

use crate::errors::{Fault, Outcome};

/// A frame may ask for this much history (128 MiB); what writers of vaults use is at most 8 MiB.
const WINDOW_LOG_MOST: u32 = 27;
/// Output of a frame that does not declare its size grows by this much at a time.
const STEP: usize = 128 << 10;

thread_local! {
    static COMPRESSOR: RefCell<Option<CCtx<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<DCtx<'static>>> = const { RefCell::new(None) };
}

/// Put one frame holding `plain` into `out`, replacing what it held.
pub fn compress_into(plain: &[u8], level: i32, out: &mut Vec<u8>) -> Outcome<()> {
    out.clear();
    out.reserve(zstd_safe::compress_bound(plain.len()));
    COMPRESSOR.with_borrow_mut(|kept| {
        let context = kept.get_or_insert_with(CCtx::create);
        context
            .set_parameter(CParameter::CompressionLevel(level))
            .and_then(|_| context.compress2(out, plain))
            .map(|_| ())
            .map_err(|code| Fault::Usage(say!("zstd refused: {code}.", code = name(code))))
    })
}

/// Put the content of the one frame `data` into `out`, replacing what it held.
///
/// LimitError above `most` bytes, DamagedError when malformed or followed by anything.
pub fn decompress_into(data: &[u8], most: usize, out: &mut Vec<u8>) -> Outcome<()> {
    out.clear();
    if zstd_safe::find_frame_compressed_size(data) != Ok(data.len()) {
        return Err(malformed());
    }
    DECOMPRESSOR.with_borrow_mut(|kept| {
        let context = kept.get_or_insert_with(DCtx::create);
        match zstd_safe::get_frame_content_size(data) {
            Ok(Some(size)) => decompress_declared(context, data, size, most, out),
            Ok(None) => decompress_stream(context, data, most, out),
            Err(_) => Err(malformed()),
        }
    })
}

fn decompress_declared(
    context: &mut DCtx<'static>,
    data: &[u8],
    size: u64,
    most: usize,
    out: &mut Vec<u8>,
) -> Outcome<()> {
    let size = usize::try_from(size)
        .ok()
        .filter(|size| *size <= most)
        .ok_or_else(|| beyond(most))?;
    out.try_reserve_exact(size).map_err(|_| beyond(size))?;
    match context.decompress(out, data) {
        Ok(written) if written == size => Ok(()),
        _ => {
            out.clear();
            Err(malformed())
        }
    }
}

fn decompress_stream(
    context: &mut DCtx<'static>,
    data: &[u8],
    most: usize,
    out: &mut Vec<u8>,
) -> Outcome<()> {
    context
        .init()
        .and_then(|_| context.set_parameter(DParameter::WindowLogMax(WINDOW_LOG_MOST)))
        .map_err(|_| malformed())?;
    let mut input = InBuffer::around(data);
    loop {
        out.reserve(STEP);
        let before = out.len();
        let left = {
            let mut output = OutBuffer::around_pos(out, before);
            context
                .decompress_stream(&mut output, &mut input)
                .map_err(|_| malformed())?
        };
        if out.len() > most {
            out.clear();
            return Err(beyond(most));
        }
        if left == 0 {
            return Ok(());
        }
        if out.len() == before && input.pos() == data.len() {
            return Err(malformed());
        }
    }
}

fn malformed() -> Fault {
    Fault::Damaged(say!("The stored bytes are not one whole zstd frame."))
}

fn beyond(most: usize) -> Fault {
    Fault::Limit(say!(
        "The stored bytes decompress to more than the {most} bytes expected here.",
        most = most
    ))
}

fn name(code: usize) -> &'static str {
    zstd_safe::get_error_name(code)
}

#[pyfunction]
fn compress<'py>(py: Python<'py>, plain: &[u8], level: i32) -> PyResult<Bound<'py, PyBytes>> {
    let mut frame = Vec::new();
    py.detach(|| compress_into(plain, level, &mut frame))?;
    Ok(PyBytes::new(py, &frame))
}

#[pyfunction]
fn decompress<'py>(py: Python<'py>, data: &[u8], most: usize) -> PyResult<Bound<'py, PyBytes>> {
    let mut plain = Vec::new();
    py.detach(|| decompress_into(data, most, &mut plain))?;
    Ok(PyBytes::new(py, &plain))
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(compress, m)?)?;
    m.add_function(wrap_pyfunction!(decompress, m)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(plain: &[u8], most: usize) -> Outcome<Vec<u8>> {
        let (mut frame, mut back) = (Vec::new(), Vec::new());
        compress_into(plain, 3, &mut frame)?;
        decompress_into(&frame, most, &mut back)?;
        Ok(back)
    }

    #[test]
    fn a_frame_gives_back_its_content_up_to_the_bound() {
        let plain = vec![42; 100_000];
        assert_eq!(round_trip(&plain, plain.len()).unwrap(), plain);
        assert!(matches!(
            round_trip(&plain, plain.len() - 1),
            Err(Fault::Limit(_))
        ));
    }

    #[test]
    fn a_frame_without_content_size_is_bounded_while_streaming() {
        let frame = zstd::stream::encode_all(&vec![0u8; 10_000_000][..], 3).unwrap();
        let mut out = Vec::new();
        decompress_into(&frame, 10_000_000, &mut out).unwrap();
        assert_eq!(out.len(), 10_000_000);
        let refused = decompress_into(&frame, 1_000_000, &mut out);
        assert!(matches!(refused, Err(Fault::Limit(_))));
        assert!(out.capacity() < 20_000_000);
    }

    #[test]
    fn anything_but_one_whole_frame_is_damage() {
        let mut frame = Vec::new();
        compress_into(b"some bytes some bytes some bytes", 3, &mut frame).unwrap();
        let longer = [&frame[..], b"x"].concat();
        let mut out = Vec::new();
        for data in [&frame[..frame.len() - 1], &longer, b"", b"no frame"] {
            let refused = decompress_into(data, 1 << 20, &mut out);
            assert!(matches!(refused, Err(Fault::Damaged(_))));
        }
    }
}
