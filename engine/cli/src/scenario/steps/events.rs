//! Events that come in from outside.

use serde_json::{Map, Value, json};

use super::{Arguments, Body, Step, Unmet};
use crate::scenario::scene::Scene;

/// Where events come from that name no source.
const SOURCE: &str = "/scenario";
/// The attributes that a structured event has beside its extensions.
const WORKFLOW: &str = "the workflow";
/// A subject that names the case.
const CASE: &str = "the case";

pub const STEPS: &[Step] = &[
    Step {
        en: &["an event of type {type} arrives"],
        fa: &["رویدادی از نوع {type} می‌رسد"],
        body: Body::None,
        run: |scene, arguments| arrives(scene, json!({ "type": arguments.text("type") })),
    },
    Step {
        en: &["an event of type {type} arrives with data:"],
        fa: &["رویدادی از نوع {type} با این داده می‌رسد:"],
        body: Body::Text,
        run: |scene, arguments| {
            let data = arguments.data()?;
            arrives(scene, json!({ "type": arguments.text("type"), "data": data }))
        },
    },
    Step { en: &["an event arrives:"], fa: &["رویدادی می‌رسد:"], body: Body::Fields, run: described },
    Step {
        en: &["the same event arrives again"],
        fa: &["همان رویداد دوباره می‌رسد"],
        body: Body::None,
        run: |scene, _| match scene.flow.last_event.clone() {
            Some(event) => scene.event(event),
            None => Err(Unmet::new("an event came before", "none did")),
        },
    },
];

/// A table of attributes: `type`, `source`, `id`, `subject`, `time`, `data` (YAML), all others are extensions.
fn described(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let mut event = Map::new();
    for (name, text) in &arguments.fields {
        let value = match (name.as_str(), text.as_str()) {
            ("data", text) => peygir_source::yaml::parse(text)
                .map(|node| node.to_json())
                .map_err(|_| Unmet::new("data in YAML", text))?,
            ("subject", WORKFLOW) => scene.instance()?.id.to_string().into(),
            ("subject", CASE) => scene.case_id()?.to_string().into(),
            (_, text) => text.into(),
        };
        event.insert(name.clone(), value);
    }
    arrives(scene, Value::Object(event))
}

fn arrives(scene: &mut Scene<'_>, mut event: Value) -> Result<(), Unmet> {
    scene.flow.events += 1;
    let number = scene.flow.events;
    if let Some(members) = event.as_object_mut() {
        members.insert("specversion".to_owned(), "1.0".into());
        members.entry("source").or_insert_with(|| SOURCE.into());
        members.entry("id").or_insert_with(|| format!("event-{number}").into());
    }
    scene.event(event)
}
