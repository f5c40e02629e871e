//! What analysis finds in tables as experts write them, and how it is told.

use std::{collections::BTreeMap, fmt::Write, time::Instant};

use peygir_calendar::Jalali;
use peygir_decision::{
    Layer, Overlay, Table,
    analysis::{Dead, Finding, analyse, analyse_merged, disjoint, examples, examples_on},
};
use peygir_source::{Severity, yaml};
use serde_json::json;

const ROUTING: &str = include_str!("route-agency.table.yaml");

fn key(text: &str) -> String {
    text.replace('ي', "ی").replace('ك', "ک").replace('\u{200c}', " ").to_lowercase()
}

fn table(text: &str) -> Table {
    Table::read(&yaml::parse(text).unwrap(), key).unwrap_or_else(|findings| panic!("{text}: {findings:#?}")).0
}

fn overlay(text: &str) -> Overlay {
    Overlay::read(&yaml::parse(text).unwrap(), key).unwrap_or_else(|findings| panic!("{text}: {findings:#?}")).0
}

fn codes(table: &Table) -> Vec<(&'static str, Severity, String)> {
    let told = analyse(table).to_diagnostics(table).list;
    assert!(told.iter().all(|finding| !finding.message_fa.is_empty()));
    told.into_iter().map(|finding| (finding.code, finding.severity, finding.message)).collect()
}

/// A table with these inputs, hit policy and rules; every rule answers `o`.
fn with(hit: &str, inputs: &str, rules: &[&str]) -> String {
    let mut text = format!(
        "kind: decision-table\nid: t\nversion: 1.0.0\nhit: {hit}\ninputs: {{ {inputs} }}\noutputs:\n  o: {{ type: string, default: d }}\nrules:\n"
    );
    for rule in rules {
        let _ = writeln!(text, "  - {{ {rule} }}");
    }
    if !rules.iter().any(|rule| rule.contains("last: true")) {
        text.push_str("  - { id: z, last: true, then: { o: z } }\n");
    }
    text
}

#[test]
fn the_routing_table_has_nothing_to_tell() {
    let table = table(ROUTING);
    let findings = analyse(&table).findings;
    assert!(
        findings.iter().all(|finding| matches!(finding, Finding::Unfilled { is_certain: false, .. })),
        "{findings:?}"
    );
    let shown = examples_on(&table, 100);
    for rule in table.rules() {
        assert!(shown.iter().any(|example| example.rule == *rule.id), "{} is not reached", rule.id);
    }
    assert_eq!(examples(&table, 3).len(), 3);
}

#[test]
fn a_shadowed_rule_is_told_with_those_that_shadow_it() {
    let cases: &[(&str, &[&str], &[&str])] = &[
        ("x: { type: string }", &["id: a, when: { x: [p, q] }, then: {}", "id: b, when: { x: q }, then: {}"], &["a"]),
        // Two rules that cover a third only together.
        (
            "x: { type: integer }, y: { type: boolean, default: false }",
            &[
                "id: a, when: { x: '> 2', y: true }, then: {}",
                "id: n, when: { x: 0 }, then: {}",
                "id: c, when: { x: '> 1', y: false }, then: {}",
                "id: b, when: { x: '3..9' }, then: {}",
            ],
            &["a", "c"],
        ),
        (
            "x: { type: text }",
            &["id: a, when: { x: { contains: گاز } }, then: {}", "id: b, when: { x: { words: نشت گاز } }, then: {}"],
            &["a"],
        ),
        (
            "x: { type: string }",
            &[
                "id: a, when: { x: { not: { prefix: ab } } }, then: {}",
                "id: b, when: { x: { not: { prefix: a } } }, then: {}",
            ],
            &["a"],
        ),
        (
            "x: { type: list }",
            &["id: a, when: { x: { prefix: ab } }, then: {}", "id: b, when: { x: abc }, then: {}"],
            &["a"],
        ),
        // A cell that can't be looked into does not help a rule below one that takes everything.
        (
            "x: { type: string }",
            &["id: a, when: { x: p }, then: {}", "id: b, when: { x: p, y: { rhai: 'y > 1' } }, then: {}"],
            &["a"],
        ),
        // Days: the rule above is in force whenever this one is.
        (
            "x: { type: string }",
            &[
                "id: a, when: { x: p }, effective: { from: 1405/01/01, until: 1405/02/01 }, then: {}",
                "id: b, when: { x: p }, effective: { from: 1405/01/05, until: 1405/01/09 }, then: {}",
            ],
            &["a"],
        ),
        ("x: { type: integer, min: 0 }", &["id: b, when: { x: '< 0' }, then: {}"], &[]),
        ("x: { type: boolean, default: true }", &["id: b, when: { x: { present: false } }, then: {}"], &[]),
    ];
    for (inputs, rules, expected) in cases {
        let more = if inputs.contains("y:") { "" } else { ", y: { type: integer }" };
        let inputs = format!("{inputs}{more}");
        let table = table(&with("first", &inputs, rules));
        let never: Vec<_> = analyse(&table)
            .findings
            .into_iter()
            .filter_map(|finding| match finding {
                Finding::NeverFires { rule, because } => Some((rule, because)),
                _ => None,
            })
            .collect();
        let expected: Vec<String> = expected.iter().map(|rule| (*rule).to_owned()).collect();
        assert_eq!(never, [("b".to_owned(), expected)], "{rules:?}");
    }
}

/// A proof is shown by inputs that were decided; where nothing is left to a rule by itself, there are none.
#[test]
fn what_never_answers_is_shown_by_what_answers_in_its_place() {
    let told = |inputs: &str, rules: &[&str]| {
        let found = codes(&table(&with("first", inputs, rules)));
        let never = found.into_iter().find(|(code, ..)| *code == "PG-T020");
        never.map(|(_, _, message)| message).unwrap_or_default()
    };
    let inputs = "x: { type: string }, n: { type: integer, min: 0 }";
    let shadowed = told(inputs, &["id: a, when: { x: [p, q] }, then: {}", "id: b, when: { x: q, n: 7 }, then: {}"]);
    assert!(shadowed.ends_with("goes to \"a\"; for example where x is \"q\", n is 7, \"a\" answers"), "{shadowed}");
    let empty = told(inputs, &["id: b, when: { n: '< 0' }, then: {}"]);
    assert!(empty.contains("leave nothing") && !empty.contains("example"), "{empty}");
}

#[test]
fn what_can_be_reached_is_not_told() {
    let cases: &[(&str, &[&str])] = &[
        ("x: { type: string }", &["id: a, when: { x: p }, then: {}", "id: b, when: { x: { prefix: p } }, then: {}"]),
        (
            "x: { type: text }",
            &["id: a, when: { x: { words: آب } }, then: {}", "id: b, when: { x: { contains: آب } }, then: {}"],
        ),
        (
            "x: { type: text }",
            &["id: a, when: { x: { contains: قطع آب } }, then: {}", "id: b, when: { x: { words: قطع آب } }, then: {}"],
        ),
        (
            "x: { type: number }",
            &["id: a, when: { x: ['<= 1', '>= 2'] }, then: {}", "id: b, when: { x: '1..2' }, then: {}"],
        ),
        ("x: { type: boolean }", &["id: a, when: { x: [true, false] }, then: {}", "id: b, when: {}, then: {}"]),
        // A rule with an expression shadows nothing for certain.
        (
            "x: { type: string }",
            &["id: a, when: { x: { rhai: 'x == \"p\"' } }, then: {}", "id: b, when: { x: p2 }, then: {}"],
        ),
        (
            "x: { type: string }",
            &[
                "id: a, when: { x: p }, effective: { until: 1405/02/01 }, then: {}",
                "id: b, when: { x: p }, effective: { until: 1405/02/02 }, then: {}",
            ],
        ),
    ];
    for (inputs, rules) in cases {
        let table = table(&with("first", inputs, rules));
        let never = analyse(&table).findings.into_iter().find(|f| matches!(f, Finding::NeverFires { .. }));
        assert_eq!(never, None, "{rules:?}");
        let reached = examples_on(&table, 50).iter().any(|example| example.rule == "b");
        assert!(reached, "{rules:?}");
    }
}

#[test]
fn findings_read_as_sentences() {
    let overlap = with(
        "unique",
        "topic: { type: string, title: { fa: موضوع, en: topic of the case } }, days: { type: integer }",
        &["id: a, when: { topic: [water, sewage] }, then: {}", "id: b, when: { topic: sewage, days: '> 3' }, then: {}"],
    );
    let told = analyse(&table(&overlap)).to_diagnostics(&table(&overlap)).list;
    assert_eq!((told[0].code, told[0].severity, told[0].span.line), ("PG-T021", Severity::Error, 10));
    assert_eq!(
        told[0].message,
        "rules \"a\" and \"b\" both hold, and only one may: topic of the case is \"sewage\", days is 4"
    );
    assert_eq!(&*told[0].message_fa, "قاعده‌های «a» و «b» با هم برقرارند و تنها یکی مجاز است: موضوع: «sewage»، days: 4");
    let tie = with(
        "priority",
        "x: { type: boolean }",
        &[
            "id: a, when: { x: true }, priority: 5, then: { o: a }",
            "id: b, when: { x: true }, priority: 5, then: { o: b }, effective: { from: 1405/07/01, until: 1405/07/30 }",
            "id: c, when: { x: true }, priority: 5, then: { o: a }",
        ],
    );
    let told = codes(&table(&tie));
    let expected = "rules \"a\" and \"b\" have one priority, both hold and answer differently: x is yes on 1405/07/01";
    assert_eq!(told[2], ("PG-T022", Severity::Warning, expected.to_owned()));
    // `b` and `c` are taken by `a` altogether.
    assert_eq!((told[0].0, told[1].0), ("PG-T020", "PG-T020"), "{told:?}");
    assert_eq!(told[3].2, "only \"z\" answers where x is no on 1405/06/31");
}

#[test]
fn gaps_are_told_of_closed_domains_only() {
    let values = "x: { type: string, values: [p, q, r] }, t: { type: text }, s: { type: string }";
    type Case<'a> = (&'a str, &'a [&'a str], &'a [(&'a str, &'a str)]);
    let cases: &[Case] = &[
        (values, &["id: a, when: { x: [p, q] }, then: {}"], &[("x", "r")]),
        (values, &["id: a, when: { x: [p, q, r] }, then: {}"], &[]),
        // An open input may yet be what the rule asks for; a free text says nothing.
        (values, &["id: a, when: { x: p }, then: {}", "id: b, when: { s: k }, then: {}"], &[]),
        (
            values,
            &["id: a, when: { x: [p, q] }, then: {}", "id: b, when: { t: { words: گاز } }, then: {}"],
            &[("x", "r")],
        ),
        (values, &["id: b, when: { s: k }, then: {}"], &[]),
    ];
    for (inputs, rules, expected) in cases {
        let table = table(&with("first", inputs, rules));
        let gaps: Vec<_> = analyse(&table)
            .findings
            .into_iter()
            .filter_map(|finding| match finding {
                Finding::Gap { witness, .. } => Some(witness),
                _ => None,
            })
            .collect();
        assert_eq!(gaps.len(), expected.len(), "{rules:?}: {gaps:?}");
        for (witness, (input, value)) in gaps.iter().zip(*expected) {
            assert_eq!(witness[*input], json!(value));
        }
        let told = codes(&table);
        assert!(told.iter().all(|(code, severity, _)| (*code, *severity) == ("PG-T023", Severity::Information)));
    }
    let strict = with(
        "first",
        "x: { type: integer, min: 1, max: 9 }",
        &[
            "id: a, when: { x: '1..4' }, then: {}",
            "id: b, when: { x: '6..9' }, then: {}",
            "id: z, last: true, unexpected: true, then: {}",
        ],
    );
    let told = codes(&table(&strict));
    assert_eq!(told, [("PG-T023", Severity::Error, "only \"z\" answers where x is 5".to_owned())]);
}

#[test]
fn filled_texts_are_held_against_the_values() {
    let text = "kind: decision-table\nid: t\nversion: 1.0.0\nhit: first\ninputs:\n  p: { type: string, values: [yazd, qom] }\n  u: { type: boolean }\noutputs:\n  o: { type: string, values: [o-yazd, none] }\nrules:\n  - { id: a, when: { u: true, p: CELL }, then: { o: 'o-{p}' } }\n  - { id: z, last: true, then: { o: none } }\n";
    let found = |cell: &str| {
        let findings = analyse(&table(&text.replace("CELL", cell))).findings;
        findings.into_iter().filter(|finding| matches!(finding, Finding::OutsideLimits { .. })).collect::<Vec<_>>()
    };
    assert_eq!(found("yazd"), []);
    let witness = Some((
        BTreeMap::from([("p".to_owned(), json!("qom")), ("u".to_owned(), json!(true))]),
        Jalali::new(1405, 1, 1).unwrap(),
    ));
    let outside =
        Finding::OutsideLimits { rule: "a".to_owned(), output: "o".to_owned(), value: json!("o-qom"), witness };
    assert_eq!(found("[yazd, qom]"), [outside]);
}

#[test]
fn layers_that_write_over_each_other_are_told() {
    let base = table(ROUTING);
    let province = overlay(
        "kind: decision-table-overlay\nid: yazd\nextends: { id: route-agency, version: '^1.4' }\nversion: 1.0.0\nreplace:\n  electricity: { then: { agency: a-1, workingDays: 6 } }\n  municipal: { then: { agency: a-1 } }\ninsert:\n  - after: water\n    rule: { id: sewage-2, when: { topic: sewage }, then: { agency: a-3 } }\n",
    );
    let county = overlay(
        "kind: decision-table-overlay\nid: ardakan\nextends: { id: route-agency, version: '^1.4' }\nversion: 1.0.0\nreplace:\n  electricity: { then: { agency: a-2 } }\ndisable: [ municipal ]\n",
    );
    let layers =
        [Layer::new(&province, "yazd", "yazd.overlay.yaml"), Layer::new(&county, "ardakan", "ardakan.overlay.yaml")];
    let (merged, _) = base.merge(&layers).unwrap_or_else(|findings| panic!("{findings:#?}"));
    let findings = analyse_merged(&merged, &layers).findings;
    let dead = |rule: &str, why| Finding::DeadOverride { rule: rule.to_owned(), layer: 1, why };
    assert!(findings.contains(&dead("sewage-2", Dead::NeverFires(vec!["water".to_owned()]))), "{findings:?}");
    assert!(findings.contains(&dead("electricity", Dead::OverriddenBy(2))), "{findings:?}");
    assert!(findings.contains(&dead("municipal", Dead::OverriddenBy(2))), "{findings:?}");
    let twice = |finding: &&Finding| matches!(finding, Finding::WrittenTwice { rule, output, layers, .. } if rule == "electricity" && output == "agency" && *layers == [1, 2]);
    assert!(findings.iter().any(|finding| twice(&finding)), "{findings:?}");
    let told = analyse_merged(&merged, &layers).to_diagnostics(&merged).list;
    let sewage = told.iter().find(|finding| finding.message.contains("sewage-2")).unwrap();
    assert_eq!((sewage.code, sewage.file.as_str()), ("PG-T024", "yazd.overlay.yaml"));
    let (sentence, example) = sewage.message.split_once("; for example where ").unwrap_or_else(|| panic!("{sewage:?}"));
    assert_eq!(sentence, "what yazd says of rule \"sewage-2\" has no effect: all that it holds for goes to \"water\"");
    assert!(example.contains("\"sewage\"") && example.ends_with(", \"water\" answers"), "{example}");
    assert!(sewage.message_fa.contains("؛ نمونه: ") && sewage.message_fa.ends_with("«water» پاسخ می‌دهد"), "{sewage:?}");
    // What a later layer wrote counts where the rule holds; of a rule that it took out, others answer what it held for.
    for (rule, code, end) in [
        ("electricity", "PG-T024", ", \"electricity\" of ardakan answers"),
        ("electricity", "PG-T025", ", \"electricity\" of ardakan answers"),
        ("municipal", "PG-T024", " answers"),
    ] {
        let of_rule =
            |one: &&peygir_source::Diagnostic| one.code == code && one.message.contains(&format!("\"{rule}\""));
        let found = told.iter().find(of_rule).unwrap_or_else(|| panic!("{rule} {code}: {told:#?}"));
        let example = found.message.split_once("; for example where ").unwrap_or_else(|| panic!("{found:?}")).1;
        assert!(example.ends_with(end), "{example}");
    }
}

#[test]
fn disjoint_rules_are_proven_to_be_so() {
    let table = table(&with(
        "collect",
        "x: { type: string }, n: { type: integer }",
        &[
            "id: a, when: { x: { prefix: ab }, n: '> 3' }, then: {}",
            "id: b, when: { x: [ab, cd], n: '<= 3' }, then: {}",
            "id: c, when: { x: abc }, then: {}",
            "id: d, when: { n: { rhai: 'n > 9' } }, then: {}",
        ],
    ));
    let [a, b, c, d, ..] = table.rules() else { panic!() };
    assert_eq!(disjoint(a, b, &table), Some(true));
    assert_eq!(disjoint(b, c, &table), Some(true));
    assert_eq!(disjoint(a, c, &table), Some(false));
    assert_eq!(disjoint(b, d, &table), None);
}

/// 60 rules over topics, provinces, free texts and numbers, as a national table has them.
fn large(hit: &str) -> String {
    let mut text = format!(
        "kind: decision-table\nid: large\nversion: 1.0.0\nhit: {hit}\ninputs:\n  topic: {{ type: string }}\n  province: {{ type: string }}\n  text: {{ type: text }}\n  severity: {{ type: integer, min: 0, max: 10, default: 3 }}\n  urgent: {{ type: boolean, default: false }}\noutputs:\n  agency: {{ type: string, required: true }}\n  days: {{ type: integer, default: 10, max: 15 }}\nrules:\n"
    );
    for at in 0..60 {
        let _ = match at % 4 {
            0 => writeln!(
                text,
                "  - {{ id: r{at}, when: {{ topic: [t{at}, u{at}, v{at}], urgent: false }}, then: {{ agency: 'a-{{province}}' }} }}"
            ),
            1 => writeln!(
                text,
                "  - {{ id: r{at}, when: {{ topic: t{}, province: [p1, p{at}], severity: '>= {}' }}, then: {{ agency: b }} }}",
                at - 1,
                at % 9
            ),
            2 => writeln!(
                text,
                "  - {{ id: r{at}, when: {{ text: {{ words: [w{at}, x{at} y{at}, z{}] }}, severity: '{}..10' }}, then: {{ agency: c }} }}",
                at - 4 * (at / 8),
                at % 8
            ),
            _ => writeln!(
                text,
                "  - {{ id: r{at}, when: {{ topic: {{ prefix: t{} }}, text: {{ not: {{ contains: q{at} }} }} }}, then: {{ agency: d }} }}",
                at / 10
            ),
        };
    }
    text + "  - { id: otherwise, last: true, then: { agency: e } }\n"
}

#[test]
fn a_large_table_is_analysed_at_once() {
    for hit in ["first", "unique"] {
        let table = table(&large(hit));
        let start = Instant::now();
        let shown = examples_on(&table, 1000).len();
        eprintln!("{hit}: {shown} examples in {:?}", start.elapsed());
        let start = Instant::now();
        let findings = analyse(&table).findings;
        let took = start.elapsed();
        eprintln!("{hit}: {} findings in {took:?}", findings.len());
        assert!(!findings.iter().any(|finding| matches!(finding, Finding::NotAnalysed { .. })), "{findings:?}");
        // Far above what it takes alone on an idle machine, since others may be at work.
        assert!(took.as_secs() < 10, "{took:?}");
    }
}

/// Two columns that are read from one place have one value: no witness gives them two.
#[test]
fn columns_from_one_place_are_one_variable() {
    let two = |hit: &str, second: &str| {
        let inputs = format!("text: {{ type: text, from: case.text }}, also: {{ {second}, from: case.text }}");
        table(&with(
            hit,
            &inputs,
            &["id: a, when: { text: water }, then: { o: a }", "id: b, when: { also: gas }, then: { o: b }"],
        ))
    };
    let overlaps = |table: &Table| {
        let findings = analyse(table).findings;
        findings.iter().filter(|finding| matches!(finding, Finding::Overlap { .. })).count()
    };
    assert_eq!(overlaps(&two("unique", "type: text")), 0);
    // As long as they are two places, both may hold at once.
    let apart = with(
        "unique",
        "text: { type: text, from: case.text }, also: { type: text, from: case.title }",
        &["id: a, when: { text: water }, then: { o: a }", "id: b, when: { also: gas }, then: { o: b }"],
    );
    assert_eq!(overlaps(&table(&apart)), 1);
    // Of another type they can't be taken as one: nothing is claimed.
    let kin = two("unique", "type: string");
    let findings = analyse(&kin).findings;
    assert_eq!(overlaps(&kin), 0, "{findings:?}");
    assert!(findings.iter().any(|finding| matches!(finding, Finding::NotAnalysed { .. })), "{findings:?}");
    for example in examples(&kin, 50) {
        let agree = match (example.get("text"), example.get("also")) {
            (Some(text), Some(also)) => text == also,
            (text, also) => text == also,
        };
        assert!(agree, "{example:?}");
    }
}

#[test]
fn a_shadow_across_columns_from_one_place_is_found() {
    let table = table(&with(
        "first",
        "text: { type: text, from: case.text }, also: { type: text, from: case.text }",
        &[
            "id: a, when: { text: { contains: [gas, water] } }, then: {}",
            "id: b, when: { also: { contains: water } }, then: {}",
        ],
    ));
    let findings = analyse(&table).findings;
    let never = Finding::NeverFires { rule: "b".to_owned(), because: vec!["a".to_owned()] };
    assert!(findings.contains(&never), "{findings:?}");
}

#[test]
fn texts_that_are_filled_with_something_else_than_the_values_are_found() {
    let head = "kind: decision-table\nid: t\nversion: 1.0.0\nhit: first\ninputs:\n  x: { type: string, values: [p, q, r] }\n  free: { type: string }\noutputs:\n  o: { type: string, values: [o-p, o-q] }\n  n: { type: string }\nrules:\n";
    let found = |rule: &str| {
        let text = format!("{head}  - {{ {rule} }}\n  - {{ id: z, last: true, then: {{ o: o-p }} }}\n");
        codes(&table(&text)).into_iter().filter(|(code, ..)| *code != "PG-T023").collect::<Vec<_>>()
    };
    let of = |rule: &str| found(rule).into_iter().map(|(code, severity, _)| (code, severity)).collect::<Vec<_>>();
    let (outside, unfilled) = (("PG-T026", Severity::Error), ("PG-T029", Severity::Warning));
    assert_eq!(of("id: a, when: { x: [p, q] }, then: { o: 'o-{x}' }"), []);
    assert_eq!(of("id: a, when: { x: { present: true } }, then: { o: 'o-{x}' }"), [outside]);
    assert_eq!(of("id: a, when: { x: p, free: { present: true } }, then: { o: 'o-{free}' }"), [outside]);
    // Before anything was filled in, no inputs reached the rule: the example had no value for the text.
    assert_eq!(of("id: a, when: { x: p }, then: { o: 'o-{free}' }"), [outside, unfilled]);
    assert_eq!(of("id: a, when: { x: p }, then: { o: o-p, n: '{free}' }"), [unfilled]);
    assert_eq!(
        of("id: a, when: { x: { present: false } }, then: { o: o-p, n: 'n-{x}' }"),
        [("PG-T029", Severity::Error)]
    );
    // However it is written that there is no value.
    for never in ["{ not: { present: true } }", "[ { present: false } ]", "{ not: [ p, q, r ] }"] {
        let rule = format!("id: a, when: {{ x: {never} }}, then: {{ o: o-p, n: 'n-{{x}}' }}");
        assert_eq!(of(&rule), [("PG-T029", Severity::Error)], "{never}");
    }
    let told = found("id: a, when: { x: p }, then: { o: o-p, n: '{free}' }");
    assert!(told[0].2.contains("where \"free\" has no value, a decision is a fault"), "{told:?}");
    assert!(told[0].2.ends_with("; for example where x is \"p\", free is not given"), "{told:?}");
    let told = found("id: a, when: { x: { present: true } }, then: { o: 'o-{x}' }");
    assert!(told[0].2.ends_with("; for example where x is \"r\""), "{told:?}");
}

#[test]
fn an_expression_that_is_neither_true_nor_false_is_an_error() {
    let inputs = "text: { type: text }, n: { type: integer }, topic: { type: string, values: [gas, water] }";
    let found = |cells: &str| {
        let rule = format!("id: a, when: {{ {cells} }}, then: {{}}");
        let told = codes(&table(&with("first", inputs, &[&rule])));
        told.into_iter().filter(|(code, ..)| *code == "PG-T033").collect::<Vec<_>>()
    };
    for (cells, kind) in [
        ("text: { rhai: 'text.len()' }", "answers with a whole number and not with true or false"),
        ("text: { rhai: 'text' }, topic: gas", "answers with a text"),
        ("n: { not: { rhai: 'n + 1' } }", "answers with a whole number"),
        ("n: [ 5, { rhai: '[n]' } ]", "answers with a list"),
        ("topic: water, n: { rhai: 'if n > 3 { true }' }", "answers with nothing"),
    ] {
        let told = found(cells);
        assert_eq!(told.len(), 1, "{cells}: {told:?}");
        assert!(told[0].1 == Severity::Error && told[0].2.contains(kind), "{cells}: {told:?}");
    }
    for cells in
        ["text: { rhai: 'text.len() > 3' }", "n: { rhai: 'n > 3 || topic == \"gas\"' }", "n: { rhai: 'n / 0 > 1' }"]
    {
        assert_eq!(found(cells), [], "{cells}");
    }
}

/// A question that another rule's expression leaves open names no cell that the rule has not.
#[test]
fn what_was_not_analysed_names_the_cell_of_its_own_rule() {
    let inputs = "text: { type: text }, topic: { type: string }";
    let rules =
        ["id: code, when: { text: { rhai: 'text.len() > 3' } }, then: {}", "id: plain, when: { topic: gas }, then: {}"];
    let found = analyse(&table(&with("first", inputs, &rules))).findings;
    let cells: Vec<_> = found
        .iter()
        .filter_map(|finding| match finding {
            Finding::NotAnalysed { rule, input, .. } => Some((rule.as_str(), input.as_deref())),
            _ => None,
        })
        .collect();
    assert!(cells.contains(&("code", Some("text"))), "{cells:?}");
    assert!(!cells.contains(&("plain", Some("text"))), "{cells:?}");
}
