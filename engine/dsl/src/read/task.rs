//! Lists of tasks, the clauses that every task has, and the task types that are not files of their own.

use peygir_source::{Entry, Node, Span, suggest};
use std::sync::Arc;

use super::data::Place;
use super::fields::Known;
use super::message::Wanted;
use super::{Reader, message, optional};
use crate::expr::Template;
use crate::model::{Case, Emit, For, Fork, Kind, Refused, Task, TaskList, Then};

const COLLECTION: Wanted = Wanted("an expression or a list of mappings", "عبارت یا فهرستی از نگاشت‌ها");

/// Clauses of every task.
const CLAUSES: [&str; 7] = ["if", "input", "output", "export", "timeout", "then", "metadata"];

/// The task types: name, and the members that belong to it.
const TYPES: [(&str, &[&str]); 12] = [
    ("call", &["call", "with"]),
    ("do", &["do"]),
    ("emit", &["emit"]),
    ("for", &["for", "while", "do"]),
    ("fork", &["fork"]),
    ("listen", &["listen", "foreach"]),
    ("raise", &["raise"]),
    ("run", &["run"]),
    ("set", &["set"]),
    ("switch", &["switch"]),
    ("try", &["try", "catch"]),
    ("wait", &["wait"]),
];

/// Types whose own members decide where a flow goes on, or whether it does.
const STEERS: [&str; 5] = ["do", "fork", "raise", "switch", "try"];

/// Begins the segments of a path that lead elsewhere than to a task; see [`crate::lookup`].
const NO_NAME: char = '@';

impl<'n> Reader<'n> {
    /// A list of tasks that run one after the other.
    pub(super) fn tasks(&mut self, node: &'n Node, what: &str) -> Option<TaskList> {
        let entries = self.task_entries(node, what)?;
        let names: Vec<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
        self.list(&entries, &names)
    }

    fn list(&mut self, entries: &[&'n Entry], targets: &[&str]) -> Option<TaskList> {
        let read: Vec<Task> = entries.iter().map(|entry| self.task(entry, targets)).collect();
        (!read.is_empty()).then(|| read.into())
    }

    fn task_entries(&mut self, node: &'n Node, what: &str) -> Option<Vec<&'n Entry>> {
        let entries = self.named_list(node, what)?;
        for entry in &entries {
            self.task_name(entry);
        }
        Some(entries)
    }

    /// Whether a task can have this name.
    pub(super) fn task_name(&mut self, entry: &Entry) -> bool {
        let fits = !entry.key.is_empty() && !entry.key.starts_with(NO_NAME);
        if !fits {
            let wanted = ("a name that does not begin with `@`", "نامی که با `@` آغاز نمی‌شود");
            self.push(message::bad_value(entry.key_span, "the name of a task", &entry.key, wanted));
        }
        fits
    }

    /// The named entries of a list, at least one, each name once.
    pub(super) fn named_list(&mut self, node: &'n Node, what: &str) -> Option<Vec<&'n Entry>> {
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

    /// One of which something is refused is read as far as it can be; the kind of what can't be read is none that runs.
    pub(super) fn task(&mut self, entry: &'n Entry, targets: &[&str]) -> Task {
        let around = std::mem::take(&mut self.errors);
        let (name, span) = (entry.key.clone(), entry.key_span);
        let known = self.entries(&entry.node, &entry.key).and_then(|_| self.task_type(entry));
        let kind = Kind::Refused(Refused { feature: "", span });
        let definition = Arc::new(entry.node.to_json());
        let (if_, input, output, export, timeout, then) = (None, None, None, None, None, None);
        let mut task = Task { name, span, if_, input, output, export, timeout, then, kind, definition };
        let leads = known.is_some_and(|(type_, members)| self.clauses(entry, type_, members, targets, &mut task));
        if !leads {
            self.astray.insert(span);
        }
        self.errors = around;
        task
    }

    /// Whether it can be said where the task leads, whatever else is wrong in it.
    fn clauses(
        &mut self,
        entry: &'n Entry,
        type_: &'static str,
        members: &[&str],
        targets: &[&str],
        task: &mut Task,
    ) -> bool {
        let node = &entry.node;
        let known: Vec<&str> = CLAUSES.iter().chain(members).copied().collect();
        self.members(node, &Known { what: type_, names: &known });
        task.if_ = node.get("if").and_then(|node| self.expression(node, "if", Place::BeforeTask));
        task.then = node.get("then").and_then(|node| self.then(node, targets));
        let leads = self.errors == 0;
        task.input = node.get("input").and_then(|node| self.input(node, Place::BeforeTask));
        task.output = node.get("output").and_then(|node| self.output(node, Place::Task));
        task.export = node.get("export").and_then(|node| self.export(node));
        task.timeout = node.get("timeout").and_then(|node| self.timeout(node));
        if let Some(metadata) = node.get("metadata") {
            self.entries(metadata, "metadata");
        }
        if let Some(kind) = self.kind(type_, node, entry.key_span, targets) {
            task.kind = kind;
        }
        leads && (self.errors == 0 || !STEERS.contains(&type_))
    }

    /// Which type of task it is, and the members that belong to it.
    fn task_type(&mut self, entry: &'n Entry) -> Option<(&'static str, &'static [&'static str])> {
        let node = &entry.node;
        let mut found: Vec<_> = TYPES.iter().filter(|(name, _)| node.get(name).is_some()).collect();
        if found.iter().any(|(name, _)| *name == "for") {
            found.retain(|(name, _)| *name != "do");
        }
        match found.as_slice() {
            [(name, members)] => Some((*name, *members)),
            [] => {
                let names = TYPES.map(|(name, _)| name);
                let strangers = node.entries().unwrap_or_default().iter();
                let strangers = strangers.filter(|member| !CLAUSES.contains(&member.key.as_str()));
                let near = strangers.clone().find_map(|member| suggest(&member.key, names).map(|near| (member, near)));
                let span = near.map_or(entry.key_span, |(member, _)| member.key_span);
                self.push(message::no_task_type(span, &entry.key, near.map(|(_, near)| near)));
                None
            }
            several => {
                let names: Vec<&str> = several.iter().map(|(name, _)| *name).collect();
                self.push(message::several_task_types(entry.key_span, &entry.key, &names));
                None
            }
        }
    }

    fn kind(&mut self, type_: &str, node: &'n Node, span: Span, targets: &[&str]) -> Option<Kind> {
        let body = node.get(type_)?;
        match type_ {
            "call" => self.call(body, node),
            "do" => self.tasks(body, "do").map(Kind::Do),
            "emit" => self.emit(body).map(Kind::Emit),
            "for" => self.for_(body, node, span).map(Kind::For),
            "fork" => self.fork(body).map(Kind::Fork),
            "listen" => self.listen(body, node).map(Kind::Listen),
            "raise" => self.raise(body).map(Kind::Raise),
            "run" => self.run(body),
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

    fn emit(&mut self, node: &'n Node) -> Option<Emit> {
        self.members(node, &Known { what: "emit", names: &["event"] })?;
        let event = self.needed(node, "event", "emit", node.span)?;
        self.members(event, &Known { what: "emit.event", names: &["with"] })?;
        let with = self.needed(event, "with", "emit.event", event.span)?;
        let entries = self.attributes(with, "emit.event.with")?;
        let type_ = self.needed(with, "type", "emit.event.with", with.span);
        let read: Vec<_> =
            entries.iter().map(|entry| Some((entry.key.clone(), self.attribute(entry, Place::Task)?))).collect();
        let read = read.into_iter().collect::<Option<_>>()?;
        type_.map(|_| Emit { with: Template::object(read) })
    }

    fn fork(&mut self, node: &'n Node) -> Option<Fork> {
        self.members(node, &Known { what: "fork", names: &["branches", "compete"] })?;
        let compete = node.get("compete").map_or(Some(false), |compete| self.flag(compete, "fork.compete"));
        let branches = self.needed(node, "branches", "fork", node.span)?;
        let entries = self.task_entries(branches, "fork.branches")?;
        // Branches run side by side: none of them can be gone to.
        let branches = self.list(&entries, &[])?;
        Some(Fork { branches, compete: compete? })
    }

    fn for_(&mut self, node: &'n Node, task: &'n Node, span: Span) -> Option<For> {
        self.members(node, &Known { what: "for", names: &["each", "in", "at"] })?;
        let in_ = self.needed(node, "in", "for", node.span).and_then(|node| self.collection(node));
        let (each, at) = self.item_and_index(node, ("each", "for.each"), ("at", "for.at"))?;
        let (while_, tasks) = self.with_bound(&[&each, &at], |reader| {
            let while_ = task.get("while").map(|node| reader.expression(node, "while", Place::Task));
            let tasks = reader.needed(task, "do", "for", span);
            (while_, tasks.and_then(|tasks| reader.tasks(tasks, "do")))
        });
        Some(For { each, in_: in_?, at, while_: optional(while_)?, tasks: tasks? })
    }

    /// An expression, or a list of mappings as the schema of the language has it.
    fn collection(&mut self, node: &'n Node) -> Option<Template> {
        let peygir_source::Value::Sequence(items) = &node.value else {
            return match node.value {
                peygir_source::Value::String(_) => self.expression(node, "for.in", Place::Task).map(Template::Expr),
                _ => self.wrong(node, "for.in", COLLECTION),
            };
        };
        let wrong = items.iter().filter(|item| item.entries().is_none());
        let wrong: Vec<_> = wrong.map(|item| message::wrong_type(item, "for.in", message::MAPPING)).collect();
        let read = self.template(node, Place::Task);
        if wrong.is_empty() {
            return read;
        }
        for refused in wrong {
            self.push(refused.with_help(
                "other items stand in an expression: `${ [1, 2, 3] }`",
                "اعضای دیگر در عبارت نوشته می‌شوند: `${ [1, 2, 3] }`",
            ));
        }
        None
    }

    fn set(&mut self, node: &'n Node) -> Option<Kind> {
        match &node.value {
            peygir_source::Value::String(text) if !text.trim_start().starts_with("${") => {
                let wanted = ("a mapping, or one expression in `${ }`", "یک نگاشت، یا یک عبارت در `${ }`");
                self.push(message::bad_value(node.span, "set", text, wanted));
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
        self.members(node, &Known { what: "switch case", names: &["when", "then"] })?;
        let when = node.get("when").map(|when| self.expression(when, "when", Place::Task));
        let then = self.needed(node, "then", &entry.key, entry.key_span).and_then(|node| self.then(node, targets));
        Some(Case { name: entry.key.clone(), when: optional(when)?, then: then? })
    }
}
