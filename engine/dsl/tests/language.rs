//! The whole language: what is read of it, and a table of what is refused or warned of, with places and suggestions.

use std::sync::Arc;

use peygir_dsl::expr::Template;
use peygir_dsl::model::{
    CatchUp, DurationExpr, Extended, Kind, Overlap, Process, RUN_SCRIPT, RUN_SHELL, Read, Workflow,
};
use peygir_dsl::read::{self, AnyNames, Names, Resource};
use peygir_source::{Diagnostics, Severity, yaml};
use proptest::prelude::*;
use serde_json::{Value, json};

const LANGUAGE: &str = include_str!("flows/language.yaml");

/// A host that knows all there is.
struct Host;

const CATALOG: &str = "https://catalog.example.ir/functions";

impl Names for Host {
    fn has_function(&self, name: &str) -> Option<bool> {
        Some(self.functions().iter().any(|known| known == name))
    }

    fn functions(&self) -> Vec<String> {
        ["human-task", "notify"].map(str::to_owned).to_vec()
    }

    fn function_input(&self, name: &str) -> Option<Value> {
        (name == "notify").then(|| {
            json!({
                "type": "object",
                "properties": {
                    "to": {"type": "string", "enum": ["citizen", "owner"]},
                    "text": {"type": "string"},
                    "times": {"type": "integer", "minimum": 1},
                    "via": {"type": "array", "items": {"type": "object", "properties": {"kind": {"type": "string"}}, "required": ["kind"]}},
                },
                "required": ["to"],
                "additionalProperties": false,
                "if": {"properties": {"to": {"const": "owner"}}},
                "then": {"required": ["text"]},
            })
        })
    }

    fn has_flow(&self, namespace: &str, name: &str, version: Option<&str>) -> Option<bool> {
        Some((namespace, name) == ("ir", "intake") && version.is_none_or(|version| version == "1.0.0"))
    }

    fn flows(&self) -> Vec<String> {
        vec!["ir/intake".to_owned()]
    }

    fn has_secret(&self, name: &str) -> Option<bool> {
        Some(name == "registry")
    }

    fn secrets(&self) -> Vec<String> {
        vec!["registry".to_owned()]
    }

    fn resource(&self, address: &str) -> Resource {
        let text = match address.strip_prefix(CATALOG) {
            Some("/log/1.0.0/function.yaml") => {
                "input: { schema: { document: { type: object, properties: { message: { type: string } }, additionalProperties: false } } }\n\
                 call: https://catalog.example.ir/functions/tell/2.0.0/function.yaml\n"
            }
            // Calls itself and the one that called it.
            Some("/tell/2.0.0/function.yaml") => {
                "do:\n  - a: { if: .more, call: 'https://catalog.example.ir/functions/tell/2.0.0/function.yaml' }\n"
            }
            Some("/wrong/1.0.0/function.yaml") => "set: { x: '${ .a | }' }\nouput: {}\n",
            Some("/grpc/1.0.0/function.yaml") => {
                "call: grpc\nwith: { proto: { endpoint: a }, service: { name: a, host: b }, method: c }\n"
            }
            Some("/list/1.0.0/function.yaml") => "- a: 1",
            Some("/bytes/1.0.0/function.yaml") => "a: [",
            Some("/secret/1.0.0/function.yaml") => "set: { x: '${ $secrets.registry }' }",
            _ => match address {
                "https://a.ir/schema.json" => r#"{"type": "object", "required": ["n"]}"#,
                "https://a.ir/script.js" => "console.log(1)",
                "https://a.ir/wrong.json" => r#"{"type": "text"}"#,
                _ => return Resource::Missing,
            },
        };
        Resource::Text(Arc::from(text))
    }

    fn cron(&self, text: &str) -> Result<(), String> {
        if text.starts_with("61") { Err("no hour has a minute 61".to_owned()) } else { Ok(()) }
    }
}

fn read(text: &str, names: &dyn Names) -> Result<(Workflow, Diagnostics), Diagnostics> {
    read::workflow(&yaml::parse(text).unwrap_or_else(|error| panic!("{error:?}\n{text}")), names)
}

/// A flow with these tasks, from line 3 on, and what stands after them.
fn flow(tasks: &str) -> String {
    format!("document: {{ dsl: 1.0.3, namespace: t, name: t, version: 1.0.0 }}\ndo:\n{tasks}")
}

fn one(task: &str) -> String {
    flow(&format!("  - a: {{ {task} }}\n"))
}

fn in_persian(text: &str) -> bool {
    text.contains(|letter| ('\u{0600}'..='\u{06FF}').contains(&letter))
}

/// What must be found, in the order of places: code, line, column; and words that stand in a message or a help.
#[track_caller]
fn finds(text: &str, expected: &[(&str, u32, u32)], said: &str) {
    let (found, accepted) = match read(text, &Host) {
        Ok((_, found)) => (found.list, true),
        Err(found) => (found.list, false),
    };
    let places: Vec<_> = found.iter().map(|one| (one.code, one.span.line, one.span.column)).collect();
    assert_eq!(places, expected, "{text}\n{found:#?}");
    assert_eq!(accepted, found.iter().all(|one| one.severity == Severity::Warning));
    for one in &found {
        assert!(in_persian(&one.message_fa) && one.help.as_ref().is_none_or(|help| in_persian(&help.fa)), "{one:?}");
    }
    let told = |one: &peygir_source::Diagnostic| {
        one.message.contains(said) || one.help.as_ref().is_some_and(|help| help.en.contains(said))
    };
    assert!(said.is_empty() || found.iter().any(told), "{said}\n{found:#?}");
}

#[track_caller]
fn accepts(text: &str) -> Workflow {
    match read(text, &Host) {
        Ok((workflow, found)) => {
            assert_eq!(found, Diagnostics::default(), "{text}");
            workflow
        }
        Err(found) => panic!("{text}\n{found:#?}"),
    }
}

fn path(text: &str) -> Vec<String> {
    text.split('/').map(str::to_owned).collect()
}

#[test]
fn the_whole_language_is_read() {
    let (workflow, found) = read(LANGUAGE, &AnyNames).unwrap_or_else(|found| panic!("{found:#?}"));
    assert_eq!(found, Diagnostics::default());
    assert_eq!((workflow.settings.catch_up, workflow.settings.overlap), (CatchUp::All, Overlap::Queue));
    assert_eq!(workflow.secrets, ["registry", "sign in"]);
    let extension = workflow.extension("log").unwrap();
    assert_eq!(extension.extend, Extended::All);
    assert!(extension.when.is_some() && extension.before.is_some() && extension.after.is_some());
    let schedule = workflow.schedule.as_ref().unwrap();
    assert_eq!(schedule.cron.as_deref(), Some("30 7 * * *"));
    assert!(schedule.every.is_some() && schedule.after.is_some() && schedule.on.is_some());
    assert_eq!(schedule.read, Read::Envelope);
    assert_eq!(workflow.functions.keys().collect::<Vec<_>>(), ["getPet", "twice"]);
    assert!(workflow.task(&path("both/twice/once/getPet")).is_some(), "functions stand below their calls");
    let task = |at: &str| &workflow.task(&path(at)).unwrap_or_else(|| panic!("{at}")).kind;
    let Kind::For(for_) = task("each") else { panic!() };
    assert_eq!((for_.each.as_str(), for_.at.as_str()), ("pet", "number"));
    let Kind::For(nested) = task("each/do/nested") else { panic!() };
    assert_eq!((nested.each.as_str(), nested.at.as_str()), ("item", "index"));
    assert!(matches!(task("each/do/nested/do/keep"), Kind::Set(_)));
    let Kind::For(colours) = task("colours") else { panic!() };
    let items = colours.in_.eval(&json!({"green": "#0f0"}), &[]).unwrap();
    assert_eq!(items, json!([{"hex": "#f00"}, {"hex": "#0f0"}]));
    let Kind::Listen(hear) = task("hear") else { panic!() };
    let foreach = hear.foreach.as_ref().unwrap();
    assert_eq!((foreach.item.as_str(), foreach.at.as_str()), ("event", "i"));
    assert!(foreach.output.is_some() && foreach.export.is_some() && foreach.tasks.is_some());
    assert!(matches!(task("pause"), Kind::Wait(DurationExpr::Computed(_))));
}

#[test]
fn runs_and_raised_errors() {
    let (workflow, _) = read(LANGUAGE, &AnyNames).unwrap();
    let task = |at: &str| &workflow.task(&path(at)).unwrap_or_else(|| panic!("{at}")).kind;
    let run = |at: &str| match task(at) {
        Kind::Run(run) => run.clone(),
        other => panic!("{other:?}"),
    };
    let child = run("child");
    assert!(!child.await_);
    assert!(matches!(&child.process, Process::Workflow { namespace, name, version: None, input: Some(_), .. }
        if namespace == "test" && name == "other"));
    assert!(matches!(run("own").process, Process::Workflow { version: Some(version), .. } if version == "1.0.0"));
    let Process::Function { name: RUN_SCRIPT, with, .. } = run("script").process else { panic!() };
    let with = with.eval(&json!({"name": "n", "n": 1}), &[]).unwrap();
    assert_eq!(
        with,
        json!({
            "language": "js", "return": "all", "stdin": {"name": "n", "n": 1}, "arguments": ["hello", "n"],
            "environment": {"KEY": "value", "N": 1},
            // The braces of another language are that language's own.
            "code": "const name = `${process.argv[2]}`;\nconsole.log(name);\n",
        })
    );
    let Process::Function { name: RUN_SHELL, with, .. } = run("shell").process else { panic!() };
    let with = with.eval(&json!({"name": "n"}), &[]).unwrap();
    assert_eq!(with, json!({"command": "echo \"Hello, n\"", "return": "stdout"}));
    let Kind::Raise(raise) = task("careful/try/fail") else { panic!() };
    assert_eq!(raise.detail.as_ref().unwrap().eval(&json!({"why": "late"}), &[]).unwrap(), json!("refused: late"));
    assert_eq!(raise.status, Template::Literal(json!(409)));
    let Kind::Raise(again) = task("careful/catch/again") else { panic!() };
    let error = json!({"title": "t"});
    assert_eq!(again.title.as_ref().unwrap().eval(&json!(null), &[("error", &error)]).unwrap(), json!("was t"));
}

#[test]
fn authentication_reaches_the_call_as_a_whole_policy() {
    let (workflow, _) = read(LANGUAGE, &AnyNames).unwrap();
    let with = |name: &str| match &workflow.task(&path(name)).unwrap().kind {
        Kind::Call(call) => call.with.clone().unwrap(),
        other => panic!("{other:?}"),
    };
    let secrets = json!({"registry": {"username": "u", "password": "p", "client": "c"}, "sign in": {"password": "q"}});
    let input = json!({"id": 7, "realm": "staff", "audience": "a", "status": "s"});
    let eval = |name: &str| with(name).eval(&input, &[("secrets", &secrets)]).unwrap();
    assert_eq!(
        eval("named"),
        json!({
            "method": "get",
            "endpoint": {"uri": "https://a.example.ir/7", "authentication": {"basic": secrets["registry"]}},
        })
    );
    assert_eq!(
        eval("described"),
        json!({
            "document": {
                "name": "pets",
                "endpoint": {
                    "uri": "https://a.example.ir/openapi.json",
                    "authentication": {"digest": {"username": "reader", "password": "q"}},
                },
            },
            "operationId": "findPets",
            "parameters": {"status": "s"},
            "authentication": {"oauth2": {
                "authority": "https://sso.example.ir/realms/staff",
                "endpoints": {"token": "/token"},
                "grant": "client_credentials",
                "client": {"id": "peygir", "secret": "c", "authentication": "client_secret_basic"},
                "request": {"encoding": "application/x-www-form-urlencoded"},
                "scopes": ["read"],
                "audiences": ["a"],
            }},
            "output": "response",
            "redirect": true,
        })
    );
}

#[test]
fn what_is_not_run_has_a_code_of_its_own_and_can_be_read() {
    let oauth = |grant: &str| {
        format!(
            "call: http, with: {{ method: get, endpoint: {{ uri: 'http://h', authentication: {{ oauth2: {{ authority: 'http://s', grant: {grant} }} }} }} }}"
        )
    };
    let grant = oauth("authorization_code");
    for (task, code, feature) in [
        (
            "call: grpc, with: { proto: { endpoint: x }, service: { name: n, host: h }, method: m }",
            "PG-D021",
            "call: grpc",
        ),
        ("call: asyncapi, with: { document: { endpoint: x }, channel: c, message: {} }", "PG-D022", "call: asyncapi"),
        ("call: a2a, with: { method: message/send, server: 'http://h' }", "PG-D023", "call: a2a"),
        ("call: mcp, with: { method: tools/list, transport: { stdio: { command: x } } }", "PG-D024", "call: mcp"),
        (
            "run: { container: { image: x, lifetime: { cleanup: eventually, after: PT1M } } }",
            "PG-D025",
            "run: container",
        ),
        (grant.as_str(), "PG-D026", ""),
    ] {
        let text = one(task);
        let node = yaml::parse(&text).unwrap();
        let (workflow, found) = read::document(&node, &Host);
        let workflow = workflow.unwrap_or_else(|| panic!("{text}\n{found:#?}"));
        assert_eq!(found.list.iter().map(|one| one.code).collect::<Vec<_>>(), [code]);
        assert!(read::refused(code) && read::workflow(&node, &Host).is_err());
        match &workflow.tasks[0].kind {
            Kind::Refused(refused) => assert_eq!(refused.feature, feature),
            Kind::Call(call) => assert_eq!(call.function, "http"),
            other => panic!("{other:?}"),
        }
    }
    accepts(&one(&oauth("client_credentials")));
    finds(
        &one("call: grpc, with: { prot: {} }"),
        &[("PG-D021", 3, 16), ("PG-D002", 3, 28), ("PG-D002", 3, 28), ("PG-D002", 3, 28), ("PG-D003", 3, 30)],
        "did you mean `proto`?",
    );
    let loose = one("wait: PT1S") + "evaluate: { mode: loose }\n";
    finds(&loose, &[("PG-D039", 4, 19)], "${ }");
    finds(
        &one("run: { container: { image: 1, pullPolicy: often } }"),
        &[("PG-D025", 3, 17), ("PG-D001", 3, 37), ("PG-D013", 3, 52)],
        "ifNotPresent",
    );
}

#[test]
fn loops_and_their_variables() {
    let for_ = |for_: &str, rest: &str| one(&format!("for: {{ {for_} }}, {rest}"));
    let set = "do: [ { b: { set: '${ $item }' } } ]";
    accepts(&for_("in: .x", set));
    accepts(&for_("in: '${ .x }'", "while: $index < 3 and $item, do: [ { b: { set: '${ $item }' } } ]"));
    finds(&for_("in: .x, each: pet", set), &[("PG-D008", 3, 60)], "$item");
    finds(&for_("in: $item", set), &[("PG-D008", 3, 21)], "$item");
    finds(&for_("in: .x, each: a, at: a", set), &[("PG-D013", 3, 38)], "another name");
    finds(&for_("in: .x, each: context", set), &[("PG-D013", 3, 31)], "no variable of the language");
    finds(&for_("in: .x, at: $i", set), &[("PG-D013", 3, 29)], "without `$`");
    finds(&for_("in: [ 1 ]", set), &[("PG-D001", 3, 23)], "${ [1, 2, 3] }");
    finds(&for_("in: 5", set), &[("PG-D001", 3, 21)], "a list of mappings");
    finds(&for_("each: x", set), &[("PG-D002", 3, 15), ("PG-D008", 3, 50)], "`in`");
    finds(&one("for: { in: .x }"), &[("PG-D002", 3, 5)], "`do`");
    let listen = |foreach: &str| one(&format!("listen: {{ to: {{ any: [], until: . }} }}, foreach: {{ {foreach} }}"));
    accepts(&listen("item: e, at: n, do: [ { b: { set: { e: '${ $e }', n: '${ $n }' } } } ], output: { as: $e }"));
    finds(&listen("itm: e"), &[("PG-D003", 3, 60)], "did you mean `item`?");
    // Nothing around a call is seen in a function.
    let isolated = "  - a: { for: { in: .x }, do: [ { b: { call: f } } ] }\nuse: { functions: { f: { set: { i: '${ $item }' } } } }\n";
    finds(&flow(isolated), &[("PG-D008", 4, 40)], "$item");
}

#[test]
fn errors_are_raised_by_name_or_written_out() {
    let raise = |error: &str| one(&format!("raise: {{ error: {error} }}"));
    accepts(&raise("{ type: 'https://e/x', status: 500, title: 'a ${ .b }', detail: '${ .c }', instance: '${ .d }' }"));
    finds(&raise("gone"), &[("PG-D010", 3, 26)], "use.errors");
    finds(&raise("{ type: x }"), &[("PG-D002", 3, 26)], "`status`");
    finds(&raise("{ type: a b, status: 1 }"), &[("PG-D013", 3, 34)], "without spaces");
    finds(&raise("{ type: x, status: '${ .s }' }"), &[("PG-D001", 3, 45)], "a whole number");
    finds(&raise("{ type: x, status: 1, instance: a }"), &[("PG-D013", 3, 58)], "JSON pointer");
    finds(&raise("{ type: x, status: 1, titel: a }"), &[("PG-D003", 3, 48)], "did you mean `title`?");
    let declared =
        one("raise: { error: gon }") + "use: { errors: { gone: { type: x, status: 410 }, odd: { type: x } } }\n";
    finds(&declared, &[("PG-D010", 3, 26), ("PG-D002", 4, 55)], "did you mean `gone`?");
}

#[test]
fn other_flows_and_processes() {
    let run = |run: &str| one(&format!("run: {{ {run} }}"));
    accepts(&run("workflow: { namespace: ir, name: intake, version: latest }"));
    accepts(&run("workflow: { namespace: t, name: t, version: 1.0.0 }"));
    finds(
        &run("workflow: { namespace: ir, name: intak, version: latest }"),
        &[("PG-D029", 3, 50)],
        "did you mean `ir/intake`?",
    );
    finds(
        &run("workflow: { namespace: ir, name: intake, version: 2.0.0 }"),
        &[("PG-D029", 3, 50)],
        "`ir/intake:2.0.0`",
    );
    finds(&run("workflow: { namespace: ir, name: intake }"), &[("PG-D002", 3, 27)], "`version`");
    finds(
        &run("workflow: { namespace: '${ .x }', name: intake, version: v1 }"),
        &[("PG-D013", 3, 40), ("PG-D013", 3, 74)],
        "latest",
    );
    finds(&run("shell: { command: x }, script: { language: js, code: y }"), &[("PG-D019", 3, 15)], "exactly one");
    finds(&run("shell: { comand: x }"), &[("PG-D002", 3, 17), ("PG-D003", 3, 26)], "did you mean `command`?");
    finds(&run("script: { language: js }"), &[("PG-D019", 3, 25)], "`code`, `source`");
    finds(&run("script: { language: js, code: x }, return: output"), &[("PG-D013", 3, 60)], "stdout");
    finds(&run("script: { language: js, code: x, arguments: [ 1 ] }"), &[("PG-D001", 3, 63)], "a text");
    let source = run("script: { language: js, source: { endpoint: 'https://a.ir/script.js' } }");
    let Kind::Run(found) = accepts(&source).tasks[0].kind.clone() else { panic!() };
    assert!(
        matches!(found.process, Process::Function { with: Template::Literal(with), .. } if with["code"] == "console.log(1)")
    );
    finds(
        &run("script: { language: js, source: { endpoint: 'https://a.ir/none.js' } }"),
        &[("PG-D030", 3, 49)],
        "nothing",
    );
    finds(
        &run("script: { language: js, source: { endpoint: 'https://a.ir/{x}.js' } }"),
        &[("PG-D020", 3, 61)],
        "nothing of it",
    );
}

#[test]
fn functions_by_name_catalog_and_address() {
    let log = "  - a: { call: 'log:1.0.0@office', with: { message: x } }\nuse: { catalogs: { office: { endpoint: 'https://catalog.example.ir/' } } }\n";
    let workflow = accepts(&flow(log));
    let tell = "https://catalog.example.ir/functions/tell/2.0.0/function.yaml";
    assert_eq!(workflow.functions.keys().collect::<Vec<_>>(), [tell, "log:1.0.0@office"]);
    assert!(workflow.task(&[path("a"), path("log:1.0.0@office")].concat()).is_some());
    let call = |call: &str| one(&format!("call: '{call}'"));
    accepts(&call("notify:1.0.0@default"));
    let at = |name: &str| call(&format!("{CATALOG}/{name}/1.0.0/function.yaml"));
    finds(&at("none"), &[("PG-D030", 3, 16)], "there is nothing");
    finds(&at("wrong"), &[("PG-D030", 3, 16)], "term expected");
    finds(&at("list"), &[("PG-D030", 3, 16)], "must be a mapping");
    finds(&at("bytes"), &[("PG-D030", 3, 16)], "not YAML");
    finds(&at("grpc"), &[("PG-D021", 3, 16)], "call: grpc");
    finds(&at("secret"), &[("PG-D030", 3, 16)], "registry");
    accepts(&(at("secret") + "use: { secrets: [ registry ] }\n"));
    finds(&call("log:1.0.0@ofice"), &[("PG-D010", 3, 16)], "use.catalogs");
    let misspelt =
        flow("  - a: { call: 'log:1.0.0@ofice' }\nuse: { catalogs: { office: { endpoint: 'https://x' } } }\n");
    finds(&misspelt, &[("PG-D010", 3, 16)], "did you mean `office`?");
    finds(&call("notify@default"), &[("PG-D013", 3, 16)], "NAME");
    let declared = |call: &str| {
        flow(&format!(
            "  - a: {{ {call} }}\nuse: {{ functions: {{ greet: {{ input: {{ schema: {{ document: {{ type: object, required: [ who ] }} }} }}, set: {{ x: 1 }} }} }} }}\n"
        ))
    };
    accepts(&declared("call: greet, with: { who: me }"));
    finds(&declared("call: greet, with: {}"), &[("PG-D002", 3, 29)], "`who`");
    finds(&declared("call: gret"), &[("PG-D009", 3, 16)], "did you mean `greet`?");
    finds(
        &flow("  - a: { wait: PT1S }\nuse: { functions: { http: { set: { x: 1 } }, '@x': { set: { x: 1 } } } }\n"),
        &[("PG-D013", 4, 21), ("PG-D013", 4, 46)],
        "language itself",
    );
}

#[test]
fn inputs_are_held_against_the_schema_of_the_function() {
    let notify = |with: &str| one(&format!("call: notify, with: {{ {with} }}"));
    accepts(&notify("to: citizen, text: x, times: 2"));
    // An expression may give anything, and what depends on it is not judged.
    accepts(&notify("to: '${ .who }', times: '${ .n }', via: '${ .v }'"));
    accepts(&notify("to: citizen, via: [ '${ .v }', { kind: '${ .k }' } ]"));
    finds(&notify("to: citizen, txt: x"), &[("PG-D003", 3, 45)], "did you mean `text`?");
    finds(&notify("text: x"), &[("PG-D002", 3, 30)], "`to`");
    finds(&notify("to: nobody"), &[("PG-D032", 3, 36)], "citizen");
    finds(&notify("to: citizen, times: 0"), &[("PG-D032", 3, 52)], "minimum");
    finds(&notify("to: owner"), &[("PG-D002", 3, 30)], "`text`");
    finds(&notify("to: citizen, via: [ {} ]"), &[("PG-D002", 3, 52)], "`kind`");
    finds(&notify("to: citizen, via: { a: '${ .x }' }"), &[("PG-D032", 3, 50)], "array");
    // Without `with` the task's input is the function's.
    accepts(&one("call: notify"));
}

#[test]
fn secrets_are_declared_and_there() {
    let with_secrets = |task: &str, list: &str| one(task) + &format!("use: {{ secrets: [ {list} ] }}\n");
    accepts(&with_secrets("set: { x: '${ $secrets.registry.key }' }", "registry"));
    accepts(&with_secrets("set: { x: '${ $secrets | keys }' }", "registry"));
    finds(
        &with_secrets("set: { x: '${ $secrets.regstry }' }", "registry"),
        &[("PG-D027", 3, 20)],
        "did you mean `registry`?",
    );
    finds(&one("set: { x: '${ $secrets.registry }' }"), &[("PG-D027", 3, 20)], "use.secrets");
    finds(&one("if: $secrets == null, wait: PT1S"), &[("PG-D027", 3, 14)], "declares none");
    finds(&with_secrets("wait: PT1S", "registri"), &[("PG-D028", 4, 19)], "did you mean `registry`?");
    finds(&with_secrets("wait: PT1S", "registry, registry"), &[("PG-D005", 4, 29)], "twice");
    let call = |policy: &str| {
        format!("call: http, with: {{ method: get, endpoint: {{ uri: 'http://h', authentication: {policy} }} }}")
    };
    accepts(&with_secrets(&call("{ bearer: { use: registry } }"), "registry"));
    finds(&one(&call("{ bearer: { use: registry } }")), &[("PG-D027", 3, 105)], "registry");
    finds(&one(&call("{ use: named }")), &[("PG-D010", 3, 95)], "use.authentications");
    finds(&one(&call("{ basic: { username: a } }")), &[("PG-D002", 3, 97)], "`password`");
    finds(
        &one(&call("{ basic: { username: a, password: b }, bearer: { token: t } }")),
        &[("PG-D019", 3, 88)],
        "exactly one",
    );
    finds(&one(&call("{ bearr: { token: t } }")), &[("PG-D019", 3, 88), ("PG-D003", 3, 90)], "did you mean `bearer`?");
    finds(
        &one(&call("{ oauth2: { authority: 'http://s', grant: cookie } }")),
        &[("PG-D013", 3, 130)],
        "client_credentials",
    );
    finds(&one(&call("{ oidc: { authority: '${ .a }', grant: password } }")), &[("PG-D020", 3, 109)], "computed");
    finds(
        &one(&call("{ oidc: { authority: 'http://s', grant: password, client: {} } }")),
        &[("PG-D002", 3, 146)],
        "`id`",
    );
}

#[test]
fn attributes_of_events() {
    let emit = |with: &str| one(&format!("emit: {{ event: {{ with: {{ type: x, {with} }} }} }}"));
    accepts(&emit("source: 'urn:a', time: '2026-08-01T12:00:00+03:30', subject: 'case ${ .n }', number: 5"));
    accepts(&emit("source: '${ .s }', time: '${ .t }', dataschema: '${ .d }'"));
    finds(&emit("source: a b"), &[("PG-D013", 3, 52)], "a URI without spaces");
    finds(&emit("time: tomorrow"), &[("PG-D013", 3, 50)], "an instant");
    finds(&emit("time: 2026-08-01 12:00Z"), &[("PG-D013", 3, 50)], "an instant");
    finds(&emit("subject: 5"), &[("PG-D001", 3, 53)], "a text");
}

#[test]
fn schedules() {
    let schedule = |members: &str| one("wait: PT1S") + &format!("schedule: {{ {members} }}\n");
    accepts(&schedule("cron: '*/5 * * * *', every: PT1H, after: PT1M, on: { one: { with: { type: x } } }, read: raw"));
    finds(&schedule(""), &[("PG-D002", 4, 11)], "cron");
    finds(&schedule("cron: hello"), &[("PG-D031", 4, 19)], "1 fields, not 5");
    finds(&schedule("cron: 61 * * * *"), &[("PG-D031", 4, 19)], "minute 61");
    finds(&schedule("every: PT0S"), &[("PG-D012", 4, 20)], "some time must pass");
    finds(&schedule("every: '${ .x }'"), &[("PG-D012", 4, 20)], "PT1H30M");
    finds(&schedule("every: PT1H, read: raw"), &[("PG-D002", 4, 11)], "`on`");
    finds(&schedule("evry: PT1H"), &[("PG-D002", 4, 11), ("PG-D003", 4, 13)], "did you mean `every`?");
}

#[test]
fn extensions_and_names() {
    let use_ = |members: &str| one("wait: PT1S") + &format!("use: {{ {members} }}\n");
    finds(&use_("extensions: [ { x: { extend: do } } ]"), &[("PG-D013", 4, 37)], "composite");
    finds(&use_("extensions: [ { x: { when: .a } } ]"), &[("PG-D002", 4, 24)], "`extend`");
    finds(&use_("extensions: [ { x: { extend: all } }, { x: { extend: all } } ]"), &[("PG-D005", 4, 48)], "twice");
    finds(&use_("extensions: [ { x: { extend: all, when: $input } } ]"), &[("PG-D008", 4, 48)], "$input");
    finds(&flow("  - '@before:x': { wait: PT1S }\n"), &[("PG-D013", 3, 5)], "does not begin with `@`");
    finds(&use_("functons: {}"), &[("PG-D003", 4, 8)], "did you mean `functions`?");
}

#[test]
fn schemas() {
    let input = |schema: &str| one(&format!("input: {{ schema: {{ {schema} }} }}, wait: PT1S"));
    let workflow = accepts(&input("resource: { endpoint: { uri: 'https://a.ir/schema.json' } }"));
    let schema = workflow.tasks[0].input.as_ref().unwrap().schema.clone();
    assert_eq!(schema, Some(json!({"type": "object", "required": ["n"]})));
    finds(&input("document: { type: text }"), &[("PG-D040", 3, 39)], "JSON Schema");
    finds(&input("document: { $ref: 'https://a.ir/schema.json' }"), &[("PG-D040", 3, 39)], "");
    finds(&input("resource: { endpoint: 'https://a.ir/wrong.json' }"), &[("PG-D040", 3, 39)], "");
    finds(&input("resource: { endpoint: 'https://a.ir/none.json' }"), &[("PG-D030", 3, 39)], "nothing");
    finds(&input("format: json"), &[("PG-D019", 3, 27)], "`document`, `resource`");
}

#[test]
fn tasks_that_no_path_leads_to() {
    let wait = "{ wait: PT1S }";
    finds(
        &flow(&format!("  - a: {{ wait: PT1S, then: c }}\n  - b: {wait}\n  - c: {wait}\n")),
        &[("PG-D033", 4, 5)],
        "`b`",
    );
    finds(&flow(&format!("  - a: {{ wait: PT1S, then: end }}\n  - b: {wait}\n")), &[("PG-D033", 4, 5)], "`b`");
    finds(
        &flow(&format!("  - a: {{ raise: {{ error: {{ type: x, status: 1 }} }} }}\n  - b: {wait}\n")),
        &[("PG-D033", 4, 5)],
        "`b`",
    );
    accepts(&flow(&format!("  - a: {{ if: .x, raise: {{ error: {{ type: x, status: 1 }} }} }}\n  - b: {wait}\n")));
    // A skipped task's `then` is followed too.
    finds(&flow(&format!("  - a: {{ if: .x, wait: PT1S, then: end }}\n  - b: {wait}\n")), &[("PG-D033", 4, 5)], "`b`");
    let switch = |cases: &str| flow(&format!("  - a: {{ switch: [ {cases} ] }}\n  - b: {wait}\n  - c: {wait}\n"));
    accepts(&switch("{ x: { when: .x, then: c } }"));
    accepts(&switch("{ x: { when: .x, then: b } }, { y: { then: c } }"));
    finds(&switch("{ x: { when: .x, then: c } }, { y: { then: end } }"), &[("PG-D033", 4, 5)], "`b`");
    let inner = |body: &str| flow(&format!("  - a: {{ {body} }}\n  - b: {wait}\n"));
    finds(&inner("do: [ { x: { wait: PT1S, then: end } } ]"), &[("PG-D033", 4, 5)], "`b`");
    accepts(&inner("do: [ { x: { wait: PT1S, then: exit } } ]"));
    accepts(&inner("for: { in: .x }, do: [ { x: { wait: PT1S, then: end } } ]"));
    accepts(&inner("fork: { compete: true, branches: [ { x: { wait: PT1S, then: end } }, { y: { wait: PT1S } } ] }"));
    finds(
        &inner("fork: { branches: [ { x: { wait: PT1S, then: end } }, { y: { wait: PT1S } } ] }"),
        &[("PG-D033", 4, 5)],
        "",
    );
    let try_ = |catch: &str| inner(&format!("try: [ {{ x: {{ wait: PT1S, then: end }} }} ], catch: {catch}"));
    accepts(&try_("{ errors: { with: { status: 1 } } }"));
    finds(&try_("{ errors: { with: { status: 1 } }, then: end }"), &[("PG-D033", 4, 5)], "");
    finds(&try_("{ do: [ { y: { wait: PT1S, then: end } } ] }"), &[("PG-D033", 4, 5)], "");
    accepts(&try_("{ then: b }"));
    // What an extension may leave out does not end the way.
    accepts(
        &(inner("raise: { error: { type: x, status: 1 } }")
            + "use: { extensions: [ { e: { extend: raise, before: [ { s: { set: { x: 1 }, then: exit } } ] } } ] }\n"),
    );
}

#[test]
fn loops_that_never_rest() {
    finds(&flow("  - a: { set: { x: 1 } }\n  - b: { set: { x: 2 }, then: a }\n"), &[("PG-D034", 4, 5)], "never ends");
    finds(&flow("  - a: { set: { x: 1 }, then: a }\n"), &[("PG-D034", 3, 5)], "never ends");
    accepts(&flow("  - a: { wait: PT1S, then: a }\n"));
    accepts(&flow("  - a: { do: [ { x: { call: human-task } } ], then: a }\n"));
    let counts = |body: &str| {
        flow(&format!("  - a: {{ {body} }}\n  - b: {{ switch: [ {{ more: {{ when: .n < 5, then: a }} }} ] }}\n"))
    };
    accepts(&counts("set: { n: '${ .n + 1 }' }"));
    finds(&counts("call: http, with: { method: get, endpoint: 'http://h' }"), &[("PG-D034", 4, 5)], "without a pause");
    accepts(&counts("wait: PT1S"));
    accepts(&flow("  - a: { if: .x, raise: { error: { type: x, status: 1 } } }\n  - b: { set: { x: 1 }, then: a }\n"));
}

#[test]
fn errors_swallowed_and_exports_lost() {
    let catch = |catch: &str| one(&format!("try: [ {{ b: {{ wait: PT1S }} }} ], catch: {catch}"));
    finds(&catch("{}"), &[("PG-D035", 3, 5)], "every error");
    for answered in
        ["{ when: .x }", "{ do: [ { c: { wait: PT1S } } ] }", "{ then: end }", "{ errors: { with: { status: 1 } } }"]
    {
        accepts(&catch(answered));
    }
    let export = |name: &str, as_: &str| format!("  - {name}: {{ wait: PT1S, export: {{ as: '{as_}' }} }}\n");
    accepts(&flow(&(export("a", ".") + &export("b", "$context + {x: .}"))));
    finds(&flow(&(export("a", ".") + &export("b", "."))), &[("PG-D036", 4, 5)], "`a`");
    let nested = "  - a: { do: [ { x: { wait: PT1S, export: { as: . } } } ], export: { as: { y: '${ . }' } } }\n";
    finds(&flow(nested), &[("PG-D036", 3, 5)], "`x`");
    // Of two ways only one is gone.
    let ways = "  - s: { switch: [ { x: { when: .x, then: a } }, { y: { then: b } } ] }\n  - a: { wait: PT1S, export: { as: . }, then: end }\n  - b: { wait: PT1S, export: { as: . } }\n";
    accepts(&flow(ways));
    let branch = "  - f: { fork: { branches: [ { a: { wait: PT1S, export: { as: . } } }, { b: { do: [ { c: { wait: PT1S, export: { as: . } } } ] } } ] } }\n";
    finds(&flow(branch), &[("PG-D037", 3, 32), ("PG-D037", 3, 87)], "branch alone");
}

proptest! {
    /// Whatever host there is, and whatever became of a flow.
    #[test]
    fn a_flow_with_bytes_changed_is_read_or_refused(changes in prop::collection::vec((0..LANGUAGE.len(), any::<u8>()), 1..4)) {
        let mut bytes = LANGUAGE.as_bytes().to_vec();
        changes.into_iter().for_each(|(at, byte)| bytes[at] = byte);
        if let Ok(node) = yaml::parse(&String::from_utf8_lossy(&bytes)) {
            let _ = read::document(&node, &AnyNames);
            if let Err(found) = read::workflow(&node, &Host) {
                prop_assert!(found.has_errors());
            }
        }
    }
}

#[test]
fn the_two_kinds_of_fields() {
    finds(
        &one("set: { x: .name, y: '${ .name }', z: './file', w: .5, v: $context.a }"),
        &[("PG-D038", 3, 20), ("PG-D038", 3, 67)],
        "`${ .name }`",
    );
    accepts(&one("if: .x, set: '${ . }', output: { as: .y }"));
}

#[test]
fn what_is_warned_of_is_told_beside_errors() {
    let swallows = "{ try: [ { x: { call: http, with: { method: get, endpoint: 'http://a.ir' } } } ], catch: {} }";
    let both = |task: &str| flow(&format!("  - a: {{ {task} }}\n  - b: {swallows}\n"));
    finds(&both("wait: soon"), &[("PG-D012", 3, 16), ("PG-D035", 4, 5)], "`b`");
    finds(&both("set: { x: 1 }, ouput: {}"), &[("PG-D003", 3, 25), ("PG-D035", 4, 5)], "`b`");
    finds(&both("cal: http"), &[("PG-D014", 3, 10), ("PG-D035", 4, 5)], "`b`");
    let nameless = both("set: { x: 1 }").replace("version: '1.0.0'", "version: one");
    assert!(finds_codes(&nameless).contains(&"PG-D035"), "{:?}", finds_codes(&nameless));
    // What is wrong in a task says nothing of where it leads.
    let ends = |task: &str| flow(&format!("  - a: {{ {task}, then: end }}\n  - b: {{ set: {{ x: 1 }} }}\n"));
    finds(&ends("wait: soon"), &[("PG-D012", 3, 16), ("PG-D033", 4, 5)], "`b`");
}

#[test]
fn what_is_wrong_is_never_warned_of_for_what_it_may_mean() {
    // Each of these would be warned of if the part that can't be read were left out.
    let after = |task: &str| finds_codes(&flow(&format!("  - a: {{ {task} }}\n  - b: {{ set: {{ x: 1 }} }}\n")));
    assert_eq!(after("iff: .x, raise: { error: { type: 'a:b', status: 1 } }"), ["PG-D003"]);
    assert_eq!(after("if: '.x ==', raise: { error: { type: 'a:b', status: 1 } }"), ["PG-D008"]);
    assert_eq!(after("set: { x: 1 }, then: end, thn: b"), ["PG-D003"]);
    assert_eq!(after("switch: [ { x: { wen: .x, then: end } } ]"), ["PG-D003"]);
    let try_ = "try: [ { x: { set: { x: 1 } } } ]";
    assert_eq!(after(&format!("{try_}, catch: {{ erors: {{ with: {{ status: 1 }} }} }}")), ["PG-D003"]);
    let turns =
        |task: &str| finds_codes(&flow(&format!("  - a: {{ {task} }}\n  - b: {{ set: {{ x: 1 }}, then: a }}\n")));
    assert_eq!(turns("wiat: PT1S"), ["PG-D014"]);
    assert_eq!(turns("wait: soon"), ["PG-D012"]);
    assert_eq!(turns("set: { x: 1 }, thne: end"), ["PG-D003"]);
    assert_eq!(turns("set: { x: 1 }"), ["PG-D034"]);
    let exports = "  - a: { set: { x: 1 }, export: { as: '{ a: 1 }' }, then: end }\n  - b: { set: {}, thne: c }\n";
    let exports = flow(&format!("{exports}  - c: {{ set: {{ x: 1 }}, export: {{ as: '{{ b: 1 }}' }} }}\n"));
    assert!(!finds_codes(&exports).contains(&"PG-D036"), "{:?}", finds_codes(&exports));
}

fn finds_codes(text: &str) -> Vec<&'static str> {
    match read(text, &Host) {
        Ok((_, found)) | Err(found) => found.list.iter().map(|one| one.code).collect(),
    }
}
