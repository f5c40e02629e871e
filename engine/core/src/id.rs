//! Ids: 128 bits, ordered by the time they were made, derived from a seed that comes in from outside.

use sha2::{Digest, Sha256};

use crate::Moment;

/// An id of a case, an instance, a task, an effect. Written as 26 characters of Crockford's base 32.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Id(pub [u8; 16]);

/// Where the ids and draws of one command come from: the caller's random bytes, journalled with the command, so that
/// the same command gives the same ids again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed(pub [u8; 16]);

/// Hands out the ids and draws of one turn, one after the other.
#[derive(Debug, Clone)]
pub struct Draws {
    seed: Seed,
    at: Moment,
    next: u64,
}

/// Bits of an id that hold its place among the draws of its turn.
const PLACE_BITS: u32 = 14;
/// From this draw of a turn on, ids keep no order among themselves; turns end long before.
const PLACE_MAX: u64 = (1 << PLACE_BITS) - 1;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl Id {
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 26 {
            return None;
        }
        let mut value: u128 = 0;
        for (index, character) in text.bytes().enumerate() {
            let digit = ALPHABET.iter().position(|&known| known == character.to_ascii_uppercase())? as u128;
            if index == 0 && digit > 7 {
                return None;
            }
            value = (value << 5) | digit;
        }
        Some(Self(value.to_be_bytes()))
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = u128::from_be_bytes(self.0);
        let mut text = [0u8; 26];
        for (index, character) in text.iter_mut().enumerate() {
            *character = ALPHABET[((value >> (125 - 5 * index)) & 31) as usize];
        }
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl std::fmt::Debug for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl Draws {
    pub fn new(seed: Seed, at: Moment) -> Self {
        Self { seed, at, next: 0 }
    }

    /// The next 32 bytes; no two calls of a turn give the same.
    pub fn bytes(&mut self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.seed.0);
        hash.update(self.next.to_be_bytes());
        self.next += 1;
        hash.finalize().into()
    }

    /// A new id: 48 bits of milliseconds, 10 of the microseconds beyond them, 14 of the place among the turn's draws, 56
    /// of the draw. What a turn makes first sorts first: messages leave in the order of their ids.
    pub fn id(&mut self) -> Id {
        let place = self.next.min(PLACE_MAX);
        let bytes = self.bytes();
        let micros = self.at.0.max(0) as u64;
        let within = ((micros % 1000) << PLACE_BITS) | place;
        let mut id = [0u8; 16];
        id[..6].copy_from_slice(&(micros / 1000).to_be_bytes()[2..]);
        id[6..9].copy_from_slice(&within.to_be_bytes()[5..]);
        id[9..].copy_from_slice(&bytes[..7]);
        Id(id)
    }

    /// Uniform in `0..bound` (0 where `bound` is 0); the bias is below 2^-64 of the bound.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        let bytes = self.bytes();
        let mut wide = [0u8; 16];
        wide.copy_from_slice(&bytes[..16]);
        (u128::from_be_bytes(wide) % u128::from(bound)) as u64
    }
}

impl<C> minicbor::Encode<C> for Id {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        encoder.bytes(&self.0)?.ok()
    }
}

impl<'b, C> minicbor::Decode<'b, C> for Id {
    fn decode(decoder: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        decoder.bytes()?.try_into().map(Self).map_err(|_| minicbor::decode::Error::message("an id has 16 bytes"))
    }
}

impl<C> minicbor::Encode<C> for Seed {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        encoder.bytes(&self.0)?.ok()
    }
}

impl<'b, C> minicbor::Decode<'b, C> for Seed {
    fn decode(decoder: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        decoder.bytes()?.try_into().map(Self).map_err(|_| minicbor::decode::Error::message("a seed has 16 bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_written() {
        let mut draws = Draws::new(Seed([7; 16]), Moment(1_790_000_000_000_000));
        for _ in 0..100 {
            let id = draws.id();
            assert_eq!(Id::parse(&id.to_string()), Some(id));
        }
        assert_eq!(Id::parse("short"), None);
        assert_eq!(Id::parse("ZZZZZZZZZZZZZZZZZZZZZZZZZZ"), None);
    }

    #[test]
    fn later_ids_sort_behind_earlier_ones() {
        let early = Draws::new(Seed([9; 16]), Moment(1_000_000)).id();
        let late = Draws::new(Seed([1; 16]), Moment(2_000_000)).id();
        assert!(early < late && early.to_string() < late.to_string());
        let next_microsecond = Draws::new(Seed([0; 16]), Moment(1_000_001)).id();
        assert!(early < next_microsecond && next_microsecond < late);
    }

    #[test]
    fn ids_of_a_turn_sort_as_they_were_made() {
        let mut draws = Draws::new(Seed([7; 16]), Moment(1_790_000_000_000_999));
        let ids: Vec<Id> = (0..1000).map(|_| draws.id()).collect();
        assert!(ids.is_sorted() && ids[999] < Draws::new(Seed([7; 16]), Moment(1_790_000_000_001_000)).id());
        let mut much = Draws { next: u64::MAX - 2, ..draws };
        assert_ne!(much.id(), much.id());
    }
}
