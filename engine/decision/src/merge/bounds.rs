//! `limits` of an overlay: they make the limits of outputs tighter, for this layer and all above it. And `titles`: its names
//! for the values of outputs.

use peygir_source::Node;
use serde_json::Value;

use super::Stage;
use crate::{
    complaint::{self, overlay as complaints},
    model::{Output, Rule, Table},
    number::Number,
    output::Template,
    overlay::Named,
    read::columns::{self, bound, values_of},
};

/// Most rules that a finding names.
const NAMED_MAX: usize = 5;

impl Stage<'_> {
    /// The outputs with the overlay's limits.
    pub(super) fn tightened(&mut self) -> Vec<Output> {
        let mut outputs = self.below.outputs.clone();
        if let (Some((named, _)), true) = (self.overlay.limits.first(), self.window().is_some()) {
            self.reader.push(complaints::dated_limits(named.span));
        }
        for (named, node) in &self.overlay.limits {
            match outputs.iter_mut().find(|output| output.name == named.name) {
                Some(output) => self.tighten(output, named, node),
                None => {
                    let known = self.below.outputs.iter().map(|output| output.name.as_str());
                    let unknown = complaint::unknown_name(named.span, ("output", "خروجی"), &named.name, known);
                    self.reader.push(unknown);
                }
            }
        }
        self.titled(&mut outputs);
        outputs
    }

    /// The overlay's names for values, beside those of the layers below, which stay.
    fn titled(&mut self, outputs: &mut [Output]) {
        let Some(titles) = self.overlay.root.get("titles") else { return };
        for entry in self.reader.mapping(titles, "titles") {
            let Some(output) = outputs.iter_mut().find(|output| output.name == entry.key) else {
                let known = self.below.outputs.iter().map(|output| output.name.as_str());
                let unknown = complaint::unknown_name(entry.key_span, ("output", "خروجی"), &entry.key, known);
                self.reader.push(unknown);
                continue;
            };
            let brought = columns::titles(&mut self.reader, &entry.node, &output.values);
            for (value, title) in brought {
                match output.titles.get(&value) {
                    Some(below) if *below != title => {
                        let span = entry.node.entry(&value).map_or(entry.key_span, |place| place.key_span);
                        self.reader.push(complaints::titled_below(span, (&output.name, &value), &title, below));
                    }
                    Some(_) => {}
                    None => drop(output.titles.insert(value, title)),
                }
            }
        }
    }

    fn tighten(&mut self, output: &mut Output, named: &Named, node: &Node) {
        output.limited_by = Some(self.layer);
        let members = self.reader.members(node, &named.name, &["min", "max", "values"]);
        if members.is_empty() && node.entries().is_some() {
            self.reader.push(complaints::no_effect_limit(named.span, &named.name));
        }
        let value_type = output.value_type;
        let min = bound(&mut self.reader, node, "min", value_type);
        let max = bound(&mut self.reader, node, "max", value_type);
        let values = values_of(&mut self.reader, node, &named.name, value_type);
        for (new, old, key) in [(min, &mut output.min, "min"), (max, &mut output.max, "max")] {
            let Some(new) = new else { continue };
            self.judge(node, key, &named.name, &new, old.as_ref());
            *old = Some(new);
        }
        if let (Some(place), false) = (node.get("values"), values.is_empty()) {
            let domain = output.domain();
            let wider = values.iter().find(|value| domain.passed(value).is_some());
            if let Some(wider) = wider {
                self.reader.push(complaints::looser_limit(place.span, &named.name, &wider.to_string()));
            } else if values.len() == output.values.len() {
                self.reader.push(complaints::no_effect_limit(place.span, &named.name));
            }
            output.values = values;
        }
        let crossed = output.domain().min.zip(output.max.as_ref()).filter(|(min, max)| order(min, max).is_gt());
        if crossed.is_some() {
            self.reader.push(complaints::crossed_limits(named.span, &named.name));
        }
    }

    /// A new bound must lie within the old one.
    fn judge(&mut self, node: &Node, key: &str, output: &str, new: &Value, old: Option<&Value>) {
        let span = node.get(key).map_or(node.span, |place| place.span);
        let Some(old) = old else { return };
        let tighter = if key == "max" { order(new, old) } else { order(old, new) };
        if tighter.is_gt() {
            self.reader.push(complaints::looser_limit(span, output, &new.to_string()));
        } else if tighter.is_eq() {
            self.reader.push(complaints::no_effect_limit(span, output));
        }
    }

    /// Rules of the layers below must keep the new limits too. Those that the overlay changes were checked as they were
    /// read.
    pub(super) fn check_bounds(&mut self, table: &Table) {
        for (named, _) in &self.overlay.limits {
            let Some(output) = table.outputs.iter().find(|output| output.name == named.name) else { continue };
            // What asks for another place answers nothing here.
            let may_answer = |rule: &&Rule| rule.layer != self.layer && table.lets_within(rule, self.place);
            let below = table.rules.iter().filter(may_answer);
            let mut outside: Vec<String> = below.filter_map(|rule| passes(rule, output)).collect();
            outside.dedup();
            if !outside.is_empty() {
                let more = outside.len() > NAMED_MAX;
                outside.truncate(NAMED_MAX);
                if more {
                    outside.push("…".to_owned());
                }
                self.reader.push(complaints::rules_outside(named.span, &named.name, &outside));
            }
        }
    }
}

fn order(left: &Value, right: &Value) -> std::cmp::Ordering {
    let (left, right) = (Number::of(left), Number::of(right));
    left.zip(right).map_or(std::cmp::Ordering::Equal, |(left, right)| left.compare(right))
}

/// The rule and what it answers, where that is outside the output's limits.
fn passes(rule: &Rule, output: &Output) -> Option<String> {
    let written = rule.then.iter().find(|(name, _)| *name == output.name);
    let value = match written {
        Some((_, Template::Literal(value))) => value,
        // What a text is filled to is only known at the decision, which checks it.
        Some((_, Template::Text(_))) => return None,
        None => output.default.as_ref()?,
    };
    output.domain().passed(value).map(|_| format!("{} ({value})", rule.id))
}
