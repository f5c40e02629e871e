//! Problems: every refusal that a client sees, as RFC 9457 problem details or as a page.
//!
//! A handler answers `Err(Problem)`; the shell around the router knows the reader's language and whether a program or a
//! person asked, and renders it there. So no handler writes an error text.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use peygir_runtime::access;
use peygir_runtime::desk::{self, FieldError, Refusal};
use serde_json::{Value, json};

use crate::locale::Locale;
use crate::text;

/// What went wrong; each has a page under `docs/errors` and two messages, title and detail, in each language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    Unauthenticated,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    Conflict,
    Invalid,
    KeyReused,
    KeyMalformed,
    JsonMalformed,
    NotUtf8,
    TooLarge,
    TooDeep,
    MediaType,
    QueryInvalid,
    CrossSite,
    LinkSpent,
    Timeout,
    Unavailable,
    Internal,
    PacksRefused,
    Stopped,
    FormBroken,
    TooManyParts,
}

/// Code, status, page. The page is what `/errors/CODE` shows.
const CODES: &[(Code, &str, u16, &str)] = &[
    (Code::Unauthenticated, "PG-A001", 401, include_str!("../../../docs/errors/PG-A001.md")),
    (Code::Forbidden, "PG-A002", 403, include_str!("../../../docs/errors/PG-A002.md")),
    (Code::NotFound, "PG-A003", 404, include_str!("../../../docs/errors/PG-A003.md")),
    (Code::MethodNotAllowed, "PG-A004", 405, include_str!("../../../docs/errors/PG-A004.md")),
    (Code::Conflict, "PG-A005", 409, include_str!("../../../docs/errors/PG-A005.md")),
    (Code::Invalid, "PG-A006", 422, include_str!("../../../docs/errors/PG-A006.md")),
    (Code::KeyReused, "PG-A007", 422, include_str!("../../../docs/errors/PG-A007.md")),
    (Code::KeyMalformed, "PG-A008", 400, include_str!("../../../docs/errors/PG-A008.md")),
    (Code::JsonMalformed, "PG-A009", 400, include_str!("../../../docs/errors/PG-A009.md")),
    (Code::NotUtf8, "PG-A010", 400, include_str!("../../../docs/errors/PG-A010.md")),
    (Code::TooLarge, "PG-A011", 413, include_str!("../../../docs/errors/PG-A011.md")),
    (Code::TooDeep, "PG-A012", 400, include_str!("../../../docs/errors/PG-A012.md")),
    (Code::MediaType, "PG-A013", 415, include_str!("../../../docs/errors/PG-A013.md")),
    (Code::QueryInvalid, "PG-A014", 400, include_str!("../../../docs/errors/PG-A014.md")),
    (Code::CrossSite, "PG-A015", 403, include_str!("../../../docs/errors/PG-A015.md")),
    (Code::LinkSpent, "PG-A016", 410, include_str!("../../../docs/errors/PG-A016.md")),
    (Code::Timeout, "PG-A017", 503, include_str!("../../../docs/errors/PG-A017.md")),
    (Code::Unavailable, "PG-A018", 503, include_str!("../../../docs/errors/PG-A018.md")),
    (Code::Internal, "PG-A019", 500, include_str!("../../../docs/errors/PG-A019.md")),
    (Code::PacksRefused, "PG-A020", 422, include_str!("../../../docs/errors/PG-A020.md")),
    (Code::Stopped, "PG-A021", 503, include_str!("../../../docs/errors/PG-A021.md")),
    (Code::FormBroken, "PG-A022", 400, include_str!("../../../docs/errors/PG-A022.md")),
    (Code::TooManyParts, "PG-A023", 413, include_str!("../../../docs/errors/PG-A023.md")),
];

impl Code {
    fn entry(self) -> &'static (Code, &'static str, u16, &'static str) {
        CODES.iter().find(|entry| entry.0 == self).expect("every code has its line")
    }

    /// `PG-A001`.
    pub fn id(self) -> &'static str {
        self.entry().1
    }

    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.entry().2).expect("the table holds statuses")
    }

    /// The page of a code, in Markdown.
    pub fn page(id: &str) -> Option<&'static str> {
        CODES.iter().find(|entry| entry.1 == id).map(|entry| entry.3)
    }

    pub fn all() -> impl Iterator<Item = Code> {
        CODES.iter().map(|entry| entry.0)
    }
}

/// A field that is wrong: where it stands and which message says why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongField {
    /// JSON pointer into the body; the parameter's name for a query.
    pub pointer: String,
    /// Message id `field-CODE`.
    pub code: String,
}

/// A refusal on its way to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub code: Code,
    /// Message id that says more than the code's own detail: `conflict-claimed`.
    pub reason: Option<String>,
    pub fields: Vec<WrongField>,
    /// Arguments of the detail: `line`, `column`, `limit`.
    pub args: Vec<(&'static str, i64)>,
    /// What is wrong with files that were sent: each with file, line and column.
    pub findings: Vec<Value>,
}

impl Problem {
    pub fn new(code: Code) -> Self {
        Self { code, reason: None, fields: Vec::new(), args: Vec::new(), findings: Vec::new() }
    }

    pub fn with(mut self, name: &'static str, value: i64) -> Self {
        self.args.push((name, value));
        self
    }

    pub fn field(code: Code, pointer: &str, why: &str) -> Self {
        let field = WrongField { pointer: pointer.to_owned(), code: why.to_owned() };
        Self { fields: vec![field], ..Self::new(code) }
    }

    /// A fault of ours: the reason goes to the log, and only there.
    pub fn internal(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a request failed");
        Self::new(Code::Internal)
    }

    pub fn title(&self, locale: Locale) -> String {
        locale.text(&format!("problem-{}", self.code.id()))
    }

    pub fn detail(&self, locale: Locale) -> String {
        if let Some(reason) = self.reason.as_deref().filter(|id| text::exists(id)) {
            return locale.text(reason);
        }
        let args: Vec<_> = self.args.iter().map(|(name, value)| (*name, text::Arg::from(*value))).collect();
        locale.text_with(&format!("problem-{}.detail", self.code.id()), &args)
    }

    /// The body of RFC 9457. `type` is a reference that this server resolves.
    pub fn json(&self, locale: Locale) -> Value {
        let mut body = json!({
            "type": format!("/errors/{}", self.code.id()),
            "status": self.code.status().as_u16(),
            "code": self.code.id(),
            "title": self.title(locale),
            "detail": self.detail(locale),
        });
        if !self.fields.is_empty() {
            body["errors"] = self.fields.iter().map(|field| field.json(locale)).collect();
        }
        if !self.findings.is_empty() {
            body["diagnostics"] = self.findings.clone().into();
        }
        body
    }
}

impl WrongField {
    fn json(&self, locale: Locale) -> Value {
        json!({ "pointer": self.pointer, "code": self.code, "detail": field_text(locale, &self.code) })
    }
}

/// What is wrong with a field, in words; a code without a message shows itself.
pub fn field_text(locale: Locale, code: &str) -> String {
    let id = format!("field-{code}");
    if text::exists(&id) { locale.text(&id) } else { code.to_owned() }
}

impl From<FieldError> for WrongField {
    fn from(error: FieldError) -> Self {
        Self { pointer: error.field, code: error.code.to_owned() }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Forbidden => Problem::new(Code::Forbidden),
            Refusal::NotFound => Problem::new(Code::NotFound),
            Refusal::Conflict(what) => {
                Problem { reason: Some(format!("conflict-{what}")), ..Problem::new(Code::Conflict) }
            }
            Refusal::Invalid(fields) => {
                Problem { fields: fields.into_iter().map(WrongField::from).collect(), ..Problem::new(Code::Invalid) }
            }
            Refusal::Findings(found) => {
                Problem { findings: desk::findings(&found), ..Problem::new(Code::PacksRefused) }
            }
            Refusal::Slow(found) => Problem { findings: desk::findings(&found), ..Problem::new(Code::Timeout) },
            Refusal::KeyReused => Problem::new(Code::KeyReused),
            Refusal::Unavailable(reason) => {
                tracing::warn!(reason, "a request was refused: unavailable");
                Problem::new(Code::Unavailable)
            }
            Refusal::Stopped(reason) => {
                tracing::warn!(reason, "a request was refused: a script was stopped");
                Problem::new(Code::Stopped)
            }
            Refusal::Internal(reason) => Problem::internal(&reason),
        }
    }
}

impl From<access::Error> for Problem {
    fn from(error: access::Error) -> Self {
        match error {
            access::Error::NameTaken(_) => {
                Problem { reason: Some("conflict-name-taken".to_owned()), ..Problem::new(Code::Conflict) }
            }
            access::Error::NameInvalid => Problem::field(Code::Invalid, "/name", "name-invalid"),
            access::Error::RoleUnknown(_) => Problem::field(Code::Invalid, "/role", "not-an-option"),
            access::Error::Commit(error) => {
                tracing::warn!(%error, "the access book was not written");
                Problem::new(Code::Unavailable)
            }
            access::Error::Store(error) => Refusal::from(error).into(),
            other => Problem::internal(&other),
        }
    }
}

/// Carries the problem to the shell, which renders it.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        if self.code == Code::Unauthenticated {
            let value = HeaderValue::from_static("Bearer realm=\"peygir\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        }
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_has_its_own_number_a_page_and_its_words() {
        let ids: BTreeSet<_> = Code::all().map(Code::id).collect();
        assert_eq!(ids.len(), CODES.len());
        for (code, id, _, page) in CODES {
            assert!(page.starts_with(&format!("# {id} ")), "{id}: title");
            for section in ["**Cause**", "**Fix**", "**Example**", "## فارسی"] {
                assert!(page.contains(section), "{id}: {section}");
            }
            for locale in Locale::ALL {
                let problem = Problem::new(*code).with("line", 1).with("column", 2).with("limit", 3);
                assert!(text::exists(&format!("problem-{id}")), "{id}");
                assert!(text::exists(&format!("problem-{id}.detail")), "{id}");
                assert!(!problem.detail(locale).contains('{'), "{id} {locale:?}");
            }
        }
    }

    #[test]
    fn a_conflict_without_words_of_its_own_says_the_general_ones() {
        let of = |what| Problem::from(Refusal::Conflict(what)).detail(Locale::En);
        assert_eq!(of("no-such-reason"), Problem::new(Code::Conflict).detail(Locale::En));
        assert_ne!(of("claimed"), Problem::new(Code::Conflict).detail(Locale::En));
    }

    #[test]
    fn a_check_that_took_too_long_says_where_it_stood() {
        let mut found = peygir_source::Diagnostics::default();
        found.push(peygir_source::Diagnostic::warning("PG-T027", Default::default(), "at the table \"large\"", "جدول"));
        let problem = Problem::from(Refusal::Slow(found));
        assert_eq!((problem.code, problem.code.status().as_u16()), (Code::Timeout, 503));
        let body = problem.json(Locale::En);
        assert!(body["diagnostics"][0].to_string().contains("large"), "{body}");
    }

    #[test]
    fn problem_details_name_the_fields() {
        let problem = Problem::field(Code::Invalid, "/from/nationalId", "national-id-checksum");
        let body = problem.json(Locale::Fa);
        assert_eq!(body["type"], "/errors/PG-A006");
        assert_eq!(body["status"], 422);
        assert_eq!(body["errors"][0]["pointer"], "/from/nationalId");
        assert_eq!(body["errors"][0]["code"], "national-id-checksum");
        assert!(body["errors"][0]["detail"].as_str().unwrap().contains("کد ملی"));
    }
}
