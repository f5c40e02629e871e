//! The schedule of a flow, in a stream of its own: ticks, runs that ended, events that start a run together.

use peygir_core::effect::End;
use peygir_core::state::FlowRef;
use peygir_core::{Data, Id};

use super::{Refused, Turn, Work};
use crate::command::{Command, Recorded};
use crate::schedule::{LABEL, LABEL_LATE, Schedule, Starts, stream_of};
use crate::stream::RowName;

/// Label of the listener that gathers a schedule's events.
pub(super) const LISTENER: &str = "schedule:listener";

impl Turn<'_> {
    /// The flow was deployed, with a schedule or with none any more.
    pub(super) fn set_schedule(&mut self, flow: Option<&FlowRef>) -> Result<(), Refused> {
        let definition = flow.and_then(|flow| self.catalog.flow(flow)).map(|flow| flow.workflow.clone());
        let (Some(definition), Some(flow)) = (definition, flow) else {
            self.stop_listeners()?;
            self.keep_schedule(None);
            return Ok(());
        };
        let before = self.stream.schedule.clone();
        let schedule = Schedule::of(&definition, flow.clone(), before.as_ref(), self.at);
        if before.as_ref() == Some(&schedule) {
            return Ok(());
        }
        self.stop_listeners()?;
        let listens = schedule.listens;
        self.keep_schedule(Some(schedule));
        if listens {
            self.start_listener(flow);
        }
        Ok(())
    }

    pub(super) fn fire_schedule(&mut self) {
        let Some((mut schedule, definition)) = self.schedule() else { return };
        let starts = schedule.fire(&definition, self.at);
        self.start_runs(schedule, starts, Data::empty());
    }

    pub(super) fn run_ended(&mut self) {
        let Some((mut schedule, definition)) = self.schedule() else { return };
        let starts = schedule.run_ended(&definition, self.at);
        self.start_runs(schedule, starts, Data::empty());
    }

    /// The listener has all its events: a run starts with them, and the next listener comes up.
    pub(super) fn events_gathered(&mut self, events: Data) {
        let Some((mut schedule, definition)) = self.schedule() else { return };
        let starts = schedule.triggered(definition.settings.overlap);
        let flow = schedule.flow.clone();
        self.start_runs(schedule, starts, events);
        self.start_listener(&flow);
    }

    /// A run that a schedule started has ended, in whichever way: its schedule is told. So is it when its listener has
    /// gathered what it waits for.
    pub(super) fn tell_schedule(&mut self, instance: Id, end: &End) {
        let Some(ended) = self.stream.instances.get(&instance) else { return };
        match (ended.started_by.as_str(), end) {
            (LABEL | LABEL_LATE, _) => {
                let schedule = stream_of(&ended.flow.namespace, &ended.flow.name);
                self.outbound.push((schedule, Command::RunEnded));
            }
            (LISTENER, End::Completed { output }) => {
                self.forget(instance);
                self.events_gathered(output.clone());
            }
            (LISTENER, End::Cancelled { .. }) => self.forget(instance),
            _ => {}
        }
    }

    /// A listener that is through is not kept: a schedule may run for years.
    fn forget(&mut self, instance: Id) {
        self.touch(RowName::Instance(instance));
        self.stream.instances.remove(&instance);
        self.events.push(Recorded::ListenerGone(instance));
    }

    fn schedule(&self) -> Option<(Schedule, std::sync::Arc<peygir_dsl::model::Workflow>)> {
        let schedule = self.stream.schedule.clone()?;
        let definition = self.catalog.flow(&schedule.flow)?.workflow.clone();
        Some((schedule, definition))
    }

    fn start_runs(&mut self, schedule: Schedule, starts: Starts, input: Data) {
        let flow = format!("{}/{}:{}", schedule.flow.namespace, schedule.flow.name, schedule.flow.version);
        let label = if starts.late { LABEL_LATE } else { LABEL };
        self.keep_schedule(Some(schedule));
        for _ in 0..starts.count {
            let stream = self.draws.id();
            let command = Command::StartBeside { flow: flow.clone(), input: input.clone(), label: label.to_owned() };
            self.outbound.push((stream, command));
        }
    }

    fn keep_schedule(&mut self, schedule: Option<Schedule>) {
        self.touch(RowName::Schedule);
        self.stream.schedule = schedule.clone();
        self.events.push(Recorded::Schedule(schedule));
    }

    fn start_listener(&mut self, flow: &FlowRef) {
        let flow = crate::catalog::listener_name(flow);
        self.work.push_back(Work::Start { flow, input: Data::empty(), label: LISTENER.to_owned() });
    }

    fn stop_listeners(&mut self) -> Result<(), Refused> {
        let listening = self.stream.instances.values().filter(|instance| !instance.status.is_terminal());
        let listeners: Vec<Id> = listening.map(|instance| instance.id).collect();
        for listener in listeners {
            let reason = "the schedule was changed".to_owned();
            self.step(listener, peygir_core::Command::Cancel { reason })?;
        }
        Ok(())
    }
}
