//! The questions that are asked of every table, and what is concluded from the answers.

use std::collections::BTreeSet;

use super::{
    Dead, Finding, OVERLAPS_MAX,
    before::Before,
    outputs::same_answer,
    ranking::Ranking,
    reach::{Reach, Search, Why},
    solver::Clause,
    space::{Compiled, Point, Reply, Space, Tried},
};
use crate::model::{BASE, Hit, Rule};

pub(super) struct Checks<'a> {
    space: &'a Space<'a>,
    search: Search<'a>,
    ranking: Ranking,
    /// What was found without the last overlay.
    before: Option<&'a Before<'a>>,
    pub findings: Vec<Finding>,
    /// Questions that stayed open.
    open: BTreeSet<(usize, Why)>,
    /// Inputs that rules answer, with the place of the rule.
    pub reached: Vec<(usize, Point)>,
    /// Of every rule but the catch-all, whether it ever answers.
    pub reaches: Vec<Reach>,
}

impl<'a> Checks<'a> {
    pub fn new(space: &'a Space<'a>, ranking: Ranking, before: Option<&'a Before<'a>>) -> Self {
        let search = Search { space, rows: space.table.rules.iter().collect(), frame: Vec::new() };
        let (open, findings) = (BTreeSet::new(), Vec::new());
        Self { space, search, ranking, before, findings, open, reached: Vec::new(), reaches: Vec::new() }
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
        for rule in 0..self.ranking.catch_all() {
            let reach = self.reach(rule);
            match &reach {
                Reach::Open(why) => {
                    self.open.insert((rule, *why));
                }
                Reach::Answers(point) => self.reached.push((rule, point.clone())),
                Reach::Never(_) => {}
            }
            self.reaches.push(reach);
        }
        self.findings.extend(never_answering(self.rules(), &self.reaches));
    }

    fn reach(&self, rule: usize) -> Reach {
        match self.before.and_then(|before| before.reach(rule)) {
            Some(known) => known,
            None if self.is_spent() => Reach::Open(Why::Limit),
            None => self.search.reach(rule, &self.ranking.above(rule)),
        }
    }

    /// Rules that must not hold together and do. When so many are found that nobody reads on, the other pairs are counted.
    pub fn overlaps(&mut self) {
        // Two rules that are as they were overlap as they did, where no other rule stands above them.
        let known = self.before.filter(|_| self.ranking.hit() == Hit::Unique);
        let (found, mut untold) = known.map(Before::overlaps).unwrap_or_default();
        let mut told = found.len();
        self.findings.extend(found);
        let is_known = |rule: usize| known.is_some_and(|before| before.is_same(rule));
        for (first, second) in self.ranking.rivals().filter(|(first, second)| !(is_known(*first) && is_known(*second)))
        {
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
                Why::Cell(rules.into_iter().find_map(|rule| self.search.blind(rule)))
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

/// Rules that no inputs reach, by what is known of each row.
pub(super) fn never_answering(rules: &[Rule], reaches: &[Reach]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (place, reach) in reaches.iter().enumerate() {
        let Reach::Never(above) = reach else { continue };
        // A dated overlay makes two rows of one rule. As long as one of them answers, the rule does.
        let rows = || reaches.iter().zip(rules).filter(|(_, rule)| rule.id == rules[place].id);
        let dead = rows().all(|(reach, _)| matches!(reach, Reach::Never(_)));
        let first = rules.iter().position(|rule| rule.id == rules[place].id) == Some(place);
        let changed = rules[place].changed_by.filter(|_| rules[place].effective.is_some());
        let because = ids(rules, above);
        let rule = rules[place].id.to_string();
        match (dead, rules[place].layer) {
            (true, BASE) if first => findings.push(Finding::NeverFires { rule, because }),
            (true, layer) if first => {
                findings.push(Finding::DeadOverride { rule, layer, why: Dead::NeverFires(because) });
            }
            (false, _) if changed.is_some() && !above.is_empty() => {
                let layer = changed.unwrap_or(BASE);
                findings.push(Finding::DeadOverride { rule, layer, why: Dead::NeverFires(because) });
            }
            _ => {}
        }
    }
    findings
}

fn ids(rules: &[Rule], places: &[usize]) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for id in places.iter().map(|place| rules[*place].id.to_string()) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
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
        let mut checks = Checks::new(&space, Ranking::of(&table), None);
        checks.never_fires();
        checks.not_analysed();
        assert_eq!(checks.findings, []);
        assert!(effort.spent() < count * count * STEPS_PER_PAIR_MAX, "{} steps", effort.spent());
    }
}
