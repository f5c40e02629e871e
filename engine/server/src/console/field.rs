//! Fields of forms: drawn with label, help and error, and read back into JSON.

use maud::{Markup, html};
use peygir_calendar::digits;
use peygir_runtime::desk::{FieldView, FormView};
use serde_json::{Map, Value};

use super::layout::Ui;
use crate::form::Posted;
use crate::problem::{WrongField, field_text};

/// More options than this are a list to choose from, not buttons.
const OPTIONS_SHOWN_MAX: usize = 6;
/// Steps of a rating whose field names no maximum.
const RATING_MAX: i64 = 5;
/// Most steps of a rating that are drawn.
const RATING_STEPS_MAX: i64 = 10;

/// Where a field stands on its page: what was typed, and what was wrong with it.
pub struct Filled<'a> {
    pub posted: &'a Posted,
    pub wrong: &'a [WrongField],
}

impl Filled<'_> {
    pub fn value(&self, name: &str) -> &str {
        self.posted.get(name)
    }

    fn error(&self, ui: &Ui, name: &str) -> Option<String> {
        self.wrong.iter().find(|field| field.pointer == name).map(|field| field_text(ui.locale, &field.code))
    }
}

/// Above a form that came back: every error, each a link to its field.
pub fn summary(ui: &Ui, filled: &Filled<'_>, labels: &[(String, String)]) -> Markup {
    html! {
        @if !filled.wrong.is_empty() {
            div.summary role="alert" tabindex="-1" {
                p { (ui.t("form-has-errors")) }
                ul {
                    @for field in filled.wrong {
                        @let label = labels.iter().find(|(name, _)| *name == field.pointer).map(|(_, label)| label);
                        li { a href={ "#" (id(&field.pointer)) } {
                            @if let Some(label) = label { (label) ": " }
                            (field_text(ui.locale, &field.code))
                        } }
                    }
                }
            }
        }
    }
}

/// The id of a field's element: its pointer without slashes.
fn id(pointer: &str) -> String {
    format!("field{}", pointer.replace('/', "-"))
}

/// How a single-line field is typed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Typing {
    pub mode: Option<&'static str>,
    /// Numbers and codes run left to right.
    pub ltr: bool,
    pub characters_max: Option<i64>,
    /// Message id of an example.
    pub example: Option<&'static str>,
}

fn frame(ui: &Ui, name: &str, label: &str, required: bool, filled: &Filled<'_>, control: Markup) -> Markup {
    let error = filled.error(ui, name);
    html! {
        div.field.wrong[error.is_some()] {
            label for=(id(name)) { (label) (mark(ui, required)) }
            (control)
            (error_line(name, error))
        }
    }
}

fn mark(ui: &Ui, required: bool) -> Markup {
    html! { @if !required { span.optional { " " (ui.t("optional")) } } }
}

fn error_line(name: &str, error: Option<String>) -> Markup {
    html! { @if let Some(error) = error { p.error id={ (id(name)) "-error" } { (error) } } }
}

fn describes(name: &str, filled: &Filled<'_>) -> Option<String> {
    filled.wrong.iter().any(|field| field.pointer == name).then(|| format!("{}-error", id(name)))
}

pub fn line(ui: &Ui, name: &str, label: &str, required: bool, typing: Typing, filled: &Filled<'_>) -> Markup {
    let described = describes(name, filled);
    frame(
        ui,
        name,
        label,
        required,
        filled,
        html! {
            input type="text" id=(id(name)) name=(name) value=(filled.value(name)) autocomplete="off"
                required[required] inputmode=[typing.mode] dir=(if typing.ltr { "ltr" } else { "auto" })
                maxlength=[typing.characters_max] placeholder=[typing.example.map(|id| ui.t(id))] aria-invalid=[described.is_some().then_some("true")]
                aria-describedby=[described];
        },
    )
}

pub fn area(ui: &Ui, name: &str, label: &str, required: bool, max: Option<i64>, filled: &Filled<'_>) -> Markup {
    let described = describes(name, filled);
    frame(
        ui,
        name,
        label,
        required,
        filled,
        html! {
            textarea id=(id(name)) name=(name) rows="5" dir="auto" required[required] maxlength=[max]
                aria-invalid=[described.is_some().then_some("true")] aria-describedby=[described] { (filled.value(name)) }
        },
    )
}

/// A choice from a list.
pub fn select(
    ui: &Ui,
    name: &str,
    label: &str,
    required: bool,
    options: &[(String, String)],
    filled: &Filled<'_>,
) -> Markup {
    let none = ui.t("choose");
    frame(ui, name, label, required, filled, list(name, required, &none, options, filled))
}

/// A choice from a list in which the first entry means something of its own, so that nothing needs to be chosen.
pub fn select_or(
    ui: &Ui,
    name: &str,
    label: &str,
    none: &str,
    options: &[(String, String)],
    filled: &Filled<'_>,
) -> Markup {
    frame(ui, name, label, true, filled, list(name, false, none, options, filled))
}

fn list(name: &str, required: bool, none: &str, options: &[(String, String)], filled: &Filled<'_>) -> Markup {
    let described = describes(name, filled);
    html! {
        select id=(id(name)) name=(name) required[required] aria-invalid=[described.is_some().then_some("true")]
            aria-describedby=[described] {
            option value="" { (none) }
            @for (value, words) in options {
                option value=(value) selected[filled.value(name) == value] { (words) }
            }
        }
    }
}

/// A choice by buttons, one under or beside the other.
pub fn radios(
    ui: &Ui,
    name: &str,
    label: &str,
    required: bool,
    options: &[(String, String)],
    class: &str,
    filled: &Filled<'_>,
) -> Markup {
    let error = filled.error(ui, name);
    let described = describes(name, filled);
    html! {
        fieldset.field.wrong[error.is_some()] id=(id(name)) tabindex="-1" aria-describedby=[described] {
            legend { (label) (mark(ui, required)) }
            div class={ "choices " (class) } {
                @for (value, words) in options {
                    label.choice {
                        input type="radio" name=(name) value=(value) required[required]
                            checked[filled.value(name) == value];
                        span { (words) }
                    }
                }
            }
            (error_line(name, error))
        }
    }
}

/// A field of a task's form; its name on the page is its pointer in the answer.
pub fn draw(ui: &Ui, field: &FieldView, filled: &Filled<'_>) -> Markup {
    let name = format!("/{}", field.name);
    let label = ui.locale.pick(&field.label_fa, &field.label_en);
    match field.kind.as_str() {
        "text" => area(ui, &name, label, field.required, field.max, filled),
        "choice" => {
            let options: Vec<_> =
                field.options.iter().map(|option| (option.id.clone(), ui.named(option).to_owned())).collect();
            if options.len() > OPTIONS_SHOWN_MAX {
                select(ui, &name, label, field.required, &options, filled)
            } else {
                radios(ui, &name, label, field.required, &options, "stacked", filled)
            }
        }
        "boolean" => {
            let options = [("true".to_owned(), ui.t("yes")), ("false".to_owned(), ui.t("no"))];
            radios(ui, &name, label, field.required, &options, "inline", filled)
        }
        "rating" => radios(ui, &name, label, field.required, &steps(ui, field), "inline rating", filled),
        "integer" => {
            let typing = Typing { mode: Some("numeric"), ltr: true, ..Typing::default() };
            line(ui, &name, label, field.required, typing, filled)
        }
        _ => line(ui, &name, label, field.required, Typing { characters_max: field.max, ..Typing::default() }, filled),
    }
}

fn steps(ui: &Ui, field: &FieldView) -> Vec<(String, String)> {
    let from = field.min.unwrap_or(1);
    let to = field.max.unwrap_or(RATING_MAX).min(from.saturating_add(RATING_STEPS_MAX - 1));
    (from..=to).map(|step| (step.to_string(), ui.locale.number(step))).collect()
}

/// The answer that a posted form gives. Fields that are no number where one is wanted are named; the rest is the
/// desk's to check.
pub fn answer(form: &FormView, posted: &Posted) -> Result<Value, Vec<WrongField>> {
    let (mut answer, mut wrong) = (Map::new(), Vec::new());
    for field in &form.fields {
        let pointer = format!("/{}", field.name);
        let Some(text) = posted.given(&pointer) else { continue };
        let value = match field.kind.as_str() {
            "boolean" => Value::Bool(text == "true"),
            "integer" | "rating" => match digits::to_ascii(&text).parse::<i64>() {
                Ok(number) => Value::from(number),
                Err(_) => {
                    wrong.push(WrongField { pointer, code: "not-a-number".to_owned() });
                    continue;
                }
            },
            // Browsers send lines ended by CR LF; they are counted and kept as one character.
            _ => Value::String(text.replace("\r\n", "\n")),
        };
        answer.insert(field.name.clone(), value);
    }
    if wrong.is_empty() { Ok(Value::Object(answer)) } else { Err(wrong) }
}

/// Pointer and label of each field, for the summary of errors.
pub fn labels(ui: &Ui, form: &FormView) -> Vec<(String, String)> {
    let label = |field: &FieldView| ui.locale.pick(&field.label_fa, &field.label_en).to_owned();
    form.fields.iter().map(|field| (format!("/{}", field.name), label(field))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::console::samples;

    fn posted(pairs: &[(&str, &str)]) -> Posted {
        Posted(pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect())
    }

    #[test]
    fn a_posted_form_becomes_the_answer_that_its_fields_say() {
        let form = samples::call().form;
        let typed = posted(&[
            ("/outcome", "solved"),
            ("/satisfaction", "۴"),
            ("/note", "خط یک\r\nخط دو"),
            ("/callAgain", "false"),
            ("/other", "x"),
        ]);
        let expected = json!({"outcome": "solved", "satisfaction": 4, "note": "خط یک\nخط دو", "callAgain": false});
        assert_eq!(answer(&form, &typed), Ok(expected));
        assert_eq!(answer(&form, &posted(&[("/note", "  ")])), Ok(json!({})));
        let wrong = answer(&form, &posted(&[("/satisfaction", "خوب")])).unwrap_err();
        assert_eq!((wrong[0].pointer.as_str(), wrong[0].code.as_str()), ("/satisfaction", "not-a-number"));
    }
}
