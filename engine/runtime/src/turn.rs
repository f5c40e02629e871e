//! A turn: one command of one stream, decided to its end and ready to be committed.
//!
//! Owns: the order in which things happen inside a commit: the command, then whatever follows from it (steps of flows,
//! calls of functions, events that meet listeners), until nothing is left or the bound is reached. Pure but for the
//! sealing keys: it reads no clock and asks no store.

use std::collections::{BTreeMap, VecDeque};

use peygir_calendar::Plans;
use peygir_casework::host::{Context, Reply};
use peygir_casework::records::Dispatch;
use peygir_casework::{incident, outbox, request, tasks};
use peygir_core::command::Answer;
use peygir_core::effect::End;
use peygir_core::id::Draws;
use peygir_core::state::FlowRef;
use peygir_core::{CloudEvent, Data, Effect, Id, Moment, Surroundings};
use peygir_store::{Batch, Enqueued};
use serde_json::Value;

use crate::catalog::Catalog;
use crate::command::{AttemptResult, Claim, Command, Envelope, Recorded, Run, Written};
use crate::resources::TurnResources;
use crate::schedule::Schedule;
use crate::stream::{Change, Row, RowName, Stream, encoded};
use crate::vault::Vault;

mod call;
mod closures;
mod deadlines;
mod event;
mod flow;
mod operation;
mod packs;
mod provenance;
pub mod publish;
pub(crate) mod restart;
mod run;
mod schedule;
mod unstarted;

pub use run::RUN_DEPTH_MAX;

/// Pieces of work in one turn, unless the deployment says otherwise; the rest is left to a command of its own.
pub const WORK_MAX: u32 = 5_000;
/// Turns in a row that a flow may take without once resting, unless the deployment says otherwise: by then it has made a
/// hundred thousand steps, and it is stopped, for it would fill the disk.
pub const CONTINUATIONS_MAX: u32 = 100;

/// A turn that was decided: the stream as it will be, and the commit that makes it so.
#[derive(Debug)]
pub struct Decided {
    pub stream: Stream,
    pub batch: Batch,
    /// Messages whose attempts were begun with it, beside those that the command named.
    pub begun: Vec<Id>,
}

/// Whether an attempt of this message may begin with the turn that queued it: it has a place on its lane.
pub type HasPlace<'a> = dyn FnMut(&Dispatch) -> bool + 'a;

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
    #[error(transparent)]
    Closure(#[from] crate::closures::Refused),
    #[error(transparent)]
    Packs(#[from] crate::packs::Refused),
    /// A script took longer than its wall-clock limit; nothing was decided.
    #[error("aborted: {0}")]
    Aborted(String),
}

/// What is still to be done in this turn.
#[derive(Debug)]
enum Work {
    Step { instance: Id, command: peygir_core::Command },
    Call { instance: Id, call: Asked },
    Run { instance: Id, run: Run },
    Withdraw { instance: Id, activation: u64 },
    Emitted(CloudEvent),
    Listening { instance: Id, activation: u64 },
    Start { flow: String, input: Data, label: String },
    Ended { instance: Id, end: End },
}

/// A call that a task asks for.
#[derive(Debug, Clone)]
struct Asked {
    activation: u64,
    function: String,
    with: Data,
    key: String,
    /// Somebody waits for the answer.
    awaits: bool,
}

struct Turn<'a> {
    catalog: &'a Catalog,
    vault: &'a Vault,
    plans: &'a Plans,
    surroundings: Surroundings,
    /// Pieces of work until the rest is left to the next turn.
    work_max: u32,
    stream: Stream,
    actor: &'a str,
    at: Moment,
    draws: Draws,
    events: Vec<Recorded>,
    /// Index rows of what was touched, as they stood before.
    before: BTreeMap<RowName, Vec<Row>>,
    /// Rows of lists that operations have.
    listed: Vec<Change>,
    work: VecDeque<Work>,
    claims: Vec<Claim>,
    /// What is left to turns of their own, in order.
    rest: Vec<Command>,
    /// Commands for other streams, in order.
    outbound: Vec<(Id, Command)>,
}

/// Decides one command. `stream` is as loaded; what comes back is as it will be once the batch is committed.
pub fn decide(catalog: &Catalog, vault: &Vault, stream: Stream, envelope: &Envelope) -> Result<Decided, Refused> {
    let begun = envelope.begun.as_deref().unwrap_or_default();
    decide_within(catalog, vault, stream, envelope, u32::MAX, &mut |message| begun.contains(&message.id))
}

/// The same with at most so many pieces of work and steps of a flow: where a commit has to be shorter than it would be.
/// What it queues begins with it where it has a place: one commit less before it leaves.
pub fn decide_within(
    catalog: &Catalog,
    vault: &Vault,
    stream: Stream,
    envelope: &Envelope,
    most: u32,
    has_place: &mut HasPlace<'_>,
) -> Result<Decided, Refused> {
    decide_by(catalog, vault, stream, envelope, Bounds { most, plans: &Plans::default() }, has_place)
}

/// What a turn is given beside what it decides.
#[derive(Debug, Clone, Copy)]
pub struct Bounds<'a> {
    /// Pieces of work and steps of a flow at most.
    pub most: u32,
    /// Days of calendars that turns before it asked for, and that those after it may ask for. They change no answer.
    pub plans: &'a Plans,
}

/// The same for whoever decides many turns one behind the other.
pub fn decide_by(
    catalog: &Catalog,
    vault: &Vault,
    stream: Stream,
    envelope: &Envelope,
    Bounds { most, plans }: Bounds<'_>,
    has_place: &mut HasPlace<'_>,
) -> Result<Decided, Refused> {
    let at = envelope.at.max(stream.head.at);
    let mut surroundings = catalog.surroundings(vault, stream.id);
    surroundings.limits.turn_steps_max = surroundings.limits.turn_steps_max.min(most);
    let mut turn = Turn {
        catalog,
        vault,
        plans,
        surroundings,
        work_max: catalog.limits().turn_work_max.min(most),
        stream,
        actor: &envelope.actor,
        at,
        draws: Draws::new(envelope.seed, at),
        events: Vec::new(),
        before: BTreeMap::new(),
        listed: Vec::new(),
        work: VecDeque::new(),
        claims: Vec::new(),
        rest: Vec::new(),
        outbound: Vec::new(),
    };
    turn.command(&envelope.command)?;
    turn.work_off()?;
    turn.stop_runaways(&envelope.command);
    turn.note_unstarted();
    let begun = turn.begin_at_once(has_place);
    Ok(turn.finish(envelope, begun))
}

impl Turn<'_> {
    fn command(&mut self, command: &Command) -> Result<(), Refused> {
        match command {
            Command::Submit { flow, message, claims } => {
                self.claims.extend(claims.iter().cloned());
                self.start(flow, message, unstarted::MESSAGE);
            }
            Command::StartFlow { flow, input, claims } => {
                self.claims.extend(claims.iter().cloned());
                self.start(flow, input, "command");
            }
            Command::Wake => {
                self.rederive_first();
                self.wake()?;
            }
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
                self.citizen_wrote();
            }
            Command::TakeAnswer { channel, text, claims } => self.take_answer(channel, text, claims)?,
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
            Command::Tell { instance, activation, function, with, key } => {
                let (function, with, key) = (function.clone(), with.clone(), key.clone());
                let call = Asked { activation: *activation, function, with, key, awaits: false };
                self.work.push_back(Work::Call { instance: *instance, call });
            }
            Command::Run { instance, run } => {
                self.work.push_back(Work::Run { instance: *instance, run: run.clone() });
            }
            Command::Instance { instance, command } => self.act_on(*instance, command)?,
            Command::Stop { instance, reason } => self.stop(*instance, reason),
            Command::Listen { instance, activation } => {
                self.work.push_back(Work::Listening { instance: *instance, activation: *activation });
            }
            Command::TurnAborted(reason) => {
                let event = self.with_context(|context| incident::turn_aborted(context, reason));
                self.record_all(event.into_iter().collect());
            }
            Command::StartBeside { flow, input, label } => self.start(flow, input, label),
            Command::Publish { event, origin } => self.published(event, *origin)?,
            Command::Spread { event, origin, named, to, next } => {
                self.spread(event, *origin, *named, to, next.as_ref());
            }
            Command::Offer(event) => self.offered(event)?,
            Command::SetSchedule(flow) => self.set_schedule(flow.as_ref())?,
            Command::RunEnded => self.run_ended(),
            Command::WebhookFailing { name, reason } => {
                let event = self.with_context(|context| incident::webhook_failing(context, name, reason));
                self.record_all(event.into_iter().collect());
            }
            Command::DeclareClosure(closure) => self.declare_closure(closure)?,
            Command::WithdrawClosure { closure, reason, operation } => {
                self.withdraw_closure(*closure, reason, *operation)?;
            }
            Command::CalendarsDeployed { calendars, operation } => self.calendars_deployed(calendars, *operation)?,
            Command::BeginOperation(about) => self.begin_operation(about),
            Command::AdvanceOperation(page) => self.advance_operation(page),
            Command::OperationEnded(operation) => self.operation_ended(*operation),
            Command::Rederive { operation, why } => self.rederive(*operation, *why),
            Command::SuspendDeadline { task, reason, until } => self.suspend_deadline(*task, reason, *until)?,
            Command::ResumeDeadline(task) => self.resume_deadline(*task)?,
            Command::SetDeadline { task, due, reason } => self.set_deadline(*task, *due, reason)?,
            Command::DeployPacks(deploy) => self.deploy_packs(deploy)?,
            Command::WithdrawEdition(withdraw) => self.withdraw_edition(withdraw)?,
            Command::RestartFlow { instance, flow } => self.restart(*instance, flow)?,
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
        let mut authorization = None;
        let result = match result.clone() {
            AttemptResult::Sent { reference, output, authorization: shown } => {
                authorization = shown;
                outbox::Attempt::Sent { reference, output }
            }
            AttemptResult::Failed { fault, permanent, reached, error } => {
                outbox::Attempt::Failed { fault, permanent, reached, error }
            }
        };
        self.attempt_result(id, attempt, &result, authorization);
    }

    fn attempt_result(&mut self, id: Id, attempt: u32, result: &outbox::Attempt, authorization: Option<Data>) {
        let Some(dispatch) = self.stream.records.dispatches.get(&id) else { return };
        let policy = self.catalog.policy(&dispatch.connector, dispatch.operation());
        let reply = self.with_context(|context| outbox::result(context, id, attempt, result, &policy));
        self.absorb_shown(reply, authorization);
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
            self.attempt_result(id, attempt, &outbox::Attempt::Lost, None);
        }
    }

    fn retry_incident(&mut self, id: Id) -> Result<(), Refused> {
        let by = self.actor.to_owned();
        match self.with_context(|context| incident::retry(context, id, &by))? {
            incident::Retry::Message(reply) => {
                self.absorb(reply);
                self.resume_operation();
            }
            incident::Retry::Flow(reply, instance) => {
                self.absorb(reply);
                self.step(instance, peygir_core::Command::Retry)?;
            }
            incident::Retry::Start(reply) => {
                self.absorb(reply);
                self.start_from_mailbox()?;
            }
        }
        Ok(())
    }

    /// Everything that is due at the turn's time, the earliest first.
    fn wake(&mut self) -> Result<(), Refused> {
        for _ in 0..self.work_max {
            let instance = self
                .stream
                .instances
                .values()
                .filter_map(|instance| Some((instance.next_due().filter(|due| *due <= self.at)?, instance.id)))
                .min();
            if self.stream.schedule.as_ref().and_then(Schedule::next_due).is_some_and(|due| due <= self.at) {
                self.fire_schedule();
            }
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
            if done > self.work_max {
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
            Work::Call { instance, call } => self.call(instance, &call),
            Work::Run { instance, run } => self.run(instance, &run),
            Work::Withdraw { instance, activation } => self.withdraw(instance, activation),
            Work::Emitted(event) => {
                self.publish(&event);
                self.arrived(&event)
            }
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
            Command::Continue { .. }
                | Command::Step { .. }
                | Command::Call { .. }
                | Command::Tell { .. }
                | Command::Run { .. }
                | Command::Listen { .. }
        );
        let most = self.catalog.limits().continuations_max;
        let before = if goes_on { self.stream.head.continuations } else { 0 };
        self.stream.head.continuations = if self.rest.is_empty() { 0 } else { before + 1 };
        if self.stream.head.continuations <= most {
            return;
        }
        self.stream.head.continuations = 0;
        let mut runaways: Vec<Id> = self.rest.drain(..).filter_map(|left| left.instance()).collect();
        runaways.dedup();
        for instance in runaways {
            self.stop(instance, &format!("it went on for {most} turns without resting: a loop without an end?"));
        }
        // Only what the cancelling withdraws is left, and that is done at once.
        while let Some(work) = self.work.pop_front() {
            self.leave(work);
        }
    }

    /// Cancels a flow that must not go on, and a person is told. Whoever ended meanwhile needs no stopping.
    fn stop(&mut self, instance: Id, reason: &str) {
        let command = peygir_core::Command::Cancel { reason: reason.to_owned() };
        if self.step(instance, command).is_ok() {
            let event = self.with_context(|context| incident::flow_faulted(context, instance, reason.to_owned()));
            self.record(event);
        }
    }

    /// What this turn does not do any more becomes a command of the same stream, in the same commit. What costs nothing
    /// is done all the same.
    fn leave(&mut self, work: Work) {
        let command = match work {
            Work::Step { instance, command } => Command::Step { instance, command },
            Work::Call { instance, call } if call.awaits => Command::Call { instance, activation: call.activation },
            Work::Call { instance, call } => {
                let Asked { activation, function, with, key, .. } = call;
                Command::Tell { instance, activation, function, with, key }
            }
            Work::Run { instance, run } => Command::Run { instance, run },
            Work::Emitted(event) => {
                self.publish(&event);
                Command::Deliver(event)
            }
            Work::Listening { instance, activation } => Command::Listen { instance, activation },
            Work::Start { flow, input, label } => Command::StartBeside { flow, input, label },
            Work::Withdraw { instance, activation } => {
                self.withdraw_records(instance, activation);
                let command = peygir_core::Command::Cancel { reason: run::WITHDRAWN.to_owned() };
                let cancel = |child| Command::Step { instance: child, command: command.clone() };
                let children = self.awaited_children(instance, activation);
                return self.rest.extend(children.into_iter().map(cancel));
            }
            Work::Ended { instance, end } => return self.ended(instance, &end),
        };
        self.rest.push(command);
    }

    /// What waited for the task's answer is closed; what it ran is cancelled.
    fn withdraw(&mut self, instance: Id, activation: u64) -> Result<(), Refused> {
        self.withdraw_records(instance, activation);
        self.cancel_children(instance, activation)
    }

    fn withdraw_records(&mut self, instance: Id, activation: u64) {
        let events = tasks::withdraw(&self.stream.records, instance, activation);
        self.record_all(events);
        let events = self.with_context(|context| request::withdraw(context, instance, activation));
        self.record_all(events);
    }

    fn ended(&mut self, instance: Id, end: &End) {
        self.tell_schedule(instance, end);
        if self.tell_parent(instance, end) {
            return;
        }
        if let End::Faulted { error } = end {
            let reason = format!("{}: {}", error.type_, error.detail.clone().unwrap_or_default());
            let event = self.with_context(|context| incident::flow_faulted(context, instance, reason));
            self.record(event);
        }
    }

    /// Runs a function on records with what it may see.
    fn with_context<T>(&mut self, run: impl FnOnce(&mut Context<'_>) -> T) -> T {
        let resources = TurnResources::new(self.catalog, self.vault, &self.stream);
        let mut context = Context {
            records: &self.stream.records,
            resources: &resources,
            plans: self.plans,
            stream: self.stream.id,
            at: self.at,
            draws: &mut self.draws,
        };
        run(&mut context)
    }

    fn absorb(&mut self, reply: Reply) {
        self.absorb_shown(reply, None);
    }

    /// `authorization`: what proved to the peer who asked, where a peer answered.
    fn absorb_shown(&mut self, reply: Reply, authorization: Option<Data>) {
        self.record_all(reply.events);
        for (call, answer) in reply.answers {
            let authorization = authorization.clone();
            self.answer(&call, Answer::Output { output: Data::from(answer), provenance: None, authorization });
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
        self.list_moved(&event);
        self.events.push(Recorded::Case(event));
    }

    fn touch(&mut self, name: RowName) {
        if !self.before.contains_key(&name) {
            let index = self.stream.index_of(&name);
            self.before.insert(name, index);
        }
    }

    /// Begins attempts of what is ready and has a place.
    fn begin_at_once(&mut self, has_place: &mut HasPlace<'_>) -> Vec<Id> {
        let at = self.at;
        let ready = self.stream.records.ready_dispatches(at).into_iter();
        let fits = ready.filter(|message| message.expires_at > at && has_place(message));
        let begun: Vec<Id> = fits.map(|message| message.id).collect();
        if !begun.is_empty() {
            let events = self.with_context(|context| outbox::begin(context, &begun));
            self.record_all(events);
        }
        begun
    }

    fn finish(mut self, envelope: &Envelope, begun: Vec<Id>) -> Decided {
        let enqueue = std::mem::take(&mut self.rest)
            .into_iter()
            .map(|command| self.command_for(self.stream.id, command))
            .collect::<Vec<_>>();
        let outbound = std::mem::take(&mut self.outbound);
        let enqueue = enqueue
            .into_iter()
            .chain(outbound.into_iter().map(|(to, command)| self.command_for(to, command)))
            .collect();
        self.stream.head.at = self.at;
        let mut rows = self.stream.changes(&self.before);
        rows.append(&mut self.listed);
        let batch = Batch {
            stream: self.stream.id,
            expected: self.stream.version,
            at: self.at,
            command: encode(&Written {
                actor: &envelope.actor,
                at: envelope.at,
                seed: envelope.seed,
                command: &envelope.command,
                begun: (!begun.is_empty()).then_some(begun.as_slice()),
                edition: Some(self.catalog.edition()).filter(|edition| *edition > 0),
            }),
            events: self.events.iter().map(encode).collect(),
            rows,
            claims: self.claims.into_iter().map(|claim| (claim.key, claim.value)).collect(),
            unclaim: Vec::new(),
            enqueue,
            done: None,
        };
        self.stream.version += 1;
        Decided { stream: self.stream, batch, begun }
    }

    fn command_for(&mut self, stream: Id, command: Command) -> Enqueued {
        let mut seed = [0; 16];
        seed.copy_from_slice(&self.draws.bytes()[..16]);
        let envelope = Envelope::new("system", self.at, peygir_core::Seed(seed), command);
        Enqueued { stream, command: encode(&envelope) }
    }

    /// Effects of a step become work, in order.
    fn follow(&mut self, instance: Id, effects: Vec<Effect>) {
        for effect in effects {
            let work = match effect {
                Effect::Call { activation, function, with, key, awaits } => {
                    Work::Call { instance, call: Asked { activation, function, with, key, awaits } }
                }
                Effect::Run { activation, child, namespace, name, version, input, awaits } => {
                    Work::Run { instance, run: Run { activation, child, namespace, name, version, input, awaits } }
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
    encoded(value)
}
