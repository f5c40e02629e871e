//! Reading the form of an overlay: members, names, versions, dates.

use std::collections::BTreeMap;

use peygir_source::{Diagnostics, Entry, Node};
use semver::VersionReq;

use super::{Insert, Named, Overlay, Replace, Side, Supersede};
use crate::{
    complaint::{self, overlay as complaints},
    limits::{RULES_MAX, TESTS_MAX},
    normalise::SearchKey,
    read::{
        fields::{NAME_FORM, Reader, is_slug},
        version,
    },
};

const MEMBERS: &[&str] = &[
    "kind",
    "id",
    "extends",
    "version",
    "title",
    "description",
    "effective",
    "limits",
    "titles",
    "replace",
    "insert",
    "disable",
    "supersedes",
    "tests",
];
pub(crate) const REPLACE_MEMBERS: &[&str] = &["when", "then", "title", "effective", WHY];
/// Beside what is done to a rule: that it is meant.
pub(crate) const WHY: &str = "why";
const RANGE_FORM: (&str, &str) = (
    "the versions of the base that this was written for: '^1.4' or '>=1.4, <1.6'",
    "نسخه‌هایی از جدول پایه که این لایه برایشان نوشته شده است: '^1.4' یا '>=1.4, <1.6'",
);

/// By the rule that something is done to.
type Reasons = BTreeMap<String, String>;

pub(super) fn read(node: &Node, search_key: SearchKey) -> (Option<Overlay>, Diagnostics) {
    let mut reader = Reader::default();
    let overlay = overlay(&mut reader, node, search_key);
    let is_whole = !reader.findings.has_errors();
    (overlay.map(|overlay| Overlay { is_whole, ..overlay }), reader.findings)
}

fn overlay(reader: &mut Reader, node: &Node, search_key: SearchKey) -> Option<Overlay> {
    let kind = node.get("kind");
    if kind.and_then(Node::as_str) != Some("decision-table-overlay") {
        reader.push(complaints::not_an_overlay(kind.map_or(node.span, |kind| kind.span)));
        return None;
    }
    reader.members(node, "the overlay", MEMBERS);
    let id = slug(reader, node, "id");
    let base = base(reader, node);
    let version = version(reader, node);
    let title = reader.name(node, "title");
    reader.text(node, "description");
    let effective = reader.window(node);
    let limits = mapping(reader, node, "limits").iter().map(|entry| (named(entry), entry.node.clone())).collect();
    let mut why = BTreeMap::new();
    let replaced = mapping(reader, node, "replace").iter();
    let replace: Vec<Replace> = replaced.map(|entry| replace(reader, entry, &mut why)).collect();
    let inserts = reader.list(node, "insert", RULES_MAX);
    let insert: Vec<Insert> = inserts.iter().filter_map(|item| insert(reader, item)).collect();
    // Others may stand beside a rule that could not be read, and would be told that there is none.
    let all_inserted = insert.len() == inserts.len();
    let disable = disable(reader, node, &mut why);
    let superseded = reader.list(node, "supersedes", TESTS_MAX);
    let supersedes = superseded.iter().filter_map(|item| supersede(reader, item)).collect();
    let changes = ["limits", "replace", "insert", "disable", "tests"];
    if !changes.iter().any(|member| node.get(member).is_some()) {
        reader.push(complaints::nothing_changed(node.span));
    }
    let (extends, range, range_span) = base?;
    let id = id.map_or_else(|| extends.name.clone(), |id| id.name);
    let (version, root) = (version?, node.clone());
    all_inserted.then_some(Overlay {
        id,
        extends,
        range,
        range_span,
        version,
        title,
        effective,
        limits,
        replace,
        insert,
        disable,
        supersedes,
        why,
        root,
        search_key,
        is_whole: true,
    })
}

/// `extends: { id: route-agency, version: '^1.4' }`.
fn base(reader: &mut Reader, node: &Node) -> Option<(Named, VersionReq, peygir_source::Span)> {
    let Some(extends) = node.get("extends") else {
        reader.push(complaint::missing(node.span, "extends"));
        return None;
    };
    reader.members(extends, "extends", &["id", "version"]);
    extends.entries()?;
    if extends.get("id").is_none() {
        reader.push(complaint::missing(extends.span, "id"));
    }
    let id = slug(reader, extends, "id");
    let written = reader.required_text(extends, "version");
    let span = extends.get("version").map_or(extends.span, |version| version.span);
    let range = written.and_then(|written| {
        let range = VersionReq::parse(&written).ok();
        if range.is_none() {
            reader.push(complaint::bad_name(span, "version", RANGE_FORM));
        }
        range
    });
    Some((id?, range?, span))
}

fn slug(reader: &mut Reader, node: &Node, key: &str) -> Option<Named> {
    let name = reader.text(node, key)?;
    let span = node.get(key).map_or(node.span, |place| place.span);
    if !is_slug(&name) {
        reader.push(complaint::bad_name(span, key, NAME_FORM));
    }
    Some(Named { name, span })
}

fn named(entry: &Entry) -> Named {
    Named { name: entry.key.clone(), span: entry.key_span }
}

fn mapping<'a>(reader: &mut Reader, node: &'a Node, key: &str) -> &'a [Entry] {
    node.get(key).map_or(&[], |member| reader.mapping(member, key))
}

fn replace(reader: &mut Reader, entry: &Entry, why: &mut Reasons) -> Replace {
    let members = reader.members(&entry.node, &entry.key, REPLACE_MEMBERS);
    if members.iter().all(|member| member.key == WHY) && entry.node.entries().is_some() {
        reader.push(complaints::empty_replace(entry.key_span, &entry.key));
    }
    why.extend(reader.text(&entry.node, WHY).map(|said| (entry.key.clone(), said)));
    Replace { rule: named(entry), node: entry.node.clone() }
}

/// `{ before: municipal, rule: {...} }`.
fn insert(reader: &mut Reader, item: &Node) -> Option<Insert> {
    reader.members(item, "the insertion", &["before", "after", "rule"]);
    item.entries()?;
    let rule = item.get("rule").cloned();
    if rule.is_none() {
        reader.push(complaint::missing(item.span, "rule"));
    }
    let side = match (item.get("before"), item.get("after")) {
        (Some(_), None) => Some((Side::Before, "before")),
        (None, Some(_)) => Some((Side::After, "after")),
        _ => {
            let (form, form_fa) =
                ("one of before and after, with the id of a rule", "یکی از before و after با شناسهٔ یک قاعده");
            reader.push(complaint::shape(item.span, "insert", form, form_fa));
            None
        }
    };
    let (place, key) = side?;
    let name = reader.text(item, key)?;
    let span = item.get(key).map_or(item.span, |anchor| anchor.span);
    Some(Insert { place, anchor: Named { name, span }, rule: rule? })
}

/// Ids of rules, or `{ rule: ID, why: TEXT }`.
fn disable(reader: &mut Reader, node: &Node, why: &mut Reasons) -> Vec<Named> {
    let mut named: Vec<Named> = Vec::new();
    for item in reader.list(node, "disable", RULES_MAX) {
        let Some(one) = disabled(reader, item, why) else { continue };
        if named.iter().any(|other| other.name == one.name) {
            reader.push(complaints::named_twice(one.span, &one.name));
        }
        named.push(one);
    }
    named
}

fn disabled(reader: &mut Reader, item: &Node, why: &mut Reasons) -> Option<Named> {
    if let Some(name) = item.as_str() {
        return Some(Named { name: name.to_owned(), span: item.span });
    }
    if item.entries().is_none() {
        let (en, fa) = (
            "a list of ids of rules, each alone or as { rule: ID, why: TEXT }",
            "فهرستی از شناسهٔ قاعده‌ها، هر یک تنها یا به شکل { rule: ID, why: TEXT }",
        );
        reader.push(complaint::shape(item.span, "disable", en, fa));
        return None;
    }
    reader.members(item, "disable", &["rule", WHY]);
    let (name, said) = (reader.required_text(item, "rule")?, reader.required_text(item, WHY)?);
    why.insert(name.clone(), said);
    Some(Named { name, span: item.get("rule").map_or(item.span, |rule| rule.span) })
}

/// `{ test: NAME, why: TEXT }`; a test without a name goes by its number.
fn supersede(reader: &mut Reader, item: &Node) -> Option<Supersede> {
    reader.members(item, "supersedes", &["test", "why"]);
    item.entries()?;
    let why = reader.required_text(item, "why").unwrap_or_default();
    let Some(test) = item.get("test") else {
        reader.push(complaint::missing(item.span, "test"));
        return None;
    };
    let name = match &test.value {
        peygir_source::Value::Number(number) => number.to_string(),
        _ => reader.text(item, "test")?,
    };
    Some(Supersede { test: Named { name, span: test.span }, why })
}
