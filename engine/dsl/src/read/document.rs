//! The workflow itself: `document`, `evaluate`, and what frames the tasks.

use std::sync::Arc;

use peygir_source::Node;

use super::data::Place;
use super::fields::Known;
use super::{Reader, message, optional};
use crate::check;
use crate::model::{CatchUp, FlowName, Overlap, Settings, Workflow};

/// Longest namespace and name, in characters.
const NAME_CHARS_MAX: usize = 63;

const WORKFLOW: Known<'_> =
    Known { what: "workflow", names: &["document", "input", "use", "do", "timeout", "output", "schedule", "evaluate"] };
const DOCUMENT: Known<'_> =
    Known { what: "document", names: &["dsl", "namespace", "name", "version", "title", "summary", "tags", "metadata"] };
const SETTINGS: Known<'_> =
    Known { what: "metadata.peygir", names: &["caseType", "calendar", "owner", "zone", "catchUp", "overlap"] };
const CATCH_UP: [(&str, CatchUp); 3] = [("once", CatchUp::Once), ("skip", CatchUp::Skip), ("all", CatchUp::All)];
const OVERLAP: [(&str, Overlap); 3] = [("allow", Overlap::Allow), ("skip", Overlap::Skip), ("queue", Overlap::Queue)];

impl<'n> Reader<'n> {
    pub(super) fn workflow(&mut self, root: &'n Node) -> Option<Workflow> {
        self.members(root, &WORKFLOW)?;
        let document = self.needed(root, "document", "workflow", root.span).and_then(|node| self.document(node));
        self.own = document.as_ref().map(|(name, ..)| name.clone());
        let use_ = root.get("use");
        if let Some(use_) = use_ {
            self.shared(use_);
        }
        if let Some(evaluate) = root.get("evaluate") {
            self.evaluate(evaluate);
        }
        let extensions = use_.and_then(|use_| use_.get("extensions")).map(|node| self.extensions(node));
        let input = root.get("input").and_then(|node| self.input(node, Place::WorkflowInput));
        let output = root.get("output").and_then(|node| self.output(node, Place::WorkflowOutput));
        let timeout = root.get("timeout").and_then(|node| self.timeout(node));
        let schedule = root.get("schedule").and_then(|node| self.schedule(node));
        let tasks = self.needed(root, "do", "workflow", root.span).and_then(|node| self.tasks(node, "do"));
        let extensions = optional(extensions);
        let functions = std::mem::take(&mut self.functions);
        if let Some(tasks) = &tasks {
            let (extensions, astray) =
                (extensions.as_ref().map(|all| all.as_deref().unwrap_or_default()), &self.astray);
            let flow = check::Flow { tasks, functions: &functions, extensions, written: root, astray };
            check::flow(&flow, &mut self.found);
        }
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
            secrets: self.shared.secrets.clone(),
            extensions: extensions?.unwrap_or_default(),
            functions: functions.into_iter().map(|(name, task)| Some((name, task?))).collect::<Option<_>>()?,
            tasks: tasks?,
            definition: Arc::new(root.to_json()),
            written: Arc::new(root.clone()),
        })
    }

    fn document(&mut self, node: &'n Node) -> Option<(FlowName, Option<String>, Option<String>, Settings)> {
        self.members(node, &DOCUMENT)?;
        let dsl = self.needed(node, "dsl", "document", node.span);
        if let Some(dsl) = dsl
            && let Some(version) = self.text(dsl, "document.dsl")
            && !semver::Version::parse(version).is_ok_and(|version| (version.major, version.minor) == (1, 0))
        {
            let wanted = ("`1.0.3`, the version of the language", "`1.0.3`، نسخهٔ زبان");
            self.push(message::bad_value(dsl.span, "document.dsl", version, wanted));
        }
        let namespace = self.identifier(node, "namespace", "document");
        let name = self.identifier(node, "name", "document");
        let version = self.version(node);
        let title = self.optional_text(node, "title", "document").map(str::to_owned);
        let summary = self.optional_text(node, "summary", "document").map(str::to_owned);
        if let Some(tags) = node.get("tags") {
            self.entries(tags, "document.tags");
        }
        let settings = node.get("metadata").and_then(|metadata| self.metadata(metadata)).unwrap_or_default();
        Some((FlowName { namespace: namespace?, name: name?, version: version? }, title, summary, settings))
    }

    /// A namespace or a name.
    pub(super) fn identifier(&mut self, parent: &'n Node, property: &str, what: &str) -> Option<String> {
        let node = self.needed(parent, property, what, parent.span)?;
        let what = format!("{what}.{property}");
        let text = self.text(node, &what)?;
        let bytes = text.as_bytes();
        let allowed = bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
        let framed = !text.starts_with('-') && !text.ends_with('-');
        if bytes.is_empty() || bytes.len() > NAME_CHARS_MAX || !allowed || !framed {
            let wanted = (
                "1 to 63 Latin letters, digits and hyphens, with no hyphen at either end",
                "۱ تا ۶۳ حرف لاتین، رقم و خط تیره، بی خط تیره در آغاز و پایان",
            );
            self.push(message::bad_value(node.span, &what, text, wanted));
            return None;
        }
        Some(text.to_owned())
    }

    fn version(&mut self, document: &'n Node) -> Option<String> {
        let node = self.needed(document, "version", "document", document.span)?;
        let text = self.text(node, "document.version")?;
        if semver::Version::parse(text).is_err() {
            let wanted = ("a semantic version such as `1.0.0`", "نسخهٔ معنایی مانند `1.0.0`");
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
            catch_up: self.policy_of(settings, "catchUp", &CATCH_UP),
            overlap: self.policy_of(settings, "overlap", &OVERLAP),
        })
    }

    /// What a word under `metadata.peygir` stands for.
    fn policy_of<T: Copy + Default>(&mut self, settings: &'n Node, name: &str, choices: &[(&str, T)]) -> T {
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        let written = settings.get(name).and_then(|node| self.choice(node, &format!("metadata.peygir.{name}"), &words));
        choices.iter().find(|(word, _)| Some(*word) == written).map(|(_, policy)| *policy).unwrap_or_default()
    }

    fn evaluate(&mut self, node: &'n Node) {
        let known = Known { what: "evaluate", names: &["language", "mode"] };
        if self.members(node, &known).is_none() {
            return;
        }
        for (name, allowed) in [("language", &["jq"][..]), ("mode", &["strict", "loose"])] {
            if let Some(text) = self.optional_text(node, name, "evaluate")
                && !allowed.contains(&text)
            {
                let wanted = (&*format!("`{}`", allowed.join("` or `")), &*format!("`{}`", allowed.join("` یا `")));
                self.push(message::bad_value(node.span, &format!("evaluate.{name}"), text, wanted));
            }
        }
        if let Some(mode) = node.get("mode").filter(|mode| mode.as_str() == Some("loose")) {
            self.push(message::not_run(message::LOOSE_MODE, mode.span));
        }
    }
}
