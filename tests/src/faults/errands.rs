//! A deployment whose flows and messages go to one agency: `tell` posts, `ask` reads, `rest` waits a second; SMS go to the same
//! address as to a Kannel gateway.

use std::fs;
use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::client::{Answer, Client};
use crate::server::Site;
use crate::town::write_secret;

/// Time for an answer of the agency, in seconds.
pub const ANSWER_SECONDS: u32 = 2;

const FLOWS: [(&str, &str); 3] = [
    ("tell", "call: http, with: { method: post, endpoint: 'http://AGENCY/tell', body: { n: 1 } }"),
    ("ask", "call: http, with: { method: get, endpoint: 'http://AGENCY/ask' }"),
    ("rest", "wait: PT1S"),
];

/// The shipped example with these flows.
pub fn site(agency: SocketAddr) -> Site {
    let site = Site::without_gateway();
    let pack = site.deployment().join("errands");
    let flow = |name: &str, task: &str| {
        let head = format!("document: {{ dsl: '1.0.3', namespace: errands, name: {name}, version: '1.0.0' }}");
        let text = format!("{head}\ndo:\n  - {name}: {{ {} }}\n", task.replace("AGENCY", &agency.to_string()));
        let folder = pack.join("workflows").join(name);
        fs::create_dir_all(&folder).expect("the scratch folder is ours");
        fs::write(folder.join("workflow.yaml"), text).expect("the scratch folder is ours");
    };
    FLOWS.iter().for_each(|(name, task)| flow(name, task));
    let manifest = "kind: pack\nname: errands\nversion: 1.0.0\ntitle: { fa: کارها, en: Errands }\nover: [ national ]\n";
    fs::write(pack.join("pack.yaml"), manifest).expect("the scratch folder is ours");
    deploy(&site, agency);
    site
}

fn deploy(site: &Site, agency: SocketAddr) {
    let path = site.deployment().join("deployment.yaml");
    write_secret(&site.deployment().join("agency.password"), "password-of-the-agency");
    let sms = json!({
        "url": format!("http://{agency}/cgi-bin/sendsms"), "username": "peygir", "password": { "file": "agency.password" },
        "from": "6133", "timeoutSeconds": ANSWER_SECONDS, "callbackBase": "http://127.0.0.1:1/connectors/sms",
    });
    let connectors = format!(
        "  outbox: {{ use: outbox }}\n  http: {{ use: http, settings: {{ timeoutSeconds: {ANSWER_SECONDS} }} }}\n  \
         sms: {{ use: sms, settings: {sms}, callbackSecret: {{ file: kannel.secret }} }}"
    );
    let mut text = fs::read_to_string(&path).expect("the deployment can be read");
    for (shipped, here) in [
        ("  outbox: { use: outbox }", connectors.as_str()),
        ("channels: { sms: outbox,", "channels: { sms: sms,"),
        ("http: { allow: [] }", &format!("http: {{ allow: [ {:?} ] }}", agency.to_string())),
        ("one-province/pack\" ]", "one-province/pack\", errands ]"),
    ] {
        assert!(text.contains(shipped), "{shipped}: {text}");
        text = text.replace(shipped, here);
    }
    fs::write(&path, text).expect("the deployment can be written");
}

/// Starts one of the flows.
pub async fn start(client: &Client, flow: &str) -> String {
    let answer: Answer = client.post(&format!("/api/v1/workflows/errands/{flow}/instances"), &json!({})).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["id"].as_str().expect("an instance has an id").to_owned()
}

/// The instance as it stands.
pub async fn instance(client: &Client, id: &str) -> Value {
    let answer = client.get(&format!("/api/v1/instances/{id}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// Incidents that wait for a person.
pub async fn open_incidents(client: &Client) -> Vec<Value> {
    let mut incidents = client.all("/api/v1/incidents").await;
    incidents.retain(|incident| incident["status"] == "open");
    incidents
}
