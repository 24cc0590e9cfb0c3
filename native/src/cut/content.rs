//! Content-defined pieces. What may not enter: what a file's format says.

use super::{Secret, Sizes};

pub struct Content {
    sizes: Sizes,
    /// Positions of the piece at hand that were looked at.
    seen: usize,
}

impl Content {
    pub fn new(sizes: Sizes) -> Content {
        Content { sizes, seen: 0 }
    }

    /// As `Cutter::next`.
    pub fn next(&mut self, secret: &Secret, bytes: &[u8], last: bool) -> Option<usize> {
        let length = self.find(secret, bytes, last);
        if length.is_some() {
            self.seen = 0;
        }
        length
    }

    fn find(&mut self, secret: &Secret, bytes: &[u8], last: bool) -> Option<usize> {
        let from = self.seen.max(self.sizes.least - 1);
        let to = bytes.len().min(self.sizes.most);
        let hit = secret.first_cut(bytes, from, to, self.sizes.mask);
        self.seen = from.max(to);
        match hit {
            Some(at) => Some(at + 1),
            None => super::at_most(self.sizes.most, bytes, last),
        }
    }
}
