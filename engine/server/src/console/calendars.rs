//! Which working calendars there are, and the way to a month of each.

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use peygir_runtime::desk::{CalendarView, ScopeView};

use super::closures::{bilingual, calendar_name};
use super::layout::{self, Ui};
use super::widget::{self, Tone};
use super::{icon, place};
use crate::gate::Caller;
use crate::options::App;
use crate::problem::Problem;

pub async fn show(State(app): State<App>, Caller(caller): Caller, ui: Ui) -> Result<Response, Problem> {
    Ok(layout::answer(page(&ui, &app.desk.calendars(&caller).await?)))
}

pub fn page(ui: &Ui, calendars: &[CalendarView]) -> Markup {
    let body = html! {
        div.page-head {
            h1 { (ui.t("calendars-title")) }
            p.meta { (ui.t("calendars-lead")) }
            p.more { a href="/closures" { (ui.t("calendar-closures")) } " · " a href="/operations" { (ui.t("calendar-operations")) } }
        }
        section.card {
            @if calendars.is_empty() { (widget::empty(&ui.t("calendars-empty"))) } @else {
                ul.rows { @for calendar in calendars { (row(ui, calendars, calendar)) } }
            }
        }
    };
    layout::page(ui, &ui.t("calendars-title"), body)
}

fn row(ui: &Ui, calendars: &[CalendarView], calendar: &CalendarView) -> Markup {
    html! {
        li.row {
            div.row-main {
                a.row-title href={ "/calendars/" (widget::escape(&calendar.id)) } { (bilingual(ui, &calendar.title)) }
                p.meta {
                    (ui.t("calendar-id")) " " (widget::code(&calendar.id))
                    " · " (ui.t("calendar-zone")) " " (widget::code(&calendar.zone))
                }
                p.meta {
                    @if let Some(base) = &calendar.extends {
                        (ui.t("calendar-extends")) " «" (calendar_name(ui, calendars, base)) "» · "
                    }
                    @if calendar.scope != ScopeView::default() {
                        (ui.t("calendar-where")) ": " (place::words(ui, &calendar.scope)) " · "
                    }
                    (ui.t("calendar-years")) ": " (years(ui, &calendar.years))
                }
                @if !calendar.lacking.is_empty() {
                    p.lacking { (icon::draw(icon::Icon::Alert)) (lacking(ui, &calendar.lacking)) }
                }
            }
            div.row-end {
                @if calendar.default { (widget::chip(Tone::Accent, &ui.t("calendar-default"))) }
            }
        }
    }
}

/// Years, those that follow each other as one span.
fn years(ui: &Ui, years: &[i16]) -> String {
    let mut spans: Vec<(i16, i16)> = Vec::new();
    for year in years {
        match spans.last_mut() {
            Some(span) if span.1 + 1 == *year => span.1 = *year,
            _ => spans.push((*year, *year)),
        }
    }
    if spans.is_empty() {
        return ui.t("calendar-years-none");
    }
    let words = |(from, to): &(i16, i16)| match from == to {
        true => ui.locale.number(from),
        false => ui.tw("month-hours", &[("from", ui.locale.number(from).into()), ("to", ui.locale.number(to).into())]),
    };
    spans.iter().map(words).collect::<Vec<_>>().join(ui.locale.pick("، ", ", "))
}

/// What a missing table means for deadlines.
pub fn lacking(ui: &Ui, years: &[i16]) -> String {
    let list: Vec<_> = years.iter().map(|year| ui.locale.number(year)).collect();
    ui.tw("calendar-lacking", &[("years", list.join(&ui.t("list-and")).into())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::samples;
    use crate::locale::Locale;

    #[test]
    fn years_that_follow_each_other_are_one_span() {
        let ui = samples::ui(Locale::En, &[], "/calendars");
        let bare = |list: &[i16]| years(&ui, list).replace(['\u{2068}', '\u{2069}'], "");
        assert_eq!(bare(&[1403, 1404, 1405, 1406]), "1403 to 1406");
        assert_eq!(bare(&[1403, 1405, 1406]), "1403, 1405 to 1406");
        assert_eq!(bare(&[]), "none");
    }
}
