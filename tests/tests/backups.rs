//! Backups of a running server, restores on another machine and to an earlier moment, drills, receipts.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

use peygir_runtime::clock::Clock;
use peygir_tests::client::Client;
use peygir_tests::gateway::{Behaviour, Gateway};
use peygir_tests::history::copy;
use peygir_tests::server::{Site, binary};
use peygir_tests::{citizen, story};
use serde_json::Value;

/// How long is waited for something that must not come.
const QUIET: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_secs(60);
/// Clients that hand in while a backup is taken, and how many messages each.
const WRITERS: u32 = 3;
const MESSAGES: u32 = 60;

/// Another machine has another boot id.
const ELSEWHERE: (&str, &str) = ("PEYGIR_BOOT_ID", "elsewhere");

async fn hand_in(site: &Site, numbers: std::ops::Range<u32>) -> BTreeSet<String> {
    let client = Client::new(site.address(), Some(&site.token()));
    let mut codes = BTreeSet::new();
    for number in numbers {
        let answer = client.submit(&format!("m-{number}"), &citizen::message(number, "نوبت")).await.unwrap();
        assert_eq!(answer.status, 201, "{}", answer.text());
        codes.insert(answer.json()["trackingCode"].as_str().unwrap().to_owned());
    }
    codes
}

/// Tracking codes of all cases that a server shows.
async fn shown(site: &Site) -> BTreeSet<String> {
    let client = Client::new(site.address(), Some(&site.token()));
    let cases = client.all("/api/v1/cases").await;
    cases.iter().map(|case| case["trackingCode"].as_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn done(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[track_caller]
fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The folders of one site's backups.
struct Shelf {
    root: tempfile::TempDir,
}

impl Shelf {
    fn new() -> Self {
        Self { root: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> String {
        self.root.path().join(name).display().to_string()
    }

    fn take(&self, site: &Site) -> String {
        done(&site.run(&["backup", &self.path("b"), "--keys-to", &self.path("k"), "--data", "{data}"]))
    }

    /// Restores onto another site.
    fn restore(&self, to: &Site, more: &[&str]) -> String {
        let (backups, keys) = (self.path("b"), self.path("k"));
        let arguments = ["restore", &backups, "--to", "{data}", "--keys", &keys];
        done(&to.run(&[&arguments[..], more].concat()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_running_server_comes_to_life_elsewhere_and_sends_nothing_before_a_person_lets_it() {
    let gateway = Gateway::start(|| Behaviour::Accept(Duration::ZERO)).await;
    // Before the backup the gateway is away: messages wait in the outbox.
    gateway.behave(Behaviour::Refuse);
    let (site, shelf) = (Site::with_gateway(gateway.address), Shelf::new());
    let server = site.start();
    let before = hand_in(&site, 0..6).await;
    shelf.take(&site);
    let after = hand_in(&site, 6..9).await;
    assert_eq!(shown(&site).await, before.union(&after).cloned().collect());
    assert!(done(&site.run(&["backup", "verify", &shelf.path("b")])).contains("clean"));
    server.kill();
    // What the original had to say it says now, and would be said twice by the restored one.
    gateway.behave(Behaviour::Accept(Duration::ZERO));

    let other = Site::with_gateway(gateway.address);
    shelf.restore(&other, &[]);
    assert!(!fs::read_dir(other.data().join("store")).unwrap().any(|entry| entry.unwrap().file_name() == "rows"));
    let calls = gateway.calls().len();
    let server = other.start_with(&[ELSEWHERE]).expect("the restored server starts");
    assert!(server.said().contains("nothing leaves until"), "{}", server.said());
    assert_eq!(shown(&other).await, before, "what was there at the backup, and nothing later");
    let new = hand_in(&other, 20..21).await;
    tokio::time::sleep(QUIET).await;
    assert_eq!(gateway.calls().len(), calls, "a restored server sends by itself");
    // A restart changes nothing about that.
    assert!(server.stop().success());
    let server = other.start_with(&[ELSEWHERE]).expect("it starts again");
    tokio::time::sleep(QUIET).await;
    assert_eq!(gateway.calls().len(), calls, "a restart lets go what is held");

    done(&other.run(&["effects", "release", "--data", "{data}"]));
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while gateway.calls().len() == calls {
        assert!(tokio::time::Instant::now() < deadline, "nothing leaves after it was let go: {}", server.said());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let record: Value =
        serde_json::from_str(&fs::read_to_string(other.data().join("effects.released")).unwrap()).unwrap();
    let by = record["releasedBy"].as_str().unwrap();
    assert!(by.starts_with("token:bootstrap-"), "the restored server made a token of its own: {by}");
    assert!(!other.data().join("effects.held").exists() && new.len() == 1);
    assert!(server.stop().success());
    other.verify().expect("the restored journal goes on clean");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_has_everything_that_was_answered_before_it_and_is_of_one_frame() {
    let (site, shelf) = (Arc::new(Site::without_gateway()), Shelf::new());
    let server = site.start();
    let before = hand_in(&site, 0..4).await;
    let handing_in: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let site = site.clone();
            tokio::spawn(async move { hand_in(&site, 100 * (writer + 1)..100 * (writer + 1) + MESSAGES).await })
        })
        .collect();
    // The second one copies what came since, beside the same clients.
    for _ in 0..2 {
        tokio::task::block_in_place(|| shelf.take(&site));
    }
    let is_loaded = handing_in.iter().any(|writer| !writer.is_finished());
    assert!(is_loaded, "the clients were done before the backup was: it shows nothing");
    let mut all = before.clone();
    for writer in handing_in {
        all.extend(writer.await.unwrap());
    }
    assert_eq!(all.len() as u32, 4 + WRITERS * MESSAGES);
    assert!(done(&site.run(&["backup", "verify", &shelf.path("b")])).contains("clean"));
    server.kill();

    let other = Site::without_gateway();
    shelf.restore(&other, &[]);
    let server = other.start_with(&[ELSEWHERE]).expect("the restored server starts");
    let restored = shown(&other).await;
    assert!(before.is_subset(&restored), "{:?} were answered and are gone", before.difference(&restored));
    assert!(restored.is_subset(&all), "nobody handed in {:?}", restored.difference(&all));
    assert!(server.stop().success());
    other.verify().expect("it is clean");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moment_can_be_chosen_and_what_is_later_is_left_out_and_told() {
    let (site, shelf) = (Site::without_gateway(), Shelf::new());
    let server = site.start();
    let first = hand_in(&site, 0..3).await;
    tokio::time::sleep(QUIET).await;
    let moment = Clock::Real.now().to_string();
    let later = hand_in(&site, 3..5).await;
    shelf.take(&site);
    assert!(server.stop().success());
    let whole = story::open(&site.data());
    let last = peygir_store::Store::last_frame(&whole);
    drop(whole);

    let other = Site::without_gateway();
    let told = shelf.restore(&other, &["--at", &moment, "--effects", "send"]);
    assert!(told.contains("later frames are left out") && !told.contains(" 0 later"), "{told}");
    let server = other.start();
    assert!(!server.said().contains("nothing leaves"), "{}", server.said());
    assert_eq!(shown(&other).await, first);
    assert!(server.stop().success());

    let third = Site::without_gateway();
    shelf.restore(&third, &["--frame", &(last / 2).to_string()]);
    assert!(third.verify().unwrap().starts_with(&format!("clean: {} frames", last / 2)));
    assert_eq!(later.len(), 2);

    // Nothing is restored over what is there, and nothing from before the beginning.
    let told = refused(&site.run(&["restore", &shelf.path("b"), "--to", "{data}"]));
    assert!(told.contains("is not empty"), "{told}");
    let empty = shelf.path("empty");
    let told = refused(&site.run(&["restore", &shelf.path("b"), "--to", &empty, "--at", "1999-01-01T00:00:00Z"]));
    assert!(told.contains("later than the moment asked for"), "{told}");
}

/// What looks like a backup or a restore and is none is refused, and nothing of it stays.
#[tokio::test(flavor = "multi_thread")]
async fn backups_within_their_data_and_points_that_a_backup_knows_nothing_of_are_refused() {
    let (site, shelf) = (Site::without_gateway(), Shelf::new());
    let server = site.start();
    hand_in(&site, 0..2).await;
    for inside in ["backups", "store/backups", "."] {
        let inside = site.data().join(inside).display().to_string();
        let told = refused(&site.run(&["backup", &inside, "--data", "{data}"]));
        assert!(told.contains("lies in the data folder"), "{told}");
    }
    assert!(!site.data().join("backups").exists() && !site.data().join("store/backups").exists());
    shelf.take(&site);
    assert!(server.stop().success());
    let (backups, to) = (shelf.path("b"), shelf.path("restored"));
    for (point, value) in [("--frame", "99999999"), ("--at", "2130-01-01T00:00:00Z")] {
        let told = refused(&site.run(&["restore", &backups, "--to", &to, point, value]));
        assert!(told.contains(&format!("leave {point} out")), "{told}");
        assert!(!Path::new(&to).exists(), "{point}");
    }
    // A restore that fails half-way leaves nothing that looks like one.
    let segment = files(Path::new(&backups)).into_iter().find(|file| file.extension().is_some_and(|e| e == "segment"));
    let segment = segment.unwrap();
    let whole = fs::read(&segment).unwrap();
    fs::write(&segment, &whole[..whole.len() - 1]).unwrap();
    refused(&site.run(&["restore", &backups, "--to", &to]));
    assert!(!Path::new(&to).exists());
    fs::write(&segment, &whole).unwrap();
    let told = refused(&site.run(&["restore", &backups, "--to", &to, "--keys", &shelf.path("no-keys")]));
    assert!(!Path::new(&to).exists(), "{told}");
    done(&site.run(&["restore", &backups, "--to", &to, "--keys", &shelf.path("k")]));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_kept_apart_and_a_backup_that_was_touched_shows() {
    let (site, shelf) = (Site::without_gateway(), Shelf::new());
    let server = site.start();
    hand_in(&site, 0..2).await;
    let inside = shelf.path("b/keys");
    let told = refused(&site.run(&["backup", &shelf.path("b"), "--keys-to", &inside, "--data", "{data}"]));
    assert!(told.contains("keep them apart"), "{told}");
    // Down: what a server does after a backup is in no backup, and the digests are compared.
    assert!(server.stop().success());
    shelf.take(&site);
    let keys = fs::read(site.data().join("keys/master.key")).unwrap();
    for file in files(&shelf.root.path().join("b")) {
        let bytes = fs::read(&file).unwrap();
        assert!(!bytes.windows(keys.len()).any(|window| window == keys), "{} has the master key", file.display());
    }

    let drill = |json: bool| {
        let (backups, keys) = (shelf.path("b"), shelf.path("k"));
        let mut arguments = vec!["drill", "restore", &backups, "--keys", &keys, "--data", "{data}"];
        arguments.extend(json.then_some("--json"));
        site.run(&arguments)
    };
    let shown: Value = serde_json::from_str(&done(&drill(true))).unwrap();
    assert_eq!((&shown["cases"], &shown["personsWithKeys"]), (&2.into(), &2.into()), "{shown}");
    assert!(shown["totalSeconds"].as_f64() >= shown["restoreSeconds"].as_f64());
    assert_eq!(shown["digest"], site.digest().0.as_str());
    let told = done(&drill(false));
    assert!(told.contains("2 cases open"), "{told}");

    let segment =
        files(&shelf.root.path().join("b")).into_iter().find(|file| file.extension().is_some_and(|e| e == "segment"));
    let segment = segment.unwrap();
    let mut bytes = fs::read(&segment).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&segment, &bytes).unwrap();
    let told = refused(&site.run(&["backup", "verify", &shelf.path("b")]));
    assert!(told.contains("its digest is another"), "{told}");
    let told = refused(&drill(false));
    assert!(told.contains("the drill failed"), "{told}");
    let noted: Value = serde_json::from_str(&fs::read_to_string(site.data().join("last-drill.json")).unwrap()).unwrap();
    assert!(noted["failed"].as_str().unwrap().contains("digest"), "{noted}");
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// Copies the journal out as `docs/delivery.md` says.
fn export(site: &Site, to: &str) {
    let journal = site.data().join("store/journal");
    let how = "mkdir -p \"$1/store\" && cp -r \"$0\" \"$1/store/\"";
    let status = Command::new("sh").args(["-c", how, &journal.display().to_string(), to]).status();
    assert!(status.expect("there is a shell").success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tail_cut_off_an_exported_journal_is_noticed_by_a_receipt() {
    let (site, shelf) = (Site::without_gateway(), Shelf::new());
    let server = site.start();
    hand_in(&site, 0..3).await;
    let client = Client::new(site.address(), Some(&site.token()));
    let case = client.all("/api/v1/cases").await[0]["id"].as_str().unwrap().to_owned();
    let told = refused(&site.run(&["journal", "receipt", &case, "--data", "{data}"]));
    assert!(told.contains("nothing of the case"), "{told}");
    let meanwhile = shelf.path("exported-meanwhile");
    export(&site, &meanwhile);
    assert!(
        done(&site.run(&["journal", "verify", "--data", &meanwhile])).starts_with("clean"),
        "beside a running server"
    );
    assert!(server.stop().success());
    assert!(done(&site.run(&["journal", "seal", "--data", "{data}"])).starts_with("seal 1"));
    let receipt = shelf.path("receipt.json");
    fs::write(&receipt, done(&site.run(&["journal", "receipt", &case, "--data", "{data}"]))).unwrap();
    let whole = site.run(&["journal", "verify", "--data", "{data}", "--receipt", &receipt]);
    assert!(done(&whole).contains("the journal has what it covers"));

    // The journal is exported, and its tail cut off where a group ends: by itself it is clean.
    let exported = shelf.path("exported");
    export(&site, &exported);
    let segment = Path::new(&exported).join("store/journal/00000001.segment");
    let bytes = fs::read(&segment).unwrap();
    let (mut at, mut ends) = (80, Vec::new());
    while at < bytes.len() {
        ends.push(at);
        at += 40 + u32::from_le_bytes(bytes[at + 28..at + 32].try_into().unwrap()) as usize;
    }
    for end in [ends[ends.len() - 1], ends[ends.len() / 2]] {
        fs::write(&segment, &bytes[..end]).unwrap();
        assert!(done(&site.run(&["journal", "verify", "--data", &exported])).starts_with("clean"));
        let told = refused(&site.run(&["journal", "verify", "--data", &exported, "--receipt", &receipt]));
        assert!(told.contains("its end was cut off"), "{told}");
    }
    let changed = fs::read_to_string(&receipt).unwrap().replace("\"seal\": 1", "\"seal\": 2");
    fs::write(&receipt, changed).unwrap();
    let told = refused(&site.run(&["journal", "verify", "--data", "{data}", "--receipt", &receipt]));
    assert!(told.contains("it was changed"), "{told}");
}

/// A file of the backup is a pipe into which nobody writes: the restore waits there for the kill.
#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_was_killed_is_no_store_to_go_on_with() {
    let (site, shelf) = (Site::without_gateway(), Shelf::new());
    let server = site.start();
    let before = hand_in(&site, 0..3).await;
    shelf.take(&site);
    server.kill();
    let all = files(&shelf.root.path().join("b"));
    let segment = all.into_iter().find(|file| file.extension().is_some_and(|end| end == "segment")).unwrap();
    let whole = segment.with_extension("whole");
    fs::rename(&segment, &whole).unwrap();
    assert!(Command::new("mkfifo").arg(&segment).status().unwrap().success());

    let other = Site::without_gateway();
    let mut restore = Command::new(binary())
        .args(["restore", &shelf.path("b"), "--keys", &shelf.path("k"), "--to"])
        .arg(other.data())
        .spawn()
        .unwrap();
    let begun = std::time::Instant::now();
    while !other.data().join("store").is_dir() {
        assert!(begun.elapsed() < PATIENCE, "the restore does not begin");
        std::thread::sleep(Duration::from_millis(10));
    }
    restore.kill().unwrap();
    restore.wait().unwrap();

    for _ in 0..2 {
        let told = other.start_with(&[ELSEWHERE]).err().expect("half a restore is no store").said;
        assert!(told.contains("half a restore"), "{told}");
    }
    let told = refused(&other.run(&["backup", &shelf.path("of-half"), "--data", "{data}"]));
    assert!(told.contains("half a restore"), "{told}");
    let doctor = other.run(&["doctor", "--data", "{data}"]);
    assert_eq!(doctor.status.code(), Some(2));
    let told = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(told.contains("half a restore"), "{told}");

    fs::rename(&whole, &segment).unwrap();
    fs::remove_dir_all(other.data()).unwrap();
    shelf.restore(&other, &[]);
    let server = other.start_with(&[ELSEWHERE]).expect("the restored server starts");
    assert!(server.said().contains("nothing leaves until"), "{}", server.said());
    assert_eq!(shown(&other).await, before);
    assert!(server.stop().success());
}

/// A disk that is not mounted is an empty folder, or one with what every file system has.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_gone_is_missed_by_every_start() {
    let site = Site::without_gateway();
    let server = site.start();
    hand_in(&site, 0..2).await;
    assert!(server.stop().success());
    let (store, away) = (site.data().join("store"), site.data().join("away"));
    fs::rename(&store, &away).unwrap();
    for make in [None, Some("lost+found"), Some("journal")] {
        if let Some(name) = make {
            fs::create_dir_all(store.join(name)).unwrap();
        }
        for _ in 0..2 {
            let told = site.start_with(&[]).err().expect("there is no store to start with").said;
            assert!(told.contains("is its disk mounted") && told.contains("keys of 2 persons"), "{told}");
        }
        let left = files(&site.data()).into_iter().filter(|file| file.starts_with(&store)).count();
        assert_eq!(left, 0, "a start that is refused makes nothing");
        if make.is_some() {
            fs::remove_dir_all(&store).unwrap();
        }
    }
    fs::rename(&away, &store).unwrap();
    assert!(site.start().stop().success());
}

/// A store without persons has no keys to be missed by: what else a server leaves in the folder tells of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_gone_is_missed_where_it_had_no_persons_too() {
    let site = Site::without_gateway();
    assert!(site.start().stop().success());
    let (store, away) = (site.data().join("store"), site.data().join("away"));
    fs::rename(&store, &away).unwrap();
    let refused = || site.start_with(&[]).err().expect("there is no store to start with").said;
    assert!(refused().contains("written by a server that had a store"), "{}", refused());
    fs::remove_file(site.data().join("bootstrap.token")).unwrap();
    assert!(refused().contains("counts.state"), "{}", refused());
    assert!(!store.exists(), "a start that is refused makes nothing");
    fs::rename(&away, &store).unwrap();
    assert!(site.start().stop().success());
}

/// Somebody puts a restored store into the place of the one that was there, and leaves what lies around it.
#[tokio::test(flavor = "multi_thread")]
async fn a_restored_store_in_the_place_of_another_is_silent_and_missed_where_it_is_older() {
    let gateway = Gateway::start(|| Behaviour::Refuse).await;
    let (site, shelf) = (Site::with_gateway(gateway.address), Shelf::new());
    let server = site.start();
    hand_in(&site, 0..2).await;
    let older = shelf.take(&site);
    let older = older.split(':').next().unwrap().to_owned();
    hand_in(&site, 2..4).await;
    shelf.take(&site);
    server.kill();
    gateway.behave(Behaviour::Accept(Duration::ZERO));

    done(&site.run(&["restore", &shelf.path("b"), "--to", &shelf.path("new"), "--backup", &older]));
    let store = site.data().join("store");
    fs::rename(&store, site.data().join("away")).unwrap();
    fs::rename(Path::new(&shelf.path("new")).join("store"), &store).unwrap();
    let found = String::from_utf8_lossy(&site.run(&["doctor", "--data", "{data}"]).stdout).into_owned();
    assert!(found.contains("acknowledged frames are missing"), "{found}");
    for _ in 0..2 {
        let told = site.start_with(&[]).err().expect("it is an older one").said;
        assert!(told.contains("a backup of it") && told.contains("missing here"), "{told}");
    }
    // An earlier state is meant: what it says goes nowhere by itself all the same.
    fs::rename(site.data().join("last-backup.json"), shelf.path("last-backup.json")).unwrap();
    let calls = gateway.calls().len();
    let server = site.start();
    assert!(server.said().contains("nothing leaves until"), "{}", server.said());
    hand_in(&site, 20..21).await;
    tokio::time::sleep(QUIET).await;
    assert_eq!(gateway.calls().len(), calls, "a restored store sends by itself");
    done(&site.run(&["effects", "release", "--data", "{data}"]));
    assert!(site.data().join("effects.released").exists() && !store.join("effects.held").exists());
    assert!(server.stop().success());
}

/// Keys and outbox are not shared by two stores, though each has a lock of its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_changed_under_a_running_server_lets_no_second_one_in() {
    let site = Site::without_gateway();
    let server = site.start();
    hand_in(&site, 0..1).await;
    let (store, away) = (site.data().join("store"), site.data().join("away"));
    fs::rename(&store, &away).unwrap();
    copy(&away, &store);
    let told = refused(&site.run(&["serve", "deployment", "--data", "{data}", "--listen", "127.0.0.1:0"]));
    assert!(told.contains("in use by process"), "{told}");
    fs::remove_dir_all(&store).unwrap();
    fs::rename(&away, &store).unwrap();
    hand_in(&site, 1..2).await;
    assert!(server.stop().success());
    site.verify().expect("the journal is whole");
}

/// The newest backup is the one that goes furthest: another history that is shorter would never be it.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_went_on_from_an_earlier_moment_is_backed_up_elsewhere() {
    let (site, other, shelf) = (Site::without_gateway(), Site::without_gateway(), Shelf::new());
    let server = site.start();
    hand_in(&site, 0..1).await;
    let earlier = shelf.take(&site);
    let frame = earlier.split("frame ").nth(1).unwrap().split(',').next().unwrap().to_owned();
    hand_in(&site, 1..6).await;
    shelf.take(&site);
    assert!(server.stop().success());
    shelf.restore(&other, &["--frame", &frame, "--effects", "send"]);
    let server = other.start_with(&[ELSEWHERE]).expect("an earlier state starts");
    hand_in(&other, 10..11).await;
    let told = refused(&other.run(&["backup", &shelf.path("b"), "--data", "{data}"]));
    assert!(told.contains("of an earlier state that went on") && told.contains("empty folder"), "{told}");
    done(&other.run(&["backup", &shelf.path("elsewhere"), "--data", "{data}"]));
    assert!(server.stop().success());
    done(&other.run(&["drill", "restore", &shelf.path("elsewhere"), "--data", "{data}"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_of_a_backup_that_cannot_be_read_is_told() {
    let (site, shelf) = (Site::without_gateway(), Shelf::new());
    assert!(site.start().stop().success());
    shelf.take(&site);
    fs::write(site.data().join("last-backup.json"), "{").unwrap();
    let found = String::from_utf8_lossy(&site.run(&["doctor", "--data", "{data}"]).stdout).into_owned();
    assert!(found.contains("the note of the last backup can't be read"), "{found}");
    let server = site.start();
    assert!(server.said().contains("last-backup.json can't be read"), "{}", server.said());
    assert!(server.stop().success());
    shelf.take(&site);
    let found = String::from_utf8_lossy(&site.run(&["doctor", "--data", "{data}"]).stdout).into_owned();
    assert!(!found.contains("can't be read"), "{found}");
}
