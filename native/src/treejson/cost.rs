//! What one node may cost whoever parses it. A list, a number or a text takes some 60 bytes once parsed, and
//! two bytes of JSON; a text with one wide character takes four bytes for each of its others.
//! What may not enter: the meaning of fields.

/// A node whose JSON is no longer costs little, whatever is in it.
const FREE_BYTES: usize = 64 << 10;
/// Values of a node apart from ids: some ten thousand extended attributes.
const MOST_VALUES: usize = 32 << 10;
/// An id of a file's content takes 67 bytes of JSON; a terabyte has a million of them.
const ID_BYTES: usize = 64;
/// Texts that are not plain ASCII are names and targets of links; the long ones (attributes, in base64) are.
const MOST_TEXT_BYTES: usize = 1 << 20;

/// restic's nodes nest three deep.
const MOST_DEPTH: usize = 64;

/// Whether a node's JSON, which is known to be well-formed, parses to a small multiple of its length.
pub fn is_affordable(json: &[u8]) -> bool {
    let opening = |byte: &&u8| matches!(byte, b'[' | b'{');
    if json.len() <= FREE_BYTES && json.iter().filter(opening).count() <= MOST_DEPTH {
        return true;
    }
    let cost = measure(json);
    let cheap = json.len() <= FREE_BYTES
        || cost.values <= MOST_VALUES + json.len() / ID_BYTES && cost.text_bytes <= MOST_TEXT_BYTES;
    cheap && cost.depth <= MOST_DEPTH
}

struct Cost {
    values: usize,
    /// Of texts that are not plain ASCII.
    text_bytes: usize,
    depth: usize,
}

fn measure(json: &[u8]) -> Cost {
    let (mut values, mut text_bytes, mut open, mut depth, mut at) = (0, 0, 0usize, 0, 0);
    while at < json.len() {
        match json[at] {
            b'"' => {
                let (length, plain) = text(&json[at + 1..]);
                text_bytes += if plain { 0 } else { length };
                at += length + 1;
            }
            b',' => values += 1,
            b'[' | b'{' => {
                (values, open) = (values + 1, open + 1);
                depth = depth.max(open);
            }
            b']' | b'}' => open = open.saturating_sub(1),
            _ => (),
        }
        at += 1;
    }
    Cost {
        values,
        text_bytes,
        depth,
    }
}

/// (bytes up to the closing quote, whether they are ASCII without escapes).
fn text(json: &[u8]) -> (usize, bool) {
    let (mut at, mut plain) = (0, true);
    while at < json.len() && json[at] != b'"' {
        let escape = json[at] == b'\\';
        plain &= !escape && json[at].is_ascii();
        at += 1 + usize::from(escape);
    }
    (at, plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(field: &str) -> String {
        format!(r#"{{"name":"é","type":"file",{field}}}"#)
    }

    #[test]
    fn a_file_of_a_terabyte_and_a_long_attribute_are_affordable() {
        let ids = vec![format!("\"{}\"", "ab".repeat(32)); 1 << 20].join(",");
        assert!(is_affordable(
            node(&format!("\"content\":[{ids}]")).as_bytes()
        ));
        let value = "QUJD".repeat(8 << 20);
        let attributes = format!(r#""extended_attributes":[{{"name":"a","value":"{value}"}}]"#);
        assert!(is_affordable(node(&attributes).as_bytes()));
    }

    #[test]
    fn a_nest_of_lists_is_not_affordable() {
        let nest = |depth| format!("\"x\":{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(is_affordable(node(&nest(MOST_DEPTH - 1)).as_bytes()));
        assert!(!is_affordable(node(&nest(MOST_DEPTH)).as_bytes()));
        assert!(is_affordable(
            node(&format!("\"user\":\"{}\"", "[".repeat(200))).as_bytes()
        ));
    }

    #[test]
    fn crowds_of_values_and_long_wide_texts_are_not() {
        let lists = vec!["[]"; 100_000].join(",");
        assert!(!is_affordable(node(&format!("\"x\":[{lists}]")).as_bytes()));
        for character in ["é", "\\n", "\\\""] {
            let wide = format!("\"user\":\"{}{}\"", "x".repeat(2 << 20), character);
            assert!(!is_affordable(node(&wide).as_bytes()));
        }
    }
}
