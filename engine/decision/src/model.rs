//! A table as read: what deciding, explaining, layering and analysis work on.

use std::{collections::BTreeMap, sync::Arc};

use peygir_calendar::{Jalali, Name};
use peygir_source::Span;
use serde_json::Value;

use crate::{
    analysis::{Fixed, holds},
    cell::{Cell, Facts},
    decide::Decision,
    decide::Stops,
    label::Label,
    names::Names,
    normalise::SearchKey,
    output::Template,
    tests::TestRow,
    value_type::ValueType,
    window::Window,
};

/// The base of a table, among its layers.
pub const BASE: usize = 0;

/// A decision table that was read without errors, alone or with the overlays that were laid over it.
#[derive(Debug, Clone)]
pub struct Table {
    pub(crate) id: Label,
    pub(crate) version: semver::Version,
    /// The version as journals write it.
    pub(crate) written_version: Label,
    pub(crate) title: Option<Name>,
    pub(crate) hit: Hit,
    pub(crate) inputs: Vec<Input>,
    pub(crate) outputs: Vec<Output>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) tests: Vec<TestRow>,
    pub(crate) search_key: SearchKey,
    pub(crate) effective: Option<Window>,
    pub(crate) layers: Arc<[LayerRef]>,
    /// Rules that an overlay took out for good.
    pub(crate) disabled: Vec<TakenOut>,
    /// The file of each layer, where one was named.
    pub(crate) files: Vec<Label>,
    /// Where the overlays speak of rules.
    pub(crate) spoken: Vec<Spoken>,
    /// What can stop the rules, as they were when it was made.
    pub(crate) stops: Stops,
}

/// A rule that an overlay took out on every day.
#[derive(Debug, Clone)]
pub struct TakenOut {
    /// Its rows as they were: a dated overlay below makes two of one.
    pub rows: Vec<Rule>,
    /// The layer that took it out, an index of [`Table::layers`].
    pub layer: usize,
    /// The rule that stood behind it.
    pub(crate) before: Label,
}

impl TakenOut {
    pub fn id(&self) -> &str {
        self.rows.first().map_or("", |row| row.id.as_str())
    }
}

/// Where an overlay replaces, inserts or disables a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spoken {
    pub rule: Label,
    pub layer: usize,
    pub span: Span,
    /// As the overlay says it.
    pub why: Option<Label>,
}

/// Which of the rules that hold answers. The catch-all answers only where no other rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hit {
    /// The first one in the order of writing.
    First,
    /// The only one; two are a fault.
    Unique,
    /// All of them, in the order of writing.
    Collect,
    /// The one of the highest priority; of equals the first in the order of writing.
    Priority,
}

/// A table or an overlay that takes part in a merged table. The first of all is the base.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LayerRef {
    /// Name of the pack it came in; empty until [`Table::with_pack`] says it.
    pub pack: String,
    pub id: String,
    pub version: String,
    pub title: Option<Name>,
}

impl LayerRef {
    /// The pack that it came in; its id where that is not known.
    pub(crate) fn called(&self) -> &str {
        if self.pack.is_empty() { &self.id } else { &self.pack }
    }
}

/// A named value that cells may ask about.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    pub name: String,
    pub value_type: ValueType,
    /// Where the caller finds the value, as a dotted path: `case.topic`, `input.severity`. What lies there is the caller's
    /// to say.
    pub from: String,
    /// Where `from` stands; where it is left out, the input's name.
    pub from_span: Span,
    /// Taken where the caller gives nothing or null.
    pub default: Option<Value>,
    /// The only values allowed, where there are any; for a list, the only members.
    pub values: Vec<Value>,
    /// Least and greatest value of a numeric input.
    pub min: Option<Value>,
    pub max: Option<Value>,
    pub title: Option<Name>,
    pub description: Option<String>,
}

/// A named value that rules answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    pub name: String,
    /// Where it is declared, in the file of the base.
    pub span: Span,
    pub value_type: ValueType,
    /// What kind of entry of a directory its values name, where that is declared.
    pub names: Option<Names>,
    pub required: bool,
    pub default: Option<Value>,
    /// Least and greatest value of a numeric output.
    pub min: Option<Value>,
    pub max: Option<Value>,
    /// The only values allowed, where there are any.
    pub values: Vec<Value>,
    pub title: Option<Name>,
    /// What people call its values, such as the units of an agency.
    pub titles: BTreeMap<String, Name>,
    /// The last overlay that made its limits tighter, an index of [`Table::layers`].
    pub limited_by: Option<usize>,
}

/// One row of a table. Where a dated overlay changed a rule, two rows have its id: the changed one, in force on the
/// overlay's days, and the one from before, which leaves these days out.
#[derive(Debug, Clone)]
pub struct Rule {
    pub id: Label,
    /// Where the id stands, in [`Rule::file`].
    pub span: Span,
    /// The file of the layer it was born in; empty where none was named.
    pub file: Label,
    /// The layer it was born in, an index of [`Table::layers`].
    pub layer: usize,
    /// The last overlay that replaced parts of it.
    pub changed_by: Option<usize>,
    /// Where that overlay names it, in the overlay's file.
    pub changed_at: Option<Span>,
    /// No layer may change, disable or precede it.
    pub locked: bool,
    /// The catch-all, which stays last in every layer.
    pub last: bool,
    /// Said of a catch-all that should never have to answer.
    pub unexpected: bool,
    /// 0 to [`crate::limits::PRIORITY_MAX`]; only `hit: priority` asks for it.
    pub priority: u16,
    pub title: Option<Name>,
    pub note: Option<String>,
    /// The only days on which it is in force.
    pub effective: Option<Window>,
    /// Days on which a dated overlay takes its place.
    pub except: Vec<Window>,
    /// Its own dates, and those of the dated overlays it comes from; what both allow is `effective`.
    pub(crate) own: Option<Window>,
    pub(crate) bound: Option<Window>,
    pub(crate) when: Vec<Condition>,
    pub(crate) then: Vec<(String, Template)>,
    /// The cells as written, by input: what a decision tells as its reason.
    pub(crate) because: Because,
}

/// The cells of a rule as written, by input.
pub type Because = Arc<BTreeMap<String, String>>;

/// One cell of a rule and the input it asks about.
#[derive(Debug, Clone)]
pub struct Condition {
    pub input: Label,
    pub span: Span,
    /// The layer whose file `span` points into.
    pub layer: usize,
    /// The cell as written, for explanations.
    pub written: Label,
    /// The same as data: what was written before texts became search keys and expressions were compiled.
    pub source: Arc<Value>,
    pub cell: Cell,
    /// Place of the input among the table's inputs.
    pub(crate) at: usize,
}

impl Rule {
    /// What it asks of the inputs; all must hold.
    pub fn when(&self) -> &[Condition] {
        &self.when
    }

    /// What it answers, by output. Outputs that it leaves out get their default.
    pub fn then(&self) -> &[(String, Template)] {
        &self.then
    }

    /// Whether it may hold on this day.
    pub fn is_in_force(&self, on: Jalali) -> bool {
        self.effective.is_none_or(|window| window.contains(on)) && !self.except.iter().any(|out| out.contains(on))
    }

    /// Whether no fault of another rule may take its answer away. A catch-all only stays last.
    pub(crate) fn is_lock(&self) -> bool {
        self.locked && !self.last
    }

    /// Whether it has no condition at all.
    pub(crate) fn asks_nothing(&self) -> bool {
        self.when.iter().all(|condition| condition.cell.is_any())
    }
}

/// What the rules tell of their cells, made once.
pub(crate) fn because(when: &[Condition]) -> Because {
    let told = |condition: &Condition| (condition.input.to_string(), condition.written.to_string());
    Arc::new(when.iter().map(told).collect())
}

impl Table {
    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn version(&self) -> &semver::Version {
        &self.version
    }

    pub fn title(&self) -> Option<&Name> {
        self.title.as_ref()
    }

    pub fn hit(&self) -> Hit {
        self.hit
    }

    /// What the caller gathers before it asks for a decision.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    pub fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The embedded tests, in the order of writing, those of the base first.
    pub fn tests(&self) -> &[TestRow] {
        &self.tests
    }

    /// The days on which the table answers; all days where it says nothing.
    pub fn effective(&self) -> Option<Window> {
        self.effective
    }

    /// What the table was merged from, the base first.
    pub fn layers(&self) -> &[LayerRef] {
        &self.layers
    }

    /// Rules that an overlay took out on every day.
    pub fn disabled(&self) -> &[TakenOut] {
        &self.disabled
    }

    /// Those of them that held for what was decided, and stood where they would have come before the rule that answered.
    pub fn missed(&self, decision: &Decision, on: Jalali) -> Vec<&TakenOut> {
        let place = |id: &str| self.rules.iter().position(|row| row.id == *id);
        let Some(answered) = place(&decision.rule) else { return Vec::new() };
        let comes_first = |out: &TakenOut, row: &Rule| match self.hit {
            Hit::First => self.place_behind(out).is_some_and(|behind| behind <= answered),
            Hit::Priority => row.priority >= self.rules[answered].priority || self.rules[answered].last,
            Hit::Unique | Hit::Collect => true,
        };
        let holds = |row: &Rule| row.is_in_force(on) && holds(self, row, &decision.inputs, on) == Some(true);
        let is_missed = |out: &&TakenOut| out.rows.iter().any(|row| holds(row) && comes_first(out, row));
        self.disabled.iter().filter(is_missed).collect()
    }

    /// The place of the first rule that stood behind one that was taken out and is there still.
    fn place_behind(&self, out: &TakenOut) -> Option<usize> {
        let mut behind = out;
        for _ in 0..=self.disabled.len() {
            if let Some(place) = self.rules.iter().position(|row| row.id == behind.before) {
                return Some(place);
            }
            behind = self.disabled.iter().find(|other| *other.id() == *behind.before)?;
        }
        None
    }

    /// The file of a layer; empty where none was named.
    pub fn file(&self, layer: usize) -> &str {
        self.files.get(layer).map_or("", Label::as_str)
    }

    /// Where a layer speaks of a rule: where it writes, replaces or disables it.
    pub fn spoken_at(&self, rule: &str, layer: usize) -> Option<Span> {
        let said = self.spoken.iter().find(|spoken| spoken.layer == layer && spoken.rule == *rule);
        let born = || self.rules.iter().find(|row| row.layer == layer && row.id == *rule).map(|row| row.span);
        said.map(|spoken| spoken.span).or_else(born)
    }

    /// Why a layer replaces or disables a rule, where it says so.
    pub fn why(&self, rule: &str, layer: usize) -> Option<&str> {
        let mut said = self.spoken.iter().filter(|spoken| spoken.layer == layer && spoken.rule == *rule);
        said.find_map(|spoken| spoken.why.as_deref())
    }

    /// Says which pack the base came in, and in which file.
    #[must_use]
    pub fn with_pack(mut self, pack: &str, file: &str) -> Self {
        let mut layers = self.layers.to_vec();
        if let Some(base) = layers.get_mut(BASE) {
            pack.clone_into(&mut base.pack);
        }
        self.layers = layers.into();
        let file = Label::from(file);
        if let Some(base) = self.files.get_mut(BASE) {
            *base = file.clone();
        }
        for rule in self.rules.iter_mut().filter(|rule| rule.layer == BASE) {
            rule.file = file.clone();
        }
        self
    }

    /// Cells that analysis can't look into: rule id, input and place.
    pub fn not_analysed(&self) -> Vec<(&str, &str, Span)> {
        let conditions = self.rules.iter().flat_map(|rule| rule.when.iter().map(move |condition| (rule, condition)));
        conditions
            .filter(|(_, condition)| !condition.cell.is_analysed())
            .map(|(rule, condition)| (rule.id.as_str(), condition.input.as_str(), condition.span))
            .collect()
    }

    /// To be called when rules were put in, taken out or edited.
    pub(crate) fn seal(&mut self) {
        self.stops = Stops::of(&self.rules);
    }

    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// Whether a rule's own cells let its inputs have these values; yes where that hangs on an expression, or on others.
    pub fn lets(&self, rule: &Rule, values: &BTreeMap<String, Value>) -> bool {
        let facts = Facts::new(self, values);
        let mut asked = rule.when.iter().filter(|part| values.contains_key(part.input.as_str()));
        asked.all(|part| part.cell.holds_closed(part.at, &facts) != Some(false))
    }

    /// Whether a rule's own cells let it hold where inputs have these values, by where they are read from; yes where that can't
    /// be said.
    pub(crate) fn lets_within(&self, rule: &Rule, fixed: &Fixed) -> bool {
        self.lets(rule, &self.known_within(fixed))
    }

    /// The inputs that have a value there for certain.
    pub(crate) fn known_within(&self, fixed: &Fixed) -> BTreeMap<String, Value> {
        let known = self.inputs.iter().filter_map(|input| Some((input.name.clone(), fixed.get(&input.from)?)));
        known.map(|(name, value)| (name, Value::from(value.as_str()))).collect()
    }

    /// Whether an input takes a value: it is of its type and within its limits.
    pub(crate) fn takes(&self, input: &str, value: &Value) -> bool {
        let input = self.input(input);
        input.is_some_and(|input| input.value_type.holds(value) && input.domain().passed(value).is_none())
    }

    /// Whether a cell holds where its input is given this value, or none; none where that hangs on an expression.
    pub fn cell_holds(&self, part: &Condition, value: Option<&Value>) -> Option<bool> {
        let input = &self.inputs[part.at];
        let given = value.or(input.default.as_ref()).map(|value| (input.name.clone(), value.clone()));
        let values: BTreeMap<String, Value> = given.into_iter().collect();
        part.cell.holds_closed(part.at, &Facts::new(self, &values))
    }

    pub(crate) fn input(&self, name: &str) -> Option<&Input> {
        self.inputs.iter().find(|input| input.name == name)
    }
}
