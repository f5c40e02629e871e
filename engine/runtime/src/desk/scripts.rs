//! Calls of scripts on record: found in a case's journal, and run again step by step with what they had then.
//!
//! Owns: which text is stepped through (the one that ran, where it is to be had), the case, the moment and the calendars of
//! then, and the masking of what is told. Nothing is written, and nothing that the script returns is carried out.

pub(super) mod mask;
pub(super) mod past;
mod view;

use std::sync::Arc;
use std::time::{Duration, Instant};

use peygir_casework::view as record_view;
use peygir_core::Id;
use peygir_script::steps::{Event, Step, Trace};
use peygir_script::{Deadline, Fault, World};
use serde_json::Value;

use super::names::instant;
use super::refusal::Refusal;
use super::{Desk, require};
use crate::access::{Permission, Principal};
use crate::catalog::Catalog;
use crate::engine::Engine;
use crate::offload::offload;
use crate::pack::ScriptSource;
use crate::packs;
use crate::resources::{TurnResources, script_world};
use crate::vault::replace_sealed;
use crate::{closures, pack};
use mask::Masks;
use past::{Call, Ended};
pub use view::{Origin, Returned, ScriptCall, ScriptEnd, ScriptFault, ScriptRun, ScriptStep, ScriptText};

/// Wall-clock limit of a run that is watched: every step of it is written down.
const WATCHED_MS_MAX: u64 = 10_000;

impl Desk {
    /// The call of a script on a case, by its id or tracking code; the last one where no number is given.
    pub async fn script_run(
        &self,
        by: &Principal,
        case: &str,
        script: &str,
        call: Option<usize>,
    ) -> Result<ScriptRun, Refusal> {
        let id = self.host.engine.stream_named(case)?.ok_or(Refusal::NotFound)?;
        let stream = self.stream(id).await?;
        require(&self.host.engine.catalog(), by, Permission::CaseRead, &stream)?;
        let (engine, script) = (self.host.engine.clone(), script.to_owned());
        let run = offload(move || recorded_run(&engine, id, &script, call)).await;
        run.map_err(|error| Refusal::Internal(error.to_string()))?
    }
}

/// The call of a script on the case of a stream, run again. Whoever asks may read the case; [`Desk::script_run`] looks.
pub fn recorded_run(engine: &Engine, stream: Id, script: &str, call: Option<usize>) -> Result<ScriptRun, Refusal> {
    let calls = past::calls(engine.store.as_ref(), stream, script)?;
    let number = call.unwrap_or(calls.len());
    let Some(call) = number.checked_sub(1).and_then(|index| calls.get(index)) else { return Err(Refusal::NotFound) };
    let (catalog, source, origin) = text_of(engine, stream, script, call)?;
    let given = given(engine, &catalog, stream, &source, call)?;
    let (outcome, trace) = source.script.call_traced(&given.req, &given.world, &given.args, &deadline());
    let ended = end_of(&outcome);
    let agrees = agrees(script, &outcome, &call.ended);
    let mut masks = Masks::of_case(&given.req);
    masks.add_sealed(call.with.value(), &given.args);
    let text = |name: &str| call.provenance(name).and_then(Value::as_str).map(str::to_owned);
    Ok(ScriptRun {
        script: script.to_owned(),
        case_id: stream.to_string(),
        tracking_code: given.req["code"].as_str().map(str::to_owned),
        call: number,
        calls: calls.iter().map(listed).collect(),
        now: given.world.now.iso.clone(),
        req: masks.value(&given.req),
        args: masks.value(&given.args),
        text: ScriptText {
            file: source.file.clone(),
            source: source.source.to_string(),
            version: source.version(),
            origin,
            version_then: text("version"),
            pack_then: text("pack"),
            edition_then: call.provenance("edition").and_then(Value::as_u64),
        },
        steps_dropped: trace.steps_dropped,
        steps: steps_of(trace, &masks),
        ended: masks.end(&ended),
        ended_then: masks.end(&end_then(&call.ended)),
        agrees,
    })
}

fn listed(call: &Call) -> ScriptCall {
    ScriptCall {
        at: instant(call.at),
        flow: call.flow.clone(),
        step: call.step.clone(),
        failed: matches!(call.ended, Ended::Fault(_)),
    }
}

/// What the script was given.
struct Given {
    req: Value,
    world: World,
    args: Value,
}

/// The case of then. Where it could have been several, the one with which the script ends as it did, else the first.
fn given(engine: &Engine, catalog: &Catalog, stream: Id, source: &ScriptSource, call: &Call) -> Result<Given, Refusal> {
    let args = replace_sealed(call.with.value(), &|token| engine.vault.open(token));
    let candidates = past::candidates(engine.store.as_ref(), stream, call)?;
    let several = candidates.len() > 1;
    let mut first: Option<Given> = None;
    for past in candidates {
        let resources = TurnResources::new(catalog, &engine.vault, &past);
        let req = record_view::case_in_clear(&past.records, &resources);
        if first.as_ref().is_some_and(|first| first.req == req) {
            continue;
        }
        let world = script_world(catalog, &past, call.at);
        let fits = several && {
            let outcome = source.script.call(&req, &world, &args, &deadline());
            agrees(source.script.name(), &outcome, &call.ended)
        };
        let given = Given { req, world, args: args.clone() };
        if fits {
            return Ok(given);
        }
        first.get_or_insert(given);
    }
    first.ok_or(Refusal::NotFound)
}

/// What was in force at the call, with the closures that were declared by then, and the script's text in it.
fn text_of(engine: &Engine, stream: Id, script: &str, call: &Call) -> Result<(Catalog, ScriptSource, Origin), Refusal> {
    let digest = call.provenance("version").and_then(Value::as_str);
    let present = engine.catalog();
    let past = past::candidates(engine.store.as_ref(), stream, call)?.pop().ok_or(Refusal::NotFound)?;
    let find = |catalog: &Catalog| catalog.content(&past.place(catalog)).scripts.get(script).cloned();
    let is_it = |source: &ScriptSource| digest.is_none_or(|digest| source.version() == digest);
    let origin = if digest.is_some() { Origin::AsThen } else { Origin::InForceThen };
    let with_closures = |catalog: &Catalog| -> Result<Catalog, Refusal> {
        let known = past::at(engine.store.as_ref(), closures::STREAM, call.at)?;
        Ok(catalog.with_closures(&known.closures, Vec::new()))
    };
    let then = catalog_then(engine, &present, call)?;
    if let Some(source) = then.as_ref().and_then(find).filter(is_it) {
        return Ok((with_closures(then.as_ref().unwrap_or(&present))?, source, origin));
    }
    let source = find(&present).ok_or(Refusal::NotFound)?;
    let origin = match digest {
        Some(digest) if source.version() == digest => Origin::AsThen,
        _ => Origin::Present,
    };
    Ok((with_closures(&present)?, source, origin))
}

/// The content of the edition that was in force; None where it is not known, or can't be made any more.
fn catalog_then(engine: &Engine, present: &Arc<Catalog>, call: &Call) -> Result<Option<Catalog>, Refusal> {
    let editions = engine.load(packs::STREAM)?.editions;
    let journalled = call.provenance("edition").and_then(Value::as_u64);
    let number = journalled.or_else(|| editions.in_force_at(call.at).map(|edition| edition.number));
    let Some(number) = number.filter(|number| editions.all.contains_key(number)) else { return Ok(None) };
    if number == present.edition() {
        return Ok(Some(Catalog::clone(present)));
    }
    let laid = packs::plan::bundles_of(engine.store.as_ref(), &editions.packs_of(number), &mut Default::default());
    let Ok(bundles) = laid else { return Ok(None) };
    let kept = pack::Kept::default();
    let making = pack::Making::whole(&kept);
    let made = pack::of_bundles(present.packs().deployment.clone(), &bundles, None, making);
    Ok(made.ok().map(|(pack, _)| present.with_pack(&pack).with_edition(number)))
}

fn deadline() -> Deadline {
    let begun = Instant::now();
    Deadline::new(move || begun.elapsed() > Duration::from_millis(WATCHED_MS_MAX))
}

/// Whether a run ended as it is on record. Of a fault, the journal has the sentence without values.
fn agrees(script: &str, outcome: &Result<Value, Fault>, then: &Ended) -> bool {
    match (outcome, then) {
        (Ok(answer), Ended::Answer { output, .. }) => answer == output.value(),
        // The code and the file stand behind it; journals of before have neither.
        (Err(fault), Ended::Fault(Some(detail))) => {
            detail.starts_with(&format!("script `{script}`: {}", fault.without_values()))
        }
        _ => false,
    }
}

fn end_of(outcome: &Result<Value, Fault>) -> ScriptEnd {
    match outcome {
        Ok(answer) => ScriptEnd::Answer(answer.clone()),
        Err(fault) => ScriptEnd::Fault(ScriptFault {
            code: fault.code().to_owned(),
            line: fault.span().line,
            column: fault.span().column,
            en: fault.to_string(),
            fa: fault.message_fa(),
        }),
    }
}

fn end_then(ended: &Ended) -> ScriptEnd {
    match ended {
        Ended::Answer { output, .. } => ScriptEnd::Answer(output.value().clone()),
        Ended::Fault(detail) => {
            let said = detail.clone().unwrap_or_default();
            ScriptEnd::Fault(ScriptFault { code: String::new(), line: 0, column: 0, en: said.clone(), fa: said })
        }
    }
}

fn steps_of(trace: Trace, masks: &Masks) -> Vec<ScriptStep> {
    let masked = |step: Step| {
        let mut shown = ScriptStep::from(step);
        masks.step(&mut shown);
        shown
    };
    trace.steps.into_iter().map(masked).collect()
}

impl From<Step> for ScriptStep {
    fn from(step: Step) -> Self {
        let Step { event, line, column, function, depth, variables, gave } = step;
        let returned = match event {
            Event::Line => None,
            Event::Return(value) => Some(Returned { value }),
        };
        Self { line, column, function, depth, variables, gave, returned }
    }
}
