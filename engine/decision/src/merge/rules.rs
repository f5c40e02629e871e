//! What an overlay does to the rules below it: parts replaced, rules inserted, rules disabled.

use peygir_calendar::Name;
use peygir_source::{Diagnostic, Node, Span};

use super::Stage;
use crate::{
    complaint::{self, overlay as complaints},
    label::Label,
    model::{Condition, Output, Rule, Table, TakenOut, because},
    output::Template,
    overlay::{Insert, Named, REPLACE_MEMBERS, Side, WHY},
    read::fields::Reader,
    window::Window,
};

/// The overlay's differences, read against the table.
pub(super) struct Changes {
    pub replaced: Vec<Replaced>,
    pub inserted: Vec<Inserted>,
    pub disabled: Vec<Named>,
}

/// A rule below and the forms it takes: one for each row that has its id.
pub(super) struct Replaced {
    pub named: Named,
    /// Whether it may hold where it did not before.
    pub asks_anew: bool,
    /// Place of the row below, and the row that stands in its place.
    pub rows: Vec<(usize, Rule)>,
}

pub(super) struct Inserted {
    pub rule: Rule,
    pub side: Side,
    pub anchor: Named,
}

impl Stage<'_> {
    /// Reads the differences. What can't be read or does not fit is told and left out.
    pub(super) fn changes(&mut self, table: &Table) -> Changes {
        let overlay = self.overlay;
        let disabled: Vec<Named> =
            overlay.disable.iter().filter(|named| self.may_be_disabled(named)).cloned().collect();
        let mut replaced = Vec::new();
        for replace in &overlay.replace {
            if !self.is_known(&replace.rule) {
                continue;
            }
            // What it would answer instead does not matter: nothing of it may change.
            if let Some(rule) = self.below.rules.iter().find(|rule| rule.id == replace.rule.name && rule.locked) {
                let layer = &self.below.layers[rule.layer];
                self.reader.push(complaints::locked(replace.rule.span, &replace.rule.name, layer));
                continue;
            }
            if disabled.iter().any(|named| named.name == replace.rule.name) {
                self.reader.push(complaints::replaced_and_disabled(replace.rule.span, &replace.rule.name));
            }
            replaced.extend(self.replaced(table, &replace.rule, &replace.node));
        }
        let mut inserted: Vec<Inserted> = Vec::new();
        for insert in &overlay.insert {
            if let Some(new) = self.inserted(table, insert, &inserted) {
                let in_place_of = disabled.iter().find(|named| named.name == new.anchor.name);
                let fallen = in_place_of.and_then(|named| self.fallen_beside(table, named, &new.rule, insert));
                self.reader.findings.list.extend(fallen);
                inserted.push(new);
            }
        }
        Changes { replaced, inserted, disabled }
    }

    /// Whether the layers below have the rule; what they do not have is told with the nearest name.
    fn is_known(&mut self, named: &Named) -> bool {
        let rules = &self.below.rules;
        let known = rules.iter().any(|rule| rule.id == named.name);
        if !known {
            let gone = self.below.disabled.iter().find(|out| *out.id() == *named.name);
            self.reader.push(match gone {
                Some(out) => complaints::disabled_below(named.span, &named.name, &self.below.layers[out.layer]),
                None => {
                    let ids = rules.iter().map(|rule| rule.id.as_str());
                    complaint::unknown_name(named.span, ("rule", "قاعدهٔ"), &named.name, ids)
                }
            });
        }
        known
    }

    /// Whether the rule is there, on the days of the overlay.
    fn may_be_disabled(&mut self, named: &Named) -> bool {
        if !self.is_known(named) {
            return false;
        }
        let days = self.window().unwrap_or_default();
        let mut rows = self.below.rules.iter().filter(|rule| rule.id == named.name);
        if rows.all(|rule| days.meet(rule.effective.unwrap_or_default()).is_none()) {
            self.reader.push(complaints::never_in_force_rule(named.span, &named.name, &days));
        }
        true
    }

    fn replaced(&mut self, table: &Table, named: &Named, node: &Node) -> Option<Replaced> {
        let parts = self.parts(table, named, node)?;
        let rows = self.below.rules.iter().enumerate().filter(|(_, rule)| rule.id == named.name);
        let mut changed = Vec::new();
        let mut differs = false;
        for (at, rule) in rows {
            if let Some(new) = parts.laid_over(rule, self.layer, named.span, self.window()) {
                differs |= !is_same(rule, &new);
                changed.push((at, new));
            }
        }
        self.reader.findings.list.extend(self.fallen(table, named, node, &changed));
        self.reader.findings.list.extend(self.renamed(named, node, &changed));
        if changed.is_empty() {
            let days = parts.own.or(self.window()).unwrap_or_default();
            self.reader.push(complaints::never_in_force_rule(named.span, &named.name, &days));
        } else if !differs && is_of_parts(node) {
            self.reader.push(complaints::no_effect(named.span, &named.name));
        }
        let asks_anew = parts.when.is_some() || parts.own.is_some();
        Some(Replaced { named: named.clone(), asks_anew, rows: changed })
    }

    /// The same of a rule that is put in beside one that is taken out.
    fn fallen_beside(&self, table: &Table, gone: &Named, new: &Rule, insert: &Insert) -> Option<Diagnostic> {
        let old = self.below.rules.iter().filter(|rule| rule.id == gone.name);
        let old: Vec<&Rule> = old.collect();
        let fallen = |output: &&Output| old.iter().any(|old| has_fallen(output, old, new));
        let fallen: Vec<&Output> = table.outputs.iter().filter(fallen).collect();
        let span = insert.rule.entry("then").map_or(insert.rule.span, |then| then.key_span);
        let why = self.overlay.why.get(&gone.name).map(String::as_str);
        (!fallen.is_empty()).then(|| complaints::back_to_default(span, &gone.name, &fallen, why))
    }

    /// That outputs are again what they are by default, since the new `then` does not write what the rule answered in them.
    fn fallen(&self, table: &Table, named: &Named, node: &Node, rows: &[(usize, Rule)]) -> Option<Diagnostic> {
        let span = node.entry("then")?.key_span;
        let fallen = |output: &&Output| rows.iter().any(|(at, new)| has_fallen(output, &self.below.rules[*at], new));
        let fallen: Vec<&Output> = table.outputs.iter().filter(fallen).collect();
        let why = self.overlay.why.get(&named.name).map(String::as_str);
        (!fallen.is_empty()).then(|| complaints::back_to_default(span, &named.name, &fallen, why))
    }

    /// That all of it asks and answers as before, under another title than the layers below gave it.
    fn renamed(&self, named: &Named, node: &Node, rows: &[(usize, Rule)]) -> Option<Diagnostic> {
        let below = |at: &usize| &self.below.rules[*at];
        if !rows.iter().all(|(at, new)| below(at).because == new.because && below(at).then == new.then) {
            return None;
        }
        let (was, is) = rows.iter().find_map(|(at, new)| {
            let (was, is) = (below(at).title.as_ref()?, new.title.as_ref()?);
            (was != is).then_some((was, is))
        })?;
        let span = node.entry("title").map_or(named.span, |title| title.key_span);
        let why = self.overlay.why.get(&named.name).map(String::as_str);
        Some(complaints::renamed(span, &named.name, is, was, why))
    }

    /// The members given, read; none where one of them can't be.
    fn parts(&mut self, table: &Table, named: &Named, node: &Node) -> Option<Parts> {
        let mut reader = Reader::default();
        let context = self.context(table);
        let when = node.get("when").map(|_| context.conditions(&mut reader, node));
        let then = node.get("then").map(|_| {
            context.required_outputs(&mut reader, node, &named.name, named.span);
            context.answers(&mut reader, node)
        });
        let title = reader.name(node, "title");
        let own = reader.window(node);
        let is_whole = !reader.findings.has_errors();
        self.reader.findings.extend(reader.findings);
        is_whole.then_some(Parts { when, then, title, own })
    }

    fn inserted(&mut self, table: &Table, insert: &Insert, earlier: &[Inserted]) -> Option<Inserted> {
        let mut reader = Reader::default();
        let rule = self.context(table).rule(&mut reader, &insert.rule);
        self.reader.findings.extend(reader.findings);
        let known = self.is_known(&insert.anchor);
        let mut rule = rule?;
        let taken = self.below.rules.iter().find(|other| other.id == rule.id);
        let gone = self.below.disabled.iter().any(|out| *out.id() == *rule.id);
        let twice = earlier.iter().any(|other| other.rule.id == rule.id);
        if taken.is_some() || gone || twice {
            self.reader.push(complaints::id_taken(rule.span, &rule.id, taken));
        }
        if rule.last {
            self.reader.push(complaints::second_catch_all(rule.span, &rule.id));
        }
        rule.bound = self.window();
        match rule.meet() {
            Some(effective) => rule.effective = effective,
            None => {
                let days = self.window().unwrap_or_default();
                self.reader.push(complaints::never_in_force_rule(rule.span, &rule.id, &days));
            }
        }
        let (side, anchor) = (insert.place, insert.anchor.clone());
        known.then_some(Inserted { rule, side, anchor })
    }

    /// The rules of the merged table.
    pub(super) fn rules(&self, changes: Changes, disabled: &mut Vec<TakenOut>) -> Vec<Rule> {
        let Changes { replaced, inserted, disabled: off } = changes;
        let (mut new_rows, window) = (replaced_rows(replaced, self.below.rules.len()), self.window());
        let mut merged = Vec::with_capacity(self.below.rules.len() + inserted.len());
        let last_of = |id: &Label, at: usize| self.below.rules[at + 1..].iter().all(|rule| rule.id != *id);
        let first_of = |id: &Label, at: usize| self.below.rules[..at].iter().all(|rule| rule.id != *id);
        let beside = |id: &Label, side: Side| {
            let here = move |one: &&Inserted| one.side == side && *id == one.anchor.name;
            inserted.iter().filter(here).map(|one| one.rule.clone()).collect::<Vec<_>>()
        };
        for (at, rule) in self.below.rules.iter().enumerate() {
            if first_of(&rule.id, at) {
                merged.extend(beside(&rule.id, Side::Before));
            }
            let new = new_rows[at].take();
            let is_off = off.iter().any(|named| rule.id == named.name);
            let stays = match (&new, window) {
                (None, _) if !is_off => Some(rule.clone()),
                (_, Some(window)) => rule.without(window),
                (_, None) => None,
            };
            merged.extend(new);
            merged.extend(stays);
            if last_of(&rule.id, at) {
                if is_off && !merged.iter().any(|left| left.id == rule.id) {
                    let rows = self.below.rules.iter().filter(|row| row.id == rule.id).cloned().collect();
                    let before = self.below.rules.get(at + 1).map_or_else(|| rule.id.clone(), |next| next.id.clone());
                    disabled.push(TakenOut { rows, layer: self.layer, before });
                }
                merged.extend(beside(&rule.id, Side::After));
            }
        }
        merged
    }
}

/// Whether something is replaced and all of it can be: otherwise it was told of the overlay's form why nothing changes.
fn is_of_parts(node: &Node) -> bool {
    let entries = node.entries().unwrap_or_default();
    let mut keys = entries.iter().map(|entry| entry.key.as_str());
    keys.clone().any(|key| key != WHY) && keys.all(|key| REPLACE_MEMBERS.contains(&key))
}

/// The new rows by the place of the row below.
fn replaced_rows(replaced: Vec<Replaced>, count: usize) -> Vec<Option<Rule>> {
    let mut rows = vec![None; count];
    for (at, rule) in replaced.into_iter().flat_map(|one| one.rows) {
        rows[at] = Some(rule);
    }
    rows
}

/// The members of a replacement.
struct Parts {
    when: Option<Vec<Condition>>,
    then: Option<Vec<(String, Template)>>,
    title: Option<Name>,
    own: Option<Window>,
}

impl Parts {
    /// The rule with these parts, on the days of the overlay. None where it would never be in force.
    fn laid_over(&self, rule: &Rule, layer: usize, span: Span, window: Option<Window>) -> Option<Rule> {
        let mut new = rule.clone();
        if let Some(when) = &self.when {
            new.because = because(when);
            new.when.clone_from(when);
        }
        if let Some(then) = &self.then {
            new.then.clone_from(then);
        }
        new.title = self.title.clone().or(new.title);
        new.own = self.own.or(new.own);
        new.bound = match (rule.bound, window) {
            (Some(below), Some(window)) => Some(below.meet(window)?),
            (below, window) => below.or(window),
        };
        new.effective = new.meet()?;
        new.changed_by = Some(layer);
        new.changed_at = Some(span);
        Some(new)
    }
}

impl Rule {
    /// The days on which it is in force by its own dates and by those of the overlays it comes from.
    fn meet(&self) -> Option<Option<Window>> {
        match (self.own, self.bound) {
            (Some(own), Some(bound)) => own.meet(bound).map(Some),
            (own, bound) => Some(own.or(bound)),
        }
    }

    /// The rule without these days; none where no day is left.
    fn without(&self, window: Window) -> Option<Self> {
        if self.effective.is_some_and(|effective| window.covers(effective)) {
            return None;
        }
        let mut left = self.clone();
        if window.meet(self.effective.unwrap_or_default()).is_some() {
            left.except.push(window);
        }
        Some(left)
    }
}

/// Whether the rule wrote an answer that it does not write any more, other than the one that stands in its place.
fn has_fallen(output: &Output, old: &Rule, new: &Rule) -> bool {
    let written =
        |rule: &Rule| rule.then.iter().find(|(name, _)| *name == output.name).map(|(_, answer)| answer.clone());
    let default = output.default.clone().map(Template::Literal);
    written(old).is_some_and(|was| written(new).is_none() && Some(was) != default)
}

/// Whether a rule that was laid over another asks and answers the same as before.
fn is_same(old: &Rule, new: &Rule) -> bool {
    let days = new.bound == old.bound || new.bound.is_some();
    old.because == new.because && old.then == new.then && old.title == new.title && old.own == new.own && days
}
