//! `peygir debug`: steps through a script, on a call that is on record or on a row of its tests.

mod fetch;
mod row;
mod session;
mod table;
mod told;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;

use super::local::Lang;
use crate::answer::{line, say};
use crate::deployment_folder;
use told::Told;

/// Wrong usage, as `sysexits.h` has it.
const USAGE: u8 = 64;

/// Step through a script with the values it had: on a call of a recorded case, or on a row of its tests.
///
///   peygir debug on-overdue --case 12345678903          the last call of the script on the case
///   peygir debug rules/escalation/on-overdue.rhai --test "the first miss"
///
/// The run is made once, and nothing that it returns is carried out; then you walk through it, back as well as on. On a
/// case the script has the case, the moment, the closures and the text of then; personal numbers are masked. The running
/// server is asked with the token in PEYGIR_TOKEN; where none runs, the data folder is read itself.
///
/// At the prompt, `help` lists the commands, in English and Persian.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// The script's name; with --test its file, or its name where it lies below the current folder
    script: String,
    /// Tracking code or id of the case
    #[arg(long, value_name = "CASE", conflicts_with = "test", required_unless_present = "test")]
    case: Option<String>,
    /// Which call of the script on the case, from 1; the last one where absent
    #[arg(long, value_name = "N", requires = "case")]
    call: Option<usize>,
    /// A row of the tests beside the script: its name, or a part of it that no other row has
    #[arg(long, value_name = "NAME")]
    test: Option<String>,
    /// Print all steps as a table, and ask nothing
    #[arg(long)]
    trace: bool,
    /// Print the run as JSON, as the API gives it
    #[arg(long)]
    json: bool,
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// Folder with the deployment.yaml, where the data folder is read without a server
    #[arg(long, value_name = "FOLDER", default_value = "examples/one-province", value_parser = deployment_folder::parse)]
    deployment: PathBuf,
    /// Language: fa or en
    #[arg(long, value_enum, default_value_t = Lang::En)]
    lang: Lang,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let lang = arguments.lang;
    let told = match (&arguments.case, &arguments.test) {
        (Some(case), _) => Told::of_case(fetch::run(arguments, case)?, lang)?,
        (None, Some(test)) => match row::run(&arguments.script, test, lang)? {
            Ok(told) => told,
            Err(why) => {
                say(&format!("peygir: {why}"));
                return Ok(ExitCode::from(USAGE));
            }
        },
        (None, None) => return Ok(ExitCode::from(USAGE)),
    };
    if arguments.json {
        line(&serde_json::to_string_pretty(&told.json)?);
        return Ok(ExitCode::SUCCESS);
    }
    told.warnings.iter().for_each(|warning| say(&format!("peygir: {warning}")));
    told.head.iter().for_each(|text| line(text));
    if arguments.trace {
        table::lines(&told, lang).iter().for_each(|text| line(text));
    } else {
        session::talk(&told, lang)?;
    }
    Ok(ExitCode::SUCCESS)
}
