//! What overlays say of one another: two that write one output, and one whose words no longer count.
//!
//! A `then` is replaced as a whole, so a later one takes the place of all that an earlier one answered. That an
//! override says what the rule said before is told when it is laid over the table.

use std::collections::BTreeMap;

use peygir_source::Node;

use super::{Dead, Finding};
use crate::{
    overlay::{Layer, WHY},
    window::Window,
};

/// What one overlay does to one rule. The layer is a place in the merged table's layers.
struct Deed<'a> {
    layer: usize,
    days: Window,
    /// The members that it gives; none where it disables the rule.
    members: Option<Vec<&'a str>>,
    outputs: Vec<&'a str>,
    inserts: bool,
    /// As the overlay says it.
    why: Option<&'a str>,
}

/// Findings about overlays that lie over each other, the lowest first.
pub fn overrides(layers: &[Layer<'_>]) -> Vec<Finding> {
    let mut rules: BTreeMap<&str, Vec<Deed>> = BTreeMap::new();
    for (place, layer) in layers.iter().enumerate() {
        gather(place + 1, layer, &mut rules);
    }
    let mut found = Vec::new();
    for (rule, deeds) in &rules {
        found.extend(written_twice(rule, deeds));
        found.extend(overridden(rule, deeds));
    }
    found
}

fn gather<'a>(layer: usize, from: &Layer<'a>, rules: &mut BTreeMap<&'a str, Vec<Deed<'a>>>) {
    let overlay = from.overlay;
    let days = overlay.effective.unwrap_or_default();
    for replace in &overlay.replace {
        let members = keys(&replace.node).into_iter().filter(|member| *member != WHY).collect();
        let why = overlay.why.get(&replace.rule.name).map(String::as_str);
        let outputs = replace.node.get("then").map(keys).unwrap_or_default();
        let deed = Deed { layer, days, members: Some(members), outputs, inserts: false, why };
        rules.entry(replace.rule.name.as_str()).or_default().push(deed);
    }
    for insert in &overlay.insert {
        let Some(id) = insert.rule.get("id").and_then(Node::as_str) else { continue };
        let outputs = insert.rule.get("then").map(keys).unwrap_or_default();
        let deed = Deed { layer, days, members: Some(keys(&insert.rule)), outputs, inserts: true, why: None };
        rules.entry(id).or_default().push(deed);
    }
    for named in &overlay.disable {
        let why = overlay.why.get(&named.name).map(String::as_str);
        let deed = Deed { layer, days, members: None, outputs: Vec::new(), inserts: false, why };
        rules.entry(named.name.as_str()).or_default().push(deed);
    }
}

fn keys(node: &Node) -> Vec<&str> {
    node.entries().unwrap_or_default().iter().map(|entry| entry.key.as_str()).collect()
}

fn written_twice(rule: &str, deeds: &[Deed]) -> Vec<Finding> {
    let mut outputs: BTreeMap<&str, Vec<&Deed>> = BTreeMap::new();
    for deed in deeds {
        for output in &deed.outputs {
            outputs.entry(output).or_default().push(deed);
        }
    }
    let mut found = Vec::new();
    for (output, deeds) in outputs {
        let meets =
            |deed: &&Deed| deeds.iter().any(|other| other.layer != deed.layer && other.days.meet(deed.days).is_some());
        let met: Vec<&Deed> = deeds.iter().copied().filter(meets).collect();
        let layers: Vec<usize> = met.iter().map(|deed| deed.layer).collect();
        let [lower @ .., last] = met.as_slice() else { continue };
        // What the last of them meets is told; two below it may meet on days of their own.
        let days = lower.iter().rev().find_map(|deed| deed.days.meet(last.days)).unwrap_or(last.days);
        if layers.len() > 1 {
            let (rule, output) = (rule.to_owned(), output.to_owned());
            found.push(Finding::WrittenTwice { rule, output, layers, days, why: last.why.map(str::to_owned) });
        }
    }
    found
}

/// Deeds of which nothing is left: a later layer gives the same members again, or disables the rule.
fn overridden(rule: &str, deeds: &[Deed]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (place, deed) in deeds.iter().enumerate() {
        let Some(members) = &deed.members else { continue };
        let undoes = |later: &&Deed| {
            later.days.covers(deed.days)
                && match &later.members {
                    None => true,
                    Some(theirs) => !deed.inserts && members.iter().all(|member| theirs.contains(member)),
                }
        };
        // Where both write an output, that is told of them, with the reason.
        let is_told =
            |later: &&Deed| later.why.is_some() && later.outputs.iter().any(|output| deed.outputs.contains(output));
        if let Some(later) = deeds[place + 1..].iter().find(undoes).filter(|later| !is_told(later)) {
            let why = match later.why {
                Some(why) => Dead::OnPurpose { by: later.layer, why: why.to_owned() },
                None => Dead::OverriddenBy(later.layer),
            };
            found.push(Finding::DeadOverride { rule: rule.to_owned(), layer: deed.layer, why });
        }
    }
    found
}
