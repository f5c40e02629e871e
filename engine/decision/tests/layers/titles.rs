//! Titles that overlays bring: for values of their own only, and for rules that they change.

use peygir_source::Severity;

use crate::kit::{NATIONAL, laid_over, merged, table, told};

/// A national table whose `unit` has a title for one of its values.
fn titled() -> peygir_decision::Table {
    let unit = "  unit: { type: string, default: desk, titles: { desk: { fa: میز, en: desk } } }\n";
    table(&NATIONAL.replace("rules:\n", &format!("{unit}rules:\n")))
}

fn unit(value: &str, fa: &str, en: &str) -> String {
    format!("titles: {{ unit: {{ {value}: {{ fa: {fa}, en: {en} }} }} }}\n")
}

const BRINGS: &str = "replace: { water: { then: { agency: abfa, unit: pipes } } }\n";
const OTHER: &str = "replace: { electricity: { then: { agency: tavanir, days: 8, unit: wires } } }\n";

fn title(table: &peygir_decision::Table, value: &str) -> String {
    let unit = table.outputs().iter().find(|output| output.name == "unit").unwrap();
    unit.titles[value].en.clone()
}

#[test]
fn a_title_that_the_layers_below_gave_stays() {
    let (renamed, found) = laid_over(&titled(), &[&(unit("desk", "دفتر", "Office") + BRINGS)]).unwrap();
    assert_eq!(told(&found), ["PG-T058 layer-1.overlay.yaml:4"]);
    assert_eq!(title(&renamed, "desk"), "desk");
    for word in ["\"desk\"", "\"unit\"", "\"Office\""] {
        assert!(found.list[0].message.contains(word), "{word}: {found:?}");
    }
    assert!(found.list[0].message_fa.contains("میز"), "{found:?}");

    // Also what a layer between gave.
    let bodies = [unit("pipes", "لوله‌ها", "pipes") + BRINGS, unit("pipes", "نهر", "ditch") + OTHER];
    let (between, found) = laid_over(&titled(), &[&bodies[0], &bodies[1]]).unwrap();
    assert_eq!(told(&found), ["PG-T058 layer-2.overlay.yaml:4"]);
    assert_eq!(title(&between, "pipes"), "pipes");
}

#[test]
fn a_title_of_a_value_of_ones_own_is_taken_and_the_same_one_again_is_nothing() {
    let both = "titles: { unit: { pipes: { fa: لوله‌ها, en: pipes }, desk: { fa: میز, en: desk } } }\n";
    let (own, found) = laid_over(&titled(), &[&format!("{both}{BRINGS}")]).unwrap();
    assert_eq!((told(&found), title(&own, "pipes")), (vec![], "pipes".to_owned()));
    // Of an output without titles all are one's own.
    let ours = "titles: { agency: { abfa: { fa: آب, en: water works } } }\nreplace: { water: { then: { agency: abfa, days: 4 } } }\n";
    assert_eq!(merged(&[ours]).outputs()[0].titles["abfa"].en, "water works");
}

/// A national table whose rule `water` has a title.
fn titled_rule() -> peygir_decision::Table {
    table(&NATIONAL.replace("{ id: water,", "{ id: water, title: { fa: آب, en: Water },"))
}

const DANGER: &str = "title: { fa: خطر جانی, en: Danger to life }";

#[test]
fn a_rule_that_stays_what_it_is_under_another_title_is_told() {
    let (_, found) = laid_over(&titled_rule(), &[&format!("replace:\n  water:\n    {DANGER}\n")]).unwrap();
    assert_eq!(told(&found), ["PG-T058 layer-1.overlay.yaml:6"]);
    assert_eq!(found.list[0].severity, Severity::Warning);
    for word in ["\"water\"", "\"Water\"", "\"Danger to life\""] {
        assert!(found.list[0].message.contains(word), "{word}: {found:?}");
    }
    for word in ["«water»", "«آب»", "«خطر جانی»"] {
        assert!(found.list[0].message_fa.contains(word), "{word}: {found:?}");
    }
    // Nor does it help to write out again what it asks and answers, or to say from when.
    let again = "when: { topic: [water, sewage] }, then: { agency: abfa }, effective: { from: 1405/01/01 }";
    let (_, found) = laid_over(&titled_rule(), &[&format!("replace: {{ water: {{ {again}, {DANGER} }} }}\n")]).unwrap();
    assert!(told(&found).contains(&"PG-T058 layer-1.overlay.yaml:4".to_owned()), "{found:?}");
}

#[test]
fn another_title_of_a_rule_that_is_meant_or_of_one_that_changed_is_nothing_to_warn_of() {
    let meant = format!("replace: {{ water: {{ {DANGER}, why: the river is high }} }}\n");
    let (_, found) = laid_over(&titled_rule(), &[&meant]).unwrap();
    assert_eq!((told(&found).len(), found.list[0].severity), (1, Severity::Information));
    assert!(found.list[0].message.ends_with(": the river is high"), "{found:?}");
    let changed = format!("replace: {{ water: {{ then: {{ agency: abfa, days: 0 }}, {DANGER} }} }}\n");
    let (_, found) = laid_over(&titled_rule(), &[&changed]).unwrap();
    assert!(!told(&found).iter().any(|one| one.contains("PG-T058")), "{found:?}");
    // One that had no title got one.
    merged(&[&format!("replace: {{ water: {{ {DANGER} }} }}\n")]);
}
