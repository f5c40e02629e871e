//! `peygir deploy`: packs to a running server, as one change.

mod findings;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use jiff::tz::TimeZone;
use peygir_runtime::pack::{self, Bundle};
use peygir_source::{Diagnostic, Diagnostics, Help, Severity, Span};
use serde_json::{Value, json};

use self::findings::is_told;
use super::client::Client;
use super::local::{self, Lang};
use super::texts;
use crate::answer::{line, say};
use crate::data_folder::DataFolder;
use crate::said::Said;

/// How a help begins to say a call that compares packs.
const REBASE: &str = "`peygir rebase ";
/// The folder of a server where none is named.
const DATA: &str = "data";

/// Deploy packs to the running server: everything is checked first, then it is one change.
///
/// A PACK is a folder with a pack.yaml, or NAME@VERSION of a version that was deployed before: rolling back is deploying the
/// version before. Versions never change; a changed pack has a new version. Cases that run keep what they have journalled.
///
/// Exit 0: it is deployed, or would be (--dry-run). Exit 1: it was refused; the findings are on stderr, as `peygir check`
/// prints them.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// Folders, or NAME@VERSION
    #[arg(required_unless_present = "remove")]
    packs: Vec<String>,
    /// A pack to take out of force in the same change; may be given several times
    #[arg(long)]
    remove: Vec<String>,
    #[command(flatten)]
    how: How,
    #[command(flatten)]
    server: Server,
}

/// When a change counts, and why.
#[derive(clap::Args)]
pub struct How {
    /// From when on it counts: a Solar Hijri date with or without a time (1405/10/01, '1405/10/01 08:00'), or an instant with
    /// its offset; at once where absent
    #[arg(long)]
    effective: Option<String>,
    /// Why, for whoever looks at it later
    #[arg(long)]
    note: Option<String>,
    /// Check everything and deploy nothing
    #[arg(long)]
    dry_run: bool,
    /// Leave standing what is planned, also where it brings an older version back than this one
    #[arg(long)]
    keep_planned: bool,
    /// Print every finding; without it, of many the first alone
    #[arg(long)]
    all: bool,
}

impl How {
    fn body(&self, packs: &Value, remove: &Value) -> Value {
        let mut body = json!({
            "packs": packs,
            "remove": remove,
            "effectiveFrom": self.effective,
            "note": self.note,
            "dryRun": self.dry_run,
        });
        // A server of before knows no such field, and has to be asked nothing where nothing is kept.
        if self.keep_planned {
            body["keepPlanned"] = true.into();
        }
        body
    }
}

/// Which server, and how it is told.
#[derive(clap::Args)]
pub struct Server {
    /// Data folder of the server
    #[arg(long, default_value = DATA, global = true)]
    data: PathBuf,
    /// A server elsewhere: https://…; asked with the token in PEYGIR_TOKEN
    #[arg(long, global = true)]
    url: Option<String>,
    /// Language of what is printed
    #[arg(long, value_enum, default_value_t = Lang::En, global = true)]
    pub lang: Lang,
    /// As the API gives it
    #[arg(long, global = true)]
    pub json: bool,
}

impl Server {
    pub fn client(&self) -> Result<Client> {
        let client = match &self.url {
            Some(url) => Client::at(url),
            None => Client::of(&DataFolder::new(&self.data)),
        };
        Ok(client?.speaking(self.lang.code()))
    }

    /// How another call names the same server; nothing where it is the usual one.
    fn named(&self) -> String {
        match &self.url {
            Some(url) => format!(" --url {}", quoted(url)),
            None if self.data == Path::new(DATA) => String::new(),
            None => format!(" --data {}", quoted(&self.data.display().to_string())),
        }
    }
}

/// A pack on its way to the server, and where its files lie here.
pub struct Sent {
    body: Value,
    name: String,
    /// `NAME@VERSION`.
    label: String,
    folder: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let lang = arguments.server.lang;
    let mut found = Diagnostics::default();
    let mut packs = Vec::new();
    for pack in &arguments.packs {
        match read(pack, lang) {
            Ok(sent) => packs.push(sent),
            Err(findings) => found.extend(findings),
        }
    }
    if found.has_errors() {
        findings::tell(&found.list, &arguments.server, arguments.how.all);
        return Ok(ExitCode::FAILURE);
    }
    let bodies: Vec<Value> = packs.iter().map(|sent| sent.body.clone()).collect();
    let body = arguments.how.body(&json!(bodies), &json!(arguments.remove));
    deploy(&arguments.server, &body, &packs, arguments.how.all)
}

/// Sends one deployment; a retry of the transport is the same request.
fn deploy(server: &Server, body: &Value, packs: &[Sent], all: bool) -> Result<ExitCode> {
    let client = server.client()?;
    match client.try_post("/api/v1/packs", &key()?, body)? {
        Ok(done) => {
            tell_done(&client, &done, server, packs, all);
            Ok(ExitCode::SUCCESS)
        }
        Err(problem) => {
            tell_problem(server, &problem, packs, all);
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Why the server refused, with the findings; `all`: however many these are.
pub fn tell_problem(server: &Server, problem: &Value, packs: &[Sent], all: bool) {
    let findings = problem["diagnostics"].as_array().map_or(&[][..], Vec::as_slice);
    let findings: Vec<Diagnostic> = findings.iter().map(|finding| diagnostic(finding, packs, server)).collect();
    findings::tell(&findings, server, all);
    say(&texts::of(&problem["detail"]));
}

/// Deploys versions that the server has, and takes packs out of force.
pub fn deploy_change(server: &Server, packs: &Value, remove: &Value, how: &How) -> Result<ExitCode> {
    deploy(server, &how.body(packs, remove), &[], how.all)
}

fn read(pack: &str, lang: Lang) -> Result<Sent, Diagnostics> {
    let path = Path::new(pack);
    if let Some((name, version)) = pack.rsplit_once('@').filter(|_| !path.exists()) {
        let body = json!({ "name": name, "version": version });
        return Ok(Sent { body, name: name.to_owned(), label: pack.to_owned(), folder: None });
    }
    let left_out = pack::left_out(path);
    let bundle = match Bundle::read(path) {
        Ok(bundle) if !left_out.has_errors() => bundle,
        Ok(_) => return Err(left_out),
        Err(mut found) => {
            found.extend(left_out);
            return Err(found);
        }
    };
    tell_left_out(&left_out, lang);
    let body = json!({ "name": bundle.name, "files": bundle.files });
    let label = bundle.label();
    Ok(Sent { body, name: bundle.name, label, folder: Some(path.to_owned()) })
}

/// A line for each file that stays here. Descriptions and scenarios are counted: that they stay is nothing to look at.
fn tell_left_out(left_out: &Diagnostics, lang: Lang) {
    const EXPECTED: [&str; 2] = [".md", ".feature"];
    let is_expected = |finding: &&Diagnostic| EXPECTED.iter().any(|ending| finding.file.ends_with(ending));
    let (expected, others): (Vec<_>, Vec<_>) = left_out.list.iter().partition(is_expected);
    for finding in others {
        say(&format!("peygir: {}: {}", finding.file, lang.pick(&finding.message, &finding.message_fa)));
    }
    if !expected.is_empty() {
        let count = expected.len().to_string();
        say(&match lang {
            Lang::En => {
                format!("peygir: not deployed with the pack: {count} descriptions and scenarios (*.md, *.feature)")
            }
            Lang::Fa => format!(
                "peygir: همراه بسته مستقر نمی‌شود: {} شرح و سناریو (\u{2066}*.md، *.feature\u{2069})",
                lang.digits(&count)
            ),
        });
    }
}

pub fn key() -> Result<String> {
    let mut bytes = [0; 16];
    if getrandom::fill(&mut bytes).is_err() {
        bail!(Said::new("the system gives no random bytes", "سیستم بایت تصادفی نمی‌دهد"));
    }
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn tell_done(client: &Client, done: &Value, server: &Server, packs: &[Sent], all: bool) {
    if server.json {
        return line(&done.to_string());
    }
    let lang = server.lang;
    let findings = done["findings"].as_array().into_iter().flatten();
    let findings: Vec<Diagnostic> = findings.map(|finding| diagnostic(finding, packs, server)).collect();
    findings::tell(&findings, server, all);
    let gone = done["removed"].as_array().into_iter().flatten().map(|name| format!("-{}", texts::of(name)));
    let packs: Vec<String> = done["packs"].as_array().into_iter().flatten().map(label).chain(gone).collect();
    let packs = packs.join(lang.pick(", ", "، "));
    let zone = local::zone(client);
    let when = local::time(&done["effectiveFrom"], &zone, lang);
    let number = lang.digits(&done["edition"].to_string());
    let planned = &done["planned"];
    if planned.is_object() {
        let number = planned["edition"].to_string();
        let when = local::time(&planned["effectiveFrom"], &zone, lang);
        return line(&planned_already(&packs, &number, &when, lang));
    }
    done["tables"].as_array().into_iter().flatten().for_each(|table| tell_table(table, lang));
    line(&match (done["dryRun"].as_bool(), done["repeated"].as_bool()) {
        (Some(true), _) => dry(&findings, lang) + &packs,
        (_, Some(true)) => lang.pick("in force already: ", "هم‌اکنون برقرار است: ").to_owned() + &packs,
        _ => match lang {
            Lang::En => format!("edition {number}: {packs}, from {when} on"),
            Lang::Fa => format!("استقرار {number}: {packs}، از {when}"),
        },
    });
    items(&done["then"]).iter().for_each(|then| line(&told_then(then, &zone, lang)));
}

/// How a dry run ended: what is only a warning, or a note that is told, has to be read all the same.
fn dry(findings: &[Diagnostic], lang: Lang) -> String {
    let count = |severity: Severity| findings.iter().filter(|one| one.severity == severity && is_told(one)).count();
    let (warnings, notes) = (count(Severity::Warning), count(Severity::Information));
    let number = lang.digits(&if warnings == 0 { notes } else { warnings }.to_string());
    match (warnings, lang) {
        (0, Lang::En) if notes == 1 => "no errors, and 1 note to be read; nothing was deployed: ".to_owned(),
        (0, Lang::En) if notes > 1 => format!("no errors, and {number} notes to be read; nothing was deployed: "),
        (0, Lang::Fa) if notes > 0 => format!("خطایی نیست؛ {number} یادداشت را بخوانید؛ چیزی مستقر نشد: "),
        (0, Lang::En) => "everything is right; nothing was deployed: ".to_owned(),
        (0, Lang::Fa) => "همه چیز درست است؛ چیزی مستقر نشد: ".to_owned(),
        (1, Lang::En) => "no errors, and 1 warning to be read; nothing was deployed: ".to_owned(),
        (_, Lang::En) => format!("no errors, and {number} warnings to be read; nothing was deployed: "),
        (_, Lang::Fa) => format!("خطایی نیست؛ {number} هشدار را بخوانید؛ چیزی مستقر نشد: "),
    }
}

/// What becomes of a pack afterwards, by an edition that is still to come.
fn told_then(then: &Value, zone: &TimeZone, lang: Lang) -> String {
    let when = local::time(&then["effectiveFrom"], zone, lang);
    let number = lang.digits(&then["edition"].to_string());
    let name = texts::of(&then["name"]);
    match (then["version"].as_str(), lang) {
        (Some(version), Lang::En) => format!("then {name}@{version}, with edition {number}, from {when} on"),
        (Some(version), Lang::Fa) => format!("سپس {name}@{version} با استقرار {number}، از {when}"),
        (None, Lang::En) => format!("then edition {number} takes {name} out of force, from {when} on"),
        (None, Lang::Fa) => format!("سپس استقرار {number} بستهٔ {name} را از {when} کنار می‌گذارد"),
    }
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// What is asked for will come by itself, and how to let it come at another time.
fn planned_already(packs: &str, number: &str, when: &str, lang: Lang) -> String {
    let withdraw = format!("peygir packs withdraw {number} --reason …");
    match lang {
        Lang::En => format!(
            "planned already: {packs} comes with edition {number}, from {when} on; nothing was changed\n\
             for another date, withdraw it first: {withdraw}"
        ),
        Lang::Fa => format!(
            "پیش‌تر برنامه‌ریزی شده است: {packs} با استقرار {} از {when}؛ چیزی تغییر نکرد\n\
             برای تاریخی دیگر نخست آن را پس بگیرید: \u{2066}{withdraw}\u{2069}",
            lang.digits(number)
        ),
    }
}

/// The rules of one table that would change, each as it would be and as it is.
fn tell_table(table: &Value, lang: Lang) {
    let place = |place: &Value| {
        let parts = ["province", "county", "agency"].map(|part| place[part].as_str().map(str::to_owned));
        parts.into_iter().flatten().collect::<Vec<_>>().join("/")
    };
    let places: Vec<String> = table["places"].as_array().into_iter().flatten().map(place).collect();
    let places = places.into_iter().filter(|place| !place.is_empty()).collect::<Vec<_>>().join(lang.pick(", ", "، "));
    let place = if places.is_empty() { places } else { format!(" ({places})") };
    line(&format!("{}{place}", texts::of(&table["table"])));
    for rule in table["rules"].as_array().into_iter().flatten() {
        let word = match rule["change"].as_str().unwrap_or_default() {
            "added" => lang.pick("new", "تازه"),
            "removed" => lang.pick("taken out", "برداشته"),
            "moved" => lang.pick("moved", "جابه‌جا"),
            _ => lang.pick("changed", "دگرگون"),
        };
        line(&format!("  {word}: {}", texts::of(&rule["rule"])));
        for (side, sign) in [("before", '-'), ("after", '+')] {
            if let Some(sentence) = rule[side][lang.code()].as_str() {
                line(&format!("    {sign} {sentence}"));
            }
        }
    }
}

fn label(pack: &Value) -> String {
    format!("{}@{}", texts::of(&pack["name"]), texts::of(&pack["version"]))
}

/// A finding of the server, with the file as it lies here where it was sent from here.
fn diagnostic(finding: &Value, packs: &[Sent], server: &Server) -> Diagnostic {
    let text = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    let number = |name: &str| finding[name].as_u64().and_then(|number| u32::try_from(number).ok()).unwrap_or(1);
    let span = Span { line: number("line"), column: number("column"), length: 0 };
    // Codes are known to programs by their text; this process ends soon after it has shown them.
    let code: &'static str = Box::leak(text("code").into_boxed_str());
    let mut diagnostic = Diagnostic::error(code, span, text("message"), text("message_fa"));
    diagnostic.severity = match finding["severity"].as_str() {
        Some("warning") => Severity::Warning,
        Some("note") => Severity::Information,
        _ => Severity::Error,
    };
    if let (Some(en), Some(fa)) = (finding["help"].as_str(), finding["help_fa"].as_str()) {
        diagnostic = diagnostic.helped(Help::new(callable(en, packs, server), callable(fa, packs, server)));
    }
    diagnostic.file = here(&text("file"), packs);
    diagnostic
}

/// A help whose `peygir rebase …` can be called here as it stands: of packs that were sent from folders by these, since a dry run
/// leaves the server without their versions; on the server that was asked.
fn callable(help: &str, packs: &[Sent], server: &Server) -> String {
    let Some((before, rest)) = help.split_once(REBASE) else { return help.to_owned() };
    let Some((arguments, after)) = rest.split_once('`') else { return help.to_owned() };
    let folder = |word: &str| packs.iter().find(|sent| sent.label == word)?.folder.as_deref();
    let word =
        |word: &str| folder(word).map_or_else(|| word.to_owned(), |folder| quoted(&folder.display().to_string()));
    let words: Vec<String> = arguments.split(' ').map(word).collect();
    format!("{before}{REBASE}{}{}`{after}", words.join(" "), server.named())
}

/// A word of a call; in quotes where it would be several.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "/._-~+@:".contains(letter);
    if word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

fn here(file: &str, packs: &[Sent]) -> String {
    let local = |sent: &Sent| {
        let path = sent.folder.as_ref()?.join(file.strip_prefix(&sent.name)?.strip_prefix('/')?);
        path.is_file().then(|| peygir_runtime::pack::shown(&path))
    };
    packs.iter().find_map(local).unwrap_or_else(|| file.to_owned())
}
