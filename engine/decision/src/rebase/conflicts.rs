//! What an overlay and the new version of its base say of the same thing.

use peygir_source::Node;

use super::{Conflict, Deed, Kind, Versions, Why, deeds};
use crate::{
    analysis::{disjoint, same_cells},
    model::{Rule, Table},
    overlay::{Insert, Layer, Overlay, Side},
};

/// The deeds against which nothing speaks at first sight, and the others with what does. `merged` is the old version
/// with the overlay.
pub(super) fn find(below: &Versions, merged: &Table, layer: &Layer<'_>, at: usize) -> (Vec<Deed>, Vec<Conflict>) {
    let overlay = layer.overlay;
    let (mut free, mut conflicts) = (Vec::new(), Vec::new());
    for deed in deeds::of(overlay, at) {
        let why = match deed.kind {
            Kind::Replace => replaced(below, merged, overlay, &deed),
            Kind::Disable => disabled(below, &deed.name),
            Kind::Insert => {
                let insert = overlay.insert.iter().find(|insert| deeds::id_of(&insert.rule) == deed.name);
                insert.and_then(|insert| inserted(below, merged, insert, &deed.name))
            }
            Kind::Limit => limited(below, overlay, &deed.name),
        };
        match why {
            Some(why) => conflicts.push(Conflict { deed, why }),
            None => free.push(deed),
        }
    }
    (free, conflicts)
}

fn row<'a>(table: &'a Table, id: &str) -> Option<&'a Rule> {
    table.rules.iter().find(|rule| rule.id == *id)
}

/// Whether both versions have a rule and it is not the same in them.
pub(super) fn differ(old: &Table, new: &Table, id: &str) -> bool {
    row(old, id).zip(row(new, id)).is_some_and(|(old, new)| !changed(old, new).is_empty())
}

fn replaced(below: &Versions, merged: &Table, overlay: &Overlay, deed: &Deed) -> Option<Why> {
    let old = row(&below.old, &deed.name)?;
    let Some(new) = row(&below.new, &deed.name) else { return Some(Why::Gone) };
    if new.locked && !old.locked {
        return Some(Why::BecameLocked);
    }
    let node = &overlay.replace.iter().find(|replace| replace.rule.name == deed.name)?.node;
    // The overlay's own form of the rule: where the new version says the same, there is no conflict.
    let own = merged.rules.iter().find(|rule| rule.id == *deed.name && rule.changed_by == Some(deed.layer));
    let both: Vec<&'static str> = changed(old, new)
        .into_iter()
        .filter(|member| node.get(member).is_some())
        .filter(|member| own.is_none_or(|own| changed(own, new).contains(member)))
        .collect();
    if both.is_empty() { tighter(below, node) } else { Some(Why::ChangedInBoth(both)) }
}

/// The members in which two forms of a rule differ.
fn changed(one: &Rule, other: &Rule) -> Vec<&'static str> {
    let answers = |rule: &Rule| {
        let mut then = rule.then.clone();
        then.sort_by(|(one, _), (other, _)| one.cmp(other));
        then
    };
    let differs = [
        ("when", !same_cells(one, other)),
        ("then", answers(one) != answers(other)),
        ("title", one.title != other.title),
        ("effective", one.own != other.own),
    ];
    differs.into_iter().filter(|(_, differs)| *differs).map(|(member, _)| member).collect()
}

fn disabled(below: &Versions, id: &str) -> Option<Why> {
    let old = row(&below.old, id)?;
    let Some(new) = row(&below.new, id) else { return Some(Why::Gone) };
    if new.locked && !old.locked {
        return Some(Why::BecameLocked);
    }
    // A new title is no reason to think again about switching a rule off.
    let both: Vec<_> = changed(old, new).into_iter().filter(|member| *member != "title").collect();
    (!both.is_empty()).then_some(Why::ChangedInBoth(both))
}

fn inserted(below: &Versions, merged: &Table, insert: &Insert, id: &str) -> Option<Why> {
    let anchor = &insert.anchor.name;
    if row(&below.new, anchor).is_none() {
        return Some(Why::AnchorGone { anchor: anchor.clone() });
    }
    if row(&below.new, id).is_some() {
        return Some(Why::IdTaken);
    }
    let own = row(merged, id)?;
    if let Some(past) = crossed(below, merged, own, insert) {
        return Some(Why::AnchorMoved { anchor: anchor.clone(), past });
    }
    tighter(below, &insert.rule)
}

/// A rule of both versions that stood on one side of the inserted rule and would stand on the other, and that has
/// something in common with it.
fn crossed(below: &Versions, merged: &Table, own: &Rule, insert: &Insert) -> Option<String> {
    let anchor = &insert.anchor.name;
    let is_above = |table: &Table, id: &str| {
        let of = |id: &str| table.rules.iter().position(|rule| rule.id == *id);
        let (at, anchor) = (of(id)?, of(anchor)?);
        Some(match insert.place {
            Side::Before => at < anchor,
            Side::After => at <= anchor,
        })
    };
    let common = below.old.rules.iter().filter(|rule| !rule.last && row(&below.new, &rule.id).is_some());
    let mut moved = common.filter(|rule| is_above(&below.old, &rule.id) != is_above(&below.new, &rule.id));
    let meets = |rule: &&Rule| disjoint(own, rule, merged) != Some(true);
    moved.find(meets).map(|rule| rule.id.to_string())
}

/// An answer that the old version allowed and the new one does not.
fn tighter(below: &Versions, rule: &Node) -> Option<Why> {
    let entries = rule.get("then").and_then(Node::entries).unwrap_or_default();
    entries.iter().find_map(|entry| {
        let value = entry.node.to_json();
        let limit = |table: &Table| {
            let output = table.outputs.iter().find(|output| output.name == entry.key)?;
            output.domain().passed(&value)
        };
        let passed = limit(&below.new).filter(|_| limit(&below.old).is_none())?;
        // A text with places is no value yet.
        let is_text = value.as_str().is_some_and(|text| text.contains('{'));
        (!is_text).then(|| Why::LimitTighter { output: entry.key.clone(), value: value.clone(), limit: passed })
    })
}

/// Limits that an overlay makes tighter, and that the new version made tighter still.
fn limited(below: &Versions, overlay: &Overlay, name: &str) -> Option<Why> {
    let output = |table: &Table| table.outputs.iter().position(|output| output.name == *name);
    output(&below.old)?;
    let Some(at) = output(&below.new) else { return Some(Why::Gone) };
    let (_, node) = overlay.limits.iter().find(|(named, _)| named.name == *name)?;
    let bounds = ["min", "max"].into_iter().filter_map(|member| node.get(member));
    let values = node.get("values").and_then(Node::items).unwrap_or_default();
    let mut values = bounds.chain(values).map(Node::to_json);
    values.find_map(|value| {
        let limit = below.new.outputs[at].domain().passed(&value)?;
        Some(Why::LimitTighter { output: name.to_owned(), value, limit })
    })
}
