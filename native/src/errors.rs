//! What can go wrong inside the kernel, and how it reaches Python: as the class of `notou.errors`
//! of the same name. The text is a whole sentence for a person, as everywhere in Notou.

use pyo3::prelude::*;
use pyo3::types::PyType;
use std::fmt;

pub type Outcome<T> = Result<T, Fault>;

/// A fault of a whole call. A fault of one item of a batch is a sentence in the answer instead.
#[derive(Debug)]
pub enum Fault {
    /// The request cannot be carried out as said.
    Usage(String),
    /// Something that was named is not there.
    NotFound(String),
    /// Stored bytes failed verification.
    Damaged(String),
    /// A size declared by stored bytes is beyond the bound.
    Limit(String),
    /// The disk did not do what it was asked.
    Store(String),
    /// The disk has no room left.
    StoreFull(String),
    /// An exception raised by Python itself, such as KeyboardInterrupt.
    Python(PyErr),
}

/// What a panic is told as.
pub fn broken_off() -> Fault {
    Fault::Store("The kernel broke off by a fault of its own; please report it.".into())
}

impl Fault {
    /// The sentence, for answers that carry one sentence an item.
    pub fn sentence(&self) -> String {
        self.to_string()
    }

    /// The same once more, of writes alone, for whoever asks next.
    pub fn again(&self) -> Fault {
        match self {
            Fault::StoreFull(sentence) => Fault::StoreFull(sentence.clone()),
            other => Fault::Store(other.sentence()),
        }
    }

    /// The fault of a write to `place` (a path as people read it).
    pub fn of_write(error: &std::io::Error, place: &str) -> Fault {
        match error.raw_os_error() {
            Some(libc::ENOSPC | libc::EDQUOT) => Fault::StoreFull(format!(
                "There is no room left at {place}; make room there and run again."
            )),
            _ => Fault::Store(format!("Writing to {place} failed: {}.", reason(error))),
        }
    }

    fn class_name(&self) -> &'static str {
        match self {
            Fault::Usage(_) => "UsageError",
            Fault::NotFound(_) => "NotFoundError",
            Fault::Damaged(_) => "DamagedError",
            Fault::Limit(_) => "LimitError",
            Fault::Store(_) => "StoreError",
            Fault::StoreFull(_) => "StoreFullError",
            Fault::Python(_) => "NotouError",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Usage(text)
            | Fault::NotFound(text)
            | Fault::Damaged(text)
            | Fault::Limit(text)
            | Fault::Store(text)
            | Fault::StoreFull(text) => f.write_str(text),
            Fault::Python(error) => write!(f, "{error}"),
        }
    }
}

impl From<PyErr> for Fault {
    fn from(error: PyErr) -> Fault {
        Fault::Python(error)
    }
}

impl From<Fault> for PyErr {
    fn from(fault: Fault) -> PyErr {
        if let Fault::Python(error) = fault {
            return error;
        }
        Python::attach(|py| raise(py, &fault).unwrap_or_else(|error| error))
    }
}

fn raise(py: Python<'_>, fault: &Fault) -> PyResult<PyErr> {
    let class = py.import("notou.errors")?.getattr(fault.class_name())?;
    Ok(PyErr::from_type(
        class.cast_into::<PyType>()?,
        fault.sentence(),
    ))
}

/// The operating system's reason in its own words, without Rust's "(os error 13)".
pub fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(end) => text[..end].to_lowercase(),
        None => text,
    }
}
