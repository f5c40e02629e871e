//! The questions that are asked of every table, and what is concluded from the answers.

use std::collections::BTreeSet;

use super::{
    Dead, Finding, OVERLAPS_MAX,
    outputs::same_answer,
    ranking::Ranking,
    solver::Clause,
    space::{Compiled, Point, Reply, Space, Tried},
};
use crate::{
    cell::Cell,
    model::{BASE, Hit, Rule},
};

/// Work that finding the rules that take everything from one rule may cost. Beyond it more are named than are needed.
const NEEDED_STEPS_MAX: u64 = 500_000;

/// What is known of a rule's chance to answer.
enum Reach {
    Answers(Point),
    /// The places of the rules that take all it holds for.
    Never(Vec<usize>),
    Open(Why),
}

/// Why a question about a rule stayed open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    /// The cell of this input can't be looked into, if it is known which one.
    Cell(Option<usize>),
    /// The search reached its limit.
    Limit,
}

pub(super) struct Checks<'a> {
    space: &'a Space<'a>,
    ranking: Ranking,
    pub findings: Vec<Finding>,
    /// Questions that stayed open.
    open: BTreeSet<(usize, Why)>,
    /// Inputs that rules answer, with the place of the rule.
    pub reached: Vec<(usize, Point)>,
}

impl<'a> Checks<'a> {
    pub fn new(space: &'a Space<'a>, ranking: Ranking) -> Self {
        Self { space, ranking, findings: Vec::new(), open: BTreeSet::new(), reached: Vec::new() }
    }

    fn rules(&self) -> &'a [Rule] {
        &self.space.table.rules
    }

    fn id(&self, rule: usize) -> String {
        self.rules()[rule].id.to_string()
    }

    fn is_spent(&self) -> bool {
        self.space.effort.is_spent()
    }

    /// Rules that no inputs reach. The catch-all is left out: that nothing is left to it is good.
    pub fn never_fires(&mut self) {
        let mut reached: Vec<Reach> = Vec::new();
        for rule in 0..self.ranking.catch_all() {
            let reach = if self.is_spent() { Reach::Open(Why::Limit) } else { self.reach(rule) };
            match &reach {
                Reach::Open(why) => {
                    self.open.insert((rule, *why));
                }
                Reach::Answers(point) => self.reached.push((rule, point.clone())),
                Reach::Never(_) => {}
            }
            reached.push(reach);
        }
        let rules = self.rules();
        for (place, reach) in reached.iter().enumerate() {
            let Reach::Never(above) = reach else { continue };
            // A dated overlay makes two rows of one rule. As long as one of them answers, the rule does.
            let rows = || reached.iter().zip(rules).filter(|(_, rule)| rule.id == rules[place].id);
            let dead = rows().all(|(reach, _)| matches!(reach, Reach::Never(_)));
            let first = rules.iter().position(|rule| rule.id == rules[place].id) == Some(place);
            let changed = rules[place].changed_by.filter(|_| rules[place].effective.is_some());
            let because = self.ids(above);
            let rule = self.id(place);
            match (dead, rules[place].layer) {
                (true, BASE) if first => self.findings.push(Finding::NeverFires { rule, because }),
                (true, layer) if first => {
                    self.findings.push(Finding::DeadOverride { rule, layer, why: Dead::NeverFires(because) });
                }
                (false, _) if changed.is_some() && !above.is_empty() => {
                    let layer = changed.unwrap_or(BASE);
                    self.findings.push(Finding::DeadOverride { rule, layer, why: Dead::NeverFires(because) });
                }
                _ => {}
            }
        }
    }

    fn ids(&self, rules: &[usize]) -> Vec<String> {
        let mut ids: Vec<String> = Vec::new();
        for id in rules.iter().map(|rule| self.id(*rule)) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }

    fn reach(&self, rule: usize) -> Reach {
        let compiled = &self.space.rules;
        let meets = |other: &usize| compiled[rule].may_meet(&compiled[*other]);
        let above: Vec<usize> = self.ranking.above(rule).into_iter().filter(meets).collect();
        match self.ask(rule, &above, Compiled::may_fail) {
            Reply::Never => Reach::Never(self.needed(rule, above)),
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
        self.space.ask(clauses)
    }

    /// The rules above that are needed to take everything from this one: the first that does it alone; else each is left
    /// out once to see.
    fn needed(&self, rule: usize, above: Vec<usize>) -> Vec<usize> {
        let begun = self.space.effort.spent();
        let may_go_on = || !self.is_spent() && self.space.effort.spent() - begun < NEEDED_STEPS_MAX;
        let takes = |others: &[usize]| matches!(self.ask(rule, others, Compiled::may_fail), Reply::Never);
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
        let holds = |place: usize| self.space.holds(&tried, &self.rules()[place]);
        holds(rule) == Some(true) && above.iter().all(|other| holds(*other) == Some(false))
    }

    /// The first input of a rule whose cell can't be looked into.
    fn blind(&self, rule: usize) -> Option<usize> {
        let hidden = |cell: &Cell, at: usize| !cell.is_analysed() || self.space.dimensions[at].is_opaque();
        self.rules()[rule].when.iter().find(|part| hidden(&part.cell, part.at)).map(|part| part.at)
    }

    /// Rules that must not hold together and do. When so many are found that nobody reads on, the other pairs are counted.
    pub fn overlaps(&mut self) {
        let (mut told, mut untold) = (0, 0);
        for (first, second) in self.ranking.rivals() {
            let (one, two) = (&self.space.rules[first], &self.space.rules[second]);
            self.space.effort.charge(1);
            if !one.may_meet(two) || self.is_alike(first, second) {
                continue;
            }
            if self.is_spent() {
                self.open.insert((second, Why::Limit));
            } else if told == OVERLAPS_MAX {
                untold += 1;
            } else if self.overlap(first, second) {
                told += 1;
            }
        }
        if untold > 0 {
            self.findings.push(Finding::MoreOverlaps { pairs: untold });
        }
    }

    /// Whether it makes no difference which of two rules of one priority answers.
    fn is_alike(&self, first: usize, second: usize) -> bool {
        let table = self.space.table;
        self.ranking.hit() == Hit::Priority && same_answer(table, &self.rules()[first], table, &self.rules()[second])
    }

    /// Whether two rivals are shown to hold together.
    fn overlap(&mut self, first: usize, second: usize) -> bool {
        let rules = &self.space.rules;
        // Of rivals the first one answers, unless another rule outranks it.
        let meets = |other: &usize| rules[*other].may_meet(&rules[first]) && rules[*other].may_meet(&rules[second]);
        let above: Vec<usize> = self.ranking.above(first).into_iter().filter(meets).collect();
        let both = || rules[first].may_hold().iter().chain(rules[second].may_hold());
        let taken = |fails: fn(&Compiled) -> &[Clause]| above.iter().flat_map(move |other| fails(&rules[*other]));
        let why = match self.space.ask(both().chain(taken(Compiled::may_fail))) {
            Reply::Never => return false,
            Reply::Spent => Why::Limit,
            Reply::Unwritten(unwritten) => Why::Cell(Some(unwritten.at)),
            Reply::Found(point) if self.both_hold((first, second), &above, &point) => {
                let (first, second) = (self.id(first), self.id(second));
                self.findings.push(Finding::Overlap { first, second, witness: point.inputs, on: point.on });
                return true;
            }
            Reply::Found(_) => {
                let rules = [first, second].into_iter().chain(above.iter().copied());
                Why::Cell(rules.into_iter().find_map(|rule| self.blind(rule)))
            }
        };
        self.open.insert((second, why));
        false
    }

    /// Whether both rules hold for the point and none above them does, by the code that decides.
    fn both_hold(&self, (first, second): (usize, usize), above: &[usize], point: &Point) -> bool {
        let Ok(completed) = self.space.table.complete(&point.inputs) else { return false };
        let tried = Tried::new(self.space.table, &completed, point.on);
        let holds = |rule: usize| self.space.holds(&tried, &self.rules()[rule]);
        holds(first) == Some(true)
            && holds(second) == Some(true)
            && above.iter().all(|other| holds(*other) == Some(false))
    }

    /// Cells that can't be looked into, and questions that stayed open.
    pub fn not_analysed(&mut self) {
        for (rule, row) in self.rules().iter().enumerate() {
            for part in &row.when {
                if !part.cell.is_analysed() || self.space.dimensions[part.at].is_opaque() {
                    self.open.insert((rule, Why::Cell(Some(part.at))));
                }
            }
        }
        let name = |at: usize| self.space.table.inputs[at].name.to_string();
        let mut told = BTreeSet::new();
        for (rule, why) in &self.open {
            // Where the cell of another rule left the question open, this rule has no such cell to be named.
            let own = match why {
                Why::Cell(input) => input.filter(|at| self.rules()[*rule].when.iter().any(|part| part.at == *at)),
                Why::Limit => None,
            };
            let (rule, input, is_limit) = (self.id(*rule), own.map(name), *why == Why::Limit);
            if told.insert((rule.clone(), input.clone(), is_limit)) {
                self.findings.push(Finding::NotAnalysed { rule, input, is_limit });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use peygir_source::yaml;

    use super::*;
    use crate::analysis::effort::Effort;

    /// Steps that a rule may cost for each rule beside it, where every rule seeks a word of its own in one text.
    const STEPS_PER_PAIR_MAX: u64 = 8;

    /// What is asked of each rule is settled by drawing conclusions: nothing is tried out, and no rule costs more than a look at
    /// each of the others.
    #[test]
    fn many_rules_that_seek_words_cost_a_look_at_each_other_rule() {
        let count: u64 = 300;
        let mut text = "kind: decision-table\nid: t\nversion: 1.0.0\nhit: first\ninputs: { text: { type: text } }\noutputs: { o: { type: string, default: d } }\nrules:\n".to_owned();
        for number in 0..count {
            let _ = writeln!(
                text,
                "  - {{ id: r{number}, when: {{ text: {{ contains: 'word{number}z' }} }}, then: {{}} }}"
            );
        }
        text.push_str("  - { id: z, last: true, then: {} }\n");
        let (table, _) = crate::Table::read(&yaml::parse(&text).unwrap(), str::to_lowercase).unwrap();
        let rules: Vec<&Rule> = table.rules.iter().collect();
        let effort = Effort::of(u64::MAX);
        let space = Space::new(&table, &rules, &[], &effort);
        let mut checks = Checks::new(&space, Ranking::of(&table));
        checks.never_fires();
        checks.not_analysed();
        assert_eq!(checks.findings, []);
        assert!(effort.spent() < count * count * STEPS_PER_PAIR_MAX, "{} steps", effort.spent());
    }
}
