//! Peers of the tests from Debian's packages: what is missing, and getting it where that is allowed.
//!
//! Starts no daemon: a `policy-rc.d` that forbids it stands while packages are installed. Removes no package either.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::packages::{APT_ARGUMENTS, PEERS, Peer};
use crate::run::{tell, watch};

const APT: &str = "/usr/bin/apt-get";
const APT_LISTS: &str = "/var/lib/apt/lists";
const POLICY: &str = "/usr/sbin/policy-rc.d";
const POLICY_TEXT: &str = "#!/bin/sh\n# Written while the tests' packages are installed: no daemon starts.\nexit 101\n";

/// Installs what is missing where that is possible; otherwise names the command that does. What is missing then is found
/// by [`missing`].
pub fn install_missing() -> Result<()> {
    let wanted = missing(PEERS, &is_there);
    if wanted.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = wanted.iter().map(|peer| peer.name).collect();
    tell(&format!("peers that are missing: {}", names.join(", ")));
    if !is_root() || !Path::new(APT).exists() {
        tell("this command installs them:");
        eprintln!("{}", command_line(&packages_of(&wanted)));
        return Ok(());
    }
    let _policy = Policy::forbid_daemons()?;
    if !has_lists(Path::new(APT_LISTS)) {
        update()?;
    }
    if apt(&packages_of(&wanted))? {
        return Ok(());
    }
    tell("not all of them can be installed together; looking for newer lists, then one after the other");
    update()?;
    for peer in missing(PEERS, &is_there) {
        if !apt(peer.packages)? {
            tell(&format!("{} can't be installed", peer.name));
        }
    }
    Ok(())
}

/// Peers of which a file is missing.
pub fn missing<'a>(peers: &'a [Peer], is_there: &dyn Fn(&str) -> bool) -> Vec<&'a Peer> {
    peers.iter().filter(|peer| first_missing(peer, is_there).is_some()).collect()
}

/// The first file that a peer lacks.
pub fn first_missing(peer: &Peer, is_there: &dyn Fn(&str) -> bool) -> Option<&'static str> {
    peer.probe.iter().find(|path| !is_there(path)).copied()
}

pub fn is_there(path: &str) -> bool {
    Path::new(path).exists()
}

fn packages_of(peers: &[&Peer]) -> Vec<&'static str> {
    let mut packages: Vec<&str> = peers.iter().flat_map(|peer| peer.packages.iter().copied()).collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

fn apt(packages: &[&str]) -> Result<bool> {
    tell(&format!("apt-get installs {}", packages.join(" ")));
    watch(Command::new(APT).env("DEBIAN_FRONTEND", "noninteractive").args(APT_ARGUMENTS).args(packages))
}

fn update() -> Result<()> {
    if !watch(Command::new(APT).arg("update"))? {
        tell("the lists of packages can't be fetched");
    }
    Ok(())
}

/// The one command that an ordinary user can give. It too starts no daemon.
fn command_line(packages: &[&str]) -> String {
    format!(
        "sudo sh -c 'P={POLICY}; [ -e $P ] || {{ printf \"#!/bin/sh\\nexit 101\\n\" >$P; chmod 755 $P; trap \"rm $P\" EXIT; }}; \
         apt-get update && DEBIAN_FRONTEND=noninteractive apt-get {} {}'",
        APT_ARGUMENTS.join(" "),
        packages.join(" ")
    )
}

/// Whether lists of packages were ever fetched. A fresh image of Debian has none.
fn has_lists(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name()).any(|name| name.to_string_lossy().contains("_Packages"))
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// Forbids daemons to start as long as it lives. One that the machine has already is left as it is.
struct Policy {
    written: bool,
}

impl Policy {
    fn forbid_daemons() -> Result<Self> {
        let path = Path::new(POLICY);
        if path.exists() {
            return Ok(Self { written: false });
        }
        fs::write(path, POLICY_TEXT).with_context(|| format!("{POLICY} can't be written"))?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
        Ok(Self { written: true })
    }
}

impl Drop for Policy {
    fn drop(&mut self) {
        if self.written && fs::remove_file(POLICY).is_err() {
            tell(&format!("{POLICY} could not be removed: daemons of packages do not start until it is gone"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &[Peer] = &[
        Peer { name: "a", packages: &["p", "q"], probe: &["/x", "/y"] },
        Peer { name: "b", packages: &["q"], probe: &["/z"] },
    ];

    #[test]
    fn a_peer_is_missing_when_one_of_its_files_is() {
        let names = |there: &[&str]| -> Vec<&str> {
            missing(TWO, &|path| there.contains(&path)).iter().map(|peer| peer.name).collect()
        };
        assert_eq!(names(&["/x", "/y", "/z"]), Vec::<&str>::new());
        assert_eq!(names(&["/x", "/z"]), ["a"]);
        assert_eq!(names(&["/x", "/y"]), ["b"]);
        assert_eq!(first_missing(&TWO[0], &|path| path == "/x"), Some("/y"));
    }

    #[test]
    fn one_command_names_every_package_once() {
        let line = command_line(&packages_of(&TWO.iter().collect::<Vec<_>>()));
        assert!(line.starts_with("sudo sh -c '") && line.ends_with("--no-remove p q'"), "{line}");
        assert!(!line.contains('\n') && line.contains("exit 101"));
    }

    #[test]
    fn lists_are_seen_where_they_are() {
        let folder = std::env::temp_dir().join(format!("peygir-lists-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("lock"), "").unwrap();
        assert!(!has_lists(&folder));
        fs::write(folder.join("mirror_dists_bookworm_main_binary-amd64_Packages.lz4"), "").unwrap();
        assert!(has_lists(&folder));
        fs::remove_dir_all(&folder).unwrap();
        assert!(!has_lists(&folder));
    }
}
