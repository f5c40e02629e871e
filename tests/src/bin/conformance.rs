//! `cargo xtask conformance`: runs everything that proves the language and writes docs/conformance.md.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use peygir_tests::conformance::{OWN, PAGE, VARIABLE, examples, find_spec, kit, page, played, stub};
use peygir_tests::peers::tell;
use peygir_tests::server::repository;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            tell(&format!("conformance: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Whether everything passed.
fn run() -> Result<bool> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let spec = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => find_spec()
            .with_context(|| format!("the text of the language is not there; --spec or {VARIABLE} names it"))?,
        ["--spec", folder] => PathBuf::from(folder).canonicalize().with_context(|| folder.to_owned())?,
        _ => bail!("usage: conformance [--spec DIR]"),
    };
    let stub = stub::Stub::start(None);
    let kit = kit::play(&spec, &stub, None)?;
    let own = played::play(&repository().join(OWN), &[])?;
    for one in kit.iter().chain(&own).filter(|one| !one.passed()) {
        tell(&format!("✗ {}: {}\n  {}", one.file, one.name, one.failure.as_deref().unwrap_or_default()));
    }
    let official = page::Official { kit, examples: examples::examples(&spec)?, invalid: examples::invalid(&spec)? };
    std::fs::write(repository().join(PAGE), page::whole(&official, &own))?;
    let cuts: u64 = own.iter().chain(&official.kit).map(|one| one.cuts).sum();
    let passed = |played: &[played::Played]| played.iter().filter(|one| one.passed()).count();
    tell(&format!(
        "kit {} of {}, examples {}, own scenarios {} of {}, {cuts} cuts behind commits; {PAGE} is written",
        passed(&official.kit),
        official.kit.len(),
        official.examples.len(),
        passed(&own),
        own.len(),
    ));
    Ok(official.kit.iter().chain(&own).all(played::Played::passed))
}
