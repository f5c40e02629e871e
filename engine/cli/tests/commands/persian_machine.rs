//! What is told with `--lang fa` at the machine itself: starts, instances, the journal and receipts. What programs read is the
//! same in both languages.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use tempfile::TempDir;

use crate::binary::{Called, call, command, folder, root};
use crate::elsewhere::Server;
use crate::persian::{check, foreign};

const NO_CASE: &str = "01KDBAAAAAAAAAAAAAAAAAAAAA";

/// Calls with `--lang fa`: it fails where `code` says so, all is Persian, and these words are among it.
fn said(arguments: &[&str], code: i32, words: &str) -> Called {
    let called = call(&root(), &[arguments, &["--lang", "fa"]].concat());
    let what = arguments.join(" ");
    check(&called, &what);
    assert_eq!(called.code, code, "{what}: {}{}", called.stdout, called.stderr);
    let told = format!("{}{}", called.stdout, called.stderr);
    assert!(told.contains(words), "{what}: {words}: {told}");
    called
}

#[test]
fn what_is_not_there_is_told_in_persian() {
    let empty = folder(&[("deployment/a.txt", "")]);
    let path = |name: &str| empty.path().join(name).display().to_string();
    let (deployment, data) = (path("deployment"), path("data"));
    said(&["serve", &deployment, "--data", &data], 1, "چیزی آغاز نشد");
    assert!(!empty.path().join("data").exists(), "nothing was started");
    said(&["instance", "list", "--data", &data], 1, "در کار نیست");
    said(&["journal", "verify", "--data", &data], 1, "دفتری نیست");
    said(&["journal", "digest", "--data", &data], 1, "انباره‌ای نیست");
    said(&["journal", "seal", "--data", &data], 1, "انباره‌ای نیست");
    said(&["journal", "receipt", "nonsense", "--data", &data], 1, "شناسهٔ پرونده نیست");
    said(&["journal", "receipt", NO_CASE, "--data", &data], 1, "این‌جا نیست");
}

/// Starts a server in Persian, asks it for instances, kills it, and gives back what the start has said.
fn begin(data: &str) -> Called {
    let arguments = ["serve", "examples/one-province", "--data", data, "--listen", "127.0.0.1:0", "--lang", "fa"];
    let mut process = command(&root(), &arguments);
    let mut server = Server(process.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    let (mut stdout, mut stderr) = (String::new(), String::new());
    let mut errors = server.0.stderr.take().unwrap();
    for line in BufReader::new(server.0.stdout.take().unwrap()).lines() {
        stdout += &format!("{}\n", line.unwrap());
        // The last line is the link alone, to be opened as it stands.
        if stdout.lines().last().is_some_and(|line| line.starts_with("http://") && line.contains("/login/")) {
            break;
        }
    }
    if let Some(address) = stdout.lines().find_map(|line| line.strip_prefix("http://")?.strip_suffix('/')) {
        said(&["instance", "list", "--data", data], 0, "");
        said(&["instance", "start", "answer", "--data", data], 1, "گردش کار چنین نام برده می‌شود");
        said(&["instance", "start", "test/answer", "--input", "{", "--data", data], 1, "سطر ۱، ستون ۱");
        let other = TempDir::new().unwrap();
        let second = ["serve", "examples/one-province", "--listen", address, "--lang", "fa", "--data"];
        let second = call(&root(), &[&second[..], &[other.path().to_str().unwrap()]].concat());
        assert!(second.code == 1 && second.stderr.contains("نمی‌توان گوش داد"), "{}", second.stderr);
    }
    drop(server);
    errors.read_to_string(&mut stderr).unwrap();
    Called { code: 0, stdout, stderr }
}

#[test]
fn a_start_and_its_journal_are_told_in_persian() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data").display().to_string();
    let begun = begin(&data);
    assert!(
        begun.stdout.contains("کنسول:") && begun.stdout.contains("ورود به نام"),
        "{}{}",
        begun.stdout,
        begun.stderr
    );
    assert!(foreign(&begun.stdout).is_empty(), "{:?}", foreign(&begun.stdout));
    assert!(
        begun.stderr.contains("توکن مدیر سامانه") && begun.stderr.contains("بسته‌های پوشه را می‌آورد"),
        "{}",
        begun.stderr
    );
    // Findings of the shipped content name more than these tests know; the start's own lines begin with its name.
    let own: Vec<&str> = begun.stderr.lines().filter(|line| line.starts_with("peygir: ")).collect();
    assert!(foreign(&own.join("\n")).is_empty(), "{:?}", foreign(&own.join("\n")));

    let digest = |lang: &str| call(&root(), &["journal", "digest", "--data", &data, "--lang", lang]).stdout;
    let english = digest("en");
    assert!(english.trim_end().len() == 64 && english == digest("fa"), "{english}");
    said(&["journal", "seal", "--data", &data], 0, "مُهر ۱: تا قاب ");
    said(&["journal", "seal", "--data", &data], 0, "از آخرین مُهر چیزی نیامده است");
    let verified = said(&["journal", "verify", "--data", &data], 0, "سالم: ");
    assert!(verified.stdout.contains("۱ مُهر"), "{}", verified.stdout);
    said(&["journal", "receipt", NO_CASE, "--data", &data], 1, "این‌جا نیست");
    let receipt = folder.path().join("receipt.json");
    for (text, words) in [("{", "رسید نیست: سطر ۱، ستون ۱"), (OTHER_FORM, "peygir-receipt-0")] {
        fs::write(&receipt, text).unwrap();
        said(&["journal", "verify", "--data", &data, "--receipt", receipt.to_str().unwrap()], 1, words);
    }
}

/// A receipt as a version before would have written it.
const OTHER_FORM: &str = "{ \"form\": \"peygir-receipt-0\", \"case\": \"\", \"version\": 1, \"frame\": \"\", \"seal\": 1, \
                          \"sealHash\": \"\", \"root\": \"\", \"sealRecord\": \"\", \"later\": [], \"path\": [] }";
