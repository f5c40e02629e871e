//! The scenario's own flows: defined, deployed, run, looked at. Where a deployment is played, none of it is asked.

use std::sync::Arc;

use peygir_core::{Id, Instance, Moment};
use peygir_runtime::interest::LISTENER_SUFFIX;
use peygir_runtime::sim::Cut;
use serde_json::Value;

use super::super::flow::deployment::{Deployment, name_of};
use super::super::flow::services::Services;
use super::super::flow::trace::{Fact, Facts};
use super::super::flow::{Action, Deployed, ask, told, trace};
use super::{Scene, Unmet};

impl Scene<'_> {
    pub(super) fn flow_story(&mut self, shown: &dyn Fn(Moment) -> String) -> Vec<String> {
        let Some(world) = &self.world else { return Vec::new() };
        let line = |fact: &Fact| format!("{}  {} {}", shown(fact.at), fact.kind, fact.path.join("/"));
        trace::facts(&world.life).iter().map(|fact| line(fact).trim_end().to_owned()).collect()
    }

    /// A flow of the scenario's own.
    pub fn define(&mut self, definition: &str) -> Result<(), Unmet> {
        self.not_begun("flows are defined before anything happens")?;
        self.flow.deployment.definitions.push(definition.to_owned());
        Ok(())
    }

    /// What the scenario may say of its deployment before it is made.
    pub fn deploying(&mut self) -> Result<&mut Deployment, Unmet> {
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
        self.act("the workflow is deployed", async |desk| ask::align(desk).await)
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
        let started = self.act("the workflow is started", async |desk| ask::start(desk, &name, input.clone()).await)?;
        self.flow.executed.push(started);
        Ok(())
    }

    pub fn event(&mut self, event: Value) -> Result<(), Unmet> {
        self.act("the event is taken", async |desk| ask::event(desk, event.clone()).await)?;
        self.flow.last_event = Some(event);
        Ok(())
    }

    pub fn act_on_instance(&mut self, action: Action) -> Result<(), Unmet> {
        let instance = self.instance()?.id;
        self.act("the instance takes it", async |desk| ask::act(desk, instance, action).await)
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
