//! Steps of instances: starting one, commanding one, writing down what it decided.

use std::sync::Arc;

use peygir_casework::incident;
use peygir_casework::records::{About, Incident};
use peygir_core::state::Progress;
use peygir_core::{Data, Id};
use peygir_dsl::model::Workflow;

use super::{Asked, Refused, Turn, Work};
use crate::command::Recorded;
use crate::stream::RowName;

impl Turn<'_> {
    pub(super) fn start_flow(&mut self, name: &str, input: &Data, label: &str) -> Result<(), Refused> {
        let flow =
            self.catalog.flow_named(name).ok_or_else(|| Refused::Missing(format!("there is no flow `{name}`")))?;
        let id = self.draws.id();
        let command = peygir_core::Command::Start {
            id,
            flow: Self::flow_ref(&flow.workflow.name),
            input: input.clone(),
            started_by: label.to_owned(),
            digest: Data::from(serde_json::Value::String(flow.digest.clone())),
            parent: None,
        };
        self.step(id, command)
    }

    pub(super) fn step(&mut self, id: Id, command: peygir_core::Command) -> Result<(), Refused> {
        let definition = self.definition(id, &command)?;
        let instance = self.stream.instances.get(&id);
        let outcome = peygir_core::step(&definition, &self.surroundings, instance, &command, self.at, &mut self.draws)?;
        if !outcome.events.is_empty() {
            self.touch(RowName::Instance(id));
            self.move_timers_out(id);
        }
        for event in outcome.events {
            for number in peygir_core::apply::touched(&event) {
                self.touch(RowName::Activation(id, number));
            }
            if let Some(timer) = peygir_core::apply::touched_timer(&event) {
                self.touch(RowName::Timer(id, timer));
            }
            self.events.push(Recorded::Flow { instance: id, event });
        }
        if let Some(instance) = outcome.instance {
            self.stream.instances.insert(id, instance);
        }
        self.follow(id, outcome.effects);
        Ok(())
    }

    /// The instance's stored row has its timers in it: it is about to be written without them, so they get rows.
    fn move_timers_out(&mut self, id: Id) {
        if self.stream.timers_within.remove(&id) {
            let timers: Vec<u64> =
                self.stream.instances.get(&id).map_or_else(Vec::new, |one| one.timers.keys().copied().collect());
            timers.into_iter().for_each(|timer| self.touch(RowName::Timer(id, timer)));
        }
    }

    pub(super) fn definition(&self, id: Id, command: &peygir_core::Command) -> Result<Arc<Workflow>, Refused> {
        let flow = match (self.stream.instances.get(&id), command) {
            (Some(instance), _) => &instance.flow,
            (None, peygir_core::Command::Start { flow, .. }) => flow,
            (None, _) => return Err(peygir_core::Rejection::NotFound.into()),
        };
        self.catalog
            .flow(flow)
            .map(|found| found.workflow.clone())
            .ok_or_else(|| Refused::Missing(format!("flow {}/{}:{}", flow.namespace, flow.name, flow.version)))
    }

    /// A call that waits for its answer, as work; None where it was answered or withdrawn meanwhile.
    pub(super) fn unmade_call(&self, id: Id, number: u64) -> Option<Work> {
        let activation = self.stream.instances.get(&id)?.activations.get(&number)?;
        match &activation.progress {
            Progress::Call { function, with } => {
                let (function, with, key) = (function.clone(), with.clone(), activation.key.clone());
                Some(Work::Call { instance: id, call: Asked { activation: number, function, with, key, awaits: true } })
            }
            _ => None,
        }
    }

    /// A person's word. What the instance does not take is refused, not passed over.
    pub(super) fn act_on(&mut self, id: Id, command: &peygir_core::Command) -> Result<(), Refused> {
        use peygir_core::Command::{Cancel, Resume, Retry, Suspend};
        match command {
            Suspend { .. } | Resume | Cancel { .. } => self.step(id, command.clone()),
            // It has begun anew: two flows must not work on one matter.
            Retry if self.is_restarted(id) => Err(peygir_core::Rejection::NotActive.into()),
            Retry => {
                self.step(id, Retry)?;
                self.pass_fault(id)
            }
            _ => Err(peygir_core::Rejection::NotFound.into()),
        }
    }

    /// What is tried again is nobody's to look at any more.
    pub(super) fn pass_fault(&mut self, id: Id) -> Result<(), Refused> {
        let of_instance =
            |incident: &&Incident| incident.resolved_at.is_none() && incident.about == About::FlowFault(id);
        let Some(open) = self.stream.records.incidents.values().find(of_instance).map(|incident| incident.id) else {
            return Ok(());
        };
        let by = self.actor.to_owned();
        if let incident::Retry::Flow(reply, _) = self.with_context(|context| incident::retry(context, open, &by))? {
            self.absorb(reply);
        }
        Ok(())
    }
}
