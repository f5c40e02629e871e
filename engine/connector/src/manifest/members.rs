//! Reading the members of a mapping, with the diagnostics that every place of a manifest shares.

use std::ops::RangeInclusive;

use peygir_source::{Diagnostic, Diagnostics, Help, Node, Span, suggest};

use super::NAME_CHARS_MAX;

/// A mapping whose members are read one after the other.
pub(super) struct Members<'n, 'f> {
    node: &'n Node,
    what: &'f str,
    found: &'f mut Diagnostics,
}

impl<'n, 'f> Members<'n, 'f> {
    /// Opens a mapping and tells every member that does not belong into it.
    pub(super) fn open(node: &'n Node, what: &'f str, known: &[&str], found: &'f mut Diagnostics) -> Option<Self> {
        let Some(entries) = node.entries() else {
            found.push(wrong_type(node, what, "a mapping", "نگاشت"));
            return None;
        };
        for entry in entries {
            if !known.contains(&entry.key.as_str()) {
                found.push(unknown(entry.key_span, what, &entry.key, known));
            }
        }
        Some(Self { node, what, found })
    }

    pub(super) fn optional(&self, key: &str) -> Option<&'n Node> {
        self.node.get(key)
    }

    /// A member that must be there.
    pub(super) fn node(&mut self, key: &str) -> Option<&'n Node> {
        let node = self.node.get(key);
        if node.is_none() {
            self.found.push(Diagnostic::error(
                "PG-M002",
                self.node.span,
                format!("`{key}` is missing in {}", self.what),
                format!("در {} عضو `{key}` نیست", self.what),
            ));
        }
        node
    }

    pub(super) fn text(&mut self, key: &str, chars_max: usize) -> Option<String> {
        let node = self.node(key)?;
        let Some(text) = node.as_str() else {
            self.found.push(wrong_type(node, key, "text", "متن"));
            return None;
        };
        let chars = text.chars().count();
        if text.trim().is_empty() || chars > chars_max {
            self.found.push(bad_value(
                node.span,
                &format!("`{key}` has {chars} characters; 1 to {chars_max} are allowed"),
                &format!("`{key}` {chars} نویسه دارد؛ ۱ تا {chars_max} نویسه مجاز است"),
            ));
            return None;
        }
        Some(text.to_owned())
    }

    pub(super) fn name(&mut self, key: &str) -> Option<String> {
        let text = self.text(key, usize::MAX)?;
        if is_name(&text) {
            return Some(text);
        }
        let span = self.node.get(key).map_or(self.node.span, |node| node.span);
        self.found.push(bad_name(span, &text));
        None
    }

    pub(super) fn version(&mut self, key: &str) -> Option<String> {
        let text = self.text(key, usize::MAX)?;
        if semver::Version::parse(&text).is_ok() {
            return Some(text);
        }
        let span = self.node.get(key).map_or(self.node.span, |node| node.span);
        self.found.push(bad_value(
            span,
            "`version` is no semantic version such as 1.0.0",
            "`version` نسخهٔ معنایی مانند 1.0.0 نیست",
        ));
        None
    }

    /// One of a closed list of words.
    pub(super) fn word<T: Copy>(&mut self, key: &str, words: &[(&str, T)]) -> Option<T> {
        let node = self.node(key)?;
        let given = node.as_str().unwrap_or_default();
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == given) {
            return Some(*value);
        }
        let list = words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        self.found.push(bad_value(
            node.span,
            &format!("`{key}` must be one of: {list}"),
            &format!("`{key}` باید یکی از این‌ها باشد: {list}"),
        ));
        None
    }

    /// A whole number within limits.
    pub(super) fn count(&mut self, key: &str, range: RangeInclusive<u64>) -> Option<u64> {
        let node = self.node(key)?;
        match node.to_json().as_u64() {
            Some(number) if range.contains(&number) => Some(number),
            _ => {
                let (low, high) = (range.start(), range.end());
                self.found.push(bad_value(
                    node.span,
                    &format!("`{key}` must be a whole number from {low} to {high}"),
                    &format!("`{key}` باید عدد صحیحی از {low} تا {high} باشد"),
                ));
                None
            }
        }
    }

    /// An ISO 8601 duration without days or longer units, in milliseconds, within limits.
    pub(super) fn duration_ms(&mut self, key: &str, range: RangeInclusive<u64>) -> Option<u64> {
        let node = self.node(key)?;
        let parsed = node.as_str().and_then(duration_ms);
        if let Some(ms) = parsed.filter(|ms| range.contains(ms)) {
            return Some(ms);
        }
        let (low, high) = (range.start(), range.end());
        self.found.push(
            Diagnostic::error(
                "PG-M005",
                node.span,
                format!("`{key}` must be a duration from {low} ms to {high} ms"),
                format!("`{key}` باید مدتی از {low} تا {high} میلی‌ثانیه باشد"),
            )
            .with_help(
                "write hours, minutes and seconds as ISO 8601: PT20S, PT10M, PT12H",
                "ساعت، دقیقه و ثانیه را به شیوهٔ ISO 8601 بنویسید: PT20S، PT10M، PT12H",
            ),
        );
        None
    }

    /// A complaint about two members that do not go together.
    pub(super) fn contradiction(&mut self, key: &str, message: &str, message_fa: &str) {
        let span = self.node.get(key).map_or(self.node.span, |node| node.span);
        self.found.push(Diagnostic::error("PG-M007", span, message, message_fa));
    }
}

fn duration_ms(text: &str) -> Option<u64> {
    if !text.starts_with('P') {
        return None;
    }
    let duration: jiff::SignedDuration = text.parse().ok()?;
    u64::try_from(duration.as_millis()).ok()
}

/// Lower-case letters, digits and hyphens, a letter first.
pub(super) fn is_name(text: &str) -> bool {
    text.len() <= NAME_CHARS_MAX
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

pub(super) fn bad_name(span: Span, given: &str) -> Diagnostic {
    bad_value(
        span,
        &format!(
            "`{given}` is no name: lower-case letters, digits and hyphens, a letter first, at most {NAME_CHARS_MAX}"
        ),
        &format!(
            "`{given}` نام درستی نیست: حروف کوچک لاتین، رقم و خط تیره، با حرف آغاز شود، حداکثر {NAME_CHARS_MAX} نویسه"
        ),
    )
}

pub(super) fn wrong_type(node: &Node, what: &str, expected: &str, expected_fa: &str) -> Diagnostic {
    Diagnostic::error(
        "PG-M001",
        node.span,
        format!("{what} must be {expected}"),
        format!("{what} باید {expected_fa} باشد"),
    )
}

pub(super) fn bad_value(span: Span, message: &str, message_fa: &str) -> Diagnostic {
    Diagnostic::error("PG-M004", span, message, message_fa)
}

fn unknown(span: Span, what: &str, given: &str, known: &[&str]) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        "PG-M003",
        span,
        format!("`{given}` is no member of {what}"),
        format!("`{given}` عضو {what} نیست"),
    );
    match suggest(given, known.iter().copied()) {
        Some(near) => diagnostic.helped(Help::did_you_mean(near, '`')),
        None => diagnostic
            .with_help(format!("known members: {}", known.join(", ")), format!("عضوهای شناخته: {}", known.join("، "))),
    }
}
