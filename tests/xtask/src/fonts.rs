//! `cargo xtask fonts`: the console's font, fetched with npm. Nothing of it is committed: the deployment names the file.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail, ensure};

use crate::run::{answer, programs, root, tell, watch};

/// Where the font goes when no folder is named; git does not look there.
pub const FOLDER: &str = "data/fonts";

/// The OFL package. npm checks what it fetches against the registry's digest.
const PACKAGE: &str = "vazirmatn@33.0.3";
/// The variable font: all weights in one file.
const FONT: &str = "package/fonts/webfonts/Vazirmatn[wght].woff2";
const LICENCE: &str = "package/OFL.txt";
const WOFF2_MAGIC: &[u8] = b"wOF2";

pub fn run(folder: &str) -> Result<ExitCode> {
    let folder = root().join(folder);
    fs::create_dir_all(&folder).with_context(|| format!("{} can't be made", folder.display()))?;
    // The package is large and is thrown away: it is unpacked among the built things.
    let scratch = programs()?.join("../fonts");
    fs::create_dir_all(&scratch)?;
    tell(&format!("npm fetches {PACKAGE}"));
    let archive = fetch(&scratch)?;
    let unpacked = watch(Command::new("tar").arg("-xzf").arg(&archive).args([FONT, LICENCE]).current_dir(&scratch))?;
    ensure!(unpacked, "{} can't be unpacked", archive.display());
    let font = scratch.join(FONT);
    let bytes = fs::read(&font).with_context(|| format!("{} can't be read", font.display()))?;
    ensure!(is_woff2(&bytes), "{FONT} is no WOFF2 font");
    let target = folder.join("Vazirmatn.woff2");
    fs::write(&target, bytes).with_context(|| format!("{} can't be written", target.display()))?;
    fs::copy(scratch.join(LICENCE), folder.join("OFL.txt"))?;
    let target = fs::canonicalize(&target)?;
    tell("name it in deployment.yaml, and the console serves it:");
    answer(&format!("font: '{}'", target.display()));
    Ok(ExitCode::SUCCESS)
}

/// The archive as npm leaves it.
fn fetch(scratch: &Path) -> Result<std::path::PathBuf> {
    let mut npm = Command::new("npm");
    npm.args(["pack", "--silent", "--pack-destination"]).arg(scratch).arg(PACKAGE).current_dir(scratch);
    match watch(&mut npm) {
        Ok(true) => Ok(scratch.join(format!("{}.tgz", PACKAGE.replace('@', "-")))),
        Ok(false) => bail!("npm can't fetch {PACKAGE}; its own lines above say why"),
        Err(error) => Err(error.context("npm is needed: apt-get install npm")),
    }
}

fn is_woff2(bytes: &[u8]) -> bool {
    bytes.starts_with(WOFF2_MAGIC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_font_is_taken_for_one() {
        assert!(is_woff2(b"wOF2\0\x01\0\0"));
        assert!(!is_woff2(b"<html>"));
        assert!(!is_woff2(b""));
    }
}
