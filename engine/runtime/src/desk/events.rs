//! Events from outside: taken once, kept for whom they name, carried to whoever waits for them.

use peygir_core::{CloudEvent, Data, Moment};
use serde_json::{Map, Value};

use super::instances::fits_payload;
use super::refusal::{FieldError, Refusal};
use super::view::EventTaken;
use super::{Desk, place_of};
use crate::access::{Permission, Principal};
use crate::command::Command;
use crate::stream::Stream;
use crate::turn::publish::stream_of;

/// Longest attribute of an event, in bytes.
pub const ATTRIBUTE_BYTES_MAX: usize = 512;
/// Most extension attributes.
pub const EXTENSIONS_MAX: usize = 50;

impl Desk {
    /// Takes an event in its structured form (CloudEvents 1.0) and returns when it is durable. The same source and id
    /// again is the same event.
    pub async fn submit_event(&self, by: &Principal, envelope: Value) -> Result<EventTaken, Refusal> {
        let event = self.readable(by, envelope)?;
        self.take(by, event).await
    }

    /// Takes several, one after the other; where one is wrong, none. What is wrong stands behind the place of its event
    /// in the batch: `/2/source`.
    pub async fn submit_events(&self, by: &Principal, batch: Vec<Value>) -> Result<Vec<EventTaken>, Refusal> {
        let (mut events, mut errors) = (Vec::new(), Vec::new());
        for (index, envelope) in batch.into_iter().enumerate() {
            match self.readable(by, envelope) {
                Ok(event) => events.push(event),
                Err(Refusal::Invalid(found)) => errors.extend(
                    found.into_iter().map(|error| FieldError { field: format!("/{index}{}", error.field), ..error }),
                ),
                Err(refusal) => return Err(refusal),
            }
        }
        if !errors.is_empty() {
            return Err(Refusal::Invalid(errors));
        }
        let mut taken = Vec::new();
        for event in events {
            taken.push(self.take(by, event).await?);
        }
        Ok(taken)
    }

    fn readable(&self, by: &Principal, envelope: Value) -> Result<CloudEvent, Refusal> {
        let catalog = self.host.engine.catalog();
        if !by.may(Permission::InstanceStart, &place_of(&catalog, &Stream::default())) {
            return Err(Refusal::Forbidden);
        }
        let event = read(envelope, self.host.clock.now()).map_err(Refusal::Invalid)?;
        fits_payload(&catalog, &event.data, "/data")?;
        Ok(event)
    }

    async fn take(&self, by: &Principal, event: CloudEvent) -> Result<EventTaken, Refusal> {
        let (id, source, stream) = (event.id.clone(), event.source.clone(), stream_of(&event));
        let repeated = self.host.read(stream).await?.version > 0;
        if !repeated {
            self.host.carry_out(stream, &by.id, Command::Publish { event, origin: None }).await?;
        }
        Ok(EventTaken { id, source, repeated })
    }
}

/// Reads the attributes; all errors at once.
fn read(envelope: Value, now: Moment) -> Result<CloudEvent, Vec<FieldError>> {
    let Value::Object(mut members) = envelope else {
        return Err(vec![wrong("", "wrong-type")]);
    };
    let mut errors = Vec::new();
    if members.remove("specversion").as_ref().and_then(Value::as_str) != Some("1.0") {
        errors.push(wrong("/specversion", "not-an-option"));
    }
    let id = required(&mut members, "id", &mut errors);
    let source = required(&mut members, "source", &mut errors);
    let type_ = required(&mut members, "type", &mut errors);
    let subject = text(&mut members, "subject", &mut errors);
    let time = match text(&mut members, "time", &mut errors).map(|time| time.parse::<jiff::Timestamp>()) {
        None => now,
        Some(Ok(time)) => time.into(),
        Some(Err(_)) => {
            errors.push(wrong("/time", "wrong-value"));
            now
        }
    };
    let data = members.remove("data").unwrap_or(Value::Null);
    let data = match members.remove("data_base64") {
        None | Some(Value::Null) => data,
        Some(binary) if data.is_null() && is_base64(&binary) => binary,
        Some(_) => {
            errors.push(wrong("/data_base64", "wrong-value"));
            Value::Null
        }
    };
    check_extensions(&members, &mut errors);
    if !errors.is_empty() {
        return Err(errors);
    }
    let extensions = Data::from(Value::Object(members));
    Ok(CloudEvent { id, source, type_, time, subject, data: Data::from(data), extensions })
}

fn is_base64(value: &Value) -> bool {
    use base64::Engine as _;
    value.as_str().is_some_and(|text| base64::engine::general_purpose::STANDARD.decode(text).is_ok())
}

fn required(members: &mut Map<String, Value>, name: &str, errors: &mut Vec<FieldError>) -> String {
    let before = errors.len();
    match text(members, name, errors) {
        Some(text) if !text.is_empty() => text,
        _ => {
            if errors.len() == before {
                errors.push(wrong(&format!("/{name}"), "required"));
            }
            String::new()
        }
    }
}

fn text(members: &mut Map<String, Value>, name: &str, errors: &mut Vec<FieldError>) -> Option<String> {
    match members.remove(name)? {
        Value::Null => None,
        Value::String(text) if text.len() <= ATTRIBUTE_BYTES_MAX => Some(text),
        Value::String(_) => {
            errors.push(wrong(&format!("/{name}"), "too-long"));
            None
        }
        _ => {
            errors.push(wrong(&format!("/{name}"), "wrong-type"));
            None
        }
    }
}

/// Extension attributes are named by small letters and digits, and are texts, numbers or truth values.
fn check_extensions(members: &Map<String, Value>, errors: &mut Vec<FieldError>) {
    if members.len() > EXTENSIONS_MAX {
        errors.push(wrong("", "too-long"));
    }
    for (name, value) in members {
        let named = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        let long = value.as_str().is_some_and(|text| text.len() > ATTRIBUTE_BYTES_MAX);
        if !named {
            errors.push(wrong(&format!("/{name}"), "unknown-field"));
        } else if value.is_array() || value.is_object() {
            errors.push(wrong(&format!("/{name}"), "wrong-type"));
        } else if long {
            errors.push(wrong(&format!("/{name}"), "too-long"));
        }
    }
}

fn wrong(field: &str, code: &'static str) -> FieldError {
    FieldError { field: field.to_owned(), code }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn codes(envelope: Value) -> Vec<(String, &'static str)> {
        let read = read(envelope, Moment(0));
        read.map_or_else(|errors| errors.into_iter().map(|error| (error.field, error.code)).collect(), |_| Vec::new())
    }

    #[test]
    fn an_event_has_its_attributes() {
        let event = json!({
            "specversion": "1.0", "id": "1", "source": "/agency", "type": "answered", "subject": "X",
            "time": "2026-11-21T08:00:00Z", "roomid": 7, "data": { "a": 1 },
        });
        let event = read(event, Moment(0)).expect("it is whole");
        assert_eq!((event.type_.as_str(), event.subject.as_deref()), ("answered", Some("X")));
        assert_eq!(event.extensions.json(), r#"{"roomid":7}"#);
    }

    #[test]
    fn what_is_wrong_is_told_at_once() {
        let found = codes(json!({ "specversion": "0.3", "id": 7, "source": "", "time": "soon", "Bad": 1, "list": [] }));
        let expected = [
            ("/specversion", "not-an-option"),
            ("/id", "wrong-type"),
            ("/source", "required"),
            ("/type", "required"),
            ("/time", "wrong-value"),
            ("/Bad", "unknown-field"),
            ("/list", "wrong-type"),
        ];
        assert_eq!(found, expected.map(|(field, code)| (field.to_owned(), code)));
        assert_eq!(codes(json!([])), [(String::new(), "wrong-type")]);
        let binary = |data: Value| {
            let event = json!({ "specversion": "1.0", "id": "1", "source": "/a", "type": "t", "data_base64": data });
            codes(event).into_iter().map(|(field, _)| field).collect::<Vec<_>>()
        };
        assert_eq!(binary(json!("AAE=")), [""; 0]);
        for bad in [json!("!!!"), json!({ "a": 1 }), json!(7)] {
            assert_eq!(binary(bad), ["/data_base64"]);
        }
    }
}
