//! Peers that a flow calls: what they answer, and what they were asked.

use serde_json::Value;

use super::outcome::same;
use super::workflow::micros;
use super::{Arguments, Body, Step, Unmet};
use crate::scenario::flow::services::{Asked, Reply};
use crate::scenario::scene::Scene;

/// What they answer.
pub const STUBS: &[Step] = &[
    Step {
        en: &["the service at {url} answers {number}"],
        fa: &["سرویس {url} پاسخ {number} می‌دهد"],
        body: Body::None,
        run: |scene, arguments| {
            let reply = plain(arguments, Vec::new(), Vec::new())?;
            scene.services(arguments.text("url"))?.answers(arguments.text("url"), reply)
        },
    },
    Step {
        en: &["the service at {url} answers {number} with:"],
        fa: &["سرویس {url} پاسخ {number} را با این محتوا می‌دهد:"],
        body: Body::Text,
        run: |scene, arguments| {
            let reply = with_data(arguments)?;
            scene.services(arguments.text("url"))?.answers(arguments.text("url"), reply)
        },
    },
    Step {
        en: &["the service at {url} answers {number} of type {media} with:"],
        fa: &["سرویس {url} پاسخ {number} را با متنی از نوع {media} می‌دهد:"],
        body: Body::Text,
        run: |scene, arguments| {
            let headers = vec![("content-type".to_owned(), arguments.text("media").to_owned())];
            let body = arguments.block.trim_end_matches('\n').as_bytes().to_vec();
            let reply = plain(arguments, headers, body)?;
            scene.services(arguments.text("url"))?.answers(arguments.text("url"), reply)
        },
    },
    Step {
        en: &["the service at {url} answers {number} with headers:"],
        fa: &["سرویس {url} پاسخ {number} را با این سرآیندها می‌دهد:"],
        body: Body::Fields,
        run: |scene, arguments| {
            let reply = plain(arguments, arguments.fields.clone(), Vec::new())?;
            scene.services(arguments.text("url"))?.answers(arguments.text("url"), reply)
        },
    },
    Step {
        en: &[
            "the first {times} times the service at {url} answers {number}",
            "first the service at {url} answers {number}",
        ],
        fa: &["{times} بار نخست سرویس {url} پاسخ {number} می‌دهد", "نخست سرویس {url} پاسخ {number} می‌دهد"],
        body: Body::None,
        run: |scene, arguments| {
            let reply = plain(arguments, Vec::new(), Vec::new())?;
            first(scene, arguments, &reply)
        },
    },
    Step {
        en: &["first the service at {url} answers {number} with:"],
        fa: &["نخست سرویس {url} پاسخ {number} را با این محتوا می‌دهد:"],
        body: Body::Text,
        run: |scene, arguments| {
            let reply = with_data(arguments)?;
            first(scene, arguments, &reply)
        },
    },
    Step {
        en: &["first the service at {url} breaks the connection"],
        fa: &["نخست سرویس {url} ارتباط را قطع می‌کند"],
        body: Body::None,
        run: |scene, arguments| first(scene, arguments, &Reply::Breaks),
    },
    Step {
        en: &["first the service at {url} never answers"],
        fa: &["نخست سرویس {url} هرگز پاسخ نمی‌دهد"],
        body: Body::None,
        run: |scene, arguments| first(scene, arguments, &Reply::Never),
    },
    Step {
        en: &["the service at {url} takes {duration}"],
        fa: &["پاسخ سرویس {url} به اندازهٔ {duration} طول می‌کشد"],
        body: Body::None,
        run: |scene, arguments| {
            let delay = micros(arguments.text("duration"))?;
            scene.services(arguments.text("url"))?.delays(arguments.text("url"), delay)
        },
    },
    Step {
        en: &["the service at {url} never answers"],
        fa: &["سرویس {url} هرگز پاسخ نمی‌دهد"],
        body: Body::None,
        run: |scene, arguments| scene.services(arguments.text("url"))?.answers(arguments.text("url"), Reply::Never),
    },
    Step {
        en: &["the service at {url} breaks the connection"],
        fa: &["سرویس {url} ارتباط را قطع می‌کند"],
        body: Body::None,
        run: |scene, arguments| scene.services(arguments.text("url"))?.answers(arguments.text("url"), Reply::Breaks),
    },
];

/// What they were asked. Requests that were made again because their answer was lost count once.
pub const CHECKS: &[Step] = &[
    Step {
        en: &["the service at {url} was asked {number} times", "the service at {url} was asked {number} time"],
        fa: &["از سرویس {url} باید {number} بار پرسیده شده باشد"],
        body: Body::None,
        run: |scene, arguments| {
            let found = asked(scene, arguments)?.len();
            Unmet::unless(
                found as u64 == u64::from(arguments.number()),
                format!("{} times", arguments.number()),
                format!("{found} times"),
            )
        },
    },
    Step {
        en: &["the service at {url} was never asked"],
        fa: &["از سرویس {url} هرگز نباید پرسیده شده باشد"],
        body: Body::None,
        run: |scene, arguments| {
            let found = asked(scene, arguments)?.len();
            Unmet::unless(found == 0, "never", format!("{found} times"))
        },
    },
    Step {
        en: &["the service at {url} was asked with the same key each time"],
        fa: &["از سرویس {url} باید هر بار با همان کلید پرسیده شده باشد"],
        body: Body::None,
        run: |scene, arguments| keys(scene, arguments, |keys, _| keys == 1),
    },
    Step {
        en: &["the service at {url} was asked with another key each time"],
        fa: &["از سرویس {url} باید هر بار با کلیدی دیگر پرسیده شده باشد"],
        body: Body::None,
        run: |scene, arguments| keys(scene, arguments, |keys, all| keys == all),
    },
    Step {
        en: &["the service at {url} was asked by {method}"],
        fa: &["از سرویس {url} باید با {method} پرسیده شده باشد"],
        body: Body::None,
        run: |scene, arguments| {
            let last = last(scene, arguments)?;
            Unmet::unless(last.method == arguments.text("method"), arguments.text("method"), last.method)
        },
    },
    Step {
        en: &["the service at {url} was asked for {text}"],
        fa: &["نشانی پرسیده‌شده از سرویس {url} باید {text} باشد"],
        body: Body::None,
        run: |scene, arguments| {
            let last = last(scene, arguments)?;
            Unmet::unless(last.url == arguments.text("text"), arguments.text("text"), last.url)
        },
    },
    Step {
        en: &["the service at {url} was asked with header {header} {text}"],
        fa: &["از سرویس {url} باید با سرآیند {header} و مقدار {text} پرسیده شده باشد"],
        body: Body::None,
        run: |scene, arguments| {
            let last = last(scene, arguments)?;
            let found = last.header(arguments.text("header")).unwrap_or("no such header");
            Unmet::unless(found == arguments.text("text"), arguments.text("text"), found)
        },
    },
    Step {
        en: &["the service at {url} was asked with body:"],
        fa: &["از سرویس {url} باید با این محتوا پرسیده شده باشد:"],
        body: Body::Text,
        run: |scene, arguments| {
            let last = last(scene, arguments)?;
            let text = String::from_utf8_lossy(&last.body).into_owned();
            let found = serde_json::from_slice(&last.body).unwrap_or(Value::String(text));
            same(&arguments.data()?, &found)
        },
    },
];

/// The reply of a step with a status.
fn plain(arguments: &Arguments, headers: Vec<(String, String)>, body: Vec<u8>) -> Result<Reply, Unmet> {
    let status = u16::try_from(arguments.number()).ok().filter(|status| (200..600).contains(status));
    let status = status.ok_or_else(|| Unmet::new("a status from 200 to 599", arguments.number().to_string()))?;
    Ok(Reply::Answers { status, headers, body })
}

/// Data as JSON, which is what nearly all services answer.
fn with_data(arguments: &Arguments) -> Result<Reply, Unmet> {
    let body = arguments.data()?.to_string().into_bytes();
    plain(arguments, vec![("content-type".to_owned(), "application/json".to_owned())], body)
}

fn first(scene: &mut Scene<'_>, arguments: &Arguments, reply: &Reply) -> Result<(), Unmet> {
    let times =
        if arguments.text("times").is_empty() { 1 } else { crate::scenario::values::number(arguments.text("times")) };
    scene.services(arguments.text("url"))?.answers_first(arguments.text("url"), times, reply)
}

fn asked(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<Vec<Asked>, Unmet> {
    scene.services(arguments.text("url"))?.asked(arguments.text("url"))
}

fn last(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<Asked, Unmet> {
    asked(scene, arguments)?.pop().ok_or_else(|| Unmet::new("it was asked", "it was never asked"))
}

fn keys(scene: &mut Scene<'_>, arguments: &Arguments, holds: impl Fn(usize, usize) -> bool) -> Result<(), Unmet> {
    let asked = asked(scene, arguments)?;
    let keys: std::collections::BTreeSet<&str> = asked.iter().filter_map(Asked::key).collect();
    let told =
        format!("{} requests with the keys {}", asked.len(), keys.iter().copied().collect::<Vec<_>>().join(", "));
    Unmet::unless(asked.len() > 1 && holds(keys.len(), asked.len()), "the keys are so, of several requests", told)
}
