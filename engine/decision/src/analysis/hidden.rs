//! Rules that an overlay leaves as they are and that never answer any more, since rules of its own take all they hold for.
//!
//! Owns: asking that for each stretch of days, and which of these make one finding. A rule that could not answer on some days
//! without the overlay either is not hidden on them, nor is one that the overlay itself switches off. Deliberately does not know
//! which rules are worth asking about.

use std::collections::BTreeSet;

use super::{
    Finding,
    here::{Asked, Question, layer_of},
    ranking::Ranking,
    reach::{Reach, Search, Why},
    space::{Point, holds},
    stretches::joined,
};
use crate::{
    fault::Fault,
    model::{Rule, Table},
    window::Window,
};

pub(super) struct Hidden<'q, 'a> {
    question: &'q Question<'a>,
    /// One for each stretch.
    searches: Vec<Search<'q>>,
    /// The rows of the table below, by their places in the space.
    places: Vec<usize>,
    before: Ranking,
    pub found: Vec<Taken<'a>>,
    /// Rules that answer nothing on any day without the overlay either.
    pub away: Vec<&'a str>,
}

/// A rule that one rule of the overlay takes everything from.
#[derive(Debug, Clone)]
pub(super) struct Taken<'a> {
    pub rule: &'a str,
    /// Its first row in the merged table.
    pub row: usize,
    pub taker: &'a str,
    pub days: Vec<Window>,
    pub is_for_good: bool,
    /// One of the stretches that these days are of.
    pub stretch: usize,
    /// What it answered without the overlay.
    pub point: Point,
    /// On all days on which it answered.
    is_gone: bool,
}

/// What becomes of a rule on the days of one stretch.
enum State<'a> {
    /// It answers, or nothing can be said of it.
    Lives,
    /// It is not in force, or it did not answer without the overlay either.
    Away,
    /// A rule of the overlay has it all, such as this.
    Taken(&'a str, Point),
    Spent,
}

impl<'q, 'a> Hidden<'q, 'a> {
    /// `always`: the search on all days.
    pub fn new(question: &'q Question<'a>, always: &Search<'q>) -> Self {
        let on = |days: Window| {
            let frame = always.frame.iter().cloned().chain([always.space.on_days(days)]).collect();
            Search { space: always.space, rows: always.rows.clone(), frame }
        };
        let searches = question.stretches.iter().map(|stretch| on(stretch.days)).collect();
        let places = question.below.rules.iter().map(|row| question.place_of(row)).collect();
        let before = Ranking::of(question.below);
        Self { question, searches, places, before, found: Vec::new(), away: Vec::new() }
    }

    /// Asks about one rule. That the search reached its limit is told at once.
    pub fn look(&mut self, asked: &Asked<'a>, findings: &mut Vec<Finding>) {
        let states: Vec<State<'a>> = (0..self.searches.len()).map(|at| self.state(asked, at)).collect();
        if states.iter().any(|state| matches!(state, State::Spent)) {
            let given_up = Finding::NotAnalysed { rule: asked.id.to_owned(), input: None, is_limit: true };
            if !findings.contains(&given_up) {
                findings.push(given_up);
            }
        }
        if states.iter().all(|state| matches!(state, State::Away)) {
            self.away.push(asked.id);
        }
        let living = || states.iter().enumerate().filter(|(_, state)| !matches!(state, State::Away));
        let is_taken_from =
            |at: usize| living().filter(|(other, _)| *other >= at).all(|(_, state)| matches!(state, State::Taken(..)));
        let takers = living().filter_map(|(at, state)| match state {
            State::Taken(taker, point) => Some((at, *taker, point)),
            _ => None,
        });
        let takers: Vec<(usize, &'a str, &Point)> = takers.collect();
        let is_always = is_taken_from(0) && takers.iter().all(|(_, taker, _)| *taker == takers[0].1);
        let is_gone = is_taken_from(0);
        let mut told: Vec<(&str, bool)> = Vec::new();
        for (at, taker, point) in &takers {
            let is_for_good = is_taken_from(*at);
            if told.contains(&(taker, is_for_good)) {
                continue;
            }
            told.push((taker, is_for_good));
            let alike = takers.iter().filter(|(at, other, _)| other == taker && is_taken_from(*at) == is_for_good);
            let days = alike.map(|(at, ..)| self.question.stretches[*at].days);
            let days = if is_always { Vec::new() } else { joined(days) };
            let (rule, row, stretch, point) = (asked.id, asked.rows[0], *at, (*point).clone());
            self.found.push(Taken { rule, row, taker, days, is_for_good, stretch, point, is_gone });
        }
    }

    fn state(&self, asked: &Asked<'a>, at: usize) -> State<'a> {
        let question = self.question;
        let (search, day) = (&self.searches[at], question.stretches[at].day);
        let is_in_force = |row: &&usize| question.merged.rules[**row].is_in_force(day);
        let rows: Vec<usize> = asked.rows.iter().filter(is_in_force).copied().collect();
        if rows.is_empty() {
            return State::Away;
        }
        if !asked.open.contains(&at) {
            return State::Lives;
        }
        for row in &rows {
            match search.look(*row, &question.ranking.above(*row)) {
                Reach::Never(_) => {}
                Reach::Open(Why::Limit) => return State::Spent,
                Reach::Answers(_) | Reach::Open(Why::Cell(_)) => return State::Lives,
            }
        }
        self.taken(search, asked.id, &rows)
    }

    /// A rule that never answers any more: if it did without the overlay, some rule of the overlay holds for what it answered.
    fn taken(&self, search: &Search<'_>, id: &str, rows: &[usize]) -> State<'a> {
        let below = &self.question.below.rules;
        let mut is_known = true;
        for (at, _) in below.iter().enumerate().filter(|(_, row)| row.id == *id) {
            let above: Vec<usize> = self.before.above(at).into_iter().map(|other| self.places[other]).collect();
            match search.look(self.places[at], &above) {
                Reach::Answers(point) => {
                    let taker = rows.iter().find_map(|row| self.taker(*row, &point));
                    return taker.map_or(State::Lives, |taker| State::Taken(taker, point));
                }
                Reach::Open(Why::Limit) => return State::Spent,
                Reach::Open(Why::Cell(_)) => is_known = false,
                Reach::Never(_) => {}
            }
        }
        if is_known { State::Away } else { State::Lives }
    }

    /// The rule of the overlay that takes the inputs from the row: the one that answers them now. Where a cell of another one
    /// fails on them, the first that holds.
    fn taker(&self, row: usize, point: &Point) -> Option<&'a str> {
        let Question { merged, ranking, upper, .. } = self.question;
        let merged: &'a Table = merged;
        let answering = match merged.decide(&point.inputs, point.on) {
            Ok(decision) => Some(decision.rule),
            // That two rules hold where one may is told as that: neither answers.
            Err(Fault::Overlap { .. }) => return None,
            Err(_) => None,
        };
        let above = ranking.above(row).into_iter().map(|other| &merged.rules[other]);
        let own: Vec<&'a Rule> = above.filter(|rule| layer_of(rule) == *upper).collect();
        let taker = own.iter().find(|rule| Some(&rule.id) == answering.as_ref());
        let holds = |rule: &&&Rule| holds(merged, rule, &point.inputs, point.on) == Some(true);
        taker.or_else(|| own.iter().find(holds)).map(|rule| rule.id.as_str())
    }

    /// Whether the rule that takes from the other takes all there is on these days.
    pub fn is_whole(&self, taken: &Taken<'_>) -> bool {
        let (search, day) = (&self.searches[taken.stretch], self.question.stretches[taken.stretch].day);
        let rows = self.question.merged.rules.iter().enumerate();
        let mut rows = rows.filter(|(_, row)| row.id == *taken.taker && row.is_in_force(day));
        rows.any(|(row, _)| search.always_holds(row))
    }

    /// Rules to which nothing is left on any day.
    pub fn gone(&self) -> BTreeSet<&'a str> {
        self.found.iter().filter(|taken| taken.is_gone).map(|taken| taken.rule).collect()
    }

    /// The rules that one rule takes everything from on the same days are one finding.
    pub fn findings(self) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::new();
        for Taken { rule, taker, days, is_for_good, point, .. } in self.found {
            let is_it = |one: &&mut Finding| match one {
                Finding::Hidden { taker: other, days: others, is_for_good: good, .. } => {
                    *other == taker && *others == days && *good == is_for_good
                }
                _ => false,
            };
            match findings.iter_mut().find(is_it) {
                Some(Finding::Hidden { rules, .. }) => rules.push(rule.to_owned()),
                _ => findings.push(Finding::Hidden {
                    taker: taker.to_owned(),
                    layer: self.question.upper,
                    rules: vec![rule.to_owned()],
                    witness: point.inputs,
                    on: point.on,
                    days,
                    is_for_good,
                    only: None,
                }),
            }
        }
        findings
    }
}
