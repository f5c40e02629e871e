//! How it is told that a rule of an overlay hides rules below it: on which days, how gravely, and what to do about it.

use peygir_calendar::Jalali;
use peygir_source::{Diagnostic, Help, Severity, Span};

use super::{Report, only::with_others};
use crate::{
    analysis::{Inputs, Only},
    window::Window,
};

impl Report<'_> {
    /// A rule of an overlay, with those of the layers below that never answer where it is in force. One rule for some days is what
    /// a season's own answer does too: that is a note.
    pub(super) fn hidden(
        &self,
        span: Span,
        (taker, layer): (&str, usize),
        rules: &[String],
        (witness, on): (&Inputs, Jalali),
        (days, is_for_good): (&[Window], bool),
        only: Option<&Only>,
    ) -> Diagnostic {
        let (en, fa) = (self.rules_in_words(rules, false), self.rules_in_words(rules, true));
        let (by, by_fa) = (self.layer(layer, false), self.layer(layer, true));
        let first = rules.first().map_or("", String::as_str);
        let (shown, shown_fa) = self.witness(witness, &[taker, first], on);
        let (count, them) = (rules.len(), if rules.len() == 1 { "rule" } else { "rules" });
        let (when, when_fa) = (in_words(days), in_words_fa(days));
        let here = ((" here".to_owned(), String::new()), "این‌جا".to_owned());
        let ((here, place), place_fa) = only.map_or(here, |only| {
            let (place, place_fa) = self.place_of(only);
            ((String::new(), format!(" {place}")), place_fa)
        });
        let (with, with_fa) = only.map_or_else(Default::default, with_others);
        let mut told = Diagnostic::warning(
            "PG-T034",
            span,
            format!(
                "\"{taker}\" of {by}{with} leaves nothing{here} to {count} {them} below it{place}{when}: {en}. For example, where \
                 {shown}, it answers in place of \"{first}\""
            ),
            format!(
                "«{taker}» از {by_fa}{with_fa} {place_fa}{when_fa} چیزی برای {count} قاعدهٔ زیرین نمی‌گذارد: {fa}. برای نمونه در حالتی که {shown_fa}، به \
                 جای «{first}» پاسخ می‌دهد"
            ),
        );
        if !is_for_good && rules.len() == 1 || only.is_some_and(|only| self.is_refined(rules, only)) {
            told.severity = Severity::Information;
        }
        told.helped(match only {
            Some(only) => self.only_help(rules, only),
            None => self.hidden_help(rules, !days.is_empty()),
        })
    }

    /// What can be done: a catch-all can't be disabled, and what is disabled is so on all days of its overlay.
    fn hidden_help(&self, rules: &[String], is_dated: bool) -> Help {
        let (catch_all, is_locked) = self.catch_all();
        let replace = replaced(catch_all);
        let is_last = |id: &String| id == catch_all;
        let mut en: Vec<String> = Vec::new();
        let mut fa: Vec<String> = Vec::new();
        if !rules.iter().all(is_last) {
            let (where_to, where_to_fa) = match is_dated {
                true => ("in an overlay that has these days as its effective", "در روکشی که effective آن همین روزهاست"),
                false => ("in the overlay", "در روکش"),
            };
            en.push(format!(
                "if that is meant, disable these rules {where_to}; else narrow the rule or put it further down"
            ));
            fa.push(format!(
                "اگر همین منظور است آن قاعده‌ها را {where_to_fa} غیرفعال (disable) کنید؛ وگرنه قاعده را تنگ‌تر کنید یا پایین‌تر بگذارید"
            ));
        }
        if rules.iter().any(is_last) && is_locked {
            let left = left_to_locked(catch_all);
            en.push(left.en);
            fa.push(left.fa);
        } else if rules.iter().any(is_last) {
            en.push(format!(
                "to answer otherwise where no rule holds, replace the answer of the catch-all instead of standing before it: {replace}"
            ));
            fa.push(format!(
                "برای پاسخی دیگر در جایی که هیچ قاعده‌ای برقرار نیست، به جای نشستن پیش از قاعدهٔ فراگیر پاسخ خود آن را جایگزین کنید: \u{2066}{replace}\u{2069}"
            ));
        }
        Help::new(en.join("; "), fa.join("؛ "))
    }

    /// Its id, and whether it is locked.
    pub(super) fn catch_all(&self) -> (&str, bool) {
        self.table.rules.last().map_or(("", false), |rule| (rule.id.as_str(), rule.locked))
    }
}

/// How the answer of the catch-all is replaced.
pub(super) fn replaced(catch_all: &str) -> String {
    format!("replace: {{ {catch_all}: {{ then: ... }} }}")
}

pub(super) fn left_to_locked(catch_all: &str) -> Help {
    Help::new(
        format!("\"{catch_all}\" is locked: leave it what no other rule holds for"),
        format!("«{catch_all}» قفل شده است: آنچه در هیچ قاعدهٔ دیگری نمی‌گنجد برایش بماند"),
    )
}

/// ` from 1405/09/05 to 1405/09/06 and from 1406/01/01 on`; nothing without days.
fn in_words(days: &[Window]) -> String {
    let told = |window: &Window| match (window.from, window.until) {
        (Some(from), Some(until)) if from == until => format!("on {from}"),
        (Some(from), Some(until)) => format!("from {from} to {until}"),
        (Some(from), None) => format!("from {from} on"),
        (None, Some(until)) => format!("until {until}"),
        (None, None) => "on every day".to_owned(),
    };
    if days.is_empty() {
        String::new()
    } else {
        format!(" {}", days.iter().map(told).collect::<Vec<_>>().join(" and "))
    }
}

/// The same in Persian.
fn in_words_fa(days: &[Window]) -> String {
    let told = |window: &Window| match (window.from, window.until) {
        (Some(from), Some(until)) if from == until => format!("در {from}"),
        (Some(from), Some(until)) => format!("از {from} تا {until}"),
        (Some(from), None) => format!("از {from} به بعد"),
        (None, Some(until)) => format!("تا {until}"),
        (None, None) => "در همهٔ روزها".to_owned(),
    };
    if days.is_empty() { String::new() } else { format!(" {}", days.iter().map(told).collect::<Vec<_>>().join(" و ")) }
}
