//! `peygir rebase`: what becomes of a pack when one below it moves to a new version.
//!
//! Owns: where both versions come from, and the exit code. What is compared stands in `stacked`, what is printed in `told`
//! and `data`. Changes no file.

mod data;
mod fetched;
mod mend;
mod moved;
mod source;
mod stacked;
mod titled;
mod told;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use peygir_runtime::pack::Rules;
use peygir_source::{Diagnostics, Severity, render};

use super::deploy::Server;
use crate::answer::{line, say};
use crate::said::Said;

/// What merges by itself, what conflicts and what would silently change when a pack below moves to a new version.
///
/// PACK is a folder with overlays, --onto the folder of the new version of a pack that it lies over. Either may be a pack of the
/// server: NAME as it is in force, NAME@VERSION as it was deployed. Without --onto it is the pack below that has moved on the
/// server, from the version before to the one in force. What PACK lies over besides is looked for beside it and in
/// the folders above, and then on the server. Nothing is written: the list says what to mend, and where.
///
/// What would change is a table of example inputs, each decided by both versions with what merges. It is told whether these
/// are all changes, by proof, or those that were found.
///
/// Exit 0: everything merges. Exit 1: something conflicts, or a test would fail.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// The pack with the overlays: a folder, NAME or NAME@VERSION
    pack: String,
    /// The new version of a pack below it: a folder, NAME or NAME@VERSION; without it the one in force on the server, of the pack
    /// that moved there
    #[arg(long, value_name = "FOLDER|NAME")]
    onto: Option<String>,
    /// The version before: a folder, or a version that was deployed to the server, such as 1.0.0; without it the one that
    /// is in force there, and the one before that where the new version is the one in force
    #[arg(long, value_name = "FOLDER|VERSION")]
    from: Option<String>,
    #[command(flatten)]
    server: Server,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let lang = arguments.server.lang;
    let named = arguments.onto.as_deref().map(|onto| source::read(onto, &arguments.server)).transpose()?;
    if let Some(Err(found)) = &named {
        return refuse(found, arguments);
    }
    let pack = match source::read(&arguments.pack, &arguments.server)? {
        Ok(pack) => pack,
        Err(found) => return refuse(&found, arguments),
    };
    let (new, before) = match named {
        Some(new) => (new, None),
        None => moved::last(&pack, arguments.from.is_some(), &arguments.server)?,
    };
    let new = match new {
        Ok(new) => new,
        Err(found) => return refuse(&found, arguments),
    };
    let old = match old(arguments, &new, before)? {
        Ok(old) => old,
        Err(found) => return refuse(&found, arguments),
    };
    // Around a pack of the server lies nothing: what it lies over is the server's too.
    let around = match source::folder(&arguments.pack) {
        Some(folder) => pack.below(folder),
        None => Ok((Vec::new(), pack.manifest.over.iter().map(|over| over.name.clone()).collect())),
    };
    let (below, missing) = match around {
        Ok(below) => below,
        Err(found) => return refuse(&found, arguments),
    };
    // What lies nowhere here is in force on the server, if there is one.
    let below = match fetched::complete(below, missing, &new.manifest.name, &arguments.server)? {
        Ok(below) => below,
        Err(found) => return refuse(&found, arguments),
    };
    let moved = match stacked::compare(&pack, &below, &old, &new) {
        Ok(moved) => moved,
        Err(stacked::Refused::NotBelow) => bail!("{}", told::not_below(&pack, &new, lang)),
        Err(stacked::Refused::Findings(found)) => return refuse(&found, arguments),
    };
    if arguments.server.json {
        line(&data::json(&moved).to_string());
    } else {
        told::markdown(&moved, lang).iter().for_each(|text| line(&told::numbered(text, lang)));
    }
    Ok(if moved.passes() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The version before, from a folder or from the server. `before`: where nothing else is named.
fn old(arguments: &Arguments, new: &Rules, before: Option<String>) -> Result<Result<Rules, Diagnostics>> {
    let name = new.manifest.name.as_str();
    if let Some(folder) = arguments.from.as_deref().map(Path::new).filter(|path| path.is_dir()) {
        return Ok(Rules::read(folder));
    }
    if let Some(text) = &arguments.from
        && semver::Version::parse(text).is_err()
    {
        bail!(Said::new(
            format!("--from: \"{text}\" is neither a folder nor a version such as 1.4.0"),
            format!("\u{2066}--from\u{2069}: «{text}» نه پوشه است و نه نسخه‌ای مانند 1.4.0"),
        ));
    }
    let client = arguments.server.client().with_context(|| {
        Said::new(
            "the version before is asked of the server: name the server with --data or --url, or the version before with --from FOLDER",
            "نسخهٔ پیشین از سرور پرسیده می‌شود: سرور را با \u{2066}--data\u{2069} یا \u{2066}--url\u{2069}، یا نسخهٔ پیشین را با \u{2066}--from FOLDER\u{2069} نام ببرید",
        )
    })?;
    let version = match arguments.from.clone().or(before) {
        Some(version) => version,
        None => match fetched::in_force(&client, name)? {
            // A version beside itself would show that nothing changes.
            Some(version) if is_of_server(arguments) && version == new.manifest.version => {
                match fetched::before(&client, name)? {
                    Some(before) => before,
                    None => bail!(Said::new(
                        format!(
                            "{name} {version} is in force on the server, and no other version was before it: name --from"
                        ),
                        format!(
                            "{name} {version} روی سرور برقرار است و پیش از آن نسخهٔ دیگری نبود: \u{2066}--from\u{2069} را نام ببرید"
                        ),
                    )),
                }
            }
            Some(version) => version,
            None => bail!(Said::new(
                format!("{name} is not in force on the server: name --from"),
                format!("{name} روی سرور برقرار نیست: \u{2066}--from\u{2069} را نام ببرید"),
            )),
        },
    };
    fetched::version(&client, name, &version)
}

/// Whether the new version is one of the server's, and no folder that somebody is still writing.
fn is_of_server(arguments: &Arguments) -> bool {
    arguments.onto.as_deref().is_some_and(|onto| source::folder(onto).is_none())
}

/// Findings in one of the packs: nothing can be compared before they are mended.
fn refuse(found: &Diagnostics, arguments: &Arguments) -> Result<ExitCode> {
    let errors = found.list.iter().filter(|one| one.severity == Severity::Error);
    let mut told = BTreeSet::new();
    for diagnostic in errors {
        // What two versions, or several packs, have in common is said once.
        if !told.insert((&diagnostic.file, diagnostic.span, diagnostic.code, &diagnostic.message)) {
            continue;
        }
        if arguments.server.json {
            line(&render::json(diagnostic).to_string());
            continue;
        }
        let source = std::fs::read_to_string(&diagnostic.file).ok();
        say(&render::human(diagnostic, source.as_deref(), arguments.server.lang.render()));
    }
    Ok(ExitCode::FAILURE)
}
