//! What a table answers, as a phrase: where a message goes and with which terms, or the outputs one by one.

use std::collections::BTreeMap;

use peygir_decision::{Output, Part, Rule, Template};
use serde_json::{Map, Value};

use super::Teller;
use super::column;
use crate::text::{Arg, Words, isolated, plain};
use crate::titles::{Title, Titles};

/// The output that names who answers, and those that make an answer a referral.
const AGENCY: &str = "agency";
const OF_REFERRAL: [&str; 3] = ["unit", "managerRole", TERM];
/// Said also where the rule leaves it to the default: it is what people ask for first.
const TERM: &str = "workingDays";

/// One output as it is said.
struct Answer<'a> {
    name: &'a str,
    output: Option<&'a Output>,
    value: String,
    number: Option<i64>,
}

impl<'a> Teller<'a> {
    /// What a rule answers.
    pub(super) fn answer(&self, rule: &'a Rule) -> String {
        let written = |output: &Output| rule.then().iter().find(|(name, _)| *name == output.name);
        let told = self.table.outputs().iter().filter_map(|output| {
            let default = || output.default.as_ref().filter(|_| output.name == TERM);
            let (value, number) = match (written(output).map(|(_, template)| template), default()) {
                (Some(Template::Literal(value)), _) => (self.value_of(output, value), value.as_i64()),
                (Some(Template::Text(parts)), _) => (self.pattern(output, parts), None),
                (None, Some(value)) => (self.value_of(output, value), value.as_i64()),
                (None, None) => return None,
            };
            Some(Answer { name: &output.name, output: Some(output), value, number })
        });
        phrase(self.words, &told.collect::<Vec<_>>(), self.is_referral())
    }

    /// What is answered where a rule says nothing of it.
    pub(super) fn defaults(&self) -> Vec<String> {
        let told = self.table.outputs().iter().filter_map(|output| {
            let value = self.value_of(output, output.default.as_ref()?);
            let name = column::output_name(self.words, Some(output), &output.name);
            Some(self.words.with("answer-value", [("name", name.into()), ("value", value.into())]))
        });
        told.collect()
    }

    fn value_of(&self, output: &Output, value: &Value) -> String {
        output_value(self.titles, self.words, (&output.name, Some(output)), value)
    }

    /// Whether it is decided who answers, and how; not only that an agency is named.
    pub(super) fn is_referral(&self) -> bool {
        let has = |name: &str| self.table.outputs().iter().any(|output| output.name == name);
        has(AGENCY) && OF_REFERRAL.iter().any(|name| has(name))
    }

    /// `abfa-{province}`: by the names of those that it can become.
    fn pattern(&self, output: &Output, parts: &[Part]) -> String {
        let kind = column::kind(&output.name, "");
        let filled: Vec<Part> = parts.iter().map(|part| self.filled(part)).collect();
        match filled.as_slice() {
            [Part::Input(name)] => self.same(name),
            parts if parts.iter().all(|part| matches!(part, Part::Plain(_))) => {
                let text: String = parts.iter().map(written).collect();
                output_value(self.titles, self.words, (&output.name, Some(output)), &text.into())
            }
            parts => {
                let named = kind.filter(|kind| *kind == Title::Agency).and_then(|_| self.named_by_place(parts));
                named.unwrap_or_else(|| isolated(&parts.iter().map(written).collect::<String>()))
            }
        }
    }

    fn filled(&self, part: &Part) -> Part {
        match part {
            Part::Input(name) if self.known.contains_key(name.as_str()) => {
                Part::Plain(self.known[name.as_str()].to_owned())
            }
            part => part.clone(),
        }
    }

    /// What an input says, unchanged.
    fn same(&self, name: &str) -> String {
        let Some(input) = self.input(name) else { return isolated(name) };
        let title = input.title.as_ref().map(|title| plain(title.in_language(self.words.language)));
        let known = || self.words.known(&format!("field-{name}"), []);
        let name = title.or_else(known).unwrap_or_else(|| isolated(name));
        self.words.with("answer-same", [("name", name.into())])
    }

    /// The name that most agencies of the pattern share, with the place left open: `شهرداری همان شهرستان`.
    fn named_by_place(&self, parts: &[Part]) -> Option<String> {
        let at = parts.iter().position(|part| matches!(part, Part::Input(_)))?;
        let Part::Input(name) = &parts[at] else { return None };
        let plain = |parts: &[Part]| parts.iter().map(written).collect::<String>();
        if parts[at + 1..].iter().any(|part| matches!(part, Part::Input(_))) {
            return None;
        }
        let (before, after) = (plain(&parts[..at]), plain(&parts[at + 1..]));
        let input = self.input(name)?;
        let kind =
            column::kind(&input.name, &input.from).filter(|kind| matches!(kind, Title::Province | Title::County))?;
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        for id in self.titles.ids(Title::Agency) {
            let place = id.strip_prefix(&before).and_then(|rest| rest.strip_suffix(&after));
            let open = place.and_then(|place| self.with_place_open(kind, &id, place));
            if let Some(open) = open {
                *names.entry(open).or_default() += 1;
            }
        }
        let most = names.into_iter().max_by(|(a, of_a), (b, of_b)| of_a.cmp(of_b).then_with(|| b.cmp(a)))?;
        Some(isolated(&most.0))
    }

    /// The agency's name with `همان استان` in the place of its province.
    fn with_place_open(&self, kind: Title, agency: &str, place: &str) -> Option<String> {
        let name = |kind, id: &str| Some(self.titles.title(kind, id)?.in_language(self.words.language).to_owned());
        let (title, place) = (name(Title::Agency, agency)?, name(kind, place)?);
        let (same, word) = match kind {
            Title::Province => (self.words.say("same-province"), self.words.say("field-province")),
            _ => (self.words.say("same-county"), self.words.say("field-county")),
        };
        // «استان اصفهان» is one name here, «اصفهان» alone another.
        let long = format!("{word} {place}");
        let place = if title.contains(&long) { long } else { place };
        title.contains(&place).then(|| title.replacen(&place, &same, 1))
    }
}

fn written(part: &Part) -> String {
    match part {
        Part::Plain(text) => text.clone(),
        Part::Input(name) => format!("{{{name}}}"),
    }
}

/// An id of a unit is no word of the language, and is not quoted as one.
fn output_text(titles: &dyn Titles, words: Words, kind: Option<Title>, text: &str) -> String {
    match kind {
        None => isolated(text),
        // Who answers stands as a name in the sentence; other things are quoted.
        Some(kind @ (Title::Agency | Title::Role)) => {
            let title = titles.title(kind, text);
            title.map_or_else(|| isolated(text), |title| isolated(title.in_language(words.language)))
        }
        Some(_) => column::value(titles, words, kind, &text.into()),
    }
}

/// A value by the name that the table gives it, else by what else is known of it.
fn output_value(titles: &dyn Titles, words: Words, (name, output): (&str, Option<&Output>), value: &Value) -> String {
    let kind = column::kind(name, "");
    let titled = |text: &str| output?.titles.get(text).map(|title| isolated(title.in_language(words.language)));
    match value.as_str() {
        Some(text) if titled(text).is_some() => titled(text).unwrap_or_default(),
        Some(text) => output_text(titles, words, kind, text),
        None => column::value(titles, words, kind, value),
    }
}

/// What was answered, by the outputs that the table has and in their order; of other names by theirs.
pub(super) fn answered(titles: &dyn Titles, words: Words, outputs: &[Output], answer: &Map<String, Value>) -> String {
    let known = outputs.iter().filter_map(|output| Some((&output.name, Some(output), answer.get(&output.name)?)));
    let is_known = |name: &str| outputs.iter().any(|output| output.name == name);
    let others = answer.iter().filter(|(name, _)| !is_known(name)).map(|(name, value)| (name, None, value));
    let told = known.chain(others).map(|(name, output, value)| Answer {
        name,
        output,
        value: output_value(titles, words, (name, output), value),
        number: value.as_i64(),
    });
    let is_referral = answer.contains_key(AGENCY) && OF_REFERRAL.iter().any(|name| answer.contains_key(*name));
    phrase(words, &told.collect::<Vec<_>>(), is_referral)
}

fn phrase(words: Words, answers: &[Answer<'_>], is_referral: bool) -> String {
    let say = |id: &str, arg: Arg| words.with(id, [("value", arg)]);
    let parts = answers.iter().map(|answer| match (answer.name, answer.number) {
        (AGENCY, _) if is_referral => say("answer-agency", answer.value.clone().into()),
        ("unit", _) if is_referral => say("answer-unit", answer.value.clone().into()),
        ("managerRole", _) if is_referral => say("answer-role", answer.value.clone().into()),
        (TERM, Some(days)) if is_referral => say("answer-term", days.into()),
        ("remindAt", Some(days)) if is_referral => say("answer-reminder", days.into()),
        (name, _) => {
            let name = column::output_name(words, answer.output, name);
            words.with("answer-value", [("name", name.into()), ("value", answer.value.clone().into())])
        }
    });
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() {
        return words.say("answer-nothing");
    }
    let joined =
        |begun: String, part: String| words.with("list-more", [("begun", begun.into()), ("next", part.into())]);
    parts.into_iter().reduce(joined).unwrap_or_default()
}
