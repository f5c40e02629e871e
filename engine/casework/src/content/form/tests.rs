use serde_json::json;

use super::*;

const FORM: &str = "
kind: form
id: foad/resolution
title: { fa: نتیجه, en: Result }
fields:
  - { name: outcome, kind: choice, required: true, label: { fa: نتیجه, en: Outcome }, options: [ { value: done, fa: شد, en: Done } ] }
  - { name: note, kind: text, min: 3, max: 10, label: { fa: شرح, en: Note } }
  - { name: unit, kind: line, clear: true, label: { fa: واحد, en: Unit } }
  - { name: visited, kind: boolean, label: { fa: بازدید, en: Visited } }
  - { name: people, kind: integer, min: 1, max: 50, label: { fa: نفر, en: People } }
  - { name: satisfaction, kind: rating, label: { fa: رضایت, en: Satisfaction } }
  - { name: topic, kind: choice, label: { fa: موضوع, en: Topic }, options: { from: topics } }
";

fn form() -> Form {
    let root = peygir_source::yaml::parse(FORM).expect("the form is YAML");
    Form::read(&root).expect("the form is right").0
}

fn codes(text: &str) -> Vec<(&'static str, u32)> {
    let root = peygir_source::yaml::parse(text).expect("the form is YAML");
    match Form::read(&root) {
        Ok(_) => Vec::new(),
        Err(found) => found.list.iter().map(|found| (found.code, found.span.line)).collect(),
    }
}

#[test]
fn an_answer_is_checked_and_normalised() {
    let answer =
        json!({ "outcome": "done", "note": " علي ", "unit": "", "visited": false, "people": 3, "satisfaction": 5 });
    let stored = json!({ "outcome": "done", "note": "علی", "visited": false, "people": 3, "satisfaction": 5 });
    assert_eq!(form().check(&answer), Ok(stored));
}

#[test]
fn every_wrong_field_is_named() {
    let cases = [
        (json!({}), vec![("outcome", "required")]),
        (json!({ "outcome": "  " }), vec![("outcome", "required")]),
        (json!({ "outcome": null }), vec![("outcome", "required")]),
        (json!({ "outcome": "sold" }), vec![("outcome", "not-an-option")]),
        (json!({ "outcome": 1 }), vec![("outcome", "wrong-type")]),
        (json!({ "outcome": "done", "note": "دوازده‌‌ حرف است" }), vec![("note", "too-long")]),
        (json!({ "outcome": "done", "note": "نه" }), vec![("note", "too-short")]),
        (json!({ "outcome": "done", "unit": "a\nb" }), vec![("unit", "wrong-type")]),
        (json!({ "outcome": "done", "visited": "yes" }), vec![("visited", "wrong-type")]),
        (
            json!({ "outcome": "done", "people": 0, "satisfaction": 6 }),
            vec![("people", "out-of-range"), ("satisfaction", "out-of-range")],
        ),
        (json!({ "outcome": "done", "people": 1.5 }), vec![("people", "wrong-type")]),
        (json!({ "outcome": "done", "extra": 1 }), vec![("extra", "unknown-field")]),
        (json!("done"), vec![("", "wrong-type")]),
    ];
    for (answer, expected) in cases {
        let expected: Vec<_> = expected.into_iter().map(|(field, code)| (field.to_owned(), code)).collect();
        assert_eq!(form().check(&answer), Err(expected), "{answer}");
    }
}

#[test]
fn texts_are_personal_unless_said_otherwise() {
    let personal: Vec<String> = form().fields.into_iter().filter(Field::is_personal).map(|field| field.name).collect();
    assert_eq!(personal, ["note"]);
}

#[test]
fn options_come_from_the_directory() {
    let mut form = form();
    assert_eq!(
        form.check(&json!({ "outcome": "done", "topic": "water" })),
        Err(vec![("topic".into(), "not-an-option")])
    );
    let topic = crate::content::Named { id: "water".into(), fa: "آب".into(), en: "Water".into() };
    form.resolve(&Directory { topics: vec![topic], ..Directory::default() });
    assert!(form.check(&json!({ "outcome": "done", "topic": "water" })).is_ok());
}

#[test]
fn all_mistakes_of_a_form_are_told_at_once() {
    let text = "kind: form
id: Foad Resolution
title: { fa: نتیجه }
fields:
  - { name: a b, kind: line, label: { fa: x, en: x } }
  - { name: c, kind: slider, label: { fa: x, en: x } }
  - { name: d, kind: integer, min: 5, max: 1, label: { fa: x, en: x } }
  - { name: d, kind: boolean, options: [], lable: { fa: x, en: x } }
  - { name: e, kind: choice, label: { fa: x, en: x }, options: [] }
  - { name: f, kind: boolean, required: maybe, label: { fa: x, en: x } }
";
    let expected = [
        ("PG-P005", 2),
        ("PG-P003", 3),
        ("PG-P012", 5),
        ("PG-P013", 6),
        ("PG-P011", 7),
        ("PG-P002", 8),
        ("PG-P003", 8),
        ("PG-P014", 8),
        ("PG-P014", 9),
        ("PG-P004", 10),
    ];
    assert_eq!(codes(text), expected);
}

#[test]
fn two_fields_of_one_name_are_refused() {
    let text = "kind: form
id: a
title: { fa: x, en: x }
fields:
  - { name: d, kind: line, label: { fa: x, en: x } }
  - { name: d, kind: line, label: { fa: x, en: x } }
";
    assert_eq!(codes(text), [("PG-P006", 6)]);
}

#[test]
fn what_is_no_form_is_said() {
    assert_eq!(codes("- a"), [("PG-P004", 1)]);
    assert_eq!(codes("kind: template\nid: a\ntitle: { fa: x, en: x }\n"), [("PG-P007", 1)]);
}
