//! A deadline with its account — why it falls on its day — and the forms by which a person moves it.
//!
//! The account's lines are those of the desk, the same for citizen, agency and inspector; this file only sets them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use maud::{Markup, html};
use peygir_calendar::Jalali;
use peygir_runtime::desk::{
    Account, DeadlineView, MoveView, REASON_CHARS_MAX, ReminderView, SuspensionView, TrackDeadline,
};

use super::closures::bilingual;
use super::field::{self, Filled, Typing};
use super::icon::{self, Icon};
use super::layout::Ui;
use super::widget::{self, Tone};
use crate::form::Posted;

/// The page that a form stands on, so that its post leads back there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    Task,
    Case,
}

/// Hidden field of the page that a form stands on.
pub const FROM: &str = "from";
pub const FROM_CASE: &str = "case";

/// The name of a field of a form: unique on a page with several deadlines.
pub fn field_name(form: &str, deadline: &str, field: &str) -> String {
    format!("/{form}-{deadline}{field}")
}

/// Whether it still runs.
pub fn is_open(deadline: &DeadlineView) -> bool {
    ["open", "claimed", "scheduled", "waiting"].contains(&deadline.status.as_str())
}

/// All deadlines of a case; those that have ended are folded away.
pub fn cards(ui: &Ui, deadlines: &[DeadlineView], filled: &Filled<'_>) -> Markup {
    let (open, ended): (Vec<_>, Vec<_>) = deadlines.iter().partition(|deadline| is_open(deadline));
    html! {
        @for one in open { (card(ui, one, From::Case, filled)) }
        @if !ended.is_empty() {
            details.machinery.ended {
                summary { (ui.tw("deadlines-ended", &[("count", (ended.len() as i64).into())])) }
                @for one in ended { (card(ui, one, From::Case, filled)) }
            }
        }
    }
}

/// A deadline as a card of its own; `filled` is what came back of its forms.
pub fn card(ui: &Ui, deadline: &DeadlineView, from: From, filled: &Filled<'_>) -> Markup {
    let words = bilingual(ui, &deadline.title);
    html! {
        section.card.deadline #{ "deadline-" (deadline.id) } {
            h2 {
                (icon::draw(Icon::Clock))
                @if from == From::Case { (ui.tw("deadline-of", &[("title", words.into())])) } @else { (ui.t("deadline-title")) }
            }
            (when(ui, deadline))
            (account(ui, &deadline.account, &counted(deadline)))
            (set_date(ui, deadline))
            @if !deadline.suspensions.is_empty() { (waits(ui, &deadline.suspensions)) }
            @if !deadline.moves.is_empty() { (moves(ui, &deadline.moves)) }
            @if !deadline.reminders.is_empty() { (reminders(ui, &deadline.reminders)) }
            @if deadline.kind == "task" { (forms(ui, deadline, from, filled)) }
        }
    }
}

fn when(ui: &Ui, deadline: &DeadlineView) -> Markup {
    let family = if deadline.kind == "wait" { "wait" } else { "task" };
    html! {
        p.due-line {
            strong { (due_words(ui, deadline)) }
            @if deadline.may_resume { (widget::chip(Tone::Warning, &ui.t("deadline-waiting-now"))) }
            @else if is_open(deadline) { (widget::due(ui, Some(&deadline.due), deadline.overdue)) }
            @else { (widget::chip(Tone::Plain, &widget::state(ui, family, &deadline.status))) }
        }
        @if let Some(max) = &deadline.max { p.meta { (ui.t("deadline-ends")) ": " (widget::long_time(ui, max)) } }
    }
}

/// The due instant in the account's own words, in which a day ends at 24:00.
fn due_words(ui: &Ui, deadline: &DeadlineView) -> String {
    let told = deadline.derivation["dueText"][ui.locale.code()].as_str();
    told.map_or_else(|| widget::long_time(ui, &deadline.due), str::to_owned)
}

/// Which lines of the account are stretches, and whether they count.
fn counted(deadline: &DeadlineView) -> BTreeMap<&str, bool> {
    let stretches = deadline.derivation["derivation"].as_array().into_iter().flatten();
    let lines = stretches.flat_map(|stretch| {
        let counts = stretch["counted"].as_bool().unwrap_or_default();
        ["fa", "en"].into_iter().filter_map(move |code| Some((stretch["text"][code].as_str()?, counts)))
    });
    lines.collect()
}

/// The heading, and behind it line by line how the date was found.
fn account(ui: &Ui, account: &Account, counted: &BTreeMap<&str, bool>) -> Markup {
    let lines = if ui.locale.code() == "fa" { &account.fa } else { &account.en };
    let Some((heading, rest)) = lines.split_first() else { return html! {} };
    html! {
        p.account-heading { (heading) }
        @if !rest.is_empty() {
            details.account {
                summary { (ui.t("deadline-why")) }
                p.fine { (ui.t("deadline-stretches")) }
                ol.stretches { @for line in rest { (stretch(ui, line, counted.get(line.as_str()).copied())) } }
            }
        }
    }
}

fn stretch(ui: &Ui, line: &str, counted: Option<bool>) -> Markup {
    let (class, sign, id) = match counted {
        Some(true) => ("counted", "✓", "deadline-counted"),
        Some(false) => ("uncounted", "–", "deadline-not-counted"),
        None => return html! { li.note { span.sign aria-hidden="true" { "•" } span { (unbroken_end(line)) } } },
    };
    html! { li class=(class) { span.sign title=(ui.t(id)) aria-hidden="true" { (sign) } span { (unbroken_end(line)) } } }
}

/// A line with the source in brackets at its end kept together: broken at its hyphen, it can't be read in Persian.
fn unbroken_end(line: &str) -> Markup {
    let bracket = line.rfind('(').filter(|_| line.trim_end_matches('.').ends_with(')'));
    let (words, source) = line.split_at(bracket.unwrap_or(line.len()));
    html! { (words) @if !source.is_empty() { span.source { (source) } } }
}

/// What anybody who holds the tracking code is told.
pub fn for_citizen(ui: &Ui, deadlines: &[TrackDeadline]) -> Markup {
    html! {
        @for deadline in deadlines {
            @let title = ui.tw("deadline-of", &[("title", bilingual(ui, &deadline.title).into())]);
            div.track-deadline {
                h2 { (icon::draw(Icon::Clock)) (title) }
                p.due-line {
                    strong { (widget::long_time(ui, &deadline.due)) }
                    @if deadline.waiting { (widget::chip(Tone::Warning, &ui.t("deadline-waiting-now"))) }
                    @else { (widget::due(ui, Some(&deadline.due), deadline.overdue)) }
                }
                (account(ui, &deadline.account, &counted_lines(ui, deadline)))
            }
        }
    }
}

/// Which lines of the account are stretches, and whether they count.
fn counted_lines<'a>(ui: &Ui, deadline: &'a TrackDeadline) -> BTreeMap<&'a str, bool> {
    let lines = if ui.locale.code() == "fa" { &deadline.account.fa } else { &deadline.account.en };
    let told = lines.iter().zip(&deadline.counted);
    told.filter_map(|(line, counted)| Some((line.as_str(), (*counted)?))).collect()
}

fn set_date(ui: &Ui, deadline: &DeadlineView) -> Markup {
    let Some(set) = &deadline.set else { return html! {} };
    let by = [("who", ui.named(&set.by).into()), ("when", widget::long_time(ui, &set.at).into())];
    html! {
        div.set-date {
            p { (ui.tw("deadline-set-by", &by)) }
            @if let Some(reason) = &set.reason { p.text.small { bdi dir="auto" { (reason) } } }
        }
    }
}

fn waits(ui: &Ui, suspensions: &[SuspensionView]) -> Markup {
    html! {
        h3 { (ui.t("deadline-waits")) }
        ol.timeline.dense {
            @for one in suspensions {
                @let end = one.ended.as_ref().unwrap_or(&one.until);
                @let id = if one.ended.is_some() { "deadline-waited" } else { "deadline-waiting" };
                @let times = [("from", widget::long_time(ui, &one.from).into()), ("until", widget::long_time(ui, end).into())];
                li.warning {
                    div.line { span.what { (ui.tw(id, &times)) } }
                    @if let Some(reason) = &one.reason { p.text.small { bdi dir="auto" { (reason) } } }
                    div.meta { (ui.named(&one.by)) }
                }
            }
        }
    }
}

fn moves(ui: &Ui, moves: &[MoveView]) -> Markup {
    html! {
        h3 { (ui.t("deadline-moves")) }
        ol.timeline.dense {
            @for one in moves {
                @let times = [("from", widget::long_time(ui, &one.from).into()), ("to", widget::long_time(ui, &one.to).into())];
                li.plain {
                    div.line { span.what { (widget::state(ui, "deadline-move", &one.why)) } }
                    p.small { (ui.tw("deadline-moved", &times)) }
                    div.meta {
                        (widget::time(ui, &one.at))
                        @if let Some(by) = &one.by { " · " (ui.named(by)) }
                        @if let Some(operation) = &one.operation {
                            " · " a href={ "/operations/" (operation) } { (ui.t("deadline-operation")) }
                        }
                    }
                }
            }
        }
    }
}

fn reminders(ui: &Ui, reminders: &[ReminderView]) -> Markup {
    html! {
        h3 { (ui.t("deadline-reminders")) }
        ul.reminders {
            @for one in reminders {
                li {
                    (widget::time(ui, one.sent_at.as_ref().unwrap_or(&one.at))) " "
                    @if one.sent_at.is_some() { (widget::chip(Tone::Good, &ui.t("deadline-reminder-sent"))) }
                    @else { (widget::chip(Tone::Plain, &ui.t("deadline-reminder-ahead"))) }
                }
            }
        }
    }
}

/// What this reader may do to it.
fn forms(ui: &Ui, deadline: &DeadlineView, from: From, filled: &Filled<'_>) -> Markup {
    let is_back = |form: &str| filled.wrong.iter().any(|wrong| wrong.pointer.starts_with(&format!("/{form}-")));
    html! {
        @if deadline.may_resume || deadline.may_suspend || deadline.may_set {
            div.deadline-forms {
                @if deadline.may_resume { (resume(ui, deadline, from)) }
                @if deadline.may_suspend {
                    details open[is_back("wait")] {
                        summary.button.quiet { (ui.t("deadline-suspend")) }
                        (suspend(ui, deadline, from, filled))
                    }
                }
                @if deadline.may_set {
                    details open[is_back("set")] {
                        summary.button.quiet { (ui.t("deadline-set")) }
                        (set(ui, deadline, from, filled))
                    }
                }
            }
        }
    }
}

fn came_from(from: From) -> Markup {
    html! { @if from == From::Case { input type="hidden" name=(FROM) value=(FROM_CASE); } }
}

fn resume(ui: &Ui, deadline: &DeadlineView, from: From) -> Markup {
    html! {
        form.resume method="post" action={ "/tasks/" (deadline.id) "/suspension/end" } {
            (came_from(from))
            p { (ui.t("deadline-resume-lead")) }
            button type="submit" { (ui.t("deadline-resume")) }
        }
    }
}

fn suspend(ui: &Ui, deadline: &DeadlineView, from: From, filled: &Filled<'_>) -> Markup {
    let name = |field: &str| field_name("wait", &deadline.id, field);
    let labels = [(name("/reason"), ui.t("deadline-suspend-reason")), (name("/until"), ui.t("deadline-suspend-until"))];
    html! {
        form method="post" action={ "/tasks/" (deadline.id) "/suspension" } novalidate {
            (came_from(from))
            p.meta { (ui.t("deadline-suspend-lead")) }
            (field::summary(ui, &only(filled, "wait"), &labels))
            (field::area(ui, &labels[0].0, &labels[0].1, true, Some(REASON_CHARS_MAX as i64), filled))
            (field::line(ui, &labels[1].0, &labels[1].1, false, date_typing(), filled))
            button type="submit" { (ui.t("deadline-suspend-confirm")) }
        }
    }
}

/// The date that stands is typed in already: whoever moves a deadline moves it from there.
fn set(ui: &Ui, deadline: &DeadlineView, from: From, filled: &Filled<'_>) -> Markup {
    let name = |field: &str| field_name("set", &deadline.id, field);
    let labels = [
        (name("/due"), ui.t("deadline-set-date")),
        (name("/time"), ui.t("deadline-set-time")),
        (name("/reason"), ui.t("reason")),
    ];
    let is_typed = filled.posted.0.iter().any(|(name, _)| *name == labels[0].0);
    let standing = || Posted(standing(ui, deadline, &labels[0].0, &labels[1].0));
    let posted = if is_typed { filled.posted.clone() } else { standing() };
    let filled = Filled { posted: &posted, wrong: filled.wrong };
    let time = Typing { ltr: true, characters_max: Some(5), example: Some("clock-example"), ..Typing::default() };
    html! {
        form method="post" action={ "/tasks/" (deadline.id) "/deadline" } novalidate {
            (came_from(from))
            p.meta { (ui.t("deadline-set-lead")) }
            (field::summary(ui, &only(&filled, "set"), &labels))
            div.pair {
                (field::line(ui, &labels[0].0, &labels[0].1, true, date_typing(), &filled))
                (field::line(ui, &labels[1].0, &labels[1].1, true, time, &filled))
            }
            (field::area(ui, &labels[2].0, &labels[2].1, true, Some(REASON_CHARS_MAX as i64), &filled))
            button type="submit" { (ui.t("deadline-set-confirm")) }
        }
    }
}

fn date_typing() -> Typing {
    Typing { ltr: true, characters_max: Some(10), example: Some("date-example"), ..Typing::default() }
}

/// Day and time of the present due instant, as they are typed.
fn standing(ui: &Ui, deadline: &DeadlineView, day: &str, time: &str) -> Vec<(String, String)> {
    let Ok(due) = deadline.due.parse::<Timestamp>() else { return Vec::new() };
    let local = ui.zone.to_datetime(due);
    let date = Jalali::from_gregorian(local.date()).to_string();
    let clock = format!("{:02}:{:02}", local.hour(), local.minute());
    vec![(day.to_owned(), ui.locale.digits(&date)), (time.to_owned(), ui.locale.digits(&clock))]
}

/// The summary above a form speaks of that form alone.
fn only<'a>(filled: &'a Filled<'a>, form: &str) -> Filled<'a> {
    let is_of_form = filled.wrong.iter().any(|wrong| wrong.pointer.starts_with(&format!("/{form}-")));
    Filled { posted: filled.posted, wrong: if is_of_form { filled.wrong } else { &[] } }
}
