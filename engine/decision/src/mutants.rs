//! Small faults put into a table on purpose, to see whether its tests and the checker would notice them.
//!
//! Owns: the kinds of faults and the verdict on each. Deliberately does not know how to mend a table: what survives is
//! told with inputs that tell it from the original, which is the test that is missing.

mod cells;
mod limits;
mod outputs;
mod rules;

use std::collections::BTreeSet;

use peygir_calendar::Jalali;

use self::limits::Broken;
use crate::{
    analysis::{Analysis, Differing, Finding, Inputs, Outcome, Within, analyse, difference},
    model::Table,
};

/// Most mutants of one table.
pub const MUTANTS_MAX: usize = 20_000;
/// Most rules that all tables given out by [`mutants`] have together: each is a table of its own.
pub const MUTATED_RULES_MAX: usize = 1_000_000;

/// A table with one fault.
#[derive(Debug, Clone)]
pub struct Mutant {
    pub kind: Kind,
    /// The fault in English: `rule water is taken out`.
    pub what: String,
    /// The same in Persian.
    pub what_fa: String,
    /// Of a broken limit or lock that an overlay would bring, the table as it is.
    pub table: Table,
    broken: Option<Broken>,
}

/// What was done to the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A rule is taken out.
    Deleted,
    /// A rule changes places with the next one.
    Moved,
    /// A rule holds for all that the next one holds for too.
    Shadowed,
    /// An answer passes a limit of its output, or an overlay breaks a limit or a lock.
    Limit,
    /// A cell is a little wider or narrower.
    Cell,
    /// An answer is another one.
    Output,
}

impl Kind {
    pub const ALL: [Self; 6] = [Self::Deleted, Self::Moved, Self::Shadowed, Self::Limit, Self::Cell, Self::Output];

    pub fn name(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Moved => "moved",
            Self::Shadowed => "shadowed",
            Self::Limit => "limit",
            Self::Cell => "cell",
            Self::Output => "output",
        }
    }
}

/// What noticed a fault.
#[derive(Debug, Clone, PartialEq)]
pub enum By {
    /// Analysis finds something, as a warning or an error, that it did not find in the original.
    Analysis(Box<Finding>),
    /// This embedded test fails.
    Test(String),
    /// A limit or a lock is broken, and the table is refused where it is read or the overlay where it is merged.
    Limit,
}

/// What became of a mutant.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    Caught(By),
    /// It is proven to decide as the original does everywhere, so there is nothing to notice.
    Equivalent,
    /// Nothing noticed it. Where inputs are found that it decides otherwise, they are the test that is missing.
    Survived(Option<Missing>),
}

/// Inputs that a test should name.
#[derive(Debug, Clone, PartialEq)]
pub struct Missing {
    pub inputs: Inputs,
    pub on: Jalali,
    /// What the original makes of them.
    pub right: Outcome,
    /// What the mutant makes of them.
    pub wrong: Outcome,
}

/// A fault that is not put in yet.
struct Plan {
    kind: Kind,
    what: String,
    what_fa: String,
    /// As it is written, where reading or merging has to refuse it.
    broken: Option<Broken>,
    edit: Box<dyn Fn(&mut Table)>,
}

impl Plan {
    fn apply(&self, table: &Table) -> Mutant {
        let mut table = table.clone();
        (self.edit)(&mut table);
        table.seal();
        let (what, what_fa, broken) = (self.what.clone(), self.what_fa.clone(), self.broken.clone());
        Mutant { kind: self.kind, what, what_fa, table, broken }
    }
}

/// All mutants of a table, in a fixed order: by kind, then by rule.
pub fn mutants(table: &Table) -> Vec<Mutant> {
    let most = MUTATED_RULES_MAX / table.rules.len().max(1);
    plans(table).iter().take(most).map(|plan| plan.apply(table)).collect()
}

fn plans(table: &Table) -> Vec<Plan> {
    let mut list = Vec::new();
    list.extend(rules::deleted(table));
    list.extend(rules::moved(table));
    list.extend(rules::shadowed(table));
    list.extend(outputs::limits_broken(table));
    list.extend(limits::by_overlays(table));
    list.extend(cells::changed(table));
    list.extend(outputs::changed(table));
    list.truncate(MUTANTS_MAX);
    list
}

/// What notices the mutant first: a limit, a test of the original, or analysis. None: it survives.
pub fn caught(original: &Table, mutant: &Mutant) -> Option<By> {
    Judge::new(original).caught(mutant)
}

/// A table whose mutants are judged: what is known of it is found out once.
pub struct Judge<'a> {
    original: &'a Table,
    /// The same without tests: they have no say in limits and locks.
    bare: Table,
    known: BTreeSet<String>,
    /// Tests that fail without any fault: they notice nothing.
    failing: BTreeSet<String>,
}

impl<'a> Judge<'a> {
    pub fn new(original: &'a Table) -> Self {
        let known = told(&analyse(original), original).map(|(name, _)| name).collect();
        let mut bare = original.clone();
        bare.tests.clear();
        Self { original, bare, known, failing: failing(original).collect() }
    }

    pub fn judge(&self, mutant: &Mutant) -> Verdict {
        if let Some(by) = self.caught(mutant) {
            return Verdict::Caught(by);
        }
        let mut difference = difference(self.original, &mutant.table, &Within::new(), 1);
        match difference.found.pop() {
            // A limit is meant for the layers to come: that no decision of today differs does not make it hold.
            None if difference.is_complete && mutant.kind != Kind::Limit => Verdict::Equivalent,
            found => Verdict::Survived(found.map(|Differing { inputs, on, before, after }| Missing {
                inputs,
                on,
                right: before,
                wrong: after,
            })),
        }
    }

    fn caught(&self, mutant: &Mutant) -> Option<By> {
        if mutant.broken.as_ref().is_some_and(|broken| broken.is_refused(&self.bare)) {
            return Some(By::Limit);
        }
        if let Some(test) = failing(&mutant.table).find(|test| !self.failing.contains(test)) {
            return Some(By::Test(test));
        }
        let analysis = analyse(&mutant.table);
        let new = told(&analysis, &mutant.table).find(|(name, _)| !self.known.contains(name));
        new.map(|(_, finding)| By::Analysis(Box::new(finding.clone())))
    }
}

fn failing(table: &Table) -> impl Iterator<Item = String> {
    table.run_tests().into_iter().filter(|outcome| !outcome.passed).map(|outcome| outcome.name)
}

/// The findings that are certain to be wrong, each under a name without its witness.
fn told<'a>(analysis: &'a Analysis, table: &'a Table) -> impl Iterator<Item = (String, &'a Finding)> {
    let unexpected = table.rules().last().is_some_and(|rule| rule.unexpected);
    analysis.findings.iter().filter_map(move |finding| {
        let name = match finding {
            Finding::NeverFires { rule, .. } => format!("never-fires {rule}"),
            Finding::Overlap { first, second, .. } => format!("overlap {first} {second}"),
            Finding::Gap { .. } if unexpected => "gap".to_owned(),
            Finding::DeadOverride { rule, layer, .. } => format!("dead-override {rule} {layer}"),
            Finding::WrittenTwice { rule, output, .. } => format!("written-twice {rule} {output}"),
            Finding::OutsideLimits { rule, output, .. } => format!("outside-limits {rule} {output}"),
            Finding::Unfilled { input, rules, is_certain: true, .. } => format!("unfilled {input} {}", rules.join(" ")),
            Finding::NoTruth { rule, input, .. } => format!("no-truth {rule} {input}"),
            Finding::Gap { .. }
            | Finding::Hidden { .. }
            | Finding::LetGo { .. }
            | Finding::MoreOverlaps { .. }
            | Finding::NotAnalysed { .. }
            | Finding::NotBegun
            | Finding::Unfilled { .. } => return None,
        };
        Some((name, finding))
    })
}

/// How many mutants of a table were noticed.
#[derive(Debug, Clone, Default)]
pub struct Score {
    /// For each kind: caught, survived, equivalent.
    pub kinds: std::collections::BTreeMap<Kind, (usize, usize, usize)>,
    /// What survived: what was done, in English and Persian, and the test that is missing.
    pub survivors: Vec<(String, String, Option<Missing>)>,
}

impl Score {
    pub fn caught(&self) -> usize {
        self.kinds.values().map(|(caught, ..)| caught).sum()
    }

    pub fn survived(&self) -> usize {
        self.kinds.values().map(|(_, survived, _)| survived).sum()
    }

    pub fn equivalent(&self) -> usize {
        self.kinds.values().map(|(.., equivalent)| equivalent).sum()
    }

    /// Caught ones of a thousand that could be caught; a thousand where there was nothing to catch.
    pub fn caught_per_mille(&self) -> usize {
        let counted = self.caught() + self.survived();
        (self.caught() * 1000).checked_div(counted).unwrap_or(1000)
    }
}

/// Judges all mutants of a table.
pub fn score(table: &Table) -> Score {
    let judge = Judge::new(table);
    let mut score = Score::default();
    for plan in plans(table) {
        let mutant = plan.apply(table);
        let (caught, survived, equivalent) = score.kinds.entry(mutant.kind).or_default();
        match judge.judge(&mutant) {
            Verdict::Caught(_) => *caught += 1,
            Verdict::Equivalent => *equivalent += 1,
            Verdict::Survived(missing) => {
                *survived += 1;
                score.survivors.push((mutant.what, mutant.what_fa, missing));
            }
        }
    }
    score
}
