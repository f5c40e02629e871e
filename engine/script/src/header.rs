//! The header of a script: comments `//!` at its top that say what it is for and, below `---`, what it takes and gives.
//!
//! ```text
//! //! Who is told that a reply is late.
//! //! ---
//! //! req: { type: object, required: [topic] }
//! //! output: { type: array }
//! ```
//!
//! Owns: the members of a header and the JSON Schemas in them (2020-12; a schema can refer to itself only). Deliberately
//! does not know what becomes of a value that does not fit: see [`crate::Fault::Unfit`].

use std::fmt;

use jsonschema::Validator;
use peygir_source::{Diagnostic, Diagnostics, Help, Node, Span, suggest, yaml};
use serde_json::Value;

use crate::{
    fault::Fault,
    unfit::{Problems, problems},
};

const MARK: &str = "//!";
/// What parts the text from the members.
const RULE: &str = "---";
const MEMBERS: [&str; 3] = ["req", "args", "output"];
/// Name of the pack whose script of this name it takes the place of on purpose.
const REPLACES: &str = "replaces";

/// What a script takes and gives, as far as its header says.
#[derive(Default)]
pub(crate) struct Header {
    schemas: Vec<Schema>,
    replaces: Option<(String, Span)>,
}

struct Schema {
    member: &'static str,
    at: Span,
    written: Value,
    validator: Validator,
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.schemas.iter().map(|schema| schema.member)).finish()
    }
}

impl Header {
    /// Reads the header of a source; all findings at once, each at its place in the source.
    pub fn read(source: &str) -> Result<Self, Vec<Diagnostic>> {
        let comment = source.lines().take_while(|line| line.starts_with(MARK));
        let lines: Vec<&str> = comment.map(|line| &line[MARK.len()..]).collect();
        let Some(rule) = lines.iter().position(|line| line.trim() == RULE) else {
            return Ok(Self::default());
        };
        let below = &lines[rule + 1..];
        if below.iter().all(|line| line.trim().is_empty()) {
            return Ok(Self::default());
        }
        let moved = |span: Span| Span {
            line: span.line.saturating_add(u32::try_from(rule + 1).unwrap_or(u32::MAX)),
            column: span.column.saturating_add(MARK.len() as u32),
            ..span
        };
        let placed = |finding: Diagnostic| Diagnostic { span: moved(finding.span), ..finding };
        let root = yaml::parse(&below.join("\n")).map_err(|finding| vec![placed(finding)])?;
        let mut findings = Diagnostics::default();
        let schemas = schemas(&root, &mut findings);
        if findings.list.is_empty() {
            let schemas = schemas.into_iter().map(|schema| Schema { at: moved(schema.at), ..schema });
            let replaces =
                root.entry(REPLACES).and_then(|entry| Some((entry.node.as_str()?.to_owned(), entry.key_span)));
            Ok(Self { schemas: schemas.collect(), replaces: replaces.map(|(pack, at)| (pack, moved(at))) })
        } else {
            Err(findings.list.into_iter().map(placed).collect())
        }
    }

    /// What the header says of `member`, as written.
    pub fn schema(&self, member: &str) -> Option<(&Value, Span)> {
        let schema = self.schemas.iter().find(|schema| schema.member == member)?;
        Some((&schema.written, schema.at))
    }

    /// Name of the pack whose script it takes the place of, and where that is said.
    pub fn replaces(&self) -> Option<(&str, Span)> {
        self.replaces.as_ref().map(|(pack, at)| (pack.as_str(), *at))
    }

    /// Whether a value fits what the header says of `member`.
    pub fn check(&self, member: &'static str, value: &Value) -> Result<(), Fault> {
        let Some(schema) = self.schemas.iter().find(|schema| schema.member == member) else { return Ok(()) };
        let unfit =
            |Problems { en, fa }| Fault::Unfit { what: member, reason: en.into(), reason_fa: fa.into(), at: schema.at };
        problems(&schema.validator, value).map_err(unfit)
    }
}

fn schemas(root: &Node, findings: &mut Diagnostics) -> Vec<Schema> {
    let Some(entries) = root.entries() else {
        findings.push(wrong(
            root.span,
            "the header must be a mapping of req, args, output and replaces",
            "سرآیند باید نگاشتی از req و args و output و replaces باشد",
        ));
        return Vec::new();
    };
    let mut schemas = Vec::new();
    for entry in entries {
        if entry.key == REPLACES {
            if entry.node.as_str().is_none() {
                findings.push(wrong(entry.node.span, "replaces names a pack", "replaces نام یک بسته است"));
            }
            continue;
        }
        let Some(member) = MEMBERS.into_iter().find(|member| *member == entry.key) else {
            findings.push(unknown(&entry.key, entry.key_span));
            continue;
        };
        let written = entry.node.to_json();
        match jsonschema::validator_for(&written) {
            Ok(validator) => schemas.push(Schema { member, at: entry.key_span, written, validator }),
            Err(error) => findings.push(wrong(
                entry.node.span,
                &format!("this is no JSON Schema: {error}"),
                &format!("این JSON Schema نیست: {error}"),
            )),
        }
    }
    schemas
}

fn unknown(key: &str, span: Span) -> Diagnostic {
    let finding = wrong(
        span,
        &format!("a header has no \"{key}\"; it has req, args, output and replaces"),
        &format!("سرآیند «{key}» ندارد؛ req و args و output و replaces دارد"),
    );
    match suggest(key, MEMBERS.into_iter().chain([REPLACES])) {
        Some(meant) => finding.helped(Help::did_you_mean(meant, '"')),
        None => finding,
    }
}

fn wrong(span: Span, message: &str, message_fa: &str) -> Diagnostic {
    Diagnostic::error("PG-S012", span, message, message_fa)
}
