//! A map that forgets what was not used for longest, once all of it weighs too much.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

pub struct Recent<K, V> {
    entries: BTreeMap<K, Entry<V>>,
    /// Keys by their last use.
    uses: BTreeMap<u64, K>,
    next_use: u64,
    weight: usize,
    weight_max: usize,
}

struct Entry<V> {
    used: u64,
    weight: usize,
    value: V,
}

impl<K: Ord + Copy, V> Recent<K, V> {
    pub fn new(weight_max: usize) -> Self {
        Self { entries: BTreeMap::new(), uses: BTreeMap::new(), next_use: 0, weight: 0, weight_max }
    }

    pub fn get(&mut self, key: &K) -> Option<&V> {
        let entry = self.entries.get_mut(key)?;
        self.uses.remove(&entry.used);
        entry.used = self.next_use;
        self.uses.insert(self.next_use, *key);
        self.next_use += 1;
        Some(&entry.value)
    }

    /// Every entry weighs at least 1.
    pub fn put(&mut self, key: K, value: V, weight: usize) {
        let (used, weight) = (self.next_use, weight.max(1));
        self.next_use += 1;
        self.remove(&key);
        self.entries.insert(key, Entry { used, weight, value });
        self.uses.insert(used, key);
        self.weight += weight;
        while self.weight > self.weight_max
            && let Some((_, oldest)) = self.uses.first_key_value()
        {
            let oldest = *oldest;
            self.remove(&oldest);
        }
    }

    fn remove(&mut self, key: &K) -> Option<V> {
        let entry = self.entries.remove(key)?;
        self.uses.remove(&entry.used);
        self.weight -= entry.weight;
        Some(entry.value)
    }

    /// Takes out the entry with the largest key of a range.
    pub fn take_last_within(&mut self, range: RangeInclusive<K>) -> Option<(K, V)> {
        let key = *self.entries.range(range).next_back()?.0;
        Some((key, self.remove(&key)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_used_for_longest_goes() {
        let mut recent = Recent::new(2);
        recent.put(1, 'a', 0);
        recent.put(2, 'b', 1);
        assert_eq!(recent.get(&1), Some(&'a'));
        recent.put(3, 'c', 1);
        let found = [1, 2, 3].map(|key| recent.get(&key).copied());
        assert_eq!(found, [Some('a'), None, Some('c')]);
        recent.put(3, 'd', 1);
        assert_eq!(recent.take_last_within(0..=2), Some((1, 'a')));
        assert_eq!(recent.take_last_within(0..=9), Some((3, 'd')));
        assert!(recent.entries.is_empty() && recent.uses.is_empty() && recent.weight == 0);
        recent.put(4, 'e', 1);
        recent.put(5, 'f', 3);
        assert!(recent.entries.is_empty(), "what weighs too much by itself is not kept");
    }
}
