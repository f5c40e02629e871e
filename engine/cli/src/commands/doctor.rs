//! `peygir doctor`: what is wrong, what is slow and what waits for a person, each with how to mend it.
//!
//! Owns: the list of checks and what is told. It looks at the data folder, and asks the server that runs on it; it changes
//! nothing.

mod asked;
pub mod folder;
mod journal;
mod kept;
mod keys;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use peygir_runtime::clock::Clock;
use peygir_runtime::health::{Finding, Way, Weight};
use serde_json::json;

use super::local::{self, Lang};
use crate::answer::line;
use crate::data_folder::DataFolder;

/// Say what is wrong with a deployment, what is slow, and what waits for a person; each with how to mend it.
///
/// It works beside a running server, which it asks with the administrator's token (or the one in PEYGIR_TOKEN), and on the
/// folder of a stopped one, of which it reads the files alone. It changes nothing. Exit 0: nothing to say. 1: something is
/// slow, or waits for a person. 2: something is wrong. 64: wrong usage.
#[derive(clap::Args)]
pub struct Arguments {
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// Read the whole journal of a stopped server, every frame, chain and seal, however long it is; a short one is read anyway
    #[arg(long)]
    deep: bool,
    /// One JSON object
    #[arg(long)]
    json: bool,
    /// Language of what is printed
    #[arg(long, value_enum, default_value_t = Lang::En)]
    lang: Lang,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let (data, now) = (DataFolder::new(&arguments.data), Clock::Real.now().to_jiff());
    let look = || {
        asked::ask(&data).unwrap_or_else(|server| {
            let mut found = folder::look(&data, now, arguments.deep);
            found.push(*server);
            found
        })
    };
    let mut found = if data.root().is_dir() { look() } else { vec![missing(&data)] };
    found.sort_by_key(|finding| finding.weight);
    if arguments.json {
        let status = found.first().map_or(Weight::Fine, |finding| finding.weight);
        let report = json!({ "status": status, "at": now.to_string(), "findings": found });
        line(&serde_json::to_string_pretty(&report)?);
    } else {
        found.iter().for_each(|finding| tell(finding, arguments.lang));
    }
    Ok(exit(&found))
}

/// There is nothing to look at: a disk may not be mounted, or the name be another.
fn missing(data: &DataFolder) -> Finding {
    let shown = data.root().display().to_string();
    Finding::new("data-folder", Weight::Wrong, "there is no data folder here", "اینجا پوشهٔ داده‌ای نیست")
        .mend("peygir doctor --data FOLDER")
        .about([shown])
}

/// By the worst of them.
fn exit(found: &[Finding]) -> ExitCode {
    match found.iter().map(|finding| finding.weight).min() {
        Some(Weight::Wrong) => ExitCode::from(2),
        Some(Weight::Slow | Weight::Waits) => ExitCode::from(1),
        Some(Weight::Fine) | None => ExitCode::SUCCESS,
    }
}

fn tell(finding: &Finding, lang: Lang) {
    let word = match finding.weight {
        Weight::Wrong => lang.pick("WRONG", "خراب"),
        Weight::Slow => lang.pick("slow ", "کُند"),
        Weight::Waits => lang.pick("waits", "منتظر"),
        Weight::Fine => lang.pick("fine ", "درست"),
    };
    let text = finding.told(lang.language());
    let at = finding.at.as_ref().map(|at| format!(": {}", local::time(&json!(at), &peygir_calendar::tehran(), lang)));
    lang.line(&format!("{word}  {text}{}", at.unwrap_or_default()));
    let subjects: Vec<String> = finding.subjects.iter().map(|subject| lang.id(subject)).collect();
    if !subjects.is_empty() && finding.weight != Weight::Fine {
        lang.line(&format!("       {}", subjects.join(" ")));
    }
    if let Some(way) = finding.way(lang.language()) {
        lang.line(&format!("       -> {}", shown(way, lang)));
    }
}

/// A command runs from left to right as a whole; prose as its language does.
fn shown(way: Way<'_>, lang: Lang) -> String {
    match way {
        Way::Command(command) => lang.id(command),
        Way::Told(text) => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_stands_apart_and_prose_is_told_in_the_language() {
        let told = |finding: &Finding, lang: Lang| shown(finding.way(lang.language()).unwrap(), lang);
        let finding = || Finding::new("x", Weight::Wrong, "", "");
        let (command, prose) = (finding().mend("df /"), finding().mend_told("make room", "جا باز کنید"));
        assert_eq!(told(&command, Lang::En), "df /");
        assert_eq!(told(&prose, Lang::En), "make room");
        assert_eq!(told(&command, Lang::Fa), "\u{2066}df /\u{2069}");
        assert_eq!(told(&prose, Lang::Fa), "جا باز کنید");
    }

    #[test]
    fn the_worst_decides_how_it_ends() {
        let of = |weights: &[Weight]| {
            let found: Vec<_> = weights.iter().map(|weight| Finding::new("x", *weight, "", "")).collect();
            format!("{:?}", exit(&found))
        };
        let code = |code| format!("{:?}", ExitCode::from(code));
        assert_eq!(of(&[]), code(0));
        assert_eq!(of(&[Weight::Fine]), code(0));
        assert_eq!(of(&[Weight::Fine, Weight::Waits]), code(1));
        assert_eq!(of(&[Weight::Slow, Weight::Wrong, Weight::Fine]), code(2));
    }
}
