//! The numbers and the findings as programs and people ask for them.

use std::collections::{BTreeMap, BTreeSet};

use peygir_runtime::access::Scope;

use super::fixture::{Fixture, fixture};

const MESSAGE: &str = r#"{"channel":"web","from":{"nationalId":"9990000018","mobile":"09121234567","name":"مریم نمونه"},
    "text":"در ادارهٔ ثبت احوال کسی پشت میز نیست"}"#;

/// The text format, read strictly: every family has its help and its type before its samples and stands once, names and
/// labels are well formed, no series comes twice, histograms rise up to `+Inf` which is their count.
fn parse(text: &str) -> BTreeMap<String, f64> {
    let (mut families, mut series) = (BTreeMap::<String, (bool, Option<String>)>::new(), BTreeMap::new());
    let mut current = String::new();
    assert!(text.ends_with('\n'), "the last line ends");
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').expect("a help has words");
            assert!(is_name(name) && help.len() > 10, "{line}");
            assert!(families.insert(name.to_owned(), (true, None)).is_none(), "{name} stands twice");
            current = name.to_owned();
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a type");
            assert_eq!(name, current, "the type follows its help");
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            families.get_mut(name).expect("its help stands before").1 = Some(kind.to_owned());
        } else {
            let (name, labels, value) = sample(line);
            let kind = families[&current].1.clone().expect("the type stands before the samples");
            let suffix = name.strip_prefix(current.as_str()).unwrap_or_else(|| panic!("{line} stands under {current}"));
            match kind.as_str() {
                "histogram" => assert!(["_bucket", "_sum", "_count"].contains(&suffix), "{line}"),
                _ => assert_eq!(suffix, "", "{line}"),
            }
            if kind == "counter" {
                assert!(name.ends_with("_total") && value >= 0.0, "{line}");
            }
            assert!(series.insert(format!("{name}{labels:?}"), value).is_none(), "{line} stands twice");
        }
    }
    check_histograms(text);
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let (name, labels, value) = sample(line);
            let labels: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
            (format!("{name}{{{}}}", labels.join(",")), value)
        })
        .collect()
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Name, labels in order, value of a line.
fn sample(line: &str) -> (String, Vec<(String, String)>, f64) {
    let (left, value) = line.rsplit_once(' ').expect("a sample has a value");
    let value: f64 = value.parse().unwrap_or_else(|_| panic!("{line} has no number"));
    assert!(value.is_finite(), "{line}");
    let Some((name, labels)) = left.split_once('{') else {
        assert!(is_name(left), "{line}");
        return (left.to_owned(), Vec::new(), value);
    };
    assert!(is_name(name), "{line}");
    let mut rest = labels.strip_suffix('}').expect("labels end");
    let mut read = Vec::new();
    while !rest.is_empty() {
        let (key, behind) = rest.split_once("=\"").expect("a label has a value");
        assert!(is_name(key), "{line}");
        let mut end = 0;
        while behind.as_bytes()[end] != b'"' {
            end += if behind.as_bytes()[end] == b'\\' { 2 } else { 1 };
        }
        read.push((key.to_owned(), behind[..end].to_owned()));
        rest = behind[end + 1..].strip_prefix(',').unwrap_or(&behind[end + 1..]);
    }
    let keys: BTreeSet<_> = read.iter().map(|(key, _)| key).collect();
    assert_eq!(keys.len(), read.len(), "{line}");
    (name.to_owned(), read, value)
}

fn check_histograms(text: &str) {
    let mut last: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, mut labels, value) = sample(line);
        let Some(base) = name.strip_suffix("_bucket") else {
            if let Some(base) = name.strip_suffix("_count") {
                let (bound, count) = last[&format!("{base}{labels:?}")];
                assert!(bound.is_infinite() && count == value, "{line}");
            }
            continue;
        };
        let (key, bound) = labels.pop().expect("a bucket has a bound");
        assert_eq!(key, "le", "{line}");
        let bound: f64 = if bound == "+Inf" { f64::INFINITY } else { bound.parse().expect("a bound is a number") };
        let before = last.insert(format!("{base}{labels:?}"), (bound, value));
        assert!(before.is_none_or(|(smaller, fewer)| smaller < bound && fewer <= value), "{line}");
    }
}

async fn scrape(fixture: &Fixture, token: &str) -> BTreeMap<String, f64> {
    let answer = fixture.api("GET", "/api/v1/metrics", token, "").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    for personal in ["9990000018", "9121234567", "مریم"] {
        assert!(!answer.body.contains(personal), "{personal} stands in the numbers");
    }
    parse(&answer.body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_numbers_are_well_formed_and_follow_what_happens() {
    let fixture = fixture();
    let engine = &fixture.world.host().engine;
    let operator = fixture.token("operator");
    // One case is there before anything is counted, one comes between, one after.
    let opens = async |key: &str, text: &str| {
        let bearer = format!("Bearer {operator}");
        let headers =
            [("authorization", bearer.as_str()), ("content-type", "application/json"), ("idempotency-key", key)];
        let body =
            MESSAGE.replace("کسی", text).replace("9990000018", if key == "a" { "9990000018" } else { "9990000026" });
        let answer = fixture.send("POST", "/api/v1/messages", &headers, body).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
    };
    opens("a", "هیچ‌کس").await;
    engine.tally.begin();
    let monitor = fixture.token("monitor");
    assert_eq!(scrape(&fixture, &monitor).await["peygir_count_complete{}"], 0.0);
    while !engine.tally.count_page(engine.store.as_ref()).unwrap() {}
    let first = scrape(&fixture, &monitor).await;
    assert_eq!((first["peygir_count_complete{}"], first["peygir_cases{state=open}"]), (1.0, 1.0));
    assert!(first["peygir_timers{}"] >= 1.0 && first["peygir_tasks_open{kind=form,overdue=false}"] >= 1.0);
    assert_eq!(first["peygir_cases_neglected{}"], 0.0);
    opens("b", "مدیر").await;
    let second = scrape(&fixture, &monitor).await;
    assert_eq!(second["peygir_cases{state=open}"], 2.0);
    assert_eq!(second["peygir_http_requests_total{class=api/messages,status=2xx}"], 2.0);
    assert!(second["peygir_http_request_duration_seconds_count{class=api/metrics}"] >= 2.0);
    // Counting everything anew gives the same.
    let kept = engine.tally.read().unwrap();
    let anew = peygir_runtime::tally::Tally::default();
    anew.begin();
    while !anew.count_page(engine.store.as_ref()).unwrap() {}
    assert_eq!(anew.read().unwrap(), kept);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_read_the_numbers_and_the_findings() {
    let fixture = fixture();
    for (role, metrics, health) in [
        ("monitor", 200, 200),
        ("administrator", 200, 200),
        ("auditor", 200, 200),
        ("operator", 403, 403),
        ("connector", 403, 403),
    ] {
        let token = fixture.token(role);
        assert_eq!(fixture.api("GET", "/api/v1/metrics", &token, "").await.status, metrics, "{role}");
        assert_eq!(fixture.api("GET", "/api/v1/health", &token, "").await.status, health, "{role}");
        if role == "monitor" {
            assert_eq!(fixture.api("GET", "/api/v1/cases", &token, "").await.status, 403);
        }
    }
    // The deployment's numbers are no other province's.
    let elsewhere = fixture.token_for("monitor", &Scope::Province("fars".into()));
    assert_eq!(fixture.api("GET", "/api/v1/metrics", &elsewhere, "").await.status, 403);
    let here = fixture.token_for("monitor", &Scope::Province("hamedan".into()));
    assert_eq!(fixture.api("GET", "/api/v1/metrics", &here, "").await.status, 200);
    assert_eq!(fixture.send("GET", "/api/v1/metrics", &[], "").await.status, 401);
    let token = fixture.token("monitor");
    let report = fixture.api("GET", "/api/v1/health", &token, "").await.json();
    assert_eq!(report["status"], "fine", "{report}");
    assert!(report["findings"].as_array().unwrap().iter().any(|finding| finding["check"] == "store"));
}

/// Whoever spreads the load sends nobody more to a server that can't take anything; what was taken before is read there still.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whose_store_has_stopped_is_not_well() {
    let fixture = fixture();
    let token = fixture.token("operator");
    for path in ["/healthz", "/api/v1/healthz"] {
        assert_eq!(fixture.send("GET", path, &[], "").await.status, 200, "{path}");
    }
    fixture.store.stop("no space left on the device");
    for path in ["/healthz", "/api/v1/healthz"] {
        let answer = fixture.send("GET", path, &[], "").await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (503, "PG-A018"), "{path}");
        assert!(!answer.body.contains("device"), "why stands in the log: {}", answer.body);
    }
    let refused = fixture.api("POST", "/api/v1/messages", &token, MESSAGE).await;
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (503, "PG-A018"));
    assert_eq!(fixture.api("GET", "/api/v1/cases", &token, "").await.status, 200);
}

/// An index that fails can't be read until the next start: that is no fault of the request, and the numbers say so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whose_store_cannot_be_read_says_so_in_its_findings_and_numbers() {
    let fixture = fixture();
    let (operator, monitor) = (fixture.token("operator"), fixture.token("monitor"));
    let up = |text: &str| text.lines().find(|line| line.starts_with("peygir_store_up ")).map(str::to_owned);
    let told = fixture.api("GET", "/api/v1/metrics", &monitor, "").await;
    assert_eq!(up(&told.body).as_deref(), Some("peygir_store_up 1"));
    assert!(told.body.contains("peygir_timer_lag_seconds"));
    fixture.store.fail("the index: an error of the disk");
    for path in ["/api/v1/cases", "/api/v1/track/83036849369", "/api/v1/tasks", "/api/v1/events"] {
        let refused = fixture.api("GET", path, &operator, "").await;
        assert_eq!((refused.status.as_u16(), refused.code().as_str()), (503, "PG-A018"), "{path}");
    }
    assert_eq!(fixture.send("GET", "/healthz", &[], "").await.status, 503);
    let told = fixture.api("GET", "/api/v1/metrics", &monitor, "").await;
    assert_eq!((told.status.as_u16(), up(&told.body).as_deref()), (200, Some("peygir_store_up 0")));
    // What is not known is not told as nothing.
    assert!(!told.body.contains("peygir_timer_lag_seconds"), "{}", told.body);
    let report = fixture.api("GET", "/api/v1/health", &monitor, "").await;
    assert_eq!((report.status.as_u16(), report.json()["status"].as_str()), (200, Some("wrong")), "{}", report.body);
    assert!(report.body.contains("\"reading\""), "{}", report.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_is_there_for_whoever_looks_after_the_deployment() {
    let fixture = fixture();
    let administrator = fixture.cookie(&fixture.person("administrator"));
    let page = fixture.page("/health", &administrator).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("aria-current=\"page\"") && page.body.contains("href=\"/health\""));
    let operator = fixture.cookie(&fixture.person("operator"));
    assert_eq!(fixture.page("/health", &operator).await.status, 403);
    assert!(!fixture.page("/", &operator).await.body.contains("href=\"/health\""));
}
