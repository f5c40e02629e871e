//! The warnings, one function for each code, in both languages.

use peygir_source::{Diagnostic, Span};

pub(super) fn unreachable(span: Span, name: &str) -> Diagnostic {
    let message = format!("no path leads to the task `{name}`");
    let message_fa = format!("هیچ راهی به کار «{name}» نمی‌رسد");
    Diagnostic::warning("PG-D033", span, message, message_fa).with_help(
        "let a `then` lead to it, or delete it; what stands before it always goes elsewhere",
        "بگذارید یک `then` به آن برسد، یا پاکش کنید؛ آنچه پیش از آن است همیشه به جای دیگری می‌رود",
    )
}

/// `endless`: no way leads out of the loop; otherwise it asks a service without a pause.
pub(super) fn restless(span: Span, name: &str, endless: bool) -> Diagnostic {
    let (said, said_fa) = match endless {
        true => ("never ends and never waits", "نه پایان دارد و نه درنگ می‌کند"),
        false => ("asks again and again without a pause", "پیوسته و بی درنگ می‌پرسد"),
    };
    let message = format!("the loop that goes back from `{name}` {said}");
    let message_fa = format!("حلقه‌ای که از «{name}» بازمی‌گردد {said_fa}");
    Diagnostic::warning("PG-D034", span, message, message_fa).with_help(
        "put a `wait` or a `listen` into the loop, or a `switch` that leads out of it",
        "در حلقه یک `wait` یا `listen` بگذارید، یا `switch`ای که از آن بیرون ببرد",
    )
}

pub(super) fn swallows(span: Span, name: &str) -> Diagnostic {
    let message = format!("`{name}` catches every error and does nothing with it");
    let message_fa = format!("«{name}» هر خطایی را می‌گیرد و هیچ نمی‌کند");
    Diagnostic::warning("PG-D035", span, message, message_fa).with_help(
        "say under `catch` which `errors` are meant, or what to `do`; an error that is not caught is seen",
        "زیر `catch` بگویید کدام `errors` منظور است، یا چه باید کرد (`do`)؛ خطایی که گرفته نشود دیده می‌شود",
    )
}

pub(super) fn drops_context(span: Span, name: &str, earlier: &str) -> Diagnostic {
    let message = format!("the export of `{name}` drops what `{earlier}` exported");
    let message_fa = format!("«export» در «{name}» آنچه را «{earlier}» صادر کرده بود دور می‌ریزد");
    Diagnostic::warning("PG-D036", span, message, message_fa).with_help(
        "an export replaces the context: write `$context + { … }` to keep what is there",
        "export جای زمینهٔ پیشین را می‌گیرد: برای نگه داشتن آن `$context + { … }` بنویسید",
    )
}

pub(super) fn export_in_branch(span: Span, name: &str) -> Diagnostic {
    let message = format!("the export of `{name}` is seen in its branch alone until the fork is over");
    let message_fa = format!("«export» در «{name}» تا پایان fork تنها در همان شاخه دیده می‌شود");
    Diagnostic::warning("PG-D037", span, message, message_fa).with_help(
        "export after the fork, from its output: an array of the branches' outputs",
        "پس از fork و از خروجی آن صادر کنید: آرایه‌ای از خروجی شاخه‌ها",
    )
}
