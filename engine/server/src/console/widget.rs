//! Small parts that pages share: codes, instants, chips, empty lists, pages of a list.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use peygir_runtime::desk::FaultKind;

use super::icon::{self, Icon};
use super::layout::Ui;
use crate::text::exists;
use crate::when;

/// A deadline nearer than this is shown as near, in minutes.
const NEAR_MINUTES: i64 = 60;

/// What a chip's colour says. The words say it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Good,
    Warning,
    Danger,
    Accent,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Tone::Plain => "chip",
            Tone::Good => "chip good",
            Tone::Warning => "chip warning",
            Tone::Danger => "chip danger",
            Tone::Accent => "chip accent",
        }
    }
}

/// A code, number or id: always left to right, or its parts would be shown in the wrong order.
pub fn code(text: &str) -> Markup {
    html! { bdi.code dir="ltr" { (text) } }
}

pub fn chip(tone: Tone, words: &str) -> Markup {
    html! { span class=(tone.class()) { (words) } }
}

/// An instant, short; its long form on pointing at it.
pub fn time(ui: &Ui, at: &str) -> Markup {
    match at.parse::<Timestamp>() {
        Ok(instant) => html! {
            time datetime=(at) title=(when::long(instant, &ui.zone, ui.locale)) {
                (when::short(instant, ui.now, &ui.zone, ui.locale))
            }
        },
        Err(_) => html! { (code(at)) },
    }
}

/// An instant with its date, whatever day it is; its long form on pointing at it.
pub fn dated(ui: &Ui, at: &str) -> Markup {
    match at.parse::<Timestamp>() {
        Ok(instant) => html! {
            time datetime=(at) title=(when::long(instant, &ui.zone, ui.locale)) {
                (when::dated(instant, &ui.zone, ui.locale))
            }
        },
        Err(_) => html! { (code(at)) },
    }
}

/// An instant in words; the text itself where it is none.
pub fn long_time(ui: &Ui, at: &str) -> String {
    at.parse::<Timestamp>().map_or_else(|_| at.to_owned(), |instant| when::long(instant, &ui.zone, ui.locale))
}

/// How a deadline stands: past, near or some way off.
pub fn due(ui: &Ui, due: Option<&str>, overdue: bool) -> Markup {
    let Some(instant) = due.and_then(|due| due.parse::<Timestamp>().ok()) else {
        return html! {};
    };
    let distance = when::distance(ui.now, instant, ui.locale);
    let (tone, id) = if overdue || instant <= ui.now {
        (Tone::Danger, "due-past")
    } else if when::is_near(instant, ui.now, SignedDuration::from_mins(NEAR_MINUTES)) {
        (Tone::Warning, "due-ahead")
    } else {
        (Tone::Plain, "due-ahead")
    };
    html! {
        span class=(tone.class()) title=(when::long(instant, &ui.zone, ui.locale)) {
            (icon::draw(Icon::Clock)) (ui.tw(id, &[("span", distance.into())]))
        }
    }
}

/// The words of a state; a state without words shows itself.
pub fn state(ui: &Ui, family: &str, state: &str) -> String {
    let id = format!("{family}-{state}");
    if exists(&id) { ui.t(&id) } else { state.to_owned() }
}

/// A role by the name that the directory gives it.
pub fn role(ui: &Ui, id: &str) -> String {
    match ui.directory.roles.iter().find(|role| role.id == id) {
        Some(role) => ui.named(role).to_owned(),
        None => state(ui, "role", id),
    }
}

/// Who a message goes to: a person of the directory by name, anybody else by what may be shown of the number.
pub fn recipient(ui: &Ui, to: &str) -> Markup {
    match ui.directory.people.iter().find(|person| person.id == to) {
        Some(person) => html! { bdi { (ui.named(&person.name)) } },
        None => code(to),
    }
}

/// What a connector's fault says: its kind in the reader's language, and behind it what happened as the peer told it.
pub fn fault_words(ui: &Ui, text: &str) -> String {
    let Some((place, kind)) = FaultKind::find_in(text) else { return text.to_owned() };
    let status = match kind {
        FaultKind::Answered { status } => status.to_string(),
        _ => String::new(),
    };
    let words = ui.tw(&format!("fault-{}", kind.name()), &[("status", status.into())]);
    format!("{}{words}{}", &text[..place.start], &text[place.end..])
}

pub fn empty(words: &str) -> Markup {
    html! { p.empty { (words) } }
}

/// One fact of a definition list.
pub fn fact(label: &str, value: Markup) -> Markup {
    html! { div.fact { dt { (label) } dd { (value) } } }
}

/// What was just done, from the address's `done`.
pub fn done_notice(ui: &Ui, done: Option<&str>) -> Markup {
    let id = done.map(|done| format!("done-{done}")).filter(|id| exists(id));
    html! {
        @if let Some(id) = id {
            @if id.ends_with("-missing") {
                p.notice.warning role="alert" { (icon::draw(Icon::Alert)) (ui.t(&id)) }
            } @else {
                p.notice role="status" { (icon::draw(Icon::Check)) (ui.t(&id)) }
            }
        }
    }
}

/// The way to the next page of a list.
pub fn pager(ui: &Ui, query: &[(&str, &str)], next: Option<&str>) -> Markup {
    html! {
        @if let Some(next) = next {
            nav.pager aria-label=(ui.t("pages")) {
                a.button.quiet href={ (ui.path) "?" (encode(query)) "after=" (escape(next)) } { (ui.t("next-page")) }
            }
        }
    }
}

fn encode(query: &[(&str, &str)]) -> String {
    let given = query.iter().filter(|(_, value)| !value.is_empty());
    given.map(|(name, value)| format!("{name}={}&", escape(value))).collect()
}

/// A value within a query.
pub fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            escaped.push(byte.into());
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use peygir_connector::Fault;

    use super::*;
    use crate::console::samples;
    use crate::locale::Locale;

    #[test]
    fn a_fault_is_told_in_the_readers_language() {
        let told = |locale, text: &str| fault_words(&samples::ui(locale, &["duty-manager"], "/outbox"), text);
        for kind in FaultKind::all() {
            let fault = Fault::temporary(kind, "connection refused").to_string();
            let persian = told(Locale::Fa, &fault);
            assert!(persian.ends_with(": connection refused") && !persian.contains(&kind.to_string()), "{persian}");
            assert!(persian.contains(|letter| ('\u{0600}'..='\u{06FF}').contains(&letter)), "{persian}");
            let english = told(Locale::En, &fault).replace(['\u{2068}', '\u{2069}'], "");
            assert_eq!(english, fault, "the catalogue says what the log says");
        }
        assert_eq!(told(Locale::Fa, "نشانی نادرست است"), "نشانی نادرست است");
    }
}
