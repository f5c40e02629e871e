//! What the running server tells: incidents that wait for a person, what waits to leave and since when, editions to come.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::{Finding, Weight};
use crate::commands::client::Client;
use crate::data_folder::DataFolder;

/// Lines looked at, newest first: enough to know that something waits, cheap where very much does.
const LINES: &str = "?limit=200";
/// What waits longer than this to leave is told, in minutes.
const WAITS_MINUTES_MAX: i64 = 15;

pub fn ask(data: &DataFolder, now: Timestamp) -> Vec<Finding> {
    if data.running().is_err() {
        let (en, fa) = ("no server runs on this folder", "سروری روی این پوشه کار نمی‌کند");
        return vec![Finding::new("server", Weight::Waits, en, fa).mend("peygir serve DEPLOYMENT --data DATA")];
    }
    match answers(data) {
        Ok((incidents, outbox)) => {
            let mut found = vec![Finding::new("server", Weight::Fine, "the server answers", "سرور پاسخ می‌دهد")];
            found.extend(incidents_of(&incidents));
            found.extend(waiting(&outbox, now));
            found
        }
        Err(error) => {
            let en = format!("the server does not tell how it is: {error:#}");
            let fa = format!("سرور حال خود را نمی‌گوید: {error:#}");
            vec![Finding::new("server", Weight::Wrong, en, fa)]
        }
    }
}

fn answers(data: &DataFolder) -> anyhow::Result<(Vec<Value>, Vec<Value>)> {
    let client = Client::of(data)?;
    let items = |path: &str| -> anyhow::Result<Vec<Value>> {
        let page = client.get(&format!("{path}{LINES}"))?;
        Ok(page["items"].as_array().cloned().unwrap_or_default())
    };
    Ok((items("/api/v1/incidents")?, items("/api/v1/outbox")?))
}

/// Open incidents by kind; a message of which nobody knows whether it left has a line of its own.
fn incidents_of(incidents: &[Value]) -> Vec<Finding> {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for incident in incidents.iter().filter(|incident| incident["status"] == "open") {
        *kinds.entry(incident["kind"].as_str().unwrap_or("other")).or_default() += 1;
    }
    let line = |(kind, count): (&str, usize)| {
        let (check, en, fa) = match kind {
            "message-ambiguous" => (
                "ambiguous",
                format!("{count} messages of which nobody knows whether they arrived"),
                format!("{count} پیام که معلوم نیست رسیده باشد"),
            ),
            _ => ("incidents", format!("{count} open incidents: {kind}"), format!("{count} رخداد باز: {kind}")),
        };
        Finding::new(check, Weight::Waits, en, fa).mend("/incidents")
    };
    kinds.into_iter().map(line).collect()
}

/// By connector: how many messages wait to leave, and since when the oldest does.
fn waiting(outbox: &[Value], now: Timestamp) -> Vec<Finding> {
    let mut oldest: BTreeMap<&str, (usize, i64)> = BTreeMap::new();
    for line in outbox.iter().filter(|line| matches!(line["status"].as_str(), Some("ready" | "sending"))) {
        let since = line["createdAt"].as_str().and_then(|text| text.parse::<Timestamp>().ok());
        let minutes = since.map_or(0, |since| now.duration_since(since).as_mins());
        let entry = oldest.entry(line["connector"].as_str().unwrap_or("-")).or_default();
        *entry = (entry.0 + 1, entry.1.max(minutes));
    }
    let slow = oldest.into_iter().filter(|(_, (_, minutes))| *minutes > WAITS_MINUTES_MAX);
    slow.map(|(connector, (count, minutes))| {
        let en = format!("{count} messages wait for `{connector}`, the oldest for {minutes} minutes");
        let fa = format!("{count} پیام منتظر رابط {connector} است، کهنه‌ترین {minutes} دقیقه");
        Finding::new("outbox", Weight::Slow, en, fa).mend("/outbox")
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn open_incidents_are_counted_by_kind() {
        let incident = |kind: &str, status: &str| json!({ "kind": kind, "status": status });
        let found = incidents_of(&[
            incident("message-ambiguous", "open"),
            incident("flow-fault", "open"),
            incident("flow-fault", "open"),
            incident("flow-fault", "settled"),
        ]);
        let told: Vec<_> = found.iter().map(|finding| (finding.check, finding.en.as_str())).collect();
        assert_eq!(
            told,
            [
                ("incidents", "2 open incidents: flow-fault"),
                ("ambiguous", "1 messages of which nobody knows whether they arrived"),
            ]
        );
    }

    #[test]
    fn what_waits_long_is_told_by_connector() {
        let line = |connector: &str, status: &str, at: &str| json!({ "connector": connector, "status": status, "createdAt": at });
        let found = waiting(
            &[
                line("sms", "ready", "2026-11-22T08:00:00Z"),
                line("sms", "ready", "2026-11-22T07:30:00Z"),
                line("mail", "ready", "2026-11-22T08:05:00Z"),
                line("mail", "sent", "2026-11-20T08:00:00Z"),
            ],
            "2026-11-22T08:10:00Z".parse().unwrap(),
        );
        let told: Vec<_> = found.iter().map(|finding| finding.en.as_str()).collect();
        assert_eq!(told, ["2 messages wait for `sms`, the oldest for 40 minutes"]);
    }
}
