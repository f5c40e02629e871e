//! Intake: the operator's form for a citizen who calls or stands at the desk.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use peygir_calendar::digits;
use peygir_runtime::desk::{Named, NewMessage, Party, Refusal};

use super::field::{self, Filled, Typing};
use super::layout::{self, Ui};
use crate::form::Posted;
use crate::gate::Caller;
use crate::options::App;
use crate::problem::{Problem, WrongField};

/// Channels that an operator takes in by hand.
const CHANNELS: [&str; 3] = ["phone", "in-person", "letter"];
/// Longest message that the form takes, in characters.
const TEXT_CHARACTERS_MAX: i64 = 4000;
/// Hidden field with this form's idempotency key: sending it twice opens one case.
const KEY: &str = "key";

/// Field and message id of its label.
const LABELS: [(&str, &str); 12] = [
    ("/channel", "channel"),
    ("/from/name", "citizen-name"),
    ("/from/nationalId", "national-id"),
    ("/from/mobile", "mobile"),
    ("/text", "message-text"),
    ("/topic", "topic"),
    ("/agency", "agency"),
    ("/province", "province"),
    ("/county", "county"),
    ("/onBehalfOf/name", "citizen-name"),
    ("/onBehalfOf/nationalId", "national-id"),
    ("/onBehalfOf/mobile", "mobile"),
];

pub async fn show(ui: Ui) -> Result<Response, Problem> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| Problem::internal(&error))?;
    let key: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let fresh = Posted(vec![(KEY.to_owned(), key), ("/channel".to_owned(), CHANNELS[0].to_owned())]);
    Ok(layout::answer(page(&ui, &Filled { posted: &fresh, wrong: &[] })))
}

pub async fn submit(
    State(app): State<App>,
    Caller(caller): Caller,
    ui: Ui,
    posted: Posted,
) -> Result<Response, Problem> {
    let key = posted.given(KEY).filter(|key| key.len() <= 64 && key.bytes().all(|b| b.is_ascii_alphanumeric()));
    let key = key.map(|key| format!("intake-{key}"));
    match app.desk.submit_message(&caller, message(&posted), key.as_deref()).await {
        Ok(submitted) => Ok(layout::go(&format!("/cases/{}?done=registered", submitted.case_id))),
        Err(Refusal::Invalid(fields)) => {
            let wrong: Vec<_> = fields.into_iter().map(WrongField::from).collect();
            let markup = page(&ui, &Filled { posted: &posted, wrong: &wrong });
            Ok((StatusCode::UNPROCESSABLE_ENTITY, layout::answer(markup)).into_response())
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// The message that was typed; the desk checks it.
fn message(posted: &Posted) -> NewMessage {
    let number = |name: &str| posted.given(name).map(|text| digits::to_ascii(&text));
    let party = |under: &str| Party {
        national_id: number(&format!("{under}/nationalId")),
        mobile: number(&format!("{under}/mobile")),
        name: posted.given(&format!("{under}/name")),
    };
    let other = party("/onBehalfOf");
    let is_given = other.national_id.is_some() || other.mobile.is_some() || other.name.is_some();
    NewMessage {
        channel: posted.given("/channel").unwrap_or_else(|| CHANNELS[0].to_owned()),
        from: party("/from"),
        on_behalf_of: is_given.then_some(other),
        text: posted.get("/text").replace("\r\n", "\n"),
        topic: posted.given("/topic"),
        agency: posted.given("/agency"),
        province: posted.given("/province"),
        county: posted.given("/county"),
        source: None,
    }
}

pub fn page(ui: &Ui, filled: &Filled<'_>) -> Markup {
    let labels: Vec<_> = LABELS.iter().map(|(name, id)| (name.to_string(), ui.t(id))).collect();
    let body = html! {
        div.page-head { h1 { (ui.t("intake-title")) } p.meta { (ui.t("intake-lead")) } }
        (field::summary(ui, filled, &labels))
        form.intake method="post" action="/intake" novalidate {
            input type="hidden" name=(KEY) value=(filled.value(KEY));
            section.card {
                h2 { (ui.t("intake-citizen")) }
                div.pair { (person(ui, "/from", filled)) }
                (other_person(ui, filled))
            }
            section.card { h2 { (ui.t("intake-message")) } (about(ui, filled)) }
            p.actions { button type="submit" { (ui.t("register")) } }
        }
    };
    layout::page(ui, &ui.t("intake-title"), body)
}

fn person(ui: &Ui, under: &str, filled: &Filled<'_>) -> Markup {
    let code = Typing { mode: Some("numeric"), ltr: true, characters_max: Some(20), ..Typing::default() };
    let words = Typing { characters_max: Some(100), ..Typing::default() };
    html! {
        (field::line(ui, &format!("{under}/name"), &ui.t("citizen-name"), false, words, filled))
        (field::line(ui, &format!("{under}/nationalId"), &ui.t("national-id"), under == "/from", code, filled))
        (field::line(ui, &format!("{under}/mobile"), &ui.t("mobile"), false, code, filled))
    }
}

fn other_person(ui: &Ui, filled: &Filled<'_>) -> Markup {
    let is_used = LABELS.iter().any(|(name, _)| name.starts_with("/onBehalfOf") && !filled.value(name).is_empty());
    html! {
        details.other open[is_used] {
            summary { (ui.t("intake-on-behalf")) }
            p.meta { (ui.t("intake-on-behalf-lead")) }
            div.pair { (person(ui, "/onBehalfOf", filled)) }
        }
    }
}

fn about(ui: &Ui, filled: &Filled<'_>) -> Markup {
    let channels: Vec<_> =
        CHANNELS.iter().map(|channel| (channel.to_string(), ui.t(&format!("channel-{channel}")))).collect();
    let options = |list: &[Named]| -> Vec<_> {
        list.iter().map(|named| (named.id.clone(), ui.named(named).to_owned())).collect()
    };
    html! {
        (field::area(ui, "/text", &ui.t("message-text"), true, Some(TEXT_CHARACTERS_MAX), filled))
        div.pair {
            (field::select(ui, "/topic", &ui.t("topic"), false, &options(&ui.directory.topics), filled))
            (field::select(ui, "/agency", &ui.t("agency"), false, &options(&ui.directory.agencies), filled))
            // Who works in one province need not say so.
            @if ui.directory.provinces.len() > 1 {
                (field::select(ui, "/province", &ui.t("province"), false, &options(&ui.directory.provinces), filled))
            }
            (field::select(ui, "/county", &ui.t("county"), false, &options(&ui.directory.counties), filled))
            (field::select(ui, "/channel", &ui.t("channel"), false, &channels, filled))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_becomes_a_message() {
        let typed = |pairs: &[(&str, &str)]| {
            message(&Posted(pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()))
        };
        let own = typed(&[
            ("/from/name", " مریم نمونه "),
            ("/from/nationalId", "۹۹۹۰۰۰۰۰۱۸"),
            ("/from/mobile", "٠٩١٢١٢٣٤٥٦٧"),
            ("/text", "a\r\nb"),
            ("/topic", ""),
            ("/county", "malayer"),
        ]);
        assert_eq!(own.channel, "phone");
        assert_eq!(own.from.name.as_deref(), Some("مریم نمونه"));
        assert_eq!(own.from.national_id.as_deref(), Some("9990000018"));
        assert_eq!(own.from.mobile.as_deref(), Some("09121234567"));
        assert_eq!((own.text.as_str(), own.topic, own.county.as_deref()), ("a\nb", None, Some("malayer")));
        assert!(own.on_behalf_of.is_none());
        let other = typed(&[("/onBehalfOf/nationalId", "9990000107"), ("/channel", "letter")]);
        assert_eq!(other.on_behalf_of.unwrap().national_id.as_deref(), Some("9990000107"));
        assert_eq!(other.channel, "letter");
    }
}
