//! Dated layers against their meaning: on each day a merged table decides as one made of just those layers that are in
//! force on the day, as if they had no dates.

use std::collections::BTreeMap;

use peygir_decision::{Table, Window};
use serde_json::json;

use crate::kit::{NATIONAL, day, decide, laid_over, table};

const PROVINCES: &[&str] = &[
    "replace: { water: { then: { agency: province } } }\n",
    "replace: { water: { when: { topic: water } }, municipal: { when: { topic: park }, then: { agency: parks } } }\n",
    "disable: [water, municipal]\n",
    "insert:\n  - { before: municipal, rule: { id: p-park, when: { topic: park }, then: { agency: p-park } } }\n",
    "insert:\n  - { after: emergency, rule: { id: p-all, when: { topic: { not: other } }, then: { agency: p-all } } }\n",
];
const COUNTIES: &[&str] = &[
    "replace: { water: { then: { agency: county } } }\n",
    "replace: { electricity: { when: { topic: [electricity, water] } } }\n",
    "disable: [municipal]\n",
    "insert:\n  - { after: water, rule: { id: c-park, when: { topic: [park, sewage] }, then: { agency: c-park } } }\n",
    "insert:\n  - { before: otherwise, rule: { id: c-rest, when: { topic: { not: other } }, then: { agency: c-rest } } }\n",
];
const WINDOWS: &[&str] = &[
    "",
    "effective: { from: 1405/03/01, until: 1405/06/31 }\n",
    "effective: { from: 1405/06/31 }\n",
    "effective: { until: 1405/02/31 }\n",
];
const DAYS: &[&str] = &["1405/02/31", "1405/03/01", "1405/06/30", "1405/06/31", "1405/07/01"];
const TOPICS: [&str; 6] = ["water", "sewage", "electricity", "street", "park", "other"];

fn window(text: &str) -> Window {
    let end = |name: &str| {
        let (_, rest) = text.split_once(name)?;
        Some(day(rest.trim_start_matches([':', ' ']).get(..10)?))
    };
    Window { from: end("from"), until: end("until") }
}

fn answers(table: &Table, on: &str) -> Vec<(String, serde_json::Value)> {
    let answer = |topic: &&str| {
        let decision = decide(table, json!({ "topic": topic, "city": "x" }), day(on));
        (decision.rule.to_string(), decision.outputs)
    };
    TOPICS.iter().map(answer).collect()
}

#[test]
fn on_each_day_the_layers_in_force_decide() {
    let (without_tests, _) = NATIONAL.split_once("tests:").unwrap();
    let base = table(without_tests);
    let mut undated: BTreeMap<Vec<&str>, Option<Table>> = BTreeMap::new();
    let (mut compared, mut refused) = (0, 0);
    for (province, county) in PROVINCES.iter().flat_map(|one| COUNTIES.iter().map(move |two| (*one, *two))) {
        for (of_province, of_county) in WINDOWS.iter().flat_map(|one| WINDOWS.iter().map(move |two| (*one, *two))) {
            let dated = [format!("{of_province}{province}"), format!("{of_county}{county}")];
            // A county can't change what its province takes out for good.
            let Ok((merged, _)) = laid_over(&base, &dated.each_ref().map(String::as_str)) else {
                refused += 1;
                continue;
            };
            for on in DAYS {
                let layers = [(of_province, province), (of_county, county)];
                let in_force: Vec<&str> =
                    layers.iter().filter(|(dates, _)| window(dates).contains(day(on))).map(|(_, body)| *body).collect();
                let expected = undated
                    .entry(in_force.clone())
                    .or_insert_with(|| laid_over(&base, &in_force).ok().map(|(table, _)| table));
                let Some(expected) = expected else { continue };
                assert_eq!(answers(&merged, on), answers(expected, on), "{dated:?} on {on}");
                compared += 1;
            }
        }
    }
    assert!(compared > 1_500 && refused < 60, "{compared} compared, {refused} refused");
}
