//! scrypt (RFC 7914), which turns a password into a key. Its p lanes are worked on one after the other,
//! since each takes 128 · n · r bytes. What may not enter: what the key opens, bounds on the work (the
//! caller's, who knows whom to blame).

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use scrypt::Params;

use crate::errors::{Fault, Outcome};

const LENGTH: usize = 64;

fn stretch(password: &[u8], salt: &[u8], (n, r, p): (u64, u32, u32)) -> Outcome<[u8; LENGTH]> {
    let nonsense = || {
        Fault::Usage(say!(
            "scrypt cannot work with N {n}, r {r} and p {p}.",
            n = n,
            r = r,
            p = p
        ))
    };
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
