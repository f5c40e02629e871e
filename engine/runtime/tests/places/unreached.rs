//! A calendar that no deadline can be counted by is told, and a closure for a place where its pack does not hold.

use peygir_source::{Diagnostic, Severity};

use crate::packs::{load, with};

const CODE: &str = "PG-P105";

const HEAD: &str = "kind: calendar\nid: of-qom\ntitle: { fa: قم, en: Qom }\nextends: offices\n";

/// What is told of a calendar of Qom's pack: where, and in which words.
fn told(calendar: &str, others: &[(&str, &str)]) -> Vec<(u32, String)> {
    let changes = [others, &[("qom/rules/of-qom.yaml", calendar)]].concat();
    let (_, found) = load(&with(&changes)).unwrap_or_else(|found| panic!("{found:#?}"));
    let of_code = found.list.iter().filter(|one| one.code == CODE);
    let told = |one: &Diagnostic| {
        assert!(one.severity == Severity::Warning && one.file.ends_with("qom/rules/of-qom.yaml"), "{one:?}");
        assert!(one.message_fa.contains("قم") || one.message_fa.contains("qom") || one.message_fa.contains("of-qom"));
        (one.span.line, one.message.clone())
    };
    of_code.map(told).collect()
}

#[test]
fn a_calendar_for_another_place_than_its_packs_never_counts() {
    let found = told(&format!("{HEAD}for: {{ province: yazd }}\n"), &[]);
    let words = "the calendar \"of-qom\" never counts: it is for yazd, and its pack holds in qom";
    assert_eq!(found, [(5, words.to_owned())]);
    assert_eq!(told(&format!("{HEAD}for: {{ province: qom }}\n"), &[]), []);
    assert_eq!(told(&format!("{HEAD}for: {{ agency: water }}\n"), &[]), [], "an agency may stand in Qom too");
}

#[test]
fn a_closure_for_another_place_never_counts() {
    let closures = |province: &str| {
        let day = "{ date: 1405/11/06, name: { fa: سیل, en: Flood }";
        format!("{HEAD}for: {{ province: qom }}\nclosures:\n  - {day}, for: {{ province: {province} }} }}\n")
    };
    let words = "a closure of the calendar \"of-qom\" never counts: it is for yazd, and its pack holds in qom";
    assert_eq!(told(&closures("yazd"), &[]), [(7, words.to_owned())]);
    assert_eq!(told(&closures("qom"), &[]), []);
}

#[test]
fn a_calendar_for_no_place_that_nobody_names_never_counts() {
    let words = "nothing names the calendar \"of-qom\", and it is `for` no place: deadlines go on by \"offices\"";
    assert_eq!(told(HEAD, &[]), [(2, words.to_owned())]);
    // One that answers in Qom leans on it.
    let upon = HEAD.replace("extends: offices", "extends: of-qom").replace("id: of-qom", "id: city");
    let upon = format!("{upon}for: {{ province: qom }}\n");
    assert_eq!(told(HEAD, &[("qom/rules/city.yaml", &upon)]), []);
}
