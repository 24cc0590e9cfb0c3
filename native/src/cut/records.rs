//! Pieces of whole vCards or calendar components: cut at line starts only, content-defined.
//! What may not enter: what records mean.

use super::{Secret, Sizes};

const MARK: &[u8] = b"BEGIN:V";

pub struct Records {
    sizes: Sizes,
    /// Positions of the piece at hand before which no cut is.
    seen: usize,
}

impl Records {
    pub fn new(sizes: Sizes) -> Records {
        Records { sizes, seen: 0 }
    }

    /// As `Cutter::next`.
    pub fn next(&mut self, secret: &Secret, bytes: &[u8], last: bool) -> Option<usize> {
        let length = self
            .find(secret, bytes)
            .or_else(|| super::at_most(self.sizes.most, bytes, last));
        if length.is_some() {
            self.seen = 0;
        }
        length
    }

    fn find(&mut self, secret: &Secret, bytes: &[u8]) -> Option<usize> {
        let mut at = self.seen.max(self.sizes.least);
        // a mark that is not here whole yet waits for more bytes
        let end = (bytes.len() + 1).saturating_sub(MARK.len());
        let end = end.min(self.sizes.most);
        while at < end {
            match next_line(&bytes[at - 1..end - 1]) {
                Some(step) => at += step,
                None => break,
            }
            if bytes[at..].starts_with(MARK) && secret.passes(bytes, at - 1, self.sizes.mask) {
                return Some(at);
            }
            at += 1;
        }
        self.seen = end;
        None
    }
}

fn next_line(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == b'\n')
}
