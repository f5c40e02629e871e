//! Which pack below moved, where nobody names it: the one that the server has in another version than before.

use anyhow::{Context, Result, bail};
use peygir_runtime::pack::Rules;
use peygir_source::Diagnostics;
use serde_json::Value;

use super::super::client::escaped;
use super::super::deploy::Server;
use super::fetched;
use crate::said::Said;

/// A pack on the server, with the versions that are in force there and were before.
struct Below {
    name: String,
    version: String,
    before: Option<String>,
}

/// The version in force of the pack below that moved last, and the version before it. `is_named`: what was before is named by
/// whoever asks.
pub fn last(pack: &Rules, is_named: bool, server: &Server) -> Result<(Result<Rules, Diagnostics>, Option<String>)> {
    let client = server.client().with_context(|| {
        Said::new(
            "without --onto the server is asked which version of the pack below is in force: name the server with --data or --url, or the new version with --onto FOLDER",
            "بدون \u{2066}--onto\u{2069} از سرور پرسیده می‌شود کدام نسخهٔ بستهٔ زیرین برقرار است: سرور را با \u{2066}--data\u{2069} یا \u{2066}--url\u{2069}، یا نسخهٔ تازه را با \u{2066}--onto FOLDER\u{2069} نام ببرید",
        )
    })?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let on_server = |name: &str| {
        let known = client.get(&format!("/api/v1/packs/{}", escaped(name))).ok()?;
        Some(Below { name: name.to_owned(), version: text(&known["version"])?, before: text(&known["before"]) })
    };
    let over = pack.manifest.over.iter().map(|over| over.name.as_str());
    let mut moved: Vec<Below> = over.filter_map(on_server).filter(|below| is_named || below.before.is_some()).collect();
    match (moved.pop(), moved.is_empty()) {
        (Some(below), true) => Ok((fetched::version(&client, &below.name, &below.version)?, below.before)),
        (Some(last), false) => {
            let names: Vec<String> = moved.into_iter().chain([last]).map(|below| below.name).collect();
            bail!(Said::new(
                format!("several packs below may be meant: name one of {} with --onto", names.join(", ")),
                format!(
                    "شاید چند بستهٔ زیرین منظور باشد: یکی از {} را با \u{2066}--onto\u{2069} نام ببرید",
                    names.join("، ")
                ),
            ))
        }
        (None, _) => bail!(Said::new(
            format!(
                "nothing below {} has moved on the server: name the new version with --onto, and the one before with --from",
                pack.manifest.name
            ),
            format!(
                "روی سرور هیچ بسته‌ای زیر {} نسخهٔ دیگری نگرفته است: نسخهٔ تازه را با \u{2066}--onto\u{2069} و نسخهٔ پیشین را با \u{2066}--from\u{2069} نام ببرید",
                pack.manifest.name
            ),
        )),
    }
}
