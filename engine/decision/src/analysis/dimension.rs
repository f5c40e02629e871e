//! One input as the search sees it: its values, told apart only as far as some cell tells them apart.
//!
//! An *atom* is such a class of values with one of them as its example. Free texts and lists have more classes than can
//! be listed, so an atom of theirs stays open and *fragments* say what else is in it: a text that contains "gas" and
//! "leak" is the open atom with two fragments. Every combination of fragments can be written down, because fragments
//! are parted by a letter that no cell names; so what the search finds has an example, and what it excludes is excluded.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    effort::Effort,
    leaves::{Held, Leaves, in_order},
    letters, numbers,
    values::Values,
};
use crate::{
    cell::Cell,
    model::{Input, Table},
    value_type::ValueType,
};

/// Most values of one input, times the cells that each has to be held against. Where there are more, its cells are not
/// looked into.
pub(super) const TRIED_MAX: usize = 10_000_000;

/// A class of values of one input.
#[derive(Debug, Clone)]
pub(super) struct Atom {
    pub base: Base,
    /// Which leaves hold for it, whatever fragments it has.
    pub holds: Held,
}

/// What the values of an atom have in common.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Base {
    Absent,
    /// Any value that answers all cells as this one does.
    Value(Value),
    /// A text that begins so and goes on with fragments.
    Begins(String),
    /// A list of fragments.
    List,
}

impl Base {
    /// Whether it goes on with fragments.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Begins(_) | Self::List)
    }
}

/// Something that may be in an open atom.
#[derive(Debug, Clone)]
pub(super) struct Fragment {
    /// Whether it is there: 0 or 1.
    pub variable: usize,
    /// How it is written in a text, or the member of a list.
    pub written: String,
    /// Which leaves hold wherever it is.
    pub holds: Held,
}

/// One input of the table. Twins, which are read from one place, share one.
#[derive(Clone)]
pub(super) struct Dimension {
    /// Place of the input among the table's inputs.
    pub at: usize,
    pub variable: usize,
    /// Those that make the better example come first.
    pub atoms: Vec<Atom>,
    pub fragments: Vec<Fragment>,
    /// A letter that stands in no cell.
    pub filler: char,
    leaves: Leaves,
    /// For each leaf the atoms for which it holds without any fragment, and the variables of the fragments that make it hold.
    atoms_of: Vec<Vec<u32>>,
    fragments_of: Vec<Vec<usize>>,
}

impl Dimension {
    /// `variable` is the place of its choice of an atom; its fragments get the variables that follow in `domains`.
    pub fn new(table: &Table, at: usize, mut leaves: Leaves, domains: &mut Vec<Values>, effort: &Effort<'_>) -> Self {
        let input = &table.inputs[at];
        leaves.seal();
        let mut made = Made::of(table, at, &leaves, effort);
        if input.default.is_none() {
            made.atoms.push(Atom { base: Base::Absent, holds: Held::new() });
        }
        made.order(table, at, &leaves, input, effort);
        let variable = domains.len();
        domains.push(Values::all(made.atoms.len()));
        let mut fragments = Vec::new();
        for (written, holds) in made.fragments {
            fragments.push(Fragment { variable: domains.len(), written, holds });
            domains.push(Values::all(2));
        }
        leaves.opaque |= made.opaque;
        let mut atoms_of = vec![Vec::new(); leaves.list.len()];
        for (atom, place) in made.atoms.iter().zip(0..) {
            atom.holds.iter().for_each(|leaf| atoms_of[*leaf as usize].push(place));
        }
        let mut fragments_of = vec![Vec::new(); leaves.list.len()];
        for fragment in &fragments {
            fragment.holds.iter().for_each(|leaf| fragments_of[*leaf as usize].push(fragment.variable));
        }
        Self { at, variable, atoms: made.atoms, fragments, filler: made.filler, leaves, atoms_of, fragments_of }
    }

    /// The place of a leaf; none where the cell can't be looked into.
    pub fn leaf(&self, cell: &Cell) -> Option<usize> {
        self.leaves.place(cell)
    }

    /// The atoms for which the leaf holds without any fragment, or does not.
    pub fn where_leaf(&self, leaf: usize, holds: bool) -> Values {
        let mut values = Values::none(self.atoms.len());
        self.atoms_of[leaf].iter().for_each(|atom| values.insert(*atom as usize));
        if holds {
            return values;
        }
        let mut others = Values::all(self.atoms.len());
        others.remove(&values);
        others
    }

    pub fn present(&self) -> Values {
        self.where_atom(|atom| atom.base != Base::Absent)
    }

    pub fn absent(&self) -> Values {
        self.where_atom(|atom| atom.base == Base::Absent)
    }

    pub fn open(&self) -> Values {
        self.where_atom(|atom| atom.base.is_open())
    }

    /// The variables of the fragments that make the leaf hold.
    pub fn fragments_of(&self, leaf: usize) -> &[usize] {
        &self.fragments_of[leaf]
    }

    /// The fragment of a variable, if it is one of this input.
    pub fn fragment(&self, variable: usize) -> Option<&Fragment> {
        self.fragments.get(variable.checked_sub(self.variable + 1)?)
    }

    pub fn where_atom(&self, test: impl Fn(&Atom) -> bool) -> Values {
        let atoms = self.atoms.iter().enumerate().filter(|(_, atom)| test(atom));
        atoms.fold(Values::none(self.atoms.len()), |values, (place, _)| values.with(place))
    }

    /// Whether any cell asks about the input.
    pub fn is_asked(&self) -> bool {
        !self.leaves.list.is_empty() || self.leaves.opaque
    }

    /// Whether its cells can't be looked into.
    pub fn is_opaque(&self) -> bool {
        self.leaves.opaque
    }

    /// A value of the atom with these fragments, if one can be written down that answers every cell as it must.
    pub fn example(
        &self,
        table: &Table,
        atom: usize,
        fragments: &[&Fragment],
        effort: &Effort<'_>,
    ) -> Result<Option<Value>, Unwritten> {
        let atom = &self.atoms[atom];
        let mut holds = atom.holds.clone();
        let tries = match &atom.base {
            Base::Absent => return Ok(None),
            Base::Value(value) => vec![value.clone()],
            Base::List => vec![fragments.iter().map(|fragment| Value::from(fragment.written.as_str())).collect()],
            Base::Begins(start) => letters::spellings(start, fragments, self.filler),
        };
        if atom.base.is_open() {
            fragments.iter().for_each(|fragment| holds.extend(&fragment.holds));
            holds = in_order(holds);
        }
        let fits = |value: &Value| {
            table.inputs[self.at].domain().passed(value).is_none()
                && (self.leaves.opaque || self.leaves.true_for(table, self.at, value, effort) == holds)
        };
        tries.into_iter().find(fits).map(Some).ok_or(Unwritten { at: self.at })
    }
}

/// No value of this input could be written down, or none that fits another input that is read from the same place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unwritten {
    pub at: usize,
}

/// What a kind of input makes of its leaves.
pub(super) struct Made {
    pub atoms: Vec<Atom>,
    pub fragments: Vec<(String, Held)>,
    pub filler: char,
    pub opaque: bool,
}

impl Made {
    fn of(table: &Table, at: usize, leaves: &Leaves, effort: &Effort<'_>) -> Self {
        let input = &table.inputs[at];
        let of_values = |values: &[Value]| Self::of_values(table, at, leaves, values, effort);
        match input.value_type {
            ValueType::List => letters::list(table, at, leaves, effort),
            _ if !input.values.is_empty() => of_values(&input.values),
            ValueType::Boolean => of_values(&[false.into(), true.into()]),
            ValueType::Integer | ValueType::Number => of_values(&numbers::candidates(input, &leaves.list)),
            ValueType::String | ValueType::Text => letters::text(table, at, leaves, effort),
        }
    }

    /// A domain that can be listed, or values of which every other one is like one of them. Earlier ones are the
    /// better examples.
    fn of_values(table: &Table, at: usize, leaves: &Leaves, values: &[Value], effort: &Effort<'_>) -> Self {
        if let Some(first) = values.first()
            && values.len().saturating_mul(leaves.list.len()) > TRIED_MAX
        {
            return Self::blank(Base::Value(first.clone()));
        }
        let mut atoms: Vec<Atom> = Vec::new();
        let mut seen = BTreeSet::new();
        for value in table.inputs[at].default.iter().chain(values) {
            let holds = leaves.true_for(table, at, value, effort);
            if seen.insert(holds.clone()) {
                atoms.push(Atom { base: Base::Value(value.clone()), holds });
            }
        }
        Self { atoms, fragments: Vec::new(), filler: ' ', opaque: false }
    }

    /// Nothing can be said of the input: one value stands for all, and no cell is looked into.
    pub fn blank(base: Base) -> Self {
        Self { atoms: vec![Atom { base, holds: Held::new() }], fragments: Vec::new(), filler: 'x', opaque: true }
    }

    /// The default first, then what no cell names, then the rest; nothing at all comes last.
    fn order(&mut self, table: &Table, at: usize, leaves: &Leaves, input: &Input, effort: &Effort<'_>) {
        let default = input.default.as_ref().map(|value| leaves.true_for(table, at, value, effort));
        self.atoms.sort_by_key(|atom| match &atom.base {
            Base::Absent => 3,
            base if default.as_ref() == Some(&atom.holds) && !base.is_open() => 0,
            _ if atom.holds.is_empty() => 1,
            _ => 2,
        });
    }
}
