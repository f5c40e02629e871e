//! `secrets:` of a deployment: where the secrets lie that flows may name, and fetching them.
//!
//! Owns: the references and what is told when one leads nowhere. The values go to [`Secrets`] and nowhere else: no finding
//! quotes one.

use std::collections::BTreeMap;
use std::path::Path;

use peygir_casework::content::read::Reader;
use peygir_connector::secret::Reference;
use peygir_source::{Diagnostic, Diagnostics, Node, Span};

use crate::vault::Secrets;

/// Most secrets of one deployment.
pub const SECRETS_MAX: usize = 200;
/// Longest name of a secret, in characters.
const NAME_CHARS_MAX: usize = 80;

/// A secret as the deployment declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretUse {
    pub reference: Reference,
    /// Its text is a JSON object, whose members flows see.
    pub json: bool,
    pub span: Span,
}

pub(super) fn read(reader: &mut Reader, root: &Node) -> BTreeMap<String, SecretUse> {
    let mut secrets = BTreeMap::new();
    let Some(list) = root.get("secrets") else { return secrets };
    let Some(entries) = list.entries() else {
        reader.wrong_type(list.span, "a mapping of names to references", "نگاشتی از نام‌ها به ارجاع‌ها");
        return secrets;
    };
    if entries.len() > SECRETS_MAX {
        reader.error(
            "PG-P021",
            list.span,
            format!("a deployment has at most {SECRETS_MAX} secrets"),
            format!("استقرار بیش از {SECRETS_MAX} رمز نمی‌پذیرد"),
        );
    }
    for entry in entries.iter().take(SECRETS_MAX) {
        if !is_name(&entry.key) {
            reader.error(
                "PG-P080",
                entry.key_span,
                format!(
                    "\"{}\" is no name of a secret: use letters a-z and A-Z, digits, hyphens, underscores",
                    entry.key
                ),
                format!("«{}» نام رمز نیست: حرف لاتین، رقم، خط تیره و زیرخط به کار ببرید", entry.key),
            );
        }
        if let Some(secret) = read_one(reader, &entry.node) {
            secrets.insert(entry.key.clone(), secret);
        }
    }
    secrets
}

fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    !text.is_empty() && text.len() <= NAME_CHARS_MAX && text.bytes().all(fits)
}

fn read_one(reader: &mut Reader, node: &Node) -> Option<SecretUse> {
    if !reader.mapping(node, &["env", "file", "json"]) {
        return None;
    }
    let (env, file) = (reader.optional_text(node, "env"), reader.optional_text(node, "file"));
    let json = reader.flag(node, "json");
    let reference = match (env, file) {
        (Some(name), None) => Reference::Env(name),
        (None, Some(path)) => Reference::File(path.into()),
        _ => {
            reader.error(
                "PG-P080",
                node.span,
                "a secret is a reference: { env: NAME } or { file: PATH }, never the secret itself",
                "رمز یک ارجاع است: ‎{ env: NAME }‎ یا ‎{ file: PATH }‎، نه خود رمز",
            );
            return None;
        }
    };
    Some(SecretUse { reference, json, span: node.span })
}

/// Fetches all of them; what can't be fetched is told with its place.
pub(super) fn fetch(secrets: &BTreeMap<String, SecretUse>, folder: &Path) -> (Secrets, Diagnostics) {
    let mut found = Diagnostics::default();
    let mut fetched = Secrets::default();
    for (name, used) in secrets {
        match used.reference.resolve(folder) {
            Err(why) => found.push(unreadable(name, used.span, &why)),
            Ok(secret) if used.json => match fetched.clone().with_object(name, &secret) {
                Ok(more) => fetched = more,
                Err(why) => found.push(unreadable(name, used.span, why)),
            },
            Ok(secret) => fetched = fetched.with_text(name, secret),
        }
    }
    (fetched, found)
}

fn unreadable(name: &str, span: Span, why: &str) -> Diagnostic {
    Diagnostic::error(
        "PG-P081",
        span,
        format!("the secret \"{name}\" can't be read: {why}"),
        format!("رمز «{name}» خوانده نمی‌شود: {why}"),
    )
}
