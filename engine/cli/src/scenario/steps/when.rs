//! What people, peers and time do.

use peygir_casework::text::ascii_digits;
use peygir_core::Id;
use peygir_runtime::access::{Grant, Principal, Scope};
use peygir_runtime::desk::{FormView, NewMessage, Party, Source, TaskView};
use peygir_runtime::sim::Mood;
use serde_json::{Map, Value, json};

use super::{Arguments, Body, Step, Unmet};
use crate::scenario::scene::Scene;

/// The connector that brings SMS in scenarios.
const SMS: &str = "sms";
/// What is answered wherever a form requires a text.
const FIXED_TEXT: &str = "چنان که در سناریو آمده است انجام شد";

pub const STEPS: &[Step] = &[
    Step {
        en: &["a citizen texts {text} from {mobile} to {line}"],
        fa: &["شهروندی از {mobile} به {line} پیامک می‌زند {text}"],
        body: Body::None,
        run: texts,
    },
    Step {
        en: &["the same SMS is delivered again"],
        fa: &["همان پیامک دوباره می‌رسد"],
        body: Body::None,
        run: delivered_again,
    },
    Step {
        en: &["{person} registers a message:"],
        fa: &["{person} پیامی را ثبت می‌کند:"],
        body: Body::Fields,
        run: registers,
    },
    Step {
        en: &["{person} claims task {form}"],
        fa: &["{person} کار {form} را برمی‌دارد"],
        body: Body::None,
        run: claims,
    },
    Step {
        en: &["{person} releases task {form}"],
        fa: &["{person} کار {form} را رها می‌کند"],
        body: Body::None,
        run: releases,
    },
    Step {
        en: &["{person} completes task {form} with:"],
        fa: &["{person} کار {form} را انجام می‌دهد:"],
        body: Body::Fields,
        run: completes,
    },
    Step {
        en: &["{person} answers task {form}"],
        fa: &["{person} به کار {form} پاسخ می‌دهد"],
        body: Body::None,
        run: answers,
    },
    Step {
        en: &["{person} calls the citizen: solved, satisfaction {number}"],
        fa: &["{person} به شهروند زنگ می‌زند: حل شد، رضایت {number}"],
        body: Body::None,
        run: |scene, arguments| {
            calls(scene, arguments, json!({ "outcome": "solved", "satisfaction": arguments.number() }))
        },
    },
    Step {
        en: &["{person} calls the citizen: unsolved"],
        fa: &["{person} به شهروند زنگ می‌زند: حل نشد"],
        body: Body::None,
        run: |scene, arguments| calls(scene, arguments, json!({ "outcome": "unsolved" })),
    },
    Step {
        en: &["{person} calls the citizen: unreached"],
        fa: &["{person} به شهروند زنگ می‌زند: پاسخ نداد"],
        body: Body::None,
        run: |scene, arguments| calls(scene, arguments, json!({ "outcome": "unreached" })),
    },
    Step {
        en: &["{number} seconds pass", "{number} second passes"],
        fa: &["{number} ثانیه می‌گذرد"],
        body: Body::None,
        run: |scene, arguments| scene.pass(arguments.number().into()),
    },
    Step {
        en: &["{number} minutes pass", "{number} minute passes"],
        fa: &["{number} دقیقه می‌گذرد"],
        body: Body::None,
        run: |scene, arguments| scene.pass(i64::from(arguments.number()) * 60),
    },
    Step {
        en: &["{number} hours pass", "{number} hour passes"],
        fa: &["{number} ساعت می‌گذرد"],
        body: Body::None,
        run: |scene, arguments| scene.pass(i64::from(arguments.number()) * 3_600),
    },
    Step {
        en: &["{number} days pass", "{number} day passes"],
        fa: &["{number} روز می‌گذرد"],
        body: Body::None,
        run: |scene, arguments| scene.pass(i64::from(arguments.number()) * 86_400),
    },
    Step {
        en: &["the server restarts", "the runtime is killed"],
        fa: &["سرور از نو راه می‌افتد", "سرور کشته می‌شود"],
        body: Body::None,
        run: |scene, _| scene.restart(),
    },
    Step {
        en: &["the {channel} gateway is down"],
        fa: &["درگاه {channel} قطع می‌شود"],
        body: Body::None,
        run: |scene, arguments| mood(scene, arguments, Mood::Down),
    },
    Step {
        en: &["the {channel} gateway is up"],
        fa: &["درگاه {channel} وصل می‌شود"],
        body: Body::None,
        run: |scene, arguments| mood(scene, arguments, Mood::Up),
    },
];

fn mood(scene: &mut Scene<'_>, arguments: &Arguments, mood: Mood) -> Result<(), Unmet> {
    scene.gateway(arguments.text("channel"))?.set(mood);
    Ok(())
}

fn texts(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    scene.sms_count += 1;
    let line = ascii_digits(arguments.text("line"));
    let province = scene.catalog()?.province_of_line(SMS, &line).map(str::to_owned);
    let message = NewMessage {
        channel: "sms".to_owned(),
        from: Party { mobile: Some(arguments.text("mobile").to_owned()), ..Party::default() },
        on_behalf_of: None,
        text: arguments.text("text").to_owned(),
        topic: None,
        agency: None,
        province,
        county: None,
        source: Some(Source { connector: SMS.to_owned(), id: format!("sms-{}", scene.sms_count), line }),
    };
    scene.keep_sms(message.clone());
    delivered(scene, message)
}

fn delivered_again(scene: &mut Scene<'_>, _: &Arguments) -> Result<(), Unmet> {
    match scene.kept_sms() {
        Some(message) => delivered(scene, message),
        None => Err(Unmet::new("an SMS came before", "none did")),
    }
}

fn delivered(scene: &mut Scene<'_>, message: NewMessage) -> Result<(), Unmet> {
    let peer = Principal {
        id: format!("connector:{SMS}"),
        name: SMS.to_owned(),
        grants: vec![Grant { role: "connector".to_owned(), scope: Scope::Nation }],
    };
    let submitted =
        scene.act("the SMS is taken", async |desk| desk.submit_message(&peer, message.clone(), None).await)?;
    scene.touched(&submitted);
    Ok(())
}

fn registers(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let person = scene.person(arguments.text("person"))?;
    let message = message(&arguments.fields)?;
    let submitted = scene
        .act("the message is registered", async |desk| desk.submit_message(&person, message.clone(), None).await)?;
    scene.touched(&submitted);
    Ok(())
}

fn message(fields: &[(String, String)]) -> Result<NewMessage, Unmet> {
    let mut body = json!({ "channel": "phone", "from": {}, "text": "" });
    for (name, value) in fields {
        let value = Value::String(value.clone());
        match name.as_str() {
            "channel" | "text" | "topic" | "agency" | "county" | "province" => body[name] = value,
            "nationalId" | "mobile" | "name" => body["from"][name] = value,
            other => match other.strip_prefix("onBehalfOf.") {
                Some(member @ ("nationalId" | "mobile" | "name")) => {
                    body["onBehalfOf"][member] = value;
                }
                _ => {
                    let known = "channel, nationalId, mobile, name, onBehalfOf.nationalId, onBehalfOf.mobile, \
                                 onBehalfOf.name, text, topic, agency, county, province";
                    return Err(Unmet::new(format!("a field of a message: {known}"), other));
                }
            },
        }
    }
    serde_json::from_value(body).map_err(|error| Unmet::new("a message", error.to_string()))
}

/// Person and task that a step names.
fn named(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(Principal, TaskView, Id), Unmet> {
    let person = scene.person(arguments.text("person"))?;
    let task = scene.task(arguments.text("form"))?;
    let id = id_of(&task)?;
    scene.touch_task(&task);
    Ok((person, task, id))
}

fn id_of(task: &TaskView) -> Result<Id, Unmet> {
    Id::parse(&task.id).ok_or_else(|| Unmet::new("the task has an id", task.id.clone()))
}

fn claims(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let (person, _, id) = named(scene, arguments)?;
    scene.act("the task is claimed", async |desk| desk.claim(&person, id).await).map(|_| ())
}

fn releases(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let (person, _, id) = named(scene, arguments)?;
    scene.act("the task is released", async |desk| desk.release(&person, id).await).map(|_| ())
}

fn completes(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let (person, task, id) = named(scene, arguments)?;
    let answer: Map<String, Value> =
        arguments.fields.iter().map(|(name, text)| (name.clone(), value_of(&task.form, name, text))).collect();
    complete(scene, &person, id, answer.into())
}

fn answers(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let (person, task, id) = named(scene, arguments)?;
    complete(scene, &person, id, some_answer(&task.form))
}

fn complete(scene: &mut Scene<'_>, person: &Principal, id: Id, answer: Value) -> Result<(), Unmet> {
    scene.act("the task is completed", async |desk| desk.complete(person, id, answer.clone()).await).map(|_| ())
}

/// The open verification call: claimed, as whoever rings has to, and completed.
fn calls(scene: &mut Scene<'_>, arguments: &Arguments, answer: Value) -> Result<(), Unmet> {
    let person = scene.person(arguments.text("person"))?;
    let task = scene.call()?;
    let id = id_of(&task)?;
    scene.touch_task(&task);
    scene.act("the call is claimed", async |desk| desk.claim(&person, id).await)?;
    complete(scene, &person, id, answer)
}

/// A value as the form's field reads it. What the form does not know is handed on as text, and refused there.
fn value_of(form: &FormView, name: &str, text: &str) -> Value {
    let kind = form.fields.iter().find(|field| field.name == name).map(|field| field.kind.as_str());
    match (kind, text) {
        (Some("boolean"), "true" | "بله") => true.into(),
        (Some("boolean"), "false" | "نه") => false.into(),
        (Some("integer" | "rating"), number) => {
            ascii_digits(number).parse::<i64>().map_or_else(|_| number.into(), Value::from)
        }
        (_, text) => text.into(),
    }
}

/// The first option of each choice, and something fixed wherever an answer is required.
fn some_answer(form: &FormView) -> Value {
    let mut answer = Map::new();
    for field in &form.fields {
        let value: Value = match (field.kind.as_str(), field.required) {
            ("choice", _) => match field.options.first() {
                Some(option) => option.id.clone().into(),
                None => continue,
            },
            (_, false) => continue,
            ("boolean", true) => true.into(),
            ("integer" | "rating", true) => field.min.unwrap_or(1).into(),
            (_, true) => fixed_text(field.min, field.max).into(),
        };
        answer.insert(field.name.clone(), value);
    }
    answer.into()
}

/// Repeated or cut until it is as long as the field wants it.
fn fixed_text(min: Option<i64>, max: Option<i64>) -> String {
    let length = |bound: Option<i64>| bound.and_then(|bound| usize::try_from(bound).ok());
    let natural = FIXED_TEXT.chars().count();
    let wanted = natural.max(length(min).unwrap_or(0)).min(length(max).unwrap_or(usize::MAX));
    FIXED_TEXT.chars().cycle().take(wanted).collect()
}

#[cfg(test)]
mod tests {
    use super::fixed_text;

    #[test]
    fn the_fixed_text_is_as_long_as_the_field_wants() {
        for (min, max, expected) in [(Some(10), Some(4_000), 35), (Some(100), None, 100), (None, Some(5), 5)] {
            assert_eq!(fixed_text(min, max).chars().count(), expected);
        }
    }
}
