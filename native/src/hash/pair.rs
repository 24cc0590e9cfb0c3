//! The compression function of SHA-256 (FIPS 180-4, section 6.2.2) on two states at once, with the
//! SHA instructions of x86-64. What may not enter: padding, which CPU has what.

use std::arch::x86_64::*;

/// FIPS 180-4, section 4.2.2.
#[rustfmt::skip]
const K: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

pub fn runs_here() -> bool {
    is_x86_feature_detected!("sha")
        && is_x86_feature_detected!("sse4.1")
        && is_x86_feature_detected!("ssse3")
}

/// A state as the instructions want it: words A, B, E, F and C, D, G, H.
#[derive(Clone, Copy)]
struct Words {
    abef: __m128i,
    cdgh: __m128i,
}

impl Words {
    #[inline]
    #[target_feature(enable = "ssse3,sse4.1")]
    fn load(state: &[u32; 8]) -> Words {
        // SAFETY: 32 bytes are read, from eight words.
        let (dcba, hgfe) = unsafe {
            let words = state.as_ptr().cast::<__m128i>();
            (_mm_loadu_si128(words), _mm_loadu_si128(words.add(1)))
        };
        let cdab = _mm_shuffle_epi32::<0xb1>(dcba);
        let efgh = _mm_shuffle_epi32::<0x1b>(hgfe);
        Words {
            abef: _mm_alignr_epi8::<8>(cdab, efgh),
            cdgh: _mm_blend_epi16::<0xf0>(efgh, cdab),
        }
    }

    #[inline]
    #[target_feature(enable = "ssse3,sse4.1")]
    fn store(self, state: &mut [u32; 8]) {
        let feba = _mm_shuffle_epi32::<0x1b>(self.abef);
        let dchg = _mm_shuffle_epi32::<0xb1>(self.cdgh);
        // SAFETY: 32 bytes are written, to eight words.
        unsafe {
            let words = state.as_mut_ptr().cast::<__m128i>();
            _mm_storeu_si128(words, _mm_blend_epi16::<0xf0>(feba, dchg));
            _mm_storeu_si128(words.add(1), _mm_alignr_epi8::<8>(dchg, feba));
        }
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn add(self, other: Words) -> Words {
        Words {
            abef: _mm_add_epi32(self.abef, other.abef),
            cdgh: _mm_add_epi32(self.cdgh, other.cdgh),
        }
    }

    /// Four rounds; `sum` holds message words with their constants added.
    #[inline]
    #[target_feature(enable = "sha")]
    fn rounds(&mut self, sum: __m128i) {
        self.cdgh = _mm_sha256rnds2_epu32(self.cdgh, self.abef, sum);
        self.abef = _mm_sha256rnds2_epu32(self.abef, self.cdgh, _mm_shuffle_epi32::<0x0e>(sum));
    }
}

/// The last sixteen words of the message schedule, four to a register.
struct Schedule([__m128i; 4]);

impl Schedule {
    #[inline]
    #[target_feature(enable = "ssse3")]
    fn load(block: &[u8; 64]) -> Schedule {
        let big_endian = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
        let words = block.as_ptr().cast::<__m128i>();
        // SAFETY: 64 bytes are read, from a block of 64.
        let load = |at| unsafe { _mm_loadu_si128(words.add(at)) };
        Schedule([0, 1, 2, 3].map(|at| _mm_shuffle_epi8(load(at), big_endian)))
    }

    /// Words 4·`four` to 4·`four` + 3; those above 15 follow from the sixteen before them.
    #[inline]
    #[target_feature(enable = "sha,ssse3")]
    fn words(&mut self, four: usize) -> __m128i {
        let at = |back: usize| self.0[(four + back) % 4];
        if four >= 4 {
            let sum = _mm_add_epi32(
                _mm_sha256msg1_epu32(at(0), at(1)),
                _mm_alignr_epi8::<4>(at(3), at(2)),
            );
            self.0[four % 4] = _mm_sha256msg2_epu32(sum, at(3));
        }
        self.0[four % 4]
    }
}

/// Compress the blocks of `left` into `one` and as many of `right` into `other`.
#[target_feature(enable = "sha,ssse3,sse4.1")]
pub fn compress(one: &mut [u32; 8], left: &[[u8; 64]], other: &mut [u32; 8], right: &[[u8; 64]]) {
    let (mut a, mut b) = (Words::load(one), Words::load(other));
    for (left, right) in left.iter().zip(right) {
        let (before_a, before_b) = (a, b);
        let (mut left, mut right) = (Schedule::load(left), Schedule::load(right));
        // written out: in a loop the registers of the schedule would be picked by an index at run time
        macro_rules! rounds {
            ($($four:literal)*) => {$(
                // SAFETY: 16 bytes are read, and K has 16 times as many.
                let constants = unsafe { _mm_loadu_si128(K.as_ptr().add(4 * $four).cast()) };
                a.rounds(_mm_add_epi32(left.words($four), constants));
                b.rounds(_mm_add_epi32(right.words($four), constants));
            )*};
        }
        rounds!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        (a, b) = (a.add(before_a), b.add(before_b));
    }
    a.store(one);
    b.store(other);
}
