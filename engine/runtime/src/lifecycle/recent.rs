//! A map that forgets what was not used for longest.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

pub struct Recent<K, V> {
    entries: BTreeMap<K, (u64, V)>,
    /// Keys by their last use.
    uses: BTreeMap<u64, K>,
    next_use: u64,
    max: usize,
}

impl<K: Ord + Copy, V> Recent<K, V> {
    pub fn new(max: usize) -> Self {
        Self { entries: BTreeMap::new(), uses: BTreeMap::new(), next_use: 0, max }
    }

    pub fn get(&mut self, key: &K) -> Option<&V> {
        let (used, value) = self.entries.get_mut(key)?;
        self.uses.remove(used);
        *used = self.next_use;
        self.uses.insert(self.next_use, *key);
        self.next_use += 1;
        Some(value)
    }

    pub fn put(&mut self, key: K, value: V) {
        if let Some((used, _)) = self.entries.insert(key, (self.next_use, value)) {
            self.uses.remove(&used);
        }
        self.uses.insert(self.next_use, key);
        self.next_use += 1;
        while self.entries.len() > self.max
            && let Some((_, oldest)) = self.uses.pop_first()
        {
            self.entries.remove(&oldest);
        }
    }

    /// Takes out the entry with the largest key of a range.
    pub fn take_last_within(&mut self, range: RangeInclusive<K>) -> Option<(K, V)> {
        let key = *self.entries.range(range).next_back()?.0;
        let (used, value) = self.entries.remove(&key)?;
        self.uses.remove(&used);
        Some((key, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_used_for_longest_goes() {
        let mut recent = Recent::new(2);
        recent.put(1, 'a');
        recent.put(2, 'b');
        assert_eq!(recent.get(&1), Some(&'a'));
        recent.put(3, 'c');
        assert_eq!((recent.get(&1), recent.get(&2), recent.get(&3)), (Some(&'a'), None, Some(&'c')));
        recent.put(3, 'd');
        assert_eq!(recent.take_last_within(0..=2), Some((1, 'a')));
        assert_eq!(recent.take_last_within(0..=9), Some((3, 'd')));
        assert!(recent.entries.is_empty() && recent.uses.is_empty());
    }
}
