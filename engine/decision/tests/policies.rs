//! Hit policies, dates of rules and tables, declared domains, and what is refused of them.

use std::collections::BTreeMap;

use peygir_calendar::Jalali;
use peygir_decision::{Decision, Fault, Hit, Table, WhyNot};
use peygir_source::{Diagnostics, yaml};
use serde_json::{Value, json};

fn read(text: &str) -> Result<(Table, Diagnostics), Diagnostics> {
    let node = yaml::parse(text).unwrap_or_else(|finding| panic!("{text}: {finding:?}"));
    Table::read(&node, str::to_lowercase)
}

fn table(text: &str) -> Table {
    read(text).unwrap_or_else(|findings| panic!("{text}: {findings:#?}")).0
}

fn decide(table: &Table, inputs: Value, on: &str) -> Result<Decision, Fault> {
    let inputs: BTreeMap<String, Value> = inputs.as_object().unwrap().clone().into_iter().collect();
    let on: Jalali = on.parse().unwrap();
    table.decide(&inputs, on)
}

fn text_of(head: &str, rules: &str) -> String {
    format!(
        "kind: decision-table\nid: t\nversion: 1.0.0\n{head}\ninputs:\n  x: {{ type: integer, min: 0, max: 100 }}\n  y: {{ type: string, values: [a, b] }}\noutputs:\n  o: {{ type: string }}\n  n: {{ type: integer, default: 1 }}\nrules:\n{rules}  - {{ id: rest, last: true, then: {{ o: rest }} }}\n"
    )
}

/// Where the first rule of [`text_of`] stands.
const RULES_LINE: u32 = 12;

const THREE: &str = "  - { id: small, priority: 5, when: { x: '< 10' }, then: { o: small } }
  - { id: even, priority: 9, when: { x: [2, 4, 12, 14] }, then: { o: even, n: 2 } }
  - { id: a, priority: 9, when: { y: a }, then: { o: a } }
";

fn three(hit: &str) -> Table {
    let rules = if hit == "priority" {
        THREE.to_owned()
    } else {
        THREE.replace("priority: 5, ", "").replace("priority: 9, ", "")
    };
    table(&text_of(&format!("hit: {hit}"), &rules))
}

fn not_fired(decision: &Decision) -> Vec<(&str, &str)> {
    let why = |why: &WhyNot| match why {
        WhyNot::Cell { .. } => "cell",
        WhyNot::NotInForce => "dates",
        WhyNot::Outranked => "rank",
        WhyNot::Faulted => "fault",
    };
    decision.not_fired.iter().map(|one| (one.rule.as_str(), why(&one.why))).collect()
}

const DAY: &str = "1405/06/15";

#[test]
fn first_is_the_first_in_the_order_of_writing() {
    let table = three("first");
    assert_eq!(table.hit(), Hit::First);
    let decision = decide(&table, json!({ "x": 12, "y": "a" }), DAY).unwrap();
    assert_eq!((decision.rule.as_str(), not_fired(&decision)), ("even", vec![("small", "cell")]));
    let decision = decide(&table, json!({ "x": 2, "y": "a" }), DAY).unwrap();
    assert_eq!((decision.rule.as_str(), decision.not_fired.len()), ("small", 0));
}

#[test]
fn unique_is_the_only_one_and_two_are_a_fault() {
    let table = three("unique");
    let decision = decide(&table, json!({ "x": 12, "y": "b" }), DAY).unwrap();
    assert_eq!((decision.rule.as_str(), not_fired(&decision)), ("even", vec![("small", "cell"), ("a", "cell")]));
    let decision = decide(&table, json!({ "x": 13, "y": "b" }), DAY).unwrap();
    assert_eq!((decision.rule.as_str(), decision.not_fired.len()), ("rest", 3));
    let fault = decide(&table, json!({ "x": 2, "y": "b" }), DAY).unwrap_err();
    assert_eq!(fault.code(), "PG-T104");
    assert_eq!(fault, Fault::Overlap { first: "small".to_owned(), second: "even".to_owned() });
    assert!(fault.message_fa().contains("«small»"));
}

#[test]
fn collect_answers_with_all_in_order() {
    let table = three("collect");
    let decision = decide(&table, json!({ "x": 2, "y": "a" }), DAY).unwrap();
    assert_eq!(decision.outputs, json!([{ "o": "small", "n": 1 }, { "o": "even", "n": 2 }, { "o": "a", "n": 1 }]));
    let fired: Vec<_> = decision.fired.iter().map(|one| one.rule.as_str()).collect();
    assert_eq!((fired, decision.rule.as_str()), (vec!["small", "even", "a"], "small"));
    assert_eq!(decision.fired[2].because["y"], "a");
    let decision = decide(&table, json!({ "x": 12, "y": "b" }), DAY).unwrap();
    assert_eq!(decision.outputs, json!([{ "o": "even", "n": 2 }]));
    assert_eq!(not_fired(&decision), [("small", "cell"), ("a", "cell")]);
    let decision = decide(&table, json!({ "x": 13, "y": "b" }), DAY).unwrap();
    assert_eq!((decision.rule.as_str(), decision.outputs), ("rest", json!([{ "o": "rest", "n": 1 }])));
}

#[test]
fn priority_is_the_highest_then_the_order_of_writing() {
    let table = three("priority");
    for (inputs, rule, others) in [
        (json!({ "x": 2, "y": "a" }), "even", vec![("small", "rank"), ("a", "rank")]),
        (json!({ "x": 3, "y": "a" }), "a", vec![("small", "rank"), ("even", "cell")]),
        (json!({ "x": 3, "y": "b" }), "small", vec![("even", "cell"), ("a", "cell")]),
        (json!({ "x": 13, "y": "b" }), "rest", vec![("small", "cell"), ("even", "cell"), ("a", "cell")]),
    ] {
        let decision = decide(&table, inputs.clone(), DAY).unwrap();
        assert_eq!((decision.rule.as_str(), not_fired(&decision)), (rule, others), "{inputs}");
    }
    let decision = decide(&table, json!({ "x": 2, "y": "a" }), DAY).unwrap();
    assert_eq!(decision.to_json()["notFired"][0], json!({ "rule": "small", "layer": 0, "why": "outranked" }));
}

#[test]
fn tests_of_a_collecting_table_name_the_first_rule() {
    let text = text_of("hit: collect", "  - { id: a, when: { y: a }, then: { o: a } }\n")
        + "tests:
  - { given: { x: 1, y: a }, expect: { rule: a, rules: [a], o: a } }
  - { given: { x: 1, y: b }, expect: { rules: [rest], o: [rest], n: [1] } }
  - { given: { x: 1, y: a }, expect: { rules: [a, rest] } }
  - { given: { x: 1, y: a }, expect: { o: [a, a] } }
";
    let passed: Vec<bool> = table(&text).run_tests().iter().map(|outcome| outcome.passed).collect();
    assert_eq!(passed, [true, true, false, false]);
}

#[test]
fn a_rule_holds_on_its_days_only() {
    let text = text_of(
        "hit: first",
        "  - { id: autumn, effective: { from: 1405/07/01, until: 1405/09/30 }, when: { y: a }, then: { o: autumn } }\n",
    );
    let table = table(&text);
    for (on, rule) in
        [("1405/06/31", "rest"), ("1405/07/01", "autumn"), ("1405/09/30", "autumn"), ("1405/10/01", "rest")]
    {
        let decision = decide(&table, json!({ "x": 1, "y": "a" }), on).unwrap();
        assert_eq!(decision.rule, rule, "{on}");
        if rule == "rest" {
            assert_eq!(not_fired(&decision), [("autumn", "dates")]);
        }
    }
    let days: Vec<String> = table.days().iter().map(ToString::to_string).collect();
    assert_eq!(days, ["1405/06/31", "1405/07/01", "1405/10/01"]);
}

#[test]
fn a_table_answers_on_its_days_only() {
    let table = table(&text_of("hit: first\neffective: { from: 1405/07/01, until: 1405/09/30 }", ""));
    for on in ["1405/07/01", "1405/09/30"] {
        assert_eq!(decide(&table, json!({}), on).unwrap().rule, "rest");
    }
    for on in ["1405/06/31", "1405/10/01"] {
        let fault = decide(&table, json!({}), on).unwrap_err();
        assert_eq!(fault.code(), "PG-T105");
        assert_eq!(
            fault.to_string(),
            format!("table \"t\" is not in force on {on}: its days are 1405/07/01 to 1405/09/30")
        );
        assert!(fault.message_fa().contains("۱۴۰۵/۰۷/۰۱ تا ۱۴۰۵/۰۹/۳۰"));
    }
}

#[test]
fn a_test_without_a_day_claims_to_hold_on_every_day() {
    let dated = "  - { id: autumn, effective: { from: 1405/07/01 }, when: { y: a }, then: { o: autumn } }\n";
    let with_test =
        |test: &str| table(&(text_of("hit: first", dated) + "tests:\n  - " + test + "\n")).run_tests().remove(0);
    let outcome = with_test("{ given: { y: a }, expect: { rule: rest } }");
    assert!(!outcome.passed);
    assert_eq!(outcome.on.unwrap().to_string(), "1405/07/01");
    assert!(outcome.to_diagnostic().unwrap().message.ends_with(", on 1405/07/01"));
    assert!(with_test("{ on: 1405/06/31, given: { y: a }, expect: { rule: rest } }").passed);
    assert!(with_test("{ on: 1405/07/01, given: { y: a }, expect: { rule: autumn } }").passed);
    assert!(with_test("{ given: { y: b }, expect: { rule: rest } }").passed);
}

#[test]
fn values_outside_the_declared_domain_are_faults_and_never_quoted() {
    let table = table(&text_of("hit: first", ""));
    for (inputs, said) in [
        (json!({ "x": -1 }), "input \"x\" must be at least 0"),
        (json!({ "x": 101 }), "input \"x\" must be at most 100"),
        (json!({ "y": "secret" }), "input \"y\" must be one of a, b"),
    ] {
        let fault = decide(&table, inputs, DAY).unwrap_err();
        assert_eq!((fault.code(), fault.to_string().as_str()), ("PG-T101", said));
        assert!(!fault.message_fa().contains("secret") && fault.without_values() == said);
    }
    for inputs in [json!({ "x": 0, "y": "a" }), json!({ "x": 100 }), json!({ "y": null })] {
        assert!(decide(&table, inputs, DAY).is_ok());
    }
    let lists = "kind: decision-table\nid: t\nversion: 1.0.0\nhit: first\ninputs:\n  l: { type: list, values: [a, b] }\noutputs: { o: { type: string } }\nrules:\n  - { id: rest, last: true, then: {} }\n";
    assert!(decide(&self::table(lists), json!({ "l": ["a", "b"] }), DAY).is_ok());
    assert!(decide(&self::table(lists), json!({ "l": ["a", "c"] }), DAY).is_err());
}

/// The codes and lines of a table that is refused; lines count from the first rule.
fn check(head: &str, rules: &str, expected: &[(&str, u32)]) {
    let text = text_of(head, rules);
    let findings = read(&text).err().unwrap_or_else(|| panic!("{text} was taken"));
    let found: Vec<_> =
        findings.list.iter().map(|one| (one.code, (one.span.line + 1).saturating_sub(RULES_LINE))).collect();
    assert_eq!(found, expected, "{text}: {findings:#?}");
    assert!(findings.list.iter().all(|one| !one.message_fa.is_empty() && one.span.column > 0));
}

#[test]
fn members_that_say_nothing_where_they_stand() {
    check("hit: first", "  - { id: a, priority: 3, when: { y: a }, then: {} }\n", &[("PG-T018", 1)]);
    check("hit: first", "  - { id: a, unexpected: true, when: { y: a }, then: {} }\n", &[("PG-T018", 1)]);
    for priority in ["-1", "1001", "high", "1.5"] {
        let rule = format!("  - {{ id: a, priority: {priority}, when: {{ y: a }}, then: {{}} }}\n");
        check("hit: priority", &rule, &[("PG-T003", 1)]);
    }
    check("hit: most", "", &[("PG-T002", 0)]);
}

#[test]
fn dates_that_cannot_be_read() {
    let rule = |effective: &str| format!("  - {{ id: a, effective: {effective}, when: {{ y: a }}, then: {{}} }}\n");
    for effective in [
        "{ from: 1405/07/31 }",
        "{ until: 2026/01/01 }",
        "{ from: soon }",
        "{}",
        "{ from: 1405/02/01, until: 1405/01/31 }",
    ] {
        check("hit: first", &rule(effective), &[("PG-T017", 1)]);
    }
    check("hit: first", &rule("1405/01/01"), &[("PG-T003", 1)]);
    check("hit: first", &rule("{ to: 1405/01/01 }"), &[("PG-T002", 1)]);
    check("hit: first", &rule("{ from: 1405 }"), &[("PG-T003", 1)]);
}

#[test]
fn a_table_has_only_so_many_dates() {
    let rules: String = (0..60)
        .map(|index| {
            let (month, day) = (index / 30 + 1, index % 30 + 1);
            format!("  - {{ id: r-{index}, effective: {{ from: 1405/{month}/{day}, until: 1406/{month}/{day} }}, when: {{ y: a }}, then: {{}} }}\n")
        })
        .collect();
    check("hit: first", &rules, &[("PG-T017", 0)]);
}

#[test]
fn cells_that_ask_for_what_is_never_given() {
    let findings = read(&text_of("hit: first", "  - { id: a, when: { y: [a, c], x: 101 }, then: {} }\n")).unwrap_err();
    let said: Vec<_> = findings.list.iter().map(|one| one.message.as_str()).collect();
    assert_eq!(said, ["the cell never holds: \"y\" is never c", "the cell never holds: \"x\" is never 101"]);
    assert!(findings.list.iter().all(|one| one.code == "PG-T019"));
}

#[test]
fn the_domain_binds_defaults_and_tests() {
    let text = |x: &str, test: &str| {
        text_of("hit: first", "").replace("x: { type: integer, min: 0, max: 100 }", &format!("x: {x}")) + test
    };
    for (x, test) in [
        ("{ type: integer, min: 0, default: -1 }", ""),
        ("{ type: integer, min: 5, max: 4 }", ""),
        ("{ type: integer, values: [1, 2], default: 3 }", ""),
        ("{ type: integer, max: 3 }", "tests:\n  - { given: { x: 4 }, expect: { rule: rest } }\n"),
    ] {
        let findings = read(&text(x, test)).unwrap_err();
        assert_eq!(findings.list[0].code, "PG-T012", "{x}: {findings:#?}");
    }
    assert_eq!(read(&text("{ type: string, min: 3 }", "")).unwrap_err().list[0].code, "PG-T003");
    assert_eq!(read(&text("{ type: integer, values: [a] }", "")).unwrap_err().list[0].code, "PG-T008");
}

#[test]
fn titles_stand_in_two_languages_or_one() {
    let text = text_of(
        "hit: first\ntitle: { fa: جدول, en: Table }",
        "  - { id: a, title: الف, note: why, when: { y: a }, then: {} }\n",
    )
    .replace("y: { type: string,", "y: { title: { fa: شهر, en: City }, description: where, type: string,")
    .replace("n: { type: integer,", "n: { title: روز, type: integer,")
    .replace("last: true,", "last: true, unexpected: true,");
    let table = table(&text);
    assert_eq!(table.title().unwrap().en, "Table");
    let input = &table.inputs()[1];
    assert_eq!((input.title.as_ref().unwrap().fa.as_str(), input.description.as_deref()), ("شهر", Some("where")));
    assert_eq!(table.outputs()[1].title.as_ref().unwrap().en, "روز");
    let rule = table.rule("a").unwrap();
    assert_eq!((rule.title.as_ref().unwrap().fa.as_str(), rule.note.as_deref()), ("الف", Some("why")));
    assert!(table.rule("rest").unwrap().unexpected && !rule.unexpected);
}

#[test]
fn the_catch_all_has_no_dates_and_no_rank() {
    let rest = "{ id: rest, last: true,";
    let dated = text_of("hit: first", "").replace(rest, "{ id: rest, last: true, effective: { from: 1405/01/01 },");
    assert_eq!(read(&dated).unwrap_err().list[0].code, "PG-T011");
    let ranked = text_of("hit: priority", "").replace(rest, "{ id: rest, last: true, priority: 3,");
    assert_eq!(read(&ranked).unwrap_err().list[0].code, "PG-T018");
}
