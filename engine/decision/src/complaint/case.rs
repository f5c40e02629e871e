//! The findings about tests of the layers below that come to something else under an overlay, where it holds.

use peygir_source::{Diagnostic, Span};
use serde_json::{Map, Value};

use crate::{
    analysis::{answer_in_words, title},
    model::Table,
    tests::{TestOutcome, TestRow},
};

/// A test of the layers below that comes to something else.
pub(crate) struct Case<'a> {
    pub before: &'a TestOutcome,
    pub outcome: &'a TestOutcome,
    /// Of the test.
    pub file: &'a str,
    /// The test as it was run.
    pub run: &'a TestRow,
    pub table: &'a Table,
}

impl Case<'_> {
    /// The members that differ, of what came before and of what comes now.
    pub fn differing(&self) -> (Value, Value) {
        differing(&self.before.got, &self.outcome.got)
    }

    /// What came before and what comes now as words, in English and in Persian.
    fn in_words(&self, (was, is): &(Value, Value)) -> [(String, String); 2] {
        [false, true]
            .map(|fa| (answer_in_words(&self.table.outputs, was, fa), answer_in_words(&self.table.outputs, is, fa)))
    }

    /// What is called when it is told: its name, where it stands, the day, and what the place put into it.
    fn told(&self) -> (String, [String; 2]) {
        let span = self.outcome.span;
        let at =
            if self.file.is_empty() { format!("line {}", span.line) } else { format!("{}:{}", self.file, span.line) };
        let (on, on_fa) = self.outcome.day_told();
        let (here, here_fa) = here(self.run, self.table);
        (at, [format!("{here}{on}"), format!("{here_fa}{on_fa}")])
    }

    /// `may_go`: the rule that answered before, where it may be taken out.
    pub fn broken(&self, span: Span, may_go: Option<&str>) -> Diagnostic {
        let TestOutcome { name, expected, got, .. } = self.outcome;
        let (at, [told, told_fa]) = self.told();
        let [(was, is), (was_fa, is_fa)] = self.in_words(&match self.run.written {
            Some(_) => self.differing(),
            None => (expected.clone(), got.clone()),
        });
        let (en, fa) = match may_go {
            Some(rule) => (
                format!(
                    "; where \"{rule}\" is to answer nothing here any more, replace it or write disable: [ {rule} ]"
                ),
                format!("؛ اگر «{rule}» دیگر نباید این‌جا پاسخی بدهد آن را جایگزین کنید یا بنویسید disable: [ {rule} ]"),
            ),
            None => Default::default(),
        };
        Diagnostic::error(
            "PG-T050",
            span,
            format!("the overlay breaks the test \"{name}\" ({at}): it expects {was} and gets {is}{told}"),
            format!(
                "این لایه آزمون «{name}» (\u{2066}{at}\u{2069}) را می‌شکند: انتظار {was_fa} بود و {is_fa} به دست آمد{told_fa}"
            ),
        )
        .with_help(
            format!("narrow the rule, or say under supersedes why this is right: {{ test: '{name}', why: ... }}{en}"),
            format!("شرط قاعده را تنگ‌تر کنید یا در supersedes بنویسید چرا درست است: {{ test: '{name}', why: ... }}{fa}"),
        )
    }

    /// What a rule answered that the overlay speaks of went to a rule that it does not write.
    pub fn beyond(&self, span: Span, from: &str) -> Diagnostic {
        let name = &self.outcome.name;
        let [(was, is), (was_fa, is_fa)] = self.in_words(&self.differing());
        let to = self.outcome.rule.clone().unwrap_or_default();
        let (at, [told, told_fa]) = self.told();
        let (en, fa) = match self.before.rules.len() {
            0 | 1 => (
                format!("what \"{from}\" answered goes to \"{to}\" now, which this overlay does not write"),
                format!("آنچه «{from}» پاسخ می‌داد اکنون به «{to}» می‌رسد که نوشتهٔ این لایه نیست"),
            ),
            _ => (
                format!("what \"{from}\" answered beside other rules is answered no more"),
                format!("آنچه «{from}» در کنار قاعده‌های دیگر پاسخ می‌داد دیگر پاسخ داده نمی‌شود"),
            ),
        };
        Diagnostic::warning(
            "PG-T051",
            span,
            format!("{en}: test \"{name}\" ({at}); before: {was}; now: {is}{told}"),
            format!(
                "{fa}: آزمون «{name}» (\u{2066}{at}\u{2069})؛ پیش‌تر: {was_fa}؛ اکنون: {is_fa}{told_fa}"
            ),
        )
        .with_help(
            format!(
                "if that is meant, say so where the overlay names \"{from}\": disable: [ {{ rule: {from}, why: TEXT }} ], or why: TEXT beside what it replaces; of this test alone under supersedes: {{ test: '{name}', why: ... }}"
            ),
            format!(
                "اگر همین منظور است، همان‌جا که لایه «{from}» را نام می‌برد بنویسید چرا: \u{2066}disable: [ {{ rule: {from}, why: TEXT }} ]\u{2069}، یا why: TEXT کنار آنچه جایگزین می‌کند؛ تنها برای این آزمون در supersedes: {{ test: '{name}', why: ... }}"
            ),
        )
    }

    /// A layer below gave it another outcome, and a rule of this overlay yet another one.
    pub fn taken(&self, span: Span) -> Diagnostic {
        let name = &self.outcome.name;
        let [(was, is), (was_fa, is_fa)] = self.in_words(&self.differing());
        let (at, [told, told_fa]) = self.told();
        Diagnostic::warning(
            "PG-T051",
            span,
            format!(
                "the outcome of the test \"{name}\" ({at}), which a layer below changed, is changed again; before: {was}; now: {is}{told}"
            ),
            format!(
                "نتیجهٔ آزمون «{name}» (\u{2066}{at}\u{2069}) که لایه‌ای زیرین عوض کرده بود باز عوض می‌شود؛ پیش‌تر: {was_fa}؛ اکنون: {is_fa}{told_fa}"
            ),
        )
        .with_help(
            format!("if that is meant, say why under supersedes: {{ test: '{name}', why: ... }}"),
            format!("اگر همین منظور است، در supersedes بنویسید چرا: {{ test: '{name}', why: ... }}"),
        )
    }

    pub fn meant(&self, span: Span, why: Option<&str>) -> Diagnostic {
        let (because, because_fa) =
            why.map(|why| (format!("; why: {why}"), format!("؛ چرا: {why}"))).unwrap_or_default();
        let name = &self.outcome.name;
        let [(was, is), (was_fa, is_fa)] = self.in_words(&self.differing());
        let (at, [told, told_fa]) = self.told();
        Diagnostic::information(
            "PG-T051",
            span,
            format!("the test \"{name}\" ({at}) has another outcome here; before: {was}; now: {is}{told}{because}"),
            format!(
                "نتیجهٔ آزمون «{name}» (\u{2066}{at}\u{2069}) در این لایه دیگر است؛ پیش‌تر: {was_fa}؛ اکنون: {is_fa}{told_fa}{because_fa}"
            ),
        )
    }
}

/// `, as it would be here: county kashan`: what the place put into a row.
pub(crate) fn here(row: &TestRow, table: &Table) -> (String, String) {
    let Some(written) = &row.written else { return Default::default() };
    let put = row.given.iter().filter(|(name, value)| written.get(*name) != Some(value));
    let put: Vec<(&str, &str)> = put.map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default())).collect();
    let called = |name: &str, fa: bool| table.input(name).map_or_else(|| name.to_owned(), |input| title(input, fa));
    let en: Vec<String> = put.iter().map(|(name, value)| format!("{} {value}", called(name, false))).collect();
    let fa: Vec<String> = put.iter().map(|(name, value)| format!("{} «{value}»", called(name, true))).collect();
    (format!(", as it would be here: {}", en.join(", ")), format!("، چنان که این‌جا می‌بود: {}", fa.join("، ")))
}

/// The members that differ, of what came before and of what comes now; all where one of them is no mapping.
fn differing(before: &Value, now: &Value) -> (Value, Value) {
    let (Value::Object(was), Value::Object(is)) = (before, now) else {
        return (before.clone(), now.clone());
    };
    let only = |of: &Map<String, Value>, other: &Map<String, Value>| {
        of.iter().filter(|(name, value)| other.get(*name) != Some(value)).map(|(k, v)| (k.clone(), v.clone())).collect()
    };
    (Value::Object(only(was, is)), Value::Object(only(is, was)))
}
