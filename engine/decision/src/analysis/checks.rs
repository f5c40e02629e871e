//! The questions that are asked of every table, and what is concluded from the answers.

use std::collections::BTreeSet;

use super::{
    ANALYSIS_STEPS_MAX, Dead, Finding,
    outputs::same_answer,
    ranking::Ranking,
    solver::Clause,
    space::{Compiled, Point, Reply, Space, Tried},
};
use crate::{
    cell::Cell,
    model::{BASE, Hit, Rule},
};

/// What is known of a rule's chance to answer.
enum Reach {
    Answers,
    /// The places of the rules that take all it holds for.
    Never(Vec<usize>),
    Open(Option<usize>),
}

pub(super) struct Checks<'a> {
    space: &'a Space<'a>,
    ranking: Ranking,
    pub findings: Vec<Finding>,
    /// Questions that stayed open: the rule and, where one is to blame, the input.
    open: BTreeSet<(usize, Option<usize>)>,
    spent: u64,
}

impl<'a> Checks<'a> {
    pub fn new(space: &'a Space<'a>, ranking: Ranking) -> Self {
        Self { space, ranking, findings: Vec::new(), open: BTreeSet::new(), spent: 0 }
    }

    fn rules(&self) -> &'a [Rule] {
        &self.space.table.rules
    }

    fn id(&self, rule: usize) -> String {
        self.rules()[rule].id.to_string()
    }

    fn is_spent(&self) -> bool {
        self.spent > ANALYSIS_STEPS_MAX
    }

    /// Rules that no inputs reach. The catch-all is left out: that nothing is left to it is good.
    pub fn never_fires(&mut self) {
        let mut reached: Vec<Reach> = Vec::new();
        for rule in 0..self.ranking.catch_all() {
            let reach = if self.is_spent() { Reach::Open(None) } else { self.reach(rule) };
            if let Reach::Open(input) = &reach {
                self.open.insert((rule, *input));
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

    fn reach(&mut self, rule: usize) -> Reach {
        let compiled = &self.space.rules;
        let meets = |other: &usize| compiled[rule].may_meet(&compiled[*other]);
        let above: Vec<usize> = self.ranking.above(rule).into_iter().filter(meets).collect();
        match self.ask(rule, &above, Compiled::may_fail) {
            Reply::Never => Reach::Never(self.needed(rule, above)),
            Reply::Spent => Reach::Open(None),
            Reply::Unwritten(unwritten) => Reach::Open(Some(unwritten.at)),
            Reply::Found(point) if self.answers(rule, &point) => Reach::Answers,
            // Some cell can't be looked into: ask once more for inputs that are safe from it.
            Reply::Found(_) => match self.ask(rule, &above, Compiled::fails) {
                Reply::Found(point) if self.answers(rule, &point) => Reach::Answers,
                _ => Reach::Open(self.blind(rule).or_else(|| above.iter().find_map(|other| self.blind(*other)))),
            },
        }
    }

    fn ask(&mut self, rule: usize, above: &[usize], fails: fn(&Compiled) -> &[Clause]) -> Reply {
        let rules = &self.space.rules;
        let clauses = rules[rule].may_hold().iter().chain(above.iter().flat_map(|other| fails(&rules[*other])));
        self.space.ask(clauses, &mut self.spent)
    }

    /// The rules above that are needed to take everything from this one: each is left out once to see.
    fn needed(&mut self, rule: usize, above: Vec<usize>) -> Vec<usize> {
        let mut needed = above.clone();
        for other in above.iter().rev() {
            if self.is_spent() {
                break;
            }
            let fewer: Vec<usize> = needed.iter().copied().filter(|kept| kept != other).collect();
            if matches!(self.ask(rule, &fewer, Compiled::may_fail), Reply::Never) {
                needed = fewer;
            }
        }
        needed
    }

    /// Whether the rule is the one that answers the point, by the code that decides.
    fn answers(&self, rule: usize, point: &Point) -> bool {
        let Ok(completed) = self.space.table.complete(&point.inputs) else { return false };
        let tried = Tried::new(self.space.table, &completed, point.on);
        let holds = |place: usize| tried.holds(&self.rules()[place]);
        holds(rule) == Some(true) && self.ranking.above(rule).into_iter().all(|other| holds(other) == Some(false))
    }

    /// The first input of a rule whose cell can't be looked into.
    fn blind(&self, rule: usize) -> Option<usize> {
        let hidden = |cell: &Cell, at: usize| !cell.is_analysed() || self.space.dimensions[at].is_opaque();
        self.rules()[rule].when.iter().find(|part| hidden(&part.cell, part.at)).map(|part| part.at)
    }

    /// Rules that must not hold together and do.
    pub fn overlaps(&mut self) {
        for (first, second) in self.ranking.rivals() {
            let (one, two) = (&self.space.rules[first], &self.space.rules[second]);
            let alike = self.ranking.hit() == Hit::Priority
                && same_answer(self.space.table, &self.rules()[first], self.space.table, &self.rules()[second]);
            if alike || !one.may_meet(two) {
                continue;
            }
            if self.is_spent() {
                self.open.insert((second, None));
                continue;
            }
            self.overlap(first, second);
        }
    }

    fn overlap(&mut self, first: usize, second: usize) {
        let rules = &self.space.rules;
        // Of rivals the first one answers, unless another rule outranks it.
        let above = self.ranking.above(first);
        let both = || rules[first].may_hold().iter().chain(rules[second].may_hold());
        let taken = |fails: fn(&Compiled) -> &[Clause]| above.iter().flat_map(move |other| fails(&rules[*other]));
        let reply = self.space.ask(both().chain(taken(Compiled::may_fail)), &mut self.spent);
        let blind = [first, second].into_iter().chain(above.iter().copied()).find_map(|rule| self.blind(rule));
        let point = match reply {
            Reply::Never => return,
            Reply::Spent => {
                self.open.insert((second, None));
                return;
            }
            Reply::Unwritten(unwritten) => {
                self.open.insert((second, Some(unwritten.at)));
                return;
            }
            Reply::Found(point) => point,
        };
        let completed = self.space.table.complete(&point.inputs);
        let tried = completed.as_ref().ok().map(|completed| Tried::new(self.space.table, completed, point.on));
        let holds = |rule: usize| tried.as_ref().and_then(|tried| tried.holds(&self.rules()[rule]));
        let shown = holds(first) == Some(true)
            && holds(second) == Some(true)
            && above.iter().all(|other| holds(*other) == Some(false));
        if shown {
            let (first, second) = (self.id(first), self.id(second));
            self.findings.push(Finding::Overlap { first, second, witness: point.inputs, on: point.on });
        } else {
            self.open.insert((second, blind));
        }
    }

    /// Cells that can't be looked into, and questions that stayed open.
    pub fn not_analysed(&mut self) {
        for (rule, row) in self.rules().iter().enumerate() {
            for part in &row.when {
                if !part.cell.is_analysed() || self.space.dimensions[part.at].is_opaque() {
                    self.open.insert((rule, Some(part.at)));
                }
            }
        }
        let name = |at: usize| self.space.table.inputs[at].name.to_string();
        for (rule, input) in &self.open {
            // Where the cell of another rule left the question open, this rule has no such cell to be named.
            let own = input.filter(|at| self.rules()[*rule].when.iter().any(|part| part.at == *at));
            let found = Finding::NotAnalysed { rule: self.id(*rule), input: own.map(name) };
            if !self.findings.contains(&found) {
                self.findings.push(found);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use peygir_source::yaml;

    use super::*;

    /// Steps that a rule may cost for each rule beside it, where every rule seeks a word of its own in one text.
    const STEPS_PER_PAIR_MAX: u64 = 4;

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
        let space = Space::new(&table, &rules, &[]);
        let mut checks = Checks::new(&space, Ranking::of(&table));
        checks.never_fires();
        checks.not_analysed();
        assert_eq!(checks.findings, []);
        assert!(checks.spent < count * count * STEPS_PER_PAIR_MAX, "{} steps", checks.spent);
    }
}
