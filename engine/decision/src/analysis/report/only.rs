//! How it is told that a rule of an overlay hides rules below it for some values of an input, such as a county of its province.
//!
//! A rule that asks for nothing but such a value takes the place over without saying so, one that hides a rule for every value
//! leaves it nothing that ever comes, and one that hides very many says more than it seems to: these are warned of. One that asks
//! for more, or stands where hardly anything is below it, is how a province refines what is there: a note.

use peygir_source::Help;

use super::{
    Report,
    hidden::{left_to_locked, replaced},
};
use crate::analysis::{Only, words::title};

/// Most values, and most rules of the overlay, that a sentence names.
const SHOWN_MAX: usize = 5;

/// Most rules, beside the catch-all, that a closer answer for some values hides.
const REFINED_MAX: usize = 10;

impl Report<'_> {
    /// Whether it is no more than a closer answer for some values.
    pub(super) fn is_refined(&self, rules: &[String], only: &Only) -> bool {
        let (catch_all, _) = self.catch_all();
        match rules.iter().filter(|id| *id != catch_all).count() {
            // Where no rule holds, one for a part of the place is what can be said: the catch-all has one answer for all of it.
            0 => true,
            _ if only.is_every => false,
            1 => true,
            count => !only.is_whole && count <= REFINED_MAX,
        }
    }

    /// `where county is "natanz" or "kashan"`; of every value: `whichever county it is, of all 24 that there are`.
    pub(super) fn place_of(&self, only: &Only) -> (String, String) {
        let input = self.table.input(&only.input);
        let called = |fa: bool| input.map_or_else(|| only.input.clone(), |input| title(input, fa));
        let (en, fa, count) = (called(false), called(true), only.values.len());
        if only.is_every && count > 1 {
            return (
                format!("whichever {en} it is, of all {count} that there are"),
                format!("برای هر یک از هر {count} {fa} که هست"),
            );
        }
        let (listed, listed_fa) =
            (shown(&only.values, ('"', '"'), " or ", "more"), shown(&only.values, ('«', '»'), " یا ", "تای دیگر"));
        let (alone, alone_fa) =
            if only.is_every { (", the only one that there is", "، که جز آن نیست") } else { ("", "") };
        (format!("where {en} is {listed}{alone}"), format!("جایی که {fa} {listed_fa} است{alone_fa}"))
    }

    /// What can be done. Rules can't be disabled for some values only; in an overlay that holds just there they can.
    pub(super) fn only_help(&self, rules: &[String], only: &Only) -> Help {
        let (catch_all, is_locked) = self.catch_all();
        let has_last = rules.iter().any(|id| id == catch_all);
        let has_others = rules.iter().any(|id| id != catch_all);
        let mut helps: Vec<Help> = Vec::new();
        let is_refined = self.is_refined(rules, only);
        if only.is_every && has_others {
            helps.push(Help::new(
                "if that is meant, disable these rules in the overlay, and answer what has no such value by a rule of your own; else \
                 narrow the rule or put it further down",
                "اگر همین منظور است آن قاعده‌ها را در روکش غیرفعال (disable) کنید و برای آنچه چنین مقداری ندارد قاعده‌ای از خود بگذارید؛ وگرنه قاعده \
                 را تنگ‌تر کنید یا پایین‌تر بگذارید",
            ));
        } else {
            helps.push(self.help_in_part(only, is_refined, has_others));
        }
        if has_last && is_locked {
            helps.push(left_to_locked(catch_all));
        } else if has_last && !is_refined {
            let replace = replaced(catch_all);
            helps.push(Help::new(
                format!(
                    "to answer otherwise where no rule holds, replace the answer of the catch-all there instead of standing before it: \
                     {replace}"
                ),
                format!(
                    "برای پاسخی دیگر در جایی که هیچ قاعده‌ای برقرار نیست، به جای نشستن پیش از قاعدهٔ فراگیر همان‌جا پاسخ خود آن را جایگزین کنید: \
                     \u{2066}{replace}\u{2069}"
                ),
            ));
        }
        let joined = |told: fn(&Help) -> &str, between: &str| helps.iter().map(told).collect::<Vec<_>>().join(between);
        Help::new(joined(|help| &help.en, "; "), joined(|help| &help.fa, "؛ "))
    }

    fn help_in_part(&self, only: &Only, is_refined: bool, has_others: bool) -> Help {
        if is_refined {
            return Help::new(
                "if that is meant, nothing is to be done; else narrow the rule or put it further down",
                "اگر همین منظور است کاری لازم نیست؛ وگرنه قاعده را تنگ‌تر کنید یا پایین‌تر بگذارید",
            );
        }
        let (place, place_fa) = self.place_of(only);
        let (disabled, disabled_fa) = match has_others {
            true => {
                (", whose overlay can disable these rules", " و روکش آن می‌تواند این قاعده‌ها را غیرفعال (disable) کند")
            }
            false => ("", ""),
        };
        Help::new(
            format!(
                "let the rule ask for more, such as a topic, or put it further down; if all of it is meant, write it in a pack that holds \
                 just {place}{disabled}"
            ),
            format!(
                "قاعده چیز بیشتری هم بخواهد، مانند موضوع، یا پایین‌تر بنشیند؛ اگر همهٔ آن منظور است آن را در بسته‌ای بنویسید که درست \
                 {place_fa} جاری است{disabled_fa}"
            ),
        )
    }
}

/// `, with "b" and "c",`: the other rules that take something, too.
pub(super) fn with_others(only: &Only) -> (String, String) {
    if only.with.is_empty() {
        return Default::default();
    }
    let (en, fa) = (shown(&only.with, ('"', '"'), " and ", "more"), shown(&only.with, ('«', '»'), " و ", "تای دیگر"));
    (format!(", with {en},"), format!("، همراه {fa}،"))
}

fn shown(names: &[String], (open, close): (char, char), between: &str, rest: &str) -> String {
    let mut shown: Vec<String> = names.iter().take(SHOWN_MAX).map(|name| format!("{open}{name}{close}")).collect();
    if names.len() > SHOWN_MAX {
        shown.push(format!("{} {rest}", names.len() - SHOWN_MAX));
    }
    shown.join(between)
}
