//! An ordered map whose copies share what is alike in them.
//!
//! A tree of small nodes. A copy costs one count; a change makes new only the nodes on the way to what changed, so that a
//! step on an instance with a thousand of something costs hardly more than on one with ten. Nodes that become empty go; none
//! are joined: keys here mostly grow, and the depth stays the logarithm of how many were ever put in.

use std::borrow::Borrow;
use std::sync::Arc;

/// Entries of a leaf, and children of an inner node; one more splits it.
const NODE_MAX: usize = 16;

/// A map in the order of its keys. Cheap to clone.
#[derive(Clone)]
pub struct SharedMap<K, V> {
    /// None where the map is empty.
    root: Option<Arc<Node<K, V>>>,
    len: usize,
}

#[derive(Clone)]
enum Node<K, V> {
    Leaf(Vec<(K, V)>),
    /// Each child with a key that none below it and before the next child is less than.
    Inner(Vec<Child<K, V>>),
}

type Child<K, V> = (K, Arc<Node<K, V>>);

/// What putting something into a node came to: the value that stood there, or the right half of a node that split.
enum Put<K, V> {
    Replaced(V),
    Added,
    Split(K, Node<K, V>),
}

impl<K, V> Default for SharedMap<K, V> {
    fn default() -> Self {
        Self { root: None, len: 0 }
    }
}

impl<K, V> SharedMap<K, V> {
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    pub fn iter(&self) -> Iter<'_, K, V> {
        let mut iter = Iter { above: Vec::new(), leaf: [].iter() };
        if let Some(root) = &self.root {
            iter.enter(root);
        }
        iter
    }
}

impl<K: Ord, V> SharedMap<K, V> {
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let mut node = self.root.as_deref()?;
        loop {
            match node {
                Node::Inner(children) => node = &children[child_for(children, key)].1,
                Node::Leaf(entries) => return entries.get(position(entries, key).ok()?).map(|(_, value)| value),
            }
        }
    }

    /// The entries from this key on.
    pub fn from<Q: Ord + ?Sized>(&self, key: &Q) -> Iter<'_, K, V>
    where
        K: Borrow<Q>,
    {
        let mut iter = Iter { above: Vec::new(), leaf: [].iter() };
        let mut next = self.root.as_deref();
        while let Some(node) = next.take() {
            match node {
                Node::Inner(children) => {
                    let at = child_for(children, key);
                    iter.above.push(children[at + 1..].iter());
                    next = Some(&children[at].1);
                }
                Node::Leaf(entries) => {
                    iter.leaf = entries[entries.partition_point(|(other, _)| other.borrow() < key)..].iter();
                }
            }
        }
        iter
    }
}

impl<K: Ord + Clone, V: Clone> SharedMap<K, V> {
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let Some(root) = &mut self.root else {
            self.root = Some(Arc::new(Node::Leaf(vec![(key, value)])));
            self.len = 1;
            return None;
        };
        match Arc::make_mut(root).insert(key, value) {
            Put::Replaced(before) => return Some(before),
            Put::Added => {}
            Put::Split(first, right) => {
                let left = (root.first().clone(), root.clone());
                *root = Arc::new(Node::Inner(vec![left, (first, Arc::new(right))]));
            }
        }
        self.len += 1;
        None
    }

    /// The value to be changed; other copies keep it as it is.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.get(key)?;
        let mut node = Arc::make_mut(self.root.as_mut()?);
        loop {
            match node {
                Node::Inner(children) => {
                    let at = child_for(children, key);
                    node = Arc::make_mut(&mut children[at].1);
                }
                Node::Leaf(entries) => {
                    let at = position(entries, key).ok()?;
                    return Some(&mut entries[at].1);
                }
            }
        }
    }

    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.get(key)?;
        let root = self.root.as_mut()?;
        let removed = Arc::make_mut(root).remove(key)?;
        self.len -= 1;
        while let Node::Inner(children) = &**root
            && let [(_, only)] = children.as_slice()
        {
            *root = only.clone();
        }
        if root.is_empty() {
            self.root = None;
        }
        Some(removed)
    }
}

impl<K: Ord + Clone, V: Clone> Node<K, V> {
    fn insert(&mut self, key: K, value: V) -> Put<K, V> {
        let at = match self {
            Node::Leaf(entries) => match position(entries, &key) {
                Ok(at) => return Put::Replaced(std::mem::replace(&mut entries[at].1, value)),
                Err(at) => {
                    entries.insert(at, (key, value));
                    at
                }
            },
            Node::Inner(children) => {
                let at = child_for(children, &key);
                if key < children[at].0 {
                    children[at].0 = key.clone();
                }
                match Arc::make_mut(&mut children[at].1).insert(key, value) {
                    Put::Split(first, right) => children.insert(at + 1, (first, Arc::new(right))),
                    other => return other,
                }
                at + 1
            }
        };
        self.split_behind(at)
    }

    /// Splits a node that is too long. One that grew at its end keeps all but the last: keys mostly grow.
    fn split_behind(&mut self, grown_at: usize) -> Put<K, V> {
        let length = match self {
            Node::Leaf(entries) => entries.len(),
            Node::Inner(children) => children.len(),
        };
        if length <= NODE_MAX {
            return Put::Added;
        }
        let at = if grown_at + 1 == length { NODE_MAX } else { length / 2 };
        let right = match self {
            Node::Leaf(entries) => Node::Leaf(entries.split_off(at)),
            Node::Inner(children) => Node::Inner(children.split_off(at)),
        };
        Put::Split(right.first().clone(), right)
    }

    fn remove(&mut self, key: &K) -> Option<V> {
        match self {
            Node::Leaf(entries) => position(entries, key).ok().map(|at| entries.remove(at).1),
            Node::Inner(children) => {
                let at = child_for(children, key);
                let child = Arc::make_mut(&mut children[at].1);
                let removed = child.remove(key);
                if child.is_empty() {
                    children.remove(at);
                }
                removed
            }
        }
    }
}

impl<K, V> Node<K, V> {
    fn is_empty(&self) -> bool {
        match self {
            Node::Leaf(entries) => entries.is_empty(),
            Node::Inner(children) => children.is_empty(),
        }
    }

    /// A key that none of the node is less than. Only of nodes that are not empty.
    fn first(&self) -> &K {
        match self {
            Node::Leaf(entries) => &entries[0].0,
            Node::Inner(children) => &children[0].0,
        }
    }
}

/// Which child has the key, if any has.
fn child_for<K: Ord + Borrow<Q>, Q: Ord + ?Sized, C>(children: &[(K, C)], key: &Q) -> usize {
    children.partition_point(|(first, _)| first.borrow() <= key).saturating_sub(1)
}

fn position<K: Borrow<Q>, Q: Ord + ?Sized, V>(entries: &[(K, V)], key: &Q) -> Result<usize, usize> {
    entries.binary_search_by(|(other, _)| other.borrow().cmp(key))
}

/// Entries in the order of their keys.
pub struct Iter<'a, K, V> {
    /// Of each node on the way down, the children that are still to come.
    above: Vec<std::slice::Iter<'a, Child<K, V>>>,
    leaf: std::slice::Iter<'a, (K, V)>,
}

impl<'a, K, V> Iter<'a, K, V> {
    fn enter(&mut self, node: &'a Node<K, V>) {
        match node {
            Node::Leaf(entries) => self.leaf = entries.iter(),
            Node::Inner(children) => self.above.push(children.iter()),
        }
    }
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((key, value)) = self.leaf.next() {
                return Some((key, value));
            }
            match self.above.last_mut()?.next() {
                Some((_, child)) => self.enter(child),
                None => drop(self.above.pop()),
            }
        }
    }
}

impl<K: Ord + Clone, V: Clone> FromIterator<(K, V)> for SharedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(all: I) -> Self {
        let mut map = Self::default();
        for (key, value) in all {
            map.insert(key, value);
        }
        map
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for SharedMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl<K: std::fmt::Debug, V: std::fmt::Debug> std::fmt::Debug for SharedMap<K, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Numbers that jump about, the same at every run.
    fn jumping() -> impl FnMut(u64) -> u64 {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        move |below| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % below
        }
    }

    fn same(map: &SharedMap<u64, u64>, model: &BTreeMap<u64, u64>) {
        assert!(map.iter().eq(model.iter()), "{map:?} is not {model:?}");
        assert_eq!((map.len(), map.is_empty()), (model.len(), model.is_empty()));
        assert_eq!(*map, model.iter().map(|(key, value)| (*key, *value)).collect());
    }

    #[test]
    fn it_is_a_map_whatever_is_done_to_it_in_which_order() {
        let mut next = jumping();
        for span in [8, 40, 700] {
            let (mut map, mut model) = (SharedMap::default(), BTreeMap::new());
            for round in 0..4_000 {
                let key = next(span);
                // Grows first, then shrinks until it is empty.
                if next(10) < if round < 2_000 { 7 } else { 2 } {
                    assert_eq!(map.insert(key, round), model.insert(key, round));
                } else {
                    assert_eq!(map.remove(&key), model.remove(&key));
                }
                assert_eq!(map.get(&key), model.get(&key));
                if let (Some(one), Some(other)) = (map.get_mut(&key), model.get_mut(&key)) {
                    (*one, *other) = (*one + 1, *other + 1);
                }
                let from = next(span + 2);
                assert!(map.from(&from).eq(model.range(from..)));
                if round % 50 == 0 {
                    same(&map, &model);
                }
            }
            same(&map, &model);
            model.keys().for_each(|key| assert!(map.remove(key).is_some()));
            assert!(map.root.is_none() && map.is_empty());
        }
    }

    #[test]
    fn keys_that_grow_fill_the_nodes() {
        let mut map: SharedMap<u64, u64> = (0..256).map(|key| (key, key)).collect();
        let Some(Node::Inner(leaves)) = map.root.as_deref() else { panic!("256 entries are not one leaf") };
        assert_eq!(leaves.len(), 256 / NODE_MAX);
        for key in 0..255 {
            map.remove(&key);
        }
        assert!(matches!(map.root.as_deref(), Some(Node::Leaf(entries)) if entries == &[(255, 255)]));
    }

    #[test]
    fn a_change_leaves_copies_as_they_are_and_shares_the_rest() {
        let before: SharedMap<u64, Arc<u64>> = (0..1_000).map(|key| (key, Arc::new(key))).collect();
        let mut after = before.clone();
        after.insert(500, Arc::new(0));
        after.remove(&501);
        after.insert(1_000, Arc::new(1_000));
        assert!(before.iter().map(|(key, value)| (*key, **value)).eq((0..1_000).map(|key| (key, key))));
        assert_eq!((after.get(&500).map(|value| **value), after.get(&501), after.len()), (Some(0), None, 1_000));
        let nodes = |map: &SharedMap<_, _>| {
            let mut all = std::collections::BTreeSet::new();
            let mut open: Vec<Arc<Node<u64, Arc<u64>>>> = map.root.iter().cloned().collect();
            while let Some(node) = open.pop() {
                if let Node::Inner(children) = &*node {
                    open.extend(children.iter().map(|(_, child)| child.clone()));
                }
                all.insert(Arc::as_ptr(&node) as usize);
            }
            all
        };
        assert!(nodes(&after).difference(&nodes(&before)).count() <= 6, "more than two ways down are new");
    }
}
