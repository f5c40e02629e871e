//! A complaint about what somebody wrote: which rule, where, and how to mend it, in both languages.

use crate::Span;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Warning,
    Error,
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
    /// The same sentence in Persian.
    pub message_fa: Box<str>,
    /// How to mend it, where that can be said (`did you mean "output"?`).
    pub help: Option<String>,
}

impl Diagnostic {
    pub fn error(code: &'static str, span: Span, message: impl Into<String>, message_fa: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            file: String::new(),
            span,
            message: message.into(),
            message_fa: message_fa.into().into_boxed_str(),
            help: None,
        }
    }

    pub fn warning(code: &'static str, span: Span, message: impl Into<String>, message_fa: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message, message_fa) }
    }

    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
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
