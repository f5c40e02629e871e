//! From the model to a [`Story`]: what every task does, when, for how long, and where it leads.

mod call;
mod clause;
mod compose;
mod deadline;
mod event;
mod person;
mod phrase;
mod schedule;
mod working;

use peygir_calendar::Language;
use peygir_dsl::lookup::{AFTER, BEFORE};
use peygir_dsl::model::{Extended, Extension, Kind, Task, TaskList, Workflow};

use crate::condition::Style;
use crate::step::{Icon, Inner, Section, Step, Story};
use crate::text::{Words, isolated, plain};
use crate::titles::Titles;

/// First segment of the paths of tasks that are functions, followed by the function's name.
const FUNCTION: &str = "@function:";

pub(crate) fn story(workflow: &Workflow, titles: &dyn Titles, language: Language) -> Story {
    Narrator { workflow, titles, words: Words { language } }.story()
}

struct Narrator<'a> {
    workflow: &'a Workflow,
    titles: &'a dyn Titles,
    words: Words,
}

/// A list of tasks, as its tasks know it.
struct Scope<'a> {
    tasks: &'a TaskList,
    /// Number of the task that it belongs to, with the dot behind it.
    prefix: String,
    path: Vec<String>,
    /// The flow's own list, whose end is that of the flow.
    root: bool,
}

/// What a kind of task says of itself.
struct Told {
    icon: Icon,
    /// Sentences in the order of telling.
    text: Vec<String>,
    label: String,
    detail: Option<String>,
    inner: Inner,
    /// Leads over to the tasks or cases that follow, and so comes last.
    lead: Option<String>,
}

impl Told {
    fn new(icon: Icon, text: String, label: String) -> Self {
        Self { icon, text: vec![text], label, detail: None, inner: Inner::Nothing, lead: None }
    }

    /// Of a task that holds others.
    fn leading(icon: Icon, lead: String, label: String, inner: Inner) -> Self {
        Self { icon, text: Vec::new(), label, detail: None, inner, lead: Some(lead) }
    }

    fn detail(self, detail: Option<String>) -> Self {
        Self { detail, ..self }
    }

    fn and(mut self, sentence: Option<String>) -> Self {
        self.text.extend(sentence);
        self
    }
}

impl<'a> Narrator<'a> {
    fn story(&self) -> Story {
        let workflow = self.workflow;
        let name = workflow.title.as_deref().unwrap_or(&workflow.name.name);
        let scope = Scope { tasks: &workflow.tasks, prefix: String::new(), path: Vec::new(), root: true };
        Story {
            title: plain(name),
            description: self.words.with(
                "drawing-desc",
                [("title", isolated(name).into()), ("count", (workflow.tasks.len() as i64).into())],
            ),
            here: self.words.say("drawing-here"),
            head: self.head(),
            start: self.start_label(),
            end: self.words.say("drawing-end"),
            steps: self.list(&scope),
            tail: self.tail(),
            sections: self.sections(),
        }
    }

    fn sections(&self) -> Vec<Section> {
        let functions = self.workflow.functions.iter().enumerate().map(|(index, (name, tasks))| {
            let number = self.numbered("number-function", index);
            let code = isolated(name);
            let text = self.words.with("section-function", [("name", code.clone().into())]);
            let label = self.words.with("section-function-label", [("name", code.into())]);
            self.section(number, text, label, format!("{FUNCTION}{name}"), tasks)
        });
        let extensions = self.workflow.extensions.iter().enumerate();
        functions.chain(extensions.flat_map(|(index, extension)| self.extension(index, extension))).collect()
    }

    fn extension(&self, index: usize, extension: &Extension) -> Vec<Section> {
        let lists = [("before", BEFORE, &extension.before), ("after", AFTER, &extension.after)];
        let told = lists.into_iter().filter_map(|(side, segment, tasks)| {
            let number = self.numbered(&format!("number-{side}"), index);
            let name = isolated(&extension.name);
            let extended = self.words.say(&format!("extended-{}", extended(extension.extend)));
            let args = || [("name", name.clone().into()), ("tasks", extended.clone().into())];
            let mut text = self.words.with(&format!("section-{side}"), args());
            if let Some(when) = &extension.when {
                text = self.sentences(&[text, self.condition_sentence("section-when", when)]);
            }
            let label = self.words.with(&format!("section-{side}-label"), args());
            let path = format!("{segment}{}", extension.name);
            tasks.as_ref().map(|tasks| self.section(number, text, label, path, tasks))
        });
        told.collect()
    }

    fn section(&self, number: String, text: String, label: String, segment: String, tasks: &TaskList) -> Section {
        let path = vec![segment];
        let scope = Scope { tasks, prefix: format!("{number}."), path: path.clone(), root: false };
        Section { number, text, label, path, steps: self.list(&scope) }
    }

    fn numbered(&self, id: &str, index: usize) -> String {
        self.words.with(id, [("count", (index as i64 + 1).into())])
    }

    fn list(&self, scope: &Scope<'a>) -> Vec<Step> {
        scope.tasks.iter().enumerate().map(|(index, task)| self.step(scope, index, task)).collect()
    }

    fn step(&self, scope: &Scope<'a>, index: usize, task: &'a Task) -> Step {
        let number = self.number(scope, index);
        let path: Vec<String> = scope.path.iter().cloned().chain([task.name.clone()]).collect();
        let told = self.told(scope, task, &number, &path);
        let mut text: Vec<String> = Vec::new();
        text.extend(task.if_.as_ref().map(|condition| self.condition_sentence("only-if", condition)));
        text.extend(told.text);
        text.extend(self.clauses(task));
        if !matches!(task.kind, Kind::Raise(_) | Kind::Switch(_)) {
            let id = if told.lead.is_some() { "then-after" } else { "then" };
            text.extend(self.then_sentence(id, scope, index, task.then.as_ref()));
        }
        text.extend(told.lead);
        Step {
            ways: self.ways(task),
            text: self.sentences(&text),
            label: told.label,
            detail: told.detail,
            condition: task.if_.as_ref().map(|condition| {
                let condition = self.words.condition(condition.source(), Style::Label);
                self.words.with("drawing-if", [("condition", condition.into())])
            }),
            icon: told.icon,
            inner: told.inner,
            name: task.name.clone(),
            number,
            path,
        }
    }

    fn told(&self, scope: &Scope<'a>, task: &'a Task, number: &str, path: &[String]) -> Told {
        match &task.kind {
            Kind::Call(call) => self.call(call),
            Kind::Do(tasks) => self.group(tasks, number, path),
            Kind::Emit(emit) => self.emit(emit),
            Kind::For(for_) => self.loop_(for_, number, path),
            Kind::Fork(fork) => self.fork(fork, number, path),
            Kind::Listen(listen) => self.listen(listen, number, path),
            Kind::Raise(raise) => self.raise(raise),
            Kind::Run(run) => self.run(run),
            Kind::Set(template) => self.set(template),
            Kind::Switch(cases) => self.switch(cases, scope, task, number),
            Kind::Try(try_) => self.try_(try_, scope, task, number, path),
            Kind::Wait(duration) => self.wait(duration),
            Kind::Refused(refused) => self.refused(refused),
        }
    }

    fn number(&self, scope: &Scope<'_>, index: usize) -> String {
        format!("{}{}", scope.prefix, self.words.digits(&(index + 1).to_string()))
    }

    /// Sentences one after the other.
    fn sentences(&self, parts: &[String]) -> String {
        parts.join(" ")
    }
}

fn extended(extended: Extended) -> &'static str {
    match extended {
        Extended::All => "all",
        Extended::Composite => "composite",
        Extended::Call => "call",
        Extended::Emit => "emit",
        Extended::For => "for",
        Extended::Listen => "listen",
        Extended::Raise => "raise",
        Extended::Run => "run",
        Extended::Set => "set",
        Extended::Switch => "switch",
        Extended::Try => "try",
        Extended::Wait => "wait",
    }
}
