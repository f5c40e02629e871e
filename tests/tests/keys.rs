//! Keys of persons that are damaged, older or fewer, and their backups: what is told, and that no key is ever lost by it.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use peygir_tests::citizen;
use peygir_tests::client::Client;
use peygir_tests::server::Site;
use serde_json::Value;

const SLOT_BYTES: usize = 128;
/// What a reader sees in place of a text whose key is missing, and of one that was erased.
const MISSING: &str = "«کلید نیست · key missing»";
const ERASED: &str = "«حذف‌شده»";

/// A server that took messages of as many citizens and was stopped, and a backup of it.
struct Kept {
    site: Site,
    root: tempfile::TempDir,
}

impl Kept {
    async fn of(citizens: u32) -> Self {
        let kept = Self { site: Site::without_gateway(), root: tempfile::tempdir().unwrap() };
        let server = kept.site.start();
        let client = Client::new(kept.site.address(), Some(&kept.site.token()));
        for number in 0..citizens {
            let answer = client.submit(&format!("m-{number}"), &citizen::message(number, "نوبت")).await.unwrap();
            assert_eq!(answer.status, 201, "{}", answer.text());
        }
        assert!(server.stop().success());
        let taken = kept.back_up();
        assert!(taken.status.success(), "{}", said(&taken));
        kept
    }

    fn path(&self, name: &str) -> String {
        self.root.path().join(name).display().to_string()
    }

    fn back_up(&self) -> Output {
        self.site.run(&["backup", &self.path("b"), "--keys-to", &self.path("k"), "--data", "{data}"])
    }

    fn keys(&self) -> PathBuf {
        self.site.data().join("keys/persons.keys")
    }

    fn kept_keys(&self) -> PathBuf {
        self.root.path().join("k/keys/persons.keys")
    }

    fn drill(&self, keys: &str) -> Output {
        self.site.run(&["drill", "restore", &self.path("b"), "--keys", keys, "--data", "{data}"])
    }

    /// Check and weight of whatever the doctor finds, and all that it says.
    fn doctor(&self) -> (Vec<(String, String)>, String) {
        let output = self.site.run(&["doctor", "--data", "{data}", "--json"]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
        let of = |finding: &Value, member: &str| finding[member].as_str().unwrap().to_owned();
        let findings = report["findings"].as_array().unwrap();
        let found = findings.iter().map(|finding| (of(finding, "check"), of(finding, "weight"))).collect();
        (found, report.to_string())
    }

    #[track_caller]
    fn is_wrong(&self, check: &str, told: &str) {
        let (found, said) = self.doctor();
        assert!(found.contains(&(check.to_owned(), "wrong".to_owned())), "{check}: {found:?}");
        assert!(said.contains(told) && said.contains("backup"), "{said}");
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[track_caller]
fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", said(output));
    said(output)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_in_the_last_key_stops_the_start_and_its_slot_is_never_written_over() {
    let kept = Kept::of(3).await;
    let whole = fs::read(kept.keys()).unwrap();
    let mut damaged = whole.clone();
    let at = whole.len() - SLOT_BYTES + 60;
    damaged[at] ^= 1;
    fs::write(kept.keys(), &damaged).unwrap();
    kept.is_wrong("keys-unread", "persons.keys is damaged");
    let ended = kept.site.start_with(&[]).err().expect("a start over a damaged key");
    let told = format!("{ended:?}");
    assert!(told.contains("is damaged") && told.contains("newest backup"), "{told}");
    assert_eq!(fs::read(kept.keys()).unwrap(), damaged, "nothing was changed");
    // Nor does it take the place of the whole ones that were kept.
    let told = refused(&kept.back_up());
    assert!(told.contains("1 keys that the kept backup has are missing"), "{told}");
    assert_eq!(fs::read(kept.kept_keys()).unwrap(), whole);

    fs::copy(kept.kept_keys(), kept.keys()).unwrap();
    let server = kept.site.start();
    assert!(!server.said().contains("keys"), "{}", server.said());
    assert!(server.stop().success());
}

/// A slot that a crash tore behind the last key, before anybody was told: the start goes on, and behind it.
#[tokio::test(flavor = "multi_thread")]
async fn a_torn_slot_of_nobody_is_kept_and_told_and_work_goes_on() {
    let kept = Kept::of(2).await;
    let mut bytes = fs::read(kept.keys()).unwrap();
    let torn: Vec<u8> = bytes[SLOT_BYTES..SLOT_BYTES + 1].iter().copied().chain([7; 39]).chain([0; 88]).collect();
    bytes.extend(torn);
    fs::write(kept.keys(), &bytes).unwrap();
    let (found, _) = kept.doctor();
    assert!(found.contains(&("keys-unread".to_owned(), "slow".to_owned())), "{found:?}");
    for round in 0..2 {
        let server = kept.site.start();
        assert!(server.said().contains("1 slots of"), "{}", server.said());
        let client = Client::new(kept.site.address(), Some(&kept.site.token()));
        let message = citizen::message(10 + round, "نوبت");
        assert_eq!(client.submit(&format!("n-{round}"), &message).await.unwrap().status, 201);
        let health = client.get("/api/v1/health").await.text();
        assert!(health.contains("keys-unread") && !health.contains("keys-missing"), "{health}");
        assert!(server.stop().success());
    }
    let now = fs::read(kept.keys()).unwrap();
    assert!(now.len() >= bytes.len() + 2 * SLOT_BYTES && now[..bytes.len()] == bytes, "it is as it was");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_are_older_than_the_store_are_told_everywhere_and_never_replace_newer_ones() {
    let kept = Kept::of(4).await;
    let whole = fs::read(kept.keys()).unwrap();
    let older = &whole[..whole.len() - 2 * SLOT_BYTES];
    fs::write(kept.keys(), older).unwrap();
    kept.is_wrong("keys-missing", "keys are missing");

    // Whoever went on would make keys that bringing the backup back takes away.
    let ended = format!("{:?}", kept.site.start_with(&[]).err().expect("a start without keys"));
    assert!(ended.contains("keys are missing") && ended.contains("newest backup"), "{ended}");
    let persian = format!("{:?}", kept.site.start_as(&["--lang", "fa"]).err().expect("a start without keys"));
    assert!(persian.contains("کلیدها کم است") && persian.contains("--without-missing-keys"), "{persian}");
    assert_eq!(fs::read(kept.keys()).unwrap(), older, "nothing was changed");
    // Somebody says that no backup has them.
    let server = kept.site.start_as(&["--without-missing-keys"]).unwrap();
    assert!(
        server.said().contains("keys are missing") && server.said().contains("goes on without"),
        "{}",
        server.said()
    );
    kept.is_wrong("keys-missing", "of 2 persons");
    let client = Client::new(kept.site.address(), Some(&kept.site.token()));
    let mut texts = Vec::new();
    for case in client.all("/api/v1/cases").await {
        texts.push(client.get(&format!("/api/v1/cases/{}", case["id"].as_str().unwrap())).await.text());
    }
    let missing = texts.iter().filter(|text| text.contains(MISSING)).count();
    assert_eq!((texts.len(), missing), (4, 2), "{texts:?}");
    assert!(texts.iter().all(|text| !text.contains(ERASED)), "nobody erased them: {texts:?}");
    let told = refused(&kept.back_up());
    assert!(told.contains("2 keys that the kept backup has are missing"), "{told}");
    assert!(server.stop().success());
    assert_eq!(fs::read(kept.kept_keys()).unwrap(), whole, "the good backup is as it was");
    assert_eq!(fs::read(kept.root.path().join("k/keys.other.1/persons.keys")).unwrap(), older);
    refused(&kept.back_up());
    assert!(!kept.root.path().join("k/keys.other.2").exists(), "the same once more takes no further place");

    let told = refused(&kept.drill(&kept.path("k/keys.other.1")));
    assert!(told.contains("persons of 2 of 4 cases have no key"), "{told}");
    let good = kept.drill(&kept.path("k"));
    assert!(good.status.success(), "{}", said(&good));

    fs::write(kept.keys(), b"").unwrap();
    let told = refused(&kept.back_up());
    assert!(told.contains("is empty") && told.contains("stays as it is"), "{told}");
    assert_eq!(fs::read(kept.kept_keys()).unwrap(), whole, "the good backup is as it was");
    fs::write(kept.keys(), &whole).unwrap();
    let taken = kept.back_up();
    assert!(taken.status.success(), "{}", said(&taken));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_says_what_a_start_would_refuse_of_the_keys() {
    let kept = Kept::of(2).await;
    let whole = fs::read(kept.keys()).unwrap();
    let mut flipped = whole.clone();
    flipped[3] ^= 1;
    for (bytes, told) in [
        (Vec::new(), "is empty"),
        (whole[..100].to_vec(), "does not begin as a file of keys"),
        (flipped, "does not begin as a file of keys"),
        ([&whole[..SLOT_BYTES], &[0; SLOT_BYTES][..], &whole[2 * SLOT_BYTES..]].concat(), "is blank where a key was"),
    ] {
        fs::write(kept.keys(), bytes).unwrap();
        kept.is_wrong("keys", told);
        let ended = format!("{:?}", kept.site.start_with(&[]).err().expect("a start over such keys"));
        assert!(ended.contains(told), "{ended}");
    }
    fs::write(kept.keys(), &whole).unwrap();
    let master = kept.site.data().join("keys/master.key");
    let own = fs::read(&master).unwrap();
    for (bytes, told) in [(vec![7; 32], "another master.key"), (own[..20].to_vec(), "a master key has 32 bytes")] {
        fs::write(&master, bytes).unwrap();
        kept.is_wrong("keys", told);
    }
    fs::write(&master, &own).unwrap();
    let (found, _) = kept.doctor();
    assert!(found.iter().all(|(check, _)| !check.starts_with("keys")), "{found:?}");
}
