//! The words of the console and of problems, from the Fluent files in `locales/`.
//!
//! A message id that does not exist shows itself, so that a missing word is seen and nothing fails; tests hold that both
//! languages have the same ids and that every code used has one.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use peygir_calendar::digits;

use crate::locale::Locale;

/// Name and text of each file, Persian and English.
const FILES: &[(&str, &str, &str)] = &[
    ("problems", include_str!("../locales/fa/problems.ftl"), include_str!("../locales/en/problems.ftl")),
    ("fields", include_str!("../locales/fa/fields.ftl"), include_str!("../locales/en/fields.ftl")),
    ("states", include_str!("../locales/fa/states.ftl"), include_str!("../locales/en/states.ftl")),
    ("journal", include_str!("../locales/fa/journal.ftl"), include_str!("../locales/en/journal.ftl")),
    ("console", include_str!("../locales/fa/console.ftl"), include_str!("../locales/en/console.ftl")),
    ("calendars", include_str!("../locales/fa/calendars.ftl"), include_str!("../locales/en/calendars.ftl")),
    ("decisions", include_str!("../locales/fa/decisions.ftl"), include_str!("../locales/en/decisions.ftl")),
    ("packs", include_str!("../locales/fa/packs.ftl"), include_str!("../locales/en/packs.ftl")),
    ("health", include_str!("../locales/fa/health.ftl"), include_str!("../locales/en/health.ftl")),
    ("public", include_str!("../locales/fa/public.ftl"), include_str!("../locales/en/public.ftl")),
];

static PERSIAN: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle(Locale::Fa));
static ENGLISH: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle(Locale::En));

/// An argument of a message. Numbers get the digits of the language, texts stay as they are and are isolated from the
/// direction of the sentence around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg {
    Text(String),
    Number(i64),
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Arg::Text(text.to_owned())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Arg::Text(text)
    }
}

impl From<i64> for Arg {
    fn from(number: i64) -> Self {
        Arg::Number(number)
    }
}

impl Locale {
    /// A message without arguments.
    pub fn text(self, id: &str) -> String {
        self.text_with(id, &[])
    }

    /// A message; `id.attribute` names an attribute. Where an argument that it wants is missing, its attribute `bare`
    /// is shown instead.
    pub fn text_with(self, id: &str, args: &[(&str, Arg)]) -> String {
        match format(self, id, args) {
            Some((text, true)) => text,
            Some((text, false)) => format(self, &format!("{id}.bare"), args).map_or(text, |(bare, _)| bare),
            None => id.to_owned(),
        }
    }

    /// A number in the digits of the language.
    pub fn number(self, number: impl std::fmt::Display) -> String {
        self.digits(&number.to_string())
    }

    /// The text with the digits of the language; only for what is not a code to be copied.
    pub fn digits(self, text: &str) -> String {
        match self {
            Locale::Fa => digits::to_persian(text),
            Locale::En => text.to_owned(),
        }
    }
}

/// Whether a message (or `id.attribute`) exists in both languages.
pub fn exists(id: &str) -> bool {
    Locale::ALL.iter().all(|locale| format(*locale, id, &[]).is_some())
}

/// The text, and whether every argument was there.
fn format(locale: Locale, id: &str, args: &[(&str, Arg)]) -> Option<(String, bool)> {
    let bundle = match locale {
        Locale::Fa => &*PERSIAN,
        Locale::En => &*ENGLISH,
    };
    let (id, attribute) = id.split_once('.').map_or((id, None), |(id, attribute)| (id, Some(attribute)));
    let message = bundle.get_message(id)?;
    let pattern = match attribute {
        Some(attribute) => message.get_attribute(attribute)?.value(),
        None => message.value()?,
    };
    let mut values = FluentArgs::new();
    for (name, arg) in args {
        match arg {
            Arg::Text(text) => values.set(*name, text.clone()),
            Arg::Number(number) => values.set(*name, *number),
        }
    }
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned();
    Some((text, errors.is_empty()))
}

fn bundle(locale: Locale) -> FluentBundle<FluentResource> {
    let language = locale.code().parse().expect("our own language tags are well formed");
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    if locale == Locale::Fa {
        bundle.set_formatter(Some(persian_numbers));
    }
    for (name, fa, en) in FILES {
        let source = if locale == Locale::Fa { fa } else { en };
        let (resource, errors) = match FluentResource::try_new((*source).to_owned()) {
            Ok(resource) => (resource, Vec::new()),
            Err((resource, errors)) => (resource, errors),
        };
        for error in errors {
            tracing::error!(file = name, locale = locale.code(), %error, "a locale file has an error");
        }
        if bundle.add_resource(resource).is_err() {
            tracing::error!(file = name, locale = locale.code(), "a message id stands twice");
        }
    }
    bundle
}

fn persian_numbers<M: fluent_bundle::memoizer::MemoizerKind>(value: &FluentValue, _: &M) -> Option<String> {
    match value {
        FluentValue::Number(number) => Some(digits::to_persian(&number.as_string())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use fluent_bundle::FluentResource;

    use super::*;

    /// Ids and attributes of a file, and its errors.
    fn ids(source: &str) -> BTreeSet<String> {
        let resource = FluentResource::try_new(source.to_owned()).expect("the file has no errors");
        assert!(resource.entries().count() > 0);
        let mut ids = BTreeSet::new();
        let mut last = String::new();
        for line in source.lines() {
            if let Some((name, _)) = line.split_once('=') {
                let name = name.trim_end();
                if let Some(attribute) = name.trim_start().strip_prefix('.') {
                    assert!(ids.insert(format!("{last}.{attribute}")), "{last}.{attribute} stands twice");
                } else if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && !name.is_empty() {
                    last = name.to_owned();
                    assert!(ids.insert(last.clone()), "{last} stands twice");
                }
            }
        }
        ids
    }

    #[test]
    fn both_languages_have_the_same_messages() {
        let mut all = BTreeSet::new();
        for (file, fa, en) in FILES {
            assert_eq!(ids(fa), ids(en), "{file}");
            for id in ids(fa) {
                assert!(all.insert(id.clone()), "{id} stands in two files");
                assert!(exists(&id), "{id}");
            }
        }
        assert!(all.len() > 200);
    }

    #[test]
    fn both_languages_take_the_same_arguments() {
        let arguments = |source: &str| -> BTreeSet<(String, String)> {
            let mut last = String::new();
            let mut found = BTreeSet::new();
            for line in source.lines() {
                if let Some((name, _)) = line.split_once(" =") {
                    last = name.trim().to_owned();
                }
                for part in line.split('$').skip(1) {
                    let name: String = part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
                    found.insert((last.clone(), name));
                }
            }
            found
        };
        for (file, fa, en) in FILES {
            assert_eq!(arguments(fa), arguments(en), "{file}");
        }
    }

    /// Every code that the desk and this server use has its words. The lists are the desk's; a new code belongs here too.
    #[test]
    fn every_code_has_words() {
        let families: [(&str, &str); 17] = [
            (
                "stage",
                "registered classifying referred overdue verifying inspecting closed-solved closed-unreached \
                 closed-other faulted new-round",
            ),
            ("case", "open closed"),
            ("task", "open claimed scheduled completed expired withdrawn"),
            ("message", "ready sending sent delivered failed ambiguous dropped withdrawn expired not-sent"),
            (
                "incident",
                "message-failed message-ambiguous message-expired message-unread flow-fault turn-aborted unaddressed \
                 webhook-failing deadline-underivable operation-failing case-unstarted action-refused rule-failed",
            ),
            ("incident-status", "open retried settled passed"),
            ("flow", "active suspended completed faulted cancelled"),
            ("channel", "phone sms mail web letter in-person"),
            (
                "field",
                "required too-long too-short out-of-range not-an-option calendar-elsewhere wrong-type wrong-value unknown-field unknown-parameter \
                 given-twice not-a-number not-a-cursor archived not-readable national-id-checksum mobile-invalid scope-invalid \
                 name-invalid person-unknown jalali-date time-of-day hours one-of-both files-or-version not-one-line day-order instant-invalid in-past past-max \
                 instant-or-date date-no-leap-year date-no-month date-no-day",
            ),
            (
                "conflict",
                "claimed not-claimed not-yet not-retriable nothing-starts instance-state instance-restarted instance-not-faulted \
                 instance-of-another instance-opened-case ended settled erased claimed-before name-taken no-deadline \
                 not-suspendable suspended not-suspended suspended-too-often suspended-too-long overdue date-set \
                 underivable withdrawn in-past past-max packs-raced packs-too-many packs-too-many-to-come \
                 packs-not-taken edition-in-force edition-withdrawn",
            ),
            (
                "done",
                "claimed released completed registered retried settled note-missing reason-missing deadline-set \
                 deadline-suspended deadline-resumed closure-declared closure-withdrawn",
            ),
            ("operation", "closure-declared closure-withdrawn calendars-changed"),
            ("deadline-move", "closure suspended resumed set calendar"),
            ("wait", "waiting ended"),
            ("why", "closure suspended resumed set calendar"),
            ("day", "open short off holiday estimated-holiday partly-closed closed"),
            (
                "journal",
                "case-opened message-joined case-classified agency-named case-referred round-opened case-closed milestone \
                 satisfaction-recorded task-created task-claimed task-released task-completed task-expired \
                 task-withdrawn task-overdue task-reminded call-unreached message-queued message-attempted \
                 message-attempt-failed message-sent message-delivered message-failed message-ambiguous \
                 message-dropped message-expired message-withdrawn message-requeued request-queued \
                 request-answered request-failed incident-opened incident-resolved personal-data-read flow-started flow-completed flow-faulted flow-cancelled \
                 flow-retried step-started step-completed step-skipped step-faulted step-cancelled step-retried \
                 decision-made call-answered context-replaced timer-set timer-fired timer-cleared branch-ended \
                 retry-scheduled error-caught until-advanced turn-bounded event-emitted event-consumed \
                 event-arrived event-kept event-taken deadline-moved deadline-suspended deadline-resumed deadline-set \
                 wait-begun wait-ended closure-declared closure-withdrawn calendars-deployed operation-begun \
                 operation-advanced operation-resumed operation-ended packs-deployed edition-withdrawn",
            ),
        ];
        for (family, codes) in families {
            for code in codes.split_whitespace() {
                assert!(exists(&format!("{family}-{code}")), "{family}-{code}");
            }
        }
        for role in peygir_runtime::access::ROLES {
            assert!(exists(&format!("role-{role}")), "{role}");
        }
    }

    #[test]
    fn numbers_have_the_digits_of_the_language() {
        assert_eq!(Locale::Fa.text_with("round-number", &[("round", 12.into())]), "دور \u{2068}۱۲\u{2069}");
        assert_eq!(Locale::En.text_with("round-number", &[("round", 12.into())]), "Round \u{2068}12\u{2069}");
        assert_eq!(Locale::Fa.number(305), "۳۰۵");
    }

    #[test]
    fn a_missing_argument_shows_the_bare_form_and_a_missing_message_its_id() {
        assert_eq!(Locale::En.text("stage-referred"), Locale::En.text("stage-referred.bare"));
        assert_ne!(
            Locale::En.text_with("stage-referred", &[("agency", "Water".into()), ("due", "tomorrow".into())]),
            Locale::En.text("stage-referred.bare")
        );
        assert_eq!(Locale::Fa.text("no-such-message"), "no-such-message");
        assert!(!exists("no-such-message") && !exists("stage-referred.nothing"));
    }
}
