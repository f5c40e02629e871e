//! Tests again on the merged table: those of the layers below, and the overlay's own.

use peygir_source::{Diagnostics, Severity};
use serde_json::json;

use peygir_decision::{Layer, analysis::analyse_merged};

use crate::kit::{BODY_LINE, laid_over, national, overlay, text_of, told};

fn findings(bodies: &[&str]) -> Diagnostics {
    match laid_over(&national(), bodies) {
        Ok((table, found)) => {
            assert!(table.run_tests().iter().all(|outcome| outcome.passed), "{bodies:?}");
            found
        }
        Err(found) => found,
    }
}

#[test]
fn a_test_of_a_rule_that_the_overlay_changes_is_a_note() {
    let mine = "insert: [{ before: water, rule: { id: mine, when: { topic: water }, then: { agency: a } } }]\n";
    for (body, line) in [
        ("replace: { water: { then: { agency: a } } }\n".to_owned(), 4),
        (format!("title: t\ndisable: [water]\n{mine}"), 5),
    ] {
        let found = findings(&[&body]);
        assert_eq!(told(&found), [format!("PG-T051 layer-1.overlay.yaml:{line}")], "{body}");
        let one = &found.list[0];
        assert_eq!(one.severity, Severity::Information);
        assert!(one.message.contains("test \"pipes\" (route.table.yaml:"), "{one:?}");
        assert!(one.message.contains("abfa") && one.message.contains("before"), "{one:?}");
    }
}

#[test]
fn what_falls_to_a_rule_that_the_overlay_does_not_write_is_warned_of() {
    for (body, line) in [("replace: { water: { when: { topic: sewage } } }\n", 4), ("title: t\ndisable: [water]\n", 5)]
    {
        let found = findings(&[body]);
        assert_eq!(told(&found), [format!("PG-T051 layer-1.overlay.yaml:{line}")], "{body}");
        let one = &found.list[0];
        assert_eq!(one.severity, Severity::Warning);
        assert!(one.message.starts_with("what \"water\" answered goes to \"otherwise\" now"), "{one:?}");
        assert!(one.message_fa.contains("«otherwise»"), "{one:?}");
        let meant = format!("{body}supersedes: [{{ test: pipes, why: the company is gone }}]\n");
        let found = findings(&[&meant]);
        assert_eq!(told(&found), [format!("PG-T051 layer-1.overlay.yaml:{line}")], "{body}");
        assert_eq!(found.list[0].severity, Severity::Information);
    }
}

#[test]
fn a_row_with_another_outcome_is_kept_and_told() {
    let meant = format!(
        "{TAKES}replace: {{ electricity: {{ then: {{ agency: tavanir, days: 9 }} }} }}\nsupersedes: [{{ test: holes, why: a desk }}]\n"
    );
    let (table, _) = laid_over(&national(), &[&meant]).unwrap();
    assert_eq!((table.tests().len(), table.run_tests().len()), (5, 3));
    let told: Vec<_> = table
        .changed_rows()
        .map(|(name, row)| {
            let changed = &row.changed[0];
            (name, changed.before.clone(), changed.after.clone(), changed.why.clone(), changed.always)
        })
        .collect();
    let holes = (
        json!({ "rule": "municipal", "agency": "shahrdari-mashhad" }),
        json!({ "rule": "streets", "agency": "streets" }),
    );
    assert_eq!(
        told,
        [
            ("wires".to_owned(), json!({ "days": 8 }), json!({ "days": 9 }), None, true),
            ("holes".to_owned(), holes.0, holes.1, Some("a desk".to_owned()), true),
        ]
    );
}

const TAKES: &str = "insert:
  - before: municipal
    rule: { id: streets, when: { topic: street }, then: { agency: streets } }
";

#[test]
fn a_test_that_an_inserted_rule_takes_is_an_error_unless_it_is_meant() {
    let found = findings(&[TAKES]);
    assert_eq!(told(&found), ["PG-T050 layer-1.overlay.yaml:6"]);
    assert!(found.list[0].message.contains("test \"holes\" (route.table.yaml:21)"), "{found:?}");
    let meant = format!("{TAKES}supersedes:\n  - {{ test: holes, why: streets have a desk of their own }}\n");
    assert_eq!(told(&findings(&[&meant])), ["PG-T051 layer-1.overlay.yaml:6"]);
    // A report prints a row with its table before it.
    assert_eq!(
        told(&findings(&[&meant.replace("test: holes", "test: route holes")])),
        ["PG-T051 layer-1.overlay.yaml:6"]
    );
    let unneeded = meant.replace("test: holes", "test: pipes");
    let found = findings(&[&unneeded]);
    assert_eq!(told(&found), ["PG-T050 layer-1.overlay.yaml:6", "PG-T052 layer-1.overlay.yaml:8"]);
    assert_eq!(found.list[1].severity, Severity::Warning);
}

#[test]
fn a_rule_that_is_made_wider_takes_tests_as_an_inserted_one_does() {
    let body = "replace: { water: { when: { topic: [water, street] } } }\n";
    assert_eq!(told(&findings(&[body])), ["PG-T050 layer-1.overlay.yaml:4"]);
    let meant = format!("{body}supersedes: [{{ test: holes, why: pipes under streets }}]\n");
    assert_eq!(told(&findings(&[&meant])), ["PG-T051 layer-1.overlay.yaml:4"]);
}

#[test]
fn a_superseded_test_stays_so_in_the_layers_above() {
    let meant = format!("{TAKES}supersedes:\n  - {{ test: holes, why: streets have a desk of their own }}\n");
    assert_eq!(
        told(&findings(&[&meant, "replace: { electricity: { title: برق } }\n"])),
        ["PG-T051 layer-1.overlay.yaml:6"]
    );
}

#[test]
fn tests_of_a_province_are_run_for_its_counties() {
    let province = format!(
        "{TAKES}supersedes:\n  - {{ test: holes, why: a desk of their own }}\ntests:\n  - {{ name: desk, given: {{ topic: street, city: x }}, expect: {{ rule: streets }} }}\n"
    );
    let county = "insert:\n  - { before: streets, rule: { id: county, when: { topic: street, city: x }, then: { agency: c } } }\n";
    let found = findings(&[&province, county]);
    assert_eq!(told(&found), ["PG-T051 layer-1.overlay.yaml:6", "PG-T050 layer-2.overlay.yaml:5"]);
    assert!(found.list[1].message.contains("test \"desk\" (layer-1.overlay.yaml:10)"), "{found:?}");
}

#[test]
fn the_overlays_own_tests_must_pass() {
    let body = "replace: { water: { title: آب } }\ntests:\n  - { name: mine, given: { topic: park, city: x }, expect: { rule: water } }\n";
    assert_eq!(told(&findings(&[body])), ["PG-T015 layer-1.overlay.yaml:6"]);
    let unknown = body.replace("rule: water }", "rule: watr }");
    assert_eq!(told(&findings(&[&unknown])), ["PG-T007 layer-1.overlay.yaml:6"]);
}

/// A row that fails on its own table is told there: an overlay that names it names something, and the others keep their numbers.
#[test]
fn a_row_that_fails_on_its_own_table_can_be_named() {
    let base =
        crate::kit::NATIONAL.replace("agency: abfa, days: 10", "agency: abfa, days: 9").replace("name: holes, ", "");
    let mut table = crate::kit::table(&base);
    let failed: Vec<String> = table.set_failing_tests_aside().into_iter().map(|outcome| outcome.name).collect();
    assert_eq!((failed, table.run_tests().len()), (vec!["pipes".to_owned()], 4));
    let meant = format!("{TAKES}supersedes:\n  - {{ test: 3, why: a desk }}\n  - {{ test: pipes, why: w }}\n");
    let (_, found) = laid_over(&table, &[&meant]).unwrap();
    assert_eq!(told(&found), ["PG-T051 layer-1.overlay.yaml:6"], "{found:#?}");
}

/// A row of a county that a rule of its province answers otherwise says whose rule that is.
#[test]
fn an_overlays_own_test_that_another_layer_answers_says_which() {
    let province = format!("{TAKES}supersedes: [{{ test: holes, why: a desk of their own }}]\n");
    let county = "replace: { water: { title: آب } }\ntests:\n  - { name: ours, given: { topic: street, city: x }, expect: { rule: municipal } }\n";
    let found = findings(&[&province, county]);
    assert_eq!(told(&found)[1], "PG-T015 layer-2.overlay.yaml:6", "{found:#?}");
    let help = found.list[1].help.as_ref().expect("what answers is named");
    assert!(help.en.contains("\"streets\" of \"layer-1\" (layer-1.overlay.yaml:6) answers it"), "{help:?}");
}

#[test]
fn a_decision_that_fails_is_never_meant() {
    let base = crate::kit::NATIONAL.replace("given: { topic: water, city: x }", "given: { topic: water }");
    let body = "replace: { water: { then: { agency: '{city}-abfa' } } }\nsupersedes: [{ test: pipes, why: w }]\n";
    let found = laid_over(&crate::kit::table(&base), &[body]).unwrap_err();
    assert_eq!(told(&found), ["PG-T050 layer-1.overlay.yaml:4", "PG-T052 layer-1.overlay.yaml:5"]);
    assert!(found.list[0].message.contains("which has no value"), "{found:?}");
}

/// What else is wrong is told with the failing row, not one run later.
#[test]
fn a_failing_row_does_not_hide_the_analysis() {
    let text = text_of(
        "insert: [{ after: water, rule: { id: dead, when: { topic: sewage }, then: { agency: a } } }]\ntests: [{ given: { topic: park, city: x }, expect: { rule: water } }]\n",
    );
    let overlay = overlay(&text).unwrap();
    let layers = [Layer::new(&overlay, "p", "p.overlay.yaml")];
    let (table, found) = national().lay(&layers);
    assert_eq!(told(&found), ["PG-T015 p.overlay.yaml:5"]);
    let table = table.expect("only a test fails");
    let more = analyse_merged(&table, &layers).to_diagnostics(&table);
    assert_eq!(told(&more)[0], "PG-T024 p.overlay.yaml:4");
    let broken = text.replace("after: water", "after: watr");
    let overlay = crate::kit::overlay(&broken).unwrap();
    assert!(national().lay(&[Layer::new(&overlay, "p", "p.overlay.yaml")]).0.is_none());
}

/// Each layer is told where it speaks, also where a later one spoke last.
#[test]
fn what_layers_say_of_each_other_is_told_where_they_say_it() {
    let bodies = [
        "title: one\nreplace:\n  water: { then: { agency: a } }\n  electricity: { then: { agency: b } }\n",
        "replace:\n  water: { then: { agency: c } }\ndisable: [ electricity ]\nsupersedes: [{ test: wires, why: w }]\n",
    ];
    let overlays: Vec<_> = bodies.iter().map(|body| overlay(&text_of(body)).unwrap()).collect();
    let files = ["one.overlay.yaml", "two.overlay.yaml"];
    let layer = |at: usize| Layer::new(&overlays[at], "one-pack", files[at]);
    let layers = [layer(0), layer(1)];
    let (table, _) = national().lay(&layers);
    let table = table.unwrap();
    let mut told = told(&analyse_merged(&table, &layers).to_diagnostics(&table));
    told.retain(|one| !one.starts_with("PG-T029") && !one.starts_with("PG-T023"));
    told.sort();
    assert_eq!(told, ["PG-T024 one.overlay.yaml:6", "PG-T024 one.overlay.yaml:7", "PG-T025 two.overlay.yaml:5"]);
}

#[test]
fn tests_without_names_go_by_their_numbers() {
    let base = crate::kit::NATIONAL.replace("name: holes, ", "");
    let meant = format!("{TAKES}supersedes:\n  - {{ test: 3, why: a desk of their own }}\n");
    let merged = laid_over(&crate::kit::table(&base), &[&meant]);
    assert!(merged.is_ok(), "{merged:#?}");
}

/// What is meant is said beside the rule, and is told no more as a warning.
#[test]
fn what_is_said_with_its_reason_is_a_note() {
    for (silent, said) in [
        ("disable: [ water ]\n", "disable: [ { rule: water, why: the company is gone } ]\n"),
        (
            "replace: { water: { when: { topic: sewage } } }\n",
            "replace: { water: { when: { topic: sewage }, why: the company is gone } }\n",
        ),
    ] {
        assert_eq!(findings(&[silent]).list[0].severity, Severity::Warning, "{silent}");
        let help = format!("{:?}", findings(&[silent]).list[0].help);
        assert!(help.contains("why: TEXT"), "{help}");
        let found = findings(&[said]);
        assert_eq!((found.list.len(), found.list[0].severity), (1, Severity::Information), "{said}: {found:#?}");
        let (table, _) = laid_over(&national(), &[said]).unwrap();
        let (_, row) = table.changed_rows().next().unwrap();
        assert_eq!(row.changed[0].why.as_deref(), Some("the company is gone"));
    }
    // A reason alone changes nothing, and one that is missing is asked for.
    let refused = |body: &str| overlay(&text_of(body)).unwrap_err().list.iter().map(|one| one.code).collect::<Vec<_>>();
    assert_eq!(refused("replace: { water: { why: so } }\n"), ["PG-T049"]);
    assert_eq!(refused("disable: [ { rule: water } ]\n"), ["PG-T003"]);
}

#[test]
fn two_layers_that_write_one_output_are_a_note_where_the_last_says_why() {
    let told = |upper: &str| {
        let bodies = ["replace: { water: { then: { agency: a } } }\n", upper];
        let overlays: Vec<_> = bodies.iter().map(|body| overlay(&text_of(body)).unwrap()).collect();
        let layers: Vec<_> = overlays.iter().map(|overlay| Layer::new(overlay, "p", "f")).collect();
        let table = national().lay(&layers).0.unwrap();
        let found = analyse_merged(&table, &layers).to_diagnostics(&table).list;
        let of_layers = found.into_iter().filter(|one| ["PG-T024", "PG-T025"].contains(&one.code));
        of_layers.map(|one| (one.severity, one.code, one.message)).collect::<Vec<_>>()
    };
    let silent = told("replace: { water: { then: { agency: b } } }\n");
    assert!(matches!(silent.as_slice(), [(Severity::Warning, ..), (Severity::Warning, ..)]), "{silent:?}");
    let said = told("replace: { water: { then: { agency: b }, why: our own company } }\n");
    assert!(
        matches!(said.as_slice(), [(Severity::Information, "PG-T025", told)] if told.contains("our own company")),
        "{said:?}"
    );
}

/// A `then` is replaced as a whole: what the rule answered in an output that the new one does not write is lost.
#[test]
fn outputs_that_a_new_answer_leaves_out_are_told() {
    let of = |then: &str| findings(&[&format!("replace: {{ electricity: {{ {then} }} }}\n")]);
    let codes = |found: &Diagnostics| {
        let told = found.list.iter().filter(|one| one.code == "PG-T056");
        told.map(|one| (one.severity, one.span.line)).collect::<Vec<_>>()
    };
    let found = of("then: { agency: barq-yazd }");
    assert_eq!(codes(&found), [(Severity::Warning, BODY_LINE)], "{found:#?}");
    let lost = found.list.iter().find(|one| one.code == "PG-T056").unwrap();
    assert!(lost.message.contains("back to the default: days (10)"), "{lost:?}");
    assert_eq!(codes(&of("then: { agency: barq-yazd }, why: ten are enough")), [(Severity::Information, BODY_LINE)]);
    // What is written is meant, also where it is the default; and a rule that answered nothing of its own loses nothing.
    for then in ["then: { agency: barq-yazd, days: 8 }", "then: { agency: barq-yazd, days: 10 }", "title: برق"] {
        assert_eq!(codes(&of(then)), [], "{then}");
    }
    assert_eq!(codes(&findings(&["replace: { water: { then: { agency: abfa-yazd } } }\n"])), []);
    // A rule that is put in beside one that is taken out answers in its place.
    let beside = |then: &str, off: &str| {
        findings(&[&format!(
            "insert:\n  - {{ before: electricity, rule: {{ id: ours, when: {{ topic: electricity }}, then: {{ {then} }} }} }}\n{off}"
        )])
    };
    let (off, why) = ("disable: [ electricity ]\n", "disable: [ { rule: electricity, why: ten are enough } ]\n");
    assert_eq!(codes(&beside("agency: barq-yazd", off)), [(Severity::Warning, BODY_LINE + 1)]);
    assert_eq!(codes(&beside("agency: barq-yazd", why)), [(Severity::Information, BODY_LINE + 1)]);
    assert_eq!(codes(&beside("agency: barq-yazd, days: 8", off)), []);
    // What an overlay below wrote is lost in the same way.
    let (province, county) =
        ("replace: { water: { then: { agency: a, days: 5 } } }\n", "replace: { water: { then: { agency: b } } }\n");
    assert_eq!(codes(&findings(&[province, county])), [(Severity::Warning, BODY_LINE)]);
}

/// What a row without a name is called does not hang on the overlays that lie between.
#[test]
fn a_row_without_a_name_is_called_alike_whatever_lies_between() {
    let row = |topic: &str, rule: &str| {
        format!("tests:\n  - {{ given: {{ topic: {topic}, city: x }}, expect: {{ rule: {rule} }} }}\n")
    };
    let province = format!(
        "{TAKES}supersedes: [{{ test: holes, why: a desk }}]\n{}  - {{ given: {{ topic: street, city: y }}, expect: {{ rule: streets }} }}\n",
        row("water", "water")
    );
    let between = format!("replace: {{ electricity: {{ title: برق }} }}\n{}", row("park", "municipal"));
    let county =
        "insert:\n  - { before: streets, rule: { id: c, when: { topic: street, city: y }, then: { agency: c } } }\n";
    let meant = format!("{county}supersedes: [{{ test: layer-1 2, why: a desk of its own }}]\n");
    for layers in [&[province.as_str(), county][..], &[&province, &between, county]] {
        let found = findings(layers);
        let broken = found.list.iter().find(|one| one.code == "PG-T050").unwrap_or_else(|| panic!("{found:#?}"));
        assert!(broken.message.contains("test \"layer-1 2\""), "{broken:?}");
    }
    for layers in [&[province.as_str(), &meant][..], &[&province, &between, &meant]] {
        let found = findings(layers);
        assert!(found.list.iter().all(|one| !["PG-T050", "PG-T052", "PG-T007"].contains(&one.code)), "{found:#?}");
    }
}
