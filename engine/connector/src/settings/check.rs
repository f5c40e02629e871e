//! Settings in a deployment against the manifest that declares them.

use std::path::PathBuf;

use peygir_source::{Diagnostic, Diagnostics, Entry, Help, Node, suggest};
use serde_json::Value;

use super::schema::Declared;
use super::{HostFacts, Settings};
use crate::manifest::Manifest;
use crate::secret::{Reference, Secret};

/// Checks settings without fetching secrets: what `peygir check` does.
pub fn check(manifest: &Manifest, node: &Node) -> Diagnostics {
    let mut found = Diagnostics::default();
    collect(manifest, node, &|_| Ok(Secret::new("")), &mut found);
    found
}

/// Checks settings, fetches secrets by `resolve` and fills in defaults. All errors are told at once; none holds a value
/// of a secret.
pub fn read(
    manifest: &Manifest,
    node: &Node,
    resolve: &dyn Fn(&Reference) -> Result<Secret, String>,
    host: HostFacts,
) -> Result<Settings, Diagnostics> {
    let mut found = Diagnostics::default();
    let settings = collect(manifest, node, resolve, &mut found);
    if found.has_errors() { Err(found) } else { Ok(Settings { host, ..settings }) }
}

fn collect(
    manifest: &Manifest,
    node: &Node,
    resolve: &dyn Fn(&Reference) -> Result<Secret, String>,
    found: &mut Diagnostics,
) -> Settings {
    let declared = Declared::all(&manifest.settings);
    let mut settings = Settings::default();
    if node.entries().is_none() && node.value != peygir_source::Value::Null {
        found.push(wrong(node, "the settings of a connector are a mapping", "تنظیمات هر اتصال یک نگاشت است"));
        return settings;
    }
    for entry in node.entries().unwrap_or_default() {
        match declared.iter().find(|setting| setting.name == entry.key) {
            None => found.push(unknown(manifest, entry, &declared)),
            Some(setting) if setting.secret => take_secret(entry, resolve, &mut settings, found),
            Some(setting) => take_plain(setting, entry, &mut settings, found),
        }
    }
    for setting in &declared {
        complete(manifest, setting, node, &mut settings, found);
    }
    settings
}

fn take_plain(setting: &Declared, entry: &Entry, settings: &mut Settings, found: &mut Diagnostics) {
    let value = entry.node.to_json();
    match setting.accepts(&value) {
        Ok(()) => {
            settings.plain.insert(setting.name.clone(), value);
        }
        Err((en, fa)) => found.push(wrong(
            &entry.node,
            &format!("setting `{}` {en}", setting.name),
            &format!("تنظیم `{}` {fa}", setting.name),
        )),
    }
}

fn take_secret(
    entry: &Entry,
    resolve: &dyn Fn(&Reference) -> Result<Secret, String>,
    settings: &mut Settings,
    found: &mut Diagnostics,
) {
    let Some(reference) = reference(&entry.node) else {
        found.push(
            Diagnostic::error(
                "PG-M013",
                entry.node.span,
                format!("setting `{}` is a secret and comes by reference only", entry.key),
                format!("تنظیم `{}` راز است و تنها با ارجاع داده می‌شود", entry.key),
            )
            .with_help(
                "write {env: NAME_OF_VARIABLE} or {file: path/of/file}",
                "بنویسید {env: NAME_OF_VARIABLE} یا {file: path/of/file}",
            ),
        );
        return;
    };
    match resolve(&reference) {
        Ok(secret) => {
            settings.secrets.insert(entry.key.clone(), secret);
        }
        Err(reason) => found.push(Diagnostic::error(
            "PG-M014",
            entry.node.span,
            format!("the secret of setting `{}` cannot be had: {reason}", entry.key),
            format!("راز تنظیم `{}` به دست نیامد: {reason}", entry.key),
        )),
    }
}

fn reference(node: &Node) -> Option<Reference> {
    let [entry] = node.entries()? else {
        return None;
    };
    let text = entry.node.as_str().filter(|text| !text.is_empty())?;
    match entry.key.as_str() {
        "env" => Some(Reference::Env(text.to_owned())),
        "file" => Some(Reference::File(PathBuf::from(text))),
        _ => None,
    }
}

fn complete(manifest: &Manifest, setting: &Declared, node: &Node, settings: &mut Settings, found: &mut Diagnostics) {
    if node.get(&setting.name).is_some() {
        return;
    }
    if let Some(default) = &setting.default {
        settings.plain.insert(setting.name.clone(), default.clone());
        return;
    }
    let required = manifest.settings["required"].as_array();
    if required.is_some_and(|names| names.contains(&Value::from(setting.name.as_str()))) {
        found.push(Diagnostic::error(
            "PG-M010",
            node.span,
            format!("connector {} needs the setting `{}`", manifest.name, setting.name),
            format!("اتصال {} تنظیم `{}` را لازم دارد", manifest.name, setting.name),
        ));
    }
}

fn unknown(manifest: &Manifest, entry: &Entry, declared: &[Declared]) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        "PG-M011",
        entry.key_span,
        format!("connector {} has no setting `{}`", manifest.name, entry.key),
        format!("اتصال {} تنظیمی به نام `{}` ندارد", manifest.name, entry.key),
    );
    let names = || declared.iter().map(|setting| setting.name.as_str());
    match suggest(&entry.key, names()) {
        Some(near) => diagnostic.helped(Help::did_you_mean(near, '`')),
        None => diagnostic.with_help(
            format!("its settings: {}", names().collect::<Vec<_>>().join(", ")),
            format!("تنظیم‌های آن: {}", names().collect::<Vec<_>>().join("، ")),
        ),
    }
}

fn wrong(node: &Node, message: &str, message_fa: &str) -> Diagnostic {
    Diagnostic::error("PG-M012", node.span, message, message_fa)
}
