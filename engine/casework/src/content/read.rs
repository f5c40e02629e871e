//! Reading content from a spanned tree: every helper reports what is wrong and goes on, so that an author sees all at
//! once.

use std::collections::BTreeMap;

use peygir_source::{Diagnostic, Diagnostics, Help, Node, Span, suggest};

/// Longest identifier, in characters.
pub const ID_CHARS_MAX: usize = 80;

/// A Persian and an English name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bilingual {
    pub fa: String,
    pub en: String,
}

/// Collects the findings of one file.
#[derive(Debug, Default)]
pub struct Reader {
    pub found: Diagnostics,
}

impl Reader {
    pub fn error(&mut self, code: &'static str, span: Span, en: impl Into<String>, fa: impl Into<String>) {
        self.found.push(Diagnostic::error(code, span, en, fa));
    }

    /// Hands the value out if nothing was wrong.
    pub fn finish<T>(self, value: Option<T>) -> Result<(T, Diagnostics), Diagnostics> {
        match value {
            Some(value) if !self.found.has_errors() => Ok((value, self.found)),
            _ => Err(self.found),
        }
    }

    /// Refuses what is no mapping, and members that mean nothing here.
    pub fn mapping(&mut self, node: &Node, known: &[&str]) -> bool {
        let Some(entries) = node.entries() else {
            self.wrong_type(node.span, "a mapping", "یک نگاشت (کلید: مقدار)");
            return false;
        };
        for entry in entries.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            let diagnostic = Diagnostic::error(
                "PG-P002",
                entry.key_span,
                format!("\"{}\" means nothing here", entry.key),
                format!("«{}» در این جا معنایی ندارد", entry.key),
            );
            self.found.push(diagnostic.helped(match suggest(&entry.key, known.iter().copied()) {
                Some(near) => Help::did_you_mean(near, '"'),
                None => Help::new(
                    format!("known here: {}", known.join(", ")),
                    format!("این‌جا شناخته‌ها: {}", known.join("، ")),
                ),
            }));
        }
        true
    }

    pub fn wrong_type(&mut self, span: Span, wanted: &str, wanted_fa: &str) {
        self.error("PG-P004", span, format!("this must be {wanted}"), format!("این باید {wanted_fa} باشد"));
    }

    pub fn required<'n>(&mut self, node: &'n Node, key: &str) -> Option<&'n Node> {
        let found = node.get(key);
        if found.is_none() {
            self.error("PG-P003", node.span, format!("\"{key}\" is missing"), format!("«{key}» نوشته نشده است"));
        }
        found
    }

    /// A text that is there and not blank.
    pub fn text(&mut self, node: &Node, key: &str) -> Option<String> {
        let value = self.required(node, key)?;
        self.as_text(value)
    }

    pub fn optional_text(&mut self, node: &Node, key: &str) -> Option<String> {
        let value = node.get(key)?;
        self.as_text(value)
    }

    pub fn as_text(&mut self, node: &Node) -> Option<String> {
        match node.as_str() {
            Some(text) if !text.trim().is_empty() => Some(text.to_owned()),
            _ => {
                self.wrong_type(node.span, "a text", "یک متن");
                None
            }
        }
    }

    /// A flag; `false` where absent.
    pub fn flag(&mut self, node: &Node, key: &str) -> bool {
        match node.get(key).map(|value| (value.span, value.to_json())) {
            None => false,
            Some((_, serde_json::Value::Bool(flag))) => flag,
            Some((span, _)) => {
                self.wrong_type(span, "true or false", "true یا false");
                false
            }
        }
    }

    pub fn integer(&mut self, node: &Node, key: &str) -> Option<i64> {
        let value = node.get(key)?;
        let number = value.to_json().as_i64();
        if number.is_none() {
            self.wrong_type(value.span, "a whole number", "یک عدد صحیح");
        }
        number
    }

    /// The items of a list that may be absent.
    pub fn items<'n>(&mut self, node: &'n Node, key: &str) -> &'n [Node] {
        match node.get(key) {
            None => &[],
            Some(list) => match list.items() {
                Some(items) => items,
                None => {
                    self.wrong_type(list.span, "a list", "یک فهرست");
                    &[]
                }
            },
        }
    }

    /// An identifier: lower-case Latin letters, digits and hyphens; parts may be joined by `/`.
    pub fn id(&mut self, node: &Node, key: &str) -> Option<String> {
        let value = self.required(node, key)?;
        self.as_id(value)
    }

    pub fn optional_id(&mut self, node: &Node, key: &str) -> Option<String> {
        let value = node.get(key)?;
        self.as_id(value)
    }

    pub fn as_id(&mut self, node: &Node) -> Option<String> {
        let text = self.as_text(node)?;
        if is_id(&text) {
            return Some(text);
        }
        let (en, fa) = (format!("\"{text}\" is no identifier"), format!("«{text}» شناسه نیست"));
        self.found.push(Diagnostic::error("PG-P005", node.span, en, fa).with_help(
            "use lower-case letters a-z, digits and hyphens, such as \"foad/resolution\"",
            "حرف کوچک لاتین، رقم و خط تیره به کار ببرید، مانند «foad/resolution»",
        ));
        None
    }

    /// `{ fa: …, en: … }`.
    pub fn bilingual(&mut self, node: &Node, key: &str) -> Option<Bilingual> {
        let value = self.required(node, key)?;
        if !self.mapping(value, &["fa", "en"]) {
            return None;
        }
        let (fa, en) = (self.text(value, "fa"), self.text(value, "en"));
        Some(Bilingual { fa: fa?, en: en? })
    }

    /// Says that an id stands twice in a list.
    pub fn once(&mut self, seen: &mut BTreeMap<String, Span>, id: &str, span: Span) {
        if let Some(first) = seen.insert(id.to_owned(), span) {
            self.error(
                "PG-P006",
                span,
                format!("\"{id}\" stands here a second time (first at line {})", first.line),
                format!("«{id}» دو بار آمده است (بار نخست در سطر {})", first.line),
            );
        }
    }

    /// Refuses a file that says it is something else.
    pub fn kind(&mut self, node: &Node, kind: &str) {
        let Some(value) = self.required(node, "kind") else { return };
        if value.as_str() != Some(kind) {
            self.error(
                "PG-P007",
                value.span,
                format!("this file stands where a {kind} belongs, and says it is something else"),
                format!("این پرونده باید {kind} باشد ولی چیز دیگری نوشته شده است"),
            );
        }
    }
}

fn is_id(text: &str) -> bool {
    text.chars().count() <= ID_CHARS_MAX
        && text.split('/').all(|part| {
            !part.is_empty()
                && !part.starts_with('-')
                && !part.ends_with('-')
                && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        })
}
