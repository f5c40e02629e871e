//! Findings as SARIF 2.1.0 (OASIS), which code review and CI systems show beside the lines.

use std::collections::BTreeMap;

use peygir_source::render::Language;
use peygir_source::{Diagnostic, Severity};
use serde_json::{Value, json};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";

/// One run of the checker.
pub fn log(found: &[Diagnostic], language: Language) -> Value {
    let mut rules: BTreeMap<&str, usize> = found.iter().map(|finding| (finding.code, 0)).collect();
    rules.values_mut().enumerate().for_each(|(index, place)| *place = index);
    let described: Vec<Value> = rules.keys().map(|code| rule(code)).collect();
    let results: Vec<Value> =
        found.iter().map(|finding| result(finding, rules.get(finding.code).copied(), language)).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "peygir",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": described,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(code: &str) -> Value {
    let page = format!("docs/errors/{code}.md");
    json!({ "id": code, "helpUri": page, "help": { "text": format!("Cause, fix and an example: {page}, or /errors/{code} of a server") } })
}

fn result(finding: &Diagnostic, rule: Option<usize>, language: Language) -> Value {
    let sentence = finding.message_in(language);
    let text = finding.help_in(language).map_or(sentence.to_owned(), |help| format!("{sentence}. {help}"));
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information => "note",
    };
    let mut result = json!({
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": level,
        "message": { "text": text },
    });
    if !finding.file.is_empty() {
        let span = finding.span;
        let mut region = json!({ "startLine": span.line.max(1), "startColumn": span.column.max(1) });
        if span.length > 0 {
            region["endColumn"] = (span.column.max(1) + span.length).into();
        }
        let artifact = json!({ "uri": uri(&finding.file) });
        result["locations"] = json!([{ "physicalLocation": { "artifactLocation": artifact, "region": region } }]);
    }
    result
}

/// A relative reference stays relative: the reader knows from where the check ran.
fn uri(file: &str) -> String {
    let path: String = file.bytes().fold(String::new(), |mut uri, byte| {
        match byte {
            _ if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
        uri
    });
    if path.starts_with('/') { format!("file://{path}") } else { path }
}

#[cfg(test)]
mod tests {
    use peygir_source::{Help, Span};

    use super::*;

    #[test]
    fn findings_stand_at_their_places() {
        let span = Span { line: 3, column: 5, length: 5 };
        let mut finding = Diagnostic::error("PG-D001", span, "unknown property `ouput`", "ویژگی ناشناخته");
        finding.file = "flows/a b.yaml".to_owned();
        finding.help = Some(Help::did_you_mean("output", '`').into());
        let log = log(&[finding], Language::English);
        let result = &log["runs"][0]["results"][0];
        assert_eq!(result["message"]["text"], "unknown property `ouput`. did you mean `output`?");
        assert_eq!(result["ruleIndex"], 0);
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "flows/a%20b.yaml");
        assert_eq!(place["region"], json!({ "startLine": 3, "startColumn": 5, "endColumn": 10 }));
        let rule = &log["runs"][0]["tool"]["driver"]["rules"][0];
        assert_eq!((&rule["id"], &rule["helpUri"]), (&json!("PG-D001"), &json!("docs/errors/PG-D001.md")));
        let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join("docs/errors/PG-D001.md");
        assert!(page.is_file(), "the page stands where the rule says");
    }

    #[test]
    fn nothing_found_is_a_log_too() {
        let log = log(&[], Language::Persian);
        assert_eq!(log["runs"][0]["results"], json!([]));
    }
}
