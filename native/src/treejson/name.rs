//! Names in trees: Go's `strconv.Quote` without the outer quotes, so that any bytes pass through JSON.

use std::borrow::Cow;
use std::io::Write;
use unicode_general_category::{get_general_category, GeneralCategory};

/// Append the quoted form of `name` to `out`; it is ASCII or valid UTF-8.
pub fn quote_onto(name: &[u8], out: &mut Vec<u8>) {
    if name
        .iter()
        .all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\'))
    {
        return out.extend_from_slice(name);
    }
    for chunk in name.utf8_chunks() {
        chunk.valid().chars().for_each(|c| character_onto(c, out));
        for byte in chunk.invalid() {
            // writing to a vector cannot fail
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
}

fn character_onto(character: char, out: &mut Vec<u8>) {
    let escape: &[u8] = match character {
        '"' => b"\\\"",
        '\\' => b"\\\\",
        '\u{7}' => b"\\a",
        '\u{8}' => b"\\b",
        '\u{c}' => b"\\f",
        '\n' => b"\\n",
        '\r' => b"\\r",
        '\t' => b"\\t",
        '\u{b}' => b"\\v",
        _ if is_printable(character) => {
            return out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        _ => {
            let code = character as u32;
            // writing to a vector cannot fail
            let _ = match code {
                0..=0x1f | 0x7f => write!(out, "\\x{code:02x}"),
                0x80..=0xffff => write!(out, "\\u{code:04x}"),
                _ => write!(out, "\\U{code:08x}"),
            };
            return;
        }
    };
    out.extend_from_slice(escape);
}

/// Go's `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII space.
///
/// restic's Go (1.24, and 1.26 still) knows Unicode 15.0, hence a table of just that version: with a
/// newer one a name of new characters would be written otherwise than restic writes it, and
/// `restic rewrite` refuses trees it cannot reproduce to the byte.
fn is_printable(character: char) -> bool {
    use GeneralCategory as G;
    character == ' '
        || !matches!(
            get_general_category(character),
            G::Control
                | G::Format
                | G::Surrogate
                | G::PrivateUse
                | G::Unassigned
                | G::LineSeparator
                | G::ParagraphSeparator
                | G::SpaceSeparator
        )
}

/// The raw name that was quoted; None when an escape is not one that Go reads.
pub fn unquote(quoted: &str) -> Option<Cow<'_, [u8]>> {
    let bytes = quoted.as_bytes();
    if !bytes
        .iter()
        .any(|byte| matches!(byte, b'\\' | b'"' | b'\n'))
    {
        return Some(Cow::Borrowed(bytes));
    }
    let mut name = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        rest = match first {
            b'\\' => unescape_onto(after, &mut name)?,
            b'"' | b'\n' => return None,
            byte => {
                name.push(*byte);
                after
            }
        };
    }
    Some(Cow::Owned(name))
}

/// Read what stands behind a backslash; what is left, or None.
fn unescape_onto<'a>(text: &'a [u8], name: &mut Vec<u8>) -> Option<&'a [u8]> {
    let (letter, rest) = text.split_first()?;
    let byte = match letter {
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b'\\' | b'"' => *letter,
        b'x' => number(rest.get(..2)?, 16)? as u8,
        b'0'..=b'7' => u8::try_from(number(text.get(..3)?, 8)?).ok()?,
        b'u' => return character_of(rest, 4, name),
        b'U' => return character_of(rest, 8, name),
        _ => return None,
    };
    name.push(byte);
    match letter {
        b'x' | b'0'..=b'7' => rest.get(2..),
        _ => Some(rest),
    }
}

fn character_of<'a>(text: &'a [u8], digits: usize, name: &mut Vec<u8>) -> Option<&'a [u8]> {
    let character = char::from_u32(number(text.get(..digits)?, 16)?)?;
    name.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    text.get(digits..)
}

/// Digits alone: `from_str_radix` would also take a sign.
fn number(digits: &[u8], radix: u32) -> Option<u32> {
    digits.iter().try_fold(0u32, |sum, digit| {
        let value = char::from(*digit).to_digit(radix)?;
        sum.checked_mul(radix)?.checked_add(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quote(name: &[u8]) -> String {
        let mut out = Vec::new();
        quote_onto(name, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn names_are_quoted_as_restic_018_wrote_them() {
        let cases: [(&[u8], &str); 7] = [
            (b"q\"uote", "q\\\"uote"),
            (b"back\\slash", "back\\\\slash"),
            (b"bad\xff\xfename", "bad\\xff\\xfename"),
            (
                b"new\nline\ttab\x01\x7f\x07\x08\x0b\x0c",
                "new\\nline\\ttab\\x01\\x7f\\a\\b\\v\\f",
            ),
            (
                "nbsp\u{a0}x\u{ad}\u{fffd}\u{200b}\u{feff}".as_bytes(),
                "nbsp\\u00a0x\\u00ad\u{fffd}\\u200b\\ufeff",
            ),
            (
                "😀\u{e0001}\u{10ffff}\u{1fae8}\u{1fae9}".as_bytes(),
                "😀\\U000e0001\\U0010ffff\u{1fae8}\\U0001fae9",
            ),
            (b"\xed\xa0\x80surr", "\\xed\\xa0\\x80surr"),
        ];
        for (name, expected) in cases {
            assert_eq!(quote(name), expected);
            assert_eq!(unquote(expected).unwrap(), name);
        }
    }

    /// The sums are of Go 1.24's strconv.IsPrint over all code points: how many, and FNV-1a of the
    /// little-endian code points where it changes.
    #[test]
    fn printable_is_what_go_calls_printable() {
        let (mut count, mut sum, mut before) = (0, 0xcbf2_9ce4_8422_2325u64, false);
        for code in 0..=0x10ffff {
            let now = char::from_u32(code).is_some_and(is_printable);
            count += u32::from(now);
            if now != before {
                for byte in code.to_le_bytes() {
                    sum = (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
                }
                before = now;
            }
        }
        assert_eq!((count, sum), (GO_COUNT, GO_SUM));
    }

    const GO_COUNT: u32 = 148998;
    const GO_SUM: u64 = 0x9ebc62ceb0075bae;

    #[test]
    fn any_bytes_survive_quoting() {
        let seed = 20_261_123u64;
        println!("seed {seed}");
        let mut state = seed;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize
        };
        let pieces: [&[u8]; 12] = [
            b"a",
            b"\\",
            b"\"",
            b"\n",
            b"\xff",
            b"\xe2\x80",
            "é".as_bytes(),
            "\u{2028}".as_bytes(),
            b"\xf0\x9f",
            "😀".as_bytes(),
            b"\x00",
            b"\\x",
        ];
        for _ in 0..20_000 {
            let length = next() % 8;
            let name: Vec<u8> = (0..length)
                .flat_map(|_| pieces[next() % 12].to_vec())
                .collect();
            let quoted = quote(&name);
            assert_eq!(unquote(&quoted).unwrap(), name, "{quoted}");
        }
    }

    #[test]
    fn what_go_does_not_read_is_refused() {
        for text in [
            "\\",
            "\\x",
            "\\x1",
            "\\xg0",
            "\\u12",
            "\\ud800",
            "\\U00110000",
            "\\q",
            "a\"b",
            "\\'",
            "\\400",
            "\\08",
            "\\x+1",
        ] {
            assert!(unquote(text).is_none(), "{text}");
        }
        assert_eq!(unquote("\\101").unwrap(), &b"A"[..]);
    }
}
