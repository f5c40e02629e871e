//! Calls of the system that fail: syncs and writes of the journal, of the keys, of the outbox.

use peygir_tests::client::{Answer, Client};
use peygir_tests::faults::calls::{Calls, EIO, ENOSPC, SYNC, SYNC_WHOLE, WRITE, WRITE_SHORT};
use peygir_tests::faults::clerk::{Clerk, client};
use peygir_tests::faults::environment;
use peygir_tests::server::{Server, Site};

use crate::effects::{all_left, await_that};
use crate::there;

/// A citizen whom the server knows: no key has to be made.
const KNOWN: u32 = 0;
/// The code of a refusal because the store takes nothing.
const UNAVAILABLE: &str = "PG-A018";

/// A server whose calls can be made to fail, with some messages that were answered.
struct Office {
    site: Site,
    server: Server,
    calls: Calls,
    clerk: Clerk,
    client: Client,
}

impl Office {
    async fn open() -> Self {
        let (site, calls) = (Site::without_gateway(), Calls::new());
        let server = site.start_with(&environment(&calls.environment())).expect("the server starts");
        let (client, mut clerk) = (client(&site), Clerk::default());
        clerk.must(&client, 0..4).await;
        // What the server does by itself must not meet the fault that is meant for a message.
        await_that("everything has left", async || all_left(&client.all("/api/v1/outbox").await)).await;
        Self { site, server, calls, clerk, client }
    }

    async fn hand_in(&mut self, citizen: u32) -> Answer {
        self.clerk.hand_in(&self.client, citizen).await.expect("the server answers")
    }

    /// The store has stopped: nothing is taken, though the call does again what it is for; what was answered is read.
    async fn takes_nothing(&mut self, why: &str) {
        for citizen in [KNOWN, KNOWN, 100] {
            let answer = self.hand_in(citizen).await;
            assert_eq!((answer.status, &answer.json()["code"]), (503, &UNAVAILABLE.into()), "{}", answer.text());
        }
        assert_eq!(self.client.get("/healthz").await.status, 503, "whoever spreads the load goes elsewhere");
        let lost = self.clerk.lost(&self.client).await;
        assert!(lost.is_empty(), "{lost:#?}");
        let said = self.server.said();
        assert!(said.contains("the store takes no more commits") && said.contains(why), "{said}");
    }

    /// Starts the server anew, without the fault, and looks.
    async fn starts_again(mut self, how: impl FnOnce(Server)) -> Server {
        how(self.server);
        let server = self.site.start();
        self.clerk.audit(&self.site).await;
        server
    }
}

fn stop(server: Server) {
    server.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_failed_sync_nothing_is_acknowledged_until_the_next_start() {
    if !there(&["libfiu"]) {
        return;
    }
    for how in [Server::kill as fn(Server), stop] {
        let mut office = Office::open().await;
        office.calls.fail(office.server.pid(), SYNC, EIO);
        let answer = office.hand_in(KNOWN).await;
        assert_eq!((answer.status, &answer.json()["code"]), (503, &UNAVAILABLE.into()), "{}", answer.text());
        // From here on each sync would do. The system forgets what it could not bring to the disk: going on would
        // acknowledge what lies behind a hole.
        office.calls.mend(office.server.pid(), SYNC);
        office.takes_nothing("Input/output error").await;
        drop(office.starts_again(how).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_failed_write_nothing_is_acknowledged_until_the_next_start() {
    if !there(&["libfiu"]) {
        return;
    }
    for (error, why) in [(EIO, "Input/output error"), (ENOSPC, "No space left on device")] {
        let mut office = Office::open().await;
        office.calls.fail(office.server.pid(), WRITE, error);
        let answer = office.hand_in(KNOWN).await;
        assert_eq!((answer.status, &answer.json()["code"]), (503, &UNAVAILABLE.into()), "{}", answer.text());
        office.calls.mend(office.server.pid(), WRITE);
        office.takes_nothing(why).await;
        drop(office.starts_again(Server::kill).await);
    }
}

/// Half of a group is written, and then there is no room: the next start cuts it whole.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_ends_in_the_middle_leaves_nothing_half_there() {
    if !there(&["libfiu"]) {
        return;
    }
    let mut office = Office::open().await;
    let segment = office.site.segments().pop().expect("there is a segment");
    let length = || std::fs::metadata(&segment).expect("the segment is there").len();
    let before = length();
    let pid = office.server.pid();
    office.calls.fail(pid, WRITE_SHORT, 0);
    office.hand_in(KNOWN).await;
    assert!(office.clerk.open.is_empty(), "a write that is done piece by piece is a write");
    // The first piece gets down, as half of all calls do; one of the next does not.
    office.calls.fail_sometimes(pid, WRITE, ENOSPC, 0.5);
    while office.hand_in(KNOWN).await.status != 503 {}
    assert!(length() > before);
    office.takes_nothing("No space left on device").await;
    drop(office.starts_again(Server::kill).await);
}

/// The file of keys is synced before anything is sealed with a key: no case without the key to read it.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_could_not_be_kept_registers_nothing_and_its_citizen_is_taken_later() {
    if !there(&["libfiu"]) {
        return;
    }
    let mut office = Office::open().await;
    office.calls.fail(office.server.pid(), SYNC, EIO);
    let answer = office.hand_in(50).await;
    assert!(answer.status >= 500, "{}", answer.text());
    office.calls.mend(office.server.pid(), SYNC);
    let said = office.server.said();
    assert!(said.contains("persons.keys") && said.contains("Input/output error"), "{said}");
    drop(office.starts_again(Server::kill).await);
}

/// What can't be kept in the outbox is tried again, and is there once.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_could_not_be_kept_is_tried_again() {
    if !there(&["libfiu"]) {
        return;
    }
    let mut office = Office::open().await;
    office.calls.fail(office.server.pid(), SYNC_WHOLE, EIO);
    office.hand_in(KNOWN).await;
    assert!(office.clerk.open.is_empty(), "the journal has no part in it");
    let case = office.clerk.accepted.last().expect("it was taken").case.clone();
    let lines = async |client: &Client| {
        let mut lines = client.all("/api/v1/outbox").await;
        lines.retain(|line| line["caseId"] == case.as_str());
        lines
    };
    let tried = office.client.clone();
    await_that("a try that failed", async || {
        lines(&tried).await.iter().any(|line| line["status"] == "ready" && line["fault"].is_string())
    })
    .await;
    office.calls.mend(office.server.pid(), SYNC_WHOLE);
    await_that("every message is kept", async || all_left(&lines(&tried).await)).await;
    drop(office.starts_again(Server::kill).await);
}

/// A start that can't bring its marks to the disk ends, says why, and changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_start_whose_syncs_fail_ends_and_says_so() {
    if !there(&["libfiu"]) {
        return;
    }
    for call in [SYNC, SYNC_WHOLE, WRITE] {
        let office = Office::open().await;
        office.server.kill();
        let calls = Calls::failing(call, EIO);
        let ended = office.site.start_with(&environment(&calls.environment()));
        let Err(ended) = ended else { panic!("{call} fails and the server starts") };
        assert_eq!(ended.status.code(), Some(1), "{}", ended.said);
        assert!(ended.said.contains("Input/output error"), "{}", ended.said);
        let _server = office.site.start();
        let mut clerk = office.clerk;
        clerk.audit(&office.site).await;
    }
}
