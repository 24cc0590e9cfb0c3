use super::*;

fn secret() -> Secret {
    Secret::new(&[5; 32]).unwrap()
}

fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    (0..length)
        .map(|_| {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (state >> 56) as u8
        })
        .collect()
}

fn rule(kind: &str, least: usize, bits: u32, most: usize) -> Rule {
    Rule::new((kind.into(), least, bits, most)).unwrap()
}

/// The pieces of a file whose bytes arrive `step` at a time.
fn cut_in_steps(rule: &Rule, bytes: &[u8], step: usize) -> Vec<usize> {
    let (secret, mut cutter) = (secret(), Cutter::new(rule));
    let (mut lengths, mut start, mut end) = (Vec::new(), 0, 0);
    while start < bytes.len() {
        end = bytes.len().min(end + step);
        while start < end {
            match cutter.next(&secret, &bytes[start..end], end == bytes.len()) {
                Some(length) => start += length,
                None => break,
            }
            lengths.push(start);
        }
    }
    let mut before = 0;
    for end in &mut lengths {
        (before, *end) = (*end, *end - before);
    }
    lengths
}

fn jpeg(metadata: usize) -> Vec<u8> {
    let mut file = vec![0xff, 0xd8];
    for _ in 0..metadata {
        file.extend([0xff, 0xe1, 0x40, 0x00]);
        file.extend(noise(0x3ffe, 3));
    }
    file.extend([0xff, 0xdb]);
    file.extend(noise(900_000, 4));
    file
}

fn chunk(kind: &[u8], length: usize) -> Vec<u8> {
    let mut chunk = (length as u32).to_be_bytes().to_vec();
    chunk.extend(kind);
    chunk.extend(noise(length + 4, 5));
    chunk
}

fn boxed(kind: &[u8], length: usize) -> Vec<u8> {
    let mut bytes = (length as u32 + 8).to_be_bytes().to_vec();
    bytes.extend(kind);
    bytes.extend(noise(length, 6));
    bytes
}

fn png() -> Vec<u8> {
    let chunks = [
        chunk(b"IHDR", 13),
        chunk(b"eXIf", 5000),
        chunk(b"IDAT", 300_000),
        chunk(b"IDAT", 1000),
        chunk(b"tEXt", 100),
        chunk(b"IEND", 0),
    ];
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunks.concat()].concat()
}

fn heif() -> Vec<u8> {
    [
        boxed(b"ftyp", 16),
        boxed(b"meta", 4000),
        boxed(b"mdat", 2_000_000),
        boxed(b"mpvd", 500),
    ]
    .concat()
}

#[test]
fn bytes_may_arrive_in_any_portions() {
    let cards = b"BEGIN:VCARD\r\nN:Name\r\nEND:VCARD\r\n".repeat(2000);
    let files = [noise(3_000_000, 1), cards, jpeg(2), png(), heif(), jpeg(40)];
    let rules = [
        rule("content", 4096, 12, 65536),
        rule("records", 256, 1, 4096),
        rule("pages", 16384, 0, 0),
        rule("photo", 0, 0, 512 << 10),
    ];
    for file in &files {
        for rule in &rules {
            let whole = cut_all(rule, &secret(), file);
            assert_eq!(whole.iter().sum::<usize>(), file.len());
            for step in [997, 70_001, 1 << 20] {
                assert_eq!(cut_in_steps(rule, file, step), whole, "{rule:?} {step}");
            }
        }
    }
}

#[test]
fn pieces_keep_their_bounds_and_an_insertion_moves_few_cuts() {
    let rule = rule("content", 2048, 11, 16384);
    let before = noise(2_000_000, 2);
    let mut after = before.clone();
    after.splice(1_000_000..1_000_000, *b"inserted");
    let ends = |bytes: &[u8]| {
        let lengths = cut_all(&rule, &secret(), bytes);
        assert!(lengths
            .iter()
            .rev()
            .skip(1)
            .all(|l| (2048..=16384).contains(l)));
        lengths.len()
    };
    assert!(ends(&before).abs_diff(ends(&after)) < 4);
}

#[test]
fn records_are_cut_at_their_starts_only() {
    let card = |i: usize| {
        format!(
            "BEGIN:VCARD\r\nN:{i}\r\nNOTE:{:0100}\r\nEND:VCARD\r\n",
            i * i
        )
    };
    let book: String = (0..3000).map(card).collect();
    let lengths = cut_all(&rule("records", 512, 3, 65536), &secret(), book.as_bytes());
    assert!(lengths.len() > 50);
    let mut start = 0;
    for length in lengths {
        assert!(book[start..].starts_with("BEGIN:VCARD"));
        start += length;
    }
}

#[test]
fn metadata_of_pictures_are_apart_from_the_image() {
    let photo = rule("photo", 0, 0, 8 << 20);
    let cuts = |bytes: &[u8]| cut_all(&photo, &secret(), bytes);
    assert_eq!(cuts(&jpeg(2)), [2 + 2 * 0x4002, 900_002]);
    assert_eq!(cuts(&png()), [8 + 25 + 5012, 300_012 + 1012, 112 + 12]);
    let pieces = cuts(&heif());
    assert_eq!(pieces[0], 24 + 4008);
    assert_eq!(pieces.last(), Some(&508));
}

#[test]
fn hostile_pictures_are_cut_without_harm() {
    let photo = rule("photo", 0, 0, 256 << 10);
    for (number, file) in [jpeg(3), png(), heif()].iter().enumerate() {
        for turn in 0..300 {
            let mut file = file[..file.len() - turn * 900].to_vec();
            let spots = noise(12, (number * 1000 + turn) as u64);
            for spot in spots.chunks(3) {
                let at = usize::from(spot[0]) * usize::from(spot[1]) % 6000;
                file[at] = spot[2].wrapping_add(spot[2] & 1).wrapping_sub(1);
            }
            let lengths = cut_all(&photo, &secret(), &file);
            assert_eq!(lengths.iter().sum::<usize>(), file.len());
            assert!(lengths
                .iter()
                .all(|length| (1..=256 << 10).contains(length)));
            assert_eq!(cut_in_steps(&photo, &file, 300_000), lengths);
        }
    }
    for head in [
        &b"\xff\xd8\xff"[..],
        b"\x89PNG\r\n\x1a\n",
        b"\0\0\0\x08ftyp",
        b"\0\0\0\x01ftyp",
    ] {
        for end in 0..=head.len() {
            assert_eq!(
                cut_all(&photo, &secret(), &head[..end])
                    .iter()
                    .sum::<usize>(),
                end
            );
        }
    }
}

#[test]
fn sizes_out_of_bounds_are_refused() {
    for (kind, least, bits, most) in [
        ("content", 63, 10, 4096),
        ("content", 4096, 10, 4095),
        ("content", 4096, 41, 8192),
        ("records", 64, 1, usize::MAX),
        ("pages", 0, 0, 0),
        ("photo", 0, 0, 1000),
        ("else", 64, 1, 4096),
    ] {
        assert!(Rule::new((kind.into(), least, bits, most)).is_err());
    }
}
