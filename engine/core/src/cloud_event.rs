//! A CloudEvent: what flows emit and listen for.

use minicbor::{Decode, Encode};
use serde_json::{Map, Value};

use crate::{Data, Moment};

#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct CloudEvent {
    #[n(0)]
    pub id: String,
    #[n(1)]
    pub source: String,
    #[n(2)]
    pub type_: String,
    #[n(3)]
    pub time: Moment,
    /// Tracking code, case id or instance id of whom it concerns.
    #[n(4)]
    pub subject: Option<String>,
    #[n(5)]
    pub data: Data,
    /// Extension attributes and the optional ones of the standard: an object of strings, numbers and booleans.
    #[n(6)]
    pub extensions: Data,
}

impl CloudEvent {
    /// The structured form, with `specversion`.
    pub fn envelope(&self) -> Value {
        let mut object = match self.extensions.value() {
            Value::Object(members) => members.clone(),
            _ => Map::new(),
        };
        object.insert("specversion".into(), "1.0".into());
        object.insert("id".into(), self.id.clone().into());
        object.insert("source".into(), self.source.clone().into());
        object.insert("type".into(), self.type_.clone().into());
        object.insert("time".into(), self.time.to_string().into());
        if let Some(subject) = &self.subject {
            object.insert("subject".into(), subject.clone().into());
        }
        object.insert("data".into(), self.data.value().clone());
        Value::Object(object)
    }
}
