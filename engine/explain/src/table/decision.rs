//! A decision: why this rule answered, and why those above it did not.

use std::collections::{BTreeMap, BTreeSet};

use peygir_calendar::{Jalali, Language};
use peygir_decision::cell::Cell;
use peygir_decision::{
    BASE, Condition, Decision, Fired, Hit, NotFired, Output, Part, Rule, Table, TakenOut, Template, WhyNot,
};
use serde_json::{Map, Value};

use super::answer::answered;
use super::rule::begun_upright;
use super::{Teller, pack_named};
use crate::text::{Words, isolated};
use crate::titles::Titles;

/// A decision in the words of one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionTold {
    pub sentence: String,
    /// One for each of [`Decision::not_fired`], in its order.
    pub not_fired: Vec<String>,
    pub inputs: Vec<InputTold>,
}

/// An input that has a value, or was asked for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputTold {
    pub name: String,
    pub title: String,
    /// Empty where it has no value.
    pub value: String,
    /// Whether a cell or an answer that was looked at asks for it.
    pub looked_at: bool,
}

/// The decision of a table on the day `on`. `shown` are its inputs as the reader may see them.
pub fn decision(
    table: &Table,
    decision: &Decision,
    on: Jalali,
    shown: &BTreeMap<String, Value>,
    titles: &dyn Titles,
    language: Language,
) -> DecisionTold {
    let teller = Teller::new(table, titles, language);
    let told = Told { teller: &teller, decision, on, shown };
    DecisionTold {
        sentence: told.sentence(),
        not_fired: decision.not_fired.iter().map(|rule| told.not_fired(rule)).collect(),
        inputs: told.inputs(),
    }
}

/// What is on record of a decision whose table is not to be had any more.
#[derive(Debug, Clone, Copy)]
pub struct Recorded<'a> {
    pub table: &'a str,
    pub version: &'a str,
    pub rule: &'a str,
    /// The pack of the layer that the rule came from, where it is on record.
    pub pack: Option<&'a str>,
    /// The pack of the layer that changed it, where one did.
    pub changed_by: Option<&'a str>,
    pub outputs: &'a Value,
}

/// The decision as far as the record goes.
pub fn recorded(record: &Recorded<'_>, titles: &dyn Titles, language: Language) -> String {
    let words = Words { language };
    let title = titles.function(record.table).and_then(|function| function.title);
    let title = title.as_ref().map_or(record.table, |title| title.in_language(language));
    let named = |pack: &&str| !pack.is_empty();
    let pack = |pack: Option<&str>| pack.filter(named).map(|pack| pack_named(titles, words, pack, ""));
    let rule = words.with("quoted", [("text", isolated(record.rule).into())]);
    let answers = objects(record.outputs).map(|answer| answered(titles, words, &[], answer)).collect::<Vec<_>>();
    let text = words.with(
        "decided-recorded",
        [
            ("table", isolated(title).into()),
            ("version", isolated(record.version).into()),
            ("rule", rule_from(words, rule, pack(record.pack), pack(record.changed_by)).into()),
            ("answer", words.list(&answers).into()),
        ],
    );
    words.with("sentence", [("text", begun_upright(&text).into())])
}

/// Why a decision is told from the record alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caveat {
    /// The table of then is not to be had.
    TableGone,
    /// It is to be had, and answers something else now.
    AnswersElse,
    /// What it was asked by was erased.
    Erased,
}

/// The caveat as a sentence.
pub fn caveat(caveat: Caveat, language: Language) -> String {
    let words = Words { language };
    words.say(match caveat {
        Caveat::TableGone => "caveat-table-gone",
        Caveat::AnswersElse => "caveat-answers-else",
        Caveat::Erased => "caveat-erased",
    })
}

/// The rule with whose it is and who changed it, as far as that is known.
fn rule_from(words: Words, rule: String, pack: Option<String>, changed_by: Option<String>) -> String {
    let rule = match pack {
        Some(pack) => words.with("decided-rule-from", [("rule", rule.into()), ("pack", pack.into())]),
        None => words.with("decided-rule", [("rule", rule.into())]),
    };
    match changed_by {
        Some(pack) => words.with("decided-rule-changed", [("rule", rule.into()), ("pack", pack.into())]),
        None => rule,
    }
}

/// The answer, or with `hit: collect` each of them.
fn objects(outputs: &Value) -> impl Iterator<Item = &Map<String, Value>> {
    let all: Vec<&Value> = match outputs {
        Value::Array(items) => items.iter().collect(),
        one => vec![one],
    };
    all.into_iter().filter_map(Value::as_object)
}

struct Told<'a> {
    teller: &'a Teller<'a>,
    decision: &'a Decision,
    on: Jalali,
    shown: &'a BTreeMap<String, Value>,
}

impl Told<'_> {
    fn words(&self) -> Words {
        self.teller.words
    }

    fn sentence(&self) -> String {
        let outputs: &[Output] = self.teller.table.outputs();
        let answers =
            objects(&self.decision.outputs).map(|answer| answered(self.teller.titles, self.words(), outputs, answer));
        let said = answers.zip(&self.decision.fired).map(|(answer, fired)| self.answered_by(fired, answer));
        let said: Vec<String> = said.collect();
        let table = self.teller.title_of_table();
        let said = said
            .into_iter()
            .reduce(|begun, next| self.words().with("decided-and", [("begun", begun.into()), ("next", next.into())]));
        let args = [("table", table.into()), ("said", said.unwrap_or_default().into())];
        let text = self.words().with("decided", args);
        let mut told = vec![self.words().with("sentence", [("text", begun_upright(&text).into())])];
        told.extend(self.teller.table.missed(self.decision, self.on).into_iter().filter_map(|out| self.missed(out)));
        told.join(" ")
    }

    /// A rule that would have answered if an overlay had not taken it out.
    fn missed(&self, out: &TakenOut) -> Option<String> {
        let table = self.teller.table;
        let pack = self.teller.overlay_of(table.layers().get(out.layer)?);
        let rule = self.words().with("quoted", [("text", self.teller.title_of_rule(out.rows.first()?).into())]);
        let (pack, rule) = (("pack", pack.into()), ("rule", rule.into()));
        let text = match table.why(out.id(), out.layer) {
            Some(why) => self.words().with("decided-without-why", [pack, rule, ("why", isolated(why).into())]),
            None => self.words().with("decided-without", [pack, rule]),
        };
        Some(self.words().with("sentence", [("text", begun_upright(&text).into())]))
    }

    /// What one rule answered, why, and where the rule comes from.
    fn answered_by(&self, fired: &Fired, answer: String) -> String {
        let rule = self.rows(&fired.rule).find(|rule| rule.layer == fired.layer && rule.is_in_force(self.on));
        let reasons = rule.map(|rule| self.reasons(rule)).unwrap_or_default();
        let why = if rule.is_some_and(|rule| rule.last) {
            self.words().say("decided-otherwise")
        } else if reasons.is_empty() {
            self.words().say("decided-always")
        } else {
            self.words().with("decided-because", [("reasons", self.words().list(&reasons).into())])
        };
        let name = rule.map_or_else(|| isolated(&fired.rule), |rule| self.teller.title_of_rule(rule));
        let name = self.words().with("quoted", [("text", name.into())]);
        let layers = self.teller.table.layers();
        // The base says where it comes from too, where there is anything else.
        let origin = (fired.layer != BASE || layers.len() > 1).then_some(fired.layer);
        let pack = |at: Option<usize>| {
            let layer = at.and_then(|at| layers.get(at)).filter(|layer| !layer.pack.is_empty());
            layer.map(|layer| self.teller.overlay_of(layer))
        };
        let mut rule_told = rule_from(self.words(), name, pack(origin), pack(fired.changed_by));
        if let Some(days) = rule.and_then(|rule| self.teller.days(rule)) {
            rule_told = self.words().with("decided-rule-days", [("rule", rule_told.into()), ("days", days.into())]);
        }
        let rule = rule_told;
        let args = [("answer", answer.into()), ("why", why.into()), ("rule", rule.into())];
        self.words().with("decided-by", args)
    }

    fn reasons(&self, rule: &Rule) -> Vec<String> {
        let held = |condition: &Condition| self.teller.held(condition, self.shown.get(condition.input.as_str()));
        rule.when().iter().filter_map(held).collect()
    }

    fn rows<'r>(&'r self, id: &'r str) -> impl Iterator<Item = &'r Rule> {
        self.teller.table.rules().iter().filter(move |rule| rule.id == id)
    }

    /// The row and the cell that stopped it.
    fn stopped(&self, not: &NotFired) -> Option<(&Rule, &Condition)> {
        let WhyNot::Cell { input, span, .. } = &not.why else { return None };
        self.teller.table.rules().iter().filter(|rule| rule.id == not.rule.as_str()).find_map(|rule| {
            let is_it = |condition: &&Condition| condition.input == *input && condition.span == *span;
            Some((rule, rule.when().iter().find(is_it)?))
        })
    }

    fn not_fired(&self, not: &NotFired) -> String {
        let why = match &not.why {
            WhyNot::Cell { input, cell, .. } => match self.stopped(not) {
                Some((_, condition)) => self.teller.failed(condition, self.shown.get(input.as_str())),
                None => isolated(cell),
            },
            WhyNot::NotInForce => {
                let row = self.rows(&not.rule).find(|rule| !rule.is_in_force(self.on));
                let days = row.and_then(|rule| self.teller.days(rule)).unwrap_or_default();
                self.words().with("stopped-by-day", [("days", days.into())])
            }
            WhyNot::Outranked => match self.teller.table.hit() {
                Hit::Priority => self.words().say("stopped-by-priority"),
                Hit::First | Hit::Unique | Hit::Collect => self.words().say("stopped-by-other"),
            },
            WhyNot::Faulted => self.words().say("stopped-by-fault"),
        };
        self.words().with("sentence", [("text", begun_upright(&why).into())])
    }

    /// What is read from one place and shown alike is one thing to whoever reads it, though a table has two inputs of it.
    fn inputs(&self) -> Vec<InputTold> {
        let looked_at = self.looked_at();
        let mut told: Vec<(&str, InputTold)> = Vec::new();
        for input in self.teller.table.inputs() {
            let (value, looked_at) = (self.shown.get(&input.name), looked_at.contains(input.name.as_str()));
            if value.is_none() && !looked_at {
                continue;
            }
            let one = InputTold {
                name: input.name.clone(),
                title: self.teller.column(input),
                value: value.map(|value| self.teller.input_value(input, value)).unwrap_or_default(),
                looked_at,
            };
            let is_it = |(from, other): &&mut (&str, InputTold)| {
                *from == input.from && other.title == one.title && other.value == one.value
            };
            match told.iter_mut().find(is_it) {
                Some((_, other)) => other.looked_at |= one.looked_at,
                None => told.push((&input.from, one)),
            }
        }
        told.into_iter().map(|(_, one)| one).collect()
    }

    /// The inputs that cells and answers asked for: of a rule that did not answer, up to the cell that stopped it.
    fn looked_at(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for not in &self.decision.not_fired {
            match self.stopped(not) {
                Some((rule, stopped)) => {
                    let upto = rule.when().iter().position(|condition| condition.span == stopped.span);
                    let seen = rule.when().iter().take(upto.map_or(0, |at| at + 1));
                    seen.for_each(|condition| self.add_asked(condition, &mut names));
                }
                // It held, so all of it was looked at.
                None if not.why == WhyNot::Outranked => {
                    let rows = self.rows(&not.rule).flat_map(Rule::when);
                    rows.for_each(|condition| self.add_asked(condition, &mut names));
                }
                None => {}
            }
        }
        for rule in self.decision.fired.iter().flat_map(|fired| self.rows(&fired.rule)) {
            rule.when().iter().for_each(|condition| self.add_asked(condition, &mut names));
            let texts = rule.then().iter().filter_map(|(_, template)| match template {
                Template::Text(parts) => Some(parts),
                Template::Literal(_) => None,
            });
            names.extend(texts.flatten().filter_map(|part| match part {
                Part::Input(name) => Some(name.clone()),
                Part::Plain(_) => None,
            }));
        }
        names
    }

    /// The input of a cell. An expression asks for those besides that it names.
    fn add_asked(&self, condition: &Condition, names: &mut BTreeSet<String>) {
        if matches!(condition.cell, Cell::Any) {
            return;
        }
        names.insert(condition.input.to_string());
        if condition.cell.is_analysed() {
            return;
        }
        let code = condition.source.to_string();
        let is_named = |name: &str| code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
        let inputs = self.teller.table.inputs().iter().filter(|input| is_named(&input.name));
        names.extend(inputs.map(|input| input.name.clone()));
    }
}

impl Teller<'_> {
    /// An input as the head of a row.
    fn column(&self, input: &peygir_decision::Input) -> String {
        let titled = input.title.as_ref().map(|title| title.in_language(self.words.language).to_owned());
        let last = input.from.rsplit('.').next().unwrap_or(&input.name);
        titled.or_else(|| self.words.known(&format!("field-{last}"), [])).unwrap_or_else(|| input.name.clone())
    }
}
