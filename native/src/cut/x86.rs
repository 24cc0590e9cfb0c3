//! The sieve in x86-64 instructions: AES-NI, VAES on 256 bits, VAES on 512 bits.
//! What may not enter: any path choice; callers know what the CPU has.

use std::arch::x86_64::*;

/// The eleven round keys of AES-128.
pub struct RoundKeys([__m128i; 11]);

/// What each `first_…` returns: the first digest that passes, and how many digests were looked at
/// (a multiple of its stride; the rest is the caller's).
type Found = (Option<usize>, usize);

impl RoundKeys {
    /// None where the CPU lacks AES-NI.
    pub fn new(key: &[u8; 16]) -> Option<RoundKeys> {
        // SAFETY: the instructions are there, as was just asked.
        is_x86_feature_detected!("aes").then(|| unsafe { expand(key) })
    }
}

#[target_feature(enable = "aes")]
fn expand(key: &[u8; 16]) -> RoundKeys {
    // SAFETY: 16 bytes are read, from an array of 16.
    let mut keys = [unsafe { _mm_loadu_si128(key.as_ptr().cast()) }; 11];
    macro_rules! rounds {
        ($($round:literal $constant:literal),*) => {$(
            let assist = _mm_aeskeygenassist_si128::<$constant>(keys[$round - 1]);
            keys[$round] = next_key(keys[$round - 1], assist);
        )*};
    }
    rounds!(1 0x01, 2 0x02, 3 0x04, 4 0x08, 5 0x10, 6 0x20, 7 0x40, 8 0x80, 9 0x1b, 10 0x36);
    RoundKeys(keys)
}

#[target_feature(enable = "sse2")]
fn next_key(mut key: __m128i, assist: __m128i) -> __m128i {
    // (1 + s)^3 = 1 + s + s^2 + s^3 over GF(2): each word becomes the sum of those before it
    for _ in 0..3 {
        key = _mm_xor_si128(key, _mm_slli_si128::<4>(key));
    }
    _mm_xor_si128(key, _mm_shuffle_epi32::<0xff>(assist))
}

/// Digests a turn of `first_vaes512`: eight registers in flight hide the latency of a round.
const STRIDE_512: usize = 32;

/// As `Sieve::first`, for whole strides.
#[target_feature(enable = "vaes,avx512f")]
pub fn first_vaes512(keys: &RoundKeys, digests: &[u64], mask: u64) -> Found {
    let keys = keys.0.map(|key| _mm512_broadcast_i32x4(key));
    let mask = _mm512_set1_epi64(mask as i64);
    let zero = _mm512_setzero_si512();
    let (turns, _) = digests.as_chunks::<STRIDE_512>();
    for (turn, digests) in turns.iter().enumerate() {
        let mut state = [zero; 8];
        for (pair, eight) in state
            .as_chunks_mut::<2>()
            .0
            .iter_mut()
            .zip(digests.as_chunks::<8>().0)
        {
            // SAFETY: 64 bytes are read, from eight words.
            let words = unsafe { _mm512_loadu_si512(eight.as_ptr().cast()) };
            pair[0] = _mm512_xor_si512(_mm512_unpacklo_epi64(words, zero), keys[0]);
            pair[1] = _mm512_xor_si512(_mm512_unpackhi_epi64(words, zero), keys[0]);
        }
        for key in &keys[1..10] {
            for block in &mut state {
                *block = _mm512_aesenc_epi128(*block, *key);
            }
        }
        let mut hits = 0u32;
        for (number, pair) in state.as_chunks::<2>().0.iter().enumerate() {
            let even = _mm512_aesenclast_epi128(pair[0], keys[10]);
            let odd = _mm512_aesenclast_epi128(pair[1], keys[10]);
            let outputs = _mm512_unpacklo_epi64(even, odd);
            hits |= u32::from(_mm512_testn_epi64_mask(outputs, mask)) << (8 * number);
        }
        if hits != 0 {
            let at = turn * STRIDE_512 + hits.trailing_zeros() as usize;
            return (Some(at), 0);
        }
    }
    (None, turns.len() * STRIDE_512)
}

const STRIDE_256: usize = 16;

/// As `Sieve::first`, for whole strides.
#[target_feature(enable = "vaes,avx2")]
pub fn first_vaes256(keys: &RoundKeys, digests: &[u64], mask: u64) -> Found {
    let keys = keys.0.map(|key| _mm256_broadcastsi128_si256(key));
    let mask = _mm256_set1_epi64x(mask as i64);
    let zero = _mm256_setzero_si256();
    let (turns, _) = digests.as_chunks::<STRIDE_256>();
    for (turn, digests) in turns.iter().enumerate() {
        let mut state = [zero; 8];
        for (pair, four) in state
            .as_chunks_mut::<2>()
            .0
            .iter_mut()
            .zip(digests.as_chunks::<4>().0)
        {
            // SAFETY: 32 bytes are read, from four words.
            let words = unsafe { _mm256_loadu_si256(four.as_ptr().cast()) };
            pair[0] = _mm256_xor_si256(_mm256_unpacklo_epi64(words, zero), keys[0]);
            pair[1] = _mm256_xor_si256(_mm256_unpackhi_epi64(words, zero), keys[0]);
        }
        for key in &keys[1..10] {
            for block in &mut state {
                *block = _mm256_aesenc_epi128(*block, *key);
            }
        }
        let mut hits = 0i32;
        for (number, pair) in state.as_chunks::<2>().0.iter().enumerate() {
            let even = _mm256_aesenclast_epi128(pair[0], keys[10]);
            let odd = _mm256_aesenclast_epi128(pair[1], keys[10]);
            let masked = _mm256_and_si256(_mm256_unpacklo_epi64(even, odd), mask);
            let passed = _mm256_castsi256_pd(_mm256_cmpeq_epi64(masked, zero));
            hits |= _mm256_movemask_pd(passed) << (4 * number);
        }
        if hits != 0 {
            let at = turn * STRIDE_256 + hits.trailing_zeros() as usize;
            return (Some(at), 0);
        }
    }
    (None, turns.len() * STRIDE_256)
}

const STRIDE_128: usize = 8;

/// As `Sieve::first`, for whole strides.
#[target_feature(enable = "aes")]
pub fn first_aes_ni(keys: &RoundKeys, digests: &[u64], mask: u64) -> Found {
    let keys = &keys.0;
    let (turns, _) = digests.as_chunks::<STRIDE_128>();
    for (turn, digests) in turns.iter().enumerate() {
        let mut state =
            digests.map(|digest| _mm_xor_si128(_mm_cvtsi64_si128(digest as i64), keys[0]));
        for key in &keys[1..10] {
            for block in &mut state {
                *block = _mm_aesenc_si128(*block, *key);
            }
        }
        let outputs = state.map(|block| _mm_cvtsi128_si64(_mm_aesenclast_si128(block, keys[10])));
        if let Some(at) = outputs.iter().position(|low| *low as u64 & mask == 0) {
            return (Some(turn * STRIDE_128 + at), 0);
        }
    }
    (None, turns.len() * STRIDE_128)
}
