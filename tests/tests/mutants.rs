//! Small faults in what is shipped are noticed: of each table, and of each table as it is merged somewhere, at least 95 of a
//! hundred, by analysis, by a limit or by a row. `peygir test --mutants` tells which row is missing for the others.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;

use peygir_decision::Table;
use peygir_decision::mutants::{Kind, Score, score};
use peygir_runtime::pack;
use peygir_tests::server::repository;

/// Of a thousand faults in one table.
const NOTICED_MIN: usize = 950;
/// Tables and merged tables that there are at least.
const TABLES_MIN: usize = 13;

/// Each table once, by the files that it was merged from.
fn tables() -> Vec<(String, Arc<Table>)> {
    let (catalog, _) = pack::read(&repository().join("examples/three-provinces"), None).expect("the example is sound");
    let mut tables = BTreeMap::new();
    for (_, content) in catalog.contents.places() {
        for source in content.tables.values() {
            let files: Vec<&str> = std::iter::once(&source.file).chain(&source.overlays).map(String::as_str).collect();
            tables.entry(files.join(" + ")).or_insert_with(|| source.table.clone());
        }
    }
    tables.into_iter().collect()
}

#[test]
fn small_faults_in_what_is_shipped_are_noticed() {
    let tables = tables();
    assert!(tables.len() >= TABLES_MIN, "{} tables", tables.len());
    // Two halves at a time: the tables of larger counties come one after the other.
    let scores: Vec<(&String, Score)> = thread::scope(|scope| {
        let half = |rest: usize| {
            let own = tables.iter().enumerate().filter(move |(at, _)| at % 2 == rest);
            scope.spawn(move || own.map(|(_, (files, table))| (files, score(table))).collect::<Vec<_>>())
        };
        [half(0), half(1)].into_iter().flat_map(|half| half.join().expect("scoring does not panic")).collect()
    });
    for (files, score) in &scores {
        let missing: Vec<_> = score.survivors.iter().map(|(what, _, _)| what).collect();
        assert!(score.caught_per_mille() >= NOTICED_MIN, "{files}: {} of 1000; {missing:#?}", score.caught_per_mille());
        assert!(score.kinds.contains_key(&Kind::Deleted) && score.caught() > 40, "{files}: {score:?}");
    }
}
