//! Real programs: what they are given, what the flow gets, and that nothing of them is left behind.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use peygir_connector::conformance::{self, Subject};
use peygir_connector::{Connector, Fault, FaultKind, HostFacts, Lasting, Reached, Request, settings};
use peygir_connector_process::KIND;
use serde_json::{Value, json};

const SH: &str = "/bin/sh";

fn connector(text: &str) -> Result<Box<dyn Connector>, String> {
    let manifest = KIND.read_manifest().unwrap();
    let node = peygir_source::yaml::parse(text).unwrap();
    let settings = settings::read(&manifest, &node, &|_| Err("none".into()), HostFacts::default())
        .map_err(|found| found.list.iter().map(|one| one.message.clone()).collect::<Vec<_>>().join("; "))?;
    (KIND.build)(manifest, settings).map_err(|error| error.message)
}

fn shell() -> Box<dyn Connector> {
    connector("shell: /bin/sh\nenvironment: [PATH]\ntimeoutSeconds: 5\noutputBytesMax: 2048").unwrap()
}

async fn send(connector: &dyn Connector, operation: &str, input: Value) -> Result<Value, Fault> {
    let request = Request { operation: operation.into(), key: "k".into(), attempt: 1, input };
    connector.send(request).await.map(|receipt| receipt.output)
}

async fn run(command: &str, more: Value) -> Result<Value, Fault> {
    let mut input = json!({"command": command});
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    send(shell().as_ref(), "run-shell", input).await
}

/// The program of this name, or a word that it is skipped.
fn found(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file());
    if path.is_none() {
        assert!(std::env::var("CI").is_err(), "{name} must be there where CI is set");
        eprintln!("skipped: there is no {name}");
    }
    path
}

fn is_running(pid: &str) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !state.is_empty() && !state.contains(") Z ")
}

/// Waits a little for something that happens by itself.
async fn soon(holds: impl Fn() -> bool) -> bool {
    for _ in 0..100 {
        if holds() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    false
}

#[tokio::test]
async fn conforms() {
    for operation in ["run-script", "run-shell"] {
        let own = if operation == "run-shell" { "command" } else { "code" };
        let mut input = json!({own: "echo $1 >&2; exit 3", "arguments": ["s3cret-of-agency"], "stdin": "0012345679"});
        if own == "code" {
            input["language"] = "sh".into();
        }
        let subject = Subject {
            kind: KIND,
            settings: Box::new(|_| "shell: /bin/sh\ninterpreters: { sh: /bin/sh }".into()),
            secrets: Default::default(),
            host: HostFacts::default(),
            operation: operation.into(),
            input,
            confidential: ["s3cret-of-agency", "0012345679"].map(str::to_owned).to_vec(),
            has_peer: false,
        };
        let failures = conformance::run(&subject).await;
        assert!(failures.is_empty(), "{operation}: {failures:#?}");
    }
}

#[tokio::test]
async fn each_return_mode() {
    let command = "echo out; echo err >&2; exit 0";
    for (return_, expected) in [
        ("stdout", json!("out\n")),
        ("stderr", json!("err\n")),
        ("code", json!(0)),
        ("all", json!({"code": 0, "stdout": "out\n", "stderr": "err\n"})),
        ("none", Value::Null),
    ] {
        assert_eq!(run(command, json!({"return": return_})).await.unwrap(), expected, "{return_}");
    }
    assert_eq!(run(command, json!({})).await.unwrap(), json!("out\n"));
}

#[tokio::test]
async fn a_bad_end_is_a_runtime_fault_or_a_result() {
    let command = "echo one >&2; echo two; echo ANAME=$1 >&2; exit 7";
    for return_ in ["stdout", "stderr", "none"] {
        let fault = run(command, json!({"return": return_, "arguments": ["0012345679"]})).await.unwrap_err();
        assert_eq!((fault.kind, fault.lasting, fault.reached), (FaultKind::Runtime, Lasting::Permanent, Reached::No));
        assert_eq!(fault.message, "it ended with code 7: one | ANAME=***");
    }
    assert_eq!(run(command, json!({"return": "code"})).await.unwrap(), 7);
    let all = run(command, json!({"return": "all", "arguments": ["x"]})).await.unwrap();
    assert_eq!(all, json!({"code": 7, "stdout": "two\n", "stderr": "one\nANAME=x\n"}));
    assert_eq!(run("kill -9 $$", json!({"return": "code"})).await.unwrap(), 137);
    assert!(run("kill -9 $$", json!({})).await.unwrap_err().message.contains("code 137"));
    // A shell's own complaint: the command does not exist.
    assert!(run("no-such-program", json!({})).await.unwrap_err().message.contains("code 127"));
}

#[tokio::test]
async fn arguments_input_and_environment_arrive() {
    let input = json!({"stdin": "Hello World", "arguments": ["Foo", "Bar baz", 3, true]});
    let told = run("input=$(cat)\necho \"STDIN was: $input\"\necho \"ARGS are $1 $2 $3 $4 $#\"", input).await.unwrap();
    assert_eq!(told, "STDIN was: Hello World\nARGS are Foo Bar baz 3 true 4\n");
    assert_eq!(run("cat", json!({"stdin": {"a": ["سلام"]}})).await.unwrap(), r#"{"a":["سلام"]}"#);
    assert_eq!(run("cat", json!({})).await.unwrap(), "", "without input it is closed");
    assert_eq!(run("true", json!({"stdin": "x".repeat(500_000)})).await.unwrap(), "", "input need not be read");
    assert_eq!(
        run("echo $A-$B-$C", json!({"environment": {"A": 1, "B": "x y", "C": null}})).await.unwrap(),
        "1-x y-\n"
    );
}

#[tokio::test]
async fn only_named_variables_are_passed_on() {
    // cargo sets this one for its tests.
    assert!(std::env::var("CARGO_MANIFEST_DIR").is_ok());
    let told = run("env", json!({})).await.unwrap();
    let names: Vec<&str> = told.as_str().unwrap().lines().filter_map(|line| line.split('=').next()).collect();
    let known = ["PATH", "TMPDIR", "PWD", "SHLVL", "OLDPWD", "_"];
    assert!(names.contains(&"PATH") && names.iter().all(|name| known.contains(name)), "{names:?}");
    let bare = connector("shell: /bin/sh").unwrap();
    let told = send(bare.as_ref(), "run-shell", json!({"command": "/usr/bin/env"})).await.unwrap();
    assert!(!told.as_str().unwrap().lines().any(|line| line.starts_with("PATH=")), "{told}");
}

#[tokio::test]
async fn each_has_a_folder_that_is_gone_afterwards() {
    let told = run("pwd; ls -A | wc -l; ls -ld .. | cut -c1-10; touch left; echo $TMPDIR", json!({})).await.unwrap();
    let lines: Vec<&str> = told.as_str().unwrap().lines().collect();
    assert_eq!((lines[1].trim(), lines[2], lines[3]), ("0", "drwx------", lines[0]));
    assert_ne!(Path::new(lines[0]), std::env::current_dir().unwrap());
    assert!(soon(|| !Path::new(lines[0]).exists()).await, "{} is still there", lines[0]);
    assert!(soon(|| !Path::new(lines[0]).parent().unwrap().exists()).await);
}

#[tokio::test]
async fn who_is_left_behind_is_killed() {
    let start = Instant::now();
    let told = run("sleep 300 & echo $!", json!({})).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(4), "the one left behind holds the output open");
    let pid = told.as_str().unwrap().trim().to_owned();
    assert!(soon(|| !is_running(&pid)).await);
}

#[tokio::test]
async fn out_of_time_all_of_it_is_killed() {
    let connector = connector("shell: /bin/sh\ntimeoutSeconds: 1\nenvironment: [PATH]").unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    let command = "sleep 300 & echo $! $$ $PWD > $1; wait";
    let input = json!({"command": command, "arguments": [file.path()]});
    let fault = send(connector.as_ref(), "run-shell", input).await.unwrap_err();
    assert_eq!((fault.kind, fault.reached), (FaultKind::Timeout, Reached::No));
    gone(file.path()).await;
}

#[tokio::test]
async fn dropped_by_the_host_all_of_it_is_killed() {
    let connector = shell();
    let file = tempfile::NamedTempFile::new().unwrap();
    let command = "sleep 300 & echo $! $$ $PWD > $1; while :; do echo x > y; done";
    let input = json!({"command": command, "arguments": [file.path()]});
    let sent = tokio::time::timeout(Duration::from_millis(700), send(connector.as_ref(), "run-shell", input)).await;
    assert!(sent.is_err(), "the host gave up");
    gone(file.path()).await;
}

/// Both processes of the file, and the folder in it.
async fn gone(file: &Path) {
    let told = std::fs::read_to_string(file).unwrap();
    let [child, own, folder] = told.split_whitespace().collect::<Vec<_>>()[..] else { panic!("{told}") };
    assert!(soon(|| !is_running(child) && !is_running(own)).await, "{told}");
    assert!(soon(|| !Path::new(folder).parent().unwrap().exists()).await, "{told}");
}

#[tokio::test]
async fn endless_output_is_cut_and_the_program_ended() {
    for command in ["yes", "yes >&2", "head -c 2049 /dev/zero"] {
        let start = Instant::now();
        let fault = run(command, json!({"return": "all"})).await.unwrap_err();
        assert_eq!((fault.kind, fault.lasting), (FaultKind::Runtime, Lasting::Permanent), "{command}");
        assert!(fault.message.contains("2048 bytes") && start.elapsed() < Duration::from_secs(4), "{fault}");
    }
    assert_eq!(run("head -c 2048 /dev/zero | tr '\\0' x", json!({})).await.unwrap().as_str().unwrap().len(), 2048);
    assert_eq!(run("printf 'a\\377b'", json!({})).await.unwrap(), "a\u{fffd}b");
}

#[tokio::test]
async fn no_more_than_the_deployment_lets_run_at_one_time() {
    let connector = connector("shell: /bin/sh\nconcurrencyMax: 1\nenvironment: [PATH]").unwrap();
    let one = || send(connector.as_ref(), "run-shell", json!({"command": "date +%s%N; sleep 0.3; date +%s%N"}));
    let (a, b) = tokio::join!(one(), one());
    let mut times: Vec<(u128, u128)> = [a, b]
        .map(|told| {
            let told = told.unwrap();
            let mut lines = told.as_str().unwrap().lines().map(|line| line.parse().unwrap());
            (lines.next().unwrap(), lines.next().unwrap())
        })
        .to_vec();
    times.sort_unstable();
    assert!(times[0].1 <= times[1].0, "one after the other: {times:?}");
}

#[tokio::test]
async fn scripts_run_by_their_language() {
    let text = "console.log('arg > ', process.argv.slice(2).join(), require('fs').readFileSync(0, 'utf8'))";
    if let Some(node) = found("node") {
        let connector = connector(&format!("interpreters: {{ js: '{}' }}", node.display())).unwrap();
        for language in ["js", "javascript", "JavaScript"] {
            let input = json!({"language": language, "code": text, "arguments": ["hello", "world"], "stdin": "in"});
            assert_eq!(send(connector.as_ref(), "run-script", input).await.unwrap(), "arg >  hello,world in\n");
        }
        let input = json!({"language": "js", "code": "const [_, __, arg0, arg1] = process.argv;\nconsole.log('arg > ', arg0, arg1)", "arguments": ["hello", "world"]});
        assert_eq!(send(connector.as_ref(), "run-script", input).await.unwrap(), "arg >  hello world\n");
        let fault = send(connector.as_ref(), "run-script", json!({"language": "js", "code": "throw new Error('no')"}))
            .await
            .unwrap_err();
        assert_eq!(fault.kind, FaultKind::Runtime);
    }
    if let Some(python) = found("python3") {
        let settings = format!("interpreters: {{ python: '{}' }}\nenvironment: [PATH, HOME]", python.display());
        let connector = connector(&settings).unwrap();
        let code = "import os, sys\nprint(sys.argv[1:], os.environ['WHO'], sys.stdin.read())";
        let input = json!({"language": "python", "source": code, "arguments": ["a"], "stdin": "b", "environment": {"WHO": "c"}});
        assert_eq!(send(connector.as_ref(), "run-script", input).await.unwrap(), "['a'] c b\n");
        let input = json!({"language": "python", "code": "import sys\nsys.exit(5)", "return": "code"});
        assert_eq!(send(connector.as_ref(), "run-script", input).await.unwrap(), 5);
    }
    let sh = connector("interpreters: { sh: /bin/sh }").unwrap();
    let input = json!({"language": "sh", "code": "echo $1", "arguments": ["a"]});
    assert_eq!(send(sh.as_ref(), "run-script", input).await.unwrap(), "a\n");
}

#[tokio::test]
async fn what_is_not_allowed_or_no_program_is_refused() {
    let all = format!("interpreters: {{ sh: {SH} }}\nshell: {SH}");
    let script = |more: Value| {
        let mut input = json!({"language": "sh", "code": "echo"});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    for (settings, operation, input, kind) in [
        ("{}", "run-shell", json!({"command": "echo"}), FaultKind::Configuration),
        ("{}", "run-script", script(json!({})), FaultKind::Configuration),
        (
            "shell: /bin/sh\nscripts: false\ninterpreters: { sh: /bin/sh }",
            "run-script",
            script(json!({})),
            FaultKind::Configuration,
        ),
        (&all, "run-script", script(json!({"language": "cobol"})), FaultKind::Configuration),
        (&all, "run-script", json!({"language": "sh", "source": "https://h/secret.sh"}), FaultKind::Configuration),
        (&all, "run-script", json!({"language": "sh"}), FaultKind::Content),
        (&all, "run-script", script(json!({"source": "echo secret"})), FaultKind::Content),
        (&all, "run-script", script(json!({"return": "secret"})), FaultKind::Content),
        (&all, "run-script", script(json!({"arguments": ["secret\u{0}"]})), FaultKind::Content),
        (&all, "run-script", script(json!({"environment": {"a=b": "secret"}})), FaultKind::Content),
        (&all, "run-script", script(json!({"environment": {"a": "secret\u{0}"}})), FaultKind::Content),
        (&all, "run-script", script(json!({"arguments": vec!["x"; 1_001]})), FaultKind::Content),
        (&all, "run-shell", json!({"command": "secret\u{0}"}), FaultKind::Content),
        (&all, "run-shell", json!({"command": 1}), FaultKind::Content),
        (&all, "run-shell", json!({"command": "x", "language": "sh"}), FaultKind::Content),
        (&all, "run-shell", json!({"command": format!("echo {}", "x".repeat(300_000))}), FaultKind::Content),
    ] {
        let connector = connector(settings).unwrap();
        let fault =
            send(connector.as_ref(), operation, input.clone()).await.err().unwrap_or_else(|| panic!("{input} is run"));
        assert_eq!((fault.kind, fault.lasting, fault.reached), (kind, Lasting::Permanent, Reached::No), "{fault}");
        assert!(!fault.message.contains("secret"), "{fault}");
    }
    for settings in [
        "shell: sh",
        "shell: /no/such/shell",
        "interpreters: { js: node }",
        "interpreters: { js: /usr }",
        "environment: ['A=B']",
        "timeoutSeconds: 301",
    ] {
        assert!(connector(settings).is_err(), "{settings}");
    }
}
