//! A rebase as JSON, for programs: sentences in both languages, everything else under stable names.

use peygir_decision::analysis::Outcome;
use peygir_decision::rebase::{Change, Conflict, Deed, Kind};
use peygir_source::render;
use serde_json::{Value, json};

use super::mend;
use super::stacked::{Moved, OfTable, Placed};
use super::told::place_of;
use crate::rows::here;

pub fn json(moved: &Moved<'_>) -> Value {
    let kept = moved.kept_whole.iter().map(|(kind, id, gone)| json!({ "kind": kind, "id": id, "goneBelow": gone }));
    json!({
        "pack": moved.pack.manifest.name,
        "onto": moved.new.manifest.name,
        "from": moved.old.manifest.version,
        "to": moved.new.manifest.version,
        "passed": moved.passes(),
        "overLeavesOut": moved.outdated.is_some(),
        "tables": moved.tables.iter().map(of_table).collect::<Vec<_>>(),
        "overNothing": moved.nowhere.iter().map(over_nothing).collect::<Vec<_>>(),
        "keptWhole": kept.collect::<Vec<_>>(),
    })
}

fn over_nothing(placed: &Placed<'_>) -> Value {
    let span = placed.overlay.extends_span();
    json!({ "file": here(placed.file), "line": span.line, "column": span.column, "table": placed.overlay.extends() })
}

fn of_table(table: &OfTable<'_>) -> Value {
    let outcome = &table.outcome;
    let outdated = outcome.outdated.iter().filter_map(|layer| {
        let (placed, span) = table.range(*layer)?;
        Some(json!({ "file": here(placed.file), "line": span.line, "column": span.column,
                     "range": placed.overlay.range().to_string() }))
    });
    json!({
        "table": table.id,
        "from": table.old.version().to_string(),
        "to": table.new.as_ref().map(|new| new.version().to_string()),
        "outdated": outdated.collect::<Vec<_>>(),
        "conflicts": outcome.conflicts.iter().map(|one| conflict(table, one)).collect::<Vec<_>>(),
        "merges": outcome.merges.iter().map(|one| deed(table, one)).collect::<Vec<_>>(),
        "changes": outcome.changes.iter().map(change).collect::<Vec<_>>(),
        "changesAreAll": outcome.is_complete,
        "tests": outcome.tests.iter().map(render::json).collect::<Vec<_>>(),
        "testsBefore": outcome.tests_before.iter().map(render::json).collect::<Vec<_>>(),
        "invalid": outcome.invalid.iter().map(render::json).collect::<Vec<_>>(),
    })
}

fn deed(table: &OfTable<'_>, deed: &Deed) -> Value {
    let placed = table.placed(deed.layer);
    json!({
        "kind": kind(deed.kind),
        "name": deed.name,
        "pack": placed.map(|placed| placed.pack),
        "file": placed.map(|placed| here(placed.file)),
        "line": placed.map(|placed| deed.span(placed.overlay).line),
    })
}

fn conflict(table: &OfTable<'_>, conflict: &Conflict) -> Value {
    let help = mend::mend(conflict);
    let mut told = deed(table, &conflict.deed);
    if let Some((file, span)) = place_of(table, conflict) {
        (told["file"], told["line"], told["column"]) = (file.into(), span.line.into(), span.column.into());
    }
    told["why"] = mend::name(&conflict.why).into();
    told["message"] = json!({ "en": conflict.to_words(), "fa": conflict.to_words_fa() });
    told["mend"] = json!({ "en": help.en, "fa": help.fa });
    told
}

fn change(change: &Change) -> Value {
    json!({
        "inputs": change.inputs,
        "on": change.on.to_string(),
        "before": outcome(&change.before),
        "after": outcome(&change.after),
        "meantBelow": change.is_meant_below,
    })
}

fn outcome(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Answered { rule, outputs, .. } => json!({ "rule": rule, "outputs": outputs }),
        Outcome::Fault { code, message } => json!({ "fault": code, "message": message }),
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Replace => "replace",
        Kind::Disable => "disable",
        Kind::Insert => "insert",
        Kind::Limit => "limit",
    }
}
