//! A complaint about what somebody wrote: which rule, where, and how to mend it, in both languages.

use crate::Span;
use crate::digits::persian_numbers;
use crate::render::Language;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing needs to be mended.
    Information,
    Warning,
    Error,
}

/// How to mend what a finding tells, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Help {
    pub en: String,
    pub fa: String,
}

impl Help {
    pub fn new(en: impl Into<String>, fa: impl Into<String>) -> Self {
        Self { en: en.into(), fa: persian_numbers(&fa.into()).into() }
    }

    /// The nearest name that would have been right, as [`crate::suggest`] finds it. `quote` stands around it in English.
    pub fn did_you_mean(near: &str, quote: char) -> Self {
        Self::new(format!("did you mean {quote}{near}{quote}?"), format!("آیا منظورتان «{near}» است؟"))
    }
}

/// One finding. `code` is stable (`PG-D003`) and has a page under `docs/errors/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: &'static str,
    pub severity: Severity,
    /// Path as the caller named it; empty until [`Diagnostics::in_file`] sets it.
    pub file: String,
    pub span: Span,
    /// What is wrong, in English: one sentence without a full stop.
    pub message: String,
    /// The same sentence in Persian, its numbers in Persian digits.
    pub message_fa: Box<str>,
    /// How to mend it, where that can be said (`did you mean "output"?`). Boxed: findings are handed on by value.
    pub help: Option<Box<Help>>,
}

impl Diagnostic {
    pub fn error(code: &'static str, span: Span, message: impl Into<String>, message_fa: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            file: String::new(),
            span,
            message: message.into(),
            message_fa: persian_numbers(&message_fa.into()).into(),
            help: None,
        }
    }

    pub fn warning(code: &'static str, span: Span, message: impl Into<String>, message_fa: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message, message_fa) }
    }

    pub fn information(
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        message_fa: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Information, ..Self::error(code, span, message, message_fa) }
    }

    pub fn with_help(self, en: impl Into<String>, fa: impl Into<String>) -> Self {
        self.helped(Help::new(en, fa))
    }

    pub fn helped(mut self, help: Help) -> Self {
        self.help = Some(Box::new(help));
        self
    }

    /// What is wrong, in one language.
    pub fn message_in(&self, language: Language) -> &str {
        match language {
            Language::English => &self.message,
            Language::Persian => &self.message_fa,
        }
    }

    /// How to mend it, in one language.
    pub fn help_in(&self, language: Language) -> Option<&str> {
        let help = self.help.as_deref()?;
        Some(match language {
            Language::English => &help.en,
            Language::Persian => &help.fa,
        })
    }
}

/// All findings of one reading. Reading goes on after an error, so that an author sees them all at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics {
    pub list: Vec<Diagnostic>,
}

impl Diagnostics {
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    pub fn extend(&mut self, other: Diagnostics) {
        self.list.extend(other.list);
    }

    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Names the file of every finding that has none yet.
    pub fn in_file(mut self, file: &str) -> Self {
        for diagnostic in &mut self.list {
            if diagnostic.file.is_empty() {
                diagnostic.file = file.to_owned();
            }
        }
        self
    }
}
