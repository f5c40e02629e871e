//! Which Debian packages give which peer: the one table that the tests and `cargo xtask test` read.
//!
//! Uses nothing but `core`, so that `xtask` can take this file in by its path without building the tests.

/// A peer of the tests and how to get it.
pub struct Peer {
    /// Name in `SKIPPED peer NAME: …`.
    pub name: &'static str,
    /// Debian packages to install.
    pub packages: &'static [&'static str],
    /// Files that are all there once the packages are.
    pub probe: &'static [&'static str],
}

/// Arguments of `apt-get` before the names of the packages. `--no-remove` keeps a machine's own mail server: where another
/// one is installed, exim cannot be had and is skipped. A `policy-rc.d` that exits with 101 must stand while it runs, or
/// the packages start their daemons.
pub const APT_ARGUMENTS: &[&str] = &["install", "--yes", "--no-install-recommends", "--no-remove"];

pub const PEERS: &[Peer] = &[
    Peer {
        name: "kannel",
        packages: &["kannel", "kannel-extras"],
        probe: &["/usr/sbin/bearerbox", "/usr/sbin/smsbox", "/usr/lib/kannel/test/fakesmsc"],
    },
    Peer {
        name: "exim",
        packages: &["exim4-daemon-light", "openssl"],
        probe: &["/usr/sbin/exim4", "/usr/bin/openssl"],
    },
    Peer { name: "namespace", packages: &["iproute2", "util-linux"], probe: &["/usr/sbin/ip", "/usr/bin/unshare"] },
    Peer {
        name: "libfiu",
        packages: &["fiu-utils", "libfiu0"],
        probe: &["/usr/bin/fiu-ctrl", "/usr/lib/fiu/fiu_run_preload.so", "/usr/lib/fiu/fiu_posix_preload.so"],
    },
    Peer { name: "faketime", packages: &["faketime"], probe: &["/usr/bin/faketime"] },
    Peer { name: "nftables", packages: &["nftables"], probe: &["/usr/sbin/nft"] },
    Peer { name: "compiler", packages: &["gcc", "libc6-dev"], probe: &["/usr/bin/cc"] },
    Peer {
        name: "chromium",
        // Without any font a page is blank: one that joins Persian letters comes along.
        packages: &["chromium", "fonts-dejavu-core"],
        probe: &["/usr/bin/chromium", "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"],
    },
];

/// The peer of this name.
pub fn peer(name: &str) -> Option<&'static Peer> {
    PEERS.iter().find(|peer| peer.name == name)
}
