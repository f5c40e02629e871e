//! Days that dates tell apart: stretches in which the same rows are in force.
//!
//! Owns: where they begin and end, and how those that follow on each other read as one. Deliberately does not know what is asked of
//! them.

use std::collections::BTreeSet;

use peygir_calendar::Jalali;

use super::space::ANY_DAY;
use crate::{
    days,
    model::{Rule, Table},
    window::Window,
};

/// Days on which the same rows are in force, without one between them on which others are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    pub days: Window,
    /// One of them, which stands for all.
    pub day: Jalali,
}

/// The stretches of the table's own days, in order, as far as these rows tell them apart.
pub(super) fn stretches(table: &Table, rows: &[&Rule]) -> Vec<Stretch> {
    let mut cuts = BTreeSet::new();
    for window in rows.iter().flat_map(|row| row.effective.iter().chain(&row.except)) {
        cuts.extend(window.from);
        cuts.extend(window.until.and_then(days::next));
    }
    let mut windows = Vec::with_capacity(cuts.len() + 1);
    let mut from = None;
    for cut in cuts {
        if let Some(until) = days::previous(cut) {
            windows.push(Window { from, until: Some(until) });
        }
        from = Some(cut);
    }
    windows.push(Window { from, until: None });
    let within = table.effective.unwrap_or_default();
    windows.into_iter().filter_map(|window| stretch(window.meet(within)?)).collect()
}

fn stretch(days: Window) -> Option<Stretch> {
    let (year, month, day) = ANY_DAY;
    let day = days.from.or(days.until).or_else(|| Jalali::new(year, month, day).ok())?;
    Some(Stretch { days, day })
}

/// The days of stretches in order; of those that follow on each other as one.
pub(super) fn joined(stretches: impl IntoIterator<Item = Window>) -> Vec<Window> {
    let mut joined: Vec<Window> = Vec::new();
    for days in stretches {
        match joined.last_mut() {
            Some(last) if last.until.and_then(days::next).is_some_and(|next| Some(next) == days.from) => {
                last.until = days.until;
            }
            _ => joined.push(days),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use peygir_source::yaml;

    use super::*;

    fn table(effective: &str, rules: &[&str]) -> Table {
        let mut text = format!(
            "kind: decision-table\nid: t\nversion: 1.0.0\nhit: first\n{effective}\ninputs: {{ n: {{ type: integer }} }}\noutputs: {{ o: {{ type: integer, default: 0 }} }}\nrules:\n"
        );
        for (number, days) in rules.iter().enumerate() {
            text += &format!("  - {{ id: r{number}, when: {{ n: {number} }}, then: {{}}, effective: {{ {days} }} }}\n");
        }
        text += "  - { id: z, last: true, then: {} }\n";
        Table::read(&yaml::parse(&text).unwrap(), str::to_owned).unwrap().0
    }

    fn told(effective: &str, rules: &[&str]) -> Vec<String> {
        let table = table(effective, rules);
        let rows: Vec<&Rule> = table.rules.iter().collect();
        let found = stretches(&table, &rows);
        for stretch in &found {
            assert!(stretch.days.contains(stretch.day), "{stretch:?}");
        }
        assert_eq!(joined(found.iter().map(|one| one.days)).len(), 1, "all of them follow on each other");
        found.iter().map(|one| one.days.to_string()).collect()
    }

    #[test]
    fn a_stretch_ends_where_a_row_begins_or_ends() {
        assert_eq!(told("", &[]), ["every day"]);
        assert_eq!(told("", &["from: 1405/09/02"]), ["until 1405/09/01", "1405/09/02 on"]);
        assert_eq!(
            told("", &["from: 1405/09/02, until: 1405/12/29", "from: 1406/01/01"]),
            ["until 1405/09/01", "1405/09/02 to 1405/12/29", "1406/01/01 on"]
        );
        assert_eq!(
            told("effective: { from: 1405/09/05, until: 1405/09/30 }", &["from: 1405/09/02", "until: 1405/09/10"]),
            ["1405/09/05 to 1405/09/10", "1405/09/11 to 1405/09/30"]
        );
    }

    #[test]
    fn stretches_with_days_between_them_stay_apart() {
        let table = table("", &["from: 1405/09/02, until: 1405/09/10", "from: 1405/09/11, until: 1405/09/20"]);
        let rows: Vec<&Rule> = table.rules.iter().collect();
        let found = stretches(&table, &rows);
        let told = |places: &[usize]| -> Vec<String> {
            joined(places.iter().map(|at| found[*at].days)).iter().map(Window::to_string).collect()
        };
        assert_eq!(told(&[1, 2]), ["1405/09/02 to 1405/09/20"]);
        assert_eq!(told(&[0, 2, 3]), ["until 1405/09/01", "1405/09/11 on"]);
    }
}
