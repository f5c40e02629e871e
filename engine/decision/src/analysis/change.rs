//! A table that its last overlay changed little: what is found of it follows from what was found before and from its new rows
//! alone, so that the others need not be prepared again.
//!
//! Owns: this short way, and when it can be gone. Deliberately claims nothing that would need a search among all rules.

use super::{
    Analysis, Finding,
    before::Before,
    checks::never_answering,
    effort::Effort,
    gaps,
    outputs::{self, gather},
    ranking::Ranking,
    reach::Reach,
    space::{Point, Reply, Space},
    truths,
};
use crate::model::{Hit, Rule};

/// The findings; none where some rule has to be searched for among all others.
pub(super) fn of_change(before: &Before<'_>, effort: &Effort<'_>) -> Option<Analysis> {
    let table = before.table;
    if !matches!(table.hit, Hit::First | Hit::Collect) {
        return None;
    }
    let rows: Vec<&Rule> = before.fresh.iter().map(|at| &table.rules[*at]).collect();
    let space = Space::new(table, &rows, &[], effort);
    let reaches: Option<Vec<Reach>> = (0..Ranking::of(table).catch_all())
        .map(|row| before.reach(row).or_else(|| alone(before, &space, row)))
        .collect();
    let reaches = reaches?;
    let mut findings = never_answering(&table.rules, &reaches);
    findings.extend(before.not_analysed());
    for row in &rows {
        let hidden = row.when.iter().filter(|part| !part.cell.is_analysed());
        findings.extend(hidden.map(|part| Finding::NotAnalysed {
            rule: row.id.to_string(),
            input: Some(part.input.to_string()),
            is_limit: false,
        }));
    }
    findings.extend(before.gaps().unwrap_or_else(|| gaps::gaps(table, effort)));
    let points: Vec<(usize, Point)> = points(&reaches).collect();
    let is_known = before.known();
    let is_asked = |at: usize| outputs::is_text(&table.rules[at]) || truths::has_expressions(&table.rules[at]);
    // Rules that nobody touched, and whose answers have to be looked at again all the same.
    let again =
        |(at, known): (usize, &bool)| is_asked(at) && before.is_same(at) && !(*known && before.has_same_outputs());
    if is_known.iter().enumerate().any(again) {
        return None;
    }
    let of_fresh =
        |(at, point): &(usize, Point)| Some((before.fresh.iter().position(|fresh| fresh == at)?, point.clone()));
    let reached: Vec<(usize, Point)> = points.iter().filter_map(of_fresh).collect();
    findings.extend(outputs::outside(table));
    for one in before.of_answers(&is_known).into_iter().chain(outputs::filled(&space, &rows, &reached)) {
        if !findings.contains(&one) {
            gather(&mut findings, one);
        }
    }
    findings.extend(truths::no_truths(&space, &rows, &reached));
    Some(Analysis { findings, points, reaches, ..Analysis::default() })
}

pub(super) fn points(reaches: &[Reach]) -> impl Iterator<Item = (usize, Point)> + '_ {
    reaches.iter().enumerate().filter_map(|(at, reach)| match reach {
        Reach::Answers(point) => Some((at, point.clone())),
        _ => None,
    })
}

/// Inputs that a new rule holds for, taken without regard to the others: nearly always it answers them.
fn alone(before: &Before<'_>, space: &Space<'_>, row: usize) -> Option<Reach> {
    let at = before.fresh.iter().position(|fresh| *fresh == row)?;
    match space.ask(space.rules[at].may_hold()) {
        Reply::Found(point) if before.answers(row, &point) => Some(Reach::Answers(point)),
        _ => None,
    }
}
