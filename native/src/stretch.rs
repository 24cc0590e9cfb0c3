//! scrypt (RFC 7914), which turns a password into a key. Its p lanes are worked on one after the other,
//! since each takes 128 · n · r bytes. What may not enter: what the key opens, bounds on the work (the
//! caller's, who knows whom to blame).

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use scrypt::Params;

use crate::errors::{Fault, Outcome};

const LENGTH: usize = 64;

fn stretch(password: &[u8], salt: &[u8], (n, r, p): (u64, u32, u32)) -> Outcome<[u8; LENGTH]> {
    let nonsense = || Fault::Usage(format!("scrypt cannot work with N {n}, r {r} and p {p}."));
    if n < 2 || !n.is_power_of_two() {
        return Err(nonsense());
    }
    let params = Params::new(n.ilog2() as u8, r, p).map_err(|_| nonsense())?;
    let mut key = [0; LENGTH];
    scrypt::scrypt(password, salt, &params, &mut key).map_err(|_| nonsense())?;
    Ok(key)
}

#[pyfunction]
#[pyo3(name = "scrypt")]
fn py_scrypt<'py>(
    py: Python<'py>,
    password: &[u8],
    salt: &[u8],
    n: u64,
    r: u32,
    p: u32,
) -> PyResult<Bound<'py, PyBytes>> {
    let key = py.detach(|| stretch(password, salt, (n, r, p)))?;
    Ok(PyBytes::new(py, &key))
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(py_scrypt, m)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob::hex;

    /// RFC 7914, section 12.
    #[test]
    fn the_keys_of_rfc_7914_come_out() {
        let key = |password: &[u8], salt: &[u8], work| hex(&stretch(password, salt, work).unwrap());
        assert_eq!(
            key(b"", b"", (16, 1, 1)),
            "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442\
             fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"
        );
        assert_eq!(
            key(b"password", b"NaCl", (1024, 8, 16)),
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162\
             2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"
        );
    }

    #[test]
    fn work_that_makes_no_sense_is_refused() {
        for work in [(0, 8, 1), (3, 8, 1), (1, 8, 1), (1 << 40, 0, 1), (16, 8, 0)] {
            assert!(matches!(stretch(b"x", b"y", work), Err(Fault::Usage(_))));
        }
    }
}
