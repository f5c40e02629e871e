//! Sets of the values of one variable, as bits.
//!
//! Nearly all variables have two values, so a set of few values lies in one word and costs no allocation.

/// Values that fit in one word.
const WORD_BITS: usize = 64;

/// A set of the values of one variable.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Values {
    Few(u64),
    Many(Box<[u64]>),
}

impl Values {
    pub fn none(size: usize) -> Self {
        if size <= WORD_BITS { Self::Few(0) } else { Self::Many(vec![0; size.div_ceil(WORD_BITS)].into()) }
    }

    pub fn all(size: usize) -> Self {
        let bits = |size: usize| if size < WORD_BITS { (1 << size) - 1 } else { u64::MAX };
        match Self::none(size) {
            Self::Few(_) => Self::Few(bits(size)),
            Self::Many(mut words) => {
                let last = words.len() - 1;
                words.fill(u64::MAX);
                words[last] = bits(size - last * WORD_BITS);
                Self::Many(words)
            }
        }
    }

    pub fn one(size: usize, value: usize) -> Self {
        Self::none(size).with(value)
    }

    pub fn with(mut self, value: usize) -> Self {
        self.insert(value);
        self
    }

    pub fn insert(&mut self, value: usize) {
        match self {
            Self::Few(bits) => *bits |= 1 << value,
            Self::Many(words) => words[value / WORD_BITS] |= 1 << (value % WORD_BITS),
        }
    }

    pub fn first(&self) -> Option<usize> {
        match self {
            Self::Few(bits) => (*bits != 0).then(|| bits.trailing_zeros() as usize),
            Self::Many(words) => {
                let at = words.iter().position(|bits| *bits != 0)?;
                Some(at * WORD_BITS + words[at].trailing_zeros() as usize)
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        match self {
            Self::Few(bits) => *bits == 0,
            Self::Many(words) => words.iter().all(|bits| *bits == 0),
        }
    }

    /// What looking at it costs, in words.
    pub fn words(&self) -> u64 {
        match self {
            Self::Few(_) => 1,
            Self::Many(words) => words.len() as u64,
        }
    }

    pub fn within(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Few(left), Self::Few(right)) => left & !right == 0,
            _ => self.pairs(other).all(|(left, right)| left & !right == 0),
        }
    }

    pub fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Few(left), Self::Few(right)) => left & right != 0,
            _ => self.pairs(other).any(|(left, right)| left & right != 0),
        }
    }

    pub fn keep(&mut self, other: &Self) {
        self.change(other, |left, right| left & right);
    }

    pub fn remove(&mut self, other: &Self) {
        self.change(other, |left, right| left & !right);
    }

    pub fn add(&mut self, other: &Self) {
        self.change(other, |left, right| left | right);
    }

    fn slice(&self) -> &[u64] {
        match self {
            Self::Few(bits) => std::slice::from_ref(bits),
            Self::Many(words) => words,
        }
    }

    fn pairs<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (u64, u64)> {
        self.slice().iter().copied().zip(other.slice().iter().copied())
    }

    /// Both are sets of one variable, so they have the same form.
    fn change(&mut self, other: &Self, to: impl Fn(u64, u64) -> u64) {
        match self {
            Self::Few(bits) => *bits = to(*bits, other.slice()[0]),
            Self::Many(words) => {
                words.iter_mut().zip(other.slice()).for_each(|(left, right)| *left = to(*left, *right))
            }
        }
    }
}
