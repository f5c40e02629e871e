//! Titles that overlays bring for values: of their own ones only.

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
