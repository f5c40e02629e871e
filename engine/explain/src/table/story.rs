//! A whole table: what holds for all rules, each rule as a sentence, and what the layers changed.

use peygir_calendar::Language;
use peygir_decision::{BASE, Hit, Label, LayerRef, Rule, Table};

use super::rule::begun_upright;
use super::{Asked, Teller};
use crate::text::{isolated, plain};
use crate::titles::Titles;

/// A table in the words of one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableTold {
    pub id: String,
    /// Of the base.
    pub version: String,
    pub heading: String,
    /// What holds for all rules: which of them answers, layers, defaults, dates.
    pub about: Vec<String>,
    /// In the order of the table.
    pub rules: Vec<RuleTold>,
    /// What each layer added, changed and took out.
    pub changes: Vec<String>,
}

/// A rule as one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleTold {
    /// From 1, in the digits of the language.
    pub number: String,
    pub id: String,
    pub title: Option<String>,
    pub text: String,
    /// The layer it was born in; 0 is the base.
    pub layer: usize,
    pub changed_by: Option<usize>,
    pub locked: bool,
    pub last: bool,
    /// Whether it is in force on the day that was asked for; true where none was.
    pub in_force: bool,
}

/// The table for people.
pub fn table(table: &Table, titles: &dyn Titles, language: Language, asked: &Asked) -> TableTold {
    let teller = Teller::new(table, titles, language).at(&asked.place);
    let rules = table.rules().iter().enumerate().map(|(at, rule)| RuleTold {
        number: teller.words.digits(&(at + 1).to_string()),
        id: rule.id.to_string(),
        title: rule.title.as_ref().map(|title| title.in_language(language).to_owned()),
        text: teller.rule(rule, asked.on),
        layer: rule.layer,
        changed_by: rule.changed_by,
        locked: rule.locked,
        last: rule.last,
        in_force: asked.on.is_none_or(|on| rule.is_in_force(on)),
    });
    TableTold {
        id: table.id().to_owned(),
        version: table.version().to_string(),
        heading: teller.heading(),
        about: teller.about(asked),
        rules: rules.collect(),
        changes: teller.changes(),
    }
}

impl Teller<'_> {
    fn heading(&self) -> String {
        let version = isolated(&self.table.version().to_string());
        let id = isolated(self.table.id());
        let title = self.title_of_table();
        self.words.with("table-heading", [("title", title.into()), ("id", id.into()), ("version", version.into())])
    }

    fn about(&self, asked: &Asked) -> Vec<String> {
        let hit = match self.table.hit() {
            Hit::First => "table-first",
            Hit::Unique => "table-unique",
            Hit::Collect => "table-collect",
            Hit::Priority => "table-priority",
        };
        let mut about = vec![self.words.say(hit)];
        about.extend(self.layers());
        let defaults = self.defaults();
        if !defaults.is_empty() {
            about.push(self.words.with("table-defaults", [("defaults", self.words.list(&defaults).into())]));
        }
        about.extend(self.limits());
        about.extend(self.input_defaults());
        if let Some(window) = self.table.effective() {
            let days = self.words.window(&window);
            about.push(self.words.with("table-days", [("days", days.into())]));
        }
        if let Some(on) = asked.on {
            let is_in_force = self.table.effective().is_none_or(|window| window.contains(on));
            let id = if is_in_force { "table-on" } else { "table-not-on" };
            about.push(self.words.with(id, [("day", on.long(self.words.language).into())]));
        }
        about.iter().map(|line| begun_upright(line)).collect()
    }

    /// Whose table it is, and what was laid over it.
    fn layers(&self) -> Option<String> {
        let (base, overlays) = self.table.layers().split_first()?;
        if base.pack.is_empty() && overlays.is_empty() {
            return None;
        }
        let base = self.pack_of(base);
        if overlays.is_empty() {
            return Some(self.words.with("table-base", [("pack", base.into())]));
        }
        let mut packs: Vec<String> = overlays.iter().map(|layer| self.pack_of(layer)).collect();
        packs.dedup();
        let overlays = self.words.list(&packs);
        Some(self.words.with("table-layers", [("pack", base.into()), ("overlays", overlays.into())]))
    }

    /// Outputs that no rule and no layer takes past their limits.
    fn limits(&self) -> Vec<String> {
        let limited = self.table.outputs().iter().filter_map(|output| {
            let number = |value: &serde_json::Value| self.words.digits(&value.to_string());
            let range = match (&output.min, &output.max) {
                (Some(min), Some(max)) => {
                    self.words.with("noun-between", [("low", number(min).into()), ("high", number(max).into())])
                }
                (Some(min), None) => self.words.with("noun-at-least", [("number", number(min).into())]),
                (None, Some(max)) => self.words.with("noun-at-most", [("number", number(max).into())]),
                (None, None) => return None,
            };
            let name = super::column::output_name(self.words, Some(output), &output.name);
            Some(self.words.with("answer-value", [("name", name.into()), ("value", range.into())]))
        });
        let limited: Vec<String> = limited.collect();
        let line = |limits: String| self.words.with("table-limits", [("limits", limits.into())]);
        (!limited.is_empty()).then(|| line(self.words.list(&limited))).into_iter().collect()
    }

    fn input_defaults(&self) -> Vec<String> {
        let told = self.table.inputs().iter().filter_map(|input| {
            let value = self.input_value(input, input.default.as_ref()?);
            Some(self.words.with("table-input", [("left", self.left(input).into()), ("value", value.into())]))
        });
        told.collect()
    }

    fn changes(&self) -> Vec<String> {
        let layers = self.table.layers().iter().enumerate().skip(BASE + 1);
        layers.filter_map(|(at, layer)| self.changes_of(at, &self.overlay_of(layer))).collect()
    }

    /// An overlay by its pack; where the pack has several, by its title too.
    pub(super) fn overlay_of(&self, layer: &LayerRef) -> String {
        let pack = self.pack_of(layer);
        let is_only = self.table.layers().iter().filter(|other| other.pack == layer.pack).count() == 1;
        match &layer.title {
            Some(title) if !is_only => {
                let title = plain(title.in_language(self.words.language));
                self.words.with("layer-titled", [("title", title.into()), ("pack", pack.into())])
            }
            _ => pack,
        }
    }

    fn changes_of(&self, layer: usize, pack: &str) -> Option<String> {
        let named = |does: &dyn Fn(&Rule) -> bool| {
            let mut ids: Vec<&Label> = Vec::new();
            let mut names = Vec::new();
            for rule in self.table.rules().iter().filter(|rule| does(rule)) {
                if !ids.contains(&&rule.id) {
                    ids.push(&rule.id);
                    names.push(self.words.with("quoted", [("text", self.title_of_rule(rule).into())]));
                }
            }
            names
        };
        let quoted = |rule: &Rule| self.words.with("quoted", [("text", self.title_of_rule(rule).into())]);
        let disabled = self.table.disabled().iter().filter(|out| out.layer == layer);
        let disabled = disabled.filter_map(|out| out.rows.first()).map(quoted).collect();
        let deeds = [
            ("layer-added", named(&|rule| rule.layer == layer)),
            ("layer-changed", named(&|rule| rule.changed_by == Some(layer))),
            ("layer-disabled", disabled),
        ];
        let deeds: Vec<String> = deeds
            .into_iter()
            .filter(|(_, rules)| !rules.is_empty())
            .map(|(id, rules)| self.words.with(id, [("rules", self.words.list(&rules).into())]))
            .collect();
        let deeds = if deeds.is_empty() { self.words.say("layer-unchanged") } else { self.words.list(&deeds) };
        let line = self.words.with("layer-did", [("pack", pack.to_owned().into()), ("deeds", deeds.into())]);
        Some(begun_upright(&line))
    }
}
