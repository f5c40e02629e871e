//! Journals and snapshots of every version that ever shipped, read by this one: with everything there, without the
//! snapshot, without the journal's help of an index; and what a later version wrote, which stops the start.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use peygir_runtime::command::Recorded;
use peygir_runtime::known;
use peygir_simulation::samples::{self, Kind};
use peygir_store::{Batch, Store};
use peygir_store_local::{IndexFound, Known, LocalStore, Options, verify};
use peygir_tests::client::Client;
use peygir_tests::{history, samad, story};
use serde_json::{Value, json};

/// No kind of event has a number as high as this.
const KINDS_MAX: u64 = 200;
/// As many wrote in each history, one message each.
const CITIZENS: u32 = 3;

/// The folders of all versions, of which there is one at least.
fn versions() -> Vec<PathBuf> {
    let mut versions: Vec<PathBuf> =
        fs::read_dir(history::folder()).expect("there are histories").map(|entry| entry.unwrap().path()).collect();
    versions.retain(|path| path.is_dir());
    versions.sort();
    assert!(!versions.is_empty());
    versions
}

fn expected(version: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(version.join("account.json")).unwrap()).unwrap()
}

fn options() -> Options {
    let known = Known { frame: known::in_frame, row: known::in_row, look_behind: true };
    Options { known: Some(known), ..Options::default() }
}

/// Opens a copy of a history, after something was done to it.
fn opened(version: &Path, change: impl Fn(&Path)) -> (Value, IndexFound) {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    history::copy(&version.join("store"), &store);
    change(&store);
    let (store, report) = LocalStore::open(&store, options()).unwrap_or_else(|error| panic!("{version:?}: {error}"));
    assert_eq!((report.cut, report.snapshots_refused), (None, vec![]), "{version:?}");
    let account = history::account(&store);
    store.close().unwrap();
    (account, report.index)
}

#[test]
fn every_version_is_read_to_the_same_account() {
    for version in versions() {
        let expected = expected(&version);
        let (account, index) = opened(&version, |_| ());
        assert_eq!(account, expected, "{version:?}: from its snapshot and the tail");
        assert!(matches!(index, IndexFound::Rebuilt { snapshot: 1.., .. }), "{version:?}: {index:?}");
        let (account, index) = opened(&version, |store| fs::remove_dir_all(store.join("snapshots")).unwrap());
        assert_eq!(account, expected, "{version:?}: from the journal alone");
        assert!(matches!(index, IndexFound::Rebuilt { snapshot: 0, .. }), "{version:?}: {index:?}");
        let report = verify(&version.join("store"), &mut |_| ()).unwrap();
        assert_eq!(report.last_frame, expected["lastFrame"], "{version:?}");
        assert!(report.seals >= 2 && report.snapshots.len() == 1 && report.tail.is_none(), "{report:?}");
    }
}

#[test]
fn a_history_holds_what_the_engine_writes() {
    for version in versions() {
        let events = expected(&version)["events"].as_object().unwrap().clone();
        for kind in [
            "flow InstanceStarted",
            "flow TaskCompleted",
            "flow TimerSet",
            "flow InstanceCompleted",
            "flow InstanceFaulted",
            "case IncidentOpened",
            "case CaseReferred",
            "case CaseClosed",
            "case TaskClaimed",
            "case MessageQueued",
            "case AttemptBegun",
            "case MessageSent",
            "ClosureDeclared",
            "ClosureWithdrawn",
            "OperationBegun",
            "OperationAdvanced",
            "PacksDeployed",
        ] {
            assert!(events.get(kind).is_some_and(|count| count.as_u64() > Some(0)), "{version:?} has no {kind}");
        }
    }
}

/// Whether this version knows events of a kind, by an event of it that has nothing in it.
fn is_known((owner, number): Kind) -> bool {
    let mut encoder = minicbor::Encoder::new(Vec::new());
    encoder.array(2).unwrap().u64(owner).unwrap();
    if owner == 0 {
        encoder.array(2).unwrap().encode(peygir_core::Id([0; 16])).unwrap();
    } else {
        encoder.array(number.map_or(0, |_| 1)).unwrap();
    }
    if let Some(number) = number {
        encoder.array(2).unwrap().u64(number).unwrap().array(0).unwrap();
    }
    let read = minicbor::decode::<Recorded>(encoder.writer());
    read.err().is_none_or(|error| !error.is_unknown_variant())
}

/// The words of what an event says, in order: a later version may say more, and what was said stays.
fn says_all(now: &str, then: &str) -> bool {
    let mut words = now.split([' ', ',']);
    then.split([' ', ',']).all(|word| words.any(|other| other == word))
}

#[test]
fn an_event_of_every_kind_is_read_as_it_was_written() {
    let mut newest = BTreeSet::new();
    for version in versions() {
        let events: BTreeMap<String, Value> =
            serde_json::from_str(&fs::read_to_string(version.join("events.json")).unwrap()).unwrap();
        newest.clear();
        for (name, sample) in events {
            let hex = sample["bytes"].as_str().unwrap();
            let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
            let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(byte).collect();
            let (named, says) = history::event(&bytes).unwrap_or_else(|| panic!("{version:?}: {name} can't be read"));
            assert_eq!(named, name, "{version:?}");
            let said = sample["says"].as_str().unwrap();
            assert!(says_all(&says, said), "{version:?}: {name} said\n{said}\nand says\n{says}");
            let recorded: Recorded = minicbor::decode(&bytes).unwrap();
            let again = minicbor::to_vec(&recorded).unwrap();
            assert_eq!(history::event(&again), Some((named, says)), "{version:?}: {name} written again");
            newest.insert(samples::kind(&bytes).unwrap());
        }
    }
    let owners = (2..KINDS_MAX).map(|owner| (owner, None));
    let numbers = (0..KINDS_MAX).flat_map(|number| [(0, Some(number)), (1, Some(number))]);
    let known: BTreeSet<Kind> = owners.chain(numbers).filter(|kind| is_known(*kind)).collect();
    assert!(known.len() > 60, "{known:?}");
    let (without, gone): (Vec<_>, Vec<_>) = (known.difference(&newest).collect(), newest.difference(&known).collect());
    let how = "a new kind needs a sample: remove events.json of a version that has not shipped and write it again";
    assert!(without.is_empty(), "the newest history has no event of the kinds {without:?}; {how} (`--example events`)");
    assert!(gone.is_empty(), "kinds {gone:?} are known no longer");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_binary_goes_on_from_every_version() {
    for version in versions() {
        let site = samad::site();
        fs::create_dir_all(site.data()).unwrap();
        history::copy(&version.join("store"), &site.data().join("store"));
        history::copy(&version.join("keys"), &site.data().join("keys"));
        let expected = expected(&version);
        assert_eq!(site.digest().0, expected["digest"].as_str().unwrap(), "{version:?}");
        assert!(site.verify().unwrap().starts_with("clean"), "{version:?}");
        fs::copy(version.join("bootstrap.token"), site.data().join("bootstrap.token")).unwrap();
        let server = site.start();
        names_and_texts_can_be_opened(&Client::new(site.address(), Some(&site.token())), &expected).await;
        assert!(server.stop().success());
        let store = story::open(&site.data());
        assert!(store.last_frame() >= expected["lastFrame"].as_u64().unwrap());
    }
}

/// The keys that sealed what its citizens said of themselves still open it: each case says who wrote, and what.
async fn names_and_texts_can_be_opened(client: &Client, expected: &Value) {
    let mut written: Vec<Value> = (0..CITIZENS).map(samad::message).map(|message| as_shown(&message)).collect();
    for case in expected["cases"].as_array().unwrap() {
        let answer = client.get(&format!("/api/v1/cases/{}", case["id"].as_str().unwrap())).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let case = answer.json();
        let shown = json!([case["citizen"]["nationalId"], case["citizen"]["name"], case["text"]]);
        let at = written.iter().position(|one| *one == shown);
        written.remove(at.unwrap_or_else(|| panic!("none of {written:#?} is {shown:#}")));
    }
    assert!(written.is_empty(), "each has a case: {written:#?}");
}

/// Who wrote and what, as readers see it: of the national ID the ends.
fn as_shown(message: &Value) -> Value {
    let (from, id) = (&message["from"], message["from"]["nationalId"].as_str().unwrap());
    json!([format!("{}******{}", &id[..2], &id[8..]), from["name"], message["text"]])
}

#[test]
fn what_a_later_version_wrote_stops_the_start_and_says_who_can_read_it() {
    let version = versions().pop().unwrap();
    let site = samad::site();
    let folder = site.data().join("store");
    fs::create_dir_all(site.data()).unwrap();
    history::copy(&version.join("store"), &folder);
    history::copy(&version.join("keys"), &site.data().join("keys"));
    // A whole frame with right hashes whose event is of a kind that nobody knows yet.
    let (store, _) = LocalStore::open(&folder, Options::default()).unwrap();
    let number = store.last_frame() + 1;
    let batch = Batch {
        stream: peygir_core::Id([9; 16]),
        expected: 0,
        at: peygir_core::Moment(1),
        command: b"flows-deployed".to_vec(),
        events: vec![vec![0x82, 0x01, 0x81, 0x82, 0x19, 0x03, 0xe7, 0x80]],
        rows: Vec::new(),
        claims: Vec::new(),
        unclaim: Vec::new(),
        enqueue: Vec::new(),
        done: None,
    };
    store.commit(&[batch]).pop().unwrap().unwrap();
    store.close().unwrap();
    fs::write(folder.join("written-by"), "7.1.0\n").unwrap();
    let before = fs::read(folder.join("journal/00000001.segment")).unwrap();
    // With the index, which has the frame already, and without it.
    for index in [true, false] {
        if !index {
            fs::remove_dir_all(folder.join("rows")).unwrap();
        }
        let ended = site.start_with(&[]).err().expect("the start stops");
        for words in ["peygir 7.1.0", "00000001.segment, offset", &format!("frame {number}"), "an event of a kind"] {
            assert!(ended.said.contains(words), "{words}: {}", ended.said);
        }
        assert_eq!(fs::read(folder.join("journal/00000001.segment")).unwrap(), before);
    }
}
