//! Instances that tasks of other instances start: `run: workflow`, and flows that are called as functions.
//!
//! A child lives in the stream of its parent. It is started in the turn that asks for it, and its end is told to the task
//! that awaits it. Which version it runs is decided here and journalled by its start.

use peygir_casework::records::CallRef;
use peygir_core::command::Answer;
use peygir_core::effect::End;
use peygir_core::error::Kind;
use peygir_core::state::{Parent, Status};
use peygir_core::{Data, Error, Id};

use super::{Refused, Turn, Work};
use crate::catalog::Flow;
use crate::command::Run;
use peygir_core::state::FlowRef;

/// Running instances within each other, each awaiting the next.
pub const RUN_DEPTH_MAX: usize = 64;
/// Why a child ends that nobody waits for any more.
pub(super) const WITHDRAWN: &str = "the task that ran it has ended";

impl Turn<'_> {
    pub(super) fn run(&mut self, instance: Id, run: &Run) -> Result<(), Refused> {
        let Run { activation, child, namespace, name, version, input, awaits } = run;
        let parent = Parent { instance, activation: *activation, awaits: *awaits };
        match self.catalog.flow_to_run(namespace, name, version.as_deref()) {
            Some((flow, found)) => {
                let (flow, found) = (flow.clone(), found.clone());
                self.start_child(parent, *child, flow, &found, input)
            }
            None => {
                let version = version.as_ref().map_or_else(String::new, |version| format!(":{version}"));
                let detail = format!("there is no flow {namespace}/{name}{version}");
                self.not_run(&parent, Error::new(Kind::Configuration, detail));
                Ok(())
            }
        }
    }

    /// A flow as a function: what it is called with is its input.
    pub(super) fn call_flow(&mut self, call: &CallRef, flow: FlowRef, input: &Data) -> Result<(), Refused> {
        let parent = Parent { instance: call.instance, activation: call.activation, awaits: true };
        let most = self.surroundings.limits.children_max as usize;
        let started = |parent: &Parent| parent.instance == call.instance;
        let children = self.stream.instances.values().filter(|child| child.parent.as_ref().is_some_and(started));
        if children.count() >= most {
            self.not_run(&parent, Error::new(Kind::Runtime, format!("one instance starts at most {most} others")));
            return Ok(());
        }
        let child = self.draws.id();
        let Some(found) = self.catalog.flow(&flow).cloned() else { return Ok(()) };
        self.start_child(parent, child, flow, &found, input)
    }

    fn start_child(
        &mut self,
        parent: Parent,
        child: Id,
        flow: FlowRef,
        found: &Flow,
        input: &Data,
    ) -> Result<(), Refused> {
        if self.depth_of(parent.instance) >= RUN_DEPTH_MAX {
            let detail = format!("flows run within each other at most {RUN_DEPTH_MAX} deep: does one run itself?");
            self.not_run(&parent, Error::new(Kind::Configuration, detail));
            return Ok(());
        }
        let command = peygir_core::Command::Start {
            id: child,
            flow,
            input: input.clone(),
            started_by: format!("run:{}", parent.instance),
            digest: Data::from(serde_json::Value::String(found.digest.clone())),
            parent: Some(parent),
        };
        self.step(child, command)
    }

    /// Instances around this one that still run, itself included.
    fn depth_of(&self, mut id: Id) -> usize {
        let mut depth = 0;
        while let Some(instance) = self.stream.instances.get(&id).filter(|instance| !instance.status.is_terminal()) {
            depth += 1;
            match &instance.parent {
                Some(parent) if depth < RUN_DEPTH_MAX => id = parent.instance,
                _ => break,
            }
        }
        depth
    }

    /// It could not be started: told to the task that waits for it, or else to a person.
    fn not_run(&mut self, parent: &Parent, error: Error) {
        if parent.awaits {
            let command = peygir_core::Command::Answer { activation: parent.activation, answer: Answer::Fault(error) };
            self.work.push_back(Work::Step { instance: parent.instance, command });
        } else {
            self.action_failed("run", "", &error.detail.unwrap_or_default());
        }
    }

    /// The end of a child as the answer to the task that awaits it. False where nobody does.
    pub(super) fn tell_parent(&mut self, child: Id, end: &End) -> bool {
        let parent = self.stream.instances.get(&child).and_then(|instance| instance.parent.clone());
        let Some(parent) = parent.filter(|parent| self.is_awaited(parent)) else { return false };
        let answer = match end {
            End::Completed { output } => {
                Answer::Output { output: output.clone(), provenance: None, authorization: None }
            }
            // The task's own place in its document is where the error stands now.
            End::Faulted { error } => {
                Answer::Fault(Error { child: Some(Box::new(child)), instance: None, ..error.clone() })
            }
            End::Cancelled { reason } => {
                let detail = format!("the instance that it ran was cancelled: {reason}");
                Answer::Fault(Error { child: Some(Box::new(child)), ..Error::new(Kind::Runtime, detail) })
            }
        };
        let command = peygir_core::Command::Answer { activation: parent.activation, answer };
        self.work.push_back(Work::Step { instance: parent.instance, command });
        true
    }

    fn is_awaited(&self, parent: &Parent) -> bool {
        let waits = |status| matches!(status, Status::Active | Status::Suspended);
        let instance = self.stream.instances.get(&parent.instance).filter(|instance| waits(instance.status));
        parent.awaits && instance.is_some_and(|instance| instance.activations.contains_key(&parent.activation))
    }

    /// The task that waited for them is over.
    pub(super) fn cancel_children(&mut self, instance: Id, activation: u64) -> Result<(), Refused> {
        for child in self.awaited_children(instance, activation) {
            match self.step(child, peygir_core::Command::Cancel { reason: WITHDRAWN.to_owned() }) {
                Ok(()) | Err(Refused::Flow(_)) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    pub(super) fn awaited_children(&self, instance: Id, activation: u64) -> Vec<Id> {
        let asked = Parent { instance, activation, awaits: true };
        let running = self.stream.instances.values().filter(|child| !child.status.is_terminal());
        running.filter(|child| child.parent.as_ref() == Some(&asked)).map(|child| child.id).collect()
    }
}
