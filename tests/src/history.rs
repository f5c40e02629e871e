//! Journals that were written once and are read by every version to come: what stands beside each of them.
//!
//! Owns: the account of a store ([`Account`]), made the same way when a history is written and whenever it is read.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use peygir_runtime::command::{Envelope, Recorded};
use peygir_store::Store;
use serde_json::{Value, json};

use crate::server::repository;
use crate::story;

/// Frames read at once.
const PAGE: usize = 1_000;

/// The folder of all histories.
pub fn folder() -> PathBuf {
    repository().join("tests/histories")
}

/// Copies a folder with the folders in it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("the folder can be read") {
        let entry = entry.expect("the folder can be read");
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).expect("a file can be copied");
        }
    }
}

/// What a store says of itself: digest, last frame, and what happened in each case and how often in all.
pub fn account(store: &dyn Store) -> Value {
    let digest: String = store.digest().expect("it has one").iter().map(|byte| format!("{byte:02x}")).collect();
    let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
    let mut after = 0;
    loop {
        let frames = store.frames(after, PAGE).expect("frames can be read");
        let Some(last) = frames.last() else { break };
        after = last.number;
        frames.iter().flat_map(|frame| &frame.events).filter_map(|event| kind(event)).for_each(|kind| {
            *kinds.entry(kind).or_default() += 1;
        });
    }
    let cases: Vec<Value> = story::cases(store).into_iter().map(|case| timeline(store, case)).collect();
    json!({ "digest": digest, "lastFrame": store.last_frame(), "events": kinds, "cases": cases })
}

/// A case's version and its commits: when, by whom, with which events.
fn timeline(store: &dyn Store, case: peygir_core::Id) -> Value {
    let frames = store.journal(case, 0, usize::MAX).expect("the journal can be read");
    let commits = frames.iter().map(|frame| {
        let envelope: Envelope = minicbor::decode(&frame.command).expect("a command can be read");
        let events: Vec<String> = frame.events.iter().filter_map(|event| kind(event)).collect();
        json!([frame.at.0, envelope.actor, word(&format!("{:?}", envelope.command)), events])
    });
    json!({ "id": case.to_string(), "version": store.version(case).expect("it has one"), "commits": commits.collect::<Vec<_>>() })
}

/// The name of an event's kind; none of what is no event of the engine.
fn kind(event: &[u8]) -> Option<String> {
    event_of(event).map(|(name, _)| name)
}

/// The name of an event's kind, and all that it says.
pub fn event(event: &[u8]) -> Option<(String, String)> {
    event_of(event).map(|(name, recorded)| (name, format!("{recorded:?}")))
}

fn event_of(event: &[u8]) -> Option<(String, Recorded)> {
    let recorded: Recorded = minicbor::decode(event).ok()?;
    let name = match &recorded {
        Recorded::Flow { event, .. } => format!("flow {}", word(&format!("{event:?}"))),
        Recorded::Case(event) => format!("case {}", word(&format!("{event:?}"))),
        other => word(&format!("{other:?}")),
    };
    Some((name, recorded))
}

fn word(shown: &str) -> String {
    shown.chars().take_while(char::is_ascii_alphanumeric).collect()
}
