//! Tables as experts write them: reading, deciding, explaining, and what is told about errors.

use std::collections::BTreeMap;

use peygir_calendar::Jalali;
use peygir_decision::{Fault, Table, WhyNot};
use peygir_source::{Diagnostics, Severity, yaml};
use serde_json::{Value, json};

const ROUTING: &str = include_str!("route-agency.table.yaml");

/// Enough of a search key to tell that comparing goes through it: Arabic letters become Persian ones, case falls.
fn key(text: &str) -> String {
    text.replace('ي', "ی").replace('ك', "ک").replace('\u{200c}', " ").to_lowercase()
}

fn read(text: &str) -> Result<(Table, Diagnostics), Diagnostics> {
    Table::read(&yaml::parse(text).unwrap_or_else(|finding| panic!("{text}: {finding:?}")), key)
}

fn table(text: &str) -> Table {
    read(text).unwrap_or_else(|findings| panic!("{text}: {findings:#?}")).0
}

fn inputs(value: Value) -> BTreeMap<String, Value> {
    value.as_object().unwrap().clone().into_iter().collect()
}

/// A day on which no rule here is out of force.
fn day() -> Jalali {
    "1405/01/01".parse().unwrap()
}

/// A table over one input `x` with one cell; rule `yes` fires where it holds.
fn with_cell(value_type: &str, cell: &str) -> String {
    format!(
        "kind: decision-table\nid: t\nversion: 1.0.0\nhit: first\ninputs:\n  x: {{ type: {value_type} }}\n  y: {{ type: string }}\noutputs:\n  o: {{ type: boolean }}\nrules:\n  - id: a\n    when: {{ x: {cell} }}\n    then: {{ o: true }}\n  - id: z\n    last: true\n    then: {{ o: false }}\n"
    )
}

#[test]
fn the_routing_table_decides_and_says_by_what() {
    let (table, warnings) = read(ROUTING).unwrap();
    assert!(warnings.list.is_empty(), "{warnings:?}");
    let given = inputs(json!({ "topic": "water", "city": "mashhad", "province": "khorasan-razavi", "text": "" }));
    let decision = table.decide(&given, day()).unwrap();
    assert_eq!(decision.rule, "water");
    assert_eq!(decision.outputs, json!({ "agency": "abfa-khorasan-razavi", "workingDays": 10, "remindAt": 7 }));
    assert_eq!(decision.inputs["urgent"], json!(false));
    assert_eq!((decision.table.as_str(), decision.version.as_str()), ("route-agency", "1.4.0"));
    let [above] = decision.not_fired.iter().collect::<Vec<_>>()[..] else { panic!("{:?}", decision.not_fired) };
    assert_eq!((above.rule.as_str(), above.layer), ("emergency", 0));
    assert!(matches!(&above.why, WhyNot::Cell { input, cell, .. } if *input == "urgent" && *cell == "true"));
    assert_eq!(decision.to_json()["notFired"][0]["cell"], json!("true"));
}

/// Whoever explains a cell quotes what its author wrote, not the search key.
#[test]
fn cells_are_kept_as_they_were_written() {
    let source = |value_type: &str, cell: &str| {
        let table = table(&with_cell(value_type, cell));
        table.rules()[0].when()[0].source.as_ref().clone()
    };
    assert_eq!(source("text", "{ words: [بي‌آب, 'Gas, oil'] }"), json!({ "words": ["بي‌آب", "Gas, oil"] }));
    assert_eq!(source("string", "{ rhai: 'x.len() > 3' }"), json!({ "rhai": "x.len() > 3" }));
    assert_eq!(source("integer", "['1..2', 9]"), json!(["1..2", 9]));
}

#[test]
fn inputs_say_where_they_come_from() {
    let table = table(ROUTING);
    let from: Vec<_> = table.inputs().iter().map(|input| (input.name.as_str(), input.from.as_str())).collect();
    assert_eq!(from[0], ("topic", "case.topic"));
    assert!(table.rules()[0].locked && table.rules().last().unwrap().last);
}

#[test]
fn embedded_tests_tell_expected_and_got() {
    let outcomes = table(ROUTING).run_tests();
    assert!(outcomes.len() == 2 && outcomes.iter().all(|outcome| outcome.passed), "{outcomes:#?}");
    let broken = ROUTING.replace("agency: abfa-khorasan-razavi", "agency: abfa-yazd");
    let outcomes = table(&broken).run_tests();
    let finding = outcomes[0].to_diagnostic().unwrap();
    assert_eq!(outcomes[0].got, json!({ "agency": "abfa-khorasan-razavi", "rule": "water", "workingDays": 10 }));
    assert_eq!(finding.code, "PG-T015");
    assert_eq!(
        Some(finding.span.line as usize),
        broken.lines().position(|line| line.contains("- given")).map(|at| at + 1)
    );
}

#[test]
fn cells_hold_as_the_grammar_says() {
    let cases: &[(&str, &str, Value, bool)] = &[
        ("string", "water", json!("water"), true),
        ("string", "water", json!("Water"), false),
        ("string", "water", Value::Null, false),
        ("string", "[water, sewage]", json!("sewage"), true),
        ("string", "[water, sewage]", json!("road"), false),
        ("string", "any", json!("road"), true),
        ("string", "any", Value::Null, true),
        ("string", "[any]", json!("road"), false),
        ("string", "{ not: water }", json!("road"), true),
        ("string", "{ not: water }", Value::Null, true),
        ("string", "{ not: [water, road] }", json!("road"), false),
        ("string", "{ present: true }", json!("x"), true),
        ("string", "{ present: true }", Value::Null, false),
        ("string", "{ present: false }", Value::Null, true),
        ("string", "{ prefix: ab }", json!("abfa"), true),
        ("string", "{ prefix: [x, ab] }", json!("abfa"), true),
        ("string", "{ prefix: bf }", json!("abfa"), false),
        ("string", "{ contains: bf }", json!("abfa"), true),
        ("string", "'>= 3'", json!(">= 3"), true),
        ("text", "كوچه", json!("کوچه"), true),
        ("text", "{ contains: [حرم, علي] }", json!("نزد علی بود"), true),
        ("text", "{ contains: آب }", json!("کبابی آبان"), true),
        ("text", "{ words: آب }", json!("کبابی آبان"), false),
        ("text", "{ words: [آب] }", json!("قطع شد، آب."), true),
        ("text", "{ words: قطع آب }", json!("قطع‌ آب محله"), true),
        ("text", "{ words: قطع آب }", json!("قطعآب محله"), true),
        ("text", "{ words: بانک ملی }", json!("شعبهٔ بانکملی، بسته"), true),
        ("text", "{ words: بانک ملی }", json!("شعبهٔ بانکملیت"), false),
        ("text", "{ words: دهن }", json!("آدرس دهنده"), false),
        ("text", "{ contains: بانک‌ملی }", json!("بانک ملی‌ها"), true),
        ("text", "{ contains: [نان, بانک ملی ایران] }", json!("شعب بانکملی ایران"), true),
        ("text", "{ contains: بانک ملی }", json!("بانکِ ملت"), false),
        ("text", "{ not: { contains: بانک ملی } }", json!("بانکملی"), false),
        ("text", "بانک ملی", json!("بانکملی"), true),
        ("string", "{ contains: بانک ملی }", json!("بانکملی"), false),
        ("text", "{ prefix: قطع }", json!("قطع آب"), true),
        ("integer", "3", json!(3), true),
        ("integer", "'>= 3'", json!(3), true),
        ("integer", "'> 3'", json!(3), false),
        ("integer", "'<= ۳'", json!(3), true),
        ("integer", "'< 3'", json!(2), true),
        ("integer", "'1..5'", json!(5), true),
        ("integer", "'1..5'", json!(6), false),
        ("integer", "['1..2', '>= 9']", json!(9), true),
        ("integer", "'-2..-1'", json!(-1), true),
        ("number", "'0.5..1'", json!(0.75), true),
        ("number", "1", json!(1.0), true),
        ("number", "'> 9007199254740992'", json!(9_007_199_254_740_993_i64), true),
        ("boolean", "true", json!(true), true),
        ("boolean", "false", Value::Null, false),
        ("list", "a", json!(["b", "a"]), true),
        ("list", "[c, d]", json!(["b", "a"]), false),
        ("list", "{ prefix: x }", json!(["b", "xa"]), true),
        ("string", "{ rhai: 'x.len() > 3' }", json!("four"), true),
        ("string", "{ rhai: 'x == \"a\" || y == ()' }", json!("b"), true),
        ("string", "{ not: { rhai: 'x == \"a\"' } }", json!("a"), false),
    ];
    for (value_type, cell, value, holds) in cases {
        let decision = table(&with_cell(value_type, cell)).decide(&inputs(json!({ "x": value })), day()).unwrap();
        assert_eq!(decision.rule == "a", *holds, "{value_type} {cell} with {value}");
    }
}

#[test]
fn cells_that_cannot_be_read_are_told() {
    let cases: &[(&str, &str, &str)] = &[
        ("string", "3", "PG-T008"),
        ("boolean", "'yes'", "PG-T008"),
        ("integer", "1.5", "PG-T008"),
        ("integer", "'>= x'", "PG-T009"),
        ("integer", "'5..1'", "PG-T009"),
        ("integer", "'around 3'", "PG-T009"),
        ("integer", "{ prefix: a }", "PG-T009"),
        ("string", "{ words: a }", "PG-T009"),
        ("string", "[]", "PG-T009"),
        ("string", "{}", "PG-T009"),
        ("string", "{ prefix: a, contains: b }", "PG-T009"),
        ("text", "{ contains: '...' }", "PG-T009"),
        ("string", "{ prefx: a }", "PG-T002"),
        ("string", "{ prefix: [] }", "PG-T003"),
        ("string", "{ present: 1 }", "PG-T003"),
        ("string", "{ rhai: 'z == 1' }", "PG-T010"),
        ("string", "{ rhai: 'case == 1' }", "PG-T010"),
        ("string", "{ rhai: 'sleep(5)' }", "PG-T010"),
    ];
    for (value_type, cell, code) in cases {
        let findings = read(&with_cell(value_type, cell)).unwrap_err();
        let found: Vec<_> = findings.list.iter().map(|finding| (finding.code, finding.span.line)).collect();
        assert_eq!(found.first(), Some(&(*code, 12)), "{value_type} {cell}: {findings:#?}");
    }
}

/// Who writes numbers as they are written in Persian, or true as people say it, is told what to write.
#[test]
fn a_value_of_another_type_is_told_as_it_is_written() {
    let cases = [
        ("integer", "۲۰", Some("20")),
        ("integer", "'20'", Some("20")),
        ("integer", "۲.۵", None),
        ("number", "۲.۵", Some("2.5")),
        ("boolean", "'yes'", Some("true")),
        ("boolean", "خیر", Some("false")),
        ("boolean", "شاید", None),
        ("string", "3", Some("'3'")),
    ];
    for (value_type, cell, written) in cases {
        let findings = read(&with_cell(value_type, cell)).unwrap_err();
        assert_eq!(findings.list[0].code, "PG-T008", "{value_type} {cell}: {findings:#?}");
        let help = findings.list[0].help.as_ref();
        assert_eq!(help.is_some(), written.is_some(), "{value_type} {cell}: {findings:#?}");
        if let Some((help, written)) = help.zip(written) {
            assert!(help.en.contains(&format!("write {written}, ")), "{help:?}");
            assert!(help.fa.contains(&format!("\u{2066}{written}\u{2069}")), "{help:?}");
        }
    }
    let limit = with_cell("integer", "3").replace("{ type: integer }", "{ type: integer, max: ۲۰ }");
    let findings = read(&limit).unwrap_err();
    assert!(findings.list[0].help.as_ref().unwrap().en.contains("write 20"), "{findings:#?}");
}

#[test]
fn expression_cells_are_reported_as_not_analysed() {
    let table = table(&with_cell("string", "{ not: { rhai: 'x == \"a\"' } }"));
    let cells: Vec<_> = table.not_analysed().iter().map(|(rule, input, span)| (*rule, *input, span.line)).collect();
    assert_eq!(cells, [("a", "x", 12)]);
}

/// Cells over free text that read like something else than they are: nobody writes a complaint of one word, and only a list
/// separates texts.
#[test]
fn cells_that_hardly_hold_are_warned_of() {
    let (whole, phrase, letter) = ("PG-T036", "PG-T037", "PG-T059");
    let cases: &[(&str, &str, &[&str])] = &[
        ("text", "قطع", &[whole]),
        ("text", "[قطع, وصل نیست]", &[whole]),
        ("text", "{ not: قطع }", &[whole]),
        ("text", "[{ words: قطع }, وصل]", &[whole]),
        ("text", "{ contains: [قطع، وصل] }", &[phrase]),
        ("text", "{ words: 'قطع, وصل' }", &[phrase]),
        ("text", "{ prefix: 'قطع؛ وصل' }", &[phrase]),
        ("text", "{ words: [قطع/وصل] }", &[phrase]),
        ("text", "{ words: قطع یا وصل }", &[phrase]),
        ("text", "{ contains: [قطع يا وصل] }", &[phrase]),
        ("text", "{ words: 'قطع - وصل' }", &[phrase]),
        ("text", "{ prefix: 'قطع – وصل' }", &[phrase]),
        ("text", "{ words: [یا حسین, دریا, 'سه‌شنبه-چهارشنبه'] }", &[]),
        ("text", "{ contains: '۱۰ - ۲۰' }", &[]),
        ("text", "{ words: 1403/09/01 }", &[]),
        ("text", "{ words: [قطع, وصل] }", &[]),
        ("text", "{ words: [قطع شد, 'قطع شده،'] }", &[]),
        ("text", "{ contains: '12,000' }", &[]),
        ("text", "{ contains: ا }", &[letter]),
        ("text", "{ contains: [آب, و, ' ر '] }", &[letter, letter]),
        ("text", "{ not: { contains: a } }", &[letter]),
        ("text", "{ words: و }", &[]),
        ("text", "{ prefix: ا }", &[]),
        ("text", "{ contains: ['5', '۵'] }", &[]),
        ("string", "{ contains: a }", &[]),
        ("text", "{ contains: '۱۲،۰۰۰ تومان' }", &[]),
        ("text", "{ present: true }", &[]),
        ("string", "'قطع، وصل'", &[]),
    ];
    for (value_type, cell, codes) in cases {
        let (_, findings) = read(&with_cell(value_type, cell)).unwrap_or_else(|found| panic!("{cell}: {found:#?}"));
        let found: Vec<_> = findings.list.iter().map(|one| (one.code, one.severity, one.span.line)).collect();
        let expected: Vec<_> = codes.iter().map(|code| (*code, Severity::Warning, 12)).collect();
        assert_eq!(found, expected, "{value_type} {cell}");
    }
}

#[test]
fn all_errors_come_at_once_with_their_lines() {
    let text = "kind: decision-table
id: Bad Id
version: one
titel: x
hit: frist
inputs:
  topic: { type: strng }
  city: { type: string, from: city }
outputs:
  agency: { type: string, required: true }
  days: { type: integer, max: 15, default: 20 }
rules:
  - id: a
    when: { ctiy: x }
    then: { agencyy: b }
  - id: a
    then: { agency: '{prov}', days: 16 }
  - id: c
    then: { agency: '{city' }
tests:
  - given: { city: 3 }
    expect: { rule: d, days: x }
";
    let findings = read(text).unwrap_err();
    let mut found: Vec<_> = findings.list.iter().map(|finding| (finding.span.line, finding.code)).collect();
    found.sort_unstable();
    let expected = [
        (2, "PG-T005"),
        (3, "PG-T005"),
        (4, "PG-T002"),
        (5, "PG-T002"),
        (7, "PG-T002"),
        (8, "PG-T005"),
        (11, "PG-T012"),
        (12, "PG-T011"),
        (13, "PG-T013"),
        (14, "PG-T007"),
        (15, "PG-T007"),
        // Its cell can't be read, so that nothing is concluded from the first rule.
        (16, "PG-T006"),
        (17, "PG-T007"),
        (17, "PG-T012"),
        (18, "PG-T016"),
        (19, "PG-T014"),
        (21, "PG-T008"),
        (22, "PG-T007"),
        (22, "PG-T008"),
    ];
    assert_eq!(found, expected, "{findings:#?}");
    let help = |code: &str, line| {
        let finding = findings.list.iter().find(|finding| finding.code == code && finding.span.line == line);
        finding.and_then(|finding| finding.help.as_ref()).map(|help| help.en.clone()).unwrap_or_default()
    };
    assert_eq!(help("PG-T007", 14), "did you mean \"city\"?");
    assert_eq!(help("PG-T007", 15), "did you mean \"agency\"?");
    assert_eq!(help("PG-T002", 4), "did you mean \"title\"?");
    assert!(findings.list.iter().all(|finding| !finding.message_fa.is_empty()));
}

#[test]
fn other_documents_are_refused() {
    for other in ["kind: decision-table-overlay\nversion: 0.3.0\n", "kind: calendar\n", "[]"] {
        let findings = read(other).unwrap_err();
        assert_eq!((findings.list.len(), findings.list[0].code), (1, "PG-T001"), "{other}");
    }
}

#[test]
fn the_catch_all_is_required_alone_and_last() {
    let base = with_cell("string", "a");
    for (broken, line) in [
        (base.replace("    last: true\n", ""), 10),
        (base.replace("  - id: z\n    last: true\n", "  - id: z\n    last: true\n    when: { x: b }\n"), 16),
        (base.replace("  - id: a\n", "  - id: a\n    last: true\n"), 11),
    ] {
        let findings = read(&broken).unwrap_err();
        assert_eq!((findings.list[0].code, findings.list[0].span.line), ("PG-T011", line), "{broken}: {findings:#?}");
    }
    let shadowed = base.replace("    when: { x: a }\n", "");
    let (_, warnings) = read(&shadowed).unwrap();
    let found: Vec<_> = warnings.list.iter().map(|finding| (finding.code, finding.severity)).collect();
    assert_eq!(found, [("PG-T016", Severity::Warning)]);
}

#[test]
fn faults_name_rule_and_input_but_never_the_value() {
    let secret = "0012345678";
    let table = table(&with_cell("integer", "3"));
    let fault = table.decide(&inputs(json!({ "x": secret })), day()).unwrap_err();
    assert_eq!(fault.to_string(), "input \"x\" must be of type integer, got string");
    assert!(!fault.message_fa().contains(secret));
    let unknown = table.decide(&inputs(json!({ "q": 1 })), day()).unwrap_err();
    assert_eq!((unknown.code(), unknown), ("PG-T101", Fault::UnknownInput { input: "q".to_owned() }));
    let long =
        self::table(&with_cell("text", "a")).decide(&inputs(json!({ "x": "a".repeat(70_000) })), day()).unwrap_err();
    assert!(matches!(long, Fault::InputSize { .. }), "{long:?}");
}

#[test]
fn a_failing_expression_is_a_fault_of_its_cell() {
    let table = table(&with_cell("string", "{ rhai: 'x > 3 + y' }"));
    let fault = table.decide(&inputs(json!({ "x": "a" })), day()).unwrap_err();
    assert!(matches!(&fault, Fault::Cell { rule, input, .. } if rule == "a" && input == "x"), "{fault:?}");
    assert_eq!(fault.code(), "PG-T102");
}

#[test]
fn outputs_are_filled_and_checked() {
    let text = |answer: &str| {
        with_cell("string", "{ present: true }")
            .replace("o: { type: boolean }", "o: { type: string, values: [a-1, b-2] }")
            .replace("{ o: true }", &format!("{{ o: {answer} }}"))
            .replace("{ o: false }", "{ o: a-1 }")
    };
    let decide = |answer: &str, x: Value| table(&text(answer)).decide(&inputs(x), day());
    assert_eq!(decide("'a-{x}'", json!({ "x": "1" })).unwrap().outputs, json!({ "o": "a-1" }));
    let outside = decide("'a-{x}'", json!({ "x": "7" })).unwrap_err();
    assert!(matches!(outside, Fault::OutputValue { .. }), "{outside:?}");
    assert!(outside.to_string().contains("a-7") && !outside.without_values().contains("a-7"));
    let absent = decide("'{x}-{y}'", json!({ "x": "a" })).unwrap_err();
    assert!(matches!(absent, Fault::Placeholder { input, .. } if input == "y"));
    let braces = with_cell("string", "{ present: true }")
        .replace("type: boolean", "type: string")
        .replace("{ o: true }", "{ o: '{{x}} {x}' }")
        .replace("{ o: false }", "{ o: none }");
    let decision = table(&braces).decide(&inputs(json!({ "x": "1" })), day()).unwrap();
    assert_eq!(decision.outputs, json!({ "o": "{x} 1" }));
}

/// A rule that can't be read is no rule that asks nothing: only what is wrong with it is told.
#[test]
fn nothing_is_concluded_from_a_rule_that_cant_be_read() {
    for broken in [
        "when: { x: { prefx: a } }",
        "when: { x: 3 }",
        "when: { x: a }, effective: { from: 1405/13/01 }",
        "when: [ x ]",
    ] {
        let text = with_cell("string", "a")
            .replace("  - id: a\n", &format!("  - {{ id: broken, {broken}, then: {{}} }}\n  - id: a\n"));
        let found = read(&text).unwrap_err();
        let codes: Vec<&str> = found.list.iter().map(|finding| finding.code).collect();
        assert!(codes.len() == 1 && !codes.contains(&"PG-T016"), "{broken}: {found:#?}");
    }
}

/// A number is kept as it was written, or refused where it stands.
#[test]
fn numbers_are_never_rounded() {
    for (value_type, cell) in [
        ("number", "'>= 0.12345678901234567890'"),
        ("number", "'1..12345678901234567890'"),
        ("integer", "'> 9223372036854775808'"),
        ("integer", "'> 99999999999999999999'"),
    ] {
        let found = read(&with_cell(value_type, cell)).unwrap_err();
        assert_eq!((found.list.len(), found.list[0].span.line), (1, 12), "{cell}: {found:#?}");
        assert!(found.list[0].message.contains("more digits"), "{cell}: {found:#?}");
    }
    for (value_type, cell) in
        [("number", "'>= 0.1'"), ("number", "'>= 123456.789'"), ("integer", "'< 9223372036854775807'")]
    {
        table(&with_cell(value_type, cell));
    }
    let finding = yaml::parse("a: 1\nb: 0.12345678901234567890\n").unwrap_err();
    assert_eq!((finding.code, finding.span.line), ("PG-Y008", 2));
    // An integer of 64 bits is compared as it is, not as the nearest number with a point.
    let table = table(&with_cell("number", "'> 9007199254740992.0'"));
    let decide = |x: i64| table.decide(&inputs(json!({ "x": x })), day()).unwrap().rule.to_string();
    assert_eq!((decide(9_007_199_254_740_992).as_str(), decide(9_007_199_254_740_993).as_str()), ("z", "a"));
}

/// What is read from one place is given once.
#[test]
fn a_row_gives_a_place_once() {
    let text = with_cell("text", "{ words: a }")
        .replace("  y: { type: string }", "  y: { type: text, from: input.x }")
        .replace("when: { x: { words: a } }", "when: { x: { words: a }, y: { words: a } }");
    let rows = "tests:\n  - { given: { x: a }, expect: { rule: a } }\n";
    let table = table(&format!("{text}{rows}"));
    assert_eq!(table.tests()[0].given, inputs(json!({ "x": "a", "y": "a" })));
    assert!(table.run_tests()[0].passed);
    let odd = "tests:\n  - { given: { x: a, y: b }, expect: { rule: z } }\n";
    let (_, found) = read(&format!("{text}{odd}")).unwrap();
    assert_eq!(
        found.list.iter().map(|one| (one.code, one.severity)).collect::<Vec<_>>(),
        [("PG-T028", Severity::Warning)]
    );
}
