//! A pack that is named: a folder here, or a name as the server knows it.
//!
//! Owns: telling the two apart, as `peygir deploy` does, and what is said where neither is there. Deliberately does not know what
//! the pack is for.

use std::path::Path;

use anyhow::{Context, Result, bail};
use peygir_runtime::pack::Rules;
use peygir_source::Diagnostics;

use super::fetched;
use crate::commands::deploy::Server;
use crate::said::Said;

/// What parts a name from a version.
const AT: char = '@';

/// Reads the pack: a folder where there is one, else `NAME` as it is in force, or `NAME@VERSION` as it was deployed.
pub fn read(named: &str, server: &Server) -> Result<Result<Rules, Diagnostics>> {
    let Some((name, version)) = on_server(named) else { return Ok(Rules::read(Path::new(named))) };
    let asked = || {
        Said::new(
            format!(
                "\"{named}\" is no folder here, and a pack of this name is asked of the server; name a folder, or the server with --data or --url"
            ),
            format!(
                "«{named}» پوشه‌ای در این‌جا نیست و بسته‌ای با این نام از سرور پرسیده می‌شود؛ پوشه‌ای را، یا سرور را با \u{2066}--data\u{2069} یا \u{2066}--url\u{2069} نام ببرید"
            ),
        )
    };
    let client = server.client().with_context(asked)?;
    let version = match version {
        Some(version) => version.to_owned(),
        None => match fetched::in_force(&client, name).with_context(asked)? {
            Some(version) => version,
            None => bail!(Said::new(
                format!(
                    "\"{name}\" is no folder here and not in force on the server: name a folder, or a version as {name}@1.4.0"
                ),
                format!(
                    "«{name}» نه پوشه‌ای در این‌جاست و نه روی سرور برقرار: پوشه‌ای، یا نسخه‌ای مانند \u{2066}{name}@1.4.0\u{2069} را نام ببرید"
                ),
            )),
        },
    };
    let undeployed = || {
        Said::new(
            format!(
                "{name}@{version} was not deployed to the server; before it is, as after a dry run, name its folder"
            ),
            format!(
                "\u{2066}{name}@{version}\u{2069} روی سرور مستقر نشده است؛ تا مستقر نشده، مانند پس از اجرای آزمایشی، پوشهٔ آن را نام ببرید"
            ),
        )
    };
    fetched::version(&client, name, &version).with_context(undeployed)
}

/// The folder of the pack, where it lies in one.
pub fn folder(named: &str) -> Option<&Path> {
    on_server(named).is_none().then(|| Path::new(named))
}

/// A name, with a version where one is given; none where it is a path.
fn on_server(named: &str) -> Option<(&str, Option<&str>)> {
    if Path::new(named).exists() {
        return None;
    }
    let (name, version) = named.split_once(AT).map_or((named, None), |(name, version)| (name, Some(version)));
    let is_name = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    let is_version = version.is_none_or(|version| semver::Version::parse(version).is_ok());
    (!name.is_empty() && name.chars().all(is_name) && is_version).then_some((name, version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_told_from_a_path() {
        assert_eq!(on_server("golestan"), Some(("golestan", None)));
        assert_eq!(on_server("golestan@1.4.0"), Some(("golestan", Some("1.4.0"))));
        for path in ["src", "packs/golestan", "../golestan", "golestan@new", "@1.4.0", "Golestan"] {
            assert_eq!(on_server(path), None, "{path}");
        }
    }
}
