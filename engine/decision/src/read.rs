//! Reading a table from its tree: every member checked, all errors at once.

mod cells;
pub(crate) mod columns;
pub(crate) mod fields;
pub(crate) mod rules;
pub(crate) mod test_rows;

use peygir_source::{Diagnostics, Node};
use semver::Version;

use self::fields::{NAME_FORM, Reader, is_slug};
use crate::{
    complaint,
    decide::Stops,
    label::Label,
    limits::DAYS_MAX,
    model::{BASE, Hit, LayerRef, Table},
    normalise::SearchKey,
};

const MEMBERS: &[&str] =
    &["kind", "id", "version", "title", "description", "hit", "effective", "inputs", "outputs", "rules", "tests"];
const HITS: &[(&str, Hit)] =
    &[("first", Hit::First), ("unique", Hit::Unique), ("collect", Hit::Collect), ("priority", Hit::Priority)];

impl Table {
    /// Reads a table. `search_key` gives the form in which `text` inputs are compared. The diagnostics beside a table
    /// are warnings; without a table they say all that is wrong.
    pub fn read(node: &Node, search_key: SearchKey) -> Result<(Self, Diagnostics), Diagnostics> {
        let mut reader = Reader::default();
        let table = read(&mut reader, node, search_key);
        match table {
            Some(table) if !reader.findings.has_errors() => Ok((table, reader.findings)),
            _ => Err(reader.findings),
        }
    }
}

fn read(reader: &mut Reader, node: &Node, search_key: SearchKey) -> Option<Table> {
    is_table(reader, node)?;
    reader.members(node, "the table", MEMBERS);
    let id = reader.required_text(node, "id");
    if let (Some(id), Some(place)) = (&id, node.get("id"))
        && !is_slug(id)
    {
        reader.push(complaint::bad_name(place.span, "id", NAME_FORM));
    }
    let version = version(reader, node);
    let title = reader.name(node, "title");
    reader.text(node, "description");
    let hit = hit(reader, node);
    let effective = reader.window(node);
    let inputs = columns::inputs(reader, node);
    let outputs = columns::outputs(reader, node);
    let file = Label::default();
    let of_rules = rules::Context {
        inputs: &inputs,
        outputs: &outputs,
        search_key,
        hit: hit.unwrap_or(Hit::First),
        layer: BASE,
        layers: &[],
        file: &file,
    };
    let rules = rules::read(reader, node, &of_rules);
    let tests = test_rows::read(reader, node, &test_rows::Context::new(&inputs, &outputs, &rules, of_rules.hit, BASE));
    let (id, version) = (id?, version?);
    let base = LayerRef { pack: String::new(), id: id.clone(), version: version.to_string(), title: title.clone() };
    let mut table = Table {
        id: id.into(),
        written_version: version.to_string().into(),
        version,
        title,
        hit: hit?,
        inputs,
        outputs,
        rules,
        tests,
        search_key,
        effective,
        layers: vec![base].into(),
        files: vec![file],
        spoken: Vec::new(),
        disabled: Vec::new(),
        stops: Stops::default(),
    };
    table.seal();
    days(reader, node, &table);
    Some(table)
}

/// Says at once when the document is another one: nothing further in it would be told rightly.
fn is_table(reader: &mut Reader, node: &Node) -> Option<()> {
    let kind = node.get("kind");
    match kind.and_then(Node::as_str) {
        Some("decision-table") => return Some(()),
        Some("decision-table-overlay") => {
            let span = kind.map_or(node.span, |kind| kind.span);
            reader.push(complaint::overlay_alone(span));
        }
        _ => reader.push(complaint::not_a_table(kind.map_or(node.span, |kind| kind.span))),
    }
    None
}

pub(crate) fn version(reader: &mut Reader, node: &Node) -> Option<Version> {
    let text = reader.required_text(node, "version")?;
    match Version::parse(&text) {
        Ok(version) => Some(version),
        Err(_) => {
            let span = node.get("version").map_or(node.span, |version| version.span);
            reader.push(complaint::bad_name(span, "version", ("three numbers: 1.4.0", "سه عدد: 1.4.0")));
            None
        }
    }
}

fn hit(reader: &mut Reader, node: &Node) -> Option<Hit> {
    let policy = reader.required_text(node, "hit")?;
    let found = HITS.iter().find(|(name, _)| *name == policy);
    if found.is_none() {
        let span = node.get("hit").map_or(node.span, |hit| hit.span);
        reader.push(complaint::unknown_member(span, &policy, HITS.iter().map(|(name, _)| *name)));
    }
    found.map(|(_, hit)| *hit)
}

fn days(reader: &mut Reader, node: &Node, table: &Table) {
    if table.days().len() > DAYS_MAX {
        let place = node.entry("rules").map_or(node.span, |entry| entry.key_span);
        reader.push(complaint::too_many_days(place, DAYS_MAX));
    }
}
