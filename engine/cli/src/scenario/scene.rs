//! The scene of one scenario: the engine it is played on, and what "the case" and "the same SMS" mean in it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::tz::TimeZone;
use peygir_connector::Manifest;
use peygir_core::{Id, Moment};
use peygir_runtime::access::{Grant, Principal, Scope};
use peygir_runtime::catalog::Catalog;
use peygir_runtime::desk::{CaseView, NewMessage, PageRequest, Refusal, Submitted, TaskFilter, TaskView};
use peygir_runtime::pack;
use peygir_runtime::sim::{Gateway, Sent, World};
use peygir_store::memory::MemoryStore;
use tokio::runtime::Runtime;

use super::play::Deployments;
use super::steps::Unmet;
use super::values;
use crate::connectors;

/// Ids and draws of every scenario come from this: each run gives the same result.
const SEED: u64 = 1;
/// Longest time that one step may let pass.
const MINUTES_MAX: i64 = 10 * 366 * 24 * 60;

pub struct Scene<'a> {
    runtime: &'a Runtime,
    deployments: &'a mut Deployments,
    /// The scenario's file: a deployment is looked for near it too.
    file: PathBuf,
    pack: Option<pack::Catalog>,
    start: Option<Moment>,
    world: Option<World>,
    case: Option<Id>,
    /// The last SMS as it came in, with the peer's id.
    sms: Option<NewMessage>,
    pub sms_count: u32,
}

impl<'a> Scene<'a> {
    pub fn new(runtime: &'a Runtime, deployments: &'a mut Deployments, file: PathBuf) -> Self {
        Self { runtime, deployments, file, pack: None, start: None, world: None, case: None, sms: None, sms_count: 0 }
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
            let Some(pack) = self.pack.clone() else {
                return Err(Unmet::new("a step before this one names a deployment", "none does"));
            };
            let Some(start) = self.start else {
                return Err(Unmet::new("a step before this one says what time it is", "none does"));
            };
            let manifests = manifests(&pack)?;
            self.world = Some(World::new(pack, &manifests, Arc::new(MemoryStore::new()), start, SEED));
        }
        self.world.as_mut().ok_or_else(|| Unmet::new("an engine", "none"))
    }

    /// What flows may use.
    pub fn catalog(&mut self) -> Result<Arc<Catalog>, Unmet> {
        Ok(self.world()?.host().engine.catalog())
    }

    /// Does something at the desk, and then what follows from it at once.
    pub fn act<T>(&mut self, what: &str, action: impl AsyncFnOnce(&World) -> Result<T, Refusal>) -> Result<T, Unmet> {
        let runtime = self.runtime;
        let world = self.world()?;
        let done = runtime.block_on(async {
            let done = action(world).await;
            world.settle().await;
            done
        });
        let answer = done.map_err(|refusal| Unmet::new(what, format!("it was refused: {refusal}")))?;
        self.goes_on()?;
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

    pub fn pass(&mut self, minutes: i64) -> Result<(), Unmet> {
        Unmet::unless(minutes <= MINUTES_MAX, "at most ten years pass", format!("{minutes} minutes"))?;
        let runtime = self.runtime;
        let world = self.world()?;
        let target = world.clock.now().plus_micros(minutes * 60_000_000);
        runtime
            .block_on(world.advance_to(target))
            .map_err(|failure| Unmet::new("time passes", format!("{failure}; PEYGIR_LOG=error shows why")))
    }

    pub fn restart(&mut self) -> Result<(), Unmet> {
        let runtime = self.runtime;
        let world = self.world()?;
        runtime.block_on(world.restart());
        self.goes_on()
    }

    /// A person of the directory.
    pub fn person(&mut self, id: &str) -> Result<Principal, Unmet> {
        let world = self.world()?;
        let found = world.desk.person(id);
        found.ok_or_else(|| {
            let catalog = world.host().engine.catalog();
            let people = catalog.directory().people.iter().map(|person| person.id.as_str());
            let near = peygir_source::suggest(id, people).map(|near| format!("; did you mean {near}?"));
            Unmet::new(format!("{id} is a person of the directory"), format!("nobody{}", near.unwrap_or_default()))
        })
    }

    pub fn gateway(&mut self, channel: &str) -> Result<Arc<Gateway>, Unmet> {
        let gateways = &self.world()?.gateways;
        gateways.get(channel).cloned().ok_or_else(|| {
            let known: Vec<&str> = gateways.keys().map(String::as_str).collect();
            Unmet::new(format!("the deployment has a channel {channel}"), format!("it has {}", known.join(", ")))
        })
    }

    /// Everything that gateways took, in the order of sending.
    pub fn sent(&mut self) -> Result<Vec<Sent>, Unmet> {
        let mut sent: Vec<Sent> = self.world()?.gateways.values().flat_map(|gateway| gateway.sent()).collect();
        sent.sort_by_key(|message| message.at);
        Ok(sent)
    }

    pub fn touched(&mut self, submitted: &Submitted) {
        self.case = Id::parse(&submitted.case_id);
    }

    pub fn keep_sms(&mut self, message: NewMessage) {
        self.sms = Some(message);
    }

    pub fn kept_sms(&self) -> Option<NewMessage> {
        self.sms.clone()
    }

    /// The case that the scenario touched last.
    pub fn case(&mut self) -> Result<CaseView, Unmet> {
        let Some(id) = self.case else { return Err(Unmet::new("a case was opened", "none was")) };
        self.look(async |world| world.desk.case(&reader(), id, false).await)
    }

    /// Open tasks of all cases, oldest first.
    pub fn open_tasks(&mut self) -> Result<Vec<TaskView>, Unmet> {
        let mut tasks = Vec::new();
        let mut after = None;
        loop {
            let page = PageRequest { after: after.take(), limit: None };
            let filter = TaskFilter { list: Some("all".to_owned()), case: None, page };
            let page = self.look(async |world| world.desk.tasks(&reader(), &filter).await)?;
            tasks.extend(page.items);
            after = page.next;
            if after.is_none() {
                return Ok(tasks);
            }
        }
    }

    /// The newest open task of a form.
    pub fn task(&mut self, form: &str) -> Result<TaskView, Unmet> {
        self.known_form(form)?;
        let mut tasks = self.open_tasks()?;
        let position = tasks.iter().rposition(|task| task.form.id == form);
        let open: Vec<&str> = tasks.iter().map(|task| task.form.id.as_str()).collect();
        let open = if open.is_empty() { "no task is open".to_owned() } else { format!("open: {}", open.join(", ")) };
        match position {
            Some(index) => Ok(tasks.swap_remove(index)),
            None => Err(Unmet::new(format!("task {form} is open"), open)),
        }
    }

    /// The open verification call; the newest where there are several.
    pub fn call(&mut self) -> Result<TaskView, Unmet> {
        let mut tasks = self.open_tasks()?;
        let position = tasks.iter().rposition(|task| task.kind == "verification-call");
        position
            .map(|index| tasks.swap_remove(index))
            .ok_or_else(|| Unmet::new("a verification call is open", "none is"))
    }

    /// A step about a form that does not exist would hold for nothing.
    pub fn known_form(&mut self, form: &str) -> Result<(), Unmet> {
        let known = self.catalog()?.form(form).is_some();
        Unmet::unless(known, format!("there is a form {form}"), "there is none of that id")
    }

    /// From a person who did something with a task, "the case" is its case.
    pub fn touch_task(&mut self, task: &TaskView) {
        self.case = Id::parse(&task.case_id).or(self.case);
    }

    /// What happened to the case so far, a line for each event that a person wants to see.
    pub fn story(&mut self) -> Vec<String> {
        let zone = self.zone();
        let Ok(case) = self.case() else { return Vec::new() };
        let line = |line: &peygir_runtime::desk::JournalLine| {
            let at = line.at.parse::<jiff::Timestamp>().map_or(line.at.clone(), |at| values::shown(at.into(), &zone));
            let hidden = ["flow", "task", "message", "activation", "incident"];
            let args = line.args.iter().filter(|(name, value)| !hidden.contains(&name.as_str()) && !value.is_empty());
            let args: Vec<String> = args.map(|(name, value)| format!("{name}={value}")).collect();
            format!("{at}  {} {}", line.kind, args.join(" ")).trim_end().to_owned()
        };
        case.timeline.iter().map(line).collect()
    }
}

/// The scenario itself looks at everything.
pub fn reader() -> Principal {
    let grants = ["operator", "inspector", "administrator", "auditor"]
        .map(|role| Grant { role: role.to_owned(), scope: Scope::Nation });
    Principal { id: "scenario".to_owned(), name: "scenario".to_owned(), grants: grants.to_vec() }
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
