//! The scene of one scenario: the engine it is played on, and what "the case" and "the same SMS" mean in it.

mod clock;
mod flows;
mod packs;
mod work;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::tz::TimeZone;
use peygir_connector::{Ambiguous, Manifest};
use peygir_core::{Id, Moment};
use peygir_runtime::access::{Grant, Principal, Scope};
use peygir_runtime::catalog::Catalog;
use peygir_runtime::command::Command;
use peygir_runtime::desk::{Desk, NewMessage, Refusal};
use peygir_runtime::pack;
use peygir_runtime::sim::{Cut, Parts, World};
use peygir_server::event_words_fa;
use peygir_source::render::Language;
use tokio::runtime::Runtime;

use super::flow::services::Services;
use super::flow::{Deployed, Flows, told};
use super::play::{Deployments, Keeping};
use super::steps::Unmet;
use super::values;
use crate::connectors;

/// Ids and draws of every scenario come from this: each run gives the same result.
const SEED: u64 = 1;
/// Longest time that one step may let pass, in microseconds: ten years.
const MICROS_MAX: i64 = 10 * 366 * 86_400_000_000;
/// When scenarios of flows begin that name no instant: 2026-11-21T00:00Z.
const START: Moment = Moment(1_795_219_200_000_000);

pub struct Scene<'a> {
    runtime: &'a Runtime,
    deployments: &'a mut Deployments,
    /// The scenario's file: a deployment is looked for near it too.
    file: PathBuf,
    keeping: Keeping,
    pack: Option<pack::Catalog>,
    start: Option<Moment>,
    world: Option<World>,
    /// Cuts that were named before anything happened.
    cuts: Vec<Cut>,
    case: Option<Id>,
    /// The last SMS as it came in, with the peer's id.
    sms: Option<NewMessage>,
    /// The closure that was declared last.
    pub closure: Option<Id>,
    /// The operation that its declaration or its withdrawal began.
    pub operation: Option<Id>,
    pub sms_count: u32,
    pub flow: Flows,
}

impl<'a> Scene<'a> {
    pub fn new(runtime: &'a Runtime, deployments: &'a mut Deployments, file: PathBuf, keeping: Keeping) -> Self {
        let mut flow = Flows::default();
        flow.deployment.world = deployments.outside.clone();
        Self {
            runtime,
            deployments,
            file,
            keeping,
            pack: None,
            start: None,
            world: None,
            cuts: Vec::new(),
            case: None,
            sms: None,
            closure: None,
            operation: None,
            sms_count: 0,
            flow,
        }
    }

    pub fn set_deployment(&mut self, path: &str) -> Result<(), Unmet> {
        self.not_begun("the deployment is named first of all")?;
        self.pack = Some(self.deployments.load(path, &self.file)?);
        Ok(())
    }

    pub fn set_start(&mut self, at: Moment) -> Result<(), Unmet> {
        self.not_begun("the clock is set before anything happens")?;
        self.start = Some(at);
        Ok(())
    }

    fn not_begun(&self, expected: &str) -> Result<(), Unmet> {
        Unmet::unless(self.world.is_none(), expected, "things happened before this step")
    }

    /// Where clocks and days are read.
    pub fn zone(&self) -> TimeZone {
        let zone = self.pack.as_ref().and_then(|pack| peygir_calendar::zone(&pack.deployment.zone));
        zone.unwrap_or_else(peygir_calendar::tehran)
    }

    /// The engine; it begins with the first step that needs it.
    pub fn world(&mut self) -> Result<&mut World, Unmet> {
        if self.world.is_none() {
            let world = match (self.pack.clone(), self.flow.any()) {
                (Some(pack), _) => self.world_of_deployment(pack)?,
                (None, true) => self.world_of_flows()?,
                (None, false) => return Err(Unmet::new("a step before this one names a deployment", "none does")),
            };
            // What a process does as it begins is done once by all playings, however often a process ends later.
            self.runtime.block_on(world.host().recover());
            if self.keeping.cuts() {
                world.life.cut_everywhere();
            }
            self.cuts.drain(..).for_each(|cut| world.life.cut_once(cut));
            self.world = Some(world);
        }
        self.world.as_mut().ok_or_else(|| Unmet::new("an engine", "none"))
    }

    fn world_of_deployment(&self, pack: pack::Catalog) -> Result<World, Unmet> {
        let Some(start) = self.start else {
            return Err(Unmet::new("a step before this one says what time it is", "none does"));
        };
        let channels = manifests(&pack)?;
        Ok(self.world_of(pack, channels, connectors::Built::default(), None, start))
    }

    fn world_of_flows(&mut self) -> Result<World, Unmet> {
        let pack = match self.flow.deploy()? {
            Deployed::Sound { pack, .. } => pack.as_ref().clone(),
            Deployed::Refused(found) => return Err(Unmet::new("the definition is sound", told(found))),
        };
        let built = connectors::build(&pack.deployment, std::path::Path::new(""))
            .map_err(|found| Unmet::new("the connectors can be made", told(&found)))?;
        let services = self.flow.services.clone();
        let settled_by_people = settled_by_people(&built.manifests);
        let world = self.world_of(pack, BTreeMap::new(), built, services.clone(), self.start.unwrap_or(START));
        world.life.spare(settled_by_people);
        if let Some(services) = services {
            services.set_clock(world.clock.clone());
        }
        Ok(world)
    }

    fn world_of(
        &self,
        pack: pack::Catalog,
        channels: BTreeMap<String, Manifest>,
        built: connectors::Built,
        services: Option<Arc<Services>>,
        start: Moment,
    ) -> World {
        let peers = services.map(|services| services as Arc<dyn peygir_runtime::sim::Peers>);
        let (connectors, store) = (built.connectors, self.keeping.opener());
        World::of(Parts { pack, channels, connectors, peers, store, start, seed: SEED })
    }

    /// What flows may use.
    pub fn catalog(&mut self) -> Result<Arc<Catalog>, Unmet> {
        Ok(self.world()?.host().engine.catalog())
    }

    /// Does something at the desk, and then what follows from it at once.
    pub fn act<T>(&mut self, what: &str, action: impl AsyncFn(&Desk) -> Result<T, Refusal>) -> Result<T, Unmet> {
        let runtime = self.runtime;
        let world = self.world()?;
        let done = runtime.block_on(async {
            let done = world.serve(action).await;
            world.go_on().await;
            done
        });
        let answer = done.map_err(|refusal| Unmet::new(what, format!("it was refused: {refusal}")))?;
        self.goes_on()?;
        Ok(answer)
    }

    /// Does something at the desk, and what follows from it is late: the clock reaches `at` and the timers of the case come
    /// first.
    pub fn act_behind_timers<T>(
        &mut self,
        what: &str,
        at: Moment,
        action: impl AsyncFn(&Desk) -> Result<T, Refusal>,
    ) -> Result<T, Unmet> {
        let (runtime, case) = (self.runtime, self.case_id()?);
        let world = self.world()?;
        let answer = runtime
            .block_on(world.serve(action))
            .map_err(|refusal| Unmet::new(what, format!("it was refused: {refusal}")))?;
        world.clock.set(at);
        let wake = async |desk: &Desk| desk.host().submit(case, "system", Command::Wake).await;
        let woken = runtime.block_on(world.serve(wake));
        woken.map_err(|failure| Unmet::new("the timers of the case come", failure.to_string()))?;
        self.pass_micros(0)?;
        Ok(answer)
    }

    /// Does something at the desk, and right behind it the runtime is killed. It is there again when so much time has passed.
    pub fn act_and_die<T>(
        &mut self,
        what: &str,
        micros: i64,
        action: impl AsyncFn(&Desk) -> Result<T, Refusal>,
    ) -> Result<T, Unmet> {
        let runtime = self.runtime;
        let world = self.world()?;
        let answer = runtime
            .block_on(world.serve(action))
            .map_err(|refusal| Unmet::new(what, format!("it was refused: {refusal}")))?;
        self.down(micros)?;
        Ok(answer)
    }

    /// Reads something at the desk.
    pub fn look<T>(&mut self, action: impl AsyncFnOnce(&World) -> Result<T, Refusal>) -> Result<T, Unmet> {
        let runtime = self.runtime;
        let world = self.world()?;
        runtime.block_on(action(world)).map_err(|refusal| Unmet::new("the engine answers", refusal.to_string()))
    }

    fn goes_on(&mut self) -> Result<(), Unmet> {
        let paused = self.world()?.host().paused();
        Unmet::unless(
            paused.is_empty(),
            "the engine goes on",
            "what is due in a case can't be done; PEYGIR_LOG=error shows why",
        )
    }

    /// What happened to the case so far, a line for each event that a person wants to see.
    pub fn story(&mut self, language: Language) -> Vec<String> {
        let zone = self.zone();
        let is_fa = language == Language::Persian;
        let shown = |at: Moment| if is_fa { values::shown_fa(at, &zone) } else { values::shown(at, &zone) };
        if self.flow.any() {
            return self.flow_story(&shown);
        }
        let Ok(case) = self.case() else { return Vec::new() };
        let line = |line: &peygir_runtime::desk::JournalLine| {
            let at = line.at.parse::<jiff::Timestamp>().map_or(line.at.clone(), |at| shown(at.into()));
            let words = is_fa.then(|| event_words_fa(&line.kind)).flatten();
            let kind = words.as_deref().unwrap_or(&line.kind);
            let hidden = ["flow", "task", "message", "activation", "incident"];
            let args = line.args.iter().filter(|(name, value)| !hidden.contains(&name.as_str()) && !value.is_empty());
            let args: Vec<String> = args.map(|(name, value)| isolated(format!("{name}={value}"), is_fa)).collect();
            format!("{at}  {kind} {}", args.join(" ")).trim_end().to_owned()
        };
        case.timeline.iter().map(line).collect()
    }
}

/// A name with its value, from left to right among Persian words.
fn isolated(text: String, is_fa: bool) -> String {
    if is_fa { format!("\u{2066}{text}\u{2069}") } else { text }
}

/// The scenario itself looks at everything.
pub fn reader() -> Principal {
    let grants = ["operator", "inspector", "administrator", "auditor"]
        .map(|role| Grant { role: role.to_owned(), scope: Scope::Nation });
    Principal { id: "scenario".to_owned(), name: "scenario".to_owned(), grants: grants.to_vec() }
}

/// Connectors with their operations of which only a person can say what became of a request whose result was lost.
fn settled_by_people(manifests: &BTreeMap<String, Manifest>) -> Vec<(String, String)> {
    let of = |(connector, manifest): (&String, &Manifest)| -> Vec<(String, String)> {
        let operations = manifest.operations.iter().filter(|operation| operation.on_ambiguous == Ambiguous::Person);
        operations.map(|operation| (connector.clone(), operation.name.clone())).collect()
    };
    manifests.iter().flat_map(of).collect()
}

/// How the stand-in of each channel behaves: as the connector that the deployment gives it, or, where that only keeps
/// what would be sent, as the connector of the channel's own name.
fn manifests(pack: &pack::Catalog) -> Result<BTreeMap<String, Manifest>, Unmet> {
    let deployment = &pack.deployment;
    deployment
        .channels
        .keys()
        .map(|channel| {
            let used = deployment.connector_of_channel(channel).map(|used| used.kind.as_str());
            let kind = used.filter(|kind| *kind != "outbox").unwrap_or(channel);
            let manifest = connectors::manifest(kind).or_else(|| connectors::manifest("outbox"));
            match manifest {
                Some(Ok(manifest)) => Ok((channel.clone(), manifest)),
                _ => Err(Unmet::new(format!("channel {channel} has a connector"), format!("{kind} can't be read"))),
            }
        })
        .collect()
}
