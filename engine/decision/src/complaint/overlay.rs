//! The findings about overlays.

use peygir_calendar::Name;
use peygir_source::{Diagnostic, Severity, Span};
use semver::{Version, VersionReq};

use crate::{
    model::{LayerRef, Output, Rule},
    window::Window,
};

/// Most rules that a help names.
const NAMED_MAX: usize = 5;

pub(crate) fn not_an_overlay(span: Span) -> Diagnostic {
    Diagnostic::error("PG-T001", span, "this is no overlay of a table", "این لایهٔ یک جدول تصمیم نیست").with_help(
        "an overlay begins with kind: decision-table-overlay",
        "لایه با kind: decision-table-overlay آغاز می‌شود",
    )
}

pub(crate) fn other_base(span: Span, extends: &str, id: &str) -> Diagnostic {
    Diagnostic::error(
        "PG-T041",
        span,
        format!("the overlay extends the table \"{extends}\" and is laid over \"{id}\""),
        format!("این لایه برای جدول «{extends}» است و روی «{id}» گذاشته شده است"),
    )
}

pub(crate) fn base_out_of_range(span: Span, id: &str, version: &Version, range: &VersionReq) -> Diagnostic {
    Diagnostic::error(
        "PG-T042",
        span,
        format!("the overlay was written for {id} {range}, and the table is {version}"),
        format!("این لایه برای نسخهٔ {range} جدول {id} نوشته شده و نسخهٔ جدول {version} است"),
    )
    .with_help(
        "peygir rebase lists what merges by itself, what conflicts and what would change; then widen the range",
        "peygir rebase نشان می‌دهد چه چیز خودبه‌خود ادغام می‌شود، چه تعارضی هست و چه تغییر می‌کند؛ سپس بازه را بازتر کنید",
    )
}

pub(crate) fn disabled_below(span: Span, id: &str, layer: &LayerRef) -> Diagnostic {
    let LayerRef { pack, version, .. } = layer;
    Diagnostic::error(
        "PG-T043",
        span,
        format!("the rule \"{id}\" is gone: the layer of pack \"{pack}\" {version} disables it"),
        format!("قاعدهٔ «{id}» دیگر نیست: لایهٔ بستهٔ «{pack}» نسخهٔ {version} آن را غیرفعال کرده است"),
    )
    .with_help(
        "name another rule, or insert one of your own under a new id",
        "قاعدهٔ دیگری نام ببرید یا قاعده‌ای با شناسهٔ تازه بیفزایید",
    )
}

pub(crate) fn locked(span: Span, id: &str, layer: &LayerRef) -> Diagnostic {
    let pack = &layer.pack;
    Diagnostic::error(
        "PG-T044",
        span,
        format!("the rule \"{id}\" is locked by pack \"{pack}\": no layer may change or disable it"),
        format!("قاعدهٔ «{id}» را بستهٔ «{pack}» قفل کرده است و هیچ لایه‌ای نمی‌تواند آن را تغییر دهد یا غیرفعال کند"),
    )
    .with_help(
        "leave it as it is; who wrote it can unlock it in a new version",
        "آن را همان‌گونه که هست بگذارید؛ نویسندهٔ آن می‌تواند در نسخه‌ای تازه قفل را بردارد",
    )
}

/// `last` is the rule behind which every rule may stand; there the `takers` leave nothing to this one, if there are any.
pub(crate) fn precedes_locked(span: Span, id: &str, locked: &str, (last, takers): (&str, &[&Rule])) -> Diagnostic {
    let told = Diagnostic::error(
        "PG-T045",
        span,
        format!("\"{id}\" would stand above the locked rule \"{locked}\""),
        format!("«{id}» بالای قاعدهٔ قفل‌شدهٔ «{locked}» می‌نشیند"),
    );
    if takers.is_empty() {
        return told.with_help(format!("insert it after \"{last}\""), format!("آن را پس از «{last}» (after) بیفزایید"));
    }
    let named = |open: char, close: char, and: &str| -> String {
        let shown = takers.iter().take(NAMED_MAX).map(|taker| format!("{open}{}{close}", taker.id));
        shown.chain((takers.len() > NAMED_MAX).then(|| "…".to_owned())).collect::<Vec<_>>().join(and)
    };
    let (en, fa) = (named('"', '"', " and "), named('«', '»', " و "));
    let (take, takes_fa) = if takers.len() == 1 { ("takes", "می‌گیرد") } else { ("take", "می‌گیرند") };
    let (replace, replace_fa) = match (takers.iter().any(|taker| taker.locked), takers.len()) {
        (true, _) => (String::new(), String::new()),
        (false, 1) => {
            ("replace the then of that rule, or ".to_owned(), "then همان قاعده را جایگزین کنید، یا ".to_owned())
        }
        (false, _) => {
            ("replace the then of those rules, or ".to_owned(), "then همان قاعده‌ها را جایگزین کنید، یا ".to_owned())
        }
    };
    told.with_help(
        format!(
            "it may stand after \"{last}\", but nothing is left to it there: {en} {take} all that it holds for; {replace}leave this one out"
        ),
        format!(
            "جای مجاز آن پس از «{last}» است، ولی آن‌جا چیزی برایش نمی‌ماند: {fa} هر چه را در آن می‌گنجد {takes_fa}؛ {replace_fa}این یکی را بردارید"
        ),
    )
}

pub(crate) fn outranks_locked(span: Span, id: &str, locked: &str, priority: u16) -> Diagnostic {
    Diagnostic::error(
        "PG-T045",
        span,
        format!("\"{id}\" would rank with or above the locked rule \"{locked}\", whose priority is {priority}"),
        format!("«{id}» هم‌ردیف یا بالاتر از قاعدهٔ قفل‌شدهٔ «{locked}» با اولویت {priority} قرار می‌گیرد"),
    )
    .with_help(format!("give it a priority below {priority}"), format!("اولویتی کمتر از {priority} به آن بدهید"))
}

pub(crate) fn takes_from_locked(span: Span, id: &str, locked: &str) -> Diagnostic {
    Diagnostic::error(
        "PG-T045",
        span,
        format!("\"{id}\" might hold where the locked rule \"{locked}\" holds"),
        format!("«{id}» ممکن است جایی برقرار شود که قاعدهٔ قفل‌شدهٔ «{locked}» برقرار است"),
    )
    .with_help(
        format!("ask for a value of an input that \"{locked}\" does not hold for, in a cell that is no expression"),
        format!("مقداری از یک ورودی را شرط کنید که «{locked}» برایش برقرار نیست، در خانه‌ای که عبارت rhai نباشد"),
    )
}

pub(crate) fn catch_all_disabled(span: Span, id: &str) -> Diagnostic {
    catch_all(span, id, "can't be disabled", "غیرفعال نمی‌شود")
}

pub(crate) fn catch_all_asks(span: Span, id: &str) -> Diagnostic {
    catch_all(span, id, "can't get conditions or dates", "شرط و تاریخ نمی‌پذیرد")
}

pub(crate) fn after_catch_all(span: Span, id: &str) -> Diagnostic {
    catch_all(span, id, "stays last: nothing stands after it", "آخرین قاعده می‌ماند و چیزی پس از آن نمی‌آید")
}

pub(crate) fn second_catch_all(span: Span, id: &str) -> Diagnostic {
    Diagnostic::error(
        "PG-T046",
        span,
        format!("\"{id}\" can't be a catch-all (last: true): the table has one"),
        format!("«{id}» نمی‌تواند قاعدهٔ فراگیر (last: true) باشد: جدول یکی دارد"),
    )
    .with_help(
        "replace the then of the catch-all to answer otherwise",
        "برای پاسخی دیگر، then قاعدهٔ فراگیر را جایگزین کنید",
    )
}

fn catch_all(span: Span, id: &str, reason: &str, reason_fa: &str) -> Diagnostic {
    Diagnostic::error(
        "PG-T046",
        span,
        format!("the catch-all \"{id}\" {reason}"),
        format!("قاعدهٔ فراگیر «{id}» {reason_fa}"),
    )
    .with_help("an overlay may replace its then and its title", "لایه می‌تواند then و title آن را جایگزین کند")
}

pub(crate) fn looser_limit(span: Span, output: &str, value: &str) -> Diagnostic {
    Diagnostic::error(
        "PG-T047",
        span,
        format!("this limit of \"{output}\" is looser than that of the layers below: {value} is outside it"),
        format!("این حد برای «{output}» از حد لایه‌های زیرین بازتر است: {value} بیرون از آن است"),
    )
    .with_help("a layer can only make a limit tighter", "هر لایه فقط می‌تواند حد را تنگ‌تر کند")
}

pub(crate) fn crossed_limits(span: Span, output: &str) -> Diagnostic {
    Diagnostic::error(
        "PG-T047",
        span,
        format!("the limits of \"{output}\" leave no value: its min is above its max"),
        format!("حدهای «{output}» هیچ مقداری نمی‌گذارند: min از max بزرگ‌تر است"),
    )
}

pub(crate) fn id_taken(span: Span, id: &str, by: Option<&Rule>) -> Diagnostic {
    let (place, place_fa) = match by {
        Some(rule) if rule.file.is_empty() => {
            (format!(" at line {}", rule.span.line), format!(" در سطر {}", rule.span.line))
        }
        Some(rule) => {
            let (file, line) = (&rule.file, rule.span.line);
            (format!(" in {file}:{line}"), format!(" در {file}:{line}"))
        }
        None => (String::new(), String::new()),
    };
    Diagnostic::error(
        "PG-T048",
        span,
        format!("the rule id \"{id}\" is taken{place}"),
        format!("شناسهٔ قاعدهٔ «{id}» پیش‌تر به کار رفته است{place_fa}"),
    )
    .with_help(
        "give the inserted rule an id of its own, for journals name rules by it; to change a rule, use replace",
        "به قاعدهٔ تازه شناسه‌ای تازه بدهید، چون دفتر رویدادها قاعده را با آن می‌شناسد؛ برای تغییر قاعده replace بنویسید",
    )
}

pub(crate) fn nothing_changed(span: Span) -> Diagnostic {
    Diagnostic::error("PG-T049", span, "the overlay changes nothing", "این لایه چیزی را تغییر نمی‌دهد").with_help(
        "it has limits, replace, insert or disable, or tests of its own",
        "لایه limits، replace، insert یا disable دارد، یا آزمون‌های خودش را",
    )
}

pub(crate) fn empty_replace(span: Span, id: &str) -> Diagnostic {
    without_effect(span, format!("nothing of \"{id}\" is replaced"), format!("چیزی از «{id}» جایگزین نشده است"))
        .with_help(
            "name what is replaced: when, then, title or effective",
            "آنچه جایگزین می‌شود را بنویسید: when، then، title یا effective",
        )
}

pub(crate) fn no_effect(span: Span, id: &str) -> Diagnostic {
    let en = format!("\"{id}\" is replaced by what it already is");
    without_effect(span, en, format!("«{id}» با همان چیزی جایگزین شده که هست"))
        .with_help("leave the replacement out", "این جایگزینی را حذف کنید")
}

pub(crate) fn no_effect_limit(span: Span, output: &str) -> Diagnostic {
    let en = format!("the limit of \"{output}\" stays what it already is");
    without_effect(span, en, format!("حد «{output}» همان است که بود"))
        .with_help("leave the limit out", "این حد را حذف کنید")
}

pub(crate) fn named_twice(span: Span, id: &str) -> Diagnostic {
    without_effect(span, format!("\"{id}\" is named twice"), format!("«{id}» دو بار نام برده شده است"))
}

pub(crate) fn replaced_and_disabled(span: Span, id: &str) -> Diagnostic {
    let en = format!("\"{id}\" is replaced and disabled by the same overlay");
    without_effect(span, en, format!("«{id}» در یک لایه هم جایگزین و هم غیرفعال شده است"))
        .with_help("keep one of the two", "یکی از این دو را نگه دارید")
}

pub(crate) fn never_in_force(span: Span, table: &Window) -> Diagnostic {
    let en = format!("the overlay is never in force: the days of the table are {table}");
    without_effect(span, en, format!("این لایه هرگز اجرا نمی‌شود: روزهای جدول {} است", table.to_persian()))
}

pub(crate) fn never_in_force_rule(span: Span, id: &str, days: &Window) -> Diagnostic {
    let en = format!("\"{id}\" has no day in common with {days}, so this is never in force");
    without_effect(span, en, format!("«{id}» با {} روز مشترکی ندارد و هرگز اجرا نمی‌شود", days.to_persian()))
}

fn without_effect(span: Span, en: String, fa: String) -> Diagnostic {
    Diagnostic::error("PG-T049", span, en, fa)
}

/// `title` is what the overlay says, `below` what was said before it.
pub(crate) fn titled_below(span: Span, (output, value): (&str, &str), title: &Name, below: &Name) -> Diagnostic {
    Diagnostic::warning(
        "PG-T058",
        span,
        format!(
            "the layers below title the value \"{value}\" of \"{output}\" \"{}\", and that stays: not \"{}\"",
            below.en, title.en
        ),
        format!(
            "لایه‌های زیرین مقدار «{value}» خروجی «{output}» را «{}» نامیده‌اند و همان می‌ماند، نه «{}»",
            below.fa, title.fa
        ),
    )
    .with_help(
        "leave the title out; where something else is meant, answer a value of your own and title that",
        "این عنوان را حذف کنید؛ اگر چیز دیگری منظور است، مقداری از خود پاسخ دهید و به آن عنوان بدهید",
    )
}

/// A rule that asks and answers what it did, under another title. `why`: what the overlay says of it.
pub(crate) fn renamed(span: Span, id: &str, title: &Name, below: &Name, why: Option<&str>) -> Diagnostic {
    let said = why.map_or_else(String::new, |why| format!(": {why}"));
    let finding = Diagnostic::warning(
        "PG-T058",
        span,
        format!(
            "the rule \"{id}\", titled \"{}\" below, asks and answers as before, and is read as \"{}\" here{said}",
            below.en, title.en
        ),
        format!(
            "قاعدهٔ «{id}» که لایه‌های زیرین آن را «{}» نامیده‌اند همان می‌پرسد و همان پاسخ می‌دهد، و این‌جا «{}» خوانده می‌شود{said}",
            below.fa, title.fa
        ),
    );
    if why.is_some() {
        return Diagnostic { severity: Severity::Information, ..finding };
    }
    finding.with_help(
        "leave the title out; where another name for the same rule is meant, say why beside it",
        "این عنوان را حذف کنید؛ اگر نامی دیگر برای همان قاعده منظور است، دلیلش را با why کنار آن بنویسید",
    )
}

/// The findings that say that a test fails.
pub(crate) const OF_TESTS: [&str; 2] = ["PG-T015", "PG-T050"];

pub(crate) fn unneeded_supersede(span: Span, test: &str) -> Diagnostic {
    Diagnostic::warning(
        "PG-T052",
        span,
        format!("the overlay does not change the outcome of the test \"{test}\""),
        format!("این لایه نتیجهٔ آزمون «{test}» را تغییر نمی‌دهد"),
    )
    .with_help("leave it out of supersedes", "آن را از supersedes بردارید")
}

pub(crate) fn rules_outside(span: Span, output: &str, rules: &[String]) -> Diagnostic {
    Diagnostic::error(
        "PG-T053",
        span,
        format!("rules of the layers below pass this limit of \"{output}\": {}", rules.join(", ")),
        format!("قاعده‌هایی از لایه‌های زیرین از این حد «{output}» می‌گذرند: {}", rules.join("، ")),
    )
    .with_help("replace their then too, or choose another limit", "then آن‌ها را هم جایگزین کنید یا حد دیگری بگذارید")
}

pub(crate) fn dated_limits(span: Span) -> Diagnostic {
    Diagnostic::error(
        "PG-T054",
        span,
        "an overlay with dates can't have limits: limits hold every day",
        "لایهٔ تاریخ‌دار limits نمی‌پذیرد: حدها همیشگی‌اند",
    )
    .with_help(
        "put the limits in an overlay without dates, beside this one",
        "حدها را در لایه‌ای بدون تاریخ در کنار این لایه بنویسید",
    )
}

/// An answer that no rule gives any more, although a locked rule of another table asks for it.
pub(crate) fn lost_answer(
    span: Span,
    (table, output, value): (&str, &str, &str),
    (other, lock): (&str, &str),
) -> Diagnostic {
    Diagnostic::warning(
        "PG-T055",
        span,
        format!(
            "with this overlay \"{table}\" never answers \"{value}\" in \"{output}\", which the locked rule \"{lock}\" of \"{other}\" asks for"
        ),
        format!(
            "با این لایه، جدول «{table}» دیگر در «{output}» پاسخ «{value}» نمی‌دهد، و قاعدهٔ قفل‌شدهٔ «{lock}» در جدول «{other}» همان را می‌خواهد"
        ),
    )
    .with_help(
        format!("keep a rule that answers \"{value}\", or ask who locked \"{lock}\""),
        format!("قاعده‌ای نگه دارید که «{value}» پاسخ دهد، یا از نویسندهٔ «{lock}» بپرسید"),
    )
}

/// `outputs`: those in which the rule answered something of its own. `why`: what the overlay says of it.
pub(crate) fn back_to_default(span: Span, id: &str, outputs: &[&Output], why: Option<&str>) -> Diagnostic {
    let listed = |none: &str, comma: &str| {
        let default = |one: &Output| one.default.as_ref().map_or_else(|| none.to_owned(), ToString::to_string);
        let each = outputs.iter().map(|one| format!("{} ({})", one.name, default(one)));
        each.collect::<Vec<_>>().join(comma)
    };
    let (said, said_fa) = why.map_or_else(Default::default, |why| (format!(": {why}"), format!(": {why}")));
    let finding = Diagnostic::warning(
        "PG-T056",
        span,
        format!(
            "what answers in place of \"{id}\" leaves out what that rule answered; back to the default: {}{said}",
            listed("none", ", ")
        ),
        format!(
            "آنچه به جای «{id}» پاسخ می‌دهد بخشی از پاسخ آن قاعده را ندارد و این‌ها به پیش‌فرض برمی‌گردند: \u{2066}{}\u{2069}{said_fa}",
            listed("خالی", "، ")
        ),
    );
    if why.is_some() {
        return Diagnostic { severity: Severity::Information, ..finding };
    }
    finding.with_help(
        "a then stands for the whole answer: write these outputs too, also where the default is meant",
        "then همهٔ پاسخ است: این خروجی‌ها را هم بنویسید، حتی اگر همان پیش‌فرض را می‌خواهید",
    )
}
