//! Rows of the layers below as they would be where an overlay holds: in the pack of Kashan every case is of Kashan.

use std::collections::BTreeMap;

use peygir_decision::{Layer, Table};
use peygir_source::{Diagnostics, Severity};
use serde_json::json;

use crate::kit::{any_day, decide, overlay, table, text_of};

/// Rows as a nation writes them: of some province, with another county or without one.
const NATION: &str = "kind: decision-table
id: route
version: 1.4.2
hit: first
inputs:
  topic: { type: string, from: case.topic }
  province: { type: string, from: case.province }
  county: { type: string, from: case.county }
  named: { type: string, from: case.agency }
  text: { type: text, from: case.text }
  repeats: { type: integer, from: case.repeats, default: 0, min: 0 }
outputs:
  agency: { type: string, required: true }
  days: { type: integer, default: 10, max: 15 }
rules:
  - { id: nowhere, when: { province: { present: false } }, then: { agency: ministry } }
  - { id: conduct, when: { topic: conduct, named: { present: true } }, then: { agency: '{named}' } }
  - { id: tax, when: { topic: tax }, then: { agency: 'maliat-{province}' } }
  - { id: park, when: { topic: park, county: { present: true } }, then: { agency: 'shahrdari-{county}' } }
  - { id: town-unknown, when: { topic: park }, then: { agency: 'ostandari-{province}' } }
  - { id: of-yazd, when: { topic: heritage, county: yazd }, then: { agency: yazd-heritage, days: 15 } }
  - { id: heritage, when: { topic: heritage }, then: { agency: 'miras-{province}' } }
  - { id: known, when: { named: { present: true } }, then: { agency: '{named}' } }
  - { id: otherwise, last: true, then: { agency: 'ostandari-{province}' } }
tests:
  - { name: nobody, given: { topic: tax }, expect: { rule: nowhere } }
  - { name: rude, given: { topic: conduct, named: tamin-qom, province: qom }, expect: { rule: conduct, agency: tamin-qom } }
  - { name: dues, given: { topic: tax, province: qom }, expect: { rule: tax, agency: maliat-qom } }
  - { name: trees, given: { topic: park, county: malayer, province: qom }, expect: { rule: park, agency: shahrdari-malayer } }
  - { name: some-park, given: { topic: park, province: qom }, expect: { rule: town-unknown } }
  - { name: fire-temple, given: { topic: heritage, county: yazd, province: yazd }, expect: { rule: of-yazd } }
  - { name: bridge, given: { topic: heritage, province: qom }, expect: { rule: heritage, agency: miras-qom } }
  - { name: again, given: { topic: other, named: gaz-qom, repeats: 4, province: qom }, expect: { rule: known, agency: gaz-qom } }
";

/// Lays overlays over the nation's table, each with what is certain where it holds.
fn laid(bodies: &[(&str, &[(&str, &str)])]) -> (Option<Table>, Diagnostics) {
    let overlays: Vec<_> = bodies.iter().map(|(body, _)| overlay(&text_of(body)).unwrap()).collect();
    let fixed = |place: &[(&str, &str)]| -> BTreeMap<String, String> {
        place.iter().map(|(from, value)| (format!("case.{from}"), (*value).to_owned())).collect()
    };
    let places: Vec<_> = bodies.iter().map(|(_, place)| fixed(place)).collect();
    let both = overlays.iter().zip(&places);
    let layers: Vec<Layer<'_>> =
        both.map(|(overlay, place)| Layer::new(overlay, "ours", "ours.overlay.yaml").within(place)).collect();
    table(NATION).lay(&layers)
}

const KASHAN: &[(&str, &str)] = &[("province", "isfahan"), ("county", "kashan")];

/// The findings of one overlay as `code severity test`.
fn told_of(body: &str, place: &[(&str, &str)]) -> Vec<String> {
    let (laid, found) = laid(&[(body, place)]);
    let sign = |severity| match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information => "note",
    };
    if let Some(laid) = laid.filter(|_| !found.has_errors()) {
        assert!(laid.run_tests().iter().all(|outcome| outcome.passed), "{body}: {:#?}", laid.run_tests());
    }
    let test =
        |message: &str| message.split("test \"").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned);
    found
        .list
        .iter()
        .map(|one| format!("{} {} {}", one.code, sign(one.severity), test(&one.message).unwrap_or_default()))
        .collect()
}

#[test]
fn a_rule_that_names_its_own_county_is_seen_by_the_rows() {
    for cells in ["repeats: '>= 1'", "repeats: '>= 1', county: kashan", "repeats: '>= 1', province: { prefix: isf }"] {
        let body = format!(
            "insert: [{{ after: conduct, rule: {{ id: ours, when: {{ {cells} }}, then: {{ agency: us }} }} }}]\n"
        );
        assert_eq!(told_of(&body, KASHAN), ["PG-T050 error again"], "{cells}");
    }
    let all =
        "insert: [{ before: tax, rule: { id: ours, when: { county: kashan, repeats: 0 }, then: { agency: us } } }]\n";
    // What is written of another county or of none is a case of this one; a case without a province is none here.
    assert_eq!(told_of(all, KASHAN), ["dues", "trees", "bridge"].map(|test| format!("PG-T050 error {test}")));
    // Of another county nothing is said.
    let elsewhere = all.replace("county: kashan", "county: qamsar");
    assert_eq!(told_of(&elsewhere, KASHAN), [""; 0]);
}

#[test]
fn what_is_known_in_the_place_fills_answers() {
    for (body, place) in [
        ("replace: { heritage: { then: { agency: 'farmandari-{county}' } } }\n", KASHAN),
        ("replace: { heritage: { then: { agency: '{named}' } } }\n", &[("agency", "tamin-golestan")]),
    ] {
        assert_eq!(told_of(body, place), ["PG-T051 note bridge"], "{body}");
    }
    // In the whole province a case may have no county.
    let body = "replace: { heritage: { then: { agency: 'farmandari-{county}' } } }\n";
    assert_eq!(told_of(body, &KASHAN[..1]), ["PG-T050 error bridge"]);
}

#[test]
fn parks_of_a_county_go_to_its_own_office_in_one_clean_way() {
    let insert = |cells: &str| {
        format!(
            "insert: [{{ before: park, rule: {{ id: parks, when: {{ {cells} }}, then: {{ agency: office }} }} }}]\n"
        )
    };
    for cells in ["topic: park", "topic: park, county: kashan"] {
        let alone = insert(cells);
        assert_eq!(told_of(&alone, KASHAN), ["PG-T050 error trees"], "{cells}");
        let (_, found) = laid(&[(&alone, KASHAN)]);
        let told = format!("{:?}", found.list[0]);
        assert!(told.contains("disable: [ park ]") && told.contains("county kashan"), "{told}");
        let whole = format!("{alone}disable: [ park ]\n");
        assert_eq!(told_of(&whole, KASHAN), ["PG-T051 note trees"], "{cells}");
    }
    assert_eq!(told_of("replace: { park: { then: { agency: office } } }\n", KASHAN), ["PG-T051 note trees"]);
    // One that takes a part of them and puts the rule out loses the rest, and is told that.
    let part = insert("topic: park, repeats: '>= 1'") + "disable: [ park ]\n";
    assert_eq!(told_of(&part, KASHAN), ["PG-T051 warning trees"]);
}

#[test]
fn a_row_is_kept_as_a_case_of_the_place() {
    let (one, two) = ("replace: { tax: { title: ours } }\n", "replace: { known: { title: ours } }\n");
    let (table, found) = laid(&[(one, &KASHAN[..1]), (two, KASHAN)]);
    assert!(found.list.is_empty(), "{found:?}");
    let table = table.expect("nothing but a title is changed");
    let row = |name: &str| table.tests().iter().find(|row| row.name.as_deref() == Some(name)).unwrap();
    assert_eq!(row("trees").given["county"], json!("kashan"));
    assert_eq!(row("trees").outputs["agency"], json!("shahrdari-kashan"));
    assert_eq!(row("dues").outputs["agency"], json!("maliat-isfahan"));
    // Where another rule would answer, the row stays what it was: there it says nothing, but it still tells rules apart.
    assert_eq!(
        (row("some-park").given.get("county"), row("fire-temple").given["county"].clone()),
        (None, json!("yazd"))
    );
    assert!(table.run_tests().len() == 8 && table.run_tests().iter().all(|outcome| outcome.passed));
    let decided = decide(&table, json!({ "topic": "park", "province": "isfahan", "county": "kashan" }), any_day());
    assert_eq!(decided.outputs["agency"], "shahrdari-kashan");
}

/// A county may change again what its province changed: that is told too.
#[test]
fn what_a_province_changed_is_a_case_for_its_counties() {
    let province = "replace: { heritage: { then: { agency: province } } }\n";
    let county = "insert: [{ before: heritage, rule: { id: ours, when: { topic: heritage, repeats: 0 }, then: { agency: us } } }]\n";
    let (_, found) = laid(&[(province, &KASHAN[..1]), (county, KASHAN)]);
    let told: Vec<_> = found.list.iter().map(|one| (one.code, one.severity)).collect();
    assert_eq!(told, [("PG-T051", Severity::Information), ("PG-T051", Severity::Warning)]);
    assert!(found.list[1].message.contains("agency \"province\""), "{:?}", found.list[1]);
    let meant = format!("{county}supersedes: [{{ test: bridge, why: ours }}]\n");
    let (_, found) = laid(&[(province, &KASHAN[..1]), (&meant, KASHAN)]);
    assert!(found.list.iter().all(|one| one.severity == Severity::Information), "{found:?}");
}

#[test]
fn a_limit_is_not_passed_by_rules_of_other_places() {
    let body = "limits: { days: { max: 12 } }\n";
    assert_eq!(told_of(body, KASHAN), [""; 0]);
    assert_eq!(told_of(body, &KASHAN[..1]), ["PG-T053 error "]);
}

/// Where a case has one county, a rule may be dated: on its days the row is another one.
#[test]
fn a_row_that_differs_by_the_day_here_is_run_where_it_is_known() {
    let dated = NATION.replace(
        "  - { id: of-yazd",
        "  - { id: week, effective: { from: 1405/09/01, until: 1405/09/07 }, when: { topic: heritage, county: kashan }, then: { agency: week } }\n  - { id: of-yazd",
    );
    let place: BTreeMap<String, String> =
        KASHAN.iter().map(|(from, value)| (format!("case.{from}"), (*value).to_owned())).collect();
    let base = table(&dated);
    let laid = |body: &str| {
        let read = overlay(&text_of(body)).unwrap();
        let (merged, found) = base.lay(&[Layer::new(&read, "ours", "ours.overlay.yaml").within(&place)]);
        let merged = merged.unwrap();
        assert!(merged.run_tests().iter().all(|outcome| outcome.passed), "{body}");
        let bridge = merged.run_tests().iter().any(|outcome| outcome.name == "bridge");
        (found.list.iter().map(|one| one.code).collect::<Vec<_>>(), bridge)
    };
    assert_eq!(laid("replace: { tax: { title: ours } }\n"), (vec![], true));
    assert_eq!(laid("replace: { heritage: { then: { agency: ours } } }\n"), (vec!["PG-T051"], false));
}

#[test]
fn a_row_of_its_own_is_of_the_place_unless_it_names_one() {
    let body =
        |rows: &str| format!("replace: {{ tax: {{ then: {{ agency: 'dues-{{province}}' }} }} }}\ntests:\n{rows}");
    let ours = "  - { name: ours, given: { topic: tax }, expect: { rule: tax, agency: dues-isfahan } }\n";
    assert_eq!(told_of(&body(ours), KASHAN), ["PG-T051 note dues"]);
    // One that names another province stays as it is, one that says that there is none too.
    let theirs = "  - { given: { topic: tax, province: qom }, expect: { agency: dues-qom } }\n  \
                  - { given: { topic: tax, province: null }, expect: { rule: nowhere } }\n";
    assert_eq!(told_of(&body(theirs), KASHAN), ["PG-T051 note dues"]);
    // And one that names a county alone: nobody says of which province that is.
    let county = "  - { given: { topic: tax, county: yazd }, expect: { rule: nowhere } }\n";
    assert_eq!(told_of(&body(county), KASHAN), ["PG-T051 note dues"]);
}

#[test]
fn a_row_of_its_own_that_fails_says_of_which_place_it_is() {
    let body = "replace: { tax: { then: { agency: dues } } }\ntests:\n  - { name: ours, given: { topic: tax }, expect: { rule: nowhere } }\n";
    let (_, found) = laid(&[(body, KASHAN)]);
    let failed = found.list.iter().find(|one| one.code == "PG-T015").unwrap_or_else(|| panic!("{found:#?}"));
    assert!(failed.message.ends_with(", as it would be here: county kashan, province isfahan"), "{failed:?}");
    assert!(failed.message_fa.ends_with("، چنان که این‌جا می‌بود: county «kashan»، province «isfahan»"), "{failed:?}");
}
