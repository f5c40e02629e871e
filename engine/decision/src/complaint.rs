//! The findings about tables: each code's words, in both languages, in one place.

pub(crate) mod case;
pub(crate) mod overlay;

use peygir_calendar::JalaliError;
use peygir_source::{Diagnostic, Help, Node, Span, Value, suggest};

use crate::{cell::Number, domain::Limit, model::LayerRef, value_type::ValueType, window::Window};

/// Most names that a help lists.
const LISTED_MAX: usize = 12;

pub(crate) fn not_a_table(span: Span) -> Diagnostic {
    Diagnostic::error("PG-T001", span, "this is no decision table", "این یک جدول تصمیم نیست")
        .with_help("a table begins with kind: decision-table", "جدول با kind: decision-table آغاز می‌شود")
}

pub(crate) fn overlay_alone(span: Span) -> Diagnostic {
    Diagnostic::error(
        "PG-T001",
        span,
        "this is an overlay: alone it is no decision table",
        "این یک لایه است و به‌تنهایی جدول تصمیم نیست",
    )
    .with_help(
        "it is read with the table that it extends, in a pack laid over that table's pack",
        "لایه همراه جدولی خوانده می‌شود که آن را تغییر می‌دهد، در بسته‌ای روی بستهٔ آن جدول",
    )
}

pub(crate) fn unknown_member<'a>(span: Span, name: &str, known: impl IntoIterator<Item = &'a str>) -> Diagnostic {
    suggested(
        Diagnostic::error(
            "PG-T002",
            span,
            format!("\"{name}\" is not known here"),
            format!("«{name}» در اینجا شناخته نیست"),
        ),
        name,
        known,
    )
}

pub(crate) fn missing(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("PG-T003", span, format!("\"{name}\" is missing"), format!("«{name}» نوشته نشده است"))
}

pub(crate) fn shape(span: Span, what: &str, expected: &str, expected_fa: &str) -> Diagnostic {
    Diagnostic::error(
        "PG-T003",
        span,
        format!("{what} must be {expected}"),
        format!("«{what}» باید {expected_fa} باشد"),
    )
}

pub(crate) fn too_many(span: Span, what: &str, max: usize) -> Diagnostic {
    Diagnostic::error("PG-T003", span, format!("{what} are more than {max}"), format!("«{what}» بیش از {max} تاست"))
}

/// `form` and `form_fa` say how it is written.
pub(crate) fn bad_name(span: Span, what: &str, (form, form_fa): (&str, &str)) -> Diagnostic {
    Diagnostic::error("PG-T005", span, format!("{what} is written wrongly"), format!("«{what}» درست نوشته نشده است"))
        .with_help(form, form_fa)
}

pub(crate) fn duplicate_rule(span: Span, id: &str, first: Span) -> Diagnostic {
    let line = first.line;
    Diagnostic::error(
        "PG-T006",
        span,
        format!("the rule id \"{id}\" stands twice"),
        format!("شناسهٔ قاعدهٔ «{id}» تکراری است"),
    )
    .with_help(
        format!("it stands first at line {line}; ids must differ, since layers and journals name rules by them"),
        format!("نخستین بار در سطر {line} آمده است؛ شناسه‌ها باید متفاوت باشند، چون لایه‌ها و دفتر رویدادها قاعده را با آن می‌شناسند"),
    )
}

/// `what` and `what_fa` say which kind of name it is: input, output, rule.
pub(crate) fn unknown_name<'a>(
    span: Span,
    (what, what_fa): (&str, &str),
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    suggested(
        Diagnostic::error(
            "PG-T007",
            span,
            format!("the table has no {what} \"{name}\""),
            format!("جدول {what_fa} «{name}» ندارد"),
        ),
        name,
        known,
    )
}

pub(crate) fn wrong_type(node: &Node, name: &str, expected: ValueType) -> Diagnostic {
    let (type_fa, span) = (expected.name_fa(), node.span);
    let finding = Diagnostic::error(
        "PG-T008",
        span,
        format!("the value for \"{name}\" must be of type {expected}"),
        format!("مقدار «{name}» باید {type_fa} ({expected}) باشد"),
    );
    if let Some(meant) = node.as_str().and_then(|text| meant(text, expected)) {
        return finding.with_help(
            format!("write {meant}, without quotes and in Latin digits"),
            format!("بنویسید \u{2066}{meant}\u{2069}، بی گیومه و با رقم لاتین"),
        );
    }
    match &node.value {
        Value::Number(number) if matches!(expected, ValueType::String | ValueType::Text) => finding.with_help(
            format!("write '{number}', in quotes"),
            format!("بنویسید \u{2066}'{number}'\u{2069}، درون گیومه"),
        ),
        _ => finding,
    }
}

/// What a text was meant to be where a value of another type is wanted: `۲۰` or `'20'` for a number, `yes` for true.
fn meant(text: &str, expected: ValueType) -> Option<String> {
    let value = match expected {
        ValueType::Integer | ValueType::Number => Number::parse(text)?.to_value()?,
        ValueType::Boolean => match text.trim().to_lowercase().as_str() {
            "yes" | "on" | "بله" | "آری" | "درست" => true.into(),
            "no" | "off" | "خیر" | "نه" | "نادرست" => false.into(),
            _ => return None,
        },
        ValueType::String | ValueType::Text | ValueType::List => return None,
    };
    expected.holds(&value).then(|| value.to_string())
}

pub(crate) fn bad_cell(span: Span, reason: &str, reason_fa: &str) -> Diagnostic {
    Diagnostic::error(
        "PG-T009",
        span,
        format!("this cell can't be read: {reason}"),
        format!("این خانه خوانده نمی‌شود: {reason_fa}"),
    )
}

/// A text of its own in a cell of a free text: it is compared with all that was written.
pub(crate) fn whole_text(span: Span, input: &str, text: &str) -> Diagnostic {
    Diagnostic::warning(
        "PG-T036",
        span,
        format!("this holds only where \"{text}\" is all that \"{input}\" says"),
        format!("این تنها جایی برقرار است که «{text}» همهٔ متن «{input}» باشد"),
    )
    .with_help(
        format!("to find it among other words, write {{ words: [ {text} ] }}; where the text begins with it, {{ prefix: {text} }}"),
        format!(
            "برای یافتن آن میان واژه‌های دیگر بنویسید \u{2066}{{ words: [ {text} ] }}\u{2069}؛ اگر متن با آن آغاز می‌شود \u{2066}{{ prefix: {text} }}\u{2069}"
        ),
    )
}

/// A text in a cell that reads like several and is one.
pub(crate) fn one_phrase(span: Span, text: &str) -> Diagnostic {
    Diagnostic::warning(
        "PG-T037",
        span,
        format!("\"{text}\" is one phrase: it is found only where all of it stands together"),
        format!("«{text}» یک عبارت است: تنها جایی یافت می‌شود که همهٔ آن کنار هم آمده باشد"),
    )
    .with_help(
        "where each of them is meant, write a list with the comma of Latin script between them: [ one, two ]",
        "اگر هر یک جداگانه مراد است فهرست بنویسید و میان آن‌ها ویرگول لاتین بگذارید: \u{2066}[ یک, دو ]\u{2069}",
    )
}

pub(crate) fn one_letter(span: Span, text: &str) -> Diagnostic {
    Diagnostic::warning(
        "PG-T059",
        span,
        format!("nearly every text has the letter \"{text}\": the rule takes what is meant for the rules below it"),
        format!("کمتر متنی بی حرف «{text}» است: این قاعده آنچه را برای قاعده‌های پایین‌تر است می‌گیرد"),
    )
    .with_help(
        "write a word or a part of one; a word of a single letter is sought with `words`",
        "واژه یا بخشی از آن را بنویسید؛ واژهٔ یک‌حرفی با ‎`words`‎ جسته می‌شود",
    )
}

/// A finding inside an expression, told at the cell: where it begins in the file depends on the quoting.
pub(crate) fn bad_expression(span: Span, inner: &Diagnostic) -> Diagnostic {
    let place = inner.span.column;
    let finding = Diagnostic::error(
        "PG-T010",
        span,
        format!("the expression is wrong at character {place}: {}", inner.message),
        format!("عبارت در نویسهٔ {place} نادرست است: {}", inner.message_fa),
    );
    match &inner.help {
        Some(help) => finding.helped(Help::clone(help)),
        None => finding,
    }
}

pub(crate) fn no_catch_all(span: Span) -> Diagnostic {
    Diagnostic::error(
        "PG-T011",
        span,
        "the table has no catch-all: some inputs would get no answer",
        "جدول قاعدهٔ فراگیر ندارد: بعضی ورودی‌ها بی‌پاسخ می‌مانند",
    )
    .with_help(
        "end the rules with one that has last: true and no when",
        "قاعده‌ها را با قاعده‌ای به پایان ببرید که last: true دارد و when ندارد",
    )
}

pub(crate) fn bad_catch_all(span: Span, reason: &str, reason_fa: &str) -> Diagnostic {
    Diagnostic::error("PG-T011", span, format!("the catch-all {reason}"), format!("قاعدهٔ فراگیر {reason_fa}"))
}

/// `layer`: the one that set the limit, where the value stands in another.
pub(crate) fn outside_limits(span: Span, name: &str, limit: &Limit, layer: Option<&LayerRef>) -> Diagnostic {
    let finding = Diagnostic::error(
        "PG-T012",
        span,
        format!("the value for \"{name}\" must be {limit}"),
        format!("مقدار «{name}» باید {} باشد", limit.to_persian()),
    );
    match layer {
        Some(layer) => {
            let whose = layer.called();
            finding.with_help(
                format!("\"{whose}\" sets this limit: no layer above it passes it"),
                format!("این حد را «{whose}» گذاشته است و هیچ لایه‌ای روی آن از آن نمی‌گذرد"),
            )
        }
        None => finding,
    }
}

pub(crate) fn unset_output(span: Span, rule: &str, output: &str) -> Diagnostic {
    Diagnostic::error(
        "PG-T013",
        span,
        format!("rule \"{rule}\" does not answer \"{output}\", which is required"),
        format!("قاعدهٔ «{rule}» به «{output}» که الزامی است پاسخ نمی‌دهد"),
    )
    .with_help(
        "write it under then; the then of an overlay's replacement stands for all answers of the rule, and not only for one",
        "آن را زیر then بنویسید؛ then در replace یک روکش جای همهٔ پاسخ‌های قاعده می‌نشیند، نه یکی از آن‌ها",
    )
}

pub(crate) fn bad_placeholder(span: Span, reason: &str, reason_fa: &str) -> Diagnostic {
    Diagnostic::error(
        "PG-T014",
        span,
        format!("this text can't be filled: {reason}"),
        format!("این متن پر نمی‌شود: {reason_fa}"),
    )
    .with_help(
        "{name} stands for an input; a brace itself is written {{ or }}",
        "{name} به جای یک ورودی می‌نشیند؛ خود آکولاد {{ یا }} نوشته می‌شود",
    )
}

pub(crate) fn never_reached(span: Span, rule: &str, above: &str) -> Diagnostic {
    Diagnostic::warning(
        "PG-T016",
        span,
        format!("rule \"{rule}\" is never reached: \"{above}\" above it holds for everything"),
        format!("قاعدهٔ «{rule}» هرگز اجرا نمی‌شود: «{above}» بالای آن برای همه برقرار است"),
    )
}

/// A row that gives two inputs different values, although they are read from one place.
pub(crate) fn at_odds(span: Span, input: &str, other: &str, from: &str) -> Diagnostic {
    Diagnostic::warning(
        "PG-T028",
        span,
        format!("this can't be given: \"{input}\" and \"{other}\" are both read from {from} and have one value"),
        format!("چنین ورودی‌ای پیش نمی‌آید: «{input}» و «{other}» هر دو از {from} خوانده می‌شوند و یک مقدار دارند"),
    )
    .with_help(
        format!("give \"{other}\" alone: \"{input}\" follows it"),
        format!("تنها «{other}» را بنویسید: «{input}» از آن پیروی می‌کند"),
    )
}

pub(crate) fn bad_day(span: Span, error: &JalaliError) -> Diagnostic {
    Diagnostic::error("PG-T017", span, error.to_string(), error.message_fa()).with_help(
        "a day of the Solar Hijri calendar is written 1405/09/01",
        "روز با تقویم هجری خورشیدی نوشته می‌شود: 1405/09/01",
    )
}

pub(crate) fn empty_window(span: Span) -> Diagnostic {
    Diagnostic::error("PG-T017", span, "effective names no day", "effective هیچ روزی ندارد").with_help(
        "write from, until or both; leave effective out for every day",
        "from یا until یا هر دو را بنویسید؛ برای همهٔ روزها effective را ننویسید",
    )
}

pub(crate) fn backward_window(span: Span, window: &Window) -> Diagnostic {
    Diagnostic::error(
        "PG-T017",
        span,
        format!("these days end before they begin: {window}"),
        format!("پایان این بازه پیش از آغاز آن است: {}", window.to_persian()),
    )
}

pub(crate) fn too_many_days(span: Span, max: usize) -> Diagnostic {
    Diagnostic::error(
        "PG-T017",
        span,
        format!("the dates of the table change more than {max} times"),
        format!("تاریخ‌های جدول بیش از {max} بار تغییر می‌کند"),
    )
    .with_help("keep past dates in an older version of the table", "تاریخ‌های گذشته را در نسخهٔ پیشین جدول نگه دارید")
}

/// A member that says nothing where it stands.
pub(crate) fn no_meaning(span: Span, name: &str, (reason, reason_fa): (&str, &str)) -> Diagnostic {
    Diagnostic::error(
        "PG-T018",
        span,
        format!("\"{name}\" has no meaning here: {reason}"),
        format!("«{name}» در اینجا معنایی ندارد: {reason_fa}"),
    )
}

/// A cell that asks for what its input never is.
pub(crate) fn outside_domain<'a>(
    span: Span,
    input: &str,
    asked: &str,
    values: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    suggested(
        Diagnostic::error(
            "PG-T019",
            span,
            format!("the cell never holds: \"{input}\" is never {asked}"),
            format!("این خانه هرگز برقرار نمی‌شود: «{input}» هیچ‌گاه {asked} نیست"),
        ),
        asked,
        values,
    )
}

fn suggested<'a>(finding: Diagnostic, name: &str, known: impl IntoIterator<Item = &'a str>) -> Diagnostic {
    let known: Vec<&str> = known.into_iter().collect();
    match suggest(name, known.iter().copied()) {
        Some(meant) => finding.helped(Help::did_you_mean(meant, '"')),
        None if known.is_empty() => finding,
        None => finding.with_help(
            format!("what is known here: {}", listed(&known, ", ")),
            format!("آنچه در اینجا شناخته است: \u{2066}{}\u{2069}", listed(&known, ", ")),
        ),
    }
}

fn listed(names: &[&str], between: &str) -> String {
    let rest = if names.len() > LISTED_MAX { " …" } else { "" };
    format!("{}{rest}", names[..names.len().min(LISTED_MAX)].join(between))
}

pub(crate) fn too_many_or_none(span: Span, what: &str, max: usize) -> Diagnostic {
    shape(span, what, &format!("a list of 1 to {max} texts"), &format!("فهرستی از ۱ تا {max} متن"))
}
