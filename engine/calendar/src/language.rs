//! The two languages of everything that people read, and names that have a form in each.

use minicbor::{Decode, Encode};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Persian,
    English,
}

/// A name as its author wrote it in both languages. An author who wrote one form only has it in both fields.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Name {
    #[n(0)]
    pub fa: String,
    #[n(1)]
    pub en: String,
}

impl Name {
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Persian => &self.fa,
            Language::English => &self.en,
        }
    }
}
