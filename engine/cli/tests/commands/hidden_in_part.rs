//! What `peygir check` says of rules of an overlay that hide others in a part of its place: in one county of a province, in all of
//! them, or where the citizen names one agency.

use crate::asked::{DIRECTORY, TOPICS, overlay, packs};
use crate::binary::call;

const TABLE: &str = "kind: decision-table
id: route
version: 1.0.0
hit: first
inputs:
  topic: { type: string, from: case.topic }
  province: { type: string, from: case.province }
  county: { type: string, from: case.county }
  asked: { type: string, from: case.agency }
  text: { type: text, from: case.text }
outputs:
  agency: { type: string }
rules:
  - { id: water, when: { topic: water }, then: { agency: abfa-isfahan } }
  - { id: street, when: { topic: street }, then: {} }
  - { id: otherwise, last: true, then: {} }
tests:
  - { name: pipe, given: { topic: water }, expect: { rule: water } }
";

/// What a check of these packs says of hidden rules: `warning` or `note` with the sentence, and the help.
fn said(of: &str, overlay: &str, more: &[(&str, &str)]) -> Vec<(String, String)> {
    let table = [("national/rules/route.table.yaml", TABLE)];
    let own = table.iter().filter(|(path, _)| more.iter().all(|(other, _)| other != path));
    let more: Vec<(&str, &str)> = more.iter().chain(own).copied().collect();
    let called = call(packs(of, overlay, &more).path(), &["check", "--notes", of]);
    let told = called.stdout + &called.stderr;
    assert_eq!(called.code, 0, "{told}");
    let lines: Vec<&str> = told.lines().collect();
    let at = (0..lines.len()).filter(|at| lines[*at].contains("PG-T034"));
    let help = |at: usize| lines[at + 1..].iter().find(|line| line.contains("help")).copied().unwrap_or_default();
    at.map(|at| (lines[at].to_owned(), help(at).to_owned())).collect()
}

/// A rule of this pack before all others.
fn first(cells: &str) -> String {
    overlay(&format!("when: {{ {cells} }}, then: {{ agency: shahrdari-kashan }}"))
        .replace("before: street", "before: water")
}

#[test]
fn a_rule_that_hides_others_in_a_part_of_its_place_is_told_with_the_part() {
    let (two, three) = (
        "2 rules below it {}: \"water\" and \"street\"",
        "3 rules below it {}: \"water\" and \"street\" and \"otherwise\"",
    );
    let (najafabad, every) = ("where county is \"najafabad\"", "whichever county it is, of all 2 that there are");
    for (of, cells, severity, hidden, place) in [
        // A place and nothing else.
        ("isfahan", "county: najafabad", "warning", three, najafabad),
        ("isfahan", "county: najafabad, province: isfahan, text: { present: true }", "warning", three, najafabad),
        ("isfahan", "county: { prefix: naj }", "warning", three, najafabad),
        ("isfahan", "asked: abfa-isfahan", "warning", three, "where asked is \"abfa-isfahan\""),
        ("kashan", "asked: abfa-isfahan", "warning", three, "where asked is \"abfa-isfahan\""),
        (
            "isfahan",
            "asked: { prefix: shahrdari }",
            "warning",
            three,
            "where asked is \"shahrdari-kashan\" or \"shahrdari-najafabad\"",
        ),
        // Every county that there is.
        ("isfahan", "county: { present: true }", "warning", three, every),
        ("isfahan", "county: [ kashan, najafabad ]", "warning", three, every),
        ("isfahan", "county: { present: true }, topic: [ water, street ]", "warning", two, every),
        ("isfahan", "county: [ kashan, najafabad ], topic: [ water, street ]", "warning", two, every),
        // What a province says of one of its counties, and for those who name an agency.
        ("isfahan", "county: najafabad, topic: [ water, street ]", "note", two, najafabad),
        (
            "isfahan",
            "asked: { present: true }, topic: [ water, street ]",
            "note",
            two,
            "where asked is \"abfa-isfahan\" or \"shahrdari-kashan\" or \"shahrdari-najafabad\"",
        ),
    ] {
        let told = said(of, &first(cells), &[]);
        assert_eq!(told.len(), 1, "{cells}: {told:#?}");
        let sentence = format!("leaves nothing to {}.", hidden.replace("{}", place));
        assert!(told[0].0.starts_with(severity) && told[0].0.contains(&sentence), "{cells}: {told:#?}");
        assert!(told[0].0.contains("it answers in place of \"water\""), "{cells}: {told:#?}");
    }
    // What asks for more leaves something.
    for cells in ["county: najafabad, text: { contains: ab }", "asked: abfa-isfahan, text: { not: { contains: ab } }"] {
        assert_eq!(said("isfahan", &first(cells), &[]), [], "{cells}");
    }
}

/// Before the catch-all, or before one rule and the catch-all, a rule for a county is the closer answer that there is to give.
#[test]
fn a_rule_that_stands_low_is_a_note() {
    for (before, cells) in [
        ("otherwise", "county: najafabad"),
        ("otherwise", "county: { present: true }"),
        ("otherwise", "asked: abfa-isfahan"),
        ("street", "county: najafabad"),
    ] {
        let told = said("isfahan", &first(cells).replace("before: water", &format!("before: {before}")), &[]);
        assert_eq!(told.len(), 1, "{cells}: {told:#?}");
        assert!(told[0].0.starts_with("note"), "{cells}: {told:#?}");
        assert!(told[0].1.contains("if that is meant, nothing is to be done"), "{cells}: {told:#?}");
    }
}

/// A cell that lets nearly everything pass makes no refinement of what takes a county over.
#[test]
fn a_rule_that_hides_very_many_is_warned_of() {
    let topics: Vec<String> = (0..11).map(|at| format!("t{at}")).collect();
    let rules: Vec<String> =
        topics.iter().map(|topic| format!("  - {{ id: {topic}, when: {{ topic: {topic} }}, then: {{}} }}\n")).collect();
    let names: Vec<String> = topics.iter().map(|topic| format!("{{ id: {topic}, fa: م, en: T }}")).collect();
    let table = TABLE.replace("  - { id: street,", &format!("{}  - {{ id: street,", rules.concat()));
    let known = TOPICS.replace("topics: [ ", &format!("topics: [ {}, ", names.join(", ")));
    for (cells, severity) in [
        ("county: najafabad, topic: { present: true }", "warning"),
        ("county: najafabad, topic: [ t0, t1, t2, t3, t4, t5, t6, t7, t8, t9 ]", "note"),
    ] {
        let more = [("national/rules/route.table.yaml", table.as_str()), ("national/rules/topics.yaml", &known)];
        let told = said("isfahan", &first(cells), &more);
        assert!(told.len() == 1 && told[0].0.starts_with(severity), "{cells}: {told:#?}");
    }
}

/// What is hidden wherever the overlay holds is told as that and not again for its parts.
#[test]
fn what_is_hidden_everywhere_is_told_once() {
    let both = first("topic: water")
        + "  - before: water\n    rule: { id: more, when: { county: najafabad, topic: [ water, street ] }, then: {} }\nsupersedes: [ { test: route pipe, why: ours } ]\n";
    let told = said("isfahan", &both, &[]);
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(told[0].0.contains("leaves nothing here to 1 rule below it: \"water\"."), "{told:#?}");
    assert!(
        told[1].0.contains(
            "\"more\" of isfahan leaves nothing to 1 rule below it where county is \"najafabad\": \"street\"."
        ),
        "{told:#?}"
    );
}

/// Rules for one county each that leave nothing to a rule in any of them are one finding.
#[test]
fn rules_that_hide_one_in_every_county_together_are_told_together() {
    let both = first("county: kashan, topic: street")
        + "  - before: street\n    rule: { id: theirs, when: { county: najafabad, topic: street }, then: {} }\n";
    let told = said("isfahan", &both, &[]);
    assert_eq!(told.len(), 1, "{told:#?}");
    let sentence = "\"ours\" of isfahan, with \"theirs\", leaves nothing to 1 rule below it whichever county it is, of all 2 that there are: \"street\".";
    assert!(told[0].0.starts_with("warning") && told[0].0.contains(sentence), "{told:#?}");
}

/// Many counties are named up to a limit, and the others counted.
#[test]
fn many_counties_are_one_finding() {
    let names: Vec<String> = (0..8).map(|at| format!("{{ id: q{at}, fa: ق, en: Q{at} }}")).collect();
    let directory = DIRECTORY.replace("counties: [ ", &format!("counties: [ {}, ", names.join(", ")));
    let more = [("isfahan/rules/directory.yaml", directory.as_str())];
    let told = said("isfahan", &first("county: { prefix: q }"), &more);
    assert_eq!(told.len(), 1, "{told:#?}");
    let place = "where county is \"q0\" or \"q1\" or \"q2\" or \"q3\" or \"q4\" or 3 more: \"water\"";
    assert!(told[0].0.contains(place), "{told:#?}");
}

/// In an overlay for the whole country a province is such a part.
#[test]
fn a_rule_for_one_province_in_an_overlay_of_the_country_is_told() {
    let pack = "kind: pack\nname: ministry\nversion: 1.0.0\ntitle: { fa: و, en: Ministry }\nover: [ national ]\n";
    let more = [("ministry/pack.yaml", pack), ("national/rules/directory.yaml", DIRECTORY)];
    let told = said("ministry", &first("province: isfahan"), &more);
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].0.contains("where province is \"isfahan\", the only one that there is"), "{told:#?}");
    let told = said("ministry", &first("county: kashan"), &more);
    assert!(told.len() == 1 && told[0].0.contains("where county is \"kashan\""), "{told:#?}");
}

/// What the helps name is a way out, and nothing is left to say then.
#[test]
fn the_ways_out_that_are_named_lead_out() {
    let told = said("isfahan", &first("county: najafabad"), &[]);
    let help = &told[0].1;
    assert!(
        help.contains("in a pack that holds just where county is \"najafabad\", whose overlay can disable these rules"),
        "{help}"
    );
    assert!(help.contains("replace: { otherwise: { then: ... } }"), "{help}");
    let head = "kind: decision-table-overlay\nextends: { id: route, version: '^1.0' }\nversion: 1.0.0\n";
    let instead = format!(
        "{head}disable: [ water, street ]\nreplace: {{ otherwise: {{ then: {{ agency: shahrdari-najafabad }} }} }}\nsupersedes: [ {{ test: route pipe, why: all is ours }} ]\n"
    );
    let pack = "kind: pack\nname: najafabad\nversion: 1.0.0\ntitle: { fa: ن, en: Najafabad }\nfor: { province: isfahan, county: najafabad }\nover: [ national, isfahan ]\n";
    assert_eq!(said("najafabad", &instead, &[("najafabad/pack.yaml", pack)]), []);

    let told = said("isfahan", &first("county: { present: true }, topic: [ water, street ]"), &[]);
    let help = &told[0].1;
    assert!(
        help.contains("disable these rules in the overlay, and answer what has no such value by a rule of your own"),
        "{help}"
    );
    let instead = first("county: { present: true }, topic: [ water, street ]")
        + "  - before: water\n    rule: { id: unknown-county, when: { topic: [ water, street ] }, then: {} }\ndisable: [ water, street ]\nsupersedes: [ { test: route pipe, why: all is ours } ]\n";
    assert_eq!(said("isfahan", &instead, &[]), []);

    // A refinement needs none.
    let told = said("isfahan", &first("county: najafabad, topic: street"), &[]);
    assert!(told[0].1.contains("nothing is to be done"), "{told:#?}");
    let locked = TABLE.replace("last: true", "last: true, locked: true");
    let more = [("national/rules/route.table.yaml", locked.as_str())];
    let packs = packs("isfahan", &first("county: najafabad"), &more);
    let called = call(packs.path(), &["check", "isfahan"]);
    let said = called.stdout + &called.stderr;
    assert!(said.contains("\"otherwise\" is locked: leave it") && !said.contains("replace:"), "{said}");
}

/// Every message has a text: to ask for one is to ask for nothing.
#[test]
fn a_rule_that_asks_for_any_text_takes_everything() {
    for (cells, hidden) in [
        ("text: { present: true }", "3 rules below it: \"water\" and \"street\" and \"otherwise\"."),
        ("text: { present: true }, topic: [ water, street ]", "2 rules below it: \"water\" and \"street\"."),
        ("text: [ { contains: ab }, { not: { contains: ab } } ], topic: street", "1 rule below it: \"street\"."),
    ] {
        let told = said("kashan", &first(cells), &[]);
        assert_eq!(told.len(), 1, "{cells}: {told:#?}");
        let sentence = format!("leaves nothing here to {hidden}");
        assert!(told[0].0.starts_with("warning") && told[0].0.contains(&sentence), "{cells}: {told:#?}");
        assert!(told[0].0.contains("text is \""), "the example has a text: {told:#?}");
    }
    assert_eq!(said("kashan", &first("text: { contains: a }"), &[]), []);
    // What a flow hands over may be missing.
    let handed = TABLE.replace("from: case.text", "from: input.text");
    let packs = packs("kashan", &first("text: { present: true }"), &[("national/rules/route.table.yaml", &handed)]);
    let called = call(packs.path(), &["check", "--notes", "kashan"]);
    assert!(!called.stdout.contains("PG-T034") && !called.stderr.contains("PG-T034"), "{}", called.stderr);
}
