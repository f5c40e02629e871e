//! What an overlay takes from the rules below it where it holds. There some inputs have one value, as the county has in the
//! pack of a county: a rule that asks for just that place takes everything there, though elsewhere it would leave the most.
//!
//! Owns: the comparison of a table with and without an overlay, with these inputs fixed. A rule that could not answer here
//! without the overlay either is not hidden by it. Deliberately does not know what a place is: whoever asks says which
//! inputs have which value, and which layers are to be held against each other.

use std::collections::{BTreeMap, BTreeSet};

use peygir_calendar::Jalali;
use serde_json::Value;

use super::{
    ANALYSIS_STEPS_MAX, Analysis, Bounds, Dead, Finding, Inputs,
    change::points,
    effort::Effort,
    ranking::Ranking,
    reach::{Reach, Search, Why},
    space::{Point, Space, Tried, holds},
};
use crate::model::{Rule, Table};

/// Values of inputs, by where they are read from: `case.county` is `kashan`.
pub type Fixed = BTreeMap<String, String>;

/// What is asked about overlays that hold together somewhere.
#[derive(Debug, Clone, Copy)]
pub struct Here<'a> {
    /// What inputs have for certain wherever all the layers hold.
    pub fixed: &'a Fixed,
    /// Overlays and the layers whose rules they may take from, both as places in [`Table::layers`]. An overlay with itself:
    /// whether its own rules ever answer.
    pub pairs: &'a BTreeSet<(usize, usize)>,
}

/// A table as it is with the first so many of its overlays, and what was found of it without regard to any place.
pub type Stage<'a> = (&'a Table, &'a Analysis);

/// What the overlays take here. `stages`: with none of them, with the first, and so on to all of them.
pub fn analyse_here(stages: &[Stage<'_>], here: Here<'_>, bounds: Bounds<'_>) -> Analysis {
    let most = bounds.steps_max.min(ANALYSIS_STEPS_MAX);
    if most == 0 {
        return Analysis { findings: vec![Finding::NotBegun], is_cut: true, ..Analysis::default() };
    }
    let effort = Effort::new(most, bounds.is_cancelled);
    let uppers: BTreeSet<usize> = here.pairs.iter().map(|(upper, _)| *upper).collect();
    let mut findings = Vec::new();
    for upper in uppers.into_iter().filter(|upper| (1..stages.len()).contains(upper)) {
        let (below, merged) = (stages[upper - 1], stages[upper]);
        let ranking = Ranking::of(merged.0);
        let question = Question {
            below: below.0,
            was: below.1,
            merged: merged.0,
            is: merged.1,
            ranking,
            upper,
            here,
            effort: &effort,
        };
        question.look(&mut findings);
    }
    let is_cut = effort.is_spent() && most < ANALYSIS_STEPS_MAX;
    let (steps, is_cancelled) = (effort.spent(), effort.is_cancelled());
    Analysis { findings, is_cancelled, is_cut, steps, ..Analysis::default() }
}

/// One overlay over what stands below it.
struct Question<'a> {
    below: &'a Table,
    was: &'a Analysis,
    merged: &'a Table,
    is: &'a Analysis,
    ranking: Ranking,
    upper: usize,
    here: Here<'a>,
    effort: &'a Effort<'a>,
}

/// The layer that wrote a row last.
pub(super) fn layer_of(rule: &Rule) -> usize {
    rule.changed_by.unwrap_or(rule.layer)
}

/// Whether a row of one table is a row of a later one, as it was: whatever an overlay does to a row changes one of these.
pub(super) fn is_same_row(one: &Rule, other: &Rule) -> bool {
    one.id == other.id
        && one.layer == other.layer
        && one.changed_by == other.changed_by
        && one.effective == other.effective
        && one.except == other.except
}

impl<'a> Question<'a> {
    fn look(&self, findings: &mut Vec<Finding>) {
        let asked = self.asked(&self.answered());
        if asked.is_empty() {
            return;
        }
        let gone = |row: &&Rule| !self.merged.rules.iter().any(|other| is_same_row(row, other));
        let rows: Vec<&Rule> = self.merged.rules.iter().chain(self.below.rules.iter().filter(gone)).collect();
        let space = Space::within(self.merged, &rows, &[], self.here.fixed, self.effort);
        let frame = space.fixed(self.here.fixed);
        let search = Search { space: &space, rows, frame };
        let mut hidden: BTreeMap<&str, (Point, Vec<String>)> = BTreeMap::new();
        for id in asked {
            match self.ask(&search, id) {
                Came::Hidden(taker, point) => {
                    hidden.entry(taker).or_insert_with(|| (point, Vec::new())).1.push(id.to_owned());
                }
                Came::Dead(because) if !self.is.denies(id) => {
                    findings.push(Finding::DeadOverride {
                        rule: id.to_owned(),
                        layer: self.upper,
                        why: Dead::NeverFires(because),
                    });
                }
                Came::Spent => {
                    findings.push(Finding::NotAnalysed { rule: id.to_owned(), input: None, is_limit: true });
                }
                Came::Dead(_) | Came::Nothing => {}
            }
        }
        findings.extend(hidden.into_iter().map(|(taker, (Point { inputs, on, .. }, rules))| Finding::Hidden {
            taker: taker.to_owned(),
            layer: self.upper,
            rules,
            witness: inputs,
            on,
        }));
    }

    /// Rows that answer inputs found elsewhere when these are brought here: for them nothing has to be searched.
    fn answered(&self) -> BTreeSet<usize> {
        let asks = |rule: &Rule| rule.when.iter().any(|part| !part.cell.is_analysed() || self.is_fixed(part.at));
        let asking = self.merged.rules.iter().enumerate().filter(|(_, rule)| asks(rule));
        let asking: Vec<usize> = asking.map(|(at, _)| at).collect();
        let answers = |(row, point): &(usize, Point)| self.answers(*row, &asking, &point.inputs, point.on);
        points(&self.is.reaches).filter(answers).map(|(row, _)| row).collect()
    }

    fn is_fixed(&self, at: usize) -> bool {
        self.here.fixed.contains_key(&self.merged.inputs[at].from)
    }

    /// Whether the row still answers its inputs here. `asking`: the rules that may hold now and did not.
    fn answers(&self, row: usize, asking: &[usize], inputs: &Inputs, on: Jalali) -> bool {
        let rules = &self.merged.rules;
        let mut brought = inputs.clone();
        for input in &self.merged.inputs {
            if let Some(value) = self.here.fixed.get(&input.from) {
                brought.insert(input.name.clone(), Value::from(value.as_str()));
            }
        }
        let Ok(completed) = self.merged.complete(&brought) else { return false };
        let tried = Tried::new(self.merged, &completed, on);
        let holds = |place: usize| {
            self.effort.charge(1);
            tried.holds(&rules[place])
        };
        let mut above = asking.iter().filter(|other| self.ranking.takes(**other, row));
        holds(row) == Some(true) && above.all(|other| holds(*other) == Some(false))
    }

    /// The ids that have to be asked about: rules of the layers in question of which no row is seen to answer here.
    fn asked(&self, answered: &BTreeSet<usize>) -> Vec<&'a str> {
        let mut asked: Vec<&str> = Vec::new();
        for rule in self.merged.rules.iter().take(self.ranking.catch_all()) {
            let rows = self.rows_of(&rule.id);
            let is_in_question =
                |row: &usize| self.here.pairs.contains(&(self.upper, layer_of(&self.merged.rules[*row])));
            if !asked.contains(&rule.id.as_str())
                && rows.iter().any(is_in_question)
                && !rows.iter().any(|row| answered.contains(row))
                && (rows.iter().any(|row| layer_of(&self.merged.rules[*row]) == self.upper) || self.was_alive(&rule.id))
            {
                asked.push(&rule.id);
            }
        }
        asked
    }

    /// Whether the rule was seen to answer something without the overlay, or nobody knows: one that never did loses nothing.
    fn was_alive(&self, id: &str) -> bool {
        let rows = self.below.rules.iter().enumerate().filter(|(_, row)| row.id == *id);
        let mut reaches = rows.map(|(at, _)| self.was.reaches.get(at));
        reaches.any(|reach| !matches!(reach, Some(Reach::Never(_) | Reach::Open(Why::Limit))))
    }

    /// The rows of a rule that it hangs on. What the overlay writes itself is either in effect or not; of what it left as it was,
    /// all rows count.
    fn rows_of(&self, id: &str) -> Vec<usize> {
        let rows = self.merged.rules.iter().enumerate().filter(|(_, row)| row.id == *id);
        let (own, lower): (Vec<_>, Vec<_>) = rows.partition(|(_, row)| layer_of(row) == self.upper);
        let rows = if own.is_empty() { lower } else { own };
        rows.into_iter().map(|(at, _)| at).collect()
    }

    fn ask(&self, search: &Search<'_>, id: &str) -> Came<'a> {
        let mut never: Vec<(usize, Vec<usize>)> = Vec::new();
        for row in self.rows_of(id) {
            match search.reach(row, &self.ranking.above(row)) {
                Reach::Never(because) => never.push((row, because)),
                Reach::Open(Why::Limit) => return Came::Spent,
                Reach::Answers(_) | Reach::Open(Why::Cell(_)) => return Came::Nothing,
            }
        }
        match never.first() {
            Some((row, _)) if layer_of(search.rows[*row]) == self.upper => self.dead(search, &never),
            _ => self.taken(search, id, &never),
        }
    }

    /// Rows that the overlay writes and that never answer here. One that asks for another place by its own words is told as
    /// that.
    fn dead(&self, search: &Search<'_>, never: &[(usize, Vec<usize>)]) -> Came<'a> {
        let mut because: Vec<String> = Vec::new();
        for other in never.iter().flat_map(|(_, others)| others) {
            let id = search.rows[*other].id.to_string();
            if !because.contains(&id) {
                because.push(id);
            }
        }
        let is_asked_by_it = |at: &usize| search.rows[*at].when.iter().any(|part| part.layer == self.upper);
        if because.is_empty() && never.iter().any(|(at, _)| is_asked_by_it(at)) {
            return Came::Nothing;
        }
        Came::Dead(because)
    }

    /// A rule that never answers here any more, and did without the overlay: then some rule of the overlay holds for what it
    /// answered.
    fn taken(&self, search: &Search<'_>, id: &str, never: &[(usize, Vec<usize>)]) -> Came<'a> {
        let ranking = Ranking::of(self.below);
        let places: Vec<usize> = self.below.rules.iter().map(|row| place_of(&search.rows, row)).collect();
        for (at, _) in self.below.rules.iter().enumerate().filter(|(_, row)| row.id == *id) {
            let above: Vec<usize> = ranking.above(at).into_iter().map(|other| places[other]).collect();
            match search.reach(places[at], &above) {
                Reach::Answers(point) => {
                    let taker = never.iter().find_map(|(row, _)| self.taker(*row, &point));
                    return taker.map_or(Came::Nothing, |taker| Came::Hidden(taker, point));
                }
                Reach::Open(Why::Limit) => return Came::Spent,
                Reach::Never(_) | Reach::Open(Why::Cell(_)) => {}
            }
        }
        Came::Nothing
    }

    /// The rule of the overlay that takes the inputs from the row: the one that answers them now. Where a cell of another one
    /// fails on them, the first that holds.
    fn taker(&self, row: usize, point: &Point) -> Option<&'a str> {
        let answering = self.merged.decide(&point.inputs, point.on).ok().map(|decision| decision.rule);
        let above = self.ranking.above(row).into_iter().map(|other| &self.merged.rules[other]);
        let own: Vec<&Rule> = above.filter(|rule| layer_of(rule) == self.upper).collect();
        let taker = own.iter().find(|rule| Some(&rule.id) == answering.as_ref());
        let holds = |rule: &&&Rule| holds(self.merged, rule, &point.inputs, point.on) == Some(true);
        taker.or_else(|| own.iter().find(holds)).map(|rule| rule.id.as_str())
    }
}

/// The place of a row of the table below among all rows.
fn place_of(rows: &[&Rule], row: &Rule) -> usize {
    rows.iter().position(|other| is_same_row(row, other)).unwrap_or_default()
}

/// What came of asking about one rule.
enum Came<'a> {
    /// By this rule of the overlay, for these inputs for one.
    Hidden(&'a str, Point),
    /// These rules take all that it holds for.
    Dead(Vec<String>),
    Spent,
    /// It answers, or nothing can be said of it.
    Nothing,
}
