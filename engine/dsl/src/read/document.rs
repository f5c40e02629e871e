//! The workflow itself: `document`, `use`, `schedule`, and what frames the tasks.

use std::collections::BTreeMap;
use std::sync::Arc;

use peygir_source::Node;

use super::data::Place;
use super::fields::Known;
use super::{Reader, message};
use crate::model::{FlowName, Schedule, Settings, Workflow};

/// Longest namespace and name, in characters.
const NAME_CHARS_MAX: usize = 63;

const WORKFLOW: Known<'_> = Known {
    what: "workflow",
    names: &["document", "input", "use", "do", "timeout", "output", "schedule", "evaluate"],
    later: &[],
};
const DOCUMENT: Known<'_> = Known {
    what: "document",
    names: &["dsl", "namespace", "name", "version", "title", "summary", "tags", "metadata"],
    later: &[],
};
const SETTINGS: Known<'_> = Known {
    what: "metadata.peygir",
    names: &["caseType", "calendar", "owner", "zone"],
    later: &["catchUp", "overlap"],
};
const USE: Known<'_> = Known {
    what: "use",
    names: &["errors", "retries", "timeouts"],
    later: &["authentications", "extensions", "functions", "secrets", "catalogs"],
};
const SCHEDULE: Known<'_> = Known { what: "schedule", names: &["on", "read"], later: &["every", "cron", "after"] };

impl<'n> Reader<'n> {
    pub(super) fn workflow(&mut self, root: &'n Node) -> Option<Workflow> {
        self.members(root, &WORKFLOW)?;
        if let Some(shared) = root.get("use") {
            self.shared(shared);
        }
        if let Some(evaluate) = root.get("evaluate") {
            self.evaluate(evaluate);
        }
        let document = self.needed(root, "document", "workflow", root.span).and_then(|node| self.document(node));
        let input = root.get("input").and_then(|node| self.input(node, Place::WorkflowInput));
        let output = root.get("output").and_then(|node| self.output(node, Place::WorkflowOutput));
        let timeout = root.get("timeout").and_then(|node| self.timeout(node));
        let schedule = root.get("schedule").and_then(|node| self.schedule(node));
        let tasks = self.needed(root, "do", "workflow", root.span).and_then(|node| self.tasks(node, "do"));
        let (name, title, summary, settings) = document?;
        Some(Workflow {
            name,
            title,
            summary,
            settings,
            input,
            output,
            timeout,
            schedule,
            secrets: Vec::new(),
            extensions: Vec::new(),
            functions: BTreeMap::new(),
            tasks: tasks?,
            definition: Arc::new(root.to_json()),
        })
    }

    fn document(&mut self, node: &'n Node) -> Option<(FlowName, Option<String>, Option<String>, Settings)> {
        self.members(node, &DOCUMENT)?;
        let dsl = self.needed(node, "dsl", "document", node.span);
        if let Some(dsl) = dsl
            && let Some(version) = self.text(dsl, "document.dsl")
            && !semver::Version::parse(version).is_ok_and(|version| (version.major, version.minor) == (1, 0))
        {
            self.push(message::bad_value(dsl.span, "document.dsl", version, "`1.0.3`, the version of the language"));
        }
        let namespace = self.identifier(node, "namespace");
        let name = self.identifier(node, "name");
        let version = self.version(node);
        let title = self.optional_text(node, "title", "document").map(str::to_owned);
        let summary = self.optional_text(node, "summary", "document").map(str::to_owned);
        if let Some(tags) = node.get("tags") {
            self.entries(tags, "document.tags");
        }
        let settings = node.get("metadata").and_then(|metadata| self.metadata(metadata)).unwrap_or_default();
        Some((FlowName { namespace: namespace?, name: name?, version: version? }, title, summary, settings))
    }

    fn identifier(&mut self, document: &'n Node, property: &str) -> Option<String> {
        let node = self.needed(document, property, "document", document.span)?;
        let what = format!("document.{property}");
        let text = self.text(node, &what)?;
        let bytes = text.as_bytes();
        let allowed = bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
        let framed = !text.starts_with('-') && !text.ends_with('-');
        if bytes.is_empty() || bytes.len() > NAME_CHARS_MAX || !allowed || !framed {
            let wanted = "1 to 63 Latin letters, digits and hyphens, with no hyphen at either end";
            self.push(message::bad_value(node.span, &what, text, wanted));
            return None;
        }
        Some(text.to_owned())
    }

    fn version(&mut self, document: &'n Node) -> Option<String> {
        let node = self.needed(document, "version", "document", document.span)?;
        let text = self.text(node, "document.version")?;
        if semver::Version::parse(text).is_err() {
            let wanted = "a semantic version such as `1.0.0`";
            self.push(message::bad_value(node.span, "document.version", text, wanted));
            return None;
        }
        Some(text.to_owned())
    }

    /// Only what stands under `peygir` has a meaning here; the rest is labels.
    fn metadata(&mut self, node: &'n Node) -> Option<Settings> {
        self.entries(node, "document.metadata")?;
        let settings = node.get("peygir")?;
        self.members(settings, &SETTINGS)?;
        let text =
            |reader: &mut Self, name: &str| reader.optional_text(settings, name, "metadata.peygir").map(str::to_owned);
        let zone = text(self, "zone");
        if let (Some(zone), Some(node)) = (&zone, settings.get("zone"))
            && jiff::tz::TimeZone::get(zone).is_err()
        {
            self.push(message::unknown_zone(node.span, zone));
        }
        Some(Settings {
            case_type: text(self, "caseType"),
            calendar: text(self, "calendar"),
            owner: text(self, "owner"),
            zone,
            ..Settings::default()
        })
    }

    /// Keeps what `use` declares, and reads each of it once, so that a mistake in what nobody refers to is told too.
    fn shared(&mut self, node: &'n Node) {
        if self.members(node, &USE).is_none() {
            return;
        }
        if let Some(timeouts) = node.get("timeouts") {
            for entry in self.entries(timeouts, "use.timeouts").unwrap_or_default() {
                self.timeout_definition(&entry.node);
                self.shared.timeouts.insert(&entry.key, &entry.node);
            }
        }
        if let Some(retries) = node.get("retries") {
            for entry in self.entries(retries, "use.retries").unwrap_or_default() {
                self.retry_definition(&entry.node);
                self.shared.retries.insert(&entry.key, &entry.node);
            }
        }
        if let Some(errors) = node.get("errors") {
            for entry in self.entries(errors, "use.errors").unwrap_or_default() {
                self.error_definition(&entry.node);
            }
        }
    }

    fn error_definition(&mut self, node: &'n Node) {
        let names = ["type", "status", "instance", "title", "detail"];
        if self.members(node, &Known { what: "error", names: &names, later: &[] }).is_none() {
            return;
        }
        if let Some(type_) = self.needed(node, "type", "error", node.span) {
            self.text(type_, "error.type");
        }
        if let Some(status) = self.needed(node, "status", "error", node.span) {
            self.count(status, "error.status");
        }
    }

    fn evaluate(&mut self, node: &'n Node) {
        let known = Known { what: "evaluate", names: &["language", "mode"], later: &[] };
        if self.members(node, &known).is_none() {
            return;
        }
        for (name, allowed) in [("language", &["jq"][..]), ("mode", &["strict", "loose"])] {
            if let Some(text) = self.optional_text(node, name, "evaluate")
                && !allowed.contains(&text)
            {
                let wanted = format!("`{}`", allowed.join("` or `"));
                self.push(message::bad_value(node.span, &format!("evaluate.{name}"), text, &wanted));
            }
        }
    }

    fn schedule(&mut self, node: &'n Node) -> Option<Schedule> {
        self.members(node, &SCHEDULE)?;
        let read = node.get("read").map_or(Some(Default::default()), |read| self.read_as(read, "schedule.read"));
        let on = match node.get("on") {
            Some(on) => Some(self.consumption(on, "schedule.on", Place::Schedule)?),
            None => {
                if node.get("read").is_some() {
                    self.push(message::missing(node.span, "on", "schedule"));
                }
                None
            }
        };
        Some(Schedule { on, read: read?, cron: None, every: None, after: None })
    }
}
