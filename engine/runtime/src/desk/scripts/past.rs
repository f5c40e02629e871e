//! Calls of a script as the journal has them, and the case as it was at one of them.
//!
//! A stream is the fold of its journal, so the case of any moment can be made again. Within the turn that made the call,
//! the journal says what happened in which order, but not between which of its events the script ran: where that
//! matters there are several candidates, and the one is right with which the script answers as it did.

use std::collections::VecDeque;

use peygir_core::state::Progress;
use peygir_core::{Data, Event, Id, Moment};
use peygir_store::{Frame, Store, Version};
use serde_json::Value;

use super::super::journal::STORY_FRAMES_MAX;
use super::super::refusal::Refusal;
use crate::command::Recorded;
use crate::stream::Stream;

/// Frames read at once.
const PAGE_FRAMES: usize = 500;

/// A call that was answered.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// Of the commit that has the answer, and which of its events that is.
    pub version: Version,
    event: usize,
    instance: Id,
    activation: u64,
    pub at: Moment,
    pub flow: String,
    pub step: String,
    /// As the flow gave it: what is personal is sealed.
    pub with: Data,
    pub ended: Ended,
}

/// How it ended, as journalled.
#[derive(Debug, Clone)]
pub(super) enum Ended {
    Answer { output: Data, provenance: Option<Data> },
    Fault(Option<String>),
}

impl Call {
    /// What was written down of how the answer came about.
    pub fn provenance(&self, name: &str) -> Option<&Value> {
        match &self.ended {
            Ended::Answer { provenance, .. } => provenance.as_ref()?.value().get(name),
            Ended::Fault(_) => None,
        }
    }
}

/// The journal of one stream, a frame after the other. The first [`STORY_FRAMES_MAX`] are looked at.
pub(in crate::desk) struct Frames<'a> {
    store: &'a dyn Store,
    stream: Id,
    read: VecDeque<Frame>,
    after: Version,
}

impl<'a> Frames<'a> {
    pub fn of(store: &'a dyn Store, stream: Id) -> Self {
        Self { store, stream, read: VecDeque::new(), after: 0 }
    }

    pub fn next(&mut self) -> Result<Option<(Frame, Vec<Recorded>)>, Refusal> {
        if self.read.is_empty() && (self.after as usize) < STORY_FRAMES_MAX {
            self.read = self.store.journal(self.stream, self.after, PAGE_FRAMES)?.into();
        }
        let Some(frame) = self.read.pop_front() else { return Ok(None) };
        self.after = frame.version;
        let unreadable = |error| Refusal::Internal(format!("an event can't be read: {error}"));
        let events = frame.events.iter().map(|event| minicbor::decode(event).map_err(unreadable));
        let events = events.collect::<Result<Vec<Recorded>, Refusal>>()?;
        Ok(Some((frame, events)))
    }
}

/// All calls of a script on a stream, the oldest first.
pub(super) fn calls(store: &dyn Store, stream: Id, script: &str) -> Result<Vec<Call>, Refusal> {
    let mut frames = Frames::of(store, stream);
    let mut past = Stream::new(stream);
    let mut calls = Vec::new();
    while let Some((frame, events)) = frames.next()? {
        for (index, event) in events.iter().enumerate() {
            let found = answered(&past, event, script);
            calls.extend(found.map(|call| Call { version: frame.version, event: index, at: frame.at, ..call }));
            past.apply(event, frame.at);
        }
    }
    Ok(calls)
}

fn answered(past: &Stream, event: &Recorded, script: &str) -> Option<Call> {
    let Recorded::Flow { instance, event } = event else { return None };
    let (activation, ended) = match event {
        Event::CallAnswered { activation, output, provenance } => {
            (*activation, Ended::Answer { output: output.clone(), provenance: provenance.clone() })
        }
        Event::TaskFaulted { activation, error } => (*activation, Ended::Fault(error.detail.clone())),
        _ => return None,
    };
    let of = past.instances.get(instance)?;
    let task = of.activations.get(&activation)?;
    let Progress::Call { function, with } = &task.progress else { return None };
    let bare = function.split([':', '@']).next().unwrap_or(function);
    (bare == script).then(|| Call {
        version: 0,
        event: 0,
        instance: *instance,
        activation,
        at: Moment(0),
        flow: format!("{}/{}:{}", of.flow.namespace, of.flow.name, of.flow.version),
        step: task.path.join("/"),
        with: with.clone(),
        ended,
    })
}

/// The stream as it may have been when the script ran: the earliest first.
pub(super) fn candidates(store: &dyn Store, stream: Id, call: &Call) -> Result<Vec<Stream>, Refusal> {
    let mut frames = Frames::of(store, stream);
    let mut past = Stream::new(stream);
    while let Some((frame, events)) = frames.next()? {
        if frame.version < call.version {
            events.iter().for_each(|event| past.apply(event, frame.at));
            past.version = frame.version;
            continue;
        }
        let mut found = Vec::new();
        for event in events.iter().take(call.event) {
            if asks(event, call) {
                // Whatever was before the call was asked for is not it.
                found.clear();
            } else if changes_case(event) {
                found.push(past.clone());
            }
            past.apply(event, frame.at);
        }
        found.push(past);
        return Ok(found);
    }
    Err(Refusal::NotFound)
}

/// Whether the call was asked for by this event: the task began, or was tried again.
fn asks(event: &Recorded, call: &Call) -> bool {
    let Recorded::Flow { instance, event } = event else { return false };
    let asked = match event {
        Event::TaskStarted { activation, .. } | Event::TaskRetried { activation, .. } => *activation == call.activation,
        Event::InstanceRetried => true,
        _ => false,
    };
    asked && *instance == call.instance
}

fn changes_case(event: &Recorded) -> bool {
    matches!(event, Recorded::Case(_))
}

/// A stream as it was at a moment.
pub(super) fn at(store: &dyn Store, stream: Id, at: Moment) -> Result<Stream, Refusal> {
    let mut frames = Frames::of(store, stream);
    let mut past = Stream::new(stream);
    while let Some((frame, events)) = frames.next()? {
        if frame.at > at {
            break;
        }
        events.iter().for_each(|event| past.apply(event, frame.at));
        past.version = frame.version;
    }
    Ok(past)
}
