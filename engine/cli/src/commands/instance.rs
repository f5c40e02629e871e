//! `peygir instance`: instances of flows, asked of the server that has the data folder open.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::client::{self, Client};
use super::local::{self, Lang};
use super::texts;
use crate::answer::{line, say};
use crate::data_folder::DataFolder;
use crate::said::Said;

/// Instances of flows: start, look at, suspend, resume, cancel, retry, restart.
#[derive(clap::Args)]
pub struct Instance {
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
    Start(Start),
    List(List),
    /// Where an instance stands, as JSON
    Show {
        id: String,
    },
    /// No task starts and no timer fires until it is resumed
    Suspend {
        id: String,
        /// Stands in the journal
        #[arg(long)]
        reason: String,
    },
    Resume {
        id: String,
    },
    /// End it; what it asked for is withdrawn
    Cancel {
        id: String,
        /// Stands in the journal
        #[arg(long)]
        reason: String,
    },
    /// Run the faulted task again, with what was decided before it
    Retry {
        id: String,
    },
    /// Begin the flow of a faulted instance anew, in the version in force: tables are asked again; prints the new id
    Restart {
        id: String,
    },
}

/// Start a flow; prints the id, or with --wait the instance as JSON.
#[derive(clap::Args)]
struct Start {
    /// NAMESPACE/NAME or NAMESPACE/NAME:VERSION
    flow: String,
    /// JSON
    #[arg(long, default_value = "{}")]
    input: String,
    /// Seconds to wait for the end (at most 60)
    #[arg(long)]
    wait: Option<u64>,
}

/// One line for each instance, newest first.
#[derive(clap::Args)]
struct List {
    /// NAMESPACE/NAME or NAMESPACE/NAME:VERSION
    #[arg(long)]
    workflow: Option<String>,
    /// running, waiting, suspended, completed, faulted or cancelled
    #[arg(long)]
    status: Option<String>,
    /// RFC 3339
    #[arg(long)]
    started_after: Option<String>,
    /// RFC 3339
    #[arg(long)]
    started_before: Option<String>,
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// The pages as the API gives them
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Instance) -> Result<ExitCode> {
    let lang = arguments.lang;
    let client = Client::of(&DataFolder::new(&arguments.data))?.speaking(lang.code());
    let control = |id: &str, what: &str, body: &Value| client.post(&address(id, what), body).map(drop);
    let tell = |en: String, fa: String| say(lang.pick(&en, &fa));
    match &arguments.action {
        Action::Start(start) => return start_flow(&client, start),
        Action::List(list) => return list_instances(&client, list, lang),
        Action::Show { id } => line(&serde_json::to_string_pretty(&client.get(&address(id, ""))?)?),
        Action::Suspend { id, reason } => {
            control(id, "/suspend", &json!({ "reason": reason }))?;
            let resume = format!("peygir instance resume {id}");
            tell(
                format!("{id} is suspended; `{resume}` lets it go on"),
                format!("{} متوقف شد؛ {} آن را از سر می‌گیرد", lang.id(id), lang.id(&resume)),
            );
        }
        Action::Resume { id } => {
            control(id, "/resume", &Value::Null)?;
            tell(format!("{id} goes on"), format!("{} ادامه می‌یابد", lang.id(id)));
        }
        Action::Cancel { id, reason } => {
            control(id, "/cancel", &json!({ "reason": reason }))?;
            tell(
                format!("{id} is cancelled; what it asked for is withdrawn"),
                format!("{} لغو شد؛ آنچه خواسته بود پس گرفته شد", lang.id(id)),
            );
        }
        Action::Retry { id } => {
            control(id, "/retry", &Value::Null)?;
            tell_retried(id, &client.get(&address(id, ""))?, lang);
        }
        Action::Restart { id } => {
            let new = client.post(&address(id, "/restart"), &Value::Null)?;
            let new = new["id"].as_str().with_context(no_id)?;
            tell(
                format!("the flow of {id} has begun anew, by the rules in force:"),
                format!("گردش کار {} با قاعده‌های برقرار از آغاز شروع شد:", lang.id(id)),
            );
            line(new);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Where the server has an instance, or what can be done with it.
fn address(id: &str, what: &str) -> String {
    format!("/api/v1/instances/{}{what}", client::escaped(id))
}

fn no_id() -> Said {
    Said::new("the server gave no id", "سرور شناسه‌ای نداد")
}

/// What came of it, as far as it is known at once: the same fault again is no success.
fn tell_retried(id: &str, view: &Value, lang: Lang) {
    let status = view["status"].as_str().unwrap_or_default();
    let shown = lang.id(id);
    if status != "faulted" {
        let status = phase(status, lang);
        return say(&match lang {
            Lang::En => format!("{id}: the faulted task runs again; the instance is {status}"),
            Lang::Fa => format!("{shown}: گامِ ناکام دوباره اجرا می‌شود؛ وضعیت اجرا: {status}"),
        });
    }
    let detail = view["error"]["detail"].as_str().or(view["error"]["title"].as_str()).unwrap_or_default();
    let restart = lang.id(&format!("peygir instance restart {id}"));
    match lang {
        Lang::En => {
            say(&format!("{id}: the task was run again and failed again: {detail}"));
            say(&format!(
                "where a table or a script decided wrongly before it, deploy what is right, then `{restart}`"
            ));
        }
        Lang::Fa => {
            // Whoever wrote the flow worded it, in whichever language.
            let detail = texts::on_line(detail);
            say(&format!("{shown}: گام دوباره اجرا شد و باز ناکام ماند: \u{2068}{detail}\u{2069}"));
            say(&format!(
                "اگر پیش از آن جدول یا اسکریپتی نادرست تصمیم گرفته است، نسخهٔ درست را مستقر کنید و سپس {restart}"
            ));
        }
    }
}

fn start_flow(client: &Client, start: &Start) -> Result<ExitCode> {
    let (name, version) = start.flow.split_once(':').map_or((start.flow.as_str(), None), |(n, v)| (n, Some(v)));
    let (namespace, name) = name.split_once('/').with_context(|| {
        Said::new(
            "a flow is named NAMESPACE/NAME or NAMESPACE/NAME:VERSION",
            "گردش کار چنین نام برده می‌شود: \u{2066}NAMESPACE/NAME\u{2069} یا \u{2066}NAMESPACE/NAME:VERSION\u{2069}",
        )
    })?;
    let input: Value = serde_json::from_str(&start.input).with_context(|| {
        Said::new("--input is no JSON", "مقدار \u{2066}--input\u{2069} به قالب \u{2066}JSON\u{2069} نیست")
    })?;
    let wait = start.wait.map(|seconds| seconds.to_string());
    let query = client::query(&[("version", version), ("wait", wait.as_deref())]);
    let path = format!("/api/v1/workflows/{}/{}/instances{query}", client::escaped(namespace), client::escaped(name));
    let answer = client.post(&path, &input)?;
    if start.wait.is_none() {
        line(answer["id"].as_str().with_context(no_id)?);
        return Ok(ExitCode::SUCCESS);
    }
    line(&serde_json::to_string_pretty(&answer)?);
    Ok(if answer["status"] == "completed" { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn list_instances(client: &Client, list: &List, lang: Lang) -> Result<ExitCode> {
    let limit = list.limit.to_string();
    let query = client::query(&[
        ("workflow", list.workflow.as_deref()),
        ("status", list.status.as_deref()),
        ("startedAfter", list.started_after.as_deref()),
        ("startedBefore", list.started_before.as_deref()),
        ("limit", Some(&limit)),
    ]);
    let page = client.get(&format!("/api/v1/instances{query}"))?;
    if list.json {
        line(&serde_json::to_string_pretty(&page)?);
        return Ok(ExitCode::SUCCESS);
    }
    let items = page["items"].as_array().map_or(&[][..], Vec::as_slice);
    // Scripts read the English lines: their instants stay as the API gives them, and no zone is asked for.
    let zone = if lang == Lang::Fa { local::zone(client) } else { TimeZone::UTC };
    items.iter().for_each(|item| lang.line(&told(item, &zone, lang)));
    if items.is_empty() {
        say(lang.pick("no instances", "اجرایی نیست"));
    } else if page["next"].is_string() {
        say(lang.pick(
            "there are more; narrow the list down, or page through GET /api/v1/instances",
            "بیش از این هست؛ فهرست را تنگ‌تر کنید، یا با \u{2066}GET /api/v1/instances\u{2069} صفحه‌به‌صفحه ببینید",
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// An instance on a line: its id, where it stands, when it began, of which flow, and what it was begun anew as.
fn told(item: &Value, zone: &TimeZone, lang: Lang) -> String {
    let [namespace, name, version] = ["namespace", "name", "version"].map(|part| texts::of(&item["workflow"][part]));
    let (id, flow) = (lang.id(&texts::of(&item["id"])), lang.id(&format!("{namespace}/{name}:{version}")));
    let status = texts::of(&item["status"]);
    let status = phase(&status, lang);
    let anew = item["restartedAs"].as_str().map(|new| match lang {
        Lang::En => format!("  begun anew as {new}"),
        Lang::Fa => format!("  از آغاز شروع شد، با اجرای {}", lang.id(new)),
    });
    let anew = anew.unwrap_or_default();
    match lang {
        Lang::En => format!("{id}  {status:<10} {}  {flow}{anew}", texts::of(&item["startedAt"])),
        Lang::Fa => format!("{id}  {status:<14} {}  {flow}{anew}", local::time(&item["startedAt"], zone, lang)),
    }
}

/// A state of an instance, in the console's words.
fn phase(status: &str, lang: Lang) -> &str {
    let persian = match status {
        "running" => "در حال اجرا",
        "waiting" => "در انتظار",
        "suspended" => "متوقف",
        "completed" => "پایان‌یافته",
        "faulted" => "ایستاده با خطا",
        "cancelled" => "لغوشده",
        other => other,
    };
    lang.pick(status, persian)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_on_a_line() {
        let mut item = json!({
            "id": "I1", "status": "faulted", "startedAt": "2026-11-21T11:00:00Z",
            "workflow": { "namespace": "test", "name": "answer", "version": "1.0.0" },
        });
        let told = |item: &Value, lang| told(item, &peygir_calendar::tehran(), lang);
        assert_eq!(told(&item, Lang::En), "I1  faulted    2026-11-21T11:00:00Z  test/answer:1.0.0");
        assert_eq!(
            told(&item, Lang::Fa),
            "\u{2066}I1\u{2069}  ایستاده با خطا شنبه ۳۰ آبان ۱۴۰۵ ۱۴:۳۰  \u{2066}test/answer:1.0.0\u{2069}"
        );
        item["restartedAs"] = "I2".into();
        assert!(told(&item, Lang::En).ends_with("  begun anew as I2"));
        assert!(told(&item, Lang::Fa).ends_with("  از آغاز شروع شد، با اجرای \u{2066}I2\u{2069}"));
    }
}
