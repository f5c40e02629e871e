//! A turn: one command of one stream, decided to its end and ready to be committed.
//!
//! Owns: the order in which things happen inside a commit: the command, then whatever follows from it (steps of flows,
//! calls of functions, events that meet listeners), until nothing is left or the bound is reached. Pure but for the
//! sealing keys: it reads no clock and asks no store.

use std::collections::{BTreeMap, VecDeque};

use peygir_casework::host::{Context, Reply};
use peygir_casework::{incident, outbox, request, tasks};
use peygir_core::command::Answer;
use peygir_core::effect::End;
use peygir_core::id::Draws;
use peygir_core::state::FlowRef;
use peygir_core::{CloudEvent, Data, Effect, Id, Moment};
use peygir_store::{Batch, Enqueued};
use serde_json::Value;

use crate::catalog::Catalog;
use crate::command::{AttemptResult, Claim, Command, Envelope, Recorded};
use crate::resources::TurnResources;
use crate::stream::{RowName, Stream};
use crate::vault::Vault;

mod call;
mod event;
mod flow;

/// Pieces of work in one turn; the rest is left to a command of its own.
pub const WORK_MAX: u32 = 5_000;
/// Turns in a row that a flow may take without once resting: by then it has made a hundred thousand steps, and it is
/// stopped, for it would fill the disk.
pub const CONTINUATIONS_MAX: u32 = 100;

/// A turn that was decided: the stream as it will be, and the commit that makes it so.
#[derive(Debug)]
pub struct Decided {
    pub stream: Stream,
    pub batch: Batch,
}

/// Why a command changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Records(#[from] peygir_casework::host::Rejection),
    #[error(transparent)]
    Flow(#[from] peygir_core::Rejection),
    /// Content that the stream needs is not deployed.
    #[error("{0}")]
    Missing(String),
    /// A script took longer than its wall-clock limit; nothing was decided.
    #[error("aborted: {0}")]
    Aborted(String),
}

/// What is still to be done in this turn.
#[derive(Debug)]
enum Work {
    Step { instance: Id, command: peygir_core::Command },
    Call { instance: Id, activation: u64, function: String, with: Data, key: String },
    Withdraw { instance: Id, activation: u64 },
    Emitted(CloudEvent),
    Listening { instance: Id, activation: u64 },
    Start { flow: String, input: Data, label: String },
    Ended { instance: Id, end: End },
}

struct Turn<'a> {
    catalog: &'a Catalog,
    vault: &'a Vault,
    stream: Stream,
    actor: &'a str,
    at: Moment,
    draws: Draws,
    events: Vec<Recorded>,
    /// Index rows of what was touched, as they stood before.
    before: BTreeMap<RowName, Vec<Vec<u8>>>,
    work: VecDeque<Work>,
    claims: Vec<Claim>,
    /// What is left to turns of their own, in order.
    rest: Vec<Command>,
}

/// Decides one command. `stream` is as loaded; what comes back is as it will be once the batch is committed.
pub fn decide(catalog: &Catalog, vault: &Vault, stream: Stream, envelope: &Envelope) -> Result<Decided, Refused> {
    let at = envelope.at.max(stream.head.at);
    let mut turn = Turn {
        catalog,
        vault,
        stream,
        actor: &envelope.actor,
        at,
        draws: Draws::new(envelope.seed, at),
        events: Vec::new(),
        before: BTreeMap::new(),
        work: VecDeque::new(),
        claims: Vec::new(),
        rest: Vec::new(),
    };
    turn.command(&envelope.command)?;
    turn.work_off()?;
    turn.stop_runaways(&envelope.command);
    Ok(turn.finish(envelope))
}

impl Turn<'_> {
    fn command(&mut self, command: &Command) -> Result<(), Refused> {
        match command {
            Command::Submit { flow, message, claims } => {
                self.claims.extend(claims.iter().cloned());
                self.start(flow, message, "message");
            }
            Command::StartFlow { flow, input } => self.start(flow, input, "command"),
            Command::Wake => self.wake()?,
            Command::ClaimTask(task) => {
                let (task, by) = (*task, self.actor.to_owned());
                let reply = self.with_context(|context| tasks::claim(context, task, &by))?;
                self.absorb(reply);
            }
            Command::ReleaseTask(task) => {
                let (task, by) = (*task, self.actor.to_owned());
                let reply = self.with_context(|context| tasks::release(context, task, &by))?;
                self.absorb(reply);
            }
            Command::CompleteTask { task, answer } => self.complete(*task, answer)?,
            Command::BeginAttempts { only } => {
                let events = self.with_context(|context| outbox::begin(context, only));
                self.record_all(events);
            }
            Command::AttemptEnded { dispatch, attempt, result } => self.attempt_ended(*dispatch, *attempt, result),
            Command::Report { key, delivered, failed, reference } => {
                let events =
                    self.with_context(|context| outbox::report(context, key, *delivered, *failed, reference.clone()));
                self.record_all(events);
            }
            Command::RecoverAttempts => self.recover_attempts(),
            Command::RetryIncident(incident) => self.retry_incident(*incident)?,
            Command::SettleIncident { incident, note } => {
                let (note, by) = (self.vault.open(note), self.actor.to_owned());
                let reply = self.with_context(|context| incident::settle(context, *incident, &by, &note))?;
                self.absorb(reply);
            }
            Command::JoinMessage { channel, claims } => {
                self.claims.extend(claims.iter().cloned());
                self.record(peygir_casework::Event::MessageJoined { channel: channel.clone() });
            }
            Command::Deliver(event) => self.arrived(event)?,
            Command::ReadClear(what) => {
                self.record(peygir_casework::Event::PersonalDataRead { what: what.clone() });
            }
            Command::KeepUnread { reason, from, text, claims } => {
                self.claims.extend(claims.iter().cloned());
                let (from, text, reason) = (from.clone(), text.clone(), reason.clone());
                let event = self.with_context(|context| incident::unread(context, from, text, reason));
                self.record(event);
            }
            Command::Continue { instance } => {
                self.work.push_back(Work::Step { instance: *instance, command: peygir_core::Command::Continue });
            }
            Command::Step { instance, command } => {
                self.work.push_back(Work::Step { instance: *instance, command: command.clone() });
            }
            Command::Call { instance, activation } => self.work.extend(self.unmade_call(*instance, *activation)),
            Command::Listen { instance, activation } => {
                self.work.push_back(Work::Listening { instance: *instance, activation: *activation });
            }
            Command::TurnAborted(reason) => {
                let event = self.with_context(|context| incident::turn_aborted(context, reason));
                self.record_all(event.into_iter().collect());
            }
            Command::StartBeside { flow, input, label } => self.start(flow, input, label),
        }
        Ok(())
    }

    fn start(&mut self, flow: &str, input: &Data, label: &str) {
        self.work.push_back(Work::Start { flow: flow.to_owned(), input: input.clone(), label: label.to_owned() });
    }

    fn complete(&mut self, task: Id, answer: &Data) -> Result<(), Refused> {
        let clear = match answer.value() {
            Value::String(sealed) => serde_json::from_str(&self.vault.open(sealed)).unwrap_or(Value::Null),
            plain => plain.clone(),
        };
        let by = self.actor.to_owned();
        let reply = self.with_context(|context| tasks::complete(context, task, &by, &clear))?;
        self.absorb(reply);
        Ok(())
    }

    fn attempt_ended(&mut self, id: Id, attempt: u32, result: &AttemptResult) {
        let result = match result.clone() {
            AttemptResult::Sent { reference, output } => outbox::Attempt::Sent { reference, output },
            AttemptResult::Failed { fault, permanent, reached, error } => {
                outbox::Attempt::Failed { fault, permanent, reached, error }
            }
        };
        self.attempt_result(id, attempt, &result);
    }

    fn attempt_result(&mut self, id: Id, attempt: u32, result: &outbox::Attempt) {
        let Some(dispatch) = self.stream.records.dispatches.get(&id) else { return };
        let policy = self.catalog.policy(&dispatch.connector, dispatch.operation());
        let reply = self.with_context(|context| outbox::result(context, id, attempt, result, &policy));
        self.absorb(reply);
    }

    fn recover_attempts(&mut self) {
        let lost: Vec<(Id, u32)> = self
            .stream
            .records
            .dispatches
            .values()
            .filter(|dispatch| dispatch.status == peygir_casework::records::DispatchStatus::Sending)
            .map(|dispatch| (dispatch.id, dispatch.attempts))
            .collect();
        for (id, attempt) in lost {
            self.attempt_result(id, attempt, &outbox::Attempt::Lost);
        }
    }

    fn retry_incident(&mut self, id: Id) -> Result<(), Refused> {
        let by = self.actor.to_owned();
        match self.with_context(|context| incident::retry(context, id, &by))? {
            incident::Retry::Message(reply) => self.absorb(reply),
            incident::Retry::Flow(reply, instance) => {
                self.absorb(reply);
                self.step(instance, peygir_core::Command::Retry)?;
            }
        }
        Ok(())
    }

    /// Everything that is due at the turn's time, the earliest first.
    fn wake(&mut self) -> Result<(), Refused> {
        for _ in 0..WORK_MAX {
            let instance = self
                .stream
                .instances
                .values()
                .filter_map(|instance| Some((instance.next_due().filter(|due| *due <= self.at)?, instance.id)))
                .min();
            let records = self.stream.records.next_due().filter(|due| *due <= self.at);
            match (instance, records) {
                (None, None) => return Ok(()),
                (Some((due, id)), record) if record.is_none_or(|record| due <= record) => {
                    self.work.push_back(Work::Step { instance: id, command: peygir_core::Command::Wake });
                }
                _ => self.wake_records(),
            }
            self.work_off()?;
        }
        Ok(())
    }

    fn wake_records(&mut self) {
        if let Some(reply) = self.with_context(tasks::fire_next) {
            return self.absorb(reply);
        }
        if let Some(reply) = self.with_context(outbox::expire_next) {
            self.absorb(reply);
        }
    }

    fn work_off(&mut self) -> Result<(), Refused> {
        let mut done = 0;
        while let Some(work) = self.work.pop_front() {
            done += 1;
            if done > WORK_MAX {
                self.leave(work);
            } else {
                self.one(work)?;
            }
        }
        Ok(())
    }

    fn one(&mut self, work: Work) -> Result<(), Refused> {
        match work {
            // Who asked for an answer may be gone by now: that is no reason to refuse the command.
            Work::Step { instance, command } => match self.step(instance, command) {
                Err(Refused::Flow(_)) => Ok(()),
                other => other,
            },
            Work::Call { instance, activation, function, with, key } => {
                self.call(instance, activation, &function, &with, &key)
            }
            Work::Withdraw { instance, activation } => {
                let events = tasks::withdraw(&self.stream.records, instance, activation);
                self.record_all(events);
                let events = self.with_context(|context| request::withdraw(context, instance, activation));
                self.record_all(events);
                Ok(())
            }
            Work::Emitted(event) => self.arrived(&event),
            Work::Listening { instance, activation } => self.read_mailbox(instance, activation),
            Work::Start { flow, input, label } => self.start_flow(&flow, &input, &label),
            Work::Ended { instance, end } => {
                self.ended(instance, &end);
                Ok(())
            }
        }
    }

    /// A flow that goes on and on without resting is cancelled, and a person is told.
    fn stop_runaways(&mut self, command: &Command) {
        let goes_on = matches!(
            command,
            Command::Continue { .. } | Command::Step { .. } | Command::Call { .. } | Command::Listen { .. }
        );
        let before = if goes_on { self.stream.head.continuations } else { 0 };
        self.stream.head.continuations = if self.rest.is_empty() { 0 } else { before + 1 };
        if self.stream.head.continuations <= CONTINUATIONS_MAX {
            return;
        }
        self.stream.head.continuations = 0;
        let mut runaways: Vec<Id> = self.rest.drain(..).filter_map(|left| left.instance()).collect();
        runaways.dedup();
        for instance in runaways {
            let reason = format!("it went on for {CONTINUATIONS_MAX} turns without resting: a loop without an end?");
            let command = peygir_core::Command::Cancel { reason: reason.clone() };
            // Whoever ended meanwhile needs no stopping.
            if self.step(instance, command).is_ok() {
                let event = self.with_context(|context| incident::flow_faulted(context, instance, reason));
                self.record(event);
            }
        }
        // Only what the cancelling withdraws is left, and that is done at once.
        while let Some(work) = self.work.pop_front() {
            self.leave(work);
        }
    }

    /// What this turn does not do any more becomes a command of the same stream, in the same commit. What costs nothing
    /// is done all the same.
    fn leave(&mut self, work: Work) {
        let command = match work {
            Work::Step { instance, command } => Command::Step { instance, command },
            Work::Call { instance, activation, .. } => Command::Call { instance, activation },
            Work::Emitted(event) => Command::Deliver(event),
            Work::Listening { instance, activation } => Command::Listen { instance, activation },
            Work::Start { flow, input, label } => Command::StartBeside { flow, input, label },
            Work::Withdraw { instance, activation } => {
                let events = tasks::withdraw(&self.stream.records, instance, activation);
                return self.record_all(events);
            }
            Work::Ended { instance, end } => return self.ended(instance, &end),
        };
        self.rest.push(command);
    }

    fn ended(&mut self, instance: Id, end: &End) {
        if let End::Faulted { error } = end {
            let reason = format!("{}: {}", error.type_, error.detail.clone().unwrap_or_default());
            let event = self.with_context(|context| incident::flow_faulted(context, instance, reason));
            self.record(event);
        }
    }

    /// Runs a function on records with what it may see.
    fn with_context<T>(&mut self, run: impl FnOnce(&mut Context<'_>) -> T) -> T {
        let resources = TurnResources { catalog: self.catalog, vault: self.vault };
        let mut context = Context {
            records: &self.stream.records,
            resources: &resources,
            stream: self.stream.id,
            at: self.at,
            draws: &mut self.draws,
        };
        run(&mut context)
    }

    fn absorb(&mut self, reply: Reply) {
        self.record_all(reply.events);
        for (call, answer) in reply.answers {
            self.answer(&call, Answer::Output { output: Data::from(answer), provenance: None });
        }
        for (call, error) in reply.faults {
            self.answer(&call, Answer::Fault(error));
        }
        let value = self.stream.id.0.to_vec();
        self.claims.extend(reply.claims.into_iter().map(|key| Claim { key, value: value.clone() }));
        for (type_, data) in reply.emit {
            let event = self.own_event(&type_, data);
            self.work.push_back(Work::Emitted(event));
        }
        for (flow, label) in reply.start {
            self.work.push_back(Work::Start { flow, input: Data::empty(), label });
        }
    }

    fn own_event(&mut self, type_: &str, data: Value) -> CloudEvent {
        CloudEvent {
            id: self.draws.id().to_string(),
            source: format!("/peygir/streams/{}", self.stream.id),
            type_: type_.to_owned(),
            time: self.at,
            subject: Some(self.stream.id.to_string()),
            data: Data::from(data),
            extensions: Data::empty(),
        }
    }

    fn record_all(&mut self, events: Vec<peygir_casework::Event>) {
        events.into_iter().for_each(|event| self.record(event));
    }

    fn record(&mut self, event: peygir_casework::Event) {
        if let Some(name) = RowName::touched(peygir_casework::touched(&event)) {
            self.touch(name);
        }
        peygir_casework::apply(&mut self.stream.records, &event, self.at);
        self.events.push(Recorded::Case(event));
    }

    fn touch(&mut self, name: RowName) {
        if !self.before.contains_key(&name) {
            let index = self.stream.index_of(&name);
            self.before.insert(name, index);
        }
    }

    fn finish(mut self, envelope: &Envelope) -> Decided {
        let enqueue = std::mem::take(&mut self.rest).into_iter().map(|command| self.own_command(command)).collect();
        self.stream.head.at = self.at;
        let rows = self.stream.changes(&self.before);
        let batch = Batch {
            stream: self.stream.id,
            expected: self.stream.version,
            at: self.at,
            command: encode(envelope),
            events: self.events.iter().map(encode).collect(),
            rows,
            claims: self.claims.into_iter().map(|claim| (claim.key, claim.value)).collect(),
            unclaim: Vec::new(),
            enqueue,
            done: None,
        };
        self.stream.version += 1;
        Decided { stream: self.stream, batch }
    }

    fn own_command(&mut self, command: Command) -> Enqueued {
        let mut seed = [0; 16];
        seed.copy_from_slice(&self.draws.bytes()[..16]);
        let envelope = Envelope { actor: "system".to_owned(), at: self.at, seed: peygir_core::Seed(seed), command };
        Enqueued { stream: self.stream.id, command: encode(&envelope) }
    }

    /// Effects of a step become work, in order.
    fn follow(&mut self, instance: Id, effects: Vec<Effect>) {
        for effect in effects {
            let work = match effect {
                Effect::Call { activation, function, with, key } => {
                    Work::Call { instance, activation, function, with, key }
                }
                Effect::Withdraw { activation } => Work::Withdraw { instance, activation },
                Effect::Emitted { event } => Work::Emitted(event),
                Effect::Listening { activation } => Work::Listening { instance, activation },
                Effect::Ended { end } => Work::Ended { instance, end },
                Effect::Continue => {
                    self.rest.push(Command::Continue { instance });
                    continue;
                }
            };
            self.work.push_back(work);
        }
    }

    fn flow_ref(name: &peygir_dsl::model::FlowName) -> FlowRef {
        FlowRef { namespace: name.namespace.clone(), name: name.name.clone(), version: name.version.clone() }
    }
}

fn encode<T: minicbor::Encode<()>>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).expect("encoding into memory can't fail")
}
