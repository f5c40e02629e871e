//! Forms that browsers post: bounded, decoded, kept in order so that a page can show again what was typed.

use axum::extract::{FromRequest, Request};

use crate::body;
use crate::options::App;
use crate::problem::Problem;
use crate::query::text_pairs;

/// Longest posted form, in bytes. Persian text takes six bytes a letter when encoded for a form.
pub const FORM_BYTES_MAX: usize = 128 * 1024;

/// What was posted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Posted(pub Vec<(String, String)>);

impl Posted {
    /// What was typed into a field, without blanks around it; empty where nothing was.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }

    /// The same, None where empty.
    pub fn given(&self, name: &str) -> Option<String> {
        Some(self.get(name)).filter(|value| !value.is_empty()).map(str::to_owned)
    }
}

impl FromRequest<App> for Posted {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<Self, Problem> {
        let bytes = body::read(request.into_body(), FORM_BYTES_MAX).await?;
        let text = String::from_utf8(bytes).map_err(|_| Problem::new(crate::problem::Code::NotUtf8))?;
        Ok(Self(text_pairs(&text)?))
    }
}
