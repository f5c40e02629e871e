//! `emit`: an event leaves the flow; the task's output is the event.

use peygir_dsl::model::Emit;
use serde_json::{Map, Value};

use super::turn::Turn;
use super::walk::Starting;
use crate::error::Kind;
use crate::state::Progress;
use crate::{CloudEvent, Data, Effect, Error, Event};

pub(super) fn start(turn: &mut Turn<'_>, emit: &Emit, starting: Starting) {
    let attributes = turn.fill(&starting.scope, &emit.with, &starting.input);
    let number = turn.open(starting, Progress::Immediate);
    match attributes.and_then(|attributes| event_of(turn, attributes.value())) {
        Ok((event, output)) => {
            turn.emit(Event::EventEmitted { activation: number, event: event.clone() });
            turn.effects.push(Effect::Emitted { event });
            turn.finish(number, output, None);
        }
        Err(error) => turn.raise(number, error),
    }
}

/// `id` and `time` are the engine's: an event that is sent again after a restart is the same one. A `source` that is
/// not given names the flow.
fn event_of(turn: &mut Turn<'_>, attributes: &Value) -> Result<(CloudEvent, Data), Error> {
    let mut rest = attributes.as_object().cloned().unwrap_or_default();
    let type_ = text(&mut rest, "type")?.ok_or_else(|| refuse("an emitted event needs a type"))?;
    let source = text(&mut rest, "source")?;
    let subject = text(&mut rest, "subject")?;
    let data = rest.remove("data").unwrap_or(Value::Null);
    for own in ["id", "time", "specversion"] {
        rest.remove(own);
    }
    if rest.values().any(|value| value.is_object() || value.is_array()) {
        return Err(refuse("an extension attribute of an emitted event is text, a number, true or false"));
    }
    rest.retain(|_, value| !value.is_null());
    let name = &turn.definition.name;
    let event = CloudEvent {
        source: source.unwrap_or_else(|| format!("/flows/{}/{}", name.namespace, name.name)),
        id: turn.draws.id().to_string(),
        type_,
        time: turn.at,
        subject,
        data: data.into(),
        extensions: Data::from(Value::Object(rest)),
    };
    let envelope = Data::from(event.envelope());
    turn.fits("the event", &envelope)?;
    Ok((event, envelope))
}

/// Takes an attribute that is text; null is as good as none.
fn text(attributes: &mut Map<String, Value>, name: &str) -> Result<Option<String>, Error> {
    match attributes.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if !text.is_empty() => Ok(Some(text)),
        Some(_) => Err(refuse(format!("the attribute {name} of an emitted event must be text"))),
    }
}

fn refuse(detail: impl Into<String>) -> Error {
    Error::new(Kind::Expression, detail)
}
