//! A browser: Debian's Chromium without a window, driven over its DevTools protocol.
//!
//! The protocol runs over two pipes (`--remote-debugging-pipe`), so no port is open and no WebSocket is needed. Mouse and
//! keys go in as input events, as from a person: all of it works on pages whose scripts are off. Owns the browser's process
//! and its profile; knows nothing about the console.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Longest wait for an answer or for a page, on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// Chromium reads commands from descriptor 3 and writes to 4, each message ended by a zero byte.
const LAUNCH: &str = "exec /usr/bin/chromium \"$@\" 3<&0 4>&1 </dev/null >/dev/null";
const FLAGS: &[&str] = &[
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--lang=fa",
    "--accept-lang=fa-IR,fa",
];

/// A running browser with one page.
pub struct Browser {
    child: Child,
    input: ChildStdin,
    told: Receiver<Value>,
    events: VecDeque<Value>,
    last_id: u64,
    /// Width and height of the window, in CSS pixels.
    size: (u32, u32),
    page: String,
    /// A blank page in which pictures are looked at: the page under test forbids scripts of others.
    bench: String,
    _profile: TempDir,
}

/// A picture of a page or a part of it.
pub struct Picture {
    pub png: Vec<u8>,
}

impl Browser {
    /// Starts it with an empty page of this size, in CSS pixels.
    pub fn start(width: u32, height: u32) -> Result<Self> {
        let profile = tempfile::tempdir()?;
        let mut child = Command::new("/bin/sh")
            .args(["-c", LAUNCH, "chromium"])
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(format!("--window-size={width},{height}"))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(profile.path().join("browser.log"))?)
            .spawn()
            .context("chromium does not start")?;
        let input = child.stdin.take().context("the browser's input is a pipe")?;
        let told = listen(child.stdout.take().context("the browser's output is a pipe")?);
        let mut browser = Self {
            child,
            input,
            told,
            events: VecDeque::new(),
            last_id: 0,
            size: (width, height),
            page: String::new(),
            bench: String::new(),
            _profile: profile,
        };
        browser.bench = browser.new_page()?;
        browser.page = browser.new_page()?;
        browser.resize(width, height)?;
        Ok(browser)
    }

    fn new_page(&mut self) -> Result<String> {
        let target = self.ask(None, "Target.createTarget", json!({ "url": "about:blank" }))?;
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = self.ask(None, "Target.attachToTarget", attach)?;
        let session = session["sessionId"].as_str().context("a session has an id")?.to_owned();
        self.ask(Some(&session), "Page.enable", json!({}))?;
        self.ask(Some(&session), "Page.setLifecycleEventsEnabled", json!({ "enabled": true }))?;
        self.ask(Some(&session), "DOM.enable", json!({}))?;
        Ok(session)
    }

    /// Sets the size of the window, in CSS pixels.
    pub fn resize(&mut self, width: u32, height: u32) -> Result<()> {
        self.size = (width, height);
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.on_page("Emulation.setDeviceMetricsOverride", size).map(|_| ())
    }

    /// Whether pages may run scripts from the next page on.
    pub fn allow_scripts(&mut self, allowed: bool) -> Result<()> {
        self.on_page("Emulation.setScriptExecutionDisabled", json!({ "value": !allowed })).map(|_| ())
    }

    /// Opens an address and waits until the page is there.
    pub fn open(&mut self, url: &str) -> Result<()> {
        self.events.clear();
        let answer = self.on_page("Page.navigate", json!({ "url": url }))?;
        if let Some(fault) = answer["errorText"].as_str() {
            bail!("{url}: {fault}");
        }
        let loader = answer["loaderId"].as_str().context("a navigation has a loader")?.to_owned();
        self.await_loaded(&loader)
    }

    /// Clicks, and waits until the page that it leads to is there.
    pub fn follow(&mut self, selector: &str) -> Result<()> {
        self.events.clear();
        self.click(selector)?;
        let went = self
            .await_event(|event| {
                let frame = &event["params"]["frame"];
                (event["method"] == "Page.frameNavigated" && frame["parentId"].is_null())
                    .then(|| frame["loaderId"].clone())
            })
            .with_context(|| format!("{selector} leads nowhere"))?;
        self.await_loaded(went.as_str().context("a navigation has a loader")?)
    }

    fn await_loaded(&mut self, loader: &str) -> Result<()> {
        self.await_event(|event| {
            let params = &event["params"];
            let is_it =
                event["method"] == "Page.lifecycleEvent" && params["name"] == "load" && params["loaderId"] == loader;
            is_it.then_some(Value::Null)
        })
        .context("the page does not load")?;
        Ok(())
    }

    /// Where the page is.
    pub fn address(&mut self) -> Result<String> {
        let history = self.on_page("Page.getNavigationHistory", json!({}))?;
        let current = history["currentIndex"].as_u64().context("a page has a history")? as usize;
        Ok(history["entries"][current]["url"].as_str().context("a page has an address")?.to_owned())
    }

    /// Clicks in the middle of an element.
    pub fn click(&mut self, selector: &str) -> Result<()> {
        let node = self.find(selector)?.with_context(|| format!("{selector} is not on the page"))?;
        self.on_page("DOM.scrollIntoViewIfNeeded", json!({ "nodeId": node }))?;
        let quads = self.on_page("DOM.getContentQuads", json!({ "nodeId": node }))?;
        let corner =
            |index: usize| quads["quads"][0][index].as_f64().with_context(|| format!("{selector} takes no room"));
        let (x, y) = ((corner(0)? + corner(4)?) / 2.0, (corner(1)? + corner(5)?) / 2.0);
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
            self.on_page("Input.dispatchMouseEvent", event)?;
        }
        Ok(())
    }

    /// Types into a field, key by key.
    pub fn type_into(&mut self, selector: &str, text: &str) -> Result<()> {
        self.click(selector)?;
        self.press(text)
    }

    fn press(&mut self, text: &str) -> Result<()> {
        for key in text.chars() {
            let key = key.to_string();
            self.on_page("Input.dispatchKeyEvent", json!({ "type": "keyDown", "key": key, "text": key }))?;
            self.on_page("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": key }))?;
        }
        Ok(())
    }

    /// Types into a field in place of what stands there.
    pub fn retype(&mut self, selector: &str, text: &str) -> Result<()> {
        self.click(selector)?;
        let all = json!({ "type": "keyDown", "key": "a", "modifiers": 2, "commands": ["SelectAll"] });
        self.on_page("Input.dispatchKeyEvent", all)?;
        self.on_page("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": "a", "modifiers": 2 }))?;
        self.press(text)
    }

    /// Chooses an option of a list, by its value, with the arrow keys.
    pub fn choose(&mut self, selector: &str, value: &str) -> Result<()> {
        let node = self.find(selector)?.with_context(|| format!("{selector} is not on the page"))?;
        self.on_page("DOM.focus", json!({ "nodeId": node }))?;
        let chosen = format!("document.querySelector({selector:?}).value");
        let mut before = Value::Null;
        loop {
            let now = self.evaluate(&chosen)?;
            if now == value {
                return Ok(());
            }
            if now == before {
                bail!("{selector} has no option {value} below {now}");
            }
            before = now;
            for kind in ["rawKeyDown", "keyUp"] {
                let event = json!({ "type": kind, "key": "ArrowDown", "windowsVirtualKeyCode": 40 });
                self.on_page("Input.dispatchKeyEvent", event)?;
            }
        }
    }

    /// Chooses files in a field for files.
    pub fn choose_files(&mut self, selector: &str, files: &[&Path]) -> Result<()> {
        let node = self.find(selector)?.with_context(|| format!("{selector} is not on the page"))?;
        self.on_page("DOM.setFileInputFiles", json!({ "nodeId": node, "files": files })).map(|_| ())
    }

    /// Whether the page has such an element.
    pub fn has(&mut self, selector: &str) -> Result<bool> {
        Ok(self.find(selector)?.is_some())
    }

    fn find(&mut self, selector: &str) -> Result<Option<u64>> {
        let document = self.on_page("DOM.getDocument", json!({ "depth": 0 }))?;
        let query = json!({ "nodeId": document["root"]["nodeId"], "selector": selector });
        let found = self.on_page("DOM.querySelector", query)?;
        Ok(found["nodeId"].as_u64().filter(|node| *node != 0))
    }

    /// The page as it stands, as HTML; read without running anything in it.
    pub fn html(&mut self) -> Result<String> {
        let document = self.on_page("DOM.getDocument", json!({ "depth": 0 }))?;
        let html = self.on_page("DOM.getOuterHTML", json!({ "nodeId": document["root"]["nodeId"] }))?;
        Ok(html["outerHTML"].as_str().unwrap_or_default().to_owned())
    }

    /// The value of an expression, evaluated in the page.
    pub fn evaluate(&mut self, expression: &str) -> Result<Value> {
        let session = self.page.clone();
        self.evaluate_in(&session, expression)
    }

    fn evaluate_in(&mut self, session: &str, expression: &str) -> Result<Value> {
        let asked = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.ask(Some(session), "Runtime.evaluate", asked)?;
        if let Some(fault) = answer.get("exceptionDetails") {
            bail!("{expression}: {fault}");
        }
        Ok(answer["result"]["value"].clone())
    }

    /// What the window shows.
    pub fn picture(&mut self) -> Result<Picture> {
        let shot = self.on_page("Page.captureScreenshot", json!({ "format": "png" }))?;
        Ok(Picture { png: BASE64.decode(shot["data"].as_str().context("a picture has data")?)? })
    }

    /// The page in its whole length: the window grows for it, for pictures beyond the window are shifted where a page runs
    /// from right to left.
    pub fn whole_picture(&mut self) -> Result<Picture> {
        let (width, height) = self.size;
        let metrics = self.on_page("Page.getLayoutMetrics", json!({}))?;
        let length = metrics["cssContentSize"]["height"].as_f64().context("a page has a height")?.ceil() as u32;
        self.resize(width, length.max(height))?;
        let picture = self.picture();
        self.resize(width, height)?;
        picture
    }

    /// How many different colours a picture has; a blank one has a single one.
    pub fn colours(&mut self, picture: &Picture) -> Result<u64> {
        let count = format!(
            "(async () => {{
                const image = await createImageBitmap(await (await fetch('data:image/png;base64,{}')).blob());
                const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
                context.drawImage(image, 0, 0);
                return new Set(new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer)).size;
            }})()",
            BASE64.encode(&picture.png)
        );
        let bench = self.bench.clone();
        self.evaluate_in(&bench, &count)?.as_u64().context("a count is a number")
    }

    fn on_page(&mut self, method: &str, params: Value) -> Result<Value> {
        let session = self.page.clone();
        self.ask(Some(&session), method, params)
    }

    fn ask(&mut self, session: Option<&str>, method: &str, params: Value) -> Result<Value> {
        self.last_id += 1;
        let mut message = json!({ "id": self.last_id, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = json!(session);
        }
        self.input.write_all(message.to_string().as_bytes())?;
        self.input.write_all(&[0])?;
        self.input.flush()?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            let told = self.next(deadline).with_context(|| format!("{method} is not answered"))?;
            if told["id"] != self.last_id {
                self.events.push_back(told);
            } else if let Some(fault) = told.get("error") {
                bail!("{method}: {fault}");
            } else {
                return Ok(told["result"].clone());
            }
        }
    }

    /// Waits for an event of the page in which `pick` finds something.
    fn await_event(&mut self, pick: impl Fn(&Value) -> Option<Value>) -> Result<Value> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let event = match self.events.pop_front() {
                Some(event) => event,
                None => self.next(deadline)?,
            };
            if event["sessionId"] == self.page.as_str()
                && let Some(found) = pick(&event)
            {
                return Ok(found);
            }
        }
    }

    fn next(&mut self, deadline: Instant) -> Result<Value> {
        let left = deadline.saturating_duration_since(Instant::now());
        self.told.recv_timeout(left).context("the browser says nothing")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may be gone already; killing it at once would leave its helpers writing into the profile.
        if self.ask(None, "Browser.close", json!({})).is_err() {
            drop(self.child.kill());
        }
        drop(self.child.wait());
    }
}

/// Reads messages until the browser ends.
fn listen(output: ChildStdout) -> Receiver<Value> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for message in BufReader::new(output).split(0).map_while(Result::ok) {
            let Ok(message) = serde_json::from_slice(&message) else { continue };
            if sender.send(message).is_err() {
                return;
            }
        }
    });
    receiver
}
