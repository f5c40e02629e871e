//! Calls of functions and runs of processes, known ones by their inputs.

use peygir_dsl::model::{Call, Process, Run};
use serde_json::Value;

use super::{Narrator, Told};
use crate::step::Icon;
use crate::text::isolated;
use crate::titles::{FunctionKind, Title};

/// Built-in functions that are told by one message, and their signs.
const BUILT_IN: [(&str, Icon); 10] = [
    ("case-open", Icon::Case),
    ("case-classify", Icon::Case),
    ("case-refer", Icon::Case),
    ("case-mark", Icon::Case),
    ("case-attach", Icon::Case),
    ("case-new-round", Icon::Case),
    ("case-close", Icon::Case),
    ("case-reopen", Icon::Case),
    ("find-duplicates", Icon::Case),
    ("evaluate-agency", Icon::Function),
];

impl Narrator<'_> {
    pub(super) fn call(&self, call: &Call) -> Told {
        let with = call.with.as_ref().map_or(Value::Null, |with| with.source());
        if self.workflow.functions.contains_key(&call.function) {
            return self.own_function(&call.function, &with);
        }
        match call.function.as_str() {
            "human-task" => self.human_task(&with),
            "notify" => self.notify(&with),
            "verification-call" => self.verification_call(&with),
            "wait-working" => self.wait_working(&with),
            "calendar-next" => self.calendar_next(&with),
            "http" => self.http(&with),
            "openapi" => self.openapi(&with),
            name => match BUILT_IN.iter().find(|known| known.0 == name) {
                Some((_, icon)) => self.built_in(name, *icon, &with),
                None => self.pack_function(name, &with),
            },
        }
    }

    fn built_in(&self, name: &str, icon: Icon, with: &Value) -> Told {
        let told = Told::new(icon, self.words.say(&format!("call-{name}")), self.words.say(&format!("drawing-{name}")));
        match (name, with.get("max"), with.get("outcome")) {
            ("case-new-round", Some(Value::Number(max)), _) => {
                let max = max.as_i64().unwrap_or(0);
                let rounds = self.words.with("call-rounds-max", [("count", max.into())]);
                told.detail(Some(self.words.with("drawing-rounds-max", [("count", max.into())]))).and(Some(rounds))
            }
            ("case-close", _, Some(outcome)) => {
                let outcome = self.value(outcome);
                let said = self.words.with("call-outcome", [("outcome", outcome.clone().into())]);
                told.detail(Some(self.words.with("drawing-outcome", [("outcome", outcome.into())]))).and(Some(said))
            }
            _ => {
                let inputs = self.inputs(with);
                told.and(inputs)
            }
        }
    }

    fn own_function(&self, name: &str, with: &Value) -> Told {
        let index = self.workflow.functions.keys().position(|known| known == name).unwrap_or(0);
        let number = self.numbered("number-function", index);
        let args = [("name", isolated(name).into()), ("number", isolated(&number).into())];
        let label = self.words.with("drawing-function", [("name", isolated(name).into())]);
        Told::new(Icon::Function, self.words.with("call-own", args), label)
            .detail(Some(isolated(&number)))
            .and(self.inputs(with))
    }

    /// A table, a script or a connector's operation of the packs, or a function nobody told us of.
    fn pack_function(&self, name: &str, with: &Value) -> Told {
        let known = self.titles.function(name);
        let (id, icon) = match known.as_ref().map(|function| function.kind) {
            Some(FunctionKind::Table) => ("table", Icon::Table),
            Some(FunctionKind::Script) => ("script", Icon::Script),
            Some(FunctionKind::Operation) => ("operation", Icon::World),
            None => ("function", Icon::Function),
        };
        let title = known.and_then(|function| function.title);
        let title = title.map(|title| isolated(title.in_language(self.words.language)));
        let title = title.filter(|title| title.chars().count() > 2).unwrap_or_else(|| isolated(name));
        let text = self.words.with(&format!("call-{id}"), [("title", title.clone().into())]);
        let detail = self.words.say(&format!("drawing-kind-{id}"));
        Told::new(icon, text, title).detail(Some(detail)).and(self.inputs(with))
    }

    /// `It is given topic and agency.`
    fn inputs(&self, with: &Value) -> Option<String> {
        self.members(with).map(|names| self.words.with("call-inputs", [("names", names.into())]))
    }

    fn http(&self, with: &Value) -> Told {
        let method = with.get("method").and_then(Value::as_str).unwrap_or("get").to_ascii_uppercase();
        let endpoint = with.get("endpoint").cloned().unwrap_or(Value::Null);
        let uri = endpoint.get("uri").unwrap_or(&endpoint);
        let uri = self.value(uri);
        let args = || [("method", isolated(&method).into()), ("uri", uri.clone().into())];
        let body = with.get("body").map(|body| self.words.with("http-body", [("body", self.value(body).into())]));
        Told::new(Icon::World, self.words.with("call-http", args()), self.words.with("drawing-http", args()))
            .detail(Some(uri.clone()))
            .and(body)
    }

    fn openapi(&self, with: &Value) -> Told {
        let operation = with.get("operationId").map_or_else(|| isolated("?"), |id| self.value(id));
        let document =
            with.get("document").and_then(|document| document.get("endpoint")).cloned().unwrap_or(Value::Null);
        let uri = self.value(document.get("uri").unwrap_or(&document));
        let args = [("operation", operation.clone().into()), ("uri", uri.clone().into())];
        let parameters = with.get("parameters").and_then(|parameters| self.inputs(parameters));
        Told::new(Icon::World, self.words.with("call-openapi", args), operation).detail(Some(uri)).and(parameters)
    }

    pub(super) fn run(&self, run: &Run) -> Told {
        let awaits = (!run.await_).then(|| self.words.say("run-no-await"));
        let told = match &run.process {
            Process::Workflow { namespace, name, version, input, .. } => {
                let version = version.as_ref().map_or_else(String::new, |version| format!(":{version}"));
                let flow = self.flow(&format!("{namespace}/{name}{version}"));
                let args = [("flow", flow.clone().into())];
                let input = input.as_ref().and_then(|input| self.inputs(&input.source()));
                let detail = Some(self.words.say("drawing-run-workflow"));
                Told::new(Icon::Run, self.words.with("run-workflow", args), flow).detail(detail).and(input)
            }
            Process::Function { name, with, .. } => self.process(name, &with.source()),
        };
        told.and(awaits)
    }

    fn process(&self, name: &str, with: &Value) -> Told {
        let member = |member: &str| with.get(member).map(|value| self.value(value));
        let what = member("language").or_else(|| member("command")).unwrap_or_else(|| isolated(name));
        let args = || [("what", what.clone().into())];
        let text = self.words.with(&format!("call-{name}"), args());
        Told::new(Icon::Script, text, self.words.say(&format!("drawing-{name}"))).detail(Some(what.clone()))
    }

    /// A flow by its title, or by its name.
    pub(super) fn flow(&self, name: &str) -> String {
        self.titled(Title::Flow, name)
    }

    pub(super) fn titled(&self, what: Title, id: &str) -> String {
        let title = self.titles.title(what, id);
        let title = title.map(|title| title.in_language(self.words.language).to_owned());
        isolated(title.as_deref().filter(|title| !title.is_empty()).unwrap_or(id))
    }
}
