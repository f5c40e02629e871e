//! A site with open cases, asked by clients and by commands.

use std::collections::BTreeMap;
use std::process::Output;
use std::time::{Duration, Instant};

use peygir_calendar::Place;
use peygir_tests::client::Client;
use peygir_tests::server::{Server, Site};
use peygir_tests::{citizen, offices};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::closure::Closure;

/// Clients that ask at the same time.
const HANDS: usize = 16;
/// Longest wait for what must come.
pub const PATIENCE: Duration = Duration::from_secs(60);
pub const TOPICS: [&str; 4] = ["ten-days", "three-terms", "reminded", "waiting"];
const COUNTIES: [&str; 3] = ["hamedan-city", "malayer", "nahavand"];
pub const AGENCIES: [&str; 2] = ["city", "water"];

/// An open deadline, as the API tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Deadline {
    /// Of whom the calendar is asked: of the case's place, and of the agency whose task it is.
    pub place: Place,
    pub code: String,
    pub due: String,
    /// From, to and whether it counts, of each stretch.
    pub stretches: Vec<(String, String, bool)>,
    pub from: String,
    pub term: Value,
    pub moves: Vec<Value>,
}

/// Open deadlines by the ids of their tasks and waits.
pub type Deadlines = BTreeMap<String, Deadline>;

/// What `closure declare` and `closure withdraw` print.
#[derive(Debug, Clone)]
pub struct Declared {
    pub closure: String,
    pub operation: String,
}

pub fn place(number: u32) -> Place {
    let pick = |list: &[&str], by: u32| Some(list[(by as usize) % list.len()].to_owned());
    Place {
        province: Some("hamedan".to_owned()),
        county: pick(&COUNTIES, number / 4),
        agency: pick(&AGENCIES, number / 12),
    }
}

fn letter(number: u32) -> Value {
    let place = place(number);
    let mut message = citizen::message(number, "نامهٔ ما مانده است");
    message["topic"] = TOPICS[number as usize % TOPICS.len()].into();
    message["county"] = place.county.into();
    message["agency"] = place.agency.into();
    message
}

/// A site with its cases and the server that serves it.
pub struct Office {
    pub site: Site,
    pub server: Option<Server>,
    pub client: Client,
    /// Number and tracking code of each case.
    pub cases: BTreeMap<String, (u32, String)>,
    /// Whose the commands are; the administrator's where there is none.
    pub token: Option<String>,
}

impl Office {
    pub async fn open(cases: u32) -> Self {
        let site = offices::site("Asia/Tehran", &offices::calendars());
        let server = Some(site.start());
        let client = Client::new(site.address(), Some(&site.token()));
        let mut office = Self { site, server, client, cases: BTreeMap::new(), token: None };
        let client = office.client.clone();
        let submit = async |client: Client, number: u32| {
            let answer = client.submit(&format!("letter-{number}"), &letter(number)).await.unwrap();
            assert_eq!(answer.status, 201, "{}", answer.text());
            let [case, code] = ["caseId", "trackingCode"].map(|name| answer.json()[name].as_str().unwrap().to_owned());
            (case, (number, code))
        };
        office.cases = many((0..cases).collect(), move |number| submit(client.clone(), number)).await;
        office.await_deadlines().await;
        office
    }

    /// Waits until every case has its deadlines.
    async fn await_deadlines(&self) {
        let wanted: usize = (0..self.cases.len()).map(|number| if number % 4 == 1 { 3 } else { 1 }).sum();
        let end = Instant::now() + PATIENCE;
        loop {
            let found = self.deadlines().await.len();
            if found == wanted {
                return;
            }
            assert!(Instant::now() < end && found < wanted, "{found} deadlines of {wanted}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// All open deadlines of all cases.
    pub async fn deadlines(&self) -> Deadlines {
        let client = self.client.clone();
        let of_case = async |client: Client, (case, (number, code)): (String, (u32, String))| {
            let answer = client.get(&format!("/api/v1/cases/{case}/deadlines")).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            let told = |deadline: &Value| deadline_of(deadline, number, &code);
            let all = answer.json().as_array().unwrap().iter().map(told).collect::<Vec<_>>();
            (case, all)
        };
        let by_case: BTreeMap<String, Vec<(String, Deadline)>> =
            many(self.cases.clone().into_iter().collect(), move |case| of_case(client.clone(), case)).await;
        by_case.into_values().flatten().collect()
    }

    pub fn command(&self, arguments: &[&str]) -> Output {
        let token = self.token.iter().map(|token| ("PEYGIR_TOKEN", token.as_str())).collect::<Vec<_>>();
        self.site.run_with(&[arguments, &["--data", "{data}"]].concat(), &token)
    }

    /// What a command prints that must go well.
    pub fn told(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What a command says that must go wrong.
    pub fn refused(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }

    pub fn declare(&self, closure: &Closure) -> Declared {
        let arguments: Vec<&str> = closure.arguments.iter().map(String::as_str).collect();
        declared(&self.told(&[&["closure", "declare"], arguments.as_slice(), &["--wait"]].concat()))
    }

    pub fn start(&mut self) {
        self.server = Some(self.site.start());
    }

    pub fn kill(&mut self) {
        self.server.take().expect("a server runs").kill();
    }

    /// The list of an operation as `operation show` gives it: code, from, to.
    pub fn listed(&self, operation: &str) -> Vec<[String; 3]> {
        let shown: Value =
            serde_json::from_str(&self.told(&["operation", "show", operation, "--wait", "--json"])).unwrap();
        let summary = &shown["operation"];
        assert!(!summary["endedAt"].is_null() && summary["failed"] == 0, "{summary}");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let moved: Vec<_> = shown["moved"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| [text(&one["trackingCode"]), text(&one["from"]), text(&one["to"])])
            .collect();
        assert_eq!(summary["moved"], moved.len());
        moved
    }
}

fn deadline_of(deadline: &Value, number: u32, code: &str) -> (String, Deadline) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let derived = &deadline["derivation"];
    let stretches = derived["derivation"].as_array().unwrap().iter();
    let mut place = place(number);
    place.agency = place.agency.filter(|_| deadline["kind"] == "task");
    let told = Deadline {
        place,
        code: code.to_owned(),
        due: text(&deadline["due"]),
        stretches: merged(stretches),
        from: text(&derived["from"]),
        term: derived["term"].clone(),
        moves: deadline["moves"].as_array().unwrap().clone(),
    };
    (text(&deadline["id"]), told)
}

/// Where it counts and where not. Days that one line closes are one stretch, those that several close are several.
pub fn merged<'a>(stretches: impl Iterator<Item = &'a Value>) -> Vec<(String, String, bool)> {
    let mut merged: Vec<(String, String, bool)> = Vec::new();
    for stretch in stretches {
        let [from, to] = ["from", "to"].map(|name| stretch[name].as_str().unwrap().to_owned());
        let counted = stretch["counted"].as_bool().unwrap();
        match merged.last_mut() {
            Some((_, end, same)) if *same == counted && *end == from => *end = to,
            _ => merged.push((from, to, counted)),
        }
    }
    merged
}

/// Does something for many at the same time.
async fn many<T, K, V, F, A>(all: Vec<T>, act: F) -> BTreeMap<K, V>
where
    T: Send + 'static,
    K: Ord + Send + 'static,
    V: Send + 'static,
    F: Fn(T) -> A + Clone + Send + 'static,
    A: Future<Output = (K, V)> + Send,
{
    let mut shares: Vec<Vec<T>> = (0..HANDS).map(|_| Vec::new()).collect();
    for (index, one) in all.into_iter().enumerate() {
        shares[index % HANDS].push(one);
    }
    let mut working = JoinSet::new();
    for share in shares {
        let act = act.clone();
        working.spawn(async move {
            let mut done = Vec::new();
            for one in share {
                done.push(act(one).await);
            }
            done
        });
    }
    working.join_all().await.into_iter().flatten().collect()
}

pub fn declared(printed: &str) -> Declared {
    let id = |kind: &str| {
        let line = printed.lines().find_map(|line| line.strip_prefix(kind));
        line.unwrap_or_else(|| panic!("no {kind}: {printed}")).trim().to_owned()
    };
    Declared { closure: id("closure "), operation: id("operation ") }
}
