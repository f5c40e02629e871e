//! Limits: a layer may only make them tighter, and all rules must keep them.

use crate::kit::{BODY_LINE, NATIONAL, any_day, decide, laid_over, merged, table, told};
use serde_json::json;

fn codes(bodies: &[&str]) -> Vec<String> {
    told(&laid_over(&table(NATIONAL), bodies).unwrap_err())
}

#[test]
fn a_tighter_limit_binds_this_layer_and_all_above() {
    let tightened = merged(&["limits: { days: { max: 12, min: 0 } }\n"]);
    let days = tightened.outputs().iter().find(|output| output.name == "days").unwrap();
    assert_eq!((&days.min, &days.max), (&Some(json!(0)), &Some(json!(12))));
    for (bodies, expected) in [
        (
            vec!["limits: { days: { max: 12 } }\nreplace: { water: { then: { agency: a, days: 13 } } }\n"],
            "PG-T012 layer-1.overlay.yaml:5",
        ),
        (
            vec!["limits: { days: { max: 12 } }\n", "replace: { water: { then: { agency: a, days: 13 } } }\n"],
            "PG-T012 layer-2.overlay.yaml:4",
        ),
        (
            vec![
                "limits: { days: { max: 12 } }\n",
                "insert:\n  - { after: water, rule: { id: a, when: { topic: park }, then: { agency: a, days: 15 } } }\n",
            ],
            "PG-T012 layer-2.overlay.yaml:5",
        ),
    ] {
        assert_eq!(codes(&bodies), [expected], "{bodies:?}");
    }
    let help = |bodies: &[&str]| {
        let findings = laid_over(&table(NATIONAL), bodies).unwrap_err();
        findings.list[0].help.as_ref().map(|help| help.en.clone()).unwrap_or_default()
    };
    let above = "replace: { water: { then: { agency: a, days: 18 } } }\n";
    let of_base = help(&[above]);
    let of_layer = help(&["limits: { days: { max: 12 } }\n", above]);
    assert!(of_base.contains("sets this limit") && of_layer.contains("sets this limit"), "{of_base} {of_layer}");
    assert_ne!(of_base, of_layer, "whoever reads it knows whom to ask");
}

#[test]
fn no_layer_loosens_a_limit() {
    for (bodies, line) in [
        (vec!["limits: { days: { max: 16 } }\n"], BODY_LINE),
        (vec!["limits: { days: { max: 12 } }\n", "limits: { days: { max: 13 } }\n"], BODY_LINE),
        (vec!["limits: { days: { min: 0 } }\n", "title: t\nlimits: { days: { min: -1 } }\n"], BODY_LINE + 1),
        (vec!["limits: { days: { min: 16 } }\n"], BODY_LINE),
    ] {
        let found = codes(&bodies);
        let expected = format!("PG-T047 layer-{}.overlay.yaml:{line}", bodies.len());
        assert_eq!(found.first(), Some(&expected), "{bodies:?}: {found:?}");
    }
    let named = NATIONAL.replace(
        "agency: { type: string, required: true }",
        "agency: { type: string, required: true, values: [foad, abfa, tavanir, shahrdari-mashhad, ostandari] }",
    );
    let findings = laid_over(&table(&named), &["limits: { agency: { values: [foad, abfa, mine] } }\n"]).unwrap_err();
    assert_eq!(findings.list[0].code, "PG-T047", "{findings:#?}");
}

#[test]
fn rules_below_that_pass_a_new_limit_are_named() {
    let findings = laid_over(&table(NATIONAL), &["limits: { days: { max: 9 } }\n"]).unwrap_err();
    assert_eq!(told(&findings), ["PG-T053 layer-1.overlay.yaml:4"]);
    let message = &findings.list[0].message;
    assert!(message.contains("water (10)") && message.contains("otherwise (10)"), "{message}");
    assert!(!message.contains("emergency") && !message.contains("electricity"), "{message}");
    // What the overlay itself changes keeps the limit.
    let rest = "limits: { days: { max: 9 } }
replace:
  water: { then: { agency: abfa, days: 9 } }
  municipal: { then: { agency: 'shahrdari-{city}', days: 9 } }
  otherwise: { then: { agency: ostandari, days: 5 } }
";
    let table = merged(&[rest]);
    let decision = decide(&table, json!({ "topic": "other", "city": "x" }), any_day());
    assert_eq!(decision.outputs["days"], json!(5));
}

#[test]
fn limits_have_no_dates() {
    let body = "effective: { from: 1405/01/01 }\nlimits: { days: { max: 12 } }\n";
    assert_eq!(codes(&[body]), ["PG-T054 layer-1.overlay.yaml:5"]);
}

#[test]
fn limits_that_cannot_be_read() {
    for (body, code) in [
        ("limits: { days: { max: ten } }\n", "PG-T008"),
        ("limits: { agency: { max: 3 } }\n", "PG-T003"),
        ("limits: { days: 3 }\n", "PG-T003"),
        ("limits: { days: { most: 3 } }\n", "PG-T002"),
    ] {
        let found = codes(&[body]);
        assert_eq!(found, [format!("{code} layer-1.overlay.yaml:4")], "{body}");
    }
}
