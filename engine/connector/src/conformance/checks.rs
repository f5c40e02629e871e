//! The checks themselves. Each tells what it expected; none stops the others.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Subject;
use super::peers::{Manner, Peer};
use crate::settings::{self, schema::Declared};
use crate::{Connector, Fault, FaultKind, InboundCall, Lasting, Manifest, Reached, Request, send_within};

/// The host's time limit in the suite; a connector must let itself be dropped.
const LIMIT: Duration = Duration::from_millis(400);
/// Past this a connector blocked the thread instead of waiting.
const BLOCKED: Duration = Duration::from_secs(4);

type Failures = Vec<String>;

pub(super) fn manifest(subject: &Subject, manifest: &Manifest, failures: &mut Failures) {
    let mut expect = |holds: bool, what: String| {
        if !holds {
            failures.push(format!("manifest: {what}"));
        }
    };
    expect(
        manifest.name == subject.kind.name,
        format!("its name is {:?}, the list says {:?}", manifest.name, subject.kind.name),
    );
    expect(manifest.operation(&subject.operation).is_some(), format!("there is no operation {:?}", subject.operation));
    expect(is_persian(&manifest.title_fa), "the Persian title is not Persian".into());
    for operation in &manifest.operations {
        let properties = operation.input["properties"].as_object();
        expect(
            properties.is_some_and(|map| !map.is_empty()),
            format!("{}: the input has no properties", operation.name),
        );
        expect(
            operation.input["additionalProperties"] == false,
            format!("{}: the input does not refuse unknown members", operation.name),
        );
    }
    for (name, schema) in manifest.settings["properties"].as_object().into_iter().flatten() {
        let title = &schema["title"];
        expect(title["fa"].as_str().is_some_and(is_persian), format!("setting {name} has no Persian title"));
        expect(
            title["en"].as_str().is_some_and(|text| !text.is_empty()),
            format!("setting {name} has no English title"),
        );
        expect(subject.kind.docs.contains(&format!("`{name}`")), format!("docs.md does not mention `{name}`"));
    }
}

fn is_persian(text: &str) -> bool {
    text.chars().any(|c| ('\u{0600}'..='\u{06ff}').contains(&c))
}

pub(super) fn settings(subject: &Subject, manifest: &Manifest, failures: &mut Failures) {
    let nobody = SocketAddr::from(([127, 0, 0, 1], 1));
    if let Err(reason) = subject.build(manifest, nobody) {
        failures.push(format!("settings: valid ones are refused: {reason}"));
        return;
    }
    let text = (subject.settings)(nobody);
    let codes = |text: &str| match peygir_source::yaml::parse(text) {
        Ok(node) => settings::check(manifest, &node).list.iter().map(|one| one.code).collect::<Vec<_>>(),
        Err(error) => vec![error.code],
    };
    if codes(&format!("{text}\nnoSuchSetting: 1\n")) != ["PG-M011"] {
        failures.push("settings: an unknown one is not refused with PG-M011".into());
    }
    let needed = manifest.settings["required"].as_array().map_or(0, Vec::len);
    if codes("{}").iter().filter(|code| **code == "PG-M010").count() != needed {
        failures.push(format!("settings: of none given, {needed} should be missing (PG-M010)"));
    }
    for setting in Declared::all(&manifest.settings).iter().filter(|setting| setting.secret) {
        let plain = codes(&format!("{}: in-plain-text", setting.name));
        if !plain.contains(&"PG-M013") {
            failures.push(format!("settings: secret {} in plain text is not refused with PG-M013", setting.name));
        }
    }
}

pub(super) async fn requests(subject: &Subject, manifest: &Manifest, failures: &mut Failures) {
    let Ok(connector) = subject.build(manifest, SocketAddr::from(([127, 0, 0, 1], 1))) else {
        return;
    };
    let unknown = Request { operation: "no-such-operation".into(), ..request(subject, subject.input.clone()) };
    let fault = outcome(subject, connector.as_ref(), unknown, "unknown operation", failures).await;
    if !fault.is_some_and(|fault| is_refusal(&fault) && fault.kind == FaultKind::Configuration) {
        failures.push("unknown operation: expected a permanent Configuration fault that reached nobody".into());
    }
    let limit = manifest.operation(&subject.operation).map_or(0, |operation| operation.payload_bytes_max);
    let mut long = subject.input.clone();
    long["text"] = "پ".repeat(usize::try_from(limit).unwrap_or(usize::MAX / 4)).into();
    for (name, input) in [
        ("input over payloadBytesMax", long),
        ("empty input", json!({})),
        ("input that is no object", json!([1, "two"])),
        ("input with unknown members", with(&subject.input, "noSuchMember", json!(1))),
        ("input of wrong types", with(&subject.input, "to", json!({"a": 1}))),
    ] {
        let fault = outcome(subject, connector.as_ref(), request(subject, input), name, failures).await;
        if !fault.is_some_and(|fault| is_refusal(&fault)) {
            failures.push(format!("{name}: expected a permanent fault that reached nobody"));
        }
    }
}

pub(super) fn inbound(subject: &Subject, manifest: &Manifest, failures: &mut Failures) {
    let Ok(connector) = subject.build(manifest, SocketAddr::from(([127, 0, 0, 1], 1))) else {
        return;
    };
    let stranger = InboundCall { path: "no-such-path".into(), ..InboundCall::default() };
    if connector.receive(&stranger).is_ok() {
        failures.push("inbound: a call to an unknown path is taken".into());
    }
    let names = ["from", "to", "text", "id", "key", "type", "charset", "coding"];
    let rubbish = names.map(|name| (name.to_owned(), vec![0xff, 0x00, 0xd8]));
    for path in manifest.inbound.iter().flat_map(|rules| &rules.paths) {
        for query in [Vec::new(), rubbish.to_vec()] {
            let call = InboundCall { path: path.clone(), query, body: vec![0xff; 64] };
            match connector.receive(&call) {
                Ok(_) => failures.push(format!("inbound: rubbish sent to {path} is taken")),
                Err(fault) => told_nothing(subject, &fault, &format!("inbound {path}"), failures),
            }
        }
    }
}

pub(super) async fn peers(subject: &Subject, manifest: &Manifest, failures: &mut Failures) {
    for manner in [Manner::Absent, Manner::Silent, Manner::HangsUp, Manner::Rubbish, Manner::Endless] {
        let name = format!("{manner:?} peer");
        let peer = match Peer::start(manner).await {
            Ok(peer) => peer,
            Err(error) => {
                failures.push(format!("{name}: {error}"));
                continue;
            }
        };
        let connector = match subject.build(manifest, peer.address) {
            Ok(connector) => connector,
            Err(reason) => {
                failures.push(format!("{name}: {reason}"));
                continue;
            }
        };
        let request = request(subject, addressed(&subject.input, peer.address));
        let Some(fault) = outcome(subject, connector.as_ref(), request, &name, failures).await else {
            failures.push(format!("{name}: the message counts as sent"));
            continue;
        };
        let right = match manner {
            Manner::Absent => fault.lasting == Lasting::Temporary && fault.reached == Reached::No,
            Manner::Silent => fault.lasting == Lasting::Temporary && fault.kind == FaultKind::Timeout,
            _ => fault.lasting == Lasting::Temporary || fault.kind == FaultKind::Protocol,
        };
        if !right {
            failures.push(format!("{name}: {:?} {:?} {:?}", fault.kind, fault.lasting, fault.reached));
        }
    }
}

/// Sends once as the host does; `None` where it succeeded.
async fn outcome(
    subject: &Subject,
    connector: &dyn Connector,
    request: Request,
    name: &str,
    failures: &mut Failures,
) -> Option<Fault> {
    let start = Instant::now();
    let outcome = send_within(connector, request, LIMIT).await;
    if start.elapsed() > BLOCKED {
        failures.push(format!("{name}: the thread was blocked for {} ms", start.elapsed().as_millis()));
    }
    let fault = outcome.err()?;
    told_nothing(subject, &fault, name, failures);
    Some(fault)
}

fn told_nothing(subject: &Subject, fault: &Fault, name: &str, failures: &mut Failures) {
    let told = format!("{fault} {fault:?}");
    let shown = subject.confidential.iter().filter(|text| told.contains(text.as_str())).count();
    if shown > 0 || fault.message.trim().is_empty() {
        // What was shown is not repeated here.
        failures.push(format!("{name}: the fault is empty or shows {shown} confidential values"));
    }
}

fn is_refusal(fault: &Fault) -> bool {
    fault.lasting == Lasting::Permanent && fault.reached == Reached::No
}

fn request(subject: &Subject, input: Value) -> Request {
    Request { operation: subject.operation.clone(), key: "conformance/1".into(), attempt: 1, input }
}

/// The input with the peer's address where `{peer}` stands.
fn addressed(input: &Value, peer: SocketAddr) -> Value {
    match input {
        Value::String(text) => text.replace("{peer}", &peer.to_string()).into(),
        Value::Array(items) => items.iter().map(|item| addressed(item, peer)).collect(),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), addressed(value, peer))).collect())
        }
        other => other.clone(),
    }
}

fn with(input: &Value, member: &str, value: Value) -> Value {
    let mut input = input.clone();
    input[member] = value;
    input
}
