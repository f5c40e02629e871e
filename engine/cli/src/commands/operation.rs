//! `peygir operation`: what a closure or a changed calendar moved, asked of the running server.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::client::{self, Client};
use super::local::{self, Lang};
use super::texts;
use crate::answer::{line, say};
use crate::data_folder::DataFolder;

/// Between two looks at an operation that goes on.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Lines asked for at once.
const PAGE_LINES: &str = "200";

/// Operations: all open deadlines derived anew, after a closure or a change of calendars.
#[derive(clap::Args)]
pub struct Operation {
    #[arg(long, default_value = "data", global = true)]
    data: PathBuf,
    /// Language of what is printed
    #[arg(long, value_enum, default_value_t = Lang::En, global = true)]
    lang: Lang,
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Newest first
    List {
        /// As the API gives them
        #[arg(long)]
        json: bool,
    },
    /// How far it is, and which cases moved, from when to when
    Show {
        id: String,
        /// Wait until it is through
        #[arg(long)]
        wait: bool,
        /// As the API gives it: an object with `operation` and `moved`
        #[arg(long)]
        json: bool,
    },
}

pub fn run(arguments: &Operation) -> Result<ExitCode> {
    let lang = arguments.lang;
    let client = Client::of(&DataFolder::new(&arguments.data))?.speaking(lang.code());
    match &arguments.action {
        Action::List { json } => list(&client, lang, *json),
        Action::Show { id, wait, json } => {
            if *wait {
                until_through(&client, id, lang)?;
            }
            show(&client, id, lang, *json)
        }
    }
}

/// Waits until it is through, telling how far it is, and shows what moved.
pub fn follow(client: &Client, id: &str, lang: Lang) -> Result<ExitCode> {
    until_through(client, id, lang)?;
    show(client, id, lang, false)
}

fn list(client: &Client, lang: Lang, as_json: bool) -> Result<ExitCode> {
    let page = client.get("/api/v1/operations")?;
    if as_json {
        line(&serde_json::to_string_pretty(&page["items"])?);
        return Ok(ExitCode::SUCCESS);
    }
    let items = page["items"].as_array().map_or(&[][..], Vec::as_slice);
    if items.is_empty() {
        say(lang.pick("no operations", "عملیاتی نیست"));
        return Ok(ExitCode::SUCCESS);
    }
    let told = Told::of(client, lang);
    items.iter().for_each(|item| lang.line(&told.summary(item)));
    Ok(ExitCode::SUCCESS)
}

fn until_through(client: &Client, id: &str, lang: Lang) -> Result<()> {
    let mut told = None;
    loop {
        let operation = client.get(&format!("/api/v1/operations/{}", client::escaped(id)))?;
        if !operation["endedAt"].is_null() {
            return Ok(());
        }
        let (seen, moved) = (operation["seen"].as_u64().unwrap_or_default(), &operation["moved"]);
        if told != Some(seen) {
            say(&match lang {
                Lang::En => format!("deadlines looked at: {seen}, moved: {moved}"),
                Lang::Fa => lang.digits(&format!("مهلت‌های بررسی‌شده: {seen}، جابه‌جاشده: {moved}")),
            });
            told = Some(seen);
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

fn show(client: &Client, id: &str, lang: Lang, as_json: bool) -> Result<ExitCode> {
    let path = format!("/api/v1/operations/{}", client::escaped(id));
    let operation = client.get(&path)?;
    let moved = moved(client, &path)?;
    if as_json {
        line(&serde_json::to_string_pretty(&json!({ "operation": operation, "moved": moved }))?);
    } else {
        let told = Told::of(client, lang);
        lang.line(&told.summary(&operation));
        moved.iter().for_each(|one| lang.line(&told.moved(one)));
    }
    let failed = operation["failed"].as_u64().unwrap_or_default();
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// All pages of what it moved.
fn moved(client: &Client, path: &str) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let query = client::query(&[("limit", Some(PAGE_LINES)), ("after", after.as_deref())]);
        let mut page = client.get(&format!("{path}/moved{query}"))?;
        if let Some(items) = page["items"].as_array_mut() {
            all.append(items);
        }
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() {
            return Ok(all);
        }
    }
}

/// What an operation is told with.
struct Told {
    lang: Lang,
    zone: TimeZone,
    closures: Vec<Value>,
}

impl Told {
    fn of(client: &Client, lang: Lang) -> Self {
        // Without its name a closure is told by its id alone.
        let closures = client.get("/api/v1/closures").ok().and_then(|list| list.as_array().cloned());
        Self { lang, zone: local::zone(client), closures: closures.unwrap_or_default() }
    }

    fn time(&self, value: &Value) -> String {
        local::time(value, &self.zone, self.lang)
    }

    /// Its id, what it was about, when it began and ended, and how far it came.
    fn summary(&self, operation: &Value) -> String {
        let lang = self.lang;
        let begun = self.time(&operation["begunAt"]);
        let state = match (lang, operation["endedAt"].is_null()) {
            (Lang::En, true) => format!("began {begun}, goes on"),
            (Lang::En, false) => format!("began {begun}, ended {}", self.time(&operation["endedAt"])),
            (Lang::Fa, true) => format!("آغاز {begun}، ادامه دارد"),
            (Lang::Fa, false) => format!("آغاز {begun}، پایان {}", self.time(&operation["endedAt"])),
        };
        let [seen, moved, failed] = ["seen", "moved", "failed"].map(|name| lang.digits(&operation[name].to_string()));
        let counts = match lang {
            Lang::En => format!("looked at {seen}, moved {moved}, failed {failed}"),
            Lang::Fa => format!("بررسی‌شده {seen}، جابه‌جاشده {moved}، ناموفق {failed}"),
        };
        format!("{}  {}  {state}  {counts}", lang.id(&texts::of(&operation["id"])), self.about(operation))
    }

    fn about(&self, operation: &Value) -> String {
        let lang = self.lang;
        let kind = match operation["kind"].as_str() {
            Some("closure-declared") => lang.pick("closure declared", "اعلام تعطیلی"),
            Some("closure-withdrawn") => lang.pick("closure withdrawn", "پس گرفتن تعطیلی"),
            Some("calendars-changed") => lang.pick("calendars changed", "تغییر تقویم‌ها"),
            other => other.unwrap_or("-"),
        };
        let Some(id) = operation["closure"].as_str() else { return kind.to_owned() };
        let closure = self.closures.iter().find(|closure| closure["id"] == id);
        let name = closure.and_then(|closure| closure["name"][lang.code()].as_str());
        let name = name.map(|name| match lang {
            Lang::En => format!(" \"{name}\""),
            Lang::Fa => format!(" «{name}»"),
        });
        format!("{kind}{} ({})", name.unwrap_or_default(), lang.id(id))
    }

    fn moved(&self, moved: &Value) -> String {
        let case = moved["trackingCode"].as_str().unwrap_or_else(|| moved["caseId"].as_str().unwrap_or("-"));
        let (from, to) = (self.time(&moved["from"]), self.time(&moved["to"]));
        match self.lang {
            Lang::En => format!("  {case}  {from}  ->  {to}"),
            Lang::Fa => format!("  {}  از {from} به {to}", self.lang.id(case)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(lang: Lang) -> Told {
        let snow = json!({ "id": "C1", "name": { "fa": "برف", "en": "Snow" } });
        Told { lang, zone: peygir_calendar::tehran(), closures: vec![snow] }
    }

    #[test]
    fn an_operation_is_told_with_its_closure_and_on_local_clocks() {
        let mut operation = json!({
            "id": "O1", "kind": "closure-declared", "closure": "C1", "begunAt": "2026-11-21T07:30:00Z",
            "endedAt": "2026-11-21T07:31:00Z", "seen": 20, "moved": 3, "failed": 0,
        });
        assert_eq!(
            told(Lang::En).summary(&operation),
            "O1  closure declared \"Snow\" (C1)  began Saturday 30 Aban 1405 11:00, ended Saturday 30 Aban 1405 11:01  \
             looked at 20, moved 3, failed 0"
        );
        assert_eq!(
            told(Lang::Fa).summary(&operation),
            "\u{2066}O1\u{2069}  اعلام تعطیلی «برف» (\u{2066}C1\u{2069})  آغاز شنبه ۳۰ آبان ۱۴۰۵ ۱۱:۰۰، پایان شنبه ۳۰ آبان \
             ۱۴۰۵ ۱۱:۰۱  بررسی‌شده ۲۰، جابه‌جاشده ۳، ناموفق ۰"
        );
        operation["endedAt"] = Value::Null;
        operation["closure"] = "C2".into();
        let going_on = told(Lang::En).summary(&operation);
        assert!(going_on.contains("closure declared (C2)  began Saturday 30 Aban 1405 11:00, goes on  "), "{going_on}");
    }

    #[test]
    fn what_moved_is_told_on_local_clocks() {
        let moved = json!({ "trackingCode": "123", "from": "2026-11-21T09:30:00Z", "to": "2026-11-22T05:00:00Z" });
        let english = "  123  Saturday 30 Aban 1405 13:00  ->  Sunday 1 Azar 1405 08:30";
        assert_eq!(told(Lang::En).moved(&moved), english);
        let persian = "  \u{2066}123\u{2069}  از شنبه ۳۰ آبان ۱۴۰۵ ۱۳:۰۰ به یکشنبه ۱ آذر ۱۴۰۵ ۰۸:۳۰";
        assert_eq!(told(Lang::Fa).moved(&moved), persian);
    }
}
