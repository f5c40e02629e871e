//! Changes of what lies below that a layer covers: its authors decided before there was the change, and where the layer holds
//! nobody sees it.
//!
//! Owns: finding them for one layer, and what changed, from what to what. What is refused anyway is left to those who refuse it.

use std::collections::BTreeSet;

use peygir_calendar::Name;
use peygir_source::Span;

use super::{Conflict, Deed, Kind, Versions, Why, conflicts, deeds, without_tests};
use crate::{
    model::{Output, Rule, Table},
    output::{Part, Template},
    overlay::{Layer, Overlay},
    window::Window,
};

/// A change below that is not seen where the layer holds.
#[derive(Debug, Clone)]
pub struct Covered {
    /// What the layer does, and what stands in its way.
    pub conflict: Conflict,
    /// Where the overlay says it.
    pub span: Span,
    /// What changed; nothing where rules changed places.
    pub parts: Vec<Changed>,
    /// Packs whose tables or overlays made the rule what it was and what it is.
    pub packs: BTreeSet<String>,
}

/// A part of a rule that is another one now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// An input, an output, `title` or `effective`.
    pub part: String,
    /// In English and in Persian; none where it had none.
    pub from: Option<Name>,
    pub to: Option<Name>,
}

/// A table with layers over it, without any tests: only its rules are compared. None where they don't fit.
pub fn stacked(base: &Table, layers: &[Layer<'_>]) -> Option<Table> {
    let bare: Vec<Overlay> =
        layers.iter().map(|layer| deeds::only(layer.overlay, &deeds::of(layer.overlay, 0))).collect();
    let layers: Vec<Layer<'_>> = layers.iter().zip(&bare).map(|(layer, overlay)| Layer { overlay, ..*layer }).collect();
    without_tests(base).merge(&layers).ok().map(|(merged, _)| merged)
}

/// What of the change from the old table to the new one the layer covers. Whoever raised the range of versions past the old one
/// has looked at the new one.
pub fn covered(old: &Table, new: &Table, layer: &Layer<'_>) -> Vec<Covered> {
    let overlay = layer.overlay;
    if !overlay.range.matches(&old.version) || !may_cover(old, new, overlay) {
        return Vec::new();
    }
    let at = new.layers.len();
    let below = Versions { old: without_tests(old), new: without_tests(new) };
    let Some(merged) = stacked(new, std::slice::from_ref(layer)) else { return Vec::new() };
    let (_, conflicts) = conflicts::find(&below, &merged, layer, at);
    let silent = |conflict: &Conflict| matches!(conflict.why, Why::ChangedInBoth(_) | Why::AnchorMoved { .. });
    conflicts.into_iter().filter(silent).map(|conflict| told(old, new, overlay, conflict)).collect()
}

/// Whether it is worth while to lay the overlay over the table.
fn may_cover(old: &Table, new: &Table, overlay: &Overlay) -> bool {
    fn ids(table: &Table) -> Vec<&str> {
        table.rules.iter().map(|rule| rule.id.as_str()).collect()
    }
    let mut named = overlay.replace.iter().map(|replace| &replace.rule).chain(&overlay.disable);
    let is_changed = named.any(|named| conflicts::differ(old, new, &named.name));
    is_changed || (!overlay.insert.is_empty() && ids(old) != ids(new))
}

fn told(old: &Table, new: &Table, overlay: &Overlay, conflict: Conflict) -> Covered {
    let id = match &conflict.why {
        Why::AnchorMoved { anchor, .. } => anchor.clone(),
        _ => conflict.deed.name.clone(),
    };
    let (before, after) = (old.rule(&id), new.rule(&id));
    let members = match &conflict.why {
        Why::ChangedInBoth(members) => members.as_slice(),
        _ => &[],
    };
    let rows = before.zip(after);
    let parts =
        rows.map(|rows| members.iter().flat_map(|member| changed(member, (old, rows.0), (new, rows.1))).collect());
    let packs = packs((old, before), (new, after));
    let span = conflict.deed.span(overlay);
    Covered { conflict, span, parts: parts.unwrap_or_default(), packs }
}

/// The packs that made a rule what it was and what it is.
pub(super) fn packs(before: (&Table, Option<&Rule>), after: (&Table, Option<&Rule>)) -> BTreeSet<String> {
    let by = |(table, rule): (&Table, Option<&Rule>)| {
        let layers = rule.map(|rule| [Some(rule.layer), rule.changed_by]).into_iter().flatten().flatten();
        layers.filter_map(|layer| table.layers.get(layer)).map(|layer| layer.pack.clone()).collect::<Vec<_>>()
    };
    by(before).into_iter().chain(by(after)).collect()
}

/// The parts of a member that differ.
pub(super) fn changed(member: &str, (old, before): (&Table, &Rule), (new, after): (&Table, &Rule)) -> Vec<Changed> {
    let parts: Vec<(String, Option<Name>, Option<Name>)> = match member {
        "when" => {
            inputs(before, after).map(|input| (input.to_owned(), asked(before, input), asked(after, input))).collect()
        }
        "then" => {
            let outputs: BTreeSet<&str> =
                old.outputs.iter().chain(&new.outputs).map(|output| output.name.as_str()).collect();
            outputs
                .into_iter()
                .map(|output| (output.to_owned(), answered(old, before, output), answered(new, after, output)))
                .collect()
        }
        "title" => vec![(member.to_owned(), before.title.clone(), after.title.clone())],
        _ => vec![(member.to_owned(), days(before.own), days(after.own))],
    };
    let differ = parts.into_iter().filter(|(_, from, to)| from != to);
    differ.map(|(part, from, to)| Changed { part, from, to }).collect()
}

fn inputs<'r>(before: &'r Rule, after: &'r Rule) -> impl Iterator<Item = &'r str> {
    let named = |rule: &'r Rule| rule.when.iter().map(|part| part.input.as_str());
    named(before).chain(named(after)).collect::<BTreeSet<_>>().into_iter()
}

fn same(text: impl ToString) -> Name {
    let text = text.to_string();
    Name { fa: text.clone(), en: text }
}

fn asked(rule: &Rule, input: &str) -> Option<Name> {
    rule.when.iter().find(|part| part.input == *input).map(|part| same(&part.written))
}

/// As it is written, or the default of the output.
fn answered(table: &Table, rule: &Rule, name: &str) -> Option<Name> {
    let written = rule.then.iter().find(|(output, _)| output == name).map(|(_, template)| written(template));
    let output: Option<&Output> = table.outputs.iter().find(|output| output.name == name);
    written.or_else(|| output?.default.as_ref().map(plain)).map(same)
}

fn written(template: &Template) -> String {
    match template {
        Template::Literal(value) => plain(value),
        Template::Text(parts) => parts.iter().map(part).collect(),
    }
}

fn part(part: &Part) -> String {
    match part {
        Part::Plain(text) => text.clone(),
        Part::Input(name) => format!("{{{name}}}"),
    }
}

fn plain(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn days(window: Option<Window>) -> Option<Name> {
    window.map(|window| Name { en: window.to_string(), fa: window.to_persian() })
}

impl Covered {
    /// The rule, as the overlay names it.
    pub fn rule(&self) -> &str {
        &self.conflict.deed.name
    }

    /// What the layer does with it.
    pub fn deed(&self) -> &Deed {
        &self.conflict.deed
    }

    /// Whether the layer switches the rule off.
    pub fn is_disabled(&self) -> bool {
        self.conflict.deed.kind == Kind::Disable
    }
}
