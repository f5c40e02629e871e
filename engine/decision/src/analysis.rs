//! What can be said of a table without a single case: rules that never answer, rules that overlap, inputs that nobody
//! thought of, overrides without effect, answers outside their limits.
//!
//! Owns: the findings and how they are proven. Deliberately does not know cases, packs or where tables are kept.
//! Every finding is sound: that a rule never answers is proven by a complete search, an overlap or a gap is shown by
//! inputs that were run through the table. What can't be looked into is told as [`Finding::NotAnalysed`].

mod before;
mod change;
mod checks;
mod difference;
mod dimension;
mod effort;
mod examples;
mod formula;
mod gaps;
mod here;
mod hidden;
mod layers;
mod leaves;
mod let_go;
mod letters;
mod lost;
mod numbers;
mod outputs;
mod ranking;
mod reach;
mod report;
mod shown;
mod solver;
mod sought;
mod space;
mod splits;
mod stretches;
mod told;
mod truths;
mod unseen;
mod values;
mod within;
mod words;

use std::collections::BTreeMap;

use peygir_calendar::Jalali;
use serde_json::Value;

pub use self::here::{Fixed, Here, Stage, analyse_here};
pub use self::layers::overrides;
pub use self::lost::lost;
pub(crate) use self::space::holds;
pub use self::splits::{Only, SHARES_MAX, Split};
pub use self::unseen::Share;
pub use self::within::{Possible, Within};
pub use self::words::{CalledValues, inputs_called, inputs_in_words, inputs_in_words_fa};
pub(crate) use self::words::{answer_in_words, shown, title};
use self::{
    before::Before,
    effort::Effort,
    ranking::Ranking,
    reach::{Reach, Search},
    space::{Reply, Space},
};
pub use self::{
    difference::Outcome,
    examples::{Example, examples, examples_on},
};
pub(crate) use self::{
    difference::{Differing, difference},
    outputs::same_cells,
    unseen::{Sides, Unseen, unseen},
};
use crate::{
    model::{Hit, Rule, Table},
    overlay::Layer,
    window::Window,
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
    /// Where the overlay holds, rules of the layers below never answer, and without it they would: for one the first of them,
    /// to the witness, which this rule of the overlay takes.
    Hidden {
        taker: String,
        layer: usize,
        rules: Vec<String>,
        witness: Inputs,
        on: Jalali,
        /// On these days; without any, on all days on which the rules answered.
        days: Vec<Window>,
        /// They do not answer again after these days.
        is_for_good: bool,
        /// Nothing is left to them for some values of one input only.
        only: Option<Only>,
    },
    /// What an overlay leaves of a rule of the layers below is less than before: the witness, which the rule answered, comes to a rule
    /// that the overlay does not write, or to none in its place. Asked: the inputs that the rule asks for, before or now.
    LetGo { rule: String, layer: usize, to: Option<String>, asked: Vec<String>, witness: Inputs, on: Jalali },
    /// What an overlay says of a rule has no effect.
    DeadOverride { rule: String, layer: usize, why: Dead },
    /// Two layers write one output of one rule; the last of them counts, and may say why. The days are those on which it does so
    /// over another.
    WrittenTwice { rule: String, output: String, layers: Vec<usize>, days: Window, why: Option<String> },
    /// What a rule answers passes the limits of the output. A text does so when it is filled from the witness.
    OutsideLimits { rule: String, output: String, value: Value, witness: Option<(Inputs, Jalali)> },
    /// The rules answer with a text that this input fills, and it has no value in the witness: then the decision is a
    /// fault. Certain where the rule asks for just that.
    Unfilled { input: String, rules: Vec<String>, witness: Inputs, on: Jalali, is_certain: bool },
    /// The expression in a cell of the rule answers the witness with something else than true or false.
    NoTruth { rule: String, input: String, found: String, found_fa: String, witness: Inputs, on: Jalali },
    /// A cell of the rule can't be looked into, or, without an input, one of another rule that stands in its way. With
    /// `is_limit` the search was given up.
    NotAnalysed { rule: String, input: Option<String>, is_limit: bool },
    /// Nothing was looked at: others took all the steps that were allowed.
    NotBegun,
}

/// Why an override has no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dead {
    /// A later layer writes all of it again.
    OverriddenBy(usize),
    /// A later layer writes or takes out all of it, and says why: that is meant.
    OnPurpose { by: usize, why: String },
    /// The rule that it puts in never answers: these take all that it holds for.
    NeverFires(Vec<String>),
}

/// All findings about one table, the graver kinds first within each rule's order.
#[derive(Debug, Clone, Default)]
pub struct Analysis {
    pub findings: Vec<Finding>,
    /// It was called off: what is not found may yet be there.
    pub is_cancelled: bool,
    /// The steps that were left to it were fewer than a table may take, and were used up.
    pub is_cut: bool,
    /// Steps that it took.
    pub steps: u64,
    /// Inputs that rules answer, with the place of the rule.
    points: Vec<(usize, space::Point)>,
    /// Of every rule but the catch-all, whether it ever answers.
    reaches: Vec<reach::Reach>,
}

impl Analysis {
    /// Leaves out what can't come to be where inputs have these values: a text that lacks one of them, and what rules answer that
    /// ask for others.
    pub fn only_within(&mut self, table: &Table, fixed: &Fixed) {
        let has_value = |name: &str| table.input(name).is_some_and(|input| fixed.contains_key(&input.from));
        let may_answer = |id: &str| table.rules.iter().any(|rule| rule.id == *id && table.lets_within(rule, fixed));
        self.findings.retain(|finding| match finding {
            Finding::Unfilled { input, is_certain: false, .. } => !has_value(input),
            Finding::OutsideLimits { rule, .. } => may_answer(rule),
            _ => true,
        });
    }

    /// Whether the rule is found never to answer, wherever the table holds.
    fn denies(&self, id: &str) -> bool {
        self.findings.iter().any(|finding| match finding {
            Finding::NeverFires { rule, .. } => rule == id,
            Finding::DeadOverride { rule, why: Dead::NeverFires(_), .. } => rule == id,
            _ => false,
        })
    }
}

/// How far a search may go.
#[derive(Clone, Copy)]
pub struct Bounds<'a> {
    /// Steps that are left to all that is searched together. One table never takes more than [`ANALYSIS_STEPS_MAX`].
    pub steps_max: u64,
    /// Asked every few milliseconds; it ends all of it soon.
    pub is_cancelled: &'a dyn Fn() -> bool,
}

impl Default for Bounds<'_> {
    fn default() -> Self {
        Self { steps_max: ANALYSIS_STEPS_MAX, is_cancelled: &|| false }
    }
}

/// Looks at a table, alone or merged.
pub fn analyse(table: &Table) -> Analysis {
    analyse_over(table, None, Bounds::default())
}

/// As [`analyse`], within these bounds. `before`: the table without its last overlay, and what was found of it.
pub fn analyse_over(table: &Table, before: Option<(&Table, &Analysis)>, bounds: Bounds<'_>) -> Analysis {
    let most = bounds.steps_max.min(ANALYSIS_STEPS_MAX);
    if most == 0 {
        return Analysis { findings: vec![Finding::NotBegun], is_cut: true, ..Analysis::default() };
    }
    let effort = Effort::new(most, bounds.is_cancelled);
    let before = before.map(|(below, found)| Before::new(below, found, table, &effort));
    let short = before.as_ref().and_then(|before| change::of_change(before, &effort));
    let mut analysis = short.unwrap_or_else(|| look(table, before.as_ref(), &effort));
    analysis.is_cut = effort.is_spent() && most < ANALYSIS_STEPS_MAX;
    (analysis.steps, analysis.is_cancelled) = (effort.spent(), effort.is_cancelled());
    analysis
}

/// Looks at all of a table, but for what is known of its rules.
fn look(table: &Table, before: Option<&Before<'_>>, effort: &Effort<'_>) -> Analysis {
    let rules: Vec<&Rule> = table.rules.iter().collect();
    let space = Space::new(table, &rules, &[], effort);
    let ranking = Ranking::of(table);
    let mut checks = checks::Checks::new(&space, Ranking::of(table), before);
    checks.never_fires();
    checks.overlaps();
    checks.not_analysed();
    let (mut findings, mut reached, reaches) = (checks.findings, checks.reached, checks.reaches);
    findings.extend(before.and_then(Before::gaps).unwrap_or_else(|| gaps::gaps(table, effort)));
    if ranking.hit() == Hit::Unique {
        // There a rule answers only where no other holds.
        reached.clear();
    }
    // Inputs that reach each other rule are searched for only where something is to be tried with them.
    let known = before.filter(|before| before.has_same_outputs()).map(|before| (before, before.known()));
    let is_known = |place: usize| known.as_ref().is_some_and(|(_, known)| known[place]);
    let is_wanted = |place: &usize| outputs::is_text(rules[*place]) || truths::has_expressions(rules[*place]);
    let is_open = |place: &usize| !is_known(*place) && reached.iter().all(|(at, _)| at != place);
    let wanted: Vec<usize> = (0..rules.len()).filter(is_wanted).filter(is_open).collect();
    reached.extend(examples::reaching(&space, &ranking, &wanted));
    let fresh: Vec<(usize, space::Point)> = reached.iter().filter(|(place, _)| !is_known(*place)).cloned().collect();
    findings.extend(outputs::outside(table));
    let carried = known.as_ref().map(|(before, known)| before.of_answers(known)).unwrap_or_default();
    for one in carried.into_iter().chain(outputs::filled(&space, &rules, &fresh)) {
        if !findings.contains(&one) {
            outputs::gather(&mut findings, one);
        }
    }
    findings.extend(truths::no_truths(&space, &rules, &fresh));
    Analysis { findings, points: reached, reaches, ..Analysis::default() }
}

/// As [`analyse`] for a table that was merged from these layers, with what the layers say of one another.
pub fn analyse_merged(table: &Table, layers: &[Layer<'_>]) -> Analysis {
    let mut analysis = analyse(table);
    analysis.findings.extend(overrides(layers));
    analysis
}

/// The rules above that take all that a rule holds for; none where something is left to it, or where that is not known.
pub(crate) fn taken_by<'r>(rule: &'r Rule, above: &'r [Rule], table: &Table) -> Vec<&'r Rule> {
    let effort = Effort::of(PAIR_STEPS_MAX);
    let rows: Vec<&Rule> = above.iter().chain([rule]).collect();
    let space = Space::new(table, &rows, &[], &effort);
    let search = Search { space: &space, rows: rows.clone(), frame: Vec::new() };
    match search.reach(above.len(), &(0..above.len()).collect::<Vec<_>>()) {
        Reach::Never(takers) => takers.into_iter().map(|taker| &above[taker]).collect(),
        Reach::Answers(_) | Reach::Open(_) => Vec::new(),
    }
}

/// Whether no inputs on any day let both rules hold. None: not analysed.
pub fn disjoint(a: &Rule, b: &Rule, table: &Table) -> Option<bool> {
    disjoint_within(a, b, table, &Fixed::new())
}

/// The same where inputs have these values.
pub(crate) fn disjoint_within(a: &Rule, b: &Rule, table: &Table, fixed: &Fixed) -> Option<bool> {
    let effort = Effort::of(PAIR_STEPS_MAX);
    let cells: Vec<_> = space::cells_of(table, fixed).collect();
    let space = Space::telling(table, &[a, b], &[], &cells, &effort);
    let [first, second] = space.rules.as_slice() else { return None };
    if !first.may_meet(second) {
        return Some(true);
    }
    let frame = space.fixed(fixed);
    match space.ask(frame.iter().chain(first.may_hold()).chain(second.may_hold())) {
        Reply::Never => Some(true),
        Reply::Found(point) => {
            let holds = |rule| space::holds(table, rule, &point.inputs, point.on) == Some(true);
            (holds(a) && holds(b)).then_some(false)
        }
        Reply::Unwritten(_) | Reply::Spent => None,
    }
}
