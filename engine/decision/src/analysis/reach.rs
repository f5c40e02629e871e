//! Whether a rule has any inputs left that it answers, beside rules that take theirs first.
//!
//! Owns: the question, asked twice where a cell can't be looked into, and the proof of an answer by the code that decides.
//! Deliberately does not know which rules those are, nor what is concluded.

use super::{
    solver::Clause,
    space::{Compiled, Point, Reply, Space, Tried},
};
use crate::{cell::Cell, model::Rule};

/// Work that finding the rules that take everything from one rule may cost. Beyond it more are named than are needed.
const NEEDED_STEPS_MAX: u64 = 500_000;

/// What is known of a rule's chance to answer.
#[derive(Debug, Clone)]
pub(super) enum Reach {
    Answers(Point),
    /// The places of the rules that take all it holds for.
    Never(Vec<usize>),
    Open(Why),
}

/// Why a question about a rule stayed open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    /// The cell of this input can't be looked into, if it is known which one.
    Cell(Option<usize>),
    /// The search reached its limit.
    Limit,
}

/// Rules, each by its place in the space, within a frame that all inputs have to keep to.
pub(super) struct Search<'a> {
    pub space: &'a Space<'a>,
    pub rows: Vec<&'a Rule>,
    pub frame: Vec<Clause>,
}

impl Search<'_> {
    /// Whether the rule ever answers, where the rules at `above` come before it.
    pub fn reach(&self, rule: usize, above: &[usize]) -> Reach {
        match self.look(rule, above) {
            Reach::Never(above) => Reach::Never(self.needed(rule, above)),
            other => other,
        }
    }

    /// Whether the rule certainly holds for all that is within the frame.
    pub fn always_holds(&self, rule: usize) -> bool {
        let clauses = self.space.rules[rule].may_fail();
        matches!(self.space.ask(self.frame.iter().chain(clauses)), Reply::Never)
    }

    /// The same at less cost: of a rule that never answers, all those above are named that may hold together with it.
    pub fn look(&self, rule: usize, above: &[usize]) -> Reach {
        let compiled = &self.space.rules;
        let meets = |other: &usize| compiled[rule].may_meet(&compiled[*other]);
        let above: Vec<usize> = above.iter().copied().filter(meets).collect();
        match self.ask(rule, &above, Compiled::may_fail) {
            Reply::Never => Reach::Never(above),
            Reply::Spent => Reach::Open(Why::Limit),
            Reply::Unwritten(unwritten) => Reach::Open(Why::Cell(Some(unwritten.at))),
            Reply::Found(point) if self.answers(rule, &above, &point) => Reach::Answers(point),
            // Some cell can't be looked into: ask once more for inputs that are safe from it.
            Reply::Found(_) => match self.ask(rule, &above, Compiled::fails) {
                Reply::Found(point) if self.answers(rule, &above, &point) => Reach::Answers(point),
                Reply::Spent => Reach::Open(Why::Limit),
                _ => {
                    let blind = self.blind(rule).or_else(|| above.iter().find_map(|other| self.blind(*other)));
                    Reach::Open(Why::Cell(blind))
                }
            },
        }
    }

    fn ask(&self, rule: usize, above: &[usize], fails: fn(&Compiled) -> &[Clause]) -> Reply {
        let rules = &self.space.rules;
        let clauses = rules[rule].may_hold().iter().chain(above.iter().flat_map(|other| fails(&rules[*other])));
        self.space.ask(self.frame.iter().chain(clauses))
    }

    /// The rules above that are needed to take everything from this one: the first that does it alone; else each is left
    /// out once to see.
    fn needed(&self, rule: usize, above: Vec<usize>) -> Vec<usize> {
        let effort = self.space.effort;
        let begun = effort.spent();
        let may_go_on = || !effort.is_spent() && effort.spent() - begun < NEEDED_STEPS_MAX;
        let takes = |others: &[usize]| matches!(self.ask(rule, others, Compiled::may_fail), Reply::Never);
        if takes(&[]) {
            return Vec::new();
        }
        for other in &above {
            if !may_go_on() {
                return above;
            }
            if takes(&[*other]) {
                return vec![*other];
            }
        }
        let mut needed = above.clone();
        for other in above.iter().rev() {
            if !may_go_on() {
                break;
            }
            let fewer: Vec<usize> = needed.iter().copied().filter(|kept| kept != other).collect();
            if takes(&fewer) {
                needed = fewer;
            }
        }
        needed
    }

    /// Whether the rule is the one that answers the point, by the code that decides. Rules that never hold together with it
    /// need not be tried.
    fn answers(&self, rule: usize, above: &[usize], point: &Point) -> bool {
        let Ok(completed) = self.space.table.complete(&point.inputs) else { return false };
        let tried = Tried::new(self.space.table, &completed, point.on);
        let holds = |place: usize| self.space.holds(&tried, self.rows[place]);
        holds(rule) == Some(true) && above.iter().all(|other| holds(*other) == Some(false))
    }

    /// The first input of a rule whose cell can't be looked into.
    pub fn blind(&self, rule: usize) -> Option<usize> {
        let hidden = |cell: &Cell, at: usize| !cell.is_analysed() || self.space.dimensions[at].is_opaque();
        self.rows[rule].when.iter().find(|part| hidden(&part.cell, part.at)).map(|part| part.at)
    }
}
