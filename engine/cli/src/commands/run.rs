//! `peygir run`: one flow to its end, on a memory store and the real clock.

use std::collections::BTreeSet;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use peygir_core::state::Status;
use peygir_core::{Data, Id, Instance};
use peygir_runtime::catalog::Catalog;
use peygir_runtime::clock::Clock;
use peygir_runtime::command::Command;
use peygir_runtime::engine::Engine;
use peygir_runtime::host::Host;
use peygir_runtime::pack;
use peygir_runtime::stream::Stream;
use peygir_runtime::vault::{Keys, Vault};
use peygir_source::{Diagnostics, render};
use peygir_store::memory::MemoryStore;
use serde_json::Value;
use tokio::sync::Notify;

use super::serve::{random, script_deadline};
use crate::answer::{line, say};
use crate::connectors;

/// The definition was refused.
const REFUSED: u8 = 2;
/// Wrong usage, as `sysexits.h` has it.
const USAGE: u8 = 64;
/// Ended by Ctrl-C, as shells count it.
const INTERRUPTED: u8 = 130;
/// Longest input, in bytes.
const INPUT_BYTES_MAX: u64 = 4 << 20;
/// How often it is looked whether the flow has ended.
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// Who starts the flow, in its journal.
const ACTOR: &str = "command-line";

/// Run one flow to its end and print its output.
///
/// The flow runs in memory on the real clock: it really waits where it says `wait`, and nothing of it is kept. Tables,
/// scripts and forms of the pack that the file lies in may be called; outside of a pack only built-in functions. Calls
/// over HTTP reach this machine (localhost, 127.0.0.1, ::1) and nothing else.
///
/// Exit 0: the output is on stdout, as JSON. Exit 1: the flow ended with a fault, which is on stderr as problem JSON.
/// Exit 2: the definition was refused; the findings are on stderr. Exit 64: wrong usage, or a file that can't be read.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// The file of the flow
    flow: PathBuf,
    /// JSON file with the flow's input, `-` for stdin; {} where absent
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Nothing but JSON on stderr too: findings as JSON lines, no talk
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    super::test::start_log();
    if !arguments.flow.is_file() {
        say(&format!("peygir: {}: there is no such file", arguments.flow.display()));
        return Ok(ExitCode::from(USAGE));
    }
    let input = match arguments.input.as_deref().map_or_else(|| Ok(Data::empty()), read_input) {
        Ok(input) => input,
        Err(why) => {
            say(&format!("peygir: {why}"));
            return Ok(ExitCode::from(USAGE));
        }
    };
    let (pack, flow) = match pack::load_flow(&arguments.flow) {
        Ok(loaded) => loaded,
        Err(found) => {
            tell_refusal(&found, arguments.json);
            return Ok(ExitCode::from(REFUSED));
        }
    };
    let refused = pack.flows.get(&flow).map(|flow| pack::check_alone(flow, &connectors::kinds())).unwrap_or_default();
    if refused.has_errors() {
        tell_refusal(&refused, arguments.json);
        return Ok(ExitCode::from(REFUSED));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let flow = flow.to_string();
    let ended = runtime.block_on(async {
        tokio::select! {
            ended = to_its_end(pack, &flow, input, arguments.json) => ended.map(Some),
            _ = tokio::signal::ctrl_c() => Ok(None),
        }
    })?;
    Ok(ended.map_or(ExitCode::from(INTERRUPTED), |instance| tell_end(&instance)))
}

fn read_input(path: &Path) -> Result<Data, String> {
    let shown = path.display();
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(INPUT_BYTES_MAX + 1).read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(INPUT_BYTES_MAX + 1).read_to_string(&mut text))
    };
    read.map_err(|error| format!("the input {shown} can't be read: {error}"))?;
    if text.len() as u64 > INPUT_BYTES_MAX {
        return Err(format!("the input {shown} is longer than {INPUT_BYTES_MAX} bytes"));
    }
    Data::from_json(&text).map_err(|error| format!("the input {shown} is no JSON: {error}"))
}

fn tell_refusal(found: &Diagnostics, json: bool) {
    match json {
        true => found.list.iter().for_each(|diagnostic| say(&render::json(diagnostic).to_string())),
        false => super::check::print(found),
    }
}

/// Starts the flow in a stream of its own and waits until its instance has ended.
async fn to_its_end(pack: pack::Catalog, flow: &str, input: Data, quiet: bool) -> Result<Instance> {
    let built = connectors::of_a_run(&pack).map_err(|found| {
        super::check::print(&found);
        anyhow::anyhow!("the connectors of the run have errors")
    })?;
    let catalog = Catalog::new(pack, &built.manifests, Arc::new(script_deadline));
    let vault = Vault::new(Arc::new(Keys::in_memory()));
    let clock = Clock::Real;
    let engine = Engine::new(Arc::new(MemoryStore::new()), vault, catalog, Arc::new(random));
    let stream = engine.new_id(clock.now());
    let host = Host::new(Arc::new(engine), clock, built.connectors);
    let command = Command::StartFlow { flow: flow.to_owned(), input, claims: Vec::new() };
    let mut state = host.submit(stream, ACTOR, command).await?;
    let Some(id) = started(&state) else { bail!("the flow {flow} did not start") };
    let stop = Arc::new(Notify::new());
    let working = tokio::spawn(host.clone().run(stop.clone()));
    let mut told = BTreeSet::new();
    loop {
        match state.instances.get(&id) {
            Some(instance) if has_ended(instance) => {
                stop.notify_one();
                let _ = working.await;
                return Ok(instance.clone());
            }
            None => bail!("the flow {flow} is gone from its stream"),
            Some(_) => {}
        }
        if host.paused().contains(&stream) {
            bail!("what is due in the flow can't be done; PEYGIR_LOG=error shows why");
        }
        if !quiet {
            tell_waiting(&state, &mut told);
        }
        tokio::time::sleep(LOOK_EVERY).await;
        state = host.read(stream).await.map(Arc::unwrap_or_clone)?;
    }
}

/// The flow that was asked for; events may have started others beside it.
fn started(state: &Stream) -> Option<Id> {
    state.instances.values().find(|instance| instance.started_by == "command").map(|instance| instance.id)
}

fn has_ended(instance: &Instance) -> bool {
    matches!(instance.status, Status::Completed | Status::Faulted | Status::Cancelled)
}

/// Nobody can answer a task here: whoever runs the flow has to know why nothing happens.
fn tell_waiting(state: &Stream, told: &mut BTreeSet<Id>) {
    for task in state.records.tasks.values().filter(|task| task.is_open()) {
        if told.insert(task.id) {
            let until = task.max_at.map_or_else(|| "for good".to_owned(), |max| format!("until {max}"));
            say(&format!(
                "peygir: waiting for a person: task {} of role {}, {until}; Ctrl-C ends it",
                task.form, task.role
            ));
        }
    }
}

fn tell_end(instance: &Instance) -> ExitCode {
    match (instance.status, &instance.fault) {
        (Status::Completed, _) => {
            let output = instance.output.clone().unwrap_or_else(Data::null);
            line(&shown(output.value(), std::io::stdout().is_terminal()));
            ExitCode::SUCCESS
        }
        (_, Some(fault)) => {
            say(&shown(&fault.to_value(), std::io::stderr().is_terminal()));
            ExitCode::FAILURE
        }
        (_, None) => {
            say("peygir: the flow was cancelled");
            ExitCode::FAILURE
        }
    }
}

/// On one line for programs, spread out for people.
fn shown(value: &Value, person: bool) -> String {
    if person { format!("{value:#}") } else { value.to_string() }
}
