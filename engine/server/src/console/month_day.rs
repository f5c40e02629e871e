//! A day of a month's page as people see it: its sign, its hours and what is said of it, in the reader's language.

use peygir_calendar::{DayState, Hours, PageDay};

use super::layout::Ui;
use crate::when;

/// All that a day can be, in the order of the legend.
pub const STATES: [DayState; 7] = [
    DayState::Open,
    DayState::Short,
    DayState::Off,
    DayState::Holiday,
    DayState::EstimatedHoliday,
    DayState::PartlyClosed,
    DayState::Closed,
];

/// What tells it apart without colour.
pub fn sign(state: DayState) -> &'static str {
    match state {
        DayState::Open => "○",
        DayState::Short => "◐",
        DayState::Off => "–",
        DayState::Holiday => "✕",
        DayState::EstimatedHoliday => "≈",
        DayState::PartlyClosed => "◆",
        DayState::Closed => "■",
    }
}

pub fn words(ui: &Ui, state: DayState) -> String {
    ui.t(&format!("day-{}", state.as_str()))
}

/// Open hours, span by span.
pub fn hours(ui: &Ui, day: &PageDay) -> Vec<String> {
    day.hours.iter().map(|hours| span(ui, *hours)).collect()
}

/// Names of the holidays and closures of a day.
pub fn names<'a>(ui: &Ui, day: &'a PageDay) -> Vec<&'a str> {
    let names = day.notes.iter().filter_map(|note| note.name.as_ref());
    names.map(|name| name.in_language(ui.locale.language())).collect()
}

/// The same, each with the hours that it took.
pub fn notes(ui: &Ui, day: &PageDay) -> Vec<String> {
    let named = day.notes.iter().filter_map(|note| Some((note, note.name.as_ref()?)));
    named
        .map(|(note, name)| {
            let name = name.in_language(ui.locale.language()).to_owned();
            if note.closed.is_empty() {
                return name;
            }
            let closed: Vec<_> = note.closed.iter().map(|hours| span(ui, *hours)).collect();
            let hours = closed.join(ui.locale.pick("، ", ", "));
            ui.tw("month-note", &[("name", name.into()), ("hours", hours.into())])
        })
        .collect()
}

fn span(ui: &Ui, hours: Hours) -> String {
    if hours == Hours::ALL_DAY {
        return ui.t("month-all-day");
    }
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    when::hours(ui.locale, &clock(hours.from), &clock(hours.to))
}
