//! Where a case stands, in words: the desk's code and arguments become a sentence of the reader's language.

use std::collections::BTreeMap;

use jiff::Timestamp;
use peygir_runtime::desk::Stage;

use super::layout::Ui;
use super::widget::Tone;
use crate::locale::Locale;
use crate::text::{Arg, exists};
use crate::when;

pub fn words(ui: &Ui, stage: &Stage) -> String {
    let id = format!("stage-{}", stage.code);
    if !exists(&format!("{id}.bare")) {
        return stage.code.clone();
    }
    let args: Vec<_> = stage
        .args
        .iter()
        .map(|(name, value)| (name.as_str(), arg(ui, name, in_english(ui, stage, name).unwrap_or(value))))
        .collect();
    ui.tw(&id, &args)
}

/// The English form that the desk gave beside a Persian name: `agencyEn` beside `agency`.
fn in_english<'a>(ui: &Ui, stage: &'a Stage, name: &str) -> Option<&'a String> {
    (ui.locale == Locale::En).then(|| stage.args.get(&format!("{name}En"))).flatten()
}

/// The stage in two or three words, for lists.
pub fn short(ui: &Ui, stage: &Stage) -> String {
    let id = format!("stage-{}.bare", stage.code);
    if exists(&id) { ui.t(&id) } else { stage.code.clone() }
}

pub fn tone(stage: &Stage) -> Tone {
    match stage.code.as_str() {
        "closed-solved" => Tone::Good,
        "overdue" | "faulted" => Tone::Danger,
        "inspecting" => Tone::Warning,
        "referred" | "verifying" => Tone::Accent,
        _ => Tone::Plain,
    }
}

/// An argument as people read it: instants as dates, ids of the directory as names, numbers in their digits.
pub fn arg(ui: &Ui, name: &str, value: &str) -> Arg {
    if let Ok(instant) = value.parse::<Timestamp>() {
        return Arg::Text(when::long(instant, &ui.zone, ui.locale));
    }
    if let Ok(number) = value.parse::<i64>()
        && value.len() <= 4
    {
        return Arg::Number(number);
    }
    if let Some(person) = ui.directory.people.iter().find(|person| person.id == value) {
        return Arg::Text(ui.named(&person.name).to_owned());
    }
    if let Some(title) = ui.directory.titles.get(value) {
        return Arg::Text(ui.named(title).to_owned());
    }
    let lists = [
        ("agency", &ui.directory.agencies),
        ("topic", &ui.directory.topics),
        ("county", &ui.directory.counties),
        ("role", &ui.directory.roles),
        ("table", &ui.directory.tables),
        ("layer", &ui.directory.packs),
    ];
    let list = lists.iter().find(|(key, _)| *key == name).map(|(_, list)| *list);
    if let Some(named) = list.and_then(|list| list.iter().find(|named| named.id == value)) {
        return Arg::Text(ui.named(named).to_owned());
    }
    let id = format!("{name}-{value}");
    Arg::Text(if exists(&id) { ui.t(&id) } else { value.to_owned() })
}

/// The arguments of a journal line that have a label, as label and value.
pub fn labelled(ui: &Ui, args: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let known = args.iter().filter(|(name, value)| !value.is_empty() && exists(&format!("arg-{name}")));
    known
        .map(|(name, value)| {
            let words = match arg(ui, name, value) {
                Arg::Text(text) => text,
                Arg::Number(number) => ui.locale.number(number),
            };
            (ui.t(&format!("arg-{name}")), words)
        })
        .collect()
}
