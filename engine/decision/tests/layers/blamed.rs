//! What is wrong is told at the file that makes it wrong, and names the files where two are called alike.

use peygir_decision::analysis::analyse_merged;
use peygir_decision::{Layer, Table};
use peygir_source::{Diagnostic, Diagnostics, Severity};

use crate::kit::{laid_over, overlay, table, told};

const COLLECTING: &str = "kind: decision-table
id: route
version: 1.4.2
hit: collect
inputs:
  n: { type: integer, min: 0 }
outputs:
  who: { type: string, required: true }
rules:
  - { id: head, locked: true, when: { n: '>= 1' }, then: { who: head } }
  - { id: centre, when: { n: '>= 3' }, then: { who: centre } }
  - { id: none, last: true, then: { who: nobody } }
tests:
  - { given: { n: 0 }, expect: { rule: none, who: nobody } }
  - { given: { n: 5 }, expect: { rules: [ head, centre ] } }
";

const UNIQUE: &str = "kind: decision-table
id: route
version: 1.4.2
hit: unique
inputs:
  n: { type: integer, min: 0, max: 100 }
outputs:
  days: { type: integer, required: true, max: 15 }
rules:
  - { id: low, when: { n: '< 10' }, then: { days: 1 } }
  - { id: mid, when: { n: '10..20' }, then: { days: 2 } }
  - { id: rest, last: true, then: { days: 5 } }
tests:
  - { name: ten, given: { n: 10 }, expect: { rule: mid, days: 2 } }
";

fn found(base: &str, body: &str) -> Diagnostics {
    match laid_over(&table(base), &[body]) {
        Ok((_, found)) | Err(found) => found,
    }
}

/// What analysis says of overlays of one pack, each in a file of its own.
fn analysed(base: &Table, files: &[(&str, &str)]) -> Vec<Diagnostic> {
    let read = |(file, body): &(&'static str, &str)| {
        let text =
            format!("kind: decision-table-overlay\nextends: {{ id: route, version: '^1.4' }}\nversion: 0.3.0\n{body}");
        (overlay(&text).unwrap_or_else(|found| panic!("{found:#?}")), *file)
    };
    let files: Vec<(&'static str, &str)> = files.iter().map(|(file, body)| (leaked(file), *body)).collect();
    let overlays: Vec<_> = files.iter().map(read).collect();
    let layers: Vec<Layer<'_>> = overlays.iter().map(|(overlay, file)| Layer::new(overlay, "prov", file)).collect();
    let (merged, _) = base.lay(&layers);
    let merged = merged.expect("it can be laid");
    analyse_merged(&merged, &layers).to_diagnostics(&merged).list
}

fn leaked(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

#[test]
fn of_a_collecting_table_a_rule_is_to_blame_that_was_not_the_first() {
    // Said with its reason it is a note, once, where the overlay says it.
    let meant = found(COLLECTING, "disable:\n  - { rule: centre, why: the head does it all }\n");
    assert_eq!(told(&meant), ["PG-T051 layer-1.overlay.yaml:5"], "{meant:#?}");
    assert_eq!(meant.list[0].severity, Severity::Information);
    assert!(meant.list[0].message.ends_with("why: the head does it all"), "{meant:#?}");
    let plain = found(COLLECTING, "disable: [ centre ]\n");
    assert_eq!(told(&plain), ["PG-T051 layer-1.overlay.yaml:4"], "{plain:#?}");
    assert_eq!(plain.list[0].severity, Severity::Warning);
    let words = "what \"centre\" answered beside other rules is answered no more: test \"2\" (route.table.yaml:15)";
    assert!(plain.list[0].message.starts_with(words), "{plain:#?}");
    // A rule that answers beside those that were expected.
    let beside = "insert:\n  - after: head\n    rule: { id: gov, when: { n: 5 }, then: { who: governor } }\n";
    assert_eq!(told(&found(COLLECTING, beside)), ["PG-T050 layer-1.overlay.yaml:6"]);
}

#[test]
fn two_rules_of_which_only_one_may_hold_are_told_at_the_upper_file() {
    let body = "replace:\n  low: { when: { n: '< 15' } }\n";
    let broken = found(UNIQUE, body);
    assert_eq!(told(&broken), ["PG-T050 layer-1.overlay.yaml:5"], "{broken:#?}");
    assert!(broken.list[0].message.contains("test \"ten\" (route.table.yaml:14)"), "{broken:#?}");
    let base = table(UNIQUE.split("tests:").next().unwrap());
    let list = analysed(&base, &[("a.overlay.yaml", body)]);
    let overlap = list.iter().find(|one| one.code == "PG-T021").unwrap_or_else(|| panic!("{list:#?}"));
    assert_eq!((overlap.file.as_str(), overlap.span.line), ("a.overlay.yaml", 5), "{overlap:#?}");
}

#[test]
fn overlays_of_one_pack_are_told_apart_by_their_files() {
    let base = table(UNIQUE.split("tests:").next().unwrap());
    let first = ("a.overlay.yaml", "replace:\n  low: { then: { days: 3 } }\n");
    let list = analysed(&base, &[first, ("b.overlay.yaml", "replace:\n  low: { then: { days: 4 } }\n")]);
    let twice = list.iter().find(|one| one.code == "PG-T025").unwrap_or_else(|| panic!("{list:#?}"));
    let sentence = "\"days\" of rule \"low\" is written by prov (a.overlay.yaml) and prov (b.overlay.yaml); for example where n is ";
    let end = ", \"low\" of prov (b.overlay.yaml) answers";
    assert!(twice.message.starts_with(sentence) && twice.message.ends_with(end), "{twice:#?}");
    assert!(twice.help.as_ref().unwrap().en.starts_with("what prov (b.overlay.yaml) writes counts"), "{twice:#?}");
    assert!(twice.message_fa.contains("a.overlay.yaml") && twice.message_fa.contains("b.overlay.yaml"), "{twice:#?}");

    // What one undoes of the other is told with its reason too, as a note.
    for (why, severity) in [("", Severity::Warning), (", why: no gas there", Severity::Information)] {
        let disable = format!("disable:\n  - {{ rule: low{why} }}\n");
        let disable = if why.is_empty() { "disable: [ low ]\n".to_owned() } else { disable };
        let list = analysed(&base, &[first, ("b.overlay.yaml", &disable)]);
        let dead = list.iter().find(|one| one.code == "PG-T024").unwrap_or_else(|| panic!("{why}: {list:#?}"));
        assert_eq!((dead.severity, dead.file.as_str()), (severity, "a.overlay.yaml"), "{dead:#?}");
        assert_eq!(dead.message.contains("no gas there"), !why.is_empty(), "{dead:#?}");
    }
}
