//! Keys of rows: prefixes and how values sort.
//!
//! Owns: encodings whose byte order is the order of the values, so that a scan of a range of keys is a scan of a range
//! of values. Knows no table of the engine; whoever writes rows picks the prefixes.

use peygir_core::{Id, Moment};

use crate::KEY_BYTES_MAX;

/// Ends a text or byte part; sorts before every byte that could continue it.
const END: [u8; 2] = [0, 1];
/// Stands for a zero byte within a part.
const ZERO: [u8; 2] = [0, 0xff];

/// Builds a key part by part. Two keys built from the same kinds of parts sort as their parts do, the first part first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Key(Vec<u8>);

impl Key {
    /// `prefix` stands as it is, without an end mark: choose prefixes of which none begins another.
    pub fn new(prefix: &[u8]) -> Self {
        Self(prefix.to_vec())
    }

    pub fn unsigned(mut self, value: u64) -> Self {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }

    pub fn signed(mut self, value: i64) -> Self {
        // Flipping the sign bit puts the negative numbers first.
        self.0.extend_from_slice(&((value as u64) ^ (1 << 63)).to_be_bytes());
        self
    }

    pub fn moment(self, at: Moment) -> Self {
        self.signed(at.0)
    }

    pub fn id(mut self, id: Id) -> Self {
        self.0.extend_from_slice(&id.0);
        self
    }

    /// Sorts as the bytes of the text do (UTF-8: by code point); a text sorts before those it begins.
    pub fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        for &byte in bytes {
            match byte {
                0 => self.0.extend_from_slice(&ZERO),
                other => self.0.push(other),
            }
        }
        self.0.extend_from_slice(&END);
        self
    }

    /// Bytes as they are, without an end mark: for the last part only.
    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The first key behind all that begin with this one.
    pub fn end(&self) -> Vec<u8> {
        prefix_end(&self.0)
    }
}

impl From<Key> for Vec<u8> {
    fn from(key: Key) -> Self {
        key.0
    }
}

/// The first key behind all that begin with `prefix`: the upper bound of a scan.
pub fn prefix_end(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < 0xff {
            end.push(last + 1);
            return end;
        }
    }
    // Nothing sorts behind the longest key of 0xff bytes but a longer one.
    vec![0xff; KEY_BYTES_MAX + 1]
}

/// The first key behind `key`: where the next page of a scan begins.
pub fn after(key: &[u8]) -> Vec<u8> {
    let mut next = Vec::with_capacity(key.len() + 1);
    next.extend_from_slice(key);
    next.push(0);
    next
}

/// Takes parts off a key in the order in which they were put on; `None` where the key does not have that form.
#[derive(Debug, Clone)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Begins behind `prefix`.
    pub fn new(key: &'a [u8], prefix: &[u8]) -> Option<Self> {
        key.strip_prefix(prefix).map(Self)
    }

    pub fn unsigned(&mut self) -> Option<u64> {
        let (part, rest) = self.0.split_first_chunk::<8>()?;
        self.0 = rest;
        Some(u64::from_be_bytes(*part))
    }

    pub fn signed(&mut self) -> Option<i64> {
        Some((self.unsigned()? ^ (1 << 63)) as i64)
    }

    pub fn moment(&mut self) -> Option<Moment> {
        self.signed().map(Moment)
    }

    pub fn id(&mut self) -> Option<Id> {
        let (part, rest) = self.0.split_first_chunk::<16>()?;
        self.0 = rest;
        Some(Id(*part))
    }

    pub fn bytes(&mut self) -> Option<Vec<u8>> {
        let mut part = Vec::new();
        loop {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            if byte != 0 {
                part.push(byte);
                continue;
            }
            let (&mark, rest) = self.0.split_first()?;
            self.0 = rest;
            match [0, mark] {
                END => return Some(part),
                ZERO => part.push(0),
                _ => return None,
            }
        }
    }

    pub fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?).ok()
    }

    /// What is left.
    pub fn rest(self) -> &'a [u8] {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_sort_as_their_parts(
            a in (any::<i64>(), proptest::collection::vec(any::<u8>(), 0..6), any::<u64>()),
            b in (any::<i64>(), proptest::collection::vec(any::<u8>(), 0..6), any::<u64>()),
        ) {
            let key = |(first, second, third): &(i64, Vec<u8>, u64)| {
                Key::new(b"t").signed(*first).bytes(second).unsigned(*third).into_bytes()
            };
            prop_assert_eq!(key(&a).cmp(&key(&b)), a.cmp(&b));
        }

        #[test]
        fn parts_come_back(text in ".{0,8}", number in any::<i64>(), id in any::<[u8; 16]>()) {
            let key = Key::new(b"p/").text(&text).moment(Moment(number)).id(Id(id)).raw(b"tail").into_bytes();
            let mut reader = Reader::new(&key, b"p/").unwrap();
            prop_assert_eq!(reader.text(), Some(text));
            prop_assert_eq!(reader.moment(), Some(Moment(number)));
            prop_assert_eq!(reader.id(), Some(Id(id)));
            prop_assert_eq!(reader.rest(), b"tail");
        }

        #[test]
        fn the_end_of_a_prefix_bounds_it(
            prefix in proptest::collection::vec(any::<u8>(), 0..4),
            rest in proptest::collection::vec(any::<u8>(), 0..4),
        ) {
            let key = [prefix.clone(), rest].concat();
            prop_assert!(key < prefix_end(&prefix));
            prop_assert!(prefix <= key);
        }
    }

    #[test]
    fn the_end_of_a_prefix_excludes_the_next() {
        assert_eq!(prefix_end(b"a"), b"b");
        assert_eq!(prefix_end(&[1, 0xff]), [2]);
        assert!(prefix_end(&[0xff, 0xff]) > vec![0xff; KEY_BYTES_MAX]);
    }

    #[test]
    fn a_key_of_another_form_is_refused() {
        assert!(Reader::new(b"x", b"y").is_none());
        assert_eq!(Reader::new(b"short", b"").unwrap().unsigned(), None);
        assert_eq!(Reader::new(b"no end", b"").unwrap().bytes(), None);
        assert_eq!(Reader::new(&[0, 7], b"").unwrap().bytes(), None);
    }
}
