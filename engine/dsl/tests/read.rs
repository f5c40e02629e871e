//! The reader: flows that are right, a table of what is refused, and that nothing makes it panic.

use peygir_dsl::duration::Duration;
use peygir_dsl::expr::Template;
use peygir_dsl::model::{Backoff, Consumption, DurationExpr, Kind, Read, Then, Until, Workflow};
use peygir_dsl::read::{self, AnyNames, Names};
use peygir_source::{Diagnostics, Severity, yaml};
use proptest::prelude::*;
use serde_json::json;

const REFERRAL: &str = include_str!("flows/referral.yaml");
const EVERYTHING: &str = include_str!("flows/everything.yaml");

struct World;

impl Names for World {
    fn has_function(&self, name: &str) -> Option<bool> {
        Some(self.functions().iter().any(|known| known == name))
    }

    fn functions(&self) -> Vec<String> {
        ["route-agency", "case-refer", "human-task", "case-close"].map(str::to_owned).to_vec()
    }
}

fn workflow(text: &str, names: &dyn Names) -> Result<(Workflow, Diagnostics), Diagnostics> {
    let node = yaml::parse(text).expect("the test's text is YAML");
    read::workflow(&node, names)
}

#[track_caller]
fn read(text: &str) -> Workflow {
    match workflow(text, &AnyNames) {
        Ok((workflow, found)) => {
            assert_eq!(found, Diagnostics::default());
            workflow
        }
        Err(found) => panic!("{found:#?}"),
    }
}

fn fixed(text: &str) -> DurationExpr {
    DurationExpr::Fixed(Duration::parse(text).unwrap())
}

fn path(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_referral_is_read() {
    let (workflow, _) = workflow(REFERRAL, &World).unwrap();
    assert_eq!(workflow.name.to_string(), "test/referral:1.2.0");
    assert_eq!(workflow.title.as_deref(), Some("ارجاع و پیگیری"));
    assert_eq!(workflow.settings.case_type.as_deref(), Some("samad"));
    assert_eq!(workflow.settings.zone.as_deref(), Some("Asia/Tehran"));
    let schedule = workflow.schedule.as_ref().unwrap();
    assert!(matches!(&schedule.on, Some(Consumption::One(filter)) if filter.with[0].0 == "type"));
    assert_eq!(workflow.tasks.len(), 5);
    let refer = workflow.task(&path(&["refer"])).unwrap();
    assert_eq!((refer.span.line, refer.span.column), (20, 5));
    let Kind::Call(call) = &refer.kind else { panic!("{refer:?}") };
    assert_eq!(call.function, "case-refer:1.4.0@default");
    assert_eq!((call.function_span.line, call.function_span.column), (21, 13));
    let with = call.with.as_ref().unwrap().eval(&json!({"agency": "a"}), &[]).unwrap();
    assert_eq!(with, json!({"to": {"agency": "a"}}));
    let Kind::Call(call) = &workflow.task(&path(&["answer"])).unwrap().kind else { panic!() };
    let Some(Template::Literal(with)) = &call.with else { panic!("plain data is a literal") };
    assert_eq!(with["between"], json!("08:00-21:00"));
    let Kind::Switch(cases) = &workflow.task(&path(&["afterReferral"])).unwrap().kind else { panic!() };
    assert_eq!(cases[0].then, Then::Task("close".into()));
    assert_eq!(cases[1].when.as_ref().unwrap().source().trim(), ".outcome == \"expired\"");
    assert!(cases[2].when.is_none());
}

#[test]
fn everything_that_is_run_is_read() {
    let workflow = read(EVERYTHING);
    let task = |names: &[&str]| workflow.task(&path(names)).unwrap_or_else(|| panic!("{names:?}"));
    assert_eq!(workflow.timeout, Some(fixed("PT5S")));
    assert_eq!(workflow.schedule.as_ref().unwrap().read, Read::Envelope);
    assert_eq!(workflow.input.as_ref().unwrap().schema.as_ref().unwrap()["required"], json!(["n"]));
    let prepare = task(&["prepare"]);
    assert_eq!(prepare.then, Some(Then::Task("group".into())));
    assert_eq!(prepare.export.as_ref().unwrap().schema, Some(json!(true)));
    assert!(prepare.if_.is_some());
    let Kind::Fork(fork) = &task(&["group", "side"]).kind else { panic!() };
    assert!(fork.compete);
    assert!(matches!(&task(&["group", "side", "a"]).kind, Kind::Wait(wait) if *wait == fixed("PT1.005S")));
    assert!(matches!(&task(&["group", "side", "b", "x"]).kind, Kind::Call(_)));
    let Kind::Listen(hear) = &task(&["hear"]).kind else { panic!() };
    assert!(matches!((&hear.to, hear.read), (Consumption::All(filters), Read::Raw) if filters.len() == 2));
    let Kind::Listen(more) = &task(&["more"]).kind else { panic!() };
    assert!(matches!(&more.to, Consumption::Any { filters, until: Some(Until::Condition(_)) } if filters.is_empty()));
    let Kind::Listen(until) = &task(&["until"]).kind else { panic!() };
    assert!(matches!(&until.to, Consumption::Any { until: Some(Until::Events(_)), .. }));
    let Kind::Try(try_) = &task(&["t"]).kind else { panic!() };
    let retry = try_.catch.retry.as_ref().unwrap();
    assert_eq!((retry.count, retry.backoff), (Some(5), Backoff::Exponential));
    assert_eq!(retry.jitter.as_ref().unwrap().1, fixed("PT0.5S"));
    assert!(retry.when.is_some() && try_.catch.except_when.is_some());
    assert_eq!(try_.catch.errors, Some(json!({"type": "https://example.com/gone", "status": 503})));
    assert_eq!(try_.catch.then, Some(Then::Task("choose".into())));
    assert!(matches!(&task(&["t", "try", "nested", "try", "u"]).kind, Kind::Wait(wait) if *wait == fixed("PT0S")));
    assert!(matches!(&task(&["t", "catch", "repair"]).kind, Kind::Set(_)));
}

#[test]
fn lists_and_pointers() {
    let workflow = read(EVERYTHING);
    for (names, pointer) in [
        (&["prepare"][..], "/do/0/prepare"),
        (&["group", "side"], "/do/2/group/do/1/side"),
        (&["group", "side", "b"], "/do/2/group/do/1/side/fork/branches/1/b"),
        (&["group", "side", "b", "x"], "/do/2/group/do/1/side/fork/branches/1/b/do/0/x"),
        (&["t"], "/do/7/t"),
        (&["t", "try", "nested", "try", "u"], "/do/7/t/try/1/nested/try/0/u"),
        (&["t", "catch", "repair"], "/do/7/t/catch/do/0/repair"),
        (&[], ""),
    ] {
        assert_eq!(workflow.pointer(&path(names)), pointer);
        if let [.., last] = names {
            assert_eq!(workflow.task(&path(names)).unwrap().name, *last);
            let document = yaml::parse(EVERYTHING).unwrap().to_json();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
    }
    assert_eq!(workflow.list(&[]).unwrap().len(), 9);
    assert_eq!(workflow.list(&path(&["group"])).unwrap().len(), 2);
    assert_eq!(workflow.list(&path(&["t", "try"])).unwrap().len(), 2);
    assert_eq!(workflow.list(&path(&["t", "catch"])).unwrap().len(), 1);
    for nowhere in [
        &["nobody"][..],
        &["t"],
        &["t", "do"],
        &["prepare"],
        &["group", "inner", "x"],
        &["t", "try", "nested", "catch"],
    ] {
        assert!(workflow.list(&path(nowhere)).is_none(), "{nowhere:?}");
    }
    assert!(workflow.task(&[]).is_none());
}

/// A flow with these tasks, from line 3 on, indented by two.
fn flow(tasks: &str) -> String {
    format!("document: {{ dsl: 1.0.3, namespace: t, name: t, version: 1.0.0 }}\ndo:\n{tasks}")
}

fn in_persian(text: &str) -> bool {
    text.contains(|letter| ('\u{0600}'..='\u{06FF}').contains(&letter))
}

/// Codes with line and column of all errors, and whether one of the messages or helps holds `said`.
#[track_caller]
fn refuses(text: &str, expected: &[(&str, u32, u32)], said: &str) {
    let found = match workflow(text, &World) {
        Ok(_) => panic!("accepted:\n{text}"),
        Err(found) => found.list,
    };
    let errors = found.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    let places: Vec<_> = errors.map(|error| (error.code, error.span.line, error.span.column)).collect();
    let mut expected = expected.to_vec();
    expected.sort_by_key(|(code, line, column)| (*line, *column, *code));
    assert_eq!(places, expected, "{text}\n{found:#?}");
    for one in &found {
        assert!(in_persian(&one.message_fa) && one.help.as_ref().is_none_or(|help| in_persian(&help.fa)), "{one:?}");
    }
    let said_somewhere = found
        .iter()
        .any(|one| one.message.contains(said) || one.help.as_ref().is_some_and(|help| help.en.contains(said)));
    assert!(said_somewhere, "{said}\n{found:#?}");
}

#[test]
fn slips_are_refused_with_a_suggestion() {
    refuses(&flow("  - a: { set: { x: 1 }, ouput: {} }\n"), &[("PG-D003", 3, 25)], "did you mean `output`?");
    refuses(&flow("  - a: { cal: notify }\n"), &[("PG-D014", 3, 10)], "did you mean `call`?");
    refuses(&flow("  - a: { if: .x }\n"), &[("PG-D014", 3, 5)], "write one of `call`");
    refuses(&flow("  - a: { call: human-tsk }\n"), &[("PG-D009", 3, 16)], "did you mean `human-task`?");
    refuses(
        &flow("  - a: { wait: PT1S, then: bb }\n  - b: { wait: PT1S }\n"),
        &[("PG-D006", 3, 28)],
        "did you mean `b`?",
    );
    refuses(&flow("  - a: { set: { x: 1 }, call: human-task }\n"), &[("PG-D014", 3, 5)], "`call`, `set`");
    refuses(&flow("  - a: { wait: PT1S }\n    b: { wait: PT1S }\n"), &[("PG-D015", 3, 5)], "one name");
    refuses(&flow("  - a: { wait: PT1S }\n  - a: { wait: PT1S }\n"), &[("PG-D005", 4, 5)], "line 3");
    refuses(&flow("  []\n"), &[("PG-D007", 3, 3)], "empty");
    refuses(&flow("  - a: { do: [] }\n"), &[("PG-D007", 3, 14)], "empty");
    refuses(&flow("  - a: { switch: [] }\n"), &[("PG-D007", 3, 18)], "empty");
    refuses(&flow("  - a: { set: {} }\n"), &[("PG-D007", 3, 15)], "empty");
    refuses("do: {}", &[("PG-D002", 1, 1), ("PG-D001", 1, 5)], "a list");
    refuses("[]", &[("PG-D001", 1, 1)], "`workflow` must be a mapping");
    refuses(
        "schedul: {}\ndocument: {}\ndo: []\n",
        &[
            ("PG-D003", 1, 1),
            ("PG-D002", 2, 11),
            ("PG-D002", 2, 11),
            ("PG-D002", 2, 11),
            ("PG-D002", 2, 11),
            ("PG-D007", 3, 5),
        ],
        "did you mean `schedule`?",
    );
}

#[test]
fn a_name_outside_the_list_cannot_be_gone_to() {
    let inner = "  - a:\n      do:\n        - x: { wait: PT1S, then: b }\n  - b: { wait: PT1S }\n";
    refuses(&flow(inner), &[("PG-D006", 5, 34)], "no task of the same list");
    let branch = "  - a:\n      fork:\n        branches:\n          - x: { wait: PT1S, then: y }\n          - y: { wait: PT1S }\n";
    refuses(&flow(branch), &[("PG-D006", 6, 36)], "`continue`, `exit` or `end`");
    let case = "  - a:\n      switch:\n        - x: { when: .a, then: nowhere }\n        - y: { then: a }\n";
    refuses(&flow(case), &[("PG-D006", 5, 32)], "nowhere");
    let two = "  - a:\n      switch:\n        - x: { then: a }\n        - y: { then: end }\n";
    refuses(&flow(two), &[("PG-D018", 6, 11)], "line 5");
    let same = "  - a:\n      switch:\n        - x: { when: .a, then: a }\n        - x: { then: end }\n";
    refuses(&flow(same), &[("PG-D005", 6, 11)], "twice");
}

#[test]
fn expressions_are_compiled_and_point_at_the_slip() {
    refuses(&flow("  - a: { if: '.x ==', wait: PT1S }\n"), &[("PG-D008", 3, 20)], "term expected");
    refuses(&flow("  - a: { if: '${ .x | foo }', wait: PT1S }\n"), &[("PG-D008", 3, 23)], "no function `foo`");
    refuses(&flow("  - متن: { if: $inptu.x, wait: PT1S }\n"), &[("PG-D008", 3, 16)], "no variable `$inptu`");
    refuses(&flow("  - a: { set: { x: 'سلام ${ .a + } .' } }\n"), &[("PG-D008", 3, 34)], "term expected");
    refuses(&flow("  - a: { set: { x: '${ .a' } }\n"), &[("PG-D008", 3, 21)], "not closed");
    refuses(&flow("  - a: { set: { x: '${ env }' } }\n"), &[("PG-D008", 3, 24)], "`env`");
    // The transformed input is not there yet; the error only in `catch`; `$output` only in `export`.
    refuses(&flow("  - a: { if: $input.x, wait: PT1S }\n"), &[("PG-D008", 3, 14)], "$input");
    refuses(&flow("  - a: { set: { x: '${ $error }' } }\n"), &[("PG-D008", 3, 24)], "$error");
    refuses(&flow("  - a: { set: { x: '${ $output }' } }\n"), &[("PG-D008", 3, 24)], "$output");
    refuses(&flow("  - a: { set: .x }\n"), &[("PG-D013", 3, 15)], "in `${ }`");
    // Bare jq in a value field is a text.
    let (workflow, found) = workflow(&flow("  - a: { set: { x: .n } }\n"), &AnyNames).unwrap();
    assert_eq!(found.list.iter().map(|one| one.code).collect::<Vec<_>>(), ["PG-D038"]);
    assert!(matches!(&workflow.tasks[0].kind, Kind::Set(Template::Literal(value)) if *value == json!({"x": ".n"})));
}

#[test]
fn calls_over_http_are_read() {
    let with = |members: &str| {
        let workflow = read(&flow(&format!("  - a: {{ call: http, with: {{ {members} }} }}\n")));
        let Kind::Call(call) = workflow.tasks[0].kind.clone() else { panic!("no call") };
        assert_eq!(call.function, "http");
        call.with.unwrap().eval(&json!({"id": "a b", "method": "put", "url": "http://h/{id}", "h": {"x": "1"}}), &[])
    };
    for (members, expected) in [
        ("method: get, endpoint: 'http://h/{id}'", json!({"method": "get", "endpoint": "http://h/a%20b"})),
        ("method: GET, endpoint: { uri: 'https://h' }", json!({"method": "GET", "endpoint": "https://h"})),
        // What an expression gives is never a template again.
        ("method: '${ .method }', endpoint: '${ .url }'", json!({"method": "put", "endpoint": "http://h/{id}"})),
        (
            "method: post, endpoint: HTTP://h, headers: '${ .h }', query: { q: '${ .id }' }, body: { n: [ '${ .id }' ] }, \
             output: response, redirect: true",
            json!({"method": "post", "endpoint": "HTTP://h", "headers": {"x": "1"}, "query": {"q": "a b"},
                "body": {"n": ["a b"]}, "output": "response", "redirect": true}),
        ),
    ] {
        assert_eq!(with(members).unwrap(), expected, "{members}");
    }
}

#[test]
fn calls_over_http_that_cannot_work_are_refused() {
    let call = |with: &str| flow(&format!("  - a: {{ call: http, with: {{ {with} }} }}\n"));
    refuses(&flow("  - a: { call: http }\n"), &[("PG-D002", 3, 16)], "`call: http` lacks `with`");
    refuses(&call(""), &[("PG-D002", 3, 28), ("PG-D002", 3, 28)], "endpoint");
    refuses(&call("metod: get, endpoint: 'http://h'"), &[("PG-D002", 3, 28), ("PG-D003", 3, 30)], "`method`?");
    refuses(&call("method: fetch, endpoint: 'http://h'"), &[("PG-D013", 3, 38)], "one of GET");
    refuses(&call("method: get, endpoint: /pets"), &[("PG-D020", 3, 53)], "https://");
    refuses(&call("method: get, endpoint: 'ftp://h'"), &[("PG-D020", 3, 54)], "https://");
    refuses(&call("method: get, endpoint: '{base}/pets'"), &[("PG-D020", 3, 54)], "https://");
    refuses(&call("method: get, endpoint: 'http://h/a b'"), &[("PG-D020", 3, 64)], "space");
    refuses(&call("method: get, endpoint: 'http://h/{+p}'"), &[("PG-D020", 3, 63)], "higher level");
    refuses(&call("method: get, endpoint: 'http://h/${ .id }'"), &[("PG-D020", 3, 63)], "a part of it");
    refuses(&call("method: get, endpoint: '${ .a | }'"), &[("PG-D008", 3, 62)], "term expected");
    refuses(&call("method: get, endpoint: { url: 'http://h' }"), &[("PG-D003", 3, 55), ("PG-D002", 3, 53)], "uri");
    refuses(&call("method: get, endpoint: 'http://h', headers: { n: 1 }"), &[("PG-D001", 3, 79)], "a text");
    refuses(&call("method: get, endpoint: 'http://h', query: [ a ]"), &[("PG-D001", 3, 72)], "names to texts");
    refuses(&call("method: get, endpoint: 'http://h', query: a"), &[("PG-D001", 3, 72)], "names to texts");
    refuses(&call("method: get, endpoint: 'http://h', output: json"), &[("PG-D013", 3, 73)], "raw, content");
    refuses(&call("method: get, endpoint: 'http://h', redirect: 'yes'"), &[("PG-D001", 3, 75)], "true or false");
    refuses(&call("method: get, endpoint: 'http://h', body: '${ $m }'"), &[("PG-D008", 3, 75)], "$m");
}

#[test]
fn durations_retries_and_references() {
    refuses(&flow("  - a: { wait: 1h 30m }\n"), &[("PG-D012", 3, 16)], "PT1H30M");
    refuses(
        &flow("  - a: { wait: { hour: 1 } }\n"),
        &[("PG-D003", 3, 18), ("PG-D012", 3, 16)],
        "did you mean `hours`?",
    );
    refuses(&flow("  - a: { wait: P1W, timeout: shrt }\n"), &[("PG-D010", 3, 30)], "use.timeouts");
    refuses(
        &flow("  - a: { wait: P1W, timeout: { afer: PT1S } }\n"),
        &[("PG-D003", 3, 32), ("PG-D002", 3, 30)],
        "`after`",
    );
    let try_ = |catch: &str| flow(&format!("  - a:\n      try: [ {{ b: {{ wait: PT1S }} }} ]\n      catch: {catch}\n"));
    refuses(&try_("{ retry: { delay: PT1S } }"), &[("PG-D011", 5, 23)], "no limit");
    refuses(&try_("{ retry: { limit: { attempt: { duration: PT1S } } } }"), &[("PG-D011", 5, 23)], "no limit");
    refuses(&try_("{ retry: often }"), &[("PG-D010", 5, 23)], "use.retries");
    refuses(&try_("{ retry: { limit: { attempt: { count: -1 } } } }"), &[("PG-D001", 5, 52)], "whole number");
    refuses(&try_("{ retry: { backoff: {}, limit: { duration: PT1S } } }"), &[("PG-D019", 5, 34)], "exactly one");
    refuses(&try_("{ as: $e }"), &[("PG-D013", 5, 20)], "without `$`");
    refuses(&flow("  - a:\n      try: [ { b: { wait: PT1S } } ]\n"), &[("PG-D002", 3, 5)], "`catch`");
    let declared = flow("  - a: { wait: PT1S }\nuse: { retries: { r: { delay: PT1S } } }\n");
    refuses(&declared, &[("PG-D011", 4, 22)], "no limit");
    let (_, found) = workflow(&flow("  - a: { wait: P1M }\n"), &AnyNames).unwrap();
    assert_eq!(found.list.len(), 1);
    assert_eq!((found.list[0].code, found.list[0].severity), ("PG-D016", Severity::Warning));
}

#[test]
fn events_and_the_document() {
    refuses(&flow("  - a: { emit: { event: { with: { source: 'urn:x' } } } }\n"), &[("PG-D002", 3, 33)], "`type`");
    refuses(
        &flow("  - a: { emit: { event: { with: { type: x, Case_Id: 1 } } } }\n"),
        &[("PG-D013", 3, 44)],
        "lower-case",
    );
    refuses(&flow("  - a: { listen: { to: {} } }\n"), &[("PG-D019", 3, 24)], "`one`, `all`, `any`");
    refuses(&flow("  - a: { listen: { to: { all: [] } } }\n"), &[("PG-D007", 3, 31)], "empty");
    refuses(
        &flow("  - a: { listen: { to: { one: { with: { type: x } }, until: .x } } }\n"),
        &[("PG-D003", 3, 54)],
        "until",
    );
    refuses(
        &flow("  - a: { listen: { to: { any: [], until: { any: [], until: .x } } } }\n"),
        &[("PG-D003", 3, 53)],
        "until",
    );
    let document = |members: &str| format!("document: {{ {members} }}\ndo: [ {{ a: {{ wait: PT1S }} }} ]\n");
    refuses(&document("dsl: 2.0.0, namespace: t, name: t, version: 1.0.0"), &[("PG-D013", 1, 18)], "1.0.3");
    refuses(
        &document("dsl: 1.0.3, namespace: t_t, name: -t, version: '1'"),
        &[("PG-D013", 1, 36), ("PG-D013", 1, 47), ("PG-D013", 1, 60)],
        "semantic version",
    );
    let settings = |members: &str| {
        document(&format!("dsl: 1.0.3, namespace: t, name: t, version: 1.0.0, metadata: {{ peygir: {{ {members} }} }}"))
    };
    refuses(&settings("casetype: x"), &[("PG-D003", 1, 86)], "did you mean `caseType`?");
    refuses(&settings("zone: Asia/Teheran-City"), &[("PG-D017", 1, 92)], "Asia/Tehran");
    refuses(&settings("catchUp: never"), &[("PG-D013", 1, 95)], "once, skip, all");
    refuses(&settings("overlap: drop"), &[("PG-D013", 1, 95)], "allow, skip, queue");
}

#[test]
fn all_errors_at_once() {
    let text = flow(
        "  - a: { wait: x, ouput: {} }\n  - a: { call: nobody, then: z }\n  - c: { set: { x: '${ | }', y: '${ [ }' } }\n",
    );
    refuses(
        &text,
        &[
            ("PG-D005", 4, 5),
            ("PG-D003", 3, 19),
            ("PG-D012", 3, 16),
            ("PG-D006", 4, 30),
            ("PG-D009", 4, 16),
            ("PG-D008", 5, 24),
            ("PG-D008", 5, 34),
        ],
        "nobody",
    );
}

#[test]
fn a_declaration_is_told_of_once_however_often_it_is_used() {
    let text = flow(
        "  - a: { wait: PT1S, timeout: t }\n  - b: { wait: PT1S, timeout: t }\nuse: { timeouts: { t: { after: soon } } }\n",
    );
    refuses(&text, &[("PG-D012", 5, 32)], "PT1H30M");
}

/// Words of the language in any arrangement, so that the reader gets past its first checks.
fn any_tree() -> impl Strategy<Value = serde_json::Value> {
    let words = vec![
        "document",
        "do",
        "call",
        "with",
        "set",
        "switch",
        "when",
        "then",
        "try",
        "catch",
        "retry",
        "limit",
        "attempt",
        "count",
        "fork",
        "branches",
        "listen",
        "to",
        "any",
        "all",
        "one",
        "until",
        "emit",
        "event",
        "wait",
        "if",
        "input",
        "from",
        "output",
        "as",
        "export",
        "timeout",
        "after",
        "schedule",
        "on",
        "use",
        "retries",
        "timeouts",
        "correlate",
        "metadata",
        "peygir",
        "hours",
        "schema",
        "dsl",
        "http",
        "method",
        "endpoint",
        "headers",
        "body",
        "http://h/{a}",
        "name",
        "backoff",
        "jitter",
        "errors",
        "read",
        "for",
        "foreach",
        "each",
        "in",
        "while",
        "item",
        "at",
        "raise",
        "error",
        "run",
        "workflow",
        "script",
        "shell",
        "command",
        "code",
        "language",
        "openapi",
        "operationId",
        "authentication",
        "basic",
        "oauth2",
        "authority",
        "grant",
        "functions",
        "extensions",
        "extend",
        "before",
        "catalogs",
        "secrets",
        "cron",
        "every",
        "a",
        "b",
    ];
    let word = prop::sample::select(words.clone());
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        word.clone().prop_map(Into::into),
        "[$(){}\\[\\].|\"#a-eP0-9TDآ ]{0,20}".prop_map(Into::into),
        "\\$\\{[ .a|$\"\\\\()]{0,12}\\}?".prop_map(Into::into),
    ];
    leaf.prop_recursive(6, 60, 6, move |inner| {
        let word = prop::sample::select(words.clone()).prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::btree_map(word, inner, 0..6)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(node) = yaml::parse(&String::from_utf8_lossy(&bytes)) {
            prop_assert!(read::workflow(&node, &AnyNames).is_err());
        }
    }

    #[test]
    fn any_tree_is_read_or_refused(tree in any_tree(), at in 0..4usize) {
        let document = json!({"dsl": "1.0.3", "namespace": "n", "name": "n", "version": "1.0.0"});
        let whole = match at {
            0 => tree,
            1 => json!({"document": document, "do": tree}),
            2 => json!({"document": document, "do": [{"a": tree}]}),
            _ => json!({"document": document, "do": [{"a": {"try": [{"b": {"set": tree}}], "catch": tree}}], "use": tree}),
        };
        let node = yaml::parse(&yaml::emit(&whole)).unwrap();
        prop_assert_eq!(node.to_json(), whole);
        if let Err(found) = read::workflow(&node, &World) {
            prop_assert!(found.has_errors());
        }
    }

    #[test]
    fn a_flow_with_a_byte_changed_is_read_or_refused(at in 0..EVERYTHING.len(), byte in any::<u8>()) {
        let mut bytes = EVERYTHING.as_bytes().to_vec();
        bytes[at] = byte;
        if let Ok(node) = yaml::parse(&String::from_utf8_lossy(&bytes)) {
            let _ = read::workflow(&node, &AnyNames);
        }
    }
}
