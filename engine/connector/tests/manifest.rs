//! Manifests and settings: what is read, and every complaint with its code and place.

use peygir_connector::secret::Reference;
use peygir_connector::settings::{self, HostFacts};
use peygir_connector::{Ambiguous, Authentication, Dedup, Manifest, Secret, manifest};
use peygir_source::render::Language;
use peygir_source::{Diagnostics, yaml};
use serde_json::json;

const GOOD: &str = r#"
name: pigeon
version: 1.2.0
title: { fa: کبوتر, en: Pigeon }
operations:
  send:
    dedup: lookup
    onAmbiguous: person
    timeout: PT20S
    concurrencyMax: 2
    attemptsMax: 5
    backoff: { min: PT1S, max: PT1M30S }
    expires: PT12H
    payloadBytesMax: 1000
    input: { type: object, properties: { to: { type: string } } }
    output: { type: object }
inbound:
  authentication: token
  paths: [arrived]
settings:
  required: [loft, password]
  properties:
    loft: { type: string, minLength: 2, title: { fa: لانه, en: Loft } }
    password: { type: string, secret: true }
    wings: { type: integer, minimum: 1, maximum: 4, default: 2 }
    colour: { type: string, enum: [white, grey], default: grey }
    ringed: { type: boolean }
    rings: { type: array, items: { type: string } }
    nests: { type: object, additionalProperties: { type: string } }
"#;

fn good() -> Manifest {
    manifest::parse(GOOD).unwrap_or_else(|found| panic!("{:?}", told(&found)))
}

/// Code and line of every complaint, in order of the lines.
fn told(found: &Diagnostics) -> Vec<(&'static str, u32)> {
    let mut told: Vec<_> = found.list.iter().map(|one| (one.code, one.span.line)).collect();
    told.sort_by_key(|(code, line)| (*line, *code));
    assert!(found.list.iter().all(|one| !one.message.is_empty() && *one.message_fa != *one.message), "{found:?}");
    told
}

#[test]
fn a_good_manifest_is_read_whole() {
    let manifest = good();
    assert_eq!((manifest.name.as_str(), manifest.title_fa.as_str()), ("pigeon", "کبوتر"));
    let operation = manifest.operation("send").unwrap();
    assert_eq!((operation.dedup, operation.on_ambiguous), (Dedup::Lookup, Ambiguous::Person));
    assert_eq!((operation.timeout_ms, operation.expires_ms), (20_000, 43_200_000));
    assert_eq!((operation.backoff_ms_min, operation.backoff_ms_max), (1_000, 90_000));
    assert_eq!((operation.concurrency_max, operation.attempts_max, operation.payload_bytes_max), (2, 5, 1000));
    let inbound = manifest.inbound.unwrap();
    assert_eq!(
        (inbound.authentication, inbound.paths.as_slice()),
        (Authentication::Token, &["arrived".to_owned()][..])
    );
    assert_eq!(manifest.settings["additionalProperties"], false);
}

#[test]
fn a_function_finds_its_operation_by_the_input() {
    let twice = GOOD.replace(
        "  send:\n",
        "  ask:\n    function: { name: fly, when: { how: [low, fast] } }\n@  send:\n    function: { name: fly }\n",
    );
    let limits = &GOOD[GOOD.find("    dedup").unwrap()..GOOD.find("inbound:").unwrap()];
    let manifest = manifest::parse(&twice.replace('@', limits)).unwrap_or_else(|found| panic!("{:?}", told(&found)));
    assert_eq!(manifest.functions().collect::<Vec<_>>(), ["fly", "fly"]);
    for (input, operation) in [
        (json!({"how": "low"}), "ask"),
        (json!({"how": "FAST"}), "ask"),
        (json!({"how": "high"}), "send"),
        (json!({"how": 1}), "send"),
        (json!(null), "send"),
    ] {
        assert_eq!(manifest.operation_of("fly", &input).unwrap().name, operation, "{input}");
    }
    assert!(manifest.operation_of("send", &json!({})).is_none());
    assert!(good().operation_of("fly", &json!({})).is_none());
}

#[test]
fn a_host_that_the_deployment_lists_has_its_own_operation() {
    let limits = &GOOD[GOOD.find("    dedup").unwrap()..GOOD.find("inbound:").unwrap()];
    let both = GOOD.replace(
        "  send:\n",
        &format!("  trusted:\n    function: {{ name: fly, when: {{ to: {{ hostIn: rings }} }} }}\n{limits}  send:\n    function: {{ name: fly }}\n"),
    );
    let manifest = manifest::parse(&both).unwrap_or_else(|found| panic!("{:?}", told(&found)));
    let called = |manifest: &Manifest, to: serde_json::Value| {
        manifest.operation_of("fly", &json!({"to": to})).unwrap().name.clone()
    };
    assert_eq!(called(&manifest, json!("http://a.example.ir/")), "send", "no list, no promise");
    let settings = read("loft: roof\npassword: {env: PW}\nrings: [a.example.ir, 'b.example.ir:81']").unwrap();
    let manifest = manifest.with_settings(&settings);
    for (to, operation) in [
        (json!("http://a.example.ir/x"), "trusted"),
        (json!({"uri": "https://A.example.ir"}), "trusted"),
        (json!({"endpoint": {"uri": "http://b.example.ir:81/"}}), "trusted"),
        (json!("http://b.example.ir/"), "send"),
        (json!("http://c.example.ir/"), "send"),
        (json!(7), "send"),
    ] {
        assert_eq!(called(&manifest, to.clone()), operation, "{to}");
    }
}

#[test]
fn each_mistake_has_its_code_and_place() {
    let cases = [
        ("    dedup: lookup", "    function: { nmae: x }\n    dedup: lookup", "PG-M002", 7),
        ("    dedup: lookup", "    function: { name: x, when: { how: [] } }\n    dedup: lookup", "PG-M004", 7),
        ("    dedup: lookup", "    function: { name: x, when: { how: [1] } }\n    dedup: lookup", "PG-M004", 7),
        ("    dedup: lookup", "    function: { name: x, when: how }\n    dedup: lookup", "PG-M004", 7),
        (
            "    dedup: lookup",
            "    function: { name: x, when: { to: { hostOf: rings } } }\n    dedup: lookup",
            "PG-M004",
            7,
        ),
        (
            "    dedup: lookup",
            "    function: { name: x, when: { to: { hostIn: loft } } }\n    dedup: lookup",
            "PG-M006",
            7,
        ),
        ("nests: { type: object, additionalProperties: { type: string } }", "nests: { type: object }", "PG-M006", 29),
        ("name: pigeon", "name: Pigeon!", "PG-M004", 2),
        ("version: 1.2.0", "version: one", "PG-M004", 3),
        ("title: { fa: کبوتر, en: Pigeon }", "title: Pigeon", "PG-M001", 4),
        ("fa: کبوتر, ", "", "PG-M002", 4),
        ("    dedup: lookup\n", "", "PG-M002", 7),
        ("dedup: lookup", "dedup: maybe", "PG-M004", 7),
        ("onAmbiguous:", "onAmbigous:", "PG-M003", 8),
        ("timeout: PT20S", "timeout: 20s", "PG-M005", 9),
        ("timeout: PT20S", "timeout: PT1H", "PG-M005", 9),
        ("expires: PT12H", "expires: PT10S", "PG-M007", 9),
        ("concurrencyMax: 2", "concurrencyMax: 0", "PG-M004", 10),
        ("attemptsMax: 5", "attemptsMax: many", "PG-M004", 11),
        ("min: PT1S", "min: PT5M", "PG-M007", 12),
        ("input: { type: object, properties: { to: { type: string } } }", "input: { type: string }", "PG-M001", 15),
        ("authentication: token", "authentication: trust", "PG-M004", 18),
        ("paths: [arrived]", "paths: []", "PG-M001", 19),
        ("paths: [arrived]", "paths: [../etc]", "PG-M004", 19),
        ("required: [loft, password]", "required: [loft, pasword]", "PG-M006", 21),
        ("minLength: 2", "pattern: x", "PG-M006", 23),
        ("secret: true", "secret: true, default: x", "PG-M006", 24),
        ("default: 2", "default: 9", "PG-M006", 25),
        ("enum: [white, grey]", "enum: [white]", "PG-M006", 26),
        ("ringed: { type: boolean }", "ringed: { type: maybe }", "PG-M006", 27),
        ("settings:", "setings:", "PG-M003", 20),
    ];
    for (old, new, code, line) in cases {
        assert!(GOOD.contains(old), "{old}");
        let found = manifest::parse(&GOOD.replacen(old, new, 1)).unwrap_err();
        assert!(told(&found).contains(&(code, line)), "{old} -> {new}: {:?}", told(&found));
    }
    assert!(manifest::parse("- a list").is_err());
    assert!(manifest::parse("a: [").is_err());
}

#[test]
fn all_mistakes_are_told_at_once() {
    let text = GOOD
        .replace("name: pigeon", "name: P")
        .replace("PT20S", "soon")
        .replace("min: PT1S", "min: x")
        .replace("[arrived]", "7");
    let found = manifest::parse(&text).unwrap_err();
    assert_eq!(told(&found), [("PG-M004", 2), ("PG-M005", 9), ("PG-M005", 12), ("PG-M001", 19)]);
}

#[test]
fn a_misspelt_member_is_named() {
    let found = manifest::parse(&GOOD.replace("onAmbiguous", "onAmbigous")).unwrap_err();
    let help: Vec<_> = found.list.iter().filter_map(|one| one.help_in(Language::English)).collect();
    assert!(help.iter().any(|text| text.contains("`onAmbiguous`")), "{help:?}");
}

fn resolve(reference: &Reference) -> Result<Secret, String> {
    match reference {
        Reference::Env(name) if name == "PW" => Ok(Secret::new("s3cret")),
        _ => Err("it is not there".into()),
    }
}

fn read(text: &str) -> Result<settings::Settings, Vec<(&'static str, u32)>> {
    let node = yaml::parse(text).unwrap();
    let host = HostFacts { data_folder: "data".into(), callback_secret: None, ..HostFacts::default() };
    settings::read(&good(), &node, &resolve, host).map_err(|found| told(&found))
}

#[test]
fn settings_are_checked_completed_and_their_secrets_hidden() {
    let settings = read("loft: roof\npassword: {env: PW}\nrings: [a, b]\nnests: {x.ir: y}").unwrap();
    assert_eq!(
        serde_json::Value::Object(settings.plain.clone()),
        json!({"loft": "roof", "wings": 2, "colour": "grey", "rings": ["a", "b"], "nests": {"x.ir": "y"}})
    );
    assert_eq!(settings.secret("password").unwrap().reveal(), "s3cret");
    assert!(!format!("{settings:?}").contains("s3cret"));
}

#[test]
fn each_wrong_setting_has_its_code_and_place() {
    let cases = [
        ("password: {env: PW}", vec![("PG-M010", 1)]),
        ("loft: roof", vec![("PG-M010", 1)]),
        ("loft: roof\npassword: {env: PW}\nwinges: 3", vec![("PG-M011", 3)]),
        ("loft: r\npassword: {env: PW}", vec![("PG-M012", 1)]),
        ("loft: 912\npassword: {env: PW}", vec![("PG-M012", 1)]),
        ("loft: roof\nwings: 5\ncolour: red\npassword: {env: PW}", vec![("PG-M012", 2), ("PG-M012", 3)]),
        ("loft: roof\nrings: [1]\npassword: {env: PW}", vec![("PG-M012", 2)]),
        ("loft: roof\nnests: {a: 1}\npassword: {env: PW}", vec![("PG-M012", 2)]),
        ("loft: roof\nnests: [a]\npassword: {env: PW}", vec![("PG-M012", 2)]),
        ("loft: roof\npassword: s3cret", vec![("PG-M013", 2)]),
        ("loft: roof\npassword: {env: PW, file: x}", vec![("PG-M013", 2)]),
        ("loft: roof\npassword: {env: NONE}", vec![("PG-M014", 2)]),
        ("- a\n- b", vec![("PG-M012", 1)]),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text).err(), Some(expected), "{text}");
    }
    let node = yaml::parse("loft: roof\npassword: {env: NONE}").unwrap();
    assert!(settings::check(&good(), &node).list.is_empty(), "a check fetches no secrets");
}
