//! Faults of cells: an alternative forgotten, a comparison off by one, a yes for a no.

use peygir_calendar::{Name, digits};

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
                let (id, input, source) = (&rule.id, &part.input, &part.source);
                list.push(Plan {
                    kind: Kind::Cell,
                    what: format!("rule {id} asks of {input} {} ({})", what.en, part.written),
                    what_fa: format!(
                        "خانهٔ {input} در قاعدهٔ {id} دست خورد: {} (به جای \u{2066}{source}\u{2069})",
                        what.fa
                    ),
                    broken: None,
                    edit: Box::new(move |table| table.rules[at].when[place].cell = cell.clone()),
                });
            }
        }
    }
    list
}

/// The cell with one small fault, and what it is in words.
fn near(cell: &Cell) -> Vec<(Cell, Name)> {
    match cell {
        Cell::Boolean(flag) => vec![(Cell::Boolean(!flag), said(!flag, if *flag { "خیر" } else { "بله" }))],
        Cell::Present(wanted) => {
            let fa = if *wanted { "داده‌نشده" } else { "داده‌شده" };
            vec![(Cell::Present(!wanted), said(format!("present {}", !wanted), fa))]
        }
        Cell::Compare(comparison, limit) => shifted(*limit)
            .into_iter()
            .map(|limit| (Cell::Compare(*comparison, limit), compared(*comparison, limit)))
            .collect(),
        Cell::Between(low, high) => {
            let lows = shifted(*low).into_iter().map(|low| (low, *high));
            let highs = shifted(*high).into_iter().map(|high| (*low, high));
            let ordered = lows.chain(highs).filter(|(low, high)| low.compare(*high).is_le());
            let told = |low: Number, high: Number| {
                said(format!("{low}..{high}"), format!("از {} تا {}", low.to_persian(), high.to_persian()))
            };
            ordered.map(|(low, high)| (Cell::Between(low, high), told(low, high))).collect()
        }
        // Spellings of one text are no alternatives that an author wrote.
        Cell::OneOf(cells) if cells.iter().all(|cell| cell.is_spelt_like(&cells[0])) => Vec::new(),
        Cell::OneOf(cells) => one_of(cells),
        Cell::Not(inner) => {
            let inner = near(inner).into_iter();
            let told = |what: Name| said(format!("not {}", what.en), format!("جز {}", what.fa));
            inner.map(|(cell, what)| (Cell::Not(Box::new(cell)), told(what))).collect()
        }
        _ => Vec::new(),
    }
}

fn one_of(cells: &[Cell]) -> Vec<(Cell, Name)> {
    let mut list = Vec::new();
    for (place, cell) in cells.iter().enumerate() {
        if cells.len() > 1 {
            let mut fewer = cells.to_vec();
            fewer.remove(place);
            let number = (place + 1).to_string();
            let fa = format!("بی گزینهٔ {}", digits::to_persian(&number));
            list.push((Cell::OneOf(fewer), said(format!("no alternative {number}"), fa)));
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

fn compared(comparison: Comparison, limit: Number) -> Name {
    let (sign, fa) = match comparison {
        Comparison::Equal => ("=", "برابر"),
        Comparison::Less => ("<", "کمتر از"),
        Comparison::AtMost => ("<=", "حداکثر"),
        Comparison::Greater => (">", "بیشتر از"),
        Comparison::AtLeast => (">=", "دست‌کم"),
    };
    said(format!("{sign} {limit}"), format!("{fa} {}", limit.to_persian()))
}

fn said(en: impl ToString, fa: impl Into<String>) -> Name {
    Name { en: en.to_string(), fa: fa.into() }
}
