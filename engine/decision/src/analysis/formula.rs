//! Cells as formulas over the variables of the search, and formulas as clauses.

use std::collections::{BTreeMap, btree_map::Entry};

use super::{
    dimension::Dimension,
    solver::{Clause, Literal},
    values::Values,
};
use crate::cell::Cell;

/// A statement without negation: negating a cell is done at its leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Formula {
    Is(Literal),
    /// One of them; without parts it never holds.
    Any(Vec<Formula>),
    /// All of them; without parts it always holds.
    All(Vec<Formula>),
}

/// How a statement about a cell is meant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sense {
    /// Whether the cell holds, or that it does not.
    pub holds: bool,
    /// Where a cell can't be looked into: true takes the statement as possible, false as not certain.
    pub wide: bool,
}

impl Formula {
    pub fn always() -> Self {
        Self::All(Vec::new())
    }

    pub fn never() -> Self {
        Self::Any(Vec::new())
    }

    /// What a cell says of its input.
    pub fn of_cell(cell: &Cell, dimension: &Dimension, sense: Sense) -> Self {
        match cell {
            Cell::Any => {
                if sense.holds {
                    Self::always()
                } else {
                    Self::never()
                }
            }
            Cell::Present(wanted) => {
                let values = if *wanted == sense.holds { dimension.present() } else { dimension.absent() };
                Self::choice(dimension, values)
            }
            Cell::Not(cell) => Self::of_cell(cell, dimension, Sense { holds: !sense.holds, ..sense }),
            Cell::OneOf(cells) => {
                let parts = cells.iter().map(|cell| Self::of_cell(cell, dimension, sense)).collect();
                if sense.holds { Self::Any(parts) } else { Self::All(parts) }
            }
            leaf => match dimension.leaf(leaf) {
                Some(leaf) => Self::of_leaf(dimension, leaf, sense.holds),
                None if sense.wide => Self::always(),
                None => Self::never(),
            },
        }
    }

    /// A leaf holds for some of the atoms, and where one of its fragments is there.
    fn of_leaf(dimension: &Dimension, leaf: usize, holds: bool) -> Self {
        let mut parts = vec![Self::choice(dimension, dimension.where_leaf(leaf, holds))];
        for variable in dimension.fragments_of(leaf) {
            parts.push(Self::Is(Literal { variable: *variable, values: Values::one(2, usize::from(holds)) }));
        }
        if holds { Self::Any(parts) } else { Self::All(parts) }
    }

    fn choice(dimension: &Dimension, values: Values) -> Self {
        Self::of_values(dimension.variable, values, dimension.atoms.len())
    }

    /// That a variable of this size has one of the values. What says nothing, or can't be, is not asked of the search: the
    /// more of a formula is settled here, the fewer variables it needs there.
    pub fn of_values(variable: usize, values: Values, size: usize) -> Self {
        if values.is_empty() {
            Self::never()
        } else if values == Values::all(size) {
            Self::always()
        } else {
            Self::Is(Literal { variable, values })
        }
    }

    /// The only part of a list, else the list.
    fn only(mut parts: Vec<Formula>, list: fn(Vec<Formula>) -> Self) -> Self {
        match parts.pop() {
            Some(only) if parts.is_empty() => only,
            Some(last) => {
                parts.push(last);
                list(parts)
            }
            None => list(parts),
        }
    }

    /// The same with nested lists of one kind made flat, and lists of one part made that part.
    fn flat(self) -> Self {
        match self {
            Self::Is(literal) => Self::Is(literal),
            Self::Any(parts) => {
                let mut flat = Vec::new();
                for part in parts.into_iter().map(Self::flat) {
                    match part {
                        Self::Any(inner) => flat.extend(inner),
                        Self::All(inner) if inner.is_empty() => return Self::always(),
                        other => flat.push(other),
                    }
                }
                Self::only(flat, Self::Any)
            }
            Self::All(parts) => {
                let mut flat = Vec::new();
                for part in parts.into_iter().map(Self::flat) {
                    match part {
                        Self::All(inner) => flat.extend(inner),
                        Self::Any(inner) if inner.is_empty() => return Self::never(),
                        other => flat.push(other),
                    }
                }
                Self::only(together(flat), Self::All)
            }
        }
    }
}

/// What has to hold together, with all that is said of one variable said at once: of a list of five hundred words what is
/// left of the text is one statement, not five hundred.
fn together(parts: Vec<Formula>) -> Vec<Formula> {
    let mut first: BTreeMap<usize, usize> = BTreeMap::new();
    let mut kept: Vec<Formula> = Vec::with_capacity(parts.len());
    for part in parts {
        if let Formula::Is(literal) = &part {
            match first.entry(literal.variable) {
                Entry::Occupied(known) => {
                    if let Formula::Is(known) = &mut kept[*known.get()] {
                        known.values.keep(&literal.values);
                    }
                    continue;
                }
                Entry::Vacant(new) => {
                    new.insert(kept.len());
                }
            }
        }
        kept.push(part);
    }
    kept
}

/// Writes formulas as clauses. A conjunction inside a disjunction gets a variable of its own that implies it: that is
/// enough, since a formula is only ever required, never denied.
pub(super) struct Writer<'a> {
    pub domains: &'a mut Vec<Values>,
    pub clauses: Vec<Clause>,
}

impl Writer<'_> {
    pub fn require(&mut self, formula: Formula) {
        match formula.flat() {
            Formula::All(parts) => parts.into_iter().for_each(|part| self.require_flat(part)),
            other => self.require_flat(other),
        }
    }

    fn require_flat(&mut self, formula: Formula) {
        match formula {
            Formula::All(parts) => parts.into_iter().for_each(|part| self.require_flat(part)),
            Formula::Is(literal) => self.clauses.push(vec![literal]),
            Formula::Any(parts) => {
                let literals = parts.into_iter().map(|part| self.literal(part)).collect();
                let clause = any_of(literals);
                self.clauses.push(clause);
            }
        }
    }

    fn literal(&mut self, formula: Formula) -> Literal {
        let parts = match formula {
            Formula::Is(literal) => return literal,
            Formula::All(parts) => parts,
            any @ Formula::Any(_) => vec![any],
        };
        let variable = self.domains.len();
        self.domains.push(Values::all(2));
        for part in parts {
            let mut literals = vec![Literal { variable, values: Values::one(2, 0) }];
            match part {
                Formula::Any(inner) => literals.extend(inner.into_iter().map(|part| self.literal(part))),
                other => literals.push(self.literal(other)),
            }
            let clause = any_of(literals);
            self.clauses.push(clause);
        }
        Literal { variable, values: Values::one(2, 1) }
    }
}

/// Two literals of one variable are one.
fn any_of(literals: Vec<Literal>) -> Clause {
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    let mut clause = Clause::with_capacity(literals.len());
    for literal in literals {
        match places.entry(literal.variable) {
            Entry::Occupied(known) => clause[*known.get()].values.add(&literal.values),
            Entry::Vacant(new) => {
                new.insert(clause.len());
                clause.push(literal);
            }
        }
    }
    clause
}
