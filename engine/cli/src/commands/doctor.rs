//! `peygir doctor`: what is wrong, what is slow and what waits for a person, each with how to mend it.
//!
//! Owns: the list of checks and what is told. It looks at the data folder, and asks the server that runs on it; it changes
//! nothing.

mod asked;
mod folder;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use peygir_runtime::clock::Clock;
use serde::Serialize;

use super::local::Lang;
use crate::answer::line;
use crate::data_folder::DataFolder;

/// Say what is wrong with a deployment, what is slow, and what waits for a person; each with how to mend it.
///
/// It works beside a running server, which it asks with the administrator's token (or the one in PEYGIR_TOKEN), and on the
/// folder of a stopped one. Exit 0: nothing to say. 1: something waits or should be looked at. 2: something is wrong.
#[derive(clap::Args)]
pub struct Arguments {
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// One JSON object
    #[arg(long)]
    json: bool,
    /// Language of what is printed
    #[arg(long, value_enum, default_value_t = Lang::En)]
    lang: Lang,
}

/// How bad it is; what is worse comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    Wrong,
    /// Slow, old or about to be wrong.
    Slow,
    /// A person has to decide.
    Waits,
    Fine,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// Its name, the same in every language.
    pub check: &'static str,
    pub weight: Weight,
    pub en: String,
    pub fa: String,
    /// A command or a page of the console; none where nothing is to be done.
    pub mend: Option<String>,
}

impl Finding {
    pub fn new(check: &'static str, weight: Weight, en: impl Into<String>, fa: impl Into<String>) -> Self {
        Self { check, weight, en: en.into(), fa: fa.into(), mend: None }
    }

    pub fn mend(self, how: impl Into<String>) -> Self {
        Self { mend: Some(how.into()), ..self }
    }
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let (data, now) = (DataFolder::new(&arguments.data), Clock::Real.now().to_jiff());
    anyhow::ensure!(data.root().is_dir(), "there is no data folder {}", data.root().display());
    let mut found = folder::look(&data, now);
    found.extend(asked::ask(&data, now));
    found.sort_by_key(|finding| finding.weight);
    if arguments.json {
        line(&serde_json::to_string_pretty(&serde_json::json!({ "at": now.to_string(), "findings": found }))?);
    } else {
        found.iter().for_each(|finding| tell(finding, arguments.lang));
    }
    Ok(exit(&found))
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
    let text = match lang {
        Lang::En => finding.en.clone(),
        Lang::Fa => lang.digits(&finding.fa),
    };
    let mend = finding.mend.as_ref().map(|mend| format!("  -> {}", lang.id(mend)));
    lang.line(&format!("{word}  {text}{}", mend.unwrap_or_default()));
}

#[cfg(test)]
mod tests {
    use super::*;

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
