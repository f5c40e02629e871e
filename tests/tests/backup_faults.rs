//! Backups that were changed, that are taken at once, that would lie in the wrong place, and of a journal with a damaged end.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use peygir_tests::citizen;
use peygir_tests::client::Client;
use peygir_tests::server::{Server, Site, binary};
use serde_json::Value;

const AT_ONCE: usize = 4;

async fn with_messages(site: &Site) -> Server {
    let server = site.start();
    let client = Client::new(site.address(), Some(&site.token()));
    for number in 0..3 {
        let answer = client.submit(&format!("m-{number}"), &citizen::message(number, "نوبت")).await.unwrap();
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    server
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[track_caller]
fn done(output: &Output) -> String {
    assert!(output.status.success(), "{}", said(output));
    said(output)
}

#[track_caller]
fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", said(output));
    said(output)
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn manifests(&self) -> Vec<PathBuf> {
        let backups = fs::read_dir(self.0.path().join("b/backups")).unwrap();
        backups.map(|entry| entry.unwrap().path().join("manifest.json")).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_that_names_another_last_frame_is_noticed_by_restore_and_drill() {
    let (site, folder) = (Site::without_gateway(), Folder::new());
    assert!(with_messages(&site).await.stop().success());
    done(&site.run(&["backup", &folder.path("b"), "--data", "{data}"]));
    let path = folder.manifests().remove(0);
    let manifest: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let last = manifest["lastFrame"].as_u64().unwrap();
    for other in [last + 6, last - 1] {
        let mut changed = manifest.clone();
        changed["lastFrame"] = other.into();
        fs::write(&path, changed.to_string()).unwrap();
        let told = refused(&site.run(&["restore", &folder.path("b"), "--to", &folder.path("r")]));
        assert!(told.contains(&format!("frame {other}, its journal ends with frame {last}")), "{told}");
        assert!(!folder.0.path().join("r").exists(), "nothing of it stays");
        let told = refused(&site.run(&["drill", "restore", &folder.path("b"), "--data", "{data}"]));
        assert!(told.contains("one of them was changed"), "{told}");
        refused(&site.run(&["backup", "verify", &folder.path("b")]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newest_backup_without_its_manifest_is_told_of_and_fails_the_drill() {
    let (site, folder) = (Site::without_gateway(), Folder::new());
    assert!(with_messages(&site).await.stop().success());
    done(&site.run(&["backup", &folder.path("b"), "--data", "{data}"]));
    assert!(site.start().stop().success());
    done(&site.run(&["backup", &folder.path("b"), "--data", "{data}"]));
    done(&site.run(&["drill", "restore", &folder.path("b"), "--data", "{data}"]));
    let mut manifests = folder.manifests();
    manifests.sort();
    fs::remove_file(manifests.last().unwrap()).unwrap();
    let told = refused(&site.run(&["drill", "restore", &folder.path("b"), "--data", "{data}"]));
    assert!(told.contains("passed over") && told.contains("it is gone, or its manifest is"), "{told}");
    let told = done(&site.run(&["restore", &folder.path("b"), "--to", &folder.path("r"), "--lang", "fa"]));
    assert!(told.contains("کنار گذاشته شد"), "{told}");
    assert!(done(&site.run(&["backup", "verify", &folder.path("b")])).contains("passed over"));
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_at_once_into_one_folder_are_taken_one_after_the_other() {
    let (site, folder) = (Site::without_gateway(), Folder::new());
    let server = with_messages(&site).await;
    let take = || {
        Command::new(binary())
            .args(["backup", &folder.path("b"), "--keys-to", &folder.path("k"), "--data"])
            .arg(site.data())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let taking: Vec<_> = (0..AT_ONCE).map(|_| take()).collect();
    for one in taking {
        done(&one.wait_with_output().unwrap());
    }
    assert!(server.stop().success());
    let manifests = folder.manifests();
    assert_eq!(manifests.len(), AT_ONCE);
    for manifest in manifests {
        let name = manifest.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
        done(&site.run(&["backup", "verify", &folder.path("b"), "--backup", &name]));
    }
    done(&site.run(&["drill", "restore", &folder.path("b"), "--keys", &folder.path("k")]));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_within_the_data_and_restores_within_backups_are_refused() {
    let (site, folder) = (Site::without_gateway(), Folder::new());
    assert!(with_messages(&site).await.stop().success());
    for inside in ["keys", "keys-backup", "store/x", "."] {
        let keys = site.data().join(inside).display().to_string();
        let told = refused(&site.run(&["backup", &folder.path("b"), "--keys-to", &keys, "--data", "{data}"]));
        assert!(told.contains("lies in the data folder"), "{told}");
    }
    assert!(!folder.0.path().join("b").exists() && !site.data().join("keys-backup").exists());
    done(&site.run(&["backup", &folder.path("b"), "--keys-to", &folder.path("k"), "--data", "{data}"]));
    for inside in ["b/r", "b/backups/r", "k/r"] {
        let to = folder.path(inside);
        let arguments = ["restore", &folder.path("b"), "--to", &to, "--keys", &folder.path("k")];
        let told = refused(&site.run(&arguments));
        assert!(told.contains("lies in the folder of backups"), "{told}");
        assert!(!folder.0.path().join(inside).exists(), "{inside}");
    }
}

/// A server that was killed may have been in the middle of a write; what it had answered may be damaged since as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_end_behind_a_killed_server_is_told_by_doctor_and_backup() {
    let (site, folder) = (Site::without_gateway(), Folder::new());
    with_messages(&site).await.kill();
    let segment = site.segments().pop().unwrap();
    let whole = fs::read(&segment).unwrap();
    let mut bytes = whole.clone();
    let last = bytes.len() - 8;
    bytes[last] ^= 1;
    fs::write(&segment, &bytes).unwrap();
    let doctor = site.run(&["doctor", "--data", "{data}"]);
    assert_eq!(doctor.status.code(), Some(2));
    assert!(said(&doctor).contains("does not agree with its check sum"), "{}", said(&doctor));
    let told = done(&site.run(&["backup", &folder.path("b"), "--data", "{data}"]));
    assert!(told.contains("does not agree with its check sum"), "{told}");
    let persian = said(&site.run(&["doctor", "--data", "{data}", "--lang", "fa"]));
    assert!(persian.contains("با جمع کنترلی‌اش نمی‌خواند"), "{persian}");

    // One that was cut short was never acknowledged: nothing is wrong with that.
    fs::write(&segment, &whole[..whole.len() - 8]).unwrap();
    let told = said(&site.run(&["doctor", "--data", "{data}"]));
    assert!(!told.contains("does not agree"), "{told}");
    let told = done(&site.run(&["backup", &folder.path("b2"), "--data", "{data}"]));
    assert!(!told.contains("does not agree"), "{told}");
}
