//! The scene of one scenario: the engine it is played on, and what "the case" and "the same SMS" mean in it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::tz::TimeZone;
use peygir_connector::{Ambiguous, Manifest};
use peygir_core::{Id, Instance, Moment};
use peygir_runtime::access::{Grant, Principal, Scope};
use peygir_runtime::catalog::Catalog;
use peygir_runtime::command::Command;
use peygir_runtime::desk::{CaseView, Desk, NewMessage, PageRequest, Refusal, Submitted, TaskFilter, TaskView};
use peygir_runtime::interest::LISTENER_SUFFIX;
use peygir_runtime::pack;
use peygir_runtime::sim::{Cut, Gateway, Parts, Sent, World};
use serde_json::Value;
use tokio::runtime::Runtime;

use super::flow::deployment::name_of;
use super::flow::services::Services;
use super::flow::trace::{self, Fact, Facts};
use super::flow::{Action, Deployed, Flows, told};
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

    pub fn pass(&mut self, seconds: i64) -> Result<(), Unmet> {
        self.pass_micros(seconds.saturating_mul(1_000_000))
    }

    pub fn pass_micros(&mut self, micros: i64) -> Result<(), Unmet> {
        Unmet::unless(micros <= MICROS_MAX, "at most ten years pass", format!("{} seconds", micros / 1_000_000))?;
        let target = self.world()?.clock.now().plus_micros(micros);
        self.reach(target)
    }

    pub fn reach(&mut self, target: Moment) -> Result<(), Unmet> {
        let runtime = self.runtime;
        let world = self.world()?;
        let now = world.clock.now();
        Unmet::unless(target >= now, format!("an instant behind {now}"), target.to_string())?;
        runtime
            .block_on(world.pass_to(target))
            .map_err(|failure| Unmet::new("time passes", format!("{failure}; PEYGIR_LOG=error shows why")))
    }

    /// The system's clock is set back: what had its time keeps its time.
    pub fn jump_back(&mut self, micros: i64) -> Result<(), Unmet> {
        let world = self.world()?;
        world.clock.set(world.clock.now().plus_micros(micros.saturating_neg()));
        self.pass_micros(0)
    }

    pub fn restart(&mut self) -> Result<(), Unmet> {
        let runtime = self.runtime;
        let world = self.world()?;
        runtime.block_on(world.restart());
        self.goes_on()
    }

    /// The runtime is killed and there again when so much time has passed.
    pub fn down(&mut self, micros: i64) -> Result<(), Unmet> {
        let runtime = self.runtime;
        let world = self.world()?;
        let target = world.clock.now().plus_micros(micros);
        runtime.block_on(world.down_to(target));
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

    /// The case that the scenario touched last, by its id.
    pub fn case_id(&self) -> Result<Id, Unmet> {
        self.case.ok_or_else(|| Unmet::new("a case was opened", "none was"))
    }

    /// The case that the scenario touched last.
    pub fn case(&mut self) -> Result<CaseView, Unmet> {
        let id = self.case_id()?;
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

    /// The newest open task of a form; of those that are equally new, the one of the case that was touched last.
    pub fn task(&mut self, form: &str) -> Result<TaskView, Unmet> {
        self.known_form(form)?;
        let mut tasks = self.open_tasks()?;
        let case = self.case.map(|id| id.to_string());
        let newness = |task: &TaskView| (task.created_at.clone(), Some(&task.case_id) == case.as_ref());
        let of_form = tasks.iter().enumerate().filter(|(_, task)| task.form.id == form);
        let newest = of_form.max_by_key(|(_, task)| newness(task)).map(|(index, _)| index);
        let open: Vec<&str> = tasks.iter().map(|task| task.form.id.as_str()).collect();
        let open = if open.is_empty() { "no task is open".to_owned() } else { format!("open: {}", open.join(", ")) };
        match newest {
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
        if self.flow.any() {
            return self.flow_story(&zone);
        }
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

    fn flow_story(&mut self, zone: &TimeZone) -> Vec<String> {
        let Some(world) = &self.world else { return Vec::new() };
        let line = |fact: &Fact| format!("{}  {} {}", values::shown(fact.at, zone), fact.kind, fact.path.join("/"));
        trace::facts(&world.life).iter().map(|fact| line(fact).trim_end().to_owned()).collect()
    }

    /// A flow of the scenario's own.
    pub fn define(&mut self, definition: &str) -> Result<(), Unmet> {
        self.not_begun("flows are defined before anything happens")?;
        self.flow.deployment.definitions.push(definition.to_owned());
        Ok(())
    }

    /// What the scenario may say of its deployment before it is made.
    pub fn deploying(&mut self) -> Result<&mut super::flow::deployment::Deployment, Unmet> {
        Unmet::unless(!self.flow.is_deployed(), "this is said before the workflow is deployed", "it was deployed")?;
        Ok(&mut self.flow.deployment)
    }

    /// The peers of the scenario, one of which has this address.
    pub fn services(&mut self, url: &str) -> Result<Arc<Services>, Unmet> {
        if self.flow.services.is_none() {
            self.flow.services = Some(Services::start(self.runtime)?);
        }
        let services = self.flow.services.clone().ok_or_else(|| Unmet::new("services", "none"))?;
        let known = services.note_host(url)?;
        Unmet::unless(
            known || self.world.is_none(),
            "hosts of services are named before anything happens; what they answer may change later",
            format!("{url} was not named before"),
        )?;
        Ok(services)
    }

    pub fn cut(&mut self, cut: Cut) -> Result<(), Unmet> {
        match &self.world {
            Some(world) => world.life.cut_once(cut),
            None => self.cuts.push(cut),
        }
        Ok(())
    }

    /// A cut that did not come about proves nothing.
    pub fn all_cuts_came(&mut self) -> Result<(), Unmet> {
        let left = self.world.as_ref().map_or_else(|| self.cuts.clone(), |world| world.life.armed());
        Unmet::unless(left.is_empty(), "the runtime is killed where the scenario says so", format!("not {left:?}"))
    }

    /// What came of reading the definitions.
    pub fn deployed(&mut self) -> Result<&Deployed, Unmet> {
        self.flow.deploy()
    }

    /// Begins the engine over the definitions, with their schedules.
    pub fn deploy(&mut self) -> Result<(), Unmet> {
        self.act("the workflow is deployed", async |desk| super::flow::ask::align(desk).await)
    }

    /// Starts an instance, which is "the workflow" from now on.
    pub fn execute(&mut self, flow: Option<&str>) -> Result<(), Unmet> {
        let first = match self.flow.deploy()? {
            Deployed::Sound { first, .. } => first.clone(),
            Deployed::Refused(found) => return Err(Unmet::new("the definition is sound", told(found))),
        };
        let definitions = &self.flow.deployment.definitions;
        let known: Vec<_> = definitions.iter().filter_map(|definition| name_of(definition)).collect();
        let name = match flow {
            None => first,
            Some(flow) => known
                .into_iter()
                .rev()
                .find(|known| known.name == flow || known.to_string() == flow)
                .ok_or_else(|| Unmet::new(format!("a workflow {flow}"), "none is defined"))?,
        };
        let input = self.flow.input.clone().unwrap_or_else(|| Value::Object(serde_json::Map::new()));
        let started = self
            .act("the workflow is started", async |desk| super::flow::ask::start(desk, &name, input.clone()).await)?;
        self.flow.executed.push(started);
        Ok(())
    }

    pub fn event(&mut self, event: Value) -> Result<(), Unmet> {
        self.act("the event is taken", async |desk| super::flow::ask::event(desk, event.clone()).await)?;
        self.flow.last_event = Some(event);
        Ok(())
    }

    pub fn act_on_instance(&mut self, action: Action) -> Result<(), Unmet> {
        let instance = self.instance()?.id;
        self.act("the instance takes it", async |desk| super::flow::ask::act(desk, instance, action).await)
    }

    /// "The workflow": the instance that was executed last, or the only one that began by itself. Where the deployment has
    /// the flows, the one that took the message of the case.
    pub fn instance(&mut self) -> Result<Instance, Unmet> {
        let last = self.flow.executed.last().copied();
        let id = match (last, self.case) {
            (Some(id), _) => id,
            (None, Some(case)) if !self.flow.any() => {
                let log = self.world()?.life.log();
                let first = log.iter().find(|occurred| occurred.stream == case).map(|occurred| occurred.instance);
                first.ok_or_else(|| Unmet::new("a workflow took the message of the case", "none did"))?
            }
            (None, _) => {
                let name = self.flow.deployment.first().map(|name| name.to_string()).unwrap_or_default();
                let found = self.instances_of(&name)?.last().copied();
                found.ok_or_else(|| Unmet::new("the workflow was executed", "no instance was started"))?
            }
        };
        self.instance_by_id(id)
    }

    pub fn instance_by_id(&mut self, id: Id) -> Result<Instance, Unmet> {
        let world = self.world()?;
        let stream = world.life.log().iter().find(|occurred| occurred.instance == id).map(|occurred| occurred.stream);
        let stream = stream.ok_or_else(|| Unmet::new("the instance is in the journal", "it is not"))?;
        let mut stream = world
            .host()
            .engine
            .load(stream)
            .map_err(|failure| Unmet::new("the engine answers", failure.to_string()))?;
        stream.instances.remove(&id).ok_or_else(|| Unmet::new("the instance is there", "it is gone"))
    }

    /// Instances of a flow in the order of their starts: by its name, or by `namespace/name:version`. What gathers events
    /// for its schedule is none.
    pub fn instances_of(&mut self, flow: &str) -> Result<Vec<Id>, Unmet> {
        let log = self.world()?.life.log();
        let of_flow = |occurred: &peygir_runtime::sim::Occurred| match &occurred.event {
            peygir_core::Event::InstanceStarted { flow: started, .. } => {
                let whole = format!("{}/{}:{}", started.namespace, started.name, started.version);
                let gathers = started.version.ends_with(LISTENER_SUFFIX);
                (!gathers && (started.name == flow || whole == flow)).then_some(occurred.instance)
            }
            _ => None,
        };
        Ok(log.iter().filter_map(of_flow).collect())
    }

    pub fn facts(&mut self) -> Result<Vec<Fact>, Unmet> {
        Ok(trace::facts(&self.world()?.life))
    }

    /// Everything that is in the journal of the scenario's flows, as text.
    pub fn journal_text(&mut self) -> Result<String, Unmet> {
        let world = self.world()?;
        let streams: std::collections::BTreeSet<Id> = world.life.log().iter().map(|occurred| occurred.stream).collect();
        let mut text = String::new();
        for stream in streams {
            let frames = world.host().engine.store.journal(stream, 0, usize::MAX);
            let frames = frames.map_err(|error| Unmet::new("the journal can be read", error.to_string()))?;
            for frame in frames {
                text.push_str(&String::from_utf8_lossy(&frame.command));
                frame.events.iter().for_each(|event| text.push_str(&String::from_utf8_lossy(event)));
            }
        }
        Ok(text)
    }

    /// What the outside is told of "the workflow": type without its beginning and its version, and the task's pointer.
    pub fn lifecycle(&mut self) -> Result<Vec<(String, String)>, Unmet> {
        let id = self.instance()?.id;
        let told = trace::lifecycle(self.world()?);
        let told = told.map_err(|error| Unmet::new("the lifecycle can be read", error.to_string()))?;
        let line = |event: &peygir_runtime::lifecycle::LifecycleEvent| {
            let type_ = event.kind.type_().trim_start_matches("io.serverlessworkflow.").trim_end_matches(".v1");
            let task = event.event.data.value().get("task").and_then(Value::as_str).unwrap_or_default();
            (type_.to_owned(), task.to_owned())
        };
        Ok(told.iter().filter(|event| event.instance == id).map(|event| line(event)).collect())
    }

    /// What happened in all instances, and how often a process ended meanwhile.
    pub fn observed(&self) -> Result<(Facts, u64), Unmet> {
        let Some(world) = &self.world else { return Ok(Default::default()) };
        let facts = trace::by_instance(world);
        let facts = facts.map_err(|error| Unmet::new("the lifecycle can be read", error.to_string()))?;
        Ok((facts, world.life.ends()))
    }
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
