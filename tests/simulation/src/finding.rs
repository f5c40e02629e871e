//! What a checker found: a statement that does not hold.

use std::sync::{Mutex, PoisonError};

/// Which statement, and how it is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Name of the checker's statement.
    pub statement: &'static str,
    pub what: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.statement, self.what)
    }
}

pub fn found(statement: &'static str, what: impl Into<String>) -> Finding {
    Finding { statement, what: what.into() }
}

/// Findings of code that can't return them, such as a peer's. The first counts.
#[derive(Debug, Default)]
pub struct Findings(Mutex<Option<Finding>>);

impl Findings {
    pub fn add(&self, finding: Finding) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(finding);
    }

    pub fn first(&self) -> Option<Finding> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
