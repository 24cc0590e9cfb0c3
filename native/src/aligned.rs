//! Bytes in memory that begin where a page does, as writing past the system's cache demands.
//! What may not enter: files.

/// What addresses, offsets and lengths are multiples of. Disks ask for 512 or 4096.
pub const ALIGNMENT: usize = 4096;
/// Bytes of one piece of memory: larger writes gain nothing, smaller ones cost more a byte.
pub const ROOM: usize = 1 << 20;

pub struct Aligned {
    memory: Vec<u8>,
    start: usize,
    length: usize,
}

impl Aligned {
    pub fn new() -> Aligned {
        let memory = vec![0; ROOM + ALIGNMENT];
        Aligned {
            start: memory.as_ptr().align_offset(ALIGNMENT),
            memory,
            length: 0,
        }
    }

    /// Hold `bytes`, ROOM at most, in place of what it held.
    pub fn hold(&mut self, bytes: &[u8]) {
        self.memory[self.start..self.start + bytes.len()].copy_from_slice(bytes);
        self.length = bytes.len();
    }

    pub fn bytes(&self) -> &[u8] {
        &self.memory[self.start..self.start + self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_holds_begins_where_a_page_does() {
        let mut aligned = Aligned::new();
        for bytes in [vec![7; ROOM], vec![8; 10], vec![]] {
            aligned.hold(&bytes);
            assert_eq!(aligned.bytes(), bytes);
            assert_eq!(aligned.bytes().as_ptr().align_offset(ALIGNMENT), 0);
        }
    }
}
