//! Reading a `.feature` file: its scenarios with every step bound to the catalogue, or all that is wrong with it.
//!
//! The parser of the `gherkin` crate does the reading. Around it stands what it lets pass in silence or knows in one
//! spelling only: Persian keywords with and without vowel marks and joiners, rows of unequal length, steps that it takes
//! for a description because their keyword is misspelt.

use std::collections::BTreeMap;

use gherkin::{GherkinEnv, StepType};
use peygir_source::{Diagnostic, Diagnostics, Help, Span};

use super::fold;
use super::steps::{self, Arguments, Below, Step, Unbound};

/// Most scenarios of a file, examples counted one by one.
pub const SCENARIOS_MAX: usize = 2_000;

/// One way of a case, ready to be played.
pub struct Scenario {
    pub name: String,
    pub line: u32,
    /// Without their at-signs, those of the file first.
    pub tags: Vec<String>,
    pub steps: Vec<Bound>,
}

/// A step of a scenario and what it means.
pub struct Bound {
    pub line: u32,
    /// As written, with the keyword.
    pub text: String,
    pub step: &'static Step,
    pub arguments: Arguments,
}

/// Keywords of Persian Gherkin as the parser knows them, longer ones first; what follows them tells whether they are.
const PERSIAN: [(&str, char); 11] = [
    ("وِیژگی", ':'),
    ("الگوی سناریو", ':'),
    ("سناریو", ':'),
    ("مثال", ':'),
    ("زمینه", ':'),
    ("نمونه ها", ':'),
    ("با فرض", ' '),
    ("هنگامی", ' '),
    ("آنگاه", ' '),
    ("اما", ' '),
    ("و", ' '),
];
/// Spellings of a keyword that differ by more than marks.
const ALSO: [(&str, &str); 1] = [("نمونه‌ها", "نمونه ها")];
const PERSIAN_DIRECTIVE: &str = "# language: fa";

/// Reads a file. All findings at once.
pub fn read(source: &str) -> Result<Vec<Scenario>, Diagnostics> {
    let text = canonical(source);
    let mut before = ragged_rows(&text);
    before.list.extend(unknown_language(&text));
    if before.has_errors() {
        return Err(before);
    }
    let feature = gherkin::Feature::parse(&text, GherkinEnv::default()).map_err(|error| {
        let mut found = Diagnostics::default();
        found.push(not_gherkin(&error.to_string(), &text));
        found
    })?;
    let mut reading = Reading { text: &text, found: Diagnostics::default(), scenarios: Vec::new(), tags: Vec::new() };
    reading.feature(&feature);
    match reading.found.has_errors() {
        true => Err(reading.found),
        false => Ok(reading.scenarios),
    }
}

struct Reading<'t> {
    text: &'t str,
    found: Diagnostics,
    scenarios: Vec<Scenario>,
    /// Tags of the file.
    tags: Vec<String>,
}

impl Reading<'_> {
    fn feature(&mut self, feature: &gherkin::Feature) {
        let before: Vec<&gherkin::Background> = feature.background.iter().collect();
        self.tags.clone_from(&feature.tags);
        self.background(&feature.background);
        for scenario in &feature.scenarios {
            self.scenario(scenario, &before);
        }
        for rule in &feature.rules {
            self.background(&rule.background);
            let before: Vec<_> = feature.background.iter().chain(&rule.background).collect();
            rule.scenarios.iter().for_each(|scenario| self.scenario(scenario, &before));
        }
        if self.scenarios.is_empty() && !self.found.has_errors() {
            let line = self.line_of(feature.span.start);
            self.wrong("PG-G004", line, "the file has no scenario", "پرونده سناریویی ندارد");
        }
    }

    fn background(&mut self, background: &Option<gherkin::Background>) {
        if let Some(background) = background {
            self.description(background.description.as_deref(), background.span.start);
        }
    }

    fn scenario(&mut self, scenario: &gherkin::Scenario, before: &[&gherkin::Background]) {
        let line = self.line_of(scenario.span.start);
        self.description(scenario.description.as_deref(), scenario.span.start);
        if scenario.steps.is_empty() {
            self.wrong("PG-G004", line, "the scenario has no steps", "سناریو گامی ندارد");
            return;
        }
        let steps: Vec<&gherkin::Step> =
            before.iter().flat_map(|background| &background.steps).chain(&scenario.steps).collect();
        if scenario.examples.is_empty() {
            if scenario.keyword.contains("Outline") || scenario.keyword.contains("الگوی") {
                self.wrong("PG-G004", line, "the outline has no examples", "الگو نمونه‌ای ندارد");
            }
            self.add(scenario, scenario.name.clone(), line, &steps, &BTreeMap::new());
        }
        for examples in &scenario.examples {
            self.examples(scenario, examples, &steps);
        }
    }

    fn examples(&mut self, scenario: &gherkin::Scenario, examples: &gherkin::Examples, steps: &[&gherkin::Step]) {
        let rows = examples.table.as_ref().map_or(&[][..], |table| &table.rows[..]);
        let first = examples.table.as_ref().map_or(0, |table| table.span.start);
        let [names, rows @ ..] = rows else {
            let line = self.line_of(examples.span.start);
            return self.wrong("PG-G004", line, "the examples have no rows", "نمونه‌ها سطری ندارند");
        };
        for (index, row) in rows.iter().enumerate() {
            let values: BTreeMap<&str, &str> =
                names.iter().map(String::as_str).zip(row.iter().map(String::as_str)).collect();
            let shown: Vec<String> = names.iter().zip(row).map(|(name, value)| format!("{name}={value}")).collect();
            let name = format!("{} ({})", filled(&scenario.name, &values), shown.join(", "));
            let line = self.nth_row(first, index + 1);
            self.add(scenario, name, line, steps, &values);
        }
    }

    fn add(
        &mut self,
        scenario: &gherkin::Scenario,
        name: String,
        line: u32,
        steps: &[&gherkin::Step],
        values: &BTreeMap<&str, &str>,
    ) {
        if self.scenarios.len() == SCENARIOS_MAX {
            return self.wrong(
                "PG-G004",
                line,
                "a file has at most 2000 scenarios",
                "پرونده بیش از ۲۰۰۰ سناریو نمی‌پذیرد",
            );
        }
        let bound = steps.iter().filter_map(|step| self.bind(step, values)).collect();
        let tags = self.tags.iter().chain(&scenario.tags).cloned().collect();
        self.scenarios.push(Scenario { name, line, tags, steps: bound });
    }

    fn bind(&mut self, step: &gherkin::Step, values: &BTreeMap<&str, &str>) -> Option<Bound> {
        let line = self.line_of(step.span.start);
        let value = filled(&step.value, values);
        let table = step.table.as_ref().map(|table| {
            table
                .rows
                .iter()
                .map(|row| row.iter().map(|cell| filled(cell, values)).collect())
                .collect::<Vec<Vec<String>>>()
        });
        let block = step.docstring.as_deref().map(|block| filled(block, values));
        let below = Below { table: table.as_deref(), block: block.as_deref() };
        match steps::bind(&value, below, step.ty == StepType::Then) {
            Ok((found, arguments)) => {
                Some(Bound { line, text: format!("{} {value}", step.keyword.trim()), step: found, arguments })
            }
            Err(unbound) => {
                self.unbound(line, &value, unbound);
                None
            }
        }
    }

    fn unbound(&mut self, line: u32, value: &str, unbound: Unbound) {
        let span = self.span_of(line);
        let diagnostic = match unbound {
            Unbound::Unknown { nearest } => {
                let mut diagnostic = Diagnostic::error(
                    "PG-G002",
                    span,
                    format!("there is no step \"{value}\""),
                    format!("گام «{value}» شناخته نیست"),
                );
                diagnostic.help = nearest.map(|nearest| {
                    let fa = format!("نزدیک‌ترین گام این است: {nearest}");
                    Help::new(format!("the nearest step is: {nearest}"), fa).into()
                });
                diagnostic
            }
            Unbound::Wrong { en, fa } => Diagnostic::error("PG-G003", span, en, fa),
        };
        // A background's step is bound for each scenario and told once.
        if !self.found.list.contains(&diagnostic) {
            self.found.push(diagnostic);
        }
    }

    /// A step whose keyword is misspelt would be read as a description, and nothing would be tested.
    fn description(&mut self, description: Option<&str>, start: usize) {
        let first = self.line_of(start);
        for text in description.unwrap_or_default().lines() {
            let words: Vec<&str> = text.split_whitespace().collect();
            let is_step = (1..=2).any(|skipped| {
                words.get(skipped..).is_some_and(|rest| !rest.is_empty() && steps::is_step(&rest.join(" ")))
            });
            if is_step {
                let after = self.text.lines().enumerate().skip(first as usize);
                let line = after.into_iter().find(|(_, line)| line.trim() == text.trim());
                let line = line.map_or(first, |(index, _)| index as u32 + 1);
                self.wrong(
                    "PG-G002",
                    line,
                    format!("\"{}\" is no keyword, so the line would be a description and no step", words[0]),
                    format!("«{}» کلیدواژه نیست و این سطر گام شمرده نمی‌شود", words[0]),
                );
            }
        }
    }

    /// The line of a step or keyword; the parser counts comments before it to it.
    fn line_of(&self, start: usize) -> u32 {
        let before = self.text.get(..start).unwrap_or_default().matches('\n').count();
        let skipped = self
            .text
            .get(start..)
            .unwrap_or_default()
            .lines()
            .take_while(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
            .count();
        (before + skipped) as u32 + 1
    }

    /// The line of a row of a table that begins at `start`.
    fn nth_row(&self, start: usize, index: usize) -> u32 {
        let first = self.line_of(start) as usize - 1;
        let rows = self.text.lines().enumerate().skip(first).filter(|(_, line)| line.trim_start().starts_with('|'));
        rows.map(|(line, _)| line as u32 + 1).nth(index).unwrap_or(first as u32 + 1)
    }

    fn span_of(&self, line: u32) -> Span {
        span_of(self.text, line)
    }

    fn wrong(&mut self, code: &'static str, line: u32, en: impl Into<String>, fa: impl Into<String>) {
        let diagnostic = Diagnostic::error(code, self.span_of(line), en, fa);
        self.found.push(diagnostic);
    }
}

/// A line without its indentation.
fn span_of(text: &str, line: u32) -> Span {
    let content = text.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default();
    let indentation = content.chars().take_while(|letter| letter.is_whitespace()).count() as u32;
    Span { line, column: indentation + 1, length: content.trim().chars().count() as u32 }
}

/// `<name>` replaced by the example's value.
fn filled(text: &str, values: &BTreeMap<&str, &str>) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("<{name}>"), value))
}

/// The text in the spelling that the parser knows, line for line.
fn canonical(source: &str) -> String {
    let source = source.strip_prefix('\u{FEFF}').unwrap_or(source);
    let persian = source.lines().next().is_some_and(|first| directive(first) == Some("fa"));
    let mut text = String::with_capacity(source.len() + 64);
    let mut block = Block::default();
    for (index, line) in source.lines().enumerate() {
        if block.holds(line) {
            text.push_str(line);
            text.push('\n');
            continue;
        }
        match (index, directive(line)) {
            (0, Some(_)) if persian => text.push_str(PERSIAN_DIRECTIVE),
            (0, Some(language)) => text.push_str(&format!("# language: {language}")),
            _ if persian => text.push_str(&persian_line(line)),
            _ => text.push_str(line),
        }
        text.push('\n');
    }
    text
}

/// Whether lines belong to a block of text below a step, where nothing is a keyword or a table.
#[derive(Default)]
struct Block {
    fence: Option<&'static str>,
}

impl Block {
    /// Its first and last line belong to it too.
    fn holds(&mut self, line: &str) -> bool {
        let fence = ["\"\"\"", "```"].into_iter().find(|fence| line.trim_start().starts_with(fence));
        match (self.fence, fence) {
            (None, None) => false,
            (None, Some(begun)) => {
                self.fence = Some(begun);
                true
            }
            (Some(begun), ended) => {
                if ended == Some(begun) {
                    self.fence = None;
                }
                true
            }
        }
    }
}

/// The language that a first line names.
fn directive(line: &str) -> Option<&str> {
    let rest = line.trim().strip_prefix('#')?.trim_start().strip_prefix("language")?;
    Some(rest.trim_start().strip_prefix(':')?.trim())
}

fn persian_line(line: &str) -> String {
    let content = line.trim_start();
    let indentation = &line[..line.len() - content.len()];
    let known = PERSIAN.iter().map(|(keyword, after)| (*keyword, *keyword, *after));
    let also = ALSO.iter().map(|(spelling, keyword)| (*spelling, *keyword, ':'));
    for (spelling, keyword, after) in known.chain(also) {
        let Some(rest) = fold::strip(content, spelling) else { continue };
        if after == ':' && rest.trim_start().starts_with(':') {
            return format!("{indentation}{keyword}{}", rest.trim_start());
        }
        if after == ' ' && rest.starts_with(char::is_whitespace) {
            return format!("{indentation}{keyword}{rest}");
        }
    }
    line.to_owned()
}

/// Rows of one table with different numbers of cells: the parser cuts the longer ones.
fn ragged_rows(text: &str) -> Diagnostics {
    let mut found = Diagnostics::default();
    let mut width: Option<usize> = None;
    let mut block = Block::default();
    for (index, line) in text.lines().enumerate() {
        let row = line.trim();
        if block.holds(line) {
            width = None;
            continue;
        }
        if !row.starts_with('|') {
            width = if row.is_empty() || row.starts_with('#') { width } else { None };
            continue;
        }
        let bars = row.replace("\\\\", "").replace("\\|", "").matches('|').count();
        let line = index as u32 + 1;
        match width {
            None => width = Some(bars),
            Some(first) if first != bars => found.push(Diagnostic::error(
                "PG-G001",
                span_of(text, line),
                format!(
                    "the row has {} cells and the first one has {}",
                    bars.saturating_sub(1),
                    first.saturating_sub(1)
                ),
                "شمار خانه‌های این سطر با سطر نخست یکی نیست",
            )),
            Some(_) => {}
        }
    }
    found
}

/// The catalogue of steps speaks two languages; the parser knows many more.
fn unknown_language(text: &str) -> Option<Diagnostic> {
    let language = directive(text.lines().next()?)?;
    let finding = Diagnostic::error(
        "PG-G001",
        span_of(text, 1),
        format!("there are no steps in the language \"{language}\""),
        format!("گامی به زبان «{language}» نیست"),
    );
    (!["en", "fa"].contains(&language)).then(|| {
        finding.with_help(
            "English needs no line; for Persian the first line is: # language: fa",
            "انگلیسی سطری نمی‌خواهد؛ برای فارسی سطر نخست این است: # language: fa",
        )
    })
}

/// What the parser says, as a finding. It tells the place in its text only.
fn not_gherkin(message: &str, text: &str) -> Diagnostic {
    let line =
        message.split(|letter: char| !letter.is_ascii_digit()).find_map(|digits| digits.parse().ok()).unwrap_or(1);
    // The parser stops where a thing could not go on, often behind the last line that was right.
    let line = text.lines().enumerate().skip(line as usize - 1).find(|(_, content)| !content.trim().is_empty());
    let line = line.map_or(text.lines().count().max(1), |(index, _)| index + 1) as u32;
    Diagnostic::error(
        "PG-G001",
        span_of(text, line),
        "this cannot be read as Gherkin",
        "این سطر به زبان Gherkin خوانده نمی‌شود",
    )
    .with_help(
        "a file begins with \"Feature:\"; below it lines begin with Background:, Scenario:, Scenario Outline:, \
             Examples:, Given, When, Then, And, But, | or #",
        "پرونده با \"Feature:\" یا «ویژگی:» آغاز می‌شود؛ زیر آن هر سطر با زمینه:، سناریو:، الگوی سناریو:، نمونه‌ها:، \
             با فرض، هنگامی، آنگاه، و، اما، | یا # آغاز می‌شود",
    )
}
