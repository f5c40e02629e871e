//! Playing scenarios: each on a fresh engine, step by step, up to the first that does not go as it says.
//!
//! With kill points each is played twice: straight, and with the process ended behind every commit. Both must go as the
//! scenario says, and the flows of both must have done the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use peygir_runtime::pack;
use peygir_runtime::sim::Opener;
use peygir_source::render::Language;
use peygir_store::{MemoryStore, Store};
use peygir_store_local::{LocalStore, Options};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::feature::{self, Scenario};
use super::flow::deployment::Outside;
use super::flow::trace::{self, Facts};
use super::scene::Scene;
use super::steps::Unmet;
use crate::report::{Failure, FileReport, InPersian, Kind, TestReport};

/// How scenarios are played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Straight,
    /// Once more with an end of the process behind every commit; the first scenario of each file also on a disk.
    KillPoints,
}

/// Where a world keeps its journal, and whether its process ends behind every commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    Memory,
    MemoryCut,
    /// A store of files, opened anew by every process.
    DiskCut,
}

impl Keeping {
    pub fn cuts(self) -> bool {
        self != Keeping::Memory
    }

    pub fn opener(self) -> Opener {
        if self != Keeping::DiskCut {
            let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
            return Box::new(move || store.clone());
        }
        disk_opener()
    }
}

/// A store of files in a folder of its own, which goes with the world.
fn disk_opener() -> Opener {
    let folder = TempDir::new().expect("a scratch folder can be made");
    Box::new(move || {
        let opened = LocalStore::open(folder.path(), Options::default());
        let (store, _) = opened.expect("a store in a scratch folder can be opened again");
        Arc::new(store)
    })
}

/// Deployments by the path that scenarios name, read once.
#[derive(Default)]
pub struct Deployments {
    read: BTreeMap<PathBuf, pack::Catalog>,
    /// Connectors of a real deployment, for flows that scenarios bring with them.
    pub outside: Option<Outside>,
}

impl Deployments {
    /// Reads the deployment at a path: from the working folder, or from a folder that the scenario's file lies in.
    pub fn load(&mut self, path: &str, feature: &Path) -> Result<pack::Catalog, Unmet> {
        let folder = find(path, feature).ok_or_else(|| {
            Unmet::new(
                format!("{path} is a folder with a deployment.yaml"),
                "there is none, neither from the working folder nor from a folder above this file",
            )
        })?;
        if let Some(known) = self.read.get(&folder) {
            return Ok(known.clone());
        }
        let (catalog, _) = pack::read(&folder, Some(&crate::connectors::kinds())).map_err(|found| {
            let list = found.list.iter().map(|one| {
                format!("{}:{}:{}: {} [{}]", one.file, one.span.line, one.span.column, one.message, one.code)
            });
            let told: Vec<String> = list.collect();
            Unmet::new(format!("the deployment {path} is sound"), told.join("\n"))
        })?;
        self.read.insert(folder, catalog.clone());
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

/// Plays files of scenarios.
pub struct Player<'a> {
    pub runtime: &'a Runtime,
    pub deployments: Deployments,
    pub mode: Mode,
}

/// What a playing left behind: what flows did, and how often the process ended.
type Played = (Facts, u64);

impl Player<'_> {
    /// Plays the scenarios of a file whose names `wanted` lets pass.
    pub fn play_file(
        &mut self,
        file: &pack::SourceFile,
        wanted: &dyn Fn(&str) -> bool,
        told: &dyn Fn(&str),
    ) -> FileReport {
        let mut report = FileReport::new(file.name.clone(), Kind::Scenarios);
        match feature::read(&file.text) {
            Err(found) => report.found = found.in_file(&file.name),
            Ok(scenarios) => {
                for (index, scenario) in scenarios.iter().enumerate().filter(|(_, one)| wanted(&one.name)) {
                    told(&scenario.name);
                    let (failure, cuts) = match self.play(file, scenario, index == 0) {
                        Ok(cuts) => (None, cuts),
                        Err(failure) => (Some(failure), 0),
                    };
                    let (name, tags) = (scenario.name.clone(), scenario.tags.clone());
                    report.tests.push(TestReport { name, line: scenario.line, tags, cuts, failure });
                }
            }
        }
        report
    }

    /// How often the process was ended.
    fn play(&mut self, file: &pack::SourceFile, scenario: &Scenario, on_disk: bool) -> Result<u64, Failure> {
        let (straight, _) = self.play_once(file, scenario, Keeping::Memory)?;
        if self.mode == Mode::Straight {
            return Ok(0);
        }
        let mut ends = 0;
        let disk = on_disk.then_some(Keeping::DiskCut);
        for keeping in [Keeping::MemoryCut].into_iter().chain(disk) {
            let (cut, count) = self.play_once(file, scenario, keeping).map_err(under_kill_points)?;
            if let Some((left, right)) = trace::difference(&straight, &cut) {
                let step = "with the process ended behind every commit, flows do the same".to_owned();
                return Err(Failure {
                    line: scenario.line,
                    step,
                    expected: left,
                    found: right,
                    story: Vec::new(),
                    fa: Box::default(),
                });
            }
            ends += count;
        }
        Ok(ends)
    }

    fn play_once(&mut self, file: &pack::SourceFile, scenario: &Scenario, keeping: Keeping) -> Result<Played, Failure> {
        let mut scene = Scene::new(self.runtime, &mut self.deployments, file.path.clone(), keeping);
        for bound in &scenario.steps {
            if let Err(unmet) = (bound.step.run)(&mut scene, &bound.arguments) {
                return Err(failure(&mut scene, bound.line, bound.text.clone(), unmet));
            }
        }
        if let Err(unmet) = scene.all_cuts_came() {
            return Err(failure(&mut scene, scenario.line, scenario.name.clone(), unmet));
        }
        let observed = scene.observed();
        observed.map_err(|unmet| failure(&mut scene, scenario.line, scenario.name.clone(), unmet))
    }
}

fn failure(scene: &mut Scene<'_>, line: u32, step: String, unmet: Unmet) -> Failure {
    let Unmet { expected, found, fa } = unmet;
    let (expected_fa, found_fa) = fa.map_or((None, None), |fa| (Some(fa.0), Some(fa.1)));
    let fa = InPersian { expected: expected_fa, found: found_fa, story: scene.story(Language::Persian) };
    Failure { line, step, expected, found, story: scene.story(Language::English), fa: Box::new(fa) }
}

fn under_kill_points(failure: Failure) -> Failure {
    let step = format!("{} (with the process ended behind every commit)", failure.step);
    Failure { step, ..failure }
}
