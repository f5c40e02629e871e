//! `peygir effects`: what leaves a restored deployment, let go by a person.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use peygir_runtime::clock::Clock;
use serde_json::Value;

use super::client::Client;
use super::local::Lang;
use crate::answer::say;
use crate::data_folder::DataFolder;

/// What leaves: SMS, mail, calls of flows, webhooks.
#[derive(clap::Subcommand)]
pub enum Command {
    Release(Release),
}

/// Let what was held since a restore go; asks the running server, or marks the folder of one that is stopped.
///
/// Messages that the server of before has sent already are settled first: on the outbox page, or by their incidents.
#[derive(clap::Args)]
pub struct Release {
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// Language of what is printed
    #[arg(long, value_enum, default_value_t = Lang::En)]
    lang: Lang,
}

pub fn run(command: &Command) -> Result<ExitCode> {
    let Command::Release(arguments) = command;
    let (data, lang) = (DataFolder::new(&arguments.data), arguments.lang);
    if !data.effects_held() {
        say(lang.pick("nothing is held", "چیزی نگه داشته نشده است"));
        return Ok(ExitCode::SUCCESS);
    }
    if data.running().is_ok() {
        Client::of(&data)?.speaking(lang.code()).post("/api/v1/effects/release", &Value::Null)?;
    } else {
        data.release_effects("command", Clock::Real.now().to_jiff())?;
    }
    lang.line(lang.pick("what was held may leave now", "آنچه نگه داشته شده بود اکنون فرستاده می‌شود"));
    Ok(ExitCode::SUCCESS)
}
