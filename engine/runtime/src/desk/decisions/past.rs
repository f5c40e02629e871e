//! Decisions as the journal has them, each with the case as it was then.

use peygir_core::{Data, Event, Id, Moment};
use peygir_store::Store;
use serde_json::Value;

use super::super::refusal::Refusal;
use super::super::scripts::past::Frames;
use crate::command::Recorded;
use crate::stream::Stream;

/// A decision that was journalled.
pub(super) struct Made {
    pub at: Moment,
    pub flow: String,
    pub step: String,
    pub outputs: Data,
    /// Table, version, rule and inputs at least; layers, layer and edition in journals that know of them.
    pub(super) provenance: Data,
    /// The stream as it was.
    pub past: Stream,
}

impl Made {
    pub fn said(&self, name: &str) -> Option<&Value> {
        self.provenance.value().get(name).filter(|value| !value.is_null())
    }

    pub fn text(&self, name: &str) -> &str {
        self.said(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub fn number(&self, name: &str) -> Option<u64> {
        self.said(name).and_then(Value::as_u64)
    }

    pub fn list(&self, name: &str) -> &[Value] {
        self.said(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

/// The decisions of a stream, the oldest first.
pub(super) fn decisions(store: &dyn Store, stream: Id, most: usize) -> Result<Vec<Made>, Refusal> {
    let mut frames = Frames::of(store, stream);
    let mut past = Stream::new(stream);
    let mut found = Vec::new();
    while let Some((frame, events)) = frames.next()? {
        for event in &events {
            found.extend(made(&past, event, frame.at));
            if found.len() == most {
                return Ok(found);
            }
            past.apply(event, frame.at);
        }
    }
    Ok(found)
}

fn made(past: &Stream, event: &Recorded, at: Moment) -> Option<Made> {
    let Recorded::Flow { instance, event: Event::CallAnswered { activation, output, provenance } } = event else {
        return None;
    };
    let provenance = provenance.clone().filter(|told| told.value().get("table").is_some())?;
    let of = past.instances.get(instance)?;
    let task = of.activations.get(activation)?;
    Some(Made {
        at,
        flow: format!("{}/{}:{}", of.flow.namespace, of.flow.name, of.flow.version),
        step: task.path.join("/"),
        outputs: output.clone(),
        provenance,
        past: past.clone(),
    })
}
