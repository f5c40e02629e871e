//! A time zone in which it is noon now. Verification calls are made by day only, and tests run at any hour.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use peygir_core::Moment;

/// What time it is outside.
#[expect(clippy::disallowed_methods, reason = "what time it is outside is just what this asks")]
pub fn now() -> Moment {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("the epoch has begun");
    Moment(i64::try_from(now.as_micros()).expect("this is no year of that kind"))
}

/// The zone's name.
pub fn zone() -> String {
    let east = 12 - now().0 / 3_600_000_000 % 24;
    // The zones of this family have their signs the other way round.
    format!("Etc/GMT{:+}", -east)
}

/// Puts a deployment there.
pub fn keep(deployment: &Path) {
    let path = deployment.join("deployment.yaml");
    let text = fs::read_to_string(&path).expect("the deployment can be read");
    let moved = text.replace("zone: Asia/Tehran", &format!("zone: {}", zone()));
    assert_ne!(moved, text, "the deployment names its zone");
    fs::write(&path, moved).expect("the deployment can be written");
}
