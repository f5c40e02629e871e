//! What any task may have beside what it does: filters, a timeout, and where it leads.

use peygir_dsl::model::{Case, Kind, Task, Then};

use super::{Narrator, Scope};
use crate::condition::Style;
use crate::step::{To, Way};
use crate::text::isolated;

impl<'a> Narrator<'a> {
    /// Sentences after what the task does.
    pub(super) fn clauses(&self, task: &Task) -> Vec<String> {
        let mut said = Vec::new();
        let template = |id: &str, template: &peygir_dsl::expr::Template| {
            self.words.with(id, [("value", self.value(&template.source()).into())])
        };
        if let Some(input) = &task.input {
            said.extend(input.schema.as_ref().map(|_| self.words.say("input-schema")));
            said.extend(input.from.as_ref().map(|from| template("input-from", from)));
        }
        if let Some(timeout) = &task.timeout {
            said.push(self.words.with("timeout", [("duration", self.duration_expr(timeout).into())]));
        }
        if let Some(output) = &task.output {
            said.extend(output.as_.as_ref().map(|as_| template("output-as", as_)));
            said.extend(output.schema.as_ref().map(|_| self.words.say("output-schema")));
        }
        if let Some(export) = &task.export {
            said.extend(export.as_.as_ref().map(|as_| template("export-as", as_)));
        }
        said
    }

    /// Where it goes on, where that is not the next task.
    pub(super) fn then_sentence(
        &self,
        id: &str,
        scope: &Scope<'a>,
        index: usize,
        then: Option<&Then>,
    ) -> Option<String> {
        then.filter(|then| **then != Then::Continue).map(|then| {
            let way = self.way(scope, Some(index), then);
            self.words.with(id, [("way", way.into())])
        })
    }

    /// `goes back to step 3 (solve)`. `index` is that of the task it leads from.
    pub(super) fn way(&self, scope: &Scope<'a>, index: Option<usize>, then: &Then) -> String {
        match then {
            Then::Continue => self.words.say("way-next"),
            Then::End => self.words.say("way-end"),
            Then::Exit if scope.root => self.words.say("way-end"),
            Then::Exit => self.words.say("way-exit"),
            Then::Task(name) => {
                let target = scope.tasks.iter().position(|task| task.name == *name);
                let number = target.map(|target| self.number(scope, target)).unwrap_or_default();
                let back = target.zip(index).is_some_and(|(target, index)| target <= index);
                let id = if back { "way-back" } else { "way-on" };
                self.words.with(id, [("number", isolated(&number).into()), ("name", isolated(name).into())])
            }
        }
    }

    pub(super) fn ways(&self, task: &Task) -> Vec<Way> {
        let own = task.then.as_ref().map_or(To::Next, to);
        let plain = |to: To| Way { to, label: None, error: false };
        match &task.kind {
            Kind::Raise(_) => Vec::new(),
            Kind::Switch(cases) => self.case_ways(cases, own),
            Kind::Try(try_) => {
                let caught = try_.catch.then.as_ref().map(to).filter(|caught| *caught != own);
                let label = Some(self.words.say("drawing-after-error"));
                let caught = caught.map(|to| Way { to, label, error: true });
                [Some(plain(own)), caught].into_iter().flatten().collect()
            }
            _ => vec![plain(own)],
        }
    }

    fn case_ways(&self, cases: &[Case], own: To) -> Vec<Way> {
        let otherwise = || Some(self.words.say("drawing-otherwise"));
        let mut ways: Vec<Way> = cases
            .iter()
            .map(|case| {
                let condition = case.when.as_ref().map(|when| self.words.condition(when.source(), Style::Label));
                // `then: continue` of a case is the next task, whatever the switch itself says.
                Way { to: to(&case.then), label: condition.or_else(otherwise), error: false }
            })
            .collect();
        if cases.iter().all(|case| case.when.is_some()) {
            ways.push(Way { to: own, label: otherwise(), error: false });
        }
        ways
    }
}

fn to(then: &Then) -> To {
    match then {
        Then::Continue => To::Next,
        Then::Exit => To::Exit,
        Then::End => To::End,
        Then::Task(name) => To::Task(name.clone()),
    }
}
