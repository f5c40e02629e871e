//! The findings about tables: each code's words, in both languages, in one place.

use peygir_source::{Diagnostic, Help, Span, suggest};

use crate::value_type::ValueType;

pub(crate) fn not_a_table(span: Span) -> Diagnostic {
    Diagnostic::error("PG-T001", span, "this is no decision table", "این یک جدول تصمیم نیست")
        .with_help("a table begins with kind: decision-table", "جدول با kind: decision-table آغاز می‌شود")
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

pub(crate) fn not_built(span: Span, what: &str) -> Diagnostic {
    Diagnostic::error("PG-T004", span, format!("{what} is not built yet"), format!("{what} هنوز ساخته نشده است"))
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

pub(crate) fn wrong_type(span: Span, name: &str, expected: ValueType) -> Diagnostic {
    Diagnostic::error(
        "PG-T008",
        span,
        format!("the value for \"{name}\" must be of type {expected}"),
        format!("مقدار «{name}» باید از نوع {expected} باشد"),
    )
}

pub(crate) fn bad_cell(span: Span, reason: &str, reason_fa: &str) -> Diagnostic {
    Diagnostic::error(
        "PG-T009",
        span,
        format!("this cell can't be read: {reason}"),
        format!("این خانه خوانده نمی‌شود: {reason_fa}"),
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

pub(crate) fn outside_limits(span: Span, name: &str, limit: &str) -> Diagnostic {
    Diagnostic::error(
        "PG-T012",
        span,
        format!("the value for \"{name}\" must be {limit}"),
        format!("مقدار «{name}» از حد مجاز بیرون است ({limit})"),
    )
}

pub(crate) fn unset_output(span: Span, rule: &str, output: &str) -> Diagnostic {
    Diagnostic::error(
        "PG-T013",
        span,
        format!("rule \"{rule}\" does not answer \"{output}\", which is required"),
        format!("قاعدهٔ «{rule}» به «{output}» که الزامی است پاسخ نمی‌دهد"),
    )
}

pub(crate) fn bad_placeholder(span: Span, reason: &str) -> Diagnostic {
    Diagnostic::error(
        "PG-T014",
        span,
        format!("this text can't be filled: {reason}"),
        format!("این متن پر نمی‌شود: {reason}"),
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

fn suggested<'a>(finding: Diagnostic, name: &str, known: impl IntoIterator<Item = &'a str>) -> Diagnostic {
    match suggest(name, known) {
        Some(meant) => finding.helped(Help::did_you_mean(meant, '"')),
        None => finding,
    }
}

pub(crate) fn too_many_or_none(span: Span, what: &str, max: usize) -> Diagnostic {
    shape(span, what, &format!("a list of 1 to {max} texts"), &format!("فهرستی از ۱ تا {max} متن"))
}
