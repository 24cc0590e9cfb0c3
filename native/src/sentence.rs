//! Sentences as `notou.sentence` has them: a template and its values, so that whoever shows one can say
//! it in another language. What may not enter: what any sentence says, faults.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::borrow::Cow;
use std::fmt;

/// English text with what it was made of. An empty one stands where there is nothing to say.
#[derive(Clone, Debug, Default)]
pub struct Sentence {
    template: Cow<'static, str>,
    values: Vec<(&'static str, Value)>,
}

/// What stands in a field.
#[derive(Clone, Debug, IntoPyObject)]
pub enum Value {
    Text(String),
    Number(u64),
    Sentence(Sentence),
}

/// The sentence of a template: `say!("The pack {pack} is damaged.", pack = hex(&id))`. The template
/// stands in place, a literal, for catalogues to find (tools/words).
#[macro_export]
macro_rules! say {
    ($template:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::sentence::Sentence::new(
            $template,
            vec![$((stringify!($name), $crate::sentence::Value::from($value))),*],
        )
    };
}

impl Sentence {
    /// For `say!`.
    pub fn new(template: &'static str, values: Vec<(&'static str, Value)>) -> Sentence {
        Sentence {
            template: template.into(),
            values,
        }
    }

    /// Text that comes from elsewhere, as it stands; a catalogue may know it.
    pub fn of_elsewhere(text: &str) -> Sentence {
        Sentence {
            template: text.replace('{', "{{").replace('}', "}}").into(),
            values: Vec::new(),
        }
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = self.template.split('{');
        f.write_str(parts.next().unwrap_or_default())?;
        for part in parts {
            let (name, rest) = part.split_once('}').unwrap_or((part, ""));
            match self.values.iter().find(|(known, _)| *known == name) {
                Some((_, value)) => write!(f, "{value}{rest}")?,
                None => write!(f, "{{{part}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => f.write_str(text),
            Value::Number(number) => write!(f, "{number}"),
            Value::Sentence(sentence) => write!(f, "{sentence}"),
        }
    }
}

/// So that an `io::Error` can carry one.
impl std::error::Error for Sentence {}

impl From<Sentence> for Value {
    fn from(sentence: Sentence) -> Value {
        Value::Sentence(sentence)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

impl From<Cow<'_, str>> for Value {
    fn from(text: Cow<'_, str>) -> Value {
        Value::Text(text.into_owned())
    }
}

impl From<u8> for Value {
    fn from(number: u8) -> Value {
        Value::Number(number.into())
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Value {
        Value::Number(number.into())
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Value {
        Value::Number(number)
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Value {
        Value::Number(number as u64)
    }
}

impl<'py> IntoPyObject<'py> for Sentence {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let values = PyDict::new(py);
        for (name, value) in self.values {
            values.set_item(name, value)?;
        }
        let class = py.import("notou.sentence")?.getattr("Sentence")?;
        class.call1((self.template, values))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_sentence_is_its_english_text() {
        let inner = say!("no room at {place}", place = "/media/{x}");
        let text = say!("The pack {pack}: {why}.", pack = 7_u32, why = inner).to_string();
        assert_eq!(text, "The pack 7: no room at /media/{x}.");
    }
}
