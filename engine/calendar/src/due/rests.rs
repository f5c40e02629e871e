//! Where a deadline did not run: suspensions made flat, so that no two of them hold the same instant.

use jiff::Timestamp;

use crate::Suspension;

/// A time in which the deadline rested, by one suspension.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rest<'a> {
    pub from: Timestamp,
    pub to: Timestamp,
    pub by: &'a Suspension,
    /// Its place in the list that was asked with: the lower one speaks where a day has several.
    index: usize,
}

/// In the order of time, without overlap.
#[derive(Debug)]
pub(super) struct Rests<'a>(Vec<Rest<'a>>);

/// A part of a span that lies wholly in one rest or in none.
pub(super) struct Piece<'a> {
    pub to: Timestamp,
    pub rest: Option<&'a Suspension>,
}

impl<'a> Rests<'a> {
    /// What of the suspensions lies after the receipt; an instant that lies in several is the first one's.
    pub fn new(from: Timestamp, suspensions: &'a [Suspension]) -> Self {
        let mut bounds: Vec<Timestamp> = suspensions
            .iter()
            .flat_map(|one| [one.from, one.to])
            .map(|at| super::whole_microseconds(at).max(from))
            .collect();
        bounds.sort_unstable();
        bounds.dedup();
        let mut rests: Vec<Rest<'a>> = Vec::new();
        for pair in bounds.windows(2) {
            let &[from, to] = pair else { continue };
            let holds = |one: &Suspension| {
                super::whole_microseconds(one.from) <= from && to <= super::whole_microseconds(one.to)
            };
            let Some(index) = suspensions.iter().position(holds) else { continue };
            match rests.last_mut().filter(|last| last.to == from && last.index == index) {
                Some(last) => last.to = to,
                None => rests.push(Rest { from, to, by: &suspensions[index], index }),
            }
        }
        Self(rests)
    }

    /// The span from one instant to a later one, cut where rests begin and end.
    pub fn pieces(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = Piece<'a>> {
        let mut rests = self.within(from, to);
        let mut next = rests.next();
        let mut at = from;
        std::iter::from_fn(move || {
            if at >= to {
                return None;
            }
            let piece = match next {
                Some(rest) if rest.from <= at => {
                    next = rests.next();
                    Piece { to: rest.to.min(to), rest: Some(rest.by) }
                }
                Some(rest) => Piece { to: rest.from.min(to), rest: None },
                None => Piece { to, rest: None },
            };
            at = piece.to;
            Some(piece)
        })
    }

    /// The rests that hold some of the span.
    fn within(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = &Rest<'a>> {
        let first = self.0.partition_point(|rest| rest.to <= from);
        self.0[first..].iter().take_while(move |rest| rest.from < to)
    }

    /// How much of the span they take, in microseconds, and which one is named for it.
    pub fn taken(&self, from: Timestamp, to: Timestamp) -> Taken<'a> {
        let mut taken = Taken::default();
        for rest in self.within(from, to) {
            taken.microseconds += rest.to.min(to).as_microsecond() - rest.from.max(from).as_microsecond();
            taken.name(*rest);
        }
        taken
    }

    /// The suspension in which the last instant before this one lies.
    pub fn at_end(&self, end: Timestamp) -> Option<&'a Suspension> {
        let first = self.0.partition_point(|rest| rest.to < end);
        self.0.get(first).filter(|rest| rest.from < end).map(|rest| rest.by)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What rests take of a span or of several.
#[derive(Default)]
pub(super) struct Taken<'a> {
    pub microseconds: i64,
    first: Option<Rest<'a>>,
}

impl<'a> Taken<'a> {
    fn name(&mut self, rest: Rest<'a>) {
        if self.first.is_none_or(|first| rest.index < first.index) {
            self.first = Some(rest);
        }
    }

    pub fn add(&mut self, other: Taken<'a>) {
        self.microseconds += other.microseconds;
        if let Some(rest) = other.first {
            self.name(rest);
        }
    }

    pub fn by(&self) -> Option<&'a Suspension> {
        self.first.map(|rest| rest.by)
    }
}
