//! Kills at random moments while operations move deadlines: every list is exact, and every date is right.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use peygir_core::Id;
use peygir_tests::dice::Dice;
use peygir_tests::peers::tell;
use peygir_tests::server::binary;
use peygir_tests::story;
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

    /// Does a step and kills the server at a moment of the dice, within `span`, and starts it again, sometimes killing that
    /// one too. Answers how many deadlines the operation had moved when the first one died, if it had begun.
    async fn take_and_kill(
        &mut self,
        step: Step,
        closures: &[Closure],
        span: Duration,
        dice: &mut Dice,
    ) -> Option<usize> {
        let mut asking = Command::new(binary())
            .args(self.arguments(step, closures))
            .arg("--data")
            .arg(self.site.data())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let printed = BufReader::new(asking.stdout.take().unwrap());
        let at_random = dice.millis(0, u64::try_from(span.as_millis()).unwrap().max(1));
        let way = dice.below(4);
        // Perhaps before it has even taken the order.
        let operation = (way > 0).then(|| printed_operation(printed));
        match &operation {
            Some(operation) if way > 1 => self.await_first_move(operation).await,
            _ => std::thread::sleep(at_random),
        }
        self.kill();
        asking.wait().unwrap();
        let moved = operation.map(|id| story::moved_by(&story::open(&self.site.data()), Id::parse(&id).unwrap()));
        if dice.below(3) == 0 {
            let starting = self.site.launch(&[]);
            std::thread::sleep(dice.millis(0, 800));
            starting.kill();
        }
        self.start();
        moved
    }

    async fn await_first_move(&self, operation: &str) {
        let (path, begun) = (format!("/api/v1/operations/{operation}/moved?limit=1"), Instant::now());
        while self.client.get(&path).await.json()["items"].as_array().is_none_or(Vec::is_empty) {
            assert!(begun.elapsed() < PATIENCE, "{operation} does not begin");
        }
    }

    async fn has_ended(&self, operation: &str) -> bool {
        !self.client.get(&format!("/api/v1/operations/{operation}")).await.json()["endedAt"].is_null()
    }
}

/// The id of the operation, as soon as a command prints it.
fn printed_operation(printed: impl BufRead) -> String {
    let lines: Vec<String> = printed.lines().map(Result::unwrap).take(2).collect();
    declared(&lines.join("\n")).operation
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
    let (mut span, mut moved, mut unfinished, mut within) = (None, 0, 0, 0);
    for step in STEPS {
        let so_far = match span {
            // The first one is left alone: how long it takes says when to kill the others.
            None => {
                span = Some(office.take(step, &closures).await);
                None
            }
            Some(span) => office.take_and_kill(step, &closures, span, &mut dice).await,
        };
        if office.begun(step).is_none() {
            // It died before it had taken the order: nothing may have changed.
            assert_eq!(office.deadlines().await, before);
            office.take(step, &closures).await;
        }
        let operation = office.begun(step).expect("it was taken");
        let listed = office.listed(&operation);
        moved += listed.len();
        unfinished += u32::from(so_far.is_some_and(|so_far| so_far < listed.len()));
        within += u32::from(so_far.is_some_and(|so_far| (1..listed.len()).contains(&so_far)));
        match step {
            Declare(number) => drop(in_force.insert(number, closures[number].clone())),
            Withdraw(number) => drop(in_force.remove(&number)),
        }
        let now_in_force: Vec<Closure> = in_force.values().cloned().collect();
        let after = office.deadlines().await;
        check_list(&operation, listed, &before, &after);
        check_dates(&after, &now_in_force);
        check_by_command(&office.site, &after, &now_in_force, &mut dice);
        before = after;
    }
    let dates = |deadlines: &Deadlines| -> Vec<String> { deadlines.values().map(|one| one.due.clone()).collect() };
    assert_eq!(dates(&before), dates(&first), "all is withdrawn, and as it was");
    assert!(office.server.take().unwrap().stop().success());
    office.site.verify().expect("the journal is clean");
    let took = span.unwrap_or_default();
    tell(&format!(
        "closures: {moved} moves, {took:?} an operation; {unfinished} operations were cut short, {within} half-way"
    ));
    assert!(unfinished > 0, "no kill met an operation: nothing was shown");
}
