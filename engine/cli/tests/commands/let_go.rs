//! What `peygir check` says where an overlay narrows a rule or takes it out, and what the rule answered goes to another one that the
//! overlay does not write.

use crate::asked::packs;
use crate::binary::call;

const TABLE: &str = "kind: decision-table
id: route
version: 1.0.0
hit: first
inputs:
  topic: { type: string, from: case.topic }
  province: { type: string, from: case.province }
  county: { type: string, from: case.county }
  repeats: { type: integer, from: case.repeats, default: 0, min: 0 }
  text: { type: text, from: case.text }
outputs:
  agency: { type: string, default: shahrdari-kashan }
rules:
  - { id: water, when: { topic: water }, then: { agency: abfa-isfahan } }
  - { id: street, when: { topic: street, county: { present: true } }, then: {} }
  - { id: otherwise, last: true, then: {} }
tests:
  - { name: kerb, given: { topic: street, county: qom }, expect: { rule: street } }
";

/// What a check of these packs says: each finding of the two kinds with its help.
fn said(of: &str, body: &str) -> Vec<(String, String)> {
    said_of(TABLE, of, body)
}

fn said_of(table: &str, of: &str, body: &str) -> Vec<(String, String)> {
    let overlay =
        format!("kind: decision-table-overlay\nextends: {{ id: route, version: '^1.0' }}\nversion: 1.0.0\n{body}");
    let called =
        call(packs(of, &overlay, &[("national/rules/route.table.yaml", table)]).path(), &["check", "--notes", of]);
    let told = called.stdout + &called.stderr;
    assert_eq!(called.code, 0, "{told}");
    let lines: Vec<&str> = told.lines().collect();
    let is_it = |at: &usize| ["PG-T057", "PG-T051"].iter().any(|code| lines[*at].contains(code));
    let help = |at: usize| lines[at + 1..].iter().find(|line| line.contains("help")).copied().unwrap_or_default();
    (0..lines.len()).filter(is_it).map(|at| (lines[at].to_owned(), help(at).to_owned())).collect()
}

#[test]
fn answers_that_go_to_a_rule_of_others_are_told_without_a_row_that_shows_it() {
    for (of, cells, shown) in [
        ("isfahan", "topic: water, county: { not: najafabad }", "county is \"najafabad\""),
        ("isfahan", "topic: water, county: { present: false }", "county is "),
        ("isfahan", "topic: water, repeats: 0", "repeats is 1"),
        ("isfahan", "topic: water, text: { not: { words: x } }", "text is "),
        ("kashan", "topic: water, repeats: 0", "repeats is 1"),
    ] {
        let told = said(of, &format!("replace: {{ water: {{ when: {{ {cells} }} }} }}\n"));
        assert_eq!(told.len(), 1, "{cells}: {told:#?}");
        let (message, help) = &told[0];
        assert!(message.starts_with("warning[PG-T057]"), "{cells}: {told:#?}");
        let goes = "leaves \"water\" less than it answered, and what it answered goes to \"otherwise\", which this overlay does not write";
        assert!(message.contains(goes) && message.contains(shown), "{cells}: {told:#?}");
        assert!(help.contains("water: { …, why: TEXT }"), "{cells}: {told:#?}");
        let told = said(of, &format!("replace: {{ water: {{ when: {{ {cells} }}, why: ours }} }}\n"));
        assert_eq!(told.len(), 1, "{cells}: {told:#?}");
        assert!(told[0].0.starts_with("note[PG-T057]") && told[0].0.ends_with("; why: ours"), "{cells}: {told:#?}");
    }
    let told = said("isfahan", "disable: [ water ]\n");
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].0.contains("takes \"water\" out, and what it answered goes to \"otherwise\""), "{told:#?}");
    assert!(told[0].1.contains("disable: [ { rule: water, why: TEXT } ]"), "{told:#?}");
}

/// What a rule of the overlay answers, what can't come up in its place, what is answered alike, and what asks for no less.
#[test]
fn nothing_is_told_where_nothing_is_let_go_of() {
    let mine = "insert: [ { before: water, rule: { id: mine, when: { topic: water, repeats: '>= 1' }, then: { agency: abfa-isfahan } } } ]\n";
    for (of, body) in [
        ("isfahan", format!("{mine}replace: {{ water: {{ when: {{ topic: water, repeats: 0 }} }} }}\n")),
        (
            "isfahan",
            "replace: { water: { when: { topic: water, county: [ kashan, najafabad, { present: false } ] } } }\n"
                .into(),
        ),
        ("kashan", "replace: { water: { when: { topic: water, county: kashan } } }\n".into()),
        ("isfahan", "replace: { street: { when: { topic: street, county: { present: true }, repeats: 0 } } }\n".into()),
        ("isfahan", "replace: { water: { when: { topic: water }, then: { agency: shahrdari-kashan } } }\n".into()),
        ("isfahan", "replace: { otherwise: { then: { agency: abfa-isfahan } } }\n".into()),
    ] {
        assert_eq!(said(of, &body), [], "{body}");
    }
}

/// A row of the base that shows it says more.
#[test]
fn it_is_told_once_where_a_row_shows_it() {
    let table =
        TABLE.replace("street, county: { present: true } }, then: {}", "street }, then: { agency: abfa-isfahan }");
    let told = said_of(&table, "isfahan", "replace: { street: { when: { topic: street, county: kashan } } }\n");
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].0.starts_with("warning[PG-T051]"), "{told:#?}");
}
