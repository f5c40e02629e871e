//! The questions that the cells of one input ask, and which of them hold for a value.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{effort::Effort, sought::Sought};
use crate::{
    cell::{Cell, Facts},
    model::Table,
};

/// The leaves that hold, in order.
pub(super) type Held = Vec<u32>;

/// The questions that cells ask of one input, each once, without `any`, `present`, `not` and lists.
#[derive(Clone, Default)]
pub(super) struct Leaves {
    pub list: Vec<Cell>,
    places: BTreeMap<String, usize>,
    /// The texts of leaves that hold only where their text stands.
    sought: Sought,
    /// The other leaves.
    others: Held,
    /// The cells of this input can't be looked into at all.
    pub opaque: bool,
}

impl Leaves {
    pub fn gather(&mut self, cell: &Cell) {
        match cell {
            Cell::Any | Cell::Present(_) | Cell::Expression(_) => {}
            Cell::Not(cell) => self.gather(cell),
            Cell::OneOf(cells) => cells.iter().for_each(|cell| self.gather(cell)),
            leaf => {
                let next = self.list.len();
                if *self.places.entry(name(leaf)).or_insert(next) == next {
                    self.list.push(leaf.clone());
                }
            }
        }
    }

    /// To be called once all are gathered, before the first value is tried.
    pub fn seal(&mut self) {
        let sought = self.list.iter().zip(0..).filter_map(|(leaf, at)| Some((text(leaf)?, at)));
        self.sought = Sought::new(sought);
        self.others = self.list.iter().zip(0..).filter(|(leaf, _)| text(leaf).is_none()).map(|(_, at)| at).collect();
    }

    /// The place of a leaf; none where the cells can't be looked into.
    pub fn place(&self, leaf: &Cell) -> Option<usize> {
        if self.opaque { None } else { self.places.get(&name(leaf)).copied() }
    }

    /// Leaves whose text stands in this one.
    pub fn within(&self, text: &str) -> Held {
        let mut held = Held::new();
        self.sought.in_text(text, &mut held);
        in_order(held)
    }

    /// The leaves that hold for a value, by the very code that decides; only those are tried that may hold.
    pub fn true_for(&self, table: &Table, at: usize, value: &Value, effort: &Effort<'_>) -> Held {
        let input = &table.inputs[at];
        let values = BTreeMap::from([(input.name.to_string(), value.clone())]);
        let facts = Facts::new(table, &values);
        let mut tried = self.others.clone();
        facts.texts(at, |text| self.sought.in_text(text, &mut tried));
        let mut tried = in_order(tried);
        effort.charge(1 + tried.len() as u64);
        tried.retain(|leaf| self.list[*leaf as usize].holds(at, &facts).unwrap_or(false));
        tried
    }
}

pub(super) fn in_order(mut held: Held) -> Held {
    held.sort_unstable();
    held.dedup();
    held
}

/// The name under which equal leaves are one.
fn name(leaf: &Cell) -> String {
    format!("{leaf:?}")
}

/// What stands in every text for which the leaf holds: in the text itself, its search key or its words.
fn text(leaf: &Cell) -> Option<&str> {
    match leaf {
        Cell::Equals(text) | Cell::KeyEquals(text) | Cell::Prefix(text) | Cell::KeyPrefix(text) => Some(text),
        Cell::Contains(text) | Cell::KeyContains(text) | Cell::KeyWords(text) => Some(text),
        _ => None,
    }
}
