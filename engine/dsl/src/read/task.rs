//! Lists of tasks, the clauses that every task has, and the task types that are not files of their own.

use peygir_source::{Entry, Node, Span, suggest};
use std::sync::Arc;

use super::data::Place;
use super::fields::Known;
use super::{Reader, message};
use crate::model::{Call, Case, Emit, Fork, Kind, Task, TaskList, Then};

/// Clauses of every task.
const CLAUSES: [&str; 7] = ["if", "input", "output", "export", "timeout", "then", "metadata"];

/// The task types: name, members that belong to it, and whether it is run.
const TYPES: [(&str, &[&str], bool); 12] = [
    ("call", &["call", "with"], true),
    ("do", &["do"], true),
    ("emit", &["emit"], true),
    ("for", &["for", "while", "do"], false),
    ("fork", &["fork"], true),
    ("listen", &["listen", "foreach"], true),
    ("raise", &["raise"], false),
    ("run", &["run"], false),
    ("set", &["set"], true),
    ("switch", &["switch"], true),
    ("try", &["try", "catch"], true),
    ("wait", &["wait"], true),
];

/// Calls that the language defines itself and that are not run.
const CALLS_LATER: [&str; 5] = ["openapi", "grpc", "asyncapi", "a2a", "mcp"];

impl<'n> Reader<'n> {
    /// A list of tasks that run one after the other.
    pub(super) fn tasks(&mut self, node: &'n Node, what: &str) -> Option<TaskList> {
        let entries = self.named_list(node, what)?;
        let names: Vec<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
        self.list(&entries, &names)
    }

    fn list(&mut self, entries: &[&'n Entry], targets: &[&str]) -> Option<TaskList> {
        let read: Vec<_> = entries.iter().map(|entry| self.task(entry, targets)).collect();
        read.into_iter().collect::<Option<Vec<Task>>>().map(Arc::new)
    }

    /// The named entries of a list, at least one, each name once.
    fn named_list(&mut self, node: &'n Node, what: &str) -> Option<Vec<&'n Entry>> {
        let items = self.items(node, what)?;
        if items.is_empty() {
            self.push(message::empty_list(node.span, what));
            return None;
        }
        let mut entries: Vec<&'n Entry> = Vec::new();
        for item in items {
            let Some(entry) = self.named(item, what) else {
                continue;
            };
            if let Some(first) = entries.iter().find(|earlier| earlier.key == entry.key) {
                self.push(message::duplicate_name(entry.key_span, &entry.key, first.key_span));
            }
            entries.push(entry);
        }
        Some(entries)
    }

    fn task(&mut self, entry: &'n Entry, targets: &[&str]) -> Option<Task> {
        let node = &entry.node;
        self.entries(node, &entry.key)?;
        let (type_, members) = self.task_type(entry)?;
        let known: Vec<&str> = CLAUSES.iter().chain(members).copied().collect();
        self.members(node, &Known { what: type_, names: &known, later: &[] })?;
        let if_ = node.get("if").and_then(|node| self.expression(node, "if", Place::BeforeTask));
        let input = node.get("input").and_then(|node| self.input(node, Place::BeforeTask));
        let output = node.get("output").and_then(|node| self.output(node, Place::Task));
        let export = node.get("export").and_then(|node| self.export(node));
        let timeout = node.get("timeout").and_then(|node| self.timeout(node));
        let then = node.get("then").and_then(|node| self.then(node, targets));
        if let Some(metadata) = node.get("metadata") {
            self.entries(metadata, "metadata");
        }
        let kind = self.kind(type_, node, entry.key_span, targets)?;
        let definition = Arc::new(node.to_json());
        let (name, span) = (entry.key.clone(), entry.key_span);
        Some(Task { name, span, if_, input, output, export, timeout, then, kind, definition })
    }

    /// Which type of task it is, and the members that belong to it.
    fn task_type(&mut self, entry: &'n Entry) -> Option<(&'static str, &'static [&'static str])> {
        let node = &entry.node;
        let mut found: Vec<_> = TYPES.iter().filter(|(name, _, _)| node.get(name).is_some()).collect();
        if found.iter().any(|(name, _, _)| *name == "for") {
            found.retain(|(name, _, _)| *name != "do");
        }
        match found.as_slice() {
            [(name, members, true)] => Some((*name, *members)),
            [(name, _, false)] => {
                let span = node.entry(name).map_or(entry.key_span, |entry| entry.key_span);
                self.push(message::not_run_yet(span, name));
                None
            }
            [] => {
                let names = TYPES.map(|(name, _, _)| name);
                let strangers = node.entries().unwrap_or_default().iter();
                let strangers = strangers.filter(|member| !CLAUSES.contains(&member.key.as_str()));
                let near = strangers.clone().find_map(|member| suggest(&member.key, names).map(|near| (member, near)));
                let span = near.map_or(entry.key_span, |(member, _)| member.key_span);
                self.push(message::no_task_type(span, &entry.key, near.map(|(_, near)| near)));
                None
            }
            several => {
                let names: Vec<&str> = several.iter().map(|(name, _, _)| *name).collect();
                self.push(message::several_task_types(entry.key_span, &entry.key, &names));
                None
            }
        }
    }

    fn kind(&mut self, type_: &str, node: &'n Node, span: Span, targets: &[&str]) -> Option<Kind> {
        let body = node.get(type_)?;
        match type_ {
            "call" => self.call(body, node).map(Kind::Call),
            "do" => self.tasks(body, "do").map(Kind::Do),
            "emit" => self.emit(body).map(Kind::Emit),
            "fork" => self.fork(body).map(Kind::Fork),
            "listen" => self.listen(body, node).map(Kind::Listen),
            "set" => self.set(body),
            "switch" => self.switch(body, targets).map(Kind::Switch),
            "try" => self.try_(body, node, span, targets).map(Kind::Try),
            "wait" => self.duration(body, "wait").map(Kind::Wait),
            _ => None,
        }
    }

    /// Where to go on: a word of the language, or a task of the same list.
    pub(super) fn then(&mut self, node: &'n Node, targets: &[&str]) -> Option<Then> {
        let text = self.text(node, "then")?;
        match text {
            "continue" => Some(Then::Continue),
            "exit" => Some(Then::Exit),
            "end" => Some(Then::End),
            name if targets.contains(&name) => Some(Then::Task(name.to_owned())),
            name => {
                self.push(message::unknown_target(node.span, name, targets));
                None
            }
        }
    }

    fn call(&mut self, function: &'n Node, task: &'n Node) -> Option<Call> {
        let name = self.text(function, "call")?;
        if name == super::http::NAME {
            return self.http(function, task);
        }
        if CALLS_LATER.contains(&name) {
            // What they take under `with` is another thing than data, so it is not looked at.
            self.push(message::not_run_yet(function.span, &format!("call: {name}")));
            return None;
        }
        let with = task.get("with").map(|with| {
            self.entries(with, "with")?;
            self.template(with, Place::Task)
        });
        self.callable(function, name)?;
        let with = match with {
            Some(with) => Some(with?),
            None => None,
        };
        Some(Call { function: name.to_owned(), function_span: function.span, with })
    }

    /// `NAME`, `NAME:VERSION` or `NAME:VERSION@default`, of a function that exists.
    fn callable(&mut self, node: &'n Node, written: &str) -> Option<()> {
        if written.contains("://") {
            self.push(message::not_run_yet(node.span, "call: a function by its address"));
            return None;
        }
        let (rest, catalog) = written.split_once('@').map_or((written, None), |(rest, catalog)| (rest, Some(catalog)));
        if catalog.is_some_and(|catalog| catalog != "default") {
            self.push(message::not_run_yet(node.span, "a catalog other than `default`"));
            return None;
        }
        let (name, version) = rest.split_once(':').map_or((rest, None), |(name, version)| (name, Some(version)));
        let exact = version.is_none_or(|version| semver::Version::parse(version).is_ok());
        if name.is_empty() || name.contains(char::is_whitespace) || !exact || (catalog.is_some() && version.is_none()) {
            let wanted = "the name of a function: `NAME`, or `NAME:1.0.0@default` for one version";
            self.push(message::bad_value(node.span, "call", written, wanted));
            return None;
        }
        if self.names.has_function(name) == Some(false) {
            let known = self.names.functions();
            self.push(message::unknown_function(node.span, name, &known));
            return None;
        }
        Some(())
    }

    fn emit(&mut self, node: &'n Node) -> Option<Emit> {
        self.members(node, &Known { what: "emit", names: &["event"], later: &[] })?;
        let event = self.needed(node, "event", "emit", node.span)?;
        self.members(event, &Known { what: "emit.event", names: &["with"], later: &[] })?;
        let with = self.needed(event, "with", "emit.event", event.span)?;
        self.attributes(with, "emit.event.with")?;
        self.needed(with, "type", "emit.event.with", with.span)?;
        Some(Emit { with: self.template(with, Place::Task)? })
    }

    fn fork(&mut self, node: &'n Node) -> Option<Fork> {
        self.members(node, &Known { what: "fork", names: &["branches", "compete"], later: &[] })?;
        let compete = node.get("compete").map_or(Some(false), |compete| self.flag(compete, "fork.compete"));
        let branches = self.needed(node, "branches", "fork", node.span)?;
        let entries = self.named_list(branches, "fork.branches")?;
        // Branches run side by side: none of them can be gone to.
        let branches = self.list(&entries, &[])?;
        Some(Fork { branches, compete: compete? })
    }

    fn set(&mut self, node: &'n Node) -> Option<Kind> {
        match &node.value {
            peygir_source::Value::String(text) if !text.trim_start().starts_with("${") => {
                self.push(message::bad_value(node.span, "set", text, "a mapping, or one expression in `${ }`"));
                None
            }
            peygir_source::Value::String(_) => self.template(node, Place::Task).map(Kind::Set),
            peygir_source::Value::Mapping(entries) if entries.is_empty() => {
                self.push(message::empty_list(node.span, "set"));
                None
            }
            peygir_source::Value::Mapping(_) => self.template(node, Place::Task).map(Kind::Set),
            _ => self.wrong(node, "set", message::DATA_PATH),
        }
    }

    fn switch(&mut self, node: &'n Node, targets: &[&str]) -> Option<Vec<Case>> {
        let entries = self.named_list(node, "switch")?;
        let mut default: Option<Span> = None;
        let mut cases = Vec::new();
        for entry in entries {
            let case = self.case(entry, targets);
            if entry.node.entries().is_some() && entry.node.get("when").is_none() {
                match default {
                    Some(first) => self.push(message::second_default(entry.key_span, first)),
                    None => default = Some(entry.key_span),
                }
            }
            cases.push(case);
        }
        cases.into_iter().collect()
    }

    fn case(&mut self, entry: &'n Entry, targets: &[&str]) -> Option<Case> {
        let node = &entry.node;
        self.members(node, &Known { what: "switch case", names: &["when", "then"], later: &[] })?;
        let when = node.get("when").map(|when| self.expression(when, "when", Place::Task));
        let then = self.needed(node, "then", &entry.key, entry.key_span).and_then(|node| self.then(node, targets));
        let when = match when {
            Some(when) => Some(when?),
            None => None,
        };
        Some(Case { name: entry.key.clone(), when, then: then? })
    }
}
