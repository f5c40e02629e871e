//! `peygir closure`: days on which offices are closed though their calendar has them open, declared on the running server.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::client::{self, Client};
use super::local::Lang;
use super::{operation, texts};
use crate::answer::{line, say};
use crate::data_folder::DataFolder;

/// Closures: declare one, withdraw one, list them.
///
/// Every open deadline that a closure touches is derived anew, as one operation.
#[derive(clap::Args)]
pub struct Closure {
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
    Declare(Box<Declare>),
    /// Take a closure back; deadlines that it moved are derived anew
    Withdraw {
        id: String,
        /// Stands with the closure
        #[arg(long)]
        reason: String,
        /// Wait until all deadlines are derived anew
        #[arg(long)]
        wait: bool,
    },
    /// Newest first, withdrawn ones too
    List {
        /// As the API gives them
        #[arg(long)]
        json: bool,
    },
}

/// Declare a closure; prints the ids of the closure and of the operation that moves deadlines.
#[derive(clap::Args)]
struct Declare {
    /// Solar Hijri date: 1405/09/01
    #[arg(long)]
    date: String,
    /// The last day, where it is more than one
    #[arg(long)]
    until: Option<String>,
    /// Closed from this time of the day on: 12:00
    #[arg(long, conflicts_with = "hours")]
    from: Option<String>,
    /// Open in these hours only: 06:00-10:00; may be given several times
    #[arg(long)]
    hours: Vec<String>,
    /// Why, in Persian
    #[arg(long)]
    name: String,
    /// Why, in English; the Persian text where absent
    #[arg(long)]
    name_en: Option<String>,
    /// It counts in this calendar and in those that extend it; the deployment's default where absent, needed where that one never closes
    #[arg(long)]
    calendar: Option<String>,
    #[arg(long)]
    province: Option<String>,
    #[arg(long)]
    county: Option<String>,
    #[arg(long)]
    agency: Option<String>,
    /// Wait until all deadlines are derived anew
    #[arg(long)]
    wait: bool,
}

pub fn run(arguments: &Closure) -> Result<ExitCode> {
    let lang = arguments.lang;
    let client = Client::of(&DataFolder::new(&arguments.data))?.speaking(lang.code());
    match &arguments.action {
        Action::Declare(declare) => {
            done(&client, &client.post("/api/v1/closures", &body(declare))?, declare.wait, lang)
        }
        Action::Withdraw { id, reason, wait } => {
            let path = format!("/api/v1/closures/{}/withdraw", client::escaped(id));
            done(&client, &client.post(&path, &json!({ "reason": reason }))?, *wait, lang)
        }
        Action::List { json } => list(&client, *json, lang),
    }
}

fn body(declare: &Declare) -> Value {
    let mut body = json!({
        "date": declare.date,
        "name": { "fa": declare.name, "en": declare.name_en.as_ref().unwrap_or(&declare.name) },
        "for": {},
    });
    let members = [("calendar", &declare.calendar), ("until", &declare.until), ("from", &declare.from)];
    for (name, value) in members.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
        body[name] = value.as_str().into();
    }
    let scope = [("province", &declare.province), ("county", &declare.county), ("agency", &declare.agency)];
    for (name, value) in scope.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
        body["for"][name] = value.as_str().into();
    }
    if !declare.hours.is_empty() {
        body["hours"] = declare.hours.clone().into();
    }
    body
}

fn done(client: &Client, answer: &Value, wait: bool, lang: Lang) -> Result<ExitCode> {
    let text = |name: &str| answer[name].as_str().context("the server gave no id");
    lang.line(&format!("{} {}", lang.pick("closure", "تعطیلی"), lang.id(text("closure")?)));
    lang.line(&format!("{} {}", lang.pick("operation", "عملیات"), lang.id(text("operation")?)));
    if wait { operation::follow(client, text("operation")?, lang) } else { Ok(ExitCode::SUCCESS) }
}

fn list(client: &Client, json: bool, lang: Lang) -> Result<ExitCode> {
    let closures = client.get("/api/v1/closures")?;
    if json {
        line(&serde_json::to_string_pretty(&closures)?);
        return Ok(ExitCode::SUCCESS);
    }
    let items = closures.as_array().map_or(&[][..], Vec::as_slice);
    items.iter().for_each(|item| lang.line(&told(item, lang)));
    if items.is_empty() {
        say(lang.pick("no closures were declared", "تعطیلی اعلام نشده است"));
    }
    Ok(ExitCode::SUCCESS)
}

/// A closure on a line: its id, days, hours, calendar, place and name.
fn told(item: &Value, lang: Lang) -> String {
    let [date, until] = ["date", "until"].map(|name| lang.digits(&texts::of(&item[name])));
    let days = match lang {
        _ if date == until => date,
        Lang::En => format!("{date}-{until}"),
        Lang::Fa => format!("{date} تا {until}"),
    };
    let hours = match (item["from"].as_str(), item["hours"].as_array()) {
        (Some(from), _) => format!("{} {}", lang.pick("from", "از ساعت"), lang.digits(from)),
        (None, Some(hours)) => {
            let spans: Vec<String> = hours.iter().filter_map(Value::as_str).map(|span| span_told(span, lang)).collect();
            format!("{} {}", lang.pick("open", "باز"), spans.join(lang.pick(", ", "، ")))
        }
        (None, None) => lang.pick("all day", "همهٔ روز").to_owned(),
    };
    let scope: Vec<&str> =
        ["province", "county", "agency"].iter().filter_map(|part| item["for"][*part].as_str()).collect();
    let place = match scope.is_empty() {
        true => lang.pick("everywhere", "همه‌جا").to_owned(),
        false => lang.id(&scope.join("/")),
    };
    let state = if item["withdrawn"].is_null() { "" } else { lang.pick("  (withdrawn)", "  (پس گرفته شد)") };
    let [id, calendar] = ["id", "calendar"].map(|name| lang.id(&texts::of(&item[name])));
    format!("{id}  {days}  {hours}  {calendar}  {place}  {}{state}", texts::of(&item["name"][lang.code()]))
}

/// `08:00-10:00`, and `۰۸:۰۰ تا ۱۰:۰۰`.
fn span_told(span: &str, lang: Lang) -> String {
    match lang {
        Lang::En => span.to_owned(),
        Lang::Fa => lang.digits(&span.replace('-', " تا ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closure_on_a_line() {
        let item = json!({
            "id": "C1", "calendar": "ir-working", "date": "1405/09/01", "until": "1405/09/02", "from": null,
            "hours": ["08:00-10:00", "12:00-13:00"], "for": { "province": "hamedan", "county": "malayer" },
            "name": { "fa": "برف", "en": "Snow" }, "withdrawn": null,
        });
        let english = "C1  1405/09/01-1405/09/02  open 08:00-10:00, 12:00-13:00  ir-working  hamedan/malayer  Snow";
        assert_eq!(told(&item, Lang::En), english);
        let persian = told(&item, Lang::Fa).replace(['\u{2066}', '\u{2069}'], "");
        assert_eq!(
            persian,
            "C1  ۱۴۰۵/۰۹/۰۱ تا ۱۴۰۵/۰۹/۰۲  باز ۰۸:۰۰ تا ۱۰:۰۰، ۱۲:۰۰ تا ۱۳:۰۰  ir-working  hamedan/malayer  برف"
        );
    }
}
