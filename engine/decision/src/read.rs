//! Reading a table from its tree: every member checked, all errors at once.

mod cells;
mod columns;
mod fields;
mod rules;
mod test_rows;

use peygir_source::{Diagnostics, Node};
use semver::Version;

use self::fields::{NAME_FORM, Reader, is_slug};
use crate::{
    complaint,
    model::{Hit, Table},
    normalise::SearchKey,
};

const MEMBERS: &[&str] =
    &["kind", "id", "version", "title", "description", "hit", "inputs", "outputs", "rules", "tests"];
const HITS: &[&str] = &["first", "unique", "collect", "priority"];

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
    let title = reader.text(node, "title");
    reader.text(node, "description");
    hit(reader, node);
    let inputs = columns::inputs(reader, node);
    let outputs = columns::outputs(reader, node);
    let rules = rules::read(reader, node, &inputs, &outputs, search_key);
    let tests = test_rows::read(reader, node, &inputs, &outputs, &rules);
    Some(Table { id: id?, version: version?, title, hit: Hit::First, inputs, outputs, rules, tests, search_key })
}

/// Says at once when the document is another one: nothing further in it would be told rightly.
fn is_table(reader: &mut Reader, node: &Node) -> Option<()> {
    let kind = node.get("kind");
    match kind.and_then(Node::as_str) {
        Some("decision-table") => return Some(()),
        Some("decision-table-overlay") => {
            let span = kind.map_or(node.span, |kind| kind.span);
            reader.push(complaint::not_built(span, "an overlay of a table (kind: decision-table-overlay)"));
        }
        _ => reader.push(complaint::not_a_table(kind.map_or(node.span, |kind| kind.span))),
    }
    None
}

fn version(reader: &mut Reader, node: &Node) -> Option<Version> {
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

fn hit(reader: &mut Reader, node: &Node) {
    let Some(policy) = reader.required_text(node, "hit") else {
        return;
    };
    let span = node.get("hit").map_or(node.span, |hit| hit.span);
    match policy.as_str() {
        "first" => {}
        "unique" | "collect" | "priority" => reader.push(complaint::not_built(span, &format!("hit: {policy}"))),
        _ => reader.push(complaint::unknown_member(span, &policy, HITS.iter().copied())),
    }
}
