//! Message templates: the words that go out, by channel, with the case's values put in.
//!
//! A template is compiled when it is read, and every variable and filter it names is looked up then: a typo is a
//! finding with line and column, not a message that fails at night. Rendering is bounded in steps and in size.

use std::sync::Arc;

use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior};
use peygir_source::{Diagnostic, Diagnostics, Help, Node, Span, suggest};
use serde_json::Value;

use super::read::Reader;
use super::template_scan::{Use, UseKind, scan};

/// Most steps of one rendering.
pub const FUEL_MAX: u64 = 50_000;
/// Longest rendered text of a channel, in bytes.
pub const RENDERED_BYTES_MAX: usize = 64 << 10;
/// Longest subject of a mail, in characters.
pub const SUBJECT_CHARS_MAX: usize = 200;

/// What a template may name. `args.…` is free: the flow that sends says what it holds. Null values print as nothing.
pub const VARIABLES: [&str; 34] = [
    "now",
    "case",
    "case.id",
    "case.code",
    "case.type",
    "case.channel",
    "case.province",
    "case.county",
    "case.topic",
    "case.agency",
    "case.agencyTitle",
    "case.manager",
    "case.text",
    "case.citizen",
    "case.citizen.name",
    "case.citizen.mobile",
    "case.citizen.nationalId",
    "case.onBehalfOf",
    "case.onBehalfOf.name",
    "case.onBehalfOf.mobile",
    "case.onBehalfOf.nationalId",
    "case.round",
    "case.repeats",
    "case.openedAt",
    "case.closed",
    "case.outcome",
    "case.overdue",
    "case.line",
    "task",
    "task.id",
    "task.form",
    "task.due",
    "task.createdAt",
    "task.round",
];

/// Filters beyond these are refused when the template is read.
pub const FILTERS: [&str; 12] =
    ["jalali", "fa_digits", "default", "trim", "upper", "lower", "replace", "length", "first", "last", "join", "round"];

const SMS: &str = "sms";
const SUBJECT: &str = "subject";
const BODY: &str = "body";

/// Why a message could not be put into words; the text names the variable or filter, never a value.
pub type RenderError = String;

/// The words of one message.
#[derive(Debug, Clone)]
pub struct Template {
    pub id: String,
    has_sms: bool,
    has_mail: bool,
    words: Arc<Environment<'static>>,
}

impl Template {
    /// Reads and compiles a template. `text` is the file's own text, from which places inside a value are found.
    pub fn read(root: &Node, text: &str) -> Result<(Self, Diagnostics), Diagnostics> {
        let mut reader = Reader::default();
        let template = read_template(&mut reader, root, text);
        reader.finish(template)
    }

    pub fn has_sms(&self) -> bool {
        self.has_sms
    }

    pub fn has_mail(&self) -> bool {
        self.has_mail
    }

    /// Whether it has words for a channel (`sms`, `mail`).
    pub fn speaks(&self, channel: &str) -> bool {
        match channel {
            "mail" => self.has_mail,
            _ => self.has_sms,
        }
    }

    pub fn render_sms(&self, values: &Value) -> Result<String, RenderError> {
        if !self.has_sms {
            return Err("the template has no words for sms".into());
        }
        Ok(self.render(SMS, values)?.trim().to_owned())
    }

    /// Subject (one line) and body.
    pub fn render_mail(&self, values: &Value) -> Result<(String, String), RenderError> {
        if !self.has_mail {
            return Err("the template has no words for mail".into());
        }
        let subject = self.render(SUBJECT, values)?;
        // A line break in a header would let a citizen's text write headers of its own.
        let plain: String = subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let subject = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok((subject.chars().take(SUBJECT_CHARS_MAX).collect(), self.render(BODY, values)?))
    }

    fn render(&self, part: &str, values: &Value) -> Result<String, RenderError> {
        let compiled = self.words.get_template(part).map_err(|error| without_values(&error))?;
        let text = compiled.render(minijinja::value::Serde(values)).map_err(|error| without_values(&error))?;
        if text.len() > RENDERED_BYTES_MAX {
            return Err(format!("the text is longer than {RENDERED_BYTES_MAX} bytes"));
        }
        Ok(text)
    }
}

/// The kind of the error and its line: details may quote values, which are personal.
fn without_values(error: &minijinja::Error) -> RenderError {
    let part = error.name().unwrap_or("template");
    format!("{} in line {} of {part}", error.kind(), error.line().unwrap_or(0))
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL_MAX));
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(
        |out, state, value| {
            if value.is_none() { Ok(()) } else { minijinja::escape_formatter(out, state, value) }
        },
    );
    environment.add_filter("fa_digits", |text: minijinja::Value| crate::text::persian_digits(&text.to_string()));
    environment.add_filter("jalali", jalali);
    environment
}

/// `۳۰ آبان ۱۴۰۵، ۱۴:۳۰` from an RFC 3339 instant, as the clocks of Iran show it; nothing from null.
fn jalali(value: minijinja::Value) -> Result<String, minijinja::Error> {
    if value.is_none() {
        return Ok(String::new());
    }
    let wrong = || minijinja::Error::new(ErrorKind::InvalidOperation, "jalali takes an RFC 3339 instant");
    let instant: jiff::Timestamp = value.as_str().ok_or_else(wrong)?.parse().map_err(|_| wrong())?;
    let local = instant.to_zoned(peygir_calendar::tehran());
    let day = peygir_calendar::Jalali::from_gregorian(local.date());
    let month = peygir_calendar::month_name(day.month(), peygir_calendar::Language::Persian);
    let words = format!("{} {month} {}، {:02}:{:02}", day.day(), day.year(), local.hour(), local.minute());
    Ok(crate::text::persian_digits(&words))
}

fn read_template(reader: &mut Reader, root: &Node, text: &str) -> Option<Template> {
    if !reader.mapping(root, &["kind", "id", "sms", "mail"]) {
        return None;
    }
    reader.kind(root, "template");
    let id = reader.id(root, "id");
    let mut environment = environment();
    let sms = root.get("sms");
    let mail = root.get("mail");
    if sms.is_none() && mail.is_none() {
        reader.error(
            "PG-P031",
            root.span,
            "a template has words for sms, for mail, or for both",
            "الگوی پیام باید متنِ sms یا mail یا هر دو را داشته باشد",
        );
    }
    let mut compile = |reader: &mut Reader, part: &'static str, node: &Node| {
        let Some(source) = reader.as_text(node) else { return };
        let place = Place { span: node.span, value: &source, text };
        check_uses(reader, &place);
        if let Err(error) = environment.add_template_owned(part, source.clone()) {
            reader.found.push(syntax_error(&error, &place));
        }
    };
    if let Some(node) = sms {
        compile(reader, SMS, node);
    }
    if let Some(mail) = mail
        && reader.mapping(mail, &["subject", "body"])
    {
        if let Some(node) = reader.required(mail, "subject") {
            compile(reader, SUBJECT, node);
        }
        if let Some(node) = reader.required(mail, "body") {
            compile(reader, BODY, node);
        }
    }
    Some(Template { id: id?, has_sms: sms.is_some(), has_mail: mail.is_some(), words: Arc::new(environment) })
}

fn syntax_error(error: &minijinja::Error, place: &Place<'_>) -> Diagnostic {
    let line = error.line().unwrap_or(1).saturating_sub(1);
    let start: usize = place.value.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = &place.value[start..];
    let column = rest.lines().next().and_then(|line| line.find("{%").or_else(|| line.find("{{"))).unwrap_or(0);
    let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    Diagnostic::error(
        "PG-P030",
        place.at(start + column, 0),
        format!("the template cannot be read: {detail}"),
        format!("الگوی پیام خوانده نمی‌شود: {detail}"),
    )
}

fn check_uses(reader: &mut Reader, place: &Place<'_>) {
    for used in scan(place.value) {
        let (code, en, fa, known): (_, _, _, &[&str]) = match used.kind {
            UseKind::Variable if is_variable(&used.name) => continue,
            UseKind::Variable => {
                ("PG-P032", "a template knows no variable", "الگوی پیام متغیری به این نام ندارد:", &VARIABLES)
            }
            UseKind::Filter if FILTERS.contains(&used.name.as_str()) => continue,
            UseKind::Filter => {
                ("PG-P033", "a template knows no filter", "الگوی پیام صافی‌ای به این نام ندارد:", &FILTERS)
            }
            UseKind::Function => {
                ("PG-P034", "a template calls no functions, such as", "الگوی پیام تابع فرا نمی‌خواند:", &[])
            }
        };
        let span = place.at(used.offset, length(&used));
        let mut diagnostic =
            Diagnostic::error(code, span, format!("{en} \"{}\"", used.name), format!("{fa} «{}»", used.name));
        diagnostic.help = suggest(&used.name, known.iter().copied()).map(|near| Help::did_you_mean(near, '"').into());
        reader.found.push(diagnostic);
    }
}

fn is_variable(name: &str) -> bool {
    VARIABLES.contains(&name) || name == "args" || name.starts_with("args.")
}

fn length(used: &Use) -> u32 {
    u32::try_from(used.name.chars().count()).unwrap_or(0)
}

/// A value of the file and the text it was written in.
struct Place<'a> {
    span: Span,
    value: &'a str,
    text: &'a str,
}

impl Place<'_> {
    /// Where a byte of the value was written. Exact in plain, quoted and `|` values; in a folded one, its start.
    fn at(&self, offset: usize, length: u32) -> Span {
        let before = &self.value[..offset];
        let lines = before.matches('\n').count();
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
        let first = self.line(self.span.line);
        let written: String = first.chars().skip(self.span.column.saturating_sub(1) as usize).collect();
        let (line, start) = match written.chars().next() {
            Some('>') => return self.span,
            Some('|') => {
                let line = self.span.line + 1 + lines as u32;
                (line, self.indent() + 1)
            }
            Some('"' | '\'') => (self.span.line, self.span.column + 1),
            _ if lines > 0 => (self.span.line + lines as u32, self.span.column),
            _ => (self.span.line, self.span.column),
        };
        Span { line, column: start + column as u32, length }
    }

    fn line(&self, number: u32) -> &str {
        self.text.lines().nth(number.saturating_sub(1) as usize).unwrap_or_default()
    }

    /// Indentation of a block that begins on the next line.
    fn indent(&self) -> u32 {
        let content = self.text.lines().skip(self.span.line as usize).find(|line| !line.trim().is_empty());
        content.map_or(0, |line| line.chars().take_while(|&c| c == ' ').count() as u32)
    }
}

#[cfg(test)]
mod tests;
