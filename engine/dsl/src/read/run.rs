//! `run`: another flow, a script, a shell command; containers are refused by name.

use peygir_source::{Entry, Node};

use super::data::Place;
use super::fields::Known;
use super::{Reader, message, optional};
use crate::expr::{self, Template};
use crate::model::{Kind, Process, RUN_SCRIPT, RUN_SHELL, Run};

const PROCESSES: [&str; 4] = ["container", "script", "shell", "workflow"];
const RETURNS: [&str; 5] = ["stdout", "stderr", "code", "all", "none"];
/// The version that means none in particular.
const LATEST: &str = "latest";

type Member = (String, Template);

impl<'n> Reader<'n> {
    pub(super) fn run(&mut self, node: &'n Node) -> Option<Kind> {
        let names = ["container", "script", "shell", "workflow", "await", "return"];
        self.members(node, &Known { what: "run", names: &names })?;
        let await_ = node.get("await").map_or(Some(true), |node| self.flag(node, "run.await"));
        let return_ = node.get("return").map_or(Some("stdout"), |node| self.choice(node, "run.return", &RETURNS));
        let process = self.one_of(node, "run", &PROCESSES)?;
        let process = match process.key.as_str() {
            "container" => return self.refused_container(process),
            "script" => self.script(process, return_?),
            "shell" => self.shell(process, return_?),
            _ => self.subflow(process),
        };
        Some(Kind::Run(Run { process: process?, await_: await_? }))
    }

    /// `code` is text of another language, where `${ }` has a meaning of its own: it is evaluated only where it is wholly
    /// one expression. All else are value fields.
    fn script(&mut self, entry: &'n Entry, return_: &str) -> Option<Process> {
        let node = &entry.node;
        let names = ["language", "code", "source", "stdin", "arguments", "environment"];
        self.members(node, &Known { what: "run.script", names: &names })?;
        let language = self.needed(node, "language", "run.script", entry.key_span);
        let language = language.and_then(|node| self.text_template(node, "script.language"));
        let chosen = self.one_of(node, "run.script", &["code", "source"]);
        let code = chosen.and_then(|chosen| match chosen.key.as_str() {
            "code" => Some(("code".to_owned(), self.code(&chosen.node)?)),
            _ => self.source(&chosen.node),
        });
        let mut members = self.streams(node, "script", return_)?;
        members.extend([("language".to_owned(), language?), code?]);
        Some(Process::Function { name: RUN_SCRIPT, with: Template::object(members), span: entry.key_span })
    }

    fn code(&mut self, node: &'n Node) -> Option<Template> {
        let text = self.text(node, "script.code")?;
        match expr::whole(text) {
            Ok(Some(_)) => self.template(node, Place::Task),
            _ => Some(Template::Literal(text.into())),
        }
    }

    /// The code behind an address; the address itself where the host does not fetch while a flow is read.
    fn source(&mut self, node: &'n Node) -> Option<Member> {
        let address = self.fixed_resource(node, "script.source")?;
        match self.fetched(node, &address)? {
            Some(code) => Some(("code".to_owned(), Template::Literal((&*code).into()))),
            None => Some(("source".to_owned(), Template::Literal(address.into()))),
        }
    }

    fn shell(&mut self, entry: &'n Entry, return_: &str) -> Option<Process> {
        let node = &entry.node;
        let names = ["command", "stdin", "arguments", "environment"];
        self.members(node, &Known { what: "run.shell", names: &names })?;
        let command = self.needed(node, "command", "run.shell", entry.key_span);
        let command = command.and_then(|node| self.text_template(node, "shell.command"));
        let mut members = self.streams(node, "shell", return_)?;
        members.push(("command".to_owned(), command?));
        Some(Process::Function { name: RUN_SHELL, with: Template::object(members), span: entry.key_span })
    }

    /// What a script and a shell command have in common.
    fn streams(&mut self, node: &'n Node, what: &str, return_: &str) -> Option<Vec<Member>> {
        let stdin = node.get("stdin").map(|node| self.text_template(node, &format!("{what}.stdin")));
        let arguments = node.get("arguments").map(|node| self.texts_template(node, &format!("{what}.arguments")));
        let environment =
            node.get("environment").map(|node| self.mapping_template(node, &format!("{what}.environment")));
        let mut members = vec![("return".to_owned(), Template::Literal(return_.into()))];
        let streams =
            [("stdin", optional(stdin)?), ("arguments", optional(arguments)?), ("environment", optional(environment)?)];
        members.extend(streams.into_iter().filter_map(|(name, template)| Some((name.to_owned(), template?))));
        Some(members)
    }

    fn subflow(&mut self, entry: &'n Entry) -> Option<Process> {
        let node = &entry.node;
        self.members(node, &Known { what: "run.workflow", names: &["namespace", "name", "version", "input"] })?;
        let namespace = self.identifier(node, "namespace", "run.workflow");
        let name = self.identifier(node, "name", "run.workflow");
        let version = self.subflow_version(node);
        let input = node.get("input").map(|input| self.mapping_template(input, "run.workflow.input"));
        let (namespace, name, version, input) = (namespace?, name?, version?, optional(input)?);
        self.check_flow(&entry.node, &namespace, &name, version.as_deref());
        Some(Process::Workflow { namespace, name, version, input, span: entry.key_span })
    }

    /// None inside: whichever is the latest when the task starts.
    fn subflow_version(&mut self, node: &'n Node) -> Option<Option<String>> {
        let version = self.needed(node, "version", "run.workflow", node.span)?;
        let text = self.text(version, "run.workflow.version")?;
        if text == LATEST {
            return Some(None);
        }
        if semver::Version::parse(text).is_err() {
            let wanted = ("a version such as `1.0.0`, or `latest`", "نسخه‌ای مانند `1.0.0`، یا `latest`");
            self.push(message::bad_value(version.span, "run.workflow.version", text, wanted));
            return None;
        }
        Some(Some(text.to_owned()))
    }

    /// A flow may run itself, whoever else knows of it.
    fn check_flow(&mut self, node: &'n Node, namespace: &str, name: &str, version: Option<&str>) {
        let own = self.own.as_ref().is_some_and(|own| {
            own.namespace == namespace && own.name == name && version.is_none_or(|version| version == own.version)
        });
        if own || self.names.has_flow(namespace, name, version) != Some(false) {
            return;
        }
        let place = node.get("name").map_or(node.span, |node| node.span);
        let flow = match version {
            // A version that is not there of a flow that is: the name is right.
            Some(version) if self.names.has_flow(namespace, name, None) == Some(true) => {
                format!("{namespace}/{name}:{version}")
            }
            _ => format!("{namespace}/{name}"),
        };
        self.push(message::unknown_flow(place, &flow, &self.names.flows()));
    }
}
