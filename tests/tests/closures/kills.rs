//! Kills at random moments while operations move deadlines: every list is exact, and every date is right.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use peygir_core::{Id, Moment};
use peygir_tests::dice::Dice;
use peygir_tests::peers::tell;
use peygir_tests::server::{Site, binary};
use peygir_tests::{noon, story};
use serde_json::Value;

use crate::closure::{Closure, closures};
use crate::dates::{check_by_command, check_dates, check_list};
use crate::office::{Deadlines, Office, PATIENCE, declared};

/// Open cases; an operation has several pages of them.
const CASES: u32 = 600;
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// What is done to the closures, in this order: number of the closure that is declared or withdrawn.
#[derive(Debug, Clone, Copy)]
enum Step {
    Declare(usize),
    Withdraw(usize),
}

use Step::{Declare, Withdraw};

const STEPS: [Step; 8] =
    [Declare(0), Declare(1), Withdraw(0), Declare(2), Withdraw(1), Declare(3), Withdraw(3), Withdraw(2)];

impl Office {
    /// The closure of this number, as the newest of its name is told.
    fn find(&self, number: usize) -> Option<Value> {
        let all: Value = serde_json::from_str(&self.told(&["closure", "list", "--json"])).unwrap();
        all.as_array().unwrap().iter().find(|closure| closure["name"]["fa"] == format!("c{number}")).cloned()
    }

    /// The operation that a step began, if it came so far.
    fn begun(&self, step: Step) -> Option<String> {
        let operation = match step {
            Declare(number) => self.find(number)?["operation"].clone(),
            Withdraw(number) => self.find(number)?["withdrawn"]["operation"].clone(),
        };
        operation.as_str().map(str::to_owned)
    }

    fn arguments(&self, step: Step, closures: &[Closure]) -> Vec<String> {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        match step {
            Declare(number) => [owned(&["closure", "declare"]), closures[number].arguments.clone()].concat(),
            Withdraw(number) => {
                let id = self.find(number).expect("it was declared")["id"].as_str().unwrap().to_owned();
                owned(&["closure", "withdraw", &id, "--reason", "از نو باز است"])
            }
        }
    }

    /// Does a step undisturbed; answers how long its operation took.
    async fn take(&self, step: Step, closures: &[Closure]) -> Duration {
        let arguments = self.arguments(step, closures);
        let done = declared(&self.told(&arguments.iter().map(String::as_str).collect::<Vec<_>>()));
        let begun = Instant::now();
        while !self.has_ended(&done.operation).await {
            assert!(begun.elapsed() < PATIENCE, "{step:?} does not end");
            tokio::time::sleep(LOOK_EVERY).await;
        }
        begun.elapsed()
    }

    /// Does a step, kills the server within `span` of what the command prints, or of its start, and starts the server again,
    /// sometimes killing that one too. Answers when the first one died.
    fn take_and_kill(&mut self, step: Step, closures: &[Closure], span: Duration, dice: &mut Dice) -> Moment {
        let mut asking = Command::new(binary())
            .args(self.arguments(step, closures))
            .arg("--data")
            .arg(self.site.data())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut printed = BufReader::new(asking.stdout.take().unwrap());
        if dice.below(4) > 0 {
            let mut line = String::new();
            while !line.starts_with("operation ") && printed.read_line(&mut line).unwrap() > 0 {
                let told = line.starts_with("closure ");
                assert!(told || line.starts_with("operation "), "{line}");
                if told {
                    line.clear();
                }
            }
        }
        std::thread::sleep(dice.millis(0, u64::try_from(span.as_millis()).unwrap().max(1)));
        self.kill();
        let died = noon::now();
        drop(printed);
        asking.wait().unwrap();
        if dice.below(3) == 0 {
            let starting = self.site.launch(&[]);
            std::thread::sleep(dice.millis(0, 800));
            starting.kill();
        }
        self.start();
        died
    }

    async fn has_ended(&self, operation: &str) -> bool {
        !self.client.get(&format!("/api/v1/operations/{operation}")).await.json()["endedAt"].is_null()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_goes_on_behind_kills_and_its_list_is_exact() {
    let seed = Dice::seed();
    let cases = std::env::var("PEYGIR_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(CASES);
    tell(&format!("closures: {cases} cases, PEYGIR_SEED={seed}"));
    let mut dice = Dice::new(seed);
    let mut office = Office::open(cases).await;
    let closures = closures();
    let first = office.deadlines().await;
    check_dates(&first, &[]);

    let (mut in_force, mut before) = (BTreeMap::new(), first.clone());
    let (mut span, mut killed, mut moved) = (None, Vec::new(), 0);
    for step in STEPS {
        let died = match span {
            // The first one is left alone: how long it takes says when to kill the others.
            None => {
                span = Some(office.take(step, &closures).await);
                None
            }
            Some(span) => Some(office.take_and_kill(step, &closures, span, &mut dice)),
        };
        if office.begun(step).is_none() {
            // It died before it had taken the order: nothing may have changed.
            assert_eq!(office.deadlines().await, before);
            office.take(step, &closures).await;
        }
        let operation = office.begun(step).expect("it was taken");
        let listed = office.listed(&operation);
        moved += listed.len();
        match step {
            Declare(number) => drop(in_force.insert(number, closures[number].clone())),
            Withdraw(number) => drop(in_force.remove(&number)),
        }
        let now_in_force: Vec<Closure> = in_force.values().cloned().collect();
        let after = office.deadlines().await;
        check_list(&operation, listed, &before, &after);
        check_dates(&after, &now_in_force);
        check_by_command(&office.site, &after, &now_in_force, &mut dice);
        killed.extend(died.map(|died| (operation, died)));
        before = after;
    }
    let dates = |deadlines: &Deadlines| -> Vec<String> { deadlines.values().map(|one| one.due.clone()).collect() };
    assert_eq!(dates(&before), dates(&first), "all is withdrawn, and as it was");
    assert!(office.server.take().unwrap().stop().success());
    office.site.verify().expect("the journal is clean");
    let (met, within) = cut_short(&office.site, &killed);
    tell(&format!(
        "closures: {moved} moves; one operation took {:?}; {met} of {} were cut short, {within} of them between two pages",
        span.unwrap_or_default(),
        killed.len()
    ));
    assert!(met > 0, "no kill met an operation: nothing was shown");
}

/// How many operations went on after the server had died, and how many of these had done a page before.
fn cut_short(site: &Site, killed: &[(String, Moment)]) -> (usize, usize) {
    let store = story::open(&site.data());
    let pages = |operation: &String| story::pages(&store, Id::parse(operation).unwrap());
    let parts =
        killed.iter().map(|(operation, died)| pages(operation).into_iter().partition::<Vec<_>, _>(|at| at <= died));
    let met: Vec<_> = parts.filter(|(_, after)| !after.is_empty()).collect();
    (met.len(), met.iter().filter(|(before, _)| !before.is_empty()).count())
}
