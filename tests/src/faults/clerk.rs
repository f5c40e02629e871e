//! A clerk hands messages in, keeps what was answered and what was not, and looks afterwards whether just that is there.

use reqwest::Error;

use crate::citizen;
use crate::client::{Answer, Client};
use crate::ledger::{self, Accepted, Listed};
use crate::server::Site;

/// A clerk of one site. What was not answered with success is asked again at the end, under its key.
#[derive(Default)]
pub struct Clerk {
    pub accepted: Vec<Accepted>,
    /// Key and citizen of what was refused, or has no answer.
    pub open: Vec<(String, u32)>,
    name: String,
    count: u32,
}

/// A client with the administrator's token.
pub fn client(site: &Site) -> Client {
    Client::new(site.address(), Some(&site.token()))
}

impl Clerk {
    /// One of several: keys begin with the name.
    pub fn of(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// What several have done, to be audited as one.
    pub fn all(clerks: Vec<Self>) -> Self {
        let mut all = Self::of("all");
        for clerk in clerks {
            all.accepted.extend(clerk.accepted);
            all.open.extend(clerk.open);
        }
        all
    }

    /// Hands in one message more. The clerk keeps count of it, whatever becomes of it.
    pub async fn hand_in(&mut self, client: &Client, citizen: u32) -> Result<Answer, Error> {
        let key = format!("message-{}-{}", self.name, self.count);
        self.count += 1;
        let answer = ask(client, &key, citizen).await;
        match &answer {
            Ok(answer) if is_taken(answer) => self.accepted.push(taken(&key, answer)),
            _ => self.open.push((key, citizen)),
        }
        answer
    }

    /// Hands in messages that have to be taken.
    pub async fn must(&mut self, client: &Client, citizens: std::ops::Range<u32>) {
        for citizen in citizens {
            let answer = self.hand_in(client, citizen).await.expect("the server answers");
            assert_eq!(answer.status, 201, "{}", answer.text());
        }
    }

    /// Looks at a server that is well again: what was answered is there as it was answered, what was not is taken now,
    /// once, and nothing else is there.
    pub async fn audit(&mut self, site: &Site) {
        let client = client(site);
        self.look(&client).await;
        for (key, citizen) in std::mem::take(&mut self.open) {
            let answer = ask(&client, &key, citizen).await.expect("the server answers");
            assert!(is_taken(&answer), "{key}: {} {}", answer.status, answer.text());
            self.accepted.push(taken(&key, &answer));
        }
        let listed = list(&client).await;
        let complaints = ledger::check_messages(&self.accepted, &listed);
        assert!(complaints.is_empty(), "{complaints:#?}");
        site.verify().expect("the journal is whole");
    }

    /// What was answered is there, and is answered again in the same way.
    async fn look(&self, client: &Client) {
        let complaints = self.lost(client).await;
        assert!(complaints.is_empty(), "{complaints:#?}");
        for one in &self.accepted {
            let case = client.get(&format!("/api/v1/cases/{}", one.case)).await;
            assert_eq!((case.status, case.json()["trackingCode"].as_str()), (200, Some(one.code.as_str())));
        }
    }

    /// Complaints about what was answered and is not there.
    pub async fn lost(&self, client: &Client) -> Vec<String> {
        let mut complaints = ledger::check_messages(&self.accepted, &list(client).await);
        // What was not answered may be there all the same, whole.
        complaints.retain(|complaint| !complaint.contains("belongs to no accepted message"));
        complaints
    }
}

async fn ask(client: &Client, key: &str, citizen: u32) -> Result<Answer, Error> {
    client.submit(key, &citizen::message(citizen, key)).await
}

fn is_taken(answer: &Answer) -> bool {
    (200..300).contains(&answer.status)
}

fn taken(key: &str, answer: &Answer) -> Accepted {
    let body = answer.json();
    let text = |name: &str| body[name].as_str().expect("the answer has it").to_owned();
    Accepted { key: key.to_owned(), case: text("caseId"), code: text("trackingCode") }
}

async fn list(client: &Client) -> Vec<Listed> {
    let listed = |case: &serde_json::Value| {
        let text = |name: &str| case[name].as_str().expect("a case has it").to_owned();
        Listed { case: text("id"), code: text("trackingCode") }
    };
    client.all("/api/v1/cases").await.iter().map(listed).collect()
}
