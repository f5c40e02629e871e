//! Calls of functions: built-ins on records, decision tables, scripts, operations of connectors. All are answered inside
//! the turn or by a record that it leaves; the answer is journalled with how it came about.

use std::collections::BTreeMap;

use peygir_calendar::Jalali;
use peygir_casework::host::Fault;
use peygir_casework::records::CallRef;
use peygir_casework::request::{self, NOBODY};
use peygir_casework::view;
use peygir_casework::{functions, incident};
use peygir_core::command::Answer;
use peygir_core::error::Kind;
use peygir_core::{Data, Error, Id};
use peygir_script::Answered;
use serde_json::{Value, json};

use super::{Asked, Refused, Turn, Work};
use crate::catalog::Function;
use crate::pack::{self, PackRef, ScriptSource};
use crate::resources::{TurnResources, local_time, script_world};

/// What a flow is told that asks for what nothing here carries out.
fn nobody_does(function: &str) -> Error {
    let said = match pack::written(function) {
        Some(written) => format!(
            "nothing in this deployment carries out `{written}`: name a connector for it under `connectors` in deployment.yaml"
        ),
        None => format!("there is no function `{function}`"),
    };
    Error::new(Kind::Configuration, said)
}

impl Turn<'_> {
    pub(super) fn call(&mut self, instance: Id, asked: &Asked) -> Result<(), Refused> {
        let activation = if asked.awaits { asked.activation } else { NOBODY };
        let call = CallRef { instance, activation, key: asked.key.clone() };
        let (name, with) = (asked.function.as_str(), asked.with.value());
        let namespace = self.stream.instances.get(&instance).map(|caller| caller.flow.namespace.clone());
        let place = self.stream.place(self.catalog);
        let packs = &self.catalog.content(&place).packs;
        match self.catalog.function(name, with, namespace.as_deref().unwrap_or_default(), &place) {
            Some(Function::BuiltIn(function)) => self.call_built_in(&call, function, with),
            Some(Function::Table(table)) => {
                let answer = self.call_table(&table.table, with, packs);
                self.answer(&call, answer);
            }
            Some(Function::Script(script)) => self.call_script(&call, &script, with, packs)?,
            Some(Function::Operation { connector, operation, expires_us }) => {
                let (function, connector, operation) = (name, connector.as_str(), operation.as_str());
                let asked = request::Asked { function, connector, operation, input: with, expires_us };
                let queued = self.with_context(|context| request::queue(context, &call, &asked));
                self.record(queued);
            }
            Some(Function::Flow(flow)) => self.call_flow(&call, flow, &asked.with)?,
            None => {
                self.answer(&call, Answer::Fault(nobody_does(name)));
            }
        }
        Ok(())
    }

    pub(super) fn answer(&mut self, call: &CallRef, answer: Answer) {
        let command = peygir_core::Command::Answer { activation: call.activation, answer };
        self.work.push_back(Work::Step { instance: call.instance, command });
    }

    fn call_built_in(&mut self, call: &CallRef, function: &functions::Function, with: &Value) {
        match self.with_context(|context| (function.call)(context, call, with)) {
            Ok(reply) => self.absorb(reply),
            Err(fault) => self.answer(call, Answer::Fault(error_of(function.name, &fault))),
        }
    }

    fn case_in_clear(&self) -> Value {
        let resources = TurnResources::new(self.catalog, self.vault, &self.stream);
        view::case_in_clear(&self.stream.records, &resources)
    }

    /// Every decision journals by what it was made: [`Turn::of_decision`].
    fn call_table(&mut self, table: &peygir_decision::Table, with: &Value, packs: &[PackRef]) -> Answer {
        let world = json!({ "case": self.case_in_clear(), "input": self.open_all(with) });
        let inputs: BTreeMap<String, Value> = table
            .inputs()
            .iter()
            .filter_map(|input| Some((input.name.clone(), look_up(&world, &input.from)?)))
            .collect();
        match table.decide(&inputs, self.local_day()) {
            Ok(decision) => {
                let provenance = self.of_decision(table, &decision, with, packs);
                for fault in &decision.faults {
                    let reason = format!("table `{}`: {}", table.id(), fault.without_values());
                    let event = self.with_context(|context| incident::rule_failed(context, table.id(), &reason));
                    event.into_iter().for_each(|event| self.record(event));
                }
                Answer::Output {
                    output: Data::from(decision.outputs.clone()),
                    provenance: Some(Data::from(provenance)),
                    authorization: None,
                }
            }
            Err(fault) => Answer::Fault(Error::new(
                Kind::Validation,
                format!("table `{}`: {}", table.id(), fault.without_values()),
            )),
        }
    }

    fn open_all(&self, value: &Value) -> Value {
        crate::vault::replace_sealed(value, &|token| self.vault.open(token))
    }

    /// A script decides and returns; where it returns a list of actions, the engine carries them out in order.
    fn call_script(
        &mut self,
        call: &CallRef,
        source: &ScriptSource,
        with: &Value,
        packs: &[PackRef],
    ) -> Result<(), Refused> {
        let script = &source.script;
        let world = script_world(self.catalog, &self.stream, self.at);
        let req = self.case_in_clear();
        let args = self.open_all(with);
        match script.answer(&req, &world, &args, &self.catalog.script_deadline()) {
            Ok(answered) => {
                let provenance = self.of_script(source, with, packs);
                self.carry_out(call, source, &answered);
                let output = Data::from(answered.value);
                let provenance = Some(Data::from(provenance));
                self.answer(call, Answer::Output { output, provenance, authorization: None });
                Ok(())
            }
            Err(fault) if fault.depends_on_machine() => Err(Refused::Aborted(told(source, &fault))),
            Err(fault) => {
                // What a script says may quote what a citizen wrote; journals and logs get the sentence without it.
                self.answer(call, Answer::Fault(Error::new(Kind::Runtime, told(source, &fault))));
                Ok(())
            }
        }
    }

    /// The day of the turn's time in the deployment's zone: rules with dates are judged on it.
    fn local_day(&self) -> Jalali {
        Jalali::from_gregorian(self.catalog.zone().to_datetime(self.at.to_jiff()).date())
    }

    /// The turn's time as the deployment's zone writes it.
    pub(super) fn local_time(&self) -> String {
        local_time(self.catalog, self.at)
    }

    fn carry_out(&mut self, call: &CallRef, source: &ScriptSource, answered: &Answered) {
        let actions = peygir_script::listed(&answered.value).unwrap_or_default();
        for (index, action) in actions.iter().enumerate() {
            let name = action.get("action").and_then(Value::as_str).unwrap_or_default();
            let line = answered.places.get(index).map_or(0, |at| at.line);
            let made = format!(" {} of {}, line {line}", index + 1, file_of(source));
            let failed = |turn: &mut Self, why: &str| turn.action_failed(name, &made, why);
            if let Err(reason) = crate::actions::actions().check_one(action) {
                failed(self, &format!("PG-S110: {reason}"));
                continue;
            }
            let mut with = action.clone();
            if let Some(members) = with.as_object_mut() {
                members.remove("action");
            }
            // An action waits for nobody: its answer finds no activation, and its key is its own.
            let own =
                CallRef { instance: call.instance, activation: NOBODY, key: format!("{}/action#{index}", call.key) };
            match functions::actions()
                .find(|function| function.name == name)
                .map(|function| self.with_context(|context| (function.call)(context, &own, &with)))
            {
                Some(Ok(reply)) => self.absorb(reply),
                Some(Err(fault)) => failed(self, fault.message()),
                None => failed(self, "there is no such action"),
            }
        }
    }

    /// `made`: of an action of a script, its number in the list, its file and line.
    pub(super) fn action_failed(&mut self, name: &str, made: &str, why: &str) {
        let reason = format!("action{made} `{name}` of a script: {why}");
        let event =
            self.with_context(|context| peygir_casework::incident::action_failed(context, name.to_owned(), reason));
        self.record(event);
    }
}

/// What ended a script: the sentence without values, its code, and where the script stands. Whoever looks at the call later knows
/// it again by how it begins.
fn told(source: &ScriptSource, fault: &peygir_script::Fault) -> String {
    format!("script `{}`: {} ({}, {})", source.script.name(), fault.without_values(), fault.code(), file_of(source))
}

/// The file of a script, and the pack that it came in.
fn file_of(source: &ScriptSource) -> String {
    match source.pack.as_str() {
        "" => source.file.clone(),
        pack => format!("{} in pack {pack}", source.file),
    }
}

fn error_of(function: &str, fault: &Fault) -> Error {
    let kind = match fault {
        Fault::Input(_) => Kind::Validation,
        Fault::Missing(_) => Kind::Configuration,
        Fault::State(_) => Kind::Runtime,
    };
    Error::new(kind, format!("`{function}`: {}", fault.message()))
}

/// `case.topic`, `input.urgent`: a path of names into what a table may see.
pub(super) fn look_up(world: &Value, path: &str) -> Option<Value> {
    path.split('.').try_fold(world, |value, name| value.get(name)).filter(|value| !value.is_null()).cloned()
}
