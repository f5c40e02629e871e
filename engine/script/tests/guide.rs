//! The example of the guide does what the guide says.

use std::{fs, path::Path};

use peygir_calendar::{Calendars, read};
use peygir_script::{Deadline, Script, World, tests};

fn shipped(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)).unwrap()
}

/// The first block of a kind in a page.
fn block(page: &str, kind: &str) -> String {
    let (_, rest) = page.split_once(&format!("```{kind}\n")).unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_script_of_the_guide_passes_its_rows() {
    let page = shipped("docs/scripts.md");
    let script = Script::compile("on-overdue", &block(&page, "rhai")).unwrap();
    assert!(script.warnings().is_empty(), "{:?}", script.warnings());
    let (sheet, _) =
        read::sheet(&peygir_source::yaml::parse(&shipped("rules/calendars/ir-working.yaml")).unwrap()).unwrap();
    let calendars = Calendars::resolve(vec![("ir-working.yaml".to_owned(), sheet)]).0;
    let rows = tests::read(&peygir_source::yaml::parse(&block(&page, "yaml")).unwrap()).unwrap();
    let outcomes = tests::run(&script, &rows, &World { calendars, ..World::default() }, &Deadline::never());
    assert!(outcomes.len() == 2 && outcomes.iter().all(|outcome| outcome.passed), "{outcomes:#?}");
}
