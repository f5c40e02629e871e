//! A month of a calendar as a Jalali page: Saturday first, each day with its hours and what closes it.
//!
//! What a day is, is told by a sign and by words, never by colour alone; days that differ stand once more in a list, for
//! small screens and for paper.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use jiff::civil::Weekday;
use maud::{Markup, html};
use peygir_calendar::{DayState, Jalali, MonthPage, PageDay, Place, YEAR_MAX, YEAR_MIN, month_name, weekday_name};
use peygir_runtime::desk::{CalendarView, ScopeView};

use super::closures::bilingual;
use super::icon::{self, Icon};
use super::layout::{self, Ui};
use super::{calendars, month_day, place, typed, widget};
use crate::gate::Caller;
use crate::options::App;
use crate::path::Path;
use crate::problem::{Code, Problem};
use crate::query::PageQuery;
use crate::text::Arg;

const WEEK: [Weekday; 7] = [
    Weekday::Saturday,
    Weekday::Sunday,
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
];

/// What the page shows: a month of a calendar in a place.
pub struct Shown {
    pub calendar: CalendarView,
    pub scope: ScopeView,
    pub month: MonthPage,
}

/// The month of today where none is asked for, or one that does not exist.
pub async fn show(
    State(app): State<App>,
    Caller(caller): Caller,
    ui: Ui,
    Path(calendar): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = PageQuery::of(query.as_deref());
    let calendars = app.desk.calendars(&caller).await?;
    let calendar = calendars.into_iter().find(|one| one.id == calendar).ok_or(Problem::new(Code::NotFound))?;
    let scope = place::chosen(&ui, query.given("province"), query.given("county"), query.given("agency"));
    let today = today(&ui);
    let asked = query.get("month").and_then(typed::month).unwrap_or((today.year(), today.month()));
    let place = Place { province: scope.province.clone(), county: scope.county.clone(), agency: scope.agency.clone() };
    let month = app.desk.calendar_month(&caller, &calendar.id, &place, asked).await?;
    Ok(layout::answer(page(&ui, &Shown { calendar, scope, month })))
}

fn today(ui: &Ui) -> Jalali {
    Jalali::from_gregorian(ui.zone.to_datetime(ui.now).date())
}

pub fn page(ui: &Ui, shown: &Shown) -> Markup {
    let days: Vec<&PageDay> = shown.month.days().collect();
    let title = ui.tw("month-title", &month_args(ui, &shown.month));
    let body = html! {
        div.page-head.month-head {
            div {
                h1 { (title) }
                p.meta {
                    a href=(address(shown, None)) { (bilingual(ui, &shown.calendar.title)) }
                    " · " (place::words(ui, &shown.scope))
                }
                p.meta { (shown.month.gregorian_days(ui.locale.language())) }
            }
            (neighbours(ui, shown))
        }
        (table(ui, shown))
        @if shown.month.lacks_table {
            p.lacking { (icon::draw(Icon::Alert)) (calendars::lacking(ui, &[shown.month.year])) }
        }
        (legend(ui, &days))
        (differing(ui, &days))
        (filters(ui, shown))
    };
    layout::page(ui, &title, body)
}

fn month_args(ui: &Ui, month: &MonthPage) -> [(&'static str, Arg); 2] {
    let name = month_name(month.month, ui.locale.language());
    [("month", name.into()), ("year", ui.locale.number(month.year).into())]
}

/// The address of a month of this calendar in this place; of the month of today where none is named.
fn address(shown: &Shown, month: Option<(i16, u8)>) -> String {
    let month = month.map(|(year, month)| format!("{year}/{month:02}"));
    let scope = &shown.scope;
    let pairs = [
        ("month", month.as_ref()),
        ("province", scope.province.as_ref()),
        ("county", scope.county.as_ref()),
        ("agency", scope.agency.as_ref()),
    ];
    let given = pairs.iter().filter_map(|(name, value)| Some((name, (*value)?)));
    let query: Vec<_> = given.map(|(name, value)| format!("{name}={}", widget::escape(value))).collect();
    let path = format!("/calendars/{}", widget::escape(&shown.calendar.id));
    if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
}

/// The months before and after, as far as the calendar goes.
fn neighbours(ui: &Ui, shown: &Shown) -> Markup {
    let (year, month) = (shown.month.year, shown.month.month);
    let before = if month == 1 { (year - 1, 12) } else { (year, month - 1) };
    let after = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    let link = |to: (i16, u8), id: &str, rel: &str| {
        let exists = (YEAR_MIN..=YEAR_MAX).contains(&to.0);
        html! {
            @if exists { a.button.quiet href=(address(shown, Some(to))) rel=(rel) { (ui.t(id)) } }
        }
    };
    html! {
        nav.months aria-label=(ui.t("month-field")) {
            (link(before, "month-previous", "prev"))
            (link((today(ui).year(), today(ui).month()), "month-this", "bookmark"))
            (link(after, "month-next", "next"))
        }
    }
}

fn table(ui: &Ui, shown: &Shown) -> Markup {
    let [month, year] = month_args(ui, &shown.month);
    let caption = [month, year, ("calendar", bilingual(ui, &shown.calendar.title).into())];
    let today = today(ui);
    html! {
        section.card.month-card {
            table.month {
                caption { span.hidden { (ui.tw("month-caption", &caption)) } }
                thead { tr { @for weekday in WEEK {
                    th scope="col" {
                        span.weekday { (weekday_name(weekday, ui.locale.language())) }
                        span.initial aria-hidden="true" { (initial(ui, weekday)) }
                    }
                } } }
                tbody {
                    @for week in &shown.month.weeks {
                        tr { @for cell in week { (day(ui, cell.as_ref(), today)) } }
                    }
                }
            }
        }
    }
}

/// The weekday in one or two letters, where there is no room for more.
fn initial(ui: &Ui, weekday: Weekday) -> String {
    let name = weekday_name(weekday, ui.locale.language());
    name.chars().take(if ui.locale.code() == "fa" { 1 } else { 2 }).collect()
}

fn day(ui: &Ui, day: Option<&PageDay>, today: Jalali) -> Markup {
    let Some(day) = day else { return html! { td.outside {} } };
    let is_today = day.date == today;
    let state = day.state.as_str();
    html! {
        td class={ (state) @if is_today { " today" } } aria-current=[is_today.then_some("date")] {
            p.day-head {
                time.number datetime=(day.gregorian) { (ui.locale.number(day.date.day())) }
                @if is_today { span.today-word { (ui.t("month-today")) } }
                @if day.state != DayState::Open { span.sign aria-hidden="true" { (month_day::sign(day.state)) } }
            }
            div.day-more {
                @if day.state != DayState::Open { p.kind { (month_day::words(ui, day.state)) } }
                @for name in month_day::names(ui, day) { p.name { (name) } }
                @for hours in month_day::hours(ui, day) { p.hours { (hours) } }
            }
        }
    }
}

/// The signs that this month has, each with its words.
fn legend(ui: &Ui, days: &[&PageDay]) -> Markup {
    let is_present = |state: &DayState| days.iter().any(|day| day.state == *state);
    html! {
        div.legend {
            h2.hidden { (ui.t("month-legend")) }
            ul {
                @for state in month_day::STATES.into_iter().filter(is_present) {
                    li class=(state.as_str()) {
                        span.sign aria-hidden="true" { (month_day::sign(state)) } (month_day::words(ui, state))
                    }
                }
            }
            @if is_present(&DayState::EstimatedHoliday) { p.fine { (ui.t("month-estimated-note")) } }
        }
    }
}

/// Every day of which something is to be said, in words.
fn differing(ui: &Ui, days: &[&PageDay]) -> Markup {
    let differ: Vec<_> = days.iter().filter(|day| !day.notes.is_empty()).collect();
    html! {
        section.card {
            h2 { (ui.t("month-days")) }
            @if differ.is_empty() { (widget::empty(&ui.t("month-days-empty"))) } @else {
                ul.month-days { @for day in differ { (differing_day(ui, day)) } }
            }
        }
    }
}

fn differing_day(ui: &Ui, day: &PageDay) -> Markup {
    let (notes, hours) = (month_day::notes(ui, day), month_day::hours(ui, day));
    let comma = ui.locale.pick("، ", ", ");
    html! {
        li class=(day.state.as_str()) {
            span.sign aria-hidden="true" { (month_day::sign(day.state)) }
            div {
                p.row-title { (day.date.long(ui.locale.language())) }
                p { (month_day::words(ui, day.state)) @if !notes.is_empty() { ": " (notes.join(comma)) } }
                @if !hours.is_empty() { p.meta { (ui.t("day-open")) " " (hours.join(comma)) } }
            }
        }
    }
}

fn filters(ui: &Ui, shown: &Shown) -> Markup {
    let month = format!("{}/{:02}", shown.month.year, shown.month.month);
    html! {
        form.filters.month-filters method="get" action={ "/calendars/" (widget::escape(&shown.calendar.id)) } role="search" {
            div.field {
                label for="month" { (ui.t("month-field")) }
                input type="search" id="month" name="month" dir="ltr" maxlength="7" autocomplete="off"
                    placeholder=(ui.t("month-example")) value=(ui.locale.digits(&month));
            }
            (place::filters(ui, &shown.scope))
            button type="submit" { (ui.t("month-go")) }
        }
        p.more { a href="/calendars" { (ui.t("calendar-all")) } " · " a href="/closures" { (ui.t("calendar-closures")) } }
    }
}
