//! Playing scenarios: each on a fresh engine, step by step, up to the first that does not go as it says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use peygir_runtime::pack;
use tokio::runtime::Runtime;

use super::feature::{self, Scenario};
use super::scene::Scene;
use super::steps::Unmet;
use crate::report::{Failure, FileReport, Kind, TestReport};

/// Deployments by the path that scenarios name, read once.
#[derive(Default)]
pub struct Deployments(BTreeMap<PathBuf, pack::Catalog>);

impl Deployments {
    /// Reads the deployment at a path: from the working folder, or from a folder that the scenario's file lies in.
    pub fn load(&mut self, path: &str, feature: &Path) -> Result<pack::Catalog, Unmet> {
        let folder = find(path, feature).ok_or_else(|| {
            Unmet::new(
                format!("{path} is a folder with a deployment.yaml"),
                "there is none, neither from the working folder nor from a folder above this file",
            )
        })?;
        if let Some(known) = self.0.get(&folder) {
            return Ok(known.clone());
        }
        let (catalog, _) = pack::load(&folder).map_err(|found| {
            let list = found.list.iter().map(|one| {
                format!("{}:{}:{}: {} [{}]", one.file, one.span.line, one.span.column, one.message, one.code)
            });
            let told: Vec<String> = list.collect();
            Unmet::new(format!("the deployment {path} is sound"), told.join("\n"))
        })?;
        self.0.insert(folder, catalog.clone());
        Ok(catalog)
    }
}

fn find(path: &str, feature: &Path) -> Option<PathBuf> {
    let holds = |folder: &PathBuf| folder.join("deployment.yaml").is_file();
    let here = PathBuf::from(path);
    if holds(&here) {
        return Some(here);
    }
    let feature = std::path::absolute(feature).ok()?;
    feature.ancestors().skip(1).map(|above| above.join(path)).find(holds)
}

/// Plays the scenarios of a file whose names `wanted` lets pass.
pub fn play_file(
    runtime: &Runtime,
    deployments: &mut Deployments,
    file: &pack::SourceFile,
    wanted: &dyn Fn(&str) -> bool,
    told: &dyn Fn(&str),
) -> FileReport {
    let mut report = FileReport::new(file.name.clone(), Kind::Scenarios);
    match feature::read(&file.text) {
        Err(found) => report.found = found.in_file(&file.name),
        Ok(scenarios) => {
            for scenario in scenarios.iter().filter(|scenario| wanted(&scenario.name)) {
                told(&scenario.name);
                let failure = play(&mut Scene::new(runtime, deployments, file.path.clone()), scenario);
                report.tests.push(TestReport { name: scenario.name.clone(), line: scenario.line, failure });
            }
        }
    }
    report
}

fn play(scene: &mut Scene<'_>, scenario: &Scenario) -> Option<Failure> {
    for bound in &scenario.steps {
        if let Err(Unmet { expected, found }) = (bound.step.run)(scene, &bound.arguments) {
            let (line, step) = (bound.line, bound.text.clone());
            return Some(Failure { line, step, expected, found, story: scene.story() });
        }
    }
    None
}
