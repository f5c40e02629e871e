//! What a data folder says when no server has it open: the journals of its cases, read through the store's own trait.

use std::collections::BTreeSet;
use std::path::Path;

use peygir_casework::Event;
use peygir_core::Id;
use peygir_runtime::command::{Command, Envelope, Recorded};
use peygir_runtime::rows::{self, List};
use peygir_store::{Frame, Store};
use peygir_store_local::{LocalStore, Options};

use crate::ledger::{Effect, Fact};

/// Rows and frames read at once.
const PAGE: usize = 1_000;
/// More than any test moves.
const MOVED_MAX: usize = 100_000;

/// Opens the store of a data folder, as the binary does.
pub fn open(data: &Path) -> LocalStore {
    let (store, _) = LocalStore::open(&data.join("store"), Options::default()).expect("the store can be opened");
    store
}

/// The streams of all cases.
pub fn cases(store: &dyn Store) -> Vec<Id> {
    let (mut from, to) = List::Cases.range();
    let mut cases = Vec::new();
    loop {
        let page = store.scan(&from, &to, PAGE).expect("rows can be read");
        let Some((last, _)) = page.last() else { return cases };
        from = [last.as_slice(), &[0]].concat();
        cases.extend(page.iter().filter_map(|(key, _)| List::Cases.parse(key)).map(|(_, stream)| stream));
    }
}

/// Every stream in which commands of the engine were carried out.
pub fn streams(store: &dyn Store) -> BTreeSet<Id> {
    let (mut after, mut streams) = (0, BTreeSet::new());
    loop {
        let frames = store.frames(after, PAGE).expect("frames can be read");
        let Some(last) = frames.last() else { return streams };
        after = last.number;
        let is_of_engine = |frame: &&Frame| minicbor::decode::<Envelope>(&frame.command).is_ok();
        streams.extend(frames.iter().filter(is_of_engine).map(|frame| frame.stream));
    }
}

/// The messages and requests of a stream to the world and what became of them; and when its journal ends, in microseconds of 1970.
pub fn effects(store: &dyn Store, case: Id) -> (Vec<Effect>, i64) {
    let mut effects: Vec<(Id, Effect)> = Vec::new();
    let (mut after, mut end) = (0, 0);
    loop {
        let frames = store.journal(case, after, PAGE).expect("the journal can be read");
        let Some(last) = frames.last() else { break };
        (after, end) = (last.version, last.at.0);
        for frame in &frames {
            let at_start = is_recovery(frame);
            for event in frame.events.iter().filter_map(|bytes| records_event(bytes)) {
                note(&mut effects, event, at_start);
            }
        }
    }
    (effects.into_iter().map(|(_, effect)| effect).collect(), end)
}

/// How many deadlines an operation has moved.
pub fn moved_by(store: &dyn Store, operation: Id) -> usize {
    let (from, to) = rows::moved_by(operation);
    store.scan(&from, &to, MOVED_MAX).expect("rows can be read").len()
}

fn is_recovery(frame: &Frame) -> bool {
    let envelope: Envelope = minicbor::decode(&frame.command).expect("a command can be read");
    envelope.command == Command::RecoverAttempts
}

fn records_event(bytes: &[u8]) -> Option<Event> {
    match minicbor::decode(bytes).expect("an event can be read") {
        Recorded::Case(event) => Some(event),
        _ => None,
    }
}

fn note(effects: &mut Vec<(Id, Effect)>, event: Event, at_start: bool) {
    let (id, fact) = match event {
        Event::MessageQueued(dispatch) => {
            let effect = Effect { key: dispatch.key, connector: dispatch.connector, facts: Vec::new() };
            return effects.push((dispatch.id, effect));
        }
        Event::AttemptBegun { dispatch, attempt } => (dispatch, Fact::Begun(attempt)),
        Event::MessageSent { dispatch, .. } | Event::RequestAnswered { dispatch, .. } => (dispatch, Fact::Sent),
        Event::MessageDelivered { dispatch, .. } => return delivered(effects, dispatch),
        Event::AttemptFailed { dispatch, .. } => (dispatch, Fact::FailedForNow),
        Event::MessageFailed { dispatch, .. } | Event::RequestFailed { dispatch, .. } => (dispatch, Fact::Failed),
        Event::MessageExpired { dispatch } | Event::MessageWithdrawn { dispatch } => (dispatch, Fact::Over),
        Event::AttemptAmbiguous { dispatch, attempt, policy, next_at } => {
            let next_at = next_at.map(|at| at.0);
            (dispatch, Fact::Ambiguous { attempt, policy, next_at, at_start })
        }
        _ => return,
    };
    let effect = effects.iter_mut().find(|(known, _)| *known == id);
    effect.expect("an effect is queued before anything else").1.facts.push(fact);
}

/// A gateway's report may overtake its answer, which is no news then; or close what nobody knew.
fn delivered(effects: &mut [(Id, Effect)], dispatch: Id) {
    let effect = effects.iter_mut().find(|(known, _)| *known == dispatch);
    let facts = &mut effect.expect("an effect is queued before anything else").1.facts;
    match facts.last() {
        Some(Fact::Begun(_)) => facts.push(Fact::Sent),
        Some(Fact::Ambiguous { .. } | Fact::FailedForNow) => facts.push(Fact::Over),
        _ => {}
    }
}
