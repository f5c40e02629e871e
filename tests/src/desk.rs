//! A desk of the console: a server, a browser that looks at it, and a client beside it.
//!
//! Owns what tests of the console share: signing in, pages, pictures of them under `target/screenshots/`. Which deployment is
//! served is the test's.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::runtime::Runtime;

use crate::browser::Browser;
use crate::client::Client;
use crate::peers::{available, namespace};
use crate::server::{Server, Site, repository};

/// Size of the window, in CSS pixels.
const WIDTH: u32 = 1280;
const HEIGHT: u32 = 900;
/// Of a phone's.
const PHONE: (u32, u32) = (390, 844);
/// Longest wait for what must come.
pub const PATIENCE: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(50);
/// A picture with fewer colours shows nothing.
const COLOURS_MIN: u64 = 50;

pub struct Desk {
    pub site: Site,
    _server: Server,
    pub browser: Browser,
    client: Client,
    runtime: Runtime,
}

/// Runs a test with a browser, in a network namespace of its own.
pub fn with(test: &str, site: impl FnOnce() -> Site, body: impl FnOnce(&mut Desk)) {
    if !available("chromium") {
        return;
    }
    namespace::isolated(test, || body(&mut Desk::open(site())));
}

impl Desk {
    fn open(site: Site) -> Self {
        let server = site.start();
        let client = Client::new(site.address(), Some(&site.token()));
        let browser = Browser::start(WIDTH, HEIGHT).expect("the browser starts");
        let runtime = Runtime::new().expect("there is a runtime");
        Self { site, _server: server, browser, client, runtime }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.site.address())
    }

    pub fn visit(&mut self, path: &str) {
        let url = self.url(path);
        self.browser.open(&url).expect("the page loads");
    }

    /// What the administrator reads there.
    pub fn get(&self, path: &str) -> Value {
        let answer = self.runtime.block_on(self.client.get(path));
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// Hands a message in; answers case id and tracking code.
    pub fn submit(&self, key: &str, message: &Value) -> (String, String) {
        let answer = self.runtime.block_on(self.client.submit(key, message)).expect("the server answers");
        assert_eq!(answer.status, 201, "{}", answer.text());
        let [case, code] =
            ["caseId", "trackingCode"].map(|name| answer.json()[name].as_str().expect("the answer has it").to_owned());
        (case, code)
    }

    /// Waits until the case has an open task for a role.
    pub fn await_task(&self, case: &str, role: &str) -> String {
        let found = self.await_some(&format!("open task for {role}"), || {
            let case = self.get(&format!("/api/v1/cases/{case}"));
            let open = |task: &&Value| task["role"] == role && task["status"] == "open";
            case["tasks"].as_array().and_then(|tasks| tasks.iter().find(open).cloned())
        });
        found["id"].as_str().expect("a task has an id").to_owned()
    }

    /// Asks again and again until there is an answer.
    pub fn await_some<T>(&self, what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = ask() {
                return found;
            }
            assert!(Instant::now() < deadline, "no {what}");
            std::thread::sleep(POLL);
        }
    }

    /// Signs a person in by a one-time link, as the command prints it.
    pub fn sign_in(&mut self, person: &str) {
        let output = self.site.run(&["login-link", person, "--data", "{data}"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let link = String::from_utf8(output.stdout).expect("a link is ASCII");
        self.browser.open(link.trim()).expect("the link leads to a page");
        self.browser.follow("main form button").expect("the page has a button");
        let address = self.browser.address().expect("a page has an address");
        assert_eq!(address, self.url("/"), "the link leads to the desk");
    }

    pub fn says(&mut self, words: &str) {
        let html = self.browser.html().expect("a page is HTML");
        assert!(html.contains(words), "the page does not say «{words}»:\n{html}");
    }

    pub fn is_silent_on(&mut self, words: &str) {
        let html = self.browser.html().expect("a page is HTML");
        assert!(!html.contains(words), "the page says «{words}»:\n{html}");
    }

    /// Keeps a picture of the whole page, which must show something and fit the window's width.
    pub fn picture(&mut self, name: &str) {
        let beyond = self.asks("document.documentElement.scrollWidth - innerWidth");
        assert_eq!(beyond, 0, "{name} is wider than its window");
        let picture = self.browser.whole_picture().expect("a page can be drawn");
        let folder = repository().join("target/screenshots");
        fs::create_dir_all(&folder).expect("a folder can be made");
        fs::write(folder.join(format!("{name}.png")), &picture.png).expect("a file can be written");
        let colours = self.browser.colours(&picture).expect("a picture has colours");
        assert!(colours > COLOURS_MIN, "{name} shows nothing but {colours} colours");
    }

    /// The same page in a window as wide as a phone.
    pub fn phone_picture(&mut self, name: &str) {
        self.browser.resize(PHONE.0, PHONE.1).expect("a window has a size");
        self.picture(name);
        self.browser.resize(WIDTH, HEIGHT).expect("a window has a size");
    }

    /// What a property of the page is.
    pub fn asks(&mut self, expression: &str) -> Value {
        self.browser.evaluate(expression).expect("the page answers")
    }
}
