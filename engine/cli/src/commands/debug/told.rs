//! A run as the debugger tells it: where it comes from, its steps, how it ended.

use anyhow::Result;
use peygir_runtime::desk::{Origin, ScriptEnd, ScriptFault, ScriptRun, ScriptStep};
use serde_json::Value;

use super::super::local::Lang;

/// Longest value that is printed in one line, in characters.
const LINE_CHARS_MAX: usize = 100;

pub struct Told {
    /// What was run, in words.
    pub head: Vec<String>,
    pub warnings: Vec<String>,
    pub file: String,
    pub source: Vec<String>,
    pub steps: Vec<ScriptStep>,
    pub steps_dropped: u64,
    /// How it ended, and how it should have.
    pub end: Vec<String>,
    pub json: Value,
}

impl Told {
    pub fn of_case(run: ScriptRun, lang: Lang) -> Result<Self> {
        let json = serde_json::to_value(&run)?;
        let at = run.calls.get(run.call.saturating_sub(1));
        let (flow, step) = at.map_or(("", ""), |call| (call.flow.as_str(), call.step.as_str()));
        let case = run.tracking_code.as_deref().unwrap_or(&run.case_id);
        let (script, now) = (&run.script, moment(&run.now, lang));
        let [call, calls] = [run.call, run.calls.len()].map(|number| lang.digits(&number.to_string()));
        let head = match lang {
            Lang::En => format!("{script} on {case}: call {call} of {calls}, {now}, {flow} {step}"),
            Lang::Fa => format!("{script} روی {case}: فراخوانی {call} از {calls}، {now}، {flow} {step}"),
        };
        let mut end = vec![end_line(&run.ended, lang)];
        end.push(match run.agrees {
            true => lang.pick("as it ended then", "همان گونه که آن زمان پایان یافت").to_owned(),
            false => format!("{} {}", lang.pick("on record:", "در دفتر:"), end_line(&run.ended_then, lang)),
        });
        Ok(Self {
            head: vec![head, format!("  args = {}", compact(&run.args)), format!("  req = {}", compact(&run.req))],
            warnings: warnings(&run, lang),
            file: run.text.file,
            source: run.text.source.lines().map(str::to_owned).collect(),
            steps: run.steps,
            steps_dropped: run.steps_dropped,
            end,
            json,
        })
    }

    /// A line of the script, from 1.
    pub fn line(&self, number: u32) -> &str {
        let index = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        index.and_then(|index| self.source.get(index)).map_or("", String::as_str)
    }

    /// What changed since the function's statement before: all it has, where it begins.
    pub fn changes(&self, at: usize) -> Vec<(&str, &Value)> {
        let step = &self.steps[at];
        let before = self.before(at);
        let known = |name: &str| before.and_then(|before| value_of(before, name));
        let changed = step.variables.iter().filter(|(name, value)| known(name) != Some(value));
        changed.map(|(name, value)| (name.as_str(), value)).collect()
    }

    /// The statement of the same run of the same function that ran before.
    fn before(&self, at: usize) -> Option<&ScriptStep> {
        let step = &self.steps[at];
        let earlier = self.steps[..at].iter().rev().take_while(|earlier| {
            let left = earlier.returned.is_some() && earlier.depth == step.depth;
            earlier.depth >= step.depth && !left
        });
        earlier.into_iter().find(|earlier| earlier.depth == step.depth)
    }
}

/// The script's own moment as people read it, on the clock that it was told with; what is no moment stays as it is.
pub fn moment(iso: &str, lang: Lang) -> String {
    let read = || {
        let at: jiff::Timestamp = iso.parse().ok()?;
        let offset = jiff::fmt::temporal::DateTimeParser::new().parse_pieces(iso).ok()?.to_numeric_offset()?;
        Some(peygir_calendar::date_time(at, &offset.to_time_zone(), lang.language()))
    };
    read().unwrap_or_else(|| iso.to_owned())
}

pub fn value_of<'a>(step: &'a ScriptStep, name: &str) -> Option<&'a Value> {
    step.variables.iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

/// In one line, however long.
pub fn compact(value: &Value) -> String {
    value.to_string()
}

/// In one line where it is short.
pub fn shown(value: &Value) -> String {
    let line = value.to_string();
    if line.chars().count() <= LINE_CHARS_MAX {
        return line;
    }
    serde_json::to_string_pretty(value).unwrap_or(line)
}

pub fn end_line(end: &ScriptEnd, lang: Lang) -> String {
    match end {
        ScriptEnd::Answer(answer) => format!("{} {}", lang.pick("answer:", "پاسخ:"), compact(answer)),
        ScriptEnd::Fault(ScriptFault { code, en, fa, .. }) => {
            let code = if code.is_empty() { String::new() } else { format!("{code} ") };
            let words = match lang {
                Lang::En => en.clone(),
                Lang::Fa => peygir_source::persian_numbers(fa).into_owned(),
            };
            format!("{} {code}{words}", lang.pick("fault:", "خطا:"))
        }
    }
}

fn warnings(run: &ScriptRun, lang: Lang) -> Vec<String> {
    let text = &run.text;
    let then = text.version_then.as_deref().unwrap_or("?");
    let said = match (text.origin, lang) {
        (Origin::AsThen, _) => return Vec::new(),
        (Origin::InForceThen, Lang::En) => {
            "of a call that failed no digest is on record: this text was in force then".to_owned()
        }
        (Origin::InForceThen, Lang::Fa) => {
            "از فراخوانی ناکام نشانی متن در دفتر نیست: این متن آن زمان در کار بود".to_owned()
        }
        (Origin::Present, Lang::En) => format!(
            "the text that ran then ({then}) is not to be had: this is the present one ({}), which may go another way",
            text.version
        ),
        (Origin::Present, Lang::Fa) => format!(
            "متنی که آن زمان اجرا شد ({then}) در دست نیست: این متن کنونی است ({}) و شاید راه دیگری برود",
            text.version
        ),
    };
    vec![said]
}
