//! Draws that a printed seed repeats.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Names the seed to repeat.
const SEED_VARIABLE: &str = "PEYGIR_SEED";

/// SplitMix64: small, and good enough to pick moments.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The seed in `PEYGIR_SEED`, else another one each time.
    pub fn seed() -> u64 {
        let given = std::env::var(SEED_VARIABLE).ok().and_then(|text| text.parse().ok());
        given.unwrap_or_else(|| RandomState::new().hash_one(SEED_VARIABLE) % 1_000_000_000)
    }

    /// Dice of their own for one of many.
    pub fn split(&self, number: u64) -> Self {
        Self(self.0 ^ number.wrapping_add(1).wrapping_mul(0xd134_2543_de82_ef95))
    }

    /// From 0 to below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (word ^ (word >> 31)) % bound.max(1)
    }

    pub fn millis(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from + self.below(to - from))
    }
}
