//! What can be said of a table without a single case: rules that never answer, rules that overlap, inputs that nobody
//! thought of, overrides without effect, answers outside their limits.
//!
//! Owns: the findings and how they are proven. Deliberately does not know cases, packs or where tables are kept.
//! Every finding is sound: that a rule never answers is proven by a complete search, an overlap or a gap is shown by
//! inputs that were run through the table. What can't be looked into is told as [`Finding::NotAnalysed`].

mod checks;
mod difference;
mod dimension;
mod effort;
mod examples;
mod formula;
mod gaps;
mod layers;
mod leaves;
mod letters;
mod lost;
mod numbers;
mod outputs;
mod ranking;
mod report;
mod solver;
mod sought;
mod space;
mod told;
mod truths;
mod values;
mod words;

use std::collections::BTreeMap;

use peygir_calendar::Jalali;
use serde_json::Value;

pub use self::lost::lost;
pub use self::words::{inputs_in_words, inputs_in_words_fa};
pub use self::{
    difference::Outcome,
    examples::{Example, examples, examples_on},
};
pub(crate) use self::{
    difference::{Differing, difference},
    outputs::same_cells,
};
use self::{
    effort::Effort,
    ranking::Ranking,
    space::{Reply, Space},
};
use crate::{
    model::{Hit, Rule, Table},
    overlay::Layer,
};

/// What is given to a table, by name.
pub type Inputs = BTreeMap<String, Value>;

/// Work that the analysis of one table may cost, counted in literals looked at and cells tried. Beyond it the questions left
/// are told as not analysed.
pub const ANALYSIS_STEPS_MAX: u64 = 60_000_000;
/// Work that asking about two rules alone may cost.
const PAIR_STEPS_MAX: u64 = 10_000_000;
/// Most overlaps of one table that are looked for. The pairs left are counted.
pub const OVERLAPS_MAX: usize = 50;
/// Most findings of one kind that are told of a table as sentences. The others are counted.
pub const TOLD_MAX: usize = 50;
/// Most gaps that are told of one table.
pub const GAPS_MAX: usize = 5;

/// Something worth telling about a table. Layers are places in [`Table::layers`].
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// No inputs on any day make the rule answer: all that it holds for goes to the rules in `because`. Without any,
    /// its own cells or days contradict each other.
    NeverFires { rule: String, because: Vec<String> },
    /// Both hold for the witness on this day. With `hit: priority` they have one priority and answer differently.
    Overlap { first: String, second: String, witness: Inputs, on: Jalali },
    /// So many overlaps were found that these pairs of rules, which may hold together, were not looked at.
    MoreOverlaps { pairs: usize },
    /// Only the catch-all answers the witness, whose inputs are all within what is declared.
    Gap { witness: Inputs, on: Jalali },
    /// What an overlay says of a rule has no effect.
    DeadOverride { rule: String, layer: usize, why: Dead },
    /// Two layers write one output of one rule; the last of them counts.
    WrittenTwice { rule: String, output: String, layers: Vec<usize> },
    /// What a rule answers passes the limits of the output.
    OutsideLimits { rule: String, output: String, value: Value },
    /// The rules answer with a text that this input fills, and it has no value in the witness: then the decision is a
    /// fault. Certain where the rule asks for just that.
    Unfilled { input: String, rules: Vec<String>, witness: Inputs, on: Jalali, is_certain: bool },
    /// The expression in a cell of the rule answers the witness with something else than true or false.
    NoTruth { rule: String, input: String, found: String, found_fa: String, witness: Inputs, on: Jalali },
    /// A cell of the rule can't be looked into, or, without an input, one of another rule that stands in its way. With
    /// `is_limit` the search was given up.
    NotAnalysed { rule: String, input: Option<String>, is_limit: bool },
}

/// Why an override has no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dead {
    /// A later layer writes all of it again.
    OverriddenBy(usize),
    /// The rule that it puts in never answers: these take all that it holds for.
    NeverFires(Vec<String>),
}

/// All findings about one table, the graver kinds first within each rule's order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Analysis {
    pub findings: Vec<Finding>,
    /// It was called off: what is not found may yet be there.
    pub is_cancelled: bool,
}

/// Looks at a table, alone or merged.
pub fn analyse(table: &Table) -> Analysis {
    analyse_while(table, &|| false)
}

/// As [`analyse`], until it is called off: `is_cancelled` is asked every few milliseconds, and ends all of it soon.
pub fn analyse_while(table: &Table, is_cancelled: &dyn Fn() -> bool) -> Analysis {
    let effort = Effort::new(ANALYSIS_STEPS_MAX, is_cancelled);
    let rules: Vec<&Rule> = table.rules.iter().collect();
    let space = Space::new(table, &rules, &[], &effort);
    let ranking = Ranking::of(table);
    let mut checks = checks::Checks::new(&space, Ranking::of(table));
    checks.never_fires();
    checks.overlaps();
    checks.not_analysed();
    let mut findings = checks.findings;
    findings.extend(gaps::gaps(table, &effort));
    let mut reached = checks.reached;
    if ranking.hit() == Hit::Unique {
        // There a rule answers only where no other holds.
        reached.clear();
    }
    // Inputs that reach each other rule are searched for only where something is to be tried with them.
    let is_wanted = |place: &usize| outputs::is_text(rules[*place]) || truths::has_expressions(rules[*place]);
    let is_open = |place: &usize| reached.iter().all(|(at, _)| at != place);
    let wanted: Vec<usize> = (0..rules.len()).filter(is_wanted).filter(is_open).collect();
    reached.extend(examples::reaching(&space, &ranking, &wanted));
    findings.extend(outputs::answers(&space, &reached));
    findings.extend(truths::no_truths(&space, &reached));
    Analysis { findings, is_cancelled: effort.is_cancelled() }
}

/// As [`analyse`] for a table that was merged from these layers, with what the layers say of one another.
pub fn analyse_merged(table: &Table, layers: &[Layer<'_>]) -> Analysis {
    analyse_merged_while(table, layers, &|| false)
}

/// As [`analyse_merged`], until it is called off.
pub fn analyse_merged_while(table: &Table, layers: &[Layer<'_>], is_cancelled: &dyn Fn() -> bool) -> Analysis {
    let mut analysis = analyse_while(table, is_cancelled);
    analysis.findings.extend(layers::overrides(layers));
    analysis
}

/// Whether no inputs on any day let both rules hold. None: not analysed.
pub fn disjoint(a: &Rule, b: &Rule, table: &Table) -> Option<bool> {
    let effort = Effort::of(PAIR_STEPS_MAX);
    let space = Space::new(table, &[a, b], &[], &effort);
    let [first, second] = space.rules.as_slice() else { return None };
    if !first.may_meet(second) {
        return Some(true);
    }
    match space.ask(first.may_hold().iter().chain(second.may_hold())) {
        Reply::Never => Some(true),
        Reply::Found(point) => {
            let holds = |rule| space::holds(table, rule, &point.inputs, point.on) == Some(true);
            (holds(a) && holds(b)).then_some(false)
        }
        Reply::Unwritten(_) | Reply::Spent => None,
    }
}
