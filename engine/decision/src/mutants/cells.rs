//! Faults of cells: an alternative forgotten, a comparison off by one, a yes for a no.

use super::{Kind, Plan};
use crate::{
    cell::{Cell, Comparison, Number},
    model::Table,
};

/// Each cell in each of its near misses.
pub(super) fn changed(table: &Table) -> Vec<Plan> {
    let mut list = Vec::new();
    for (at, rule) in table.rules.iter().enumerate() {
        for (place, part) in rule.when.iter().enumerate() {
            for (cell, what) in near(&part.cell) {
                list.push(Plan {
                    kind: Kind::Cell,
                    what: format!("rule {} asks of {} {what} ({})", rule.id, part.input, part.written),
                    what_fa: format!("خانهٔ {} در قاعدهٔ {} دست خورد: {what} ({})", part.input, rule.id, part.written),
                    broken: None,
                    edit: Box::new(move |table| table.rules[at].when[place].cell = cell.clone()),
                });
            }
        }
    }
    list
}

/// The cell with one small fault, and what it is in words.
fn near(cell: &Cell) -> Vec<(Cell, String)> {
    match cell {
        Cell::Boolean(flag) => vec![(Cell::Boolean(!flag), format!("{}", !flag))],
        Cell::Present(wanted) => vec![(Cell::Present(!wanted), format!("present {}", !wanted))],
        Cell::Compare(comparison, limit) => shifted(*limit)
            .into_iter()
            .map(|limit| (Cell::Compare(*comparison, limit), format!("{} {limit}", sign(*comparison))))
            .collect(),
        Cell::Between(low, high) => {
            let lows = shifted(*low).into_iter().map(|low| (low, *high));
            let highs = shifted(*high).into_iter().map(|high| (*low, high));
            let ordered = lows.chain(highs).filter(|(low, high)| low.compare(*high).is_le());
            ordered.map(|(low, high)| (Cell::Between(low, high), format!("{low}..{high}"))).collect()
        }
        // Spellings of one text are no alternatives that an author wrote.
        Cell::OneOf(cells) if cells.iter().all(|cell| cell.is_spelt_like(&cells[0])) => Vec::new(),
        Cell::OneOf(cells) => one_of(cells),
        Cell::Not(inner) => {
            let inner = near(inner).into_iter();
            inner.map(|(cell, what)| (Cell::Not(Box::new(cell)), format!("not {what}"))).collect()
        }
        _ => Vec::new(),
    }
}

fn one_of(cells: &[Cell]) -> Vec<(Cell, String)> {
    let mut list = Vec::new();
    for (place, cell) in cells.iter().enumerate() {
        if cells.len() > 1 {
            let mut fewer = cells.to_vec();
            fewer.remove(place);
            list.push((Cell::OneOf(fewer), format!("no alternative {}", place + 1)));
        }
        for (near, what) in near(cell) {
            let mut other = cells.to_vec();
            other[place] = near;
            list.push((Cell::OneOf(other), what));
        }
    }
    list
}

fn shifted(limit: Number) -> Vec<Number> {
    match limit {
        Number::Integer(integer) => {
            [integer.checked_sub(1), integer.checked_add(1)].into_iter().flatten().map(Number::Integer).collect()
        }
        Number::Float(float) => vec![Number::Float(float - 1.0), Number::Float(float + 1.0)],
    }
}

fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "=",
        Comparison::Less => "<",
        Comparison::AtMost => "<=",
        Comparison::Greater => ">",
        Comparison::AtLeast => ">=",
    }
}
