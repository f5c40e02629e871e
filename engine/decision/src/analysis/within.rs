//! What inputs may have where tables are compared: in the pack of Kashan the county is Kashan, and no case there has another
//! province.
//!
//! Owns: the question narrowed to such inputs. What can't be narrowed is left as wide as it is declared, so that what is proven
//! holds all the more. Deliberately does not know where these values come from.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Inputs,
    solver::Clause,
    space::{Space, equal_to},
};
use crate::{cell::Cell, model::Table};

/// The values that an input may have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Possible {
    pub values: BTreeSet<String>,
    /// Whether it may have none.
    pub or_none: bool,
}

/// What inputs may have, by where they are read from: `case.county`. Others may have whatever they declare.
pub type Within = BTreeMap<String, Possible>;

/// The inputs that are narrowed, with a cell for each value.
fn narrowed<'t>(table: &'t Table, within: &'t Within) -> impl Iterator<Item = (usize, Vec<Cell>, &'t Possible)> + 't {
    table.inputs.iter().enumerate().filter_map(move |(at, input)| {
        let possible = within.get(&input.from).filter(|_| input.default.is_none())?;
        let cells: Option<Vec<Cell>> = possible.values.iter().map(|value| equal_to(table, at, value)).collect();
        cells.map(|cells| (at, cells, possible))
    })
}

/// The cells that tell the values from all others.
pub(super) fn cells(table: &Table, within: &Within) -> Vec<(usize, Cell)> {
    narrowed(table, within).flat_map(|(at, cells, _)| cells.into_iter().map(move |cell| (at, cell))).collect()
}

/// The clauses that leave the inputs these values, in a space that tells them from others.
pub(super) fn clauses(space: &Space<'_>, within: &Within) -> Vec<Clause> {
    let clause = |(at, cells, possible): (usize, Vec<Cell>, &Possible)| {
        let dimension = &space.dimensions[at];
        let mut values = dimension.where_atom(|_| false);
        if possible.or_none {
            values.add(&dimension.absent());
        }
        for cell in &cells {
            values.add(&dimension.where_leaf(dimension.leaf(cell)?, true));
        }
        Some(space.only(at, values))
    };
    narrowed(space.table, within).filter_map(clause).collect()
}

/// Inputs with a possible value in place of one that is not.
pub(super) fn brought(table: &Table, within: &Within, inputs: &Inputs) -> Inputs {
    let mut brought = inputs.clone();
    for (at, _, possible) in narrowed(table, within) {
        let name = &table.inputs[at].name;
        let is_possible = match inputs.get(name).and_then(Value::as_str) {
            Some(given) => possible.values.contains(given),
            None => possible.or_none,
        };
        match possible.values.first() {
            _ if is_possible => {}
            Some(value) => drop(brought.insert(name.clone(), Value::from(value.as_str()))),
            None => drop(brought.remove(name)),
        }
    }
    brought
}
