//! JSON strings as Go's encoding/json writes them: `<`, `>`, `&` and U+2028/2029 escaped, bytes that
//! are no UTF-8 replaced by `\ufffd`, all else raw.

use std::io::Write;

/// Append `text` to `out` as a JSON string with its quotes.
pub fn string_onto(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for chunk in text.utf8_chunks() {
        valid_onto(chunk.valid(), out);
        for _ in chunk.invalid() {
            out.extend_from_slice(b"\\ufffd");
        }
    }
    out.push(b'"');
}

/// Go replaces each byte of an invalid run by itself, and so does the loop above.
fn valid_onto(text: &str, out: &mut Vec<u8>) {
    if text.bytes().all(is_plain) {
        return out.extend_from_slice(text.as_bytes());
    }
    for character in text.chars() {
        match character {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\u{8}' => out.extend_from_slice(b"\\b"),
            '\u{c}' => out.extend_from_slice(b"\\f"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                // writing to a vector cannot fail
                let _ = write!(out, "\\u{:04x}", character as u32);
            }
            _ => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// Bytes that stand for themselves. 0xe2 starts U+2028 and U+2029, among others.
fn is_plain(byte: u8) -> bool {
    !matches!(byte, 0..=0x1f | b'"' | b'\\' | b'<' | b'>' | b'&' | 0xe2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped_as_restic_018_wrote_them() {
        let cases: [(&[u8], &str); 3] = [
            (
                b"bad\xfft<\n\x01\x7f\x08\x0c>",
                "\"bad\\ufffdt\\u003c\\n\\u0001\x7f\\b\\f\\u003e\"",
            ),
            ("u\u{2028}\u{a0}é".as_bytes(), "\"u\\u2028\u{a0}é\""),
            (b"q\"\\\xed\xa0\x80", "\"q\\\"\\\\\\ufffd\\ufffd\\ufffd\""),
        ];
        for (text, expected) in cases {
            let mut out = Vec::new();
            string_onto(text, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
