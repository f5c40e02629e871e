//! A town for one case: the served binary between a real SMS gateway and a real mail server.
//!
//! Owns: the deployment that brings them together, derived from the shipped example. Judges nothing: that is the tests'.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::Client;
use crate::noon;
use crate::peers::exim::{self, Exim};
use crate::peers::kannel::{self, Kannel, Sms};
use crate::server::{CALLBACK_SECRET, Server, Site, repository};

/// Longest wait for what must come.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// The line of the deployment, which a citizen writes to.
pub const LINE: &str = "6133";

/// The served binary between its peers.
pub struct Town {
    pub site: Site,
    server: Option<Server>,
    pub kannel: Kannel,
    pub exim: Exim,
    /// A client with the administrator's token.
    pub admin: Client,
}

/// What differs from a town in which everything works.
pub struct Setup {
    /// The port at which the gateway looks for the server; the server's own where none is given.
    pub port_for_gateway: Option<u16>,
    /// What the server takes for the gateway's password.
    pub sms_password: &'static str,
    /// The inspection centre's mailbox.
    pub centre_mail: &'static str,
    /// Time that the gateways have for an answer, in seconds: SMS, mail.
    pub answer_seconds: (u32, u32),
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            port_for_gateway: None,
            sms_password: kannel::PASSWORD,
            centre_mail: "bazresi-128@samad.test",
            answer_seconds: (15, 45),
        }
    }
}

impl Town {
    /// The peers, and the deployment that names them; the server is not started yet.
    pub fn build(setup: &Setup) -> Self {
        let site = Site::without_gateway();
        let port = setup.port_for_gateway.unwrap_or(site.address().port());
        let codes = "from=%p&to=%P&text=%b&coding=%c&charset=%C&ts=%t&id=%I";
        let kannel =
            Kannel::start(&format!("http://127.0.0.1:{port}/connectors/sms/mo?token={CALLBACK_SECRET}&{codes}"))
                .expect("the gateway starts");
        let exim = Exim::start().expect("the mail server starts");
        write_secret(&site.deployment().join("kannel.password"), setup.sms_password);
        write_secret(&site.deployment().join("mail.password"), exim::PASSWORD);
        write_pack(&site.deployment().join("pack"), setup.centre_mail);
        write_deployment(&site, &kannel, &exim, setup.answer_seconds);
        noon::keep(&site.deployment());
        let admin = Client::new(site.address(), None);
        Self { site, server: None, kannel, exim, admin }
    }

    /// Starts the server.
    pub fn start(&mut self) {
        self.start_with(&[]);
    }

    /// The same with variables of the environment.
    pub fn start_with(&mut self, environment: &[(&str, &str)]) {
        self.server = Some(self.site.start_with(environment).expect("the server starts"));
        self.admin = self.admin.with_token(Some(&self.site.token()));
    }

    /// Stops the server.
    pub fn stop(&mut self) {
        assert!(self.server.take().expect("a server runs").stop().success());
    }

    /// Stops the server and starts it again, so that it reads its deployment anew.
    pub fn restart(&mut self) {
        self.stop();
        self.start();
    }

    /// A client with a token as the command issues it.
    pub fn with_role(&self, role: &str, scope: &str) -> Client {
        let name = format!("{role}-{}", scope.replace(':', "-"));
        let arguments = ["token", "new", "--role", role, "--scope", scope, "--name", &name, "--data", "{data}"];
        let output = self.site.run(&arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        self.admin.with_token(Some(String::from_utf8(output.stdout).expect("a token is ASCII").trim()))
    }

    /// What the administrator reads there.
    pub async fn get(&self, path: &str) -> Value {
        let answer = self.admin.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// Waits for the only case there is, open or closed.
    pub async fn only_case(&self) -> Value {
        let cases = self.await_some("a case", async || self.admin.all("/api/v1/cases").await).await;
        assert_eq!(cases.len(), 1, "{cases:#?}");
        cases.into_iter().next().expect("it is the only one")
    }

    /// What goes out to a channel, oldest first.
    pub async fn outgoing(&self, channel: &str) -> Vec<Value> {
        let mut lines = self.admin.all("/api/v1/outbox").await;
        lines.retain(|line| line["channel"] == channel);
        lines.reverse();
        lines
    }

    /// Waits until the newest message of a template is in a state.
    pub async fn await_message(&self, template: &str, status: &str) -> Value {
        let what = format!("a message of {template} that is {status}");
        let found = self.await_some(&what, async || {
            let mut lines = self.admin.all("/api/v1/outbox").await;
            lines.retain(|line| line["template"] == template && line["status"] == status);
            lines
        });
        found.await.remove(0)
    }

    /// Waits for the texts that a number has got, each whole.
    pub async fn await_texts(&self, number: &str, count: usize) -> Vec<String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let texts = texts_of(&self.kannel.sent(), number);
            if texts.len() >= count {
                return texts;
            }
            assert!(Instant::now() < deadline, "{number} got {texts:#?}\n{}", self.kannel.output());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until `look` finds something; otherwise tells what went out and what the gateway printed.
    pub async fn await_some(&self, what: &str, look: impl AsyncFn() -> Vec<Value>) -> Vec<Value> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let found = look().await;
            if !found.is_empty() {
                return found;
            }
            if Instant::now() > deadline {
                let outbox = self.admin.all("/api/v1/outbox").await;
                let incidents = self.admin.all("/api/v1/incidents").await;
                panic!("no {what}; outbox {outbox:#?}, incidents {incidents:#?}\n{}", self.kannel.output());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Secrets that others may read are refused.
pub fn write_secret(path: &Path, secret: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, secret).expect("the scratch folder is ours");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("the scratch folder is ours");
}

/// The example's pack, its people with mailboxes that the mail server has: `mgr@bank-melli.hamedan.example` becomes
/// `mgr.bank-melli.hamedan@samad.test`.
fn write_pack(folder: &Path, centre_mail: &str) {
    let shipped = repository().join("examples/one-province/pack");
    fs::create_dir_all(folder.join("rules/directory")).expect("the scratch folder is ours");
    fs::copy(shipped.join("pack.yaml"), folder.join("pack.yaml")).expect("the scratch folder is ours");
    let directory = fs::read_to_string(shipped.join("rules/directory/hamedan.yaml")).expect("the example is there");
    let lines = directory.lines().map(|line| match line.strip_prefix("    mail: ") {
        Some("bazresi@128.hamedan.example") => format!("    mail: {centre_mail}"),
        Some(mail) => format!("    mail: {}@samad.test", mail.trim_end_matches(".example").replace('@', ".")),
        None => line.to_owned(),
    });
    let directory: String = lines.map(|line| line + "\n").collect();
    assert!(directory.contains("mail: mgr.bank-melli.hamedan@samad.test") && directory.contains(centre_mail));
    fs::write(folder.join("rules/directory/hamedan.yaml"), directory).expect("the scratch folder is ours");
}

/// The example's deployment with both gateways.
fn write_deployment(site: &Site, kannel: &Kannel, exim: &Exim, answer_seconds: (u32, u32)) {
    let path = site.deployment().join("deployment.yaml");
    let mut text = fs::read_to_string(&path).expect("the scratch folder is ours");
    let sms = json!({
        "url": kannel.sendsms_url(), "username": kannel::USER, "password": { "file": "kannel.password" }, "from": LINE,
        "callbackBase": format!("http://{}/connectors/sms", site.address()), "timeoutSeconds": answer_seconds.0,
    });
    let mail = json!({
        "host": "localhost", "port": exim.port, "username": exim::USER, "password": { "file": "mail.password" },
        "from": "سامانه ۱۲۸ <foad@samad.test>", "caFile": exim.ca_file(),
        "timeoutSeconds": answer_seconds.1,
    });
    let connectors = format!(
        "  sms: {{ use: sms, settings: {sms}, callbackSecret: {{ file: kannel.secret }} }}\n  \
         mail: {{ use: mail, settings: {mail} }}"
    );
    let example = repository().join("examples/one-province/pack").display().to_string();
    let pack = site.deployment().join("pack").display().to_string();
    for (shipped, here) in [
        ("  outbox: { use: outbox }", connectors.as_str()),
        ("channels: { sms: outbox, mail: outbox }", "channels: { sms: sms, mail: mail }"),
        (&example, &pack),
    ] {
        assert!(text.contains(shipped), "{text}");
        text = text.replace(shipped, here);
    }
    fs::write(&path, text).expect("the scratch folder is ours");
}

/// What a number got, parts of long messages put together.
pub fn texts_of(sent: &[Sms], number: &str) -> Vec<String> {
    let mut whole: Vec<String> = Vec::new();
    let mut open = String::new();
    for sms in sent.iter().filter(|sms| sms.to == number) {
        open += &sms.text;
        if sms.part.is_none_or(|(part, of)| part == of) {
            whole.push(std::mem::take(&mut open));
        }
    }
    whole
}
