//! The activations of an instance, by number.
//!
//! A step works on a copy of the instance and leaves the one before as it was: a copy shares with the other whatever did not
//! change.

use std::sync::Arc;

use crate::shared_map::SharedMap;
use crate::state::{Activation, ActivationNumber};

/// A map in the order of the numbers. Cheap to clone.
#[derive(Clone, Default, PartialEq)]
pub struct Activations(SharedMap<ActivationNumber, Arc<Activation>>);

impl Activations {
    pub fn get(&self, number: &ActivationNumber) -> Option<&Arc<Activation>> {
        self.0.get(number)
    }

    /// The activation to be changed; other copies of the instance keep it as it is.
    pub fn get_mut(&mut self, number: &ActivationNumber) -> Option<&mut Activation> {
        self.0.get_mut(number).map(Arc::make_mut)
    }

    pub fn contains_key(&self, number: &ActivationNumber) -> bool {
        self.get(number).is_some()
    }

    pub fn insert(&mut self, number: ActivationNumber, activation: Arc<Activation>) -> Option<Arc<Activation>> {
        self.0.insert(number, activation)
    }

    pub fn remove(&mut self, number: &ActivationNumber) -> Option<Arc<Activation>> {
        self.0.remove(number)
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn keys(&self) -> impl Iterator<Item = &ActivationNumber> {
        self.0.iter().map(|(number, _)| number)
    }

    pub fn values(&self) -> impl Iterator<Item = &Arc<Activation>> {
        self.0.iter().map(|(_, activation)| activation)
    }

    /// Those behind `number`, in the order of their numbers.
    pub fn behind(&self, number: ActivationNumber) -> impl Iterator<Item = &Arc<Activation>> {
        let from = number.checked_add(1);
        from.into_iter().flat_map(|from| self.0.from(&from)).map(|(_, activation)| activation)
    }
}

impl FromIterator<(ActivationNumber, Arc<Activation>)> for Activations {
    fn from_iter<I: IntoIterator<Item = (ActivationNumber, Arc<Activation>)>>(all: I) -> Self {
        Self(all.into_iter().collect())
    }
}

impl std::fmt::Debug for Activations {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.values().map(|activation| (activation.number, activation))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Progress;
    use crate::{Data, Moment};

    fn activation(number: ActivationNumber) -> Arc<Activation> {
        Arc::new(Activation {
            number,
            parent: None,
            path: Vec::new(),
            key: String::new(),
            raw_input: Data::null(),
            input: Data::null(),
            started_at: Moment(0),
            context: None,
            progress: Progress::Wait,
        })
    }

    #[test]
    fn it_is_a_map_in_the_order_of_the_numbers() {
        let numbers = [0, 1, 31, 32, 33, 64, 1_000, u64::MAX];
        let mut all: Activations = numbers.iter().rev().map(|number| (*number, activation(*number))).collect();
        assert_eq!(all.keys().copied().collect::<Vec<_>>(), numbers);
        assert_eq!(all.behind(31).map(|one| one.number).collect::<Vec<_>>(), numbers[3..]);
        assert_eq!(all.behind(u64::MAX - 1).count(), 1);
        assert_eq!((all.len(), all.remove(&2).is_some(), all.remove(&64).is_some()), (8, false, true));
        let without: Activations =
            numbers.iter().filter(|number| **number != 64).map(|number| (*number, activation(*number))).collect();
        assert_eq!(all, without);
    }

    #[test]
    fn a_change_leaves_other_copies_as_they_are() {
        let before: Activations = (0..100).map(|number| (number, activation(number))).collect();
        let mut after = before.clone();
        after.get_mut(&50).expect("it is there").key = "changed".into();
        after.remove(&51);
        assert_eq!((before.get(&50).map(|one| one.key.as_str()), before.len()), (Some(""), 100));
        assert_eq!((after.get(&50).map(|one| one.key.as_str()), after.len()), (Some("changed"), 99));
        let shared = |number| Arc::ptr_eq(before.get(&number).expect("there"), after.get(&number).expect("there"));
        assert!(shared(49) && shared(99) && !shared(50));
    }
}
