//! A clock that is set: a day forwards, hours backwards, while the server runs and while it is off.

use std::collections::BTreeMap;
use std::path::Path;

use peygir_core::Moment;
use peygir_tests::citizen;
use peygir_tests::client::Client;
use peygir_tests::faults::clerk::client;
use peygir_tests::faults::clock::Clock;
use peygir_tests::faults::environment;
use peygir_tests::figures::assert_nobody_is_neglected;
use peygir_tests::offices;
use peygir_tests::server::{Ended, Server, Site};
use serde_json::Value;

use crate::effects::await_that;
use crate::there;

/// Saturday, the 21st of November 2026, 10:00 in Hamedan.
const START: Moment = Moment(1_795_242_600_000_000);
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Templates of the offices' reminders, each told once for a task, and of what a deadline that passed leads to.
const REMINDERS: [&str; 5] =
    ["offices/soon", "offices/ten-hours", "offices/two-days", "offices/two-hours", "offices/half-hour"];
const OVERDUE: &str = "offices/overdue";

/// The offices, on a machine whose clock is set.
struct Machine {
    site: Site,
    clock: Clock,
    server: Option<Server>,
    client: Client,
}

impl Machine {
    fn start() -> Self {
        Self::start_by(|site, environment| site.start_with(environment))
    }

    fn start_by(start: impl FnOnce(&Site, &[(&str, &str)]) -> Result<Server, Ended>) -> Self {
        let (site, clock) = (offices::site("Asia/Tehran", &offices::calendars()), Clock::new());
        clock.put(START);
        let server = start(&site, &environment(&clock.environment())).expect("the server starts");
        let client = client(&site);
        Self { site, clock, server: Some(server), client }
    }

    /// Sets the clock so many seconds behind or before the start of the story.
    fn set(&self, seconds: i64) {
        self.clock.put(START.plus_micros(seconds * 1_000_000));
    }

    fn said(&self) -> String {
        self.server.as_ref().expect("a server runs").said()
    }

    /// Stops the server, sets the clock and starts it again.
    fn restart_at(&mut self, seconds: i64) {
        assert!(self.server.take().expect("a server runs").stop().success());
        self.set(seconds);
        self.server = Some(self.site.start_with(&environment(&self.clock.environment())).expect("the server starts"));
    }

    async fn letter(&self, number: u32, topic: &str) -> String {
        let mut message = citizen::message(number, "ساعت دستگاه درست نیست");
        message["topic"] = topic.into();
        message["agency"] = "city".into();
        let answer = self.client.submit(&format!("letter-{number}"), &message).await.expect("the server answers");
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()["caseId"].as_str().expect("a case has an id").to_owned()
    }

    /// When the deadlines of a case are, by their tasks.
    async fn due(&self, case: &str) -> BTreeMap<String, String> {
        let answer = self.client.get(&format!("/api/v1/cases/{case}/deadlines")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let text = |deadline: &Value, name: &str| deadline[name].as_str().expect("it has it").to_owned();
        let all = answer.json().as_array().cloned().unwrap_or_default();
        all.iter().map(|deadline| (text(deadline, "id"), text(deadline, "due"))).collect()
    }

    /// How many messages were made by a template, whatever became of them.
    async fn count(&self, template: &str) -> usize {
        let lines = self.client.all("/api/v1/outbox").await;
        lines.iter().filter(|line| line["template"] == template).count()
    }

    async fn await_count(&self, template: &str, count: usize) {
        await_that(&format!("{count} of {template}"), async || self.count(template).await >= count).await;
        assert_eq!(self.count(template).await, count, "{template}");
    }

    async fn await_word(&self, word: &str) {
        await_that(&format!("the words «{word}»"), async || self.said().contains(word)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_moves_no_deadline_repeats_no_reminder_and_is_told() {
    if !there(&["faketime"]) {
        return;
    }
    let mut machine = Machine::start();
    let reminded = machine.letter(0, "reminded").await;
    let terms = machine.letter(1, "three-terms").await;
    await_that("the deadlines", async || machine.due(&terms).await.len() == 3).await;
    let due = [machine.due(&reminded).await, machine.due(&terms).await];
    assert!(
        due[0].values().all(|due| due.starts_with("2026-11-26T08:00")),
        "the clock is the one that was set: {due:?}"
    );

    machine.set(100 * MINUTE);
    machine.await_count("offices/soon", 1).await;
    machine.await_word("the clock was set forward").await;

    // An hour back: what is done is done, and work goes on.
    machine.set(40 * MINUTE);
    machine.await_word("the clock was set back").await;
    machine.letter(2, "ten-days").await;
    assert_eq!([machine.due(&reminded).await, machine.due(&terms).await], due);

    // Started under a clock that is behind what the journal says.
    machine.restart_at(-HOUR);
    machine.await_word("behind the journal").await;
    let doctor = machine.site.run_with(&["doctor", "--data", "{data}"], &environment(&machine.clock.environment()));
    assert_eq!(doctor.status.code(), Some(2), "{}", String::from_utf8_lossy(&doctor.stdout));
    assert!(String::from_utf8_lossy(&doctor.stdout).contains("ahead of this machine's clock"));
    machine.letter(3, "ten-days").await;
    assert_eq!([machine.due(&reminded).await, machine.due(&terms).await], due);
    assert_eq!(machine.count("offices/soon").await, 1);

    // A day forwards: what fell due meanwhile is done, once.
    machine.set(DAY);
    machine.await_count(OVERDUE, 2).await;
    assert_eq!(machine.due(&reminded).await, due[0]);

    // Back again, and forwards beyond everything: each reminder was told once.
    machine.set(2 * HOUR);
    machine.letter(4, "ten-days").await;
    machine.restart_at(9 * DAY);
    machine.await_count(OVERDUE, 3).await;
    for template in REMINDERS {
        machine.await_count(template, 1).await;
    }
    assert_eq!(machine.count(OVERDUE).await, 3);
    let incidents = machine.client.all("/api/v1/incidents").await;
    assert!(incidents.is_empty(), "{incidents:#?}");
    assert_nobody_is_neglected(&machine.client).await;
    assert!(machine.server.take().expect("a server runs").stop().success());
    machine.site.verify().expect("the journal is whole");
}

/// Where the log goes there is no room, from the first word on: what is told of the clock is lost, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_cannot_be_written_keeps_nothing_from_being_done() {
    if !there(&["faketime"]) {
        return;
    }
    let mut machine = Machine::start_by(|site, environment| site.start_logging_to(Path::new("/dev/full"), environment));
    machine.letter(0, "reminded").await;
    machine.set(100 * MINUTE);
    machine.await_count("offices/soon", 1).await;
    machine.letter(1, "ten-days").await;
    assert!(machine.server.take().expect("a server runs").stop().success());
    machine.site.verify().expect("the journal is whole");
}
