//! Closures: those in force and those withdrawn, and the form by which a person declares one.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use peygir_runtime::access::Permission;
use peygir_runtime::desk::{Bilingual, CalendarView, ClosureView, NewClosure, REASON_CHARS_MAX, Refusal};

use super::field::{self, Filled, Typing};
use super::layout::{self, Ui};
use super::{place, typed, widget};
use crate::api::closures::checked_reason;
use crate::api::id;
use crate::form::Posted;
use crate::gate::Caller;
use crate::options::App;
use crate::path::Path;
use crate::problem::{Problem, WrongField};
use crate::query::PageQuery;
use crate::when;

/// Longest name of a closure that the form takes, in characters.
const NAME_CHARACTERS_MAX: i64 = 200;
/// How much of a day is closed.
const KIND: &str = "/kind";
const KINDS: [&str; 3] = ["whole", "from", "hours"];
/// A closure from here on is one of the whole day.
const MIDNIGHT: &str = "00:00";

/// Field and message id of its label.
const LABELS: [(&str, &str); 10] = [
    ("/calendar", "calendar"),
    ("/for/province", "province"),
    ("/for/county", "county"),
    ("/for/agency", "agency"),
    ("/date", "closure-date"),
    ("/until", "closure-until"),
    ("/from", "closure-from"),
    ("/hours", "closure-hours"),
    ("/name/fa", "closure-name"),
    ("/name/en", "closure-name-en"),
];

/// What the page shows.
pub struct Closures {
    pub calendars: Vec<CalendarView>,
    pub closures: Vec<ClosureView>,
}

pub async fn show(
    State(app): State<App>,
    Caller(caller): Caller,
    ui: Ui,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = PageQuery::of(query.as_deref());
    let view = Closures { calendars: app.desk.calendars(&caller).await?, closures: app.desk.closures(&caller).await? };
    let fresh = fresh(&view.calendars);
    Ok(layout::answer(page(&ui, &view, &Filled { posted: &fresh, wrong: &[] }, query.get("done"))))
}

/// The form before anybody typed: the deployment's own calendar, the whole day.
pub fn fresh(calendars: &[CalendarView]) -> Posted {
    let calendar = calendars.iter().find(|calendar| calendar.default).map(|calendar| calendar.id.clone());
    let calendar = calendar.map(|id| ("/calendar".to_owned(), id));
    Posted(calendar.into_iter().chain([(KIND.to_owned(), KINDS[0].to_owned())]).collect())
}

pub async fn declare(
    State(app): State<App>,
    Caller(caller): Caller,
    ui: Ui,
    posted: Posted,
) -> Result<Response, Problem> {
    let wrong = match app.desk.declare_closure(&caller, &closure(&ui, &posted)).await {
        Ok(done) => return Ok(layout::go(&format!("/operations/{}?done=closure-declared", done.operation))),
        Err(Refusal::Invalid(fields)) => fields.into_iter().map(|field| on_form(field.into())).collect::<Vec<_>>(),
        Err(refusal) => return Err(refusal.into()),
    };
    let view = Closures { calendars: app.desk.calendars(&caller).await?, closures: app.desk.closures(&caller).await? };
    let markup = page(&ui, &view, &Filled { posted: &posted, wrong: &wrong }, None);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, layout::answer(markup)).into_response())
}

pub async fn withdraw(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(closure): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let closure = id(&closure)?;
    let Ok(reason) = checked_reason(posted.get("reason")) else {
        return Ok(layout::go("/closures?done=reason-missing"));
    };
    let done = app.desk.withdraw_closure(&caller, closure, reason).await?;
    Ok(layout::go(&format!("/operations/{}?done=closure-withdrawn", done.operation)))
}

/// The closure that was typed; the desk checks it.
fn closure(ui: &Ui, posted: &Posted) -> NewClosure {
    let day = |name: &str| posted.given(name).map(|text| typed::date(&text).map_or(text, |day| day.to_string()));
    let fa = posted.get("/name/fa").to_owned();
    let kind = posted.get(KIND);
    NewClosure {
        calendar: posted.given("/calendar"),
        scope: place::chosen(
            ui,
            posted.given("/for/province"),
            posted.given("/for/county"),
            posted.given("/for/agency"),
        ),
        date: day("/date").unwrap_or_default(),
        until: day("/until"),
        from: (kind == "from").then(|| typed::clock(posted.get("/from"))),
        hours: (kind == "hours").then(|| typed::hours(posted.get("/hours"))),
        name: Bilingual { en: posted.given("/name/en").unwrap_or_else(|| fa.clone()), fa },
    }
}

/// The field of the form that a field of the body came from.
fn on_form(wrong: WrongField) -> WrongField {
    let pointer = match wrong.pointer.as_str() {
        "/name" => "/name/fa",
        "/for" => "/for/province",
        hours if hours.starts_with("/hours/") => "/hours",
        other => other,
    };
    let code = if pointer == "/until" && wrong.code == "out-of-range" { "day-order".to_owned() } else { wrong.code };
    WrongField { pointer: pointer.to_owned(), code }
}

pub fn page(ui: &Ui, view: &Closures, filled: &Filled<'_>, done: Option<&str>) -> Markup {
    let (withdrawn, in_force): (Vec<_>, Vec<_>) = view.closures.iter().partition(|closure| closure.withdrawn.is_some());
    let body = html! {
        div.page-head {
            h1 { (ui.t("closures-title")) }
            p.meta { (ui.t("closures-lead")) }
            p.more { a href="/operations" { (ui.t("calendar-operations")) } }
        }
        (widget::done_notice(ui, done))
        section.card {
            h2 { (ui.t("closures-in-force")) }
            @if in_force.is_empty() { (widget::empty(&ui.t("closures-in-force-empty"))) } @else {
                ul.rows { @for closure in in_force { (row(ui, view, closure)) } }
            }
        }
        @if ui.may(Permission::ClosureDeclare) { (form(ui, view, filled)) }
        @if !withdrawn.is_empty() {
            section.card {
                h2 { (ui.t("closures-withdrawn")) }
                ul.rows { @for closure in withdrawn { (row(ui, view, closure)) } }
            }
        }
    };
    layout::page(ui, &ui.t("closures-title"), body)
}

fn row(ui: &Ui, view: &Closures, closure: &ClosureView) -> Markup {
    let declared =
        [("who", ui.named(&closure.declared_by).into()), ("when", widget::long_time(ui, &closure.declared_at).into())];
    html! {
        li.row #{ "closure-" (closure.id) } {
            div.row-main {
                p.row-title { bdi { (bilingual(ui, &closure.name)) } }
                p { strong { (days(ui, &closure.date, &closure.until)) } " · " (extent(ui, closure)) }
                p.meta { (place::words(ui, &closure.scope)) " · " (calendar_name(ui, &view.calendars, &closure.calendar)) }
                p.meta { (ui.tw("closure-declared", &declared)) " · " (operation(ui, "closure-operation", &closure.operation)) }
                @if let Some(withdrawn) = &closure.withdrawn {
                    @let by = [("who", ui.named(&withdrawn.by).into()), ("when", widget::long_time(ui, &withdrawn.at).into())];
                    p.meta { (ui.tw("closure-was-withdrawn", &by)) " · " (operation(ui, "closure-withdrawal-operation", &withdrawn.operation)) }
                    p.text.small { bdi dir="auto" { (withdrawn.reason) } }
                } @else if ui.may(Permission::ClosureDeclare) { (withdrawal(ui, &closure.id)) }
            }
        }
    }
}

fn operation(ui: &Ui, words: &str, operation: &str) -> Markup {
    html! { a href={ "/operations/" (operation) } { (ui.t(words)) } }
}

fn withdrawal(ui: &Ui, closure: &str) -> Markup {
    let field = format!("reason-{closure}");
    html! {
        div.resolve {
            details {
                summary.button.quiet { (ui.t("closure-withdraw")) }
                form method="post" action={ "/closures/" (closure) "/withdraw" } {
                    label for=(field) { (ui.t("closure-withdraw-reason")) }
                    textarea id=(field) name="reason" rows="2" required dir="auto" maxlength=(REASON_CHARS_MAX) {}
                    button.quiet type="submit" { (ui.t("closure-withdraw-confirm")) }
                }
            }
        }
    }
}

/// A name in the reader's language.
pub fn bilingual<'a>(ui: &Ui, text: &'a Bilingual) -> &'a str {
    ui.locale.pick(&text.fa, &text.en)
}

/// A calendar by its title.
pub fn calendar_name(ui: &Ui, calendars: &[CalendarView], id: &str) -> String {
    let calendar = calendars.iter().find(|calendar| calendar.id == id);
    calendar.map_or_else(|| id.to_owned(), |calendar| bilingual(ui, &calendar.title).to_owned())
}

/// The day, or the days, in words.
pub fn days(ui: &Ui, first: &str, last: &str) -> String {
    let long = |text: &str| typed::date(text).map_or(text.to_owned(), |day| day.long(ui.locale.language()));
    if first == last {
        return long(first);
    }
    ui.tw("closure-days", &[("from", long(first).into()), ("to", long(last).into())])
}

/// How much of each day is closed.
pub fn extent(ui: &Ui, closure: &ClosureView) -> String {
    match (&closure.hours, closure.from.as_deref()) {
        (Some(hours), _) => {
            let spans: Vec<_> = hours.iter().map(|span| span_words(ui, span)).collect();
            ui.tw("closure-is-hours", &[("hours", spans.join(ui.locale.pick("، ", ", ")).into())])
        }
        (None, Some(from)) if from != MIDNIGHT => ui.tw("closure-is-from", &[("from", ui.locale.digits(from).into())]),
        _ => ui.t("closure-is-whole"),
    }
}

/// `06:00-10:00` as `۰۶:۰۰ تا ۱۰:۰۰`.
fn span_words(ui: &Ui, span: &str) -> String {
    let Some((from, to)) = span.split_once(['-', '–']) else { return span.to_owned() };
    when::hours(ui.locale, from, to)
}

fn form(ui: &Ui, view: &Closures, filled: &Filled<'_>) -> Markup {
    let labels: Vec<_> = LABELS.iter().map(|(name, id)| (name.to_string(), ui.t(id))).collect();
    let calendars: Vec<_> = view
        .calendars
        .iter()
        .map(|calendar| (calendar.id.clone(), bilingual(ui, &calendar.title).to_owned()))
        .collect();
    html! {
        section.card #declare {
            h2 { (ui.t("closure-new")) }
            p.meta { (ui.t("closure-new-lead")) }
            (field::summary(ui, filled, &labels))
            form.closure method="post" action="/closures" novalidate {
                h3 { (ui.t("closure-when")) }
                (times(ui, filled))
                h3 { (ui.t("closure-where")) }
                div.pair {
                    (field::select(ui, "/calendar", &ui.t("calendar"), true, &calendars, filled))
                    (place::fields(ui, filled))
                }
                (names(ui, filled))
                p.actions { button type="submit" { (ui.t("closure-declare")) } }
            }
        }
    }
}

fn times(ui: &Ui, filled: &Filled<'_>) -> Markup {
    let typing = |example, characters| Typing {
        mode: Some("text"),
        ltr: true,
        characters_max: Some(characters),
        example: Some(example),
    };
    let kinds = KINDS.map(|kind| (kind.to_owned(), ui.t(&format!("closure-kind-{kind}"))));
    html! {
        div.pair {
            (field::line(ui, "/date", &ui.t("closure-date"), true, typing("date-example", 10), filled))
            (field::line(ui, "/until", &ui.t("closure-until"), false, typing("date-example", 10), filled))
        }
        (field::radios(ui, KIND, &ui.t("closure-kind"), true, &kinds, "inline", filled))
        div.pair.extent {
            div.of-from { (field::line(ui, "/from", &ui.t("closure-from"), true, typing("clock-example", 5), filled)) }
            div.of-hours { (field::line(ui, "/hours", &ui.t("closure-hours"), true, typing("closure-hours-example", 120), filled)) }
        }
    }
}

fn names(ui: &Ui, filled: &Filled<'_>) -> Markup {
    let typing = Typing { characters_max: Some(NAME_CHARACTERS_MAX), ..Typing::default() };
    html! {
        (field::line(ui, "/name/fa", &ui.t("closure-name"), true, typing, filled))
        (field::line(ui, "/name/en", &ui.t("closure-name-en"), false, typing, filled))
    }
}

#[cfg(test)]
mod tests {
    use peygir_runtime::desk::ScopeView;

    use super::*;
    use crate::console::samples;
    use crate::locale::Locale;

    fn typed_form(pairs: &[(&str, &str)]) -> NewClosure {
        let ui = samples::ui(Locale::Fa, &[], "/closures");
        closure(&ui, &Posted(pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()))
    }

    #[test]
    fn what_was_typed_becomes_a_closure() {
        let from_noon = typed_form(&[
            ("/calendar", "ir-working"),
            ("/for/county", "malayer"),
            ("/date", "۱۴۰۵/۹/۱"),
            ("/kind", "from"),
            ("/from", "۱۲"),
            ("/hours", "6-10"),
            ("/name/fa", "برف سنگین"),
        ]);
        assert_eq!((from_noon.date.as_str(), from_noon.until), ("1405/09/01", None));
        assert_eq!((from_noon.from.as_deref(), from_noon.hours), (Some("12:00"), None));
        assert_eq!(from_noon.name, Bilingual { fa: "برف سنگین".into(), en: "برف سنگین".into() });
        assert_eq!(from_noon.scope.province.as_deref(), Some("hamedan"));

        let some_hours = typed_form(&[("/kind", "hours"), ("/hours", "۶ تا ۱۰"), ("/date", "فردا"), ("/from", "12")]);
        assert_eq!((some_hours.from, some_hours.hours), (None, Some(vec!["06:00-10:00".to_owned()])));
        assert_eq!(some_hours.date, "فردا", "the desk says what is wrong with it");
        assert_eq!(some_hours.scope, ScopeView::default());
        let whole = typed_form(&[("/kind", "whole"), ("/from", "12:00")]);
        assert_eq!((whole.from, whole.hours), (None, None));
    }

    #[test]
    fn what_is_wrong_is_told_at_the_field_that_was_typed() {
        let at = |pointer: &str| on_form(WrongField { pointer: pointer.into(), code: "required".into() }).pointer;
        assert_eq!([at("/hours/1"), at("/name"), at("/date")], ["/hours", "/name/fa", "/date"]);
        let order = on_form(WrongField { pointer: "/until".into(), code: "out-of-range".into() });
        assert_eq!(order.code, "day-order");
    }
}
