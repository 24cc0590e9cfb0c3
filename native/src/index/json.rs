//! Index files: `{"packs":[{"id","blobs":[{"id","type","offset","length","uncompressed_length"?}]}]}`
//! and Notou's own "lane", which restic ignores (VAULT-FORMAT, index JSON).
//! What may not enter: look-ups, sealing.

use serde::de::{Deserializer, Error, Visitor};
use serde::Deserialize;
use std::borrow::Cow;
use std::fmt;
use std::io::Write;

use crate::blob::{hex, hex_onto, id_of_hex, Entry, Id, DATA, TREE};
use crate::errors::{Fault, Outcome};
use crate::sentence::Sentence;

/// The packs of one index file, checked, and the text of its lane.
pub struct IndexFile {
    pub packs: Vec<(Id, Vec<Entry>)>,
    /// A sentence for each pack in which a blob is said to lie where none can.
    pub left_out: Vec<Sentence>,
    pub lane: Option<String>,
}

/// DamagedError when malformed. A blob out of bounds costs its own pack only.
pub fn decode(plain: &[u8]) -> Outcome<IndexFile> {
    if !plain.starts_with(b"{") {
        // serde would take an array for the object's fields in order
        return Err(Fault::Damaged(say!("The index file is no JSON object.")));
    }
    let file: FileJson = serde_json::from_slice(plain).map_err(|error| {
        Fault::Damaged(say!(
            "The index file does not parse: {error}.",
            error = error.to_string()
        ))
    })?;
    let (mut packs, mut left_out) = (Vec::new(), Vec::new());
    for pack in file.packs.unwrap_or_default() {
        match entries(&pack, &kinds(&pack)?) {
            Ok(entries) => packs.push((pack.id.0, entries)),
            Err(fault) => left_out.push(say!(
                "The pack {pack}: {error}",
                pack = hex(&pack.id.0),
                error = fault.sentence()
            )),
        }
    }
    Ok(IndexFile {
        packs,
        left_out,
        lane: file.lane.map(Cow::into_owned),
    })
}

fn kinds(pack: &PackJson) -> Outcome<Vec<u8>> {
    let kind = |blob: &BlobJson| match blob.kind.as_ref() {
        "data" => Ok(DATA),
        "tree" => Ok(TREE),
        _ => Err(Fault::Damaged(say!(
            "The index file names a blob of unknown type in the pack {pack}.",
            pack = hex(&pack.id.0)
        ))),
    };
    pack.blobs().iter().map(kind).collect()
}

fn entries(pack: &PackJson, kinds: &[u8]) -> Outcome<Vec<Entry>> {
    let entry = |(blob, kind): (&BlobJson, &u8)| {
        Entry::checked(
            *kind,
            blob.id.0,
            blob.offset,
            blob.length,
            blob.plain_length,
        )
    };
    pack.blobs().iter().zip(kinds).map(entry).collect()
}

/// The JSON as Go writes it, with a newline at the end; no "lane" when `lane` is None.
pub fn encode<'a>(
    packs: impl IntoIterator<Item = (&'a Id, Vec<Entry>)>,
    lane: Option<&str>,
) -> Vec<u8> {
    let mut out = b"{\"packs\":[".to_vec();
    for (number, (id, entries)) in packs.into_iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        out.extend_from_slice(b"{\"id\":\"");
        hex_onto(id, &mut out);
        out.extend_from_slice(b"\",\"blobs\":[");
        for (number, entry) in entries.iter().enumerate() {
            if number > 0 {
                out.push(b',');
            }
            encode_entry(entry, &mut out);
        }
        out.extend_from_slice(b"]}");
    }
    out.push(b']');
    if let Some(lane) = lane {
        // a lane's name is plain lower-case text, which Debug and JSON quote alike
        let _ = write!(out, ",\"lane\":{lane:?}");
    }
    out.extend_from_slice(b"}\n");
    out
}

fn encode_entry(entry: &Entry, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"id\":\"");
    hex_onto(&entry.id, out);
    let kind = if entry.kind == TREE { "tree" } else { "data" };
    let (offset, length) = (entry.offset, entry.length);
    // writing to a vector cannot fail
    let _ = write!(
        out,
        "\",\"type\":\"{kind}\",\"offset\":{offset},\"length\":{length}"
    );
    if entry.plain_length > 0 {
        let _ = write!(out, ",\"uncompressed_length\":{}", entry.plain_length);
    }
    out.push(b'}');
}

#[derive(Deserialize)]
struct FileJson<'a> {
    #[serde(borrow, default)]
    packs: Option<Vec<PackJson<'a>>>,
    #[serde(borrow, default)]
    lane: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct PackJson<'a> {
    id: HexId,
    #[serde(borrow, default)]
    blobs: Option<Vec<BlobJson<'a>>>,
}

impl<'a> PackJson<'a> {
    fn blobs(&self) -> &[BlobJson<'a>] {
        self.blobs.as_deref().unwrap_or_default()
    }
}

#[derive(Deserialize)]
struct BlobJson<'a> {
    id: HexId,
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    offset: u64,
    length: u64,
    #[serde(default, rename = "uncompressed_length")]
    plain_length: u64,
}

/// An id, from the 64 digits that JSON holds.
#[derive(Clone, Copy)]
pub struct HexId(pub Id);

impl<'de> Deserialize<'de> for HexId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<HexId, D::Error> {
        deserializer.deserialize_str(HexVisitor)
    }
}

struct HexVisitor;

impl Visitor<'_> for HexVisitor {
    type Value = HexId;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an id of 64 hexadecimal digits")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<HexId, E> {
        id_of_hex(text.as_bytes())
            .map(HexId)
            .ok_or_else(|| E::custom("an id is not 64 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blob(fields: &str) -> String {
        let id = "ab".repeat(32);
        format!(r#"{{"packs":[{{"id":"{id}","blobs":[{{"id":"{id}","type":"data",{fields}}}]}}]}}"#)
    }

    #[test]
    fn what_is_encoded_decodes_to_the_same() {
        let entries = vec![
            Entry::checked(DATA, [1; 32], 0, 40, 0).unwrap(),
            Entry::checked(TREE, [2; 32], 40, 50, 1000).unwrap(),
        ];
        let json = encode([(&[9; 32], entries.clone())], Some("photos"));
        let text = String::from_utf8(json.clone()).unwrap();
        assert!(text
            .ends_with(",\"length\":50,\"uncompressed_length\":1000}]}],\"lane\":\"photos\"}\n"));
        let file = decode(&json).unwrap();
        assert_eq!(file.packs, vec![([9; 32], entries)]);
        assert_eq!(file.lane.as_deref(), Some("photos"));
    }

    #[test]
    fn unknown_fields_are_ignored_and_absent_ones_are_empty() {
        let json = br#"{"supersedes":["x"],"packs":null,"packs_to_delete":[{"a":[1,{}]}]}"#;
        let file = decode(json).unwrap();
        assert!(file.packs.is_empty() && file.lane.is_none());
        assert!(decode(b"{}").unwrap().packs.is_empty());
    }

    #[test]
    fn a_blob_that_cannot_be_costs_its_own_pack_only() {
        let right = blob(r#""offset":0,"length":32"#);
        for fields in [
            r#""offset":0,"length":31"#,
            r#""offset":4294967295,"length":32"#,
            r#""offset":18446744073709551615,"length":32"#,
            r#""offset":0,"length":64,"uncompressed_length":999999999999"#,
        ] {
            let wrong = blob(fields);
            let both = format!("{},{}", &wrong[..wrong.len() - 2], &right[10..]);
            let file = decode(both.as_bytes()).unwrap();
            assert_eq!((file.packs.len(), file.left_out.len()), (1, 1), "{fields}");
        }
    }

    #[test]
    fn hostile_index_files_are_refused() {
        assert!(decode(blob(r#""offset":0,"length":32"#).as_bytes()).is_ok());
        for fields in [
            r#""offset":-1,"length":32"#,
            r#""offset":1.5,"length":32"#,
            r#""offset":0"#,
            r#""offset":99999999999999999999999,"length":32"#,
        ] {
            let refused = decode(blob(fields).as_bytes());
            assert!(matches!(refused, Err(Fault::Damaged(_))), "{fields}");
        }
        let deep = [b"{\"packs\":".to_vec(), vec![b'['; 100_000]].concat();
        for json in [&b""[..], b"[]", b"{", b"\xff\xfe", b"{\"packs\":7}", &deep] {
            assert!(matches!(decode(json), Err(Fault::Damaged(_))));
        }
    }
}
