//! What can go wrong inside the kernel, and how it reaches Python: as the class of `notou.errors`
//! of the same name. The text is a whole sentence for a person, as everywhere in Notou.

use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::sentence::Sentence;

pub type Outcome<T> = Result<T, Fault>;

/// A fault of a whole call. A fault of one item of a batch is a sentence in the answer instead.
#[derive(Debug)]
pub enum Fault {
    /// The request cannot be carried out as said.
    Usage(Sentence),
    /// Something that was named is not there.
    NotFound(Sentence),
    /// Stored bytes failed verification.
    Damaged(Sentence),
    /// A size declared by stored bytes is beyond the bound.
    Limit(Sentence),
    /// The disk did not do what it was asked.
    Store(Sentence),
    /// The disk has no room left.
    StoreFull(Sentence),
    /// An exception raised by Python itself, such as KeyboardInterrupt.
    Python(PyErr),
}

/// What a panic is told as.
pub fn broken_off() -> Fault {
    Fault::Store(say!(
        "The kernel broke off by a fault of its own; please report it."
    ))
}

impl Fault {
    /// The sentence, for answers that carry one sentence an item.
    pub fn sentence(&self) -> Sentence {
        match self {
            Fault::Usage(sentence)
            | Fault::NotFound(sentence)
            | Fault::Damaged(sentence)
            | Fault::Limit(sentence)
            | Fault::Store(sentence)
            | Fault::StoreFull(sentence) => sentence.clone(),
            Fault::Python(error) => Sentence::of_elsewhere(&error.to_string()),
        }
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
            Some(libc::ENOSPC | libc::EDQUOT) => Fault::StoreFull(say!(
                "There is no room left at {place}; make room there and run again.",
                place = place
            )),
            _ => Fault::Store(say!(
                "Writing to {place} failed: {reason}.",
                place = place,
                reason = reason(error)
            )),
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
pub fn reason(error: &std::io::Error) -> Sentence {
    let ours = error.get_ref().and_then(|inner| inner.downcast_ref());
    if let Some(sentence) = ours {
        return Sentence::clone(sentence);
    }
    let text = error.to_string();
    match text.find(" (os error") {
        Some(end) => Sentence::of_elsewhere(&text[..end].to_lowercase()),
        None => Sentence::of_elsewhere(&text),
    }
}
