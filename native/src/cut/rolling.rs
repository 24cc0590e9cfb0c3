//! The rolling universal hash: the GENERAL family of Lemire and Kaser, "Recursive n-gram hashing
//! is pairwise independent, at best" (2010), over 64 bytes, in GF(2)[x] modulo
//! p = x^64 + x^4 + x^3 + x + 1.
//!
//! What may not enter: AES, and any decision where to cut.

/// Bytes a digest covers.
pub const WINDOW: usize = 64;
/// Positions hashed at a time: their digests stay in the first-level cache until AES reads them.
pub const BLOCK: usize = 4096;
/// p without its x^64.
const REDUCE: u64 = 0x1b;
/// A block is hashed as this many runs side by side, since each step waits for the one before.
const LANES: usize = 4;
const RUN: usize = BLOCK / LANES;
const STEPS: usize = RUN - 1;

/// The secret of the hash: a random word for each value of a byte.
pub struct Table {
    enter: [u64; 256],
    leave: [u64; 256],
}

impl Table {
    /// `words` are T[0..256], little-endian.
    pub fn new(words: &[u8; 2048]) -> Table {
        let mut enter = [0; 256];
        for (word, bytes) in enter.iter_mut().zip(words.as_chunks::<8>().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        Table {
            enter,
            leave: enter.map(|word| (0..WINDOW).fold(word, |word, _| times_x(word))),
        }
    }

    /// The digest of one window.
    pub fn digest(&self, window: &[u8]) -> u64 {
        debug_assert_eq!(window.len(), WINDOW);
        window.iter().fold(0, |digest, byte| {
            times_x(digest) ^ self.enter[usize::from(*byte)]
        })
    }

    /// Put the digests of the windows that end at `first`, `first` + 1, … into `digests`.
    /// `first` is WINDOW - 1 at least, and `bytes` reach to the last window's end.
    pub fn fill(&self, bytes: &[u8], first: usize, digests: &mut [u64]) {
        match <&mut [u64; BLOCK]>::try_from(&mut *digests) {
            Ok(block) => self.fill_block(bytes, first, block),
            Err(_) => self.fill_run(bytes, first, digests),
        }
    }

    fn fill_block(&self, bytes: &[u8], first: usize, block: &mut [u64; BLOCK]) {
        let starts: [usize; LANES] = std::array::from_fn(|lane| first + lane * RUN);
        let entering = starts.map(|start| &bytes[start + 1..][..STEPS]);
        let leaving = starts.map(|start| &bytes[start + 1 - WINDOW..][..STEPS]);
        let mut state = starts.map(|start| self.digest(&bytes[start + 1 - WINDOW..=start]));
        for lane in 0..LANES {
            block[lane * RUN] = state[lane];
        }
        for at in 0..STEPS {
            for lane in 0..LANES {
                state[lane] = self.step(state[lane], entering[lane][at], leaving[lane][at]);
                block[lane * RUN + at + 1] = state[lane];
            }
        }
    }

    fn fill_run(&self, bytes: &[u8], first: usize, digests: &mut [u64]) {
        let Some((head, rest)) = digests.split_first_mut() else {
            return;
        };
        let mut state = self.digest(&bytes[first + 1 - WINDOW..=first]);
        *head = state;
        let entering = &bytes[first + 1..];
        let leaving = &bytes[first + 1 - WINDOW..];
        for ((digest, enter), leave) in rest.iter_mut().zip(entering).zip(leaving) {
            state = self.step(state, *enter, *leave);
            *digest = state;
        }
    }

    #[inline(always)]
    fn step(&self, digest: u64, enter: u8, leave: u8) -> u64 {
        times_x(digest) ^ self.enter[usize::from(enter)] ^ self.leave[usize::from(leave)]
    }
}

#[inline(always)]
fn times_x(word: u64) -> u64 {
    (word << 1) ^ (((word as i64) >> 63) as u64 & REDUCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Schoolbook product in GF(2)[x] modulo p.
    fn product(a: u64, b: u64) -> u64 {
        let (mut sum, mut shifted) = (0, a);
        for bit in 0..64 {
            if b >> bit & 1 == 1 {
                sum ^= shifted;
            }
            shifted = times_x(shifted);
        }
        sum
    }

    fn table() -> Table {
        let mut state = 1u64;
        Table::new(&std::array::from_fn(|_| {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (state >> 56) as u8
        }))
    }

    #[test]
    fn a_leaving_byte_is_taken_out_by_its_word_times_x_to_the_64() {
        let table = table();
        for byte in 0..256 {
            // x^64 mod p is x^4 + x^3 + x + 1
            assert_eq!(table.leave[byte], product(table.enter[byte], REDUCE));
        }
    }

    #[test]
    fn p_is_irreducible_by_rabins_test() {
        let x = 2u64;
        let square = |times: usize| (0..times).fold(x, |word, _| product(word, word));
        assert_eq!(square(64), x);
        // gcd(x^(2^32) - x, p) is 1: the difference has an inverse, d^(2^64 - 2)
        let difference = square(32) ^ x;
        let mut inverse = 1;
        let mut power = difference;
        for _ in 0..63 {
            power = product(power, power);
            inverse = product(inverse, power);
        }
        assert_eq!(product(difference, inverse), 1);
    }

    #[test]
    fn rolling_gives_what_each_window_gives_by_itself() {
        let table = table();
        let bytes: Vec<u8> = (0..20_000u64).map(|i| ((i * i * 31) >> 7) as u8).collect();
        for count in [1, 2, 511, 512, 515, 516, BLOCK] {
            let first = WINDOW - 1 + count % 7;
            let mut digests = vec![0; count];
            table.fill(&bytes, first, &mut digests);
            for (at, digest) in digests.iter().enumerate() {
                let end = first + at + 1;
                assert_eq!(*digest, table.digest(&bytes[end - WINDOW..end]));
            }
        }
    }
}
