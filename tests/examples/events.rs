//! Writes one event of each kind of this version: `cargo run --release -p peygir-tests --example events`.
//!
//! Most of them stood in the journals of simulated runs; those that no run has are made here. They go to
//! `tests/histories/VERSION/events.json`, each with what it says. It is run before a version ships, and never
//! again for that version.

use std::collections::BTreeMap;
use std::fs;

use peygir_casework::Event as Case;
use peygir_casework::records::{Move, MoveWhy};
use peygir_core::data::Data;
use peygir_core::state::{ExtensionPhase, FlowRef};
use peygir_core::{Event as Flow, Id, Moment};
use peygir_runtime::command::Recorded;
use peygir_runtime::packs::{Edition, PackRef, Withdrawn};
use peygir_runtime::schedule::{Schedule, Tick, TickKind};
use peygir_simulation::one;
use peygir_simulation::samples::Samples;
use peygir_tests::history;
use serde_json::json;

/// Seeds whose runs between them have most kinds.
const SEEDS: std::ops::Range<u64> = 7_000..7_040;

const ID: Id = Id([0x5a; 16]);
const AT: Moment = Moment(1_795_000_000_000_000);

/// What happens so seldom, or beside the runs, that none of them has it.
fn made() -> Vec<Recorded> {
    let data = |text: &str| Data::from_json(text).expect("it is JSON");
    let flow = FlowRef { namespace: "samad".into(), name: "complaint".into(), version: "1.0.0".into() };
    let ticks = [(TickKind::Cron, Some(AT)), (TickKind::Every, Some(AT)), (TickKind::After, None)];
    let ticks = ticks.into_iter().map(|(kind, next)| Tick { kind, next }).collect();
    let withdrawn = || Withdrawn { at: AT, by: "admin".into(), reason: "اشتباه بود".into() };
    let edition = Edition {
        number: 7,
        at: AT,
        effective_from: Moment(AT.0 + 86_400_000_000),
        author: "token:city".into(),
        note: "برای زمستان".into(),
        packs: vec![PackRef { name: "isfahan".into(), version: "1.2.0".into(), digest: "ab".repeat(32) }],
        removed: vec!["yazd".into()],
        withdrawn: Some(withdrawn()),
    };
    let moved = Move {
        operation: Some(ID),
        at: AT,
        from: Moment(AT.0 + 1),
        to: Moment(AT.0 + 2),
        why: MoveWhy::Closure,
        by: Some("admin".into()),
    };
    let flows = [
        Flow::TaskSkipped { parent: 3, path: vec!["do".into(), "ask".into()] },
        Flow::UntilAdvanced { activation: 4, filter: 2 },
        Flow::ItemProcessed { activation: 5, index: 9, output: data(r#"{"نتیجه":1}"#) },
        Flow::ExtensionAdvanced {
            activation: 6,
            phase: ExtensionPhase::After(1),
            output: Some(data("[true]")),
            then: Some("end".into()),
        },
    ];
    let cases = [
        Case::MessageJoined { channel: "sms".into() },
        Case::TaskReleased { task: ID },
        Case::TaskExpired { task: ID },
        Case::PersonalDataRead { what: "national-id".into() },
        Case::EventTaken { source: "https://agency.test".into(), id: "e-1".into() },
        Case::DeadlineResumed { task: ID, number: 2, ended: AT },
        Case::WaitMoved { wait: ID, moved },
        Case::CitizenAnswered { channel: "sms".into(), text: "sealed".into() },
    ];
    let others = [
        Recorded::Schedule(Some(Schedule { flow, ticks, running: 1, queued: 2, started: 3, listens: true })),
        Recorded::ListenerGone(ID),
        Recorded::OperationResumed,
        Recorded::PacksDeployed(edition),
        Recorded::EditionWithdrawn { edition: 7, withdrawn: withdrawn() },
    ];
    let flows = flows.into_iter().map(|event| Recorded::Flow { instance: ID, event });
    flows.chain(cases.into_iter().map(Recorded::Case)).chain(others).collect()
}

fn main() {
    let path = history::folder().join(env!("CARGO_PKG_VERSION")).join("events.json");
    assert!(!path.exists(), "{} is written already, and never again", path.display());
    let mut samples = Samples::default();
    for seed in SEEDS {
        one(seed, false, None).samples.0.values().for_each(|event| samples.add(event));
    }
    for event in made() {
        samples.add(&minicbor::to_vec(&event).expect("it can be written"));
    }
    let read = samples.0.values().map(|bytes| {
        let (name, says) = history::event(bytes).expect("it can be read");
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        (name, json!({ "bytes": hex, "says": says }))
    });
    let read: BTreeMap<String, _> = read.collect();
    assert_eq!(read.len(), samples.0.len(), "two kinds of one name");
    let text = serde_json::to_string_pretty(&read).expect("it is JSON") + "\n";
    fs::write(path, text).expect("a file can be written");
}
