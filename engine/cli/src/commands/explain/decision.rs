//! `peygir explain decision`: why a case went where it did.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::Value;

use super::super::client;
use super::super::deploy::Server;
use super::super::local::{self, Lang};
use super::super::texts;
use super::upright;
use crate::answer::{line, say};

/// Why a case went where it did: each decision, the rule and its layer, what counted, and why the rules above did not answer.
///
/// Asks the server that has the data folder open, or the one at --url, with the token in PEYGIR_TOKEN. Who may read the
/// case may ask.
#[derive(clap::Args)]
pub struct Arguments {
    /// Tracking code or id of the case
    #[arg(value_name = "CASE")]
    case: String,
    /// Decisions of this table only
    #[arg(long, value_name = "ID")]
    table: Option<String>,
    /// Without the rules that did not answer
    #[arg(long)]
    brief: bool,
    #[command(flatten)]
    server: Server,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let (client, lang) = (arguments.server.client()?, arguments.server.lang);
    let answer = client.get(&format!("/api/v1/cases/{}/decisions", client::escaped(&arguments.case)))?;
    let all = items(&answer);
    let is_meant = |decision: &&Value| arguments.table.as_deref().is_none_or(|table| decision["table"] == table);
    let told: Vec<&Value> = all.iter().filter(is_meant).collect();
    if arguments.server.json {
        line(&serde_json::to_string_pretty(&told)?);
        return Ok(ExitCode::SUCCESS);
    }
    if told.is_empty() {
        say(lang.pick("no table decided on this case", "جدولی برای این پرونده تصمیم نگرفته است"));
        return Ok(ExitCode::SUCCESS);
    }
    let zone = local::zone(&client);
    for (index, decision) in told.iter().enumerate() {
        if index > 0 {
            line("");
        }
        let at = local::time(&decision["at"], &zone, lang);
        lines(decision, &at, lang, arguments.brief).iter().for_each(|text| lang.line(&upright(text)));
    }
    Ok(ExitCode::SUCCESS)
}

/// One decision: when and by which table, the sentence, what counted, and what stopped the others.
fn lines(decision: &Value, at: &str, lang: Lang, brief: bool) -> Vec<String> {
    let said = |value: &Value| texts::of(&value[lang.code()]);
    let mut layers: Vec<String> = items(&decision["layers"]).iter().map(|layer| said(&layer["title"])).collect();
    // Several overlays of one pack stand one after the other.
    layers.dedup();
    let version = lang.id(decision["version"].as_str().unwrap_or_default());
    let mut head = format!("{at} · {} {version}", said(&decision["title"]));
    for layer in &layers {
        head.push_str(&format!(" · {layer}"));
    }
    let mut lines = vec![head, format!("  {}", said(&decision["sentence"]))];
    if decision["caveat"].is_object() {
        lines.push(format!("  {}", said(&decision["caveat"])));
    }
    let counted = items(&decision["inputs"]).iter().filter(|input| input["lookedAt"] == true);
    let counted: Vec<String> = counted.map(|input| counted_line(input, lang)).collect();
    if !counted.is_empty() {
        lines.push(format!("  {}", lang.pick("What counted:", "آنچه به حساب آمد:")));
        lines.extend(counted);
    }
    let stopped = items(&decision["notFired"]);
    if !stopped.is_empty() && !brief {
        lines.push(format!("  {}", lang.pick("Rules that did not answer:", "قاعده‌هایی که پاسخ ندادند:")));
        lines.extend(stopped.iter().map(|rule| format!("    {}: {}", name_of(rule, lang), said(&rule["text"]))));
    }
    lines
}

fn counted_line(input: &Value, lang: Lang) -> String {
    let shown = input["shown"][lang.code()].as_str().filter(|shown| !shown.is_empty());
    let shown = shown.unwrap_or(lang.pick("not known", "نامعلوم"));
    format!("    {}: {shown}", texts::of(&input["title"][lang.code()]))
}

fn name_of(rule: &Value, lang: Lang) -> String {
    let title = rule["title"][lang.code()].as_str();
    title.map_or_else(|| lang.id(rule["rule"].as_str().unwrap_or_default()), str::to_owned)
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_decision_is_told_with_what_counted_and_what_stopped_the_others() {
        let both = |fa: &str, en: &str| json!({ "fa": fa, "en": en });
        let decision = json!({
            "title": both("ارجاع", "Routing"), "version": "1.0.0", "layers": [{ "title": both("ملی", "National") }],
            "sentence": both("گفت.", "It said."), "caveat": null,
            "inputs": [
                { "title": both("موضوع", "topic"), "shown": both("«آب»", "“Water”"), "lookedAt": true },
                { "title": both("شهرستان", "county"), "shown": both("", ""), "lookedAt": true },
                { "title": both("متن", "text"), "shown": both("x", "x"), "lookedAt": false },
            ],
            "notFired": [{ "rule": "a", "title": null, "text": both("نه.", "No.") }],
        });
        assert_eq!(
            lines(&decision, "Saturday", Lang::En, false),
            [
                "Saturday · Routing 1.0.0 · National",
                "  It said.",
                "  What counted:",
                "    topic: “Water”",
                "    county: not known",
                "  Rules that did not answer:",
                "    a: No.",
            ]
        );
        let persian = lines(&decision, "شنبه", Lang::Fa, true);
        assert_eq!(persian.len(), 5, "{persian:?}");
        assert_eq!(persian[4], "    شهرستان: نامعلوم");
    }
}
