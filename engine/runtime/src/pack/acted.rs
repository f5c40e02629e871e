//! What scripts ask for, held against what there is: an action that names a template or a role that nobody has would fail with
//! somebody's case, and is told as soon as the pack is checked. What is written out is looked up where it stands, in whatever branch;
//! what is computed, as far as the script's own tests answer it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use peygir_calendar::Place;
use peygir_script::tests::{self, Row};
use peygir_script::{Deadline, Script};
use peygir_source::{Diagnostic, Diagnostics};

use super::around::{nowhere, of_row, row_world, script_findings};
use super::catalog::Catalog;
use super::files::SourceFile;
use super::layer::{Filed, Layer};
use super::places::own_place;
use super::untested::tests_beside;
use crate::catalog::SCRIPT_MS_MAX;

/// The scripts of a pack, and where it holds.
pub(super) struct Scripts {
    place: Place,
    all: Vec<Filed<Script>>,
}

impl Scripts {
    pub fn of(layer: &Layer) -> Self {
        Self { place: own_place(&layer.scope()), all: layer.scripts.values().cloned().collect() }
    }

    /// Runs the rows beside each script. Whether they pass is not asked here: that is what tests are run for.
    pub fn check(&self, catalog: &Catalog, found: &mut Diagnostics) {
        for script in &self.all {
            let written = script_findings(&script.value, &self.place, catalog);
            let told = written.list.iter().map(|one| (one.code, one.message.clone())).collect();
            found.extend(written.in_file(&script.file.name));
            let Some(path) = tests_beside(&script.file.path) else { continue };
            let Ok(file) = SourceFile::read(&path) else { continue };
            let mut of_file = Diagnostics::default();
            let rows = file.parse(&mut of_file).map(|root| tests::read(&root));
            match rows {
                Some(Ok(rows)) => of_file.list.extend(self.of_rows(&script.value, &rows, told, catalog)),
                Some(Err(wrong)) => of_file.extend(wrong),
                None => {}
            }
            found.extend(of_file.in_file(&file.name));
        }
    }

    /// Each finding once, at the first row that shows it, but for those that are `told`.
    fn of_rows(
        &self,
        script: &Script,
        rows: &[Row],
        mut told: BTreeSet<(&'static str, String)>,
        catalog: &Catalog,
    ) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for row in rows {
            let world = row_world(row, Some(catalog));
            let begun = Instant::now();
            let deadline = Deadline::new(move || begun.elapsed() > Duration::from_millis(SCRIPT_MS_MAX));
            for outcome in tests::run(script, std::slice::from_ref(row), &world, &deadline) {
                for one in nowhere(row, &outcome.got, &self.place, catalog) {
                    if told.insert((one.code, one.message.clone())) {
                        found.push(of_row(row, one));
                    }
                }
            }
        }
        found
    }
}
