//! `webhooks:` of a deployment: who is told of what happens to workflows, at which address, signed with what.

use std::collections::BTreeMap;
use std::path::Path;

use peygir_casework::content::read::Reader;
use peygir_connector::Secret;
use peygir_connector::secret::Reference;
use peygir_source::{Diagnostic, Diagnostics, Node, Span};

/// Most webhooks of one deployment.
pub const WEBHOOKS_MAX: usize = 16;
/// Most prefixes of types, and most workflows, of one webhook.
pub const WEBHOOK_FILTERS_MAX: usize = 50;
/// Longest address, in bytes.
const URL_BYTES_MAX: usize = 2_000;
/// Stands for this machine among the hosts that may be called.
const LOOPBACK: &str = "loopback";

/// A webhook as the deployment declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookUse {
    pub name: String,
    /// Where events are posted to; its host is under `http.allow`.
    pub url: String,
    pub secret: Reference,
    pub secret_span: Span,
    /// Prefixes of types of events; any type where there are none.
    pub types: Vec<String>,
    /// Namespace and name of the workflows that are told of; all where there are none.
    pub workflows: Vec<(String, String)>,
}

impl WebhookUse {
    /// Fetches the secret; a relative file lies below `folder`.
    pub fn fetch(&self, folder: &Path) -> Result<Secret, Diagnostics> {
        self.secret.resolve(folder).map_err(|why| {
            let (en, fa) = (
                format!("the secret of the webhook \"{}\" can't be read: {why}", self.name),
                format!("رمز وب‌هوک «{}» خوانده نمی‌شود: {why}", self.name),
            );
            Diagnostics { list: vec![Diagnostic::error("PG-P092", self.secret_span, en, fa)] }
        })
    }
}

/// `allowed`: the hosts under `http.allow`.
pub(super) fn read(reader: &mut Reader, root: &Node, allowed: &[String]) -> Vec<WebhookUse> {
    let items = reader.items(root, "webhooks");
    if let Some(first_over) = items.get(WEBHOOKS_MAX) {
        reader.error(
            "PG-P021",
            first_over.span,
            format!("a deployment has at most {WEBHOOKS_MAX} webhooks"),
            format!("استقرار بیش از {WEBHOOKS_MAX} وب‌هوک نمی‌پذیرد"),
        );
    }
    let (mut webhooks, mut seen) = (Vec::new(), BTreeMap::new());
    for item in items.iter().take(WEBHOOKS_MAX) {
        if !reader.mapping(item, &["name", "url", "secret", "types", "workflows"]) {
            continue;
        }
        let name = reader.id(item, "name");
        if let Some(name) = &name {
            reader.once(&mut seen, name, item.span);
        }
        let url = read_url(reader, item, allowed);
        let secret = read_secret(reader, item);
        let types = filters(reader, item, "types");
        let workflows = read_workflows(reader, item);
        if let (Some(name), Some(url), Some((secret, secret_span))) = (name, url, secret) {
            webhooks.push(WebhookUse { name, url, secret, secret_span, types, workflows });
        }
    }
    webhooks
}

fn read_url(reader: &mut Reader, item: &Node, allowed: &[String]) -> Option<String> {
    let node = reader.required(item, "url")?;
    let url = reader.as_text(node)?;
    let Some((host, port)) = host_and_port(&url) else {
        reader.error(
            "PG-P090",
            node.span,
            "a webhook's `url` is an address with http:// or https:// and a host, without user and password",
            "‎`url`‎ وب‌هوک نشانی‌ای با ‎http://‎ یا ‎https://‎ و نام میزبان است، بدون نام کاربر و گذرواژه",
        );
        return None;
    };
    if !is_allowed(&host, port, allowed) {
        reader.error(
            "PG-P091",
            node.span,
            format!("the deployment does not allow calls to {host}:{port}: add it under `http.allow`"),
            format!(
                "این استقرار فراخوانی \u{2066}{host}:{port}\u{2069} را روا نمی‌دارد: آن را به ‎`http.allow`‎ بیفزایید"
            ),
        );
    }
    Some(url)
}

/// Host in lower case and port of an address that events can be posted to.
fn host_and_port(url: &str) -> Option<(String, u16)> {
    let printable = url.len() <= URL_BYTES_MAX && url.bytes().all(|byte| byte.is_ascii_graphic());
    let (rest, usual_port) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (rest, 443),
        (_, Some(rest)) => (rest, 80),
        _ => return None,
    };
    let authority =
        rest.split(['/', '?']).next().filter(|text| !text.is_empty() && !text.contains(['@', '#', '\\']))?;
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !authority.ends_with(']') => (host, port.parse().ok()?),
        _ => (authority, usual_port),
    };
    let bare = host.strip_prefix('[').map_or(Some(host), |rest| rest.strip_suffix(']'))?;
    let is_ip_v6 = host.starts_with('[') && bare.parse::<std::net::Ipv6Addr>().is_ok();
    let is_name = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    (printable && !url.contains('#') && (is_ip_v6 || is_name)).then(|| (host.to_ascii_lowercase(), port))
}

/// The connector that sends looks again, also at where a name leads.
fn is_allowed(host: &str, port: u16, allowed: &[String]) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let here = host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    allowed.iter().any(|entry| {
        let entry = entry.to_ascii_lowercase();
        entry == host || entry == format!("{host}:{port}") || (here && entry == LOOPBACK)
    })
}

fn read_secret(reader: &mut Reader, item: &Node) -> Option<(Reference, Span)> {
    let node = reader.required(item, "secret")?;
    if !reader.mapping(node, &["env", "file"]) {
        return None;
    }
    let reference = match (reader.optional_text(node, "env"), reader.optional_text(node, "file")) {
        (Some(name), None) => Reference::Env(name),
        (None, Some(path)) => Reference::File(path.into()),
        _ => {
            reader.error(
                "PG-P090",
                node.span,
                "a webhook's `secret` is a reference: { env: NAME } or { file: PATH }, never the secret itself",
                "‎`secret`‎ وب‌هوک یک ارجاع است: ‎{ env: NAME }‎ یا ‎{ file: PATH }‎، نه خود رمز",
            );
            return None;
        }
    };
    Some((reference, node.span))
}

fn filters(reader: &mut Reader, item: &Node, key: &str) -> Vec<String> {
    let items = reader.items(item, key);
    if let Some(first_over) = items.get(WEBHOOK_FILTERS_MAX) {
        reader.error(
            "PG-P021",
            first_over.span,
            format!("`{key}` of a webhook has at most {WEBHOOK_FILTERS_MAX} items"),
            format!("‎`{key}`‎ وب‌هوک بیش از {WEBHOOK_FILTERS_MAX} مورد نمی‌پذیرد"),
        );
    }
    items.iter().take(WEBHOOK_FILTERS_MAX).filter_map(|item| reader.as_text(item)).collect()
}

fn read_workflows(reader: &mut Reader, item: &Node) -> Vec<(String, String)> {
    let names = filters(reader, item, "workflows");
    let mut workflows = Vec::new();
    for name in names {
        match name.split_once('/') {
            Some((namespace, name)) if !namespace.is_empty() && !name.is_empty() && !name.contains(['/', ':']) => {
                workflows.push((namespace.to_owned(), name.to_owned()));
            }
            _ => {
                let span = item.get("workflows").map_or(item.span, |node| node.span);
                reader.error(
                    "PG-P090",
                    span,
                    format!("\"{name}\" is no workflow: write namespace/name, without a version"),
                    format!("«{name}» نام گردش کار نیست: namespace/name بنویسید، بدون نسخه"),
                );
            }
        }
    }
    workflows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, allowed: &[&str]) -> (Vec<WebhookUse>, Vec<(&'static str, u32)>) {
        let root = peygir_source::yaml::parse(text).unwrap();
        let allowed: Vec<String> = allowed.iter().map(|host| (*host).to_owned()).collect();
        let mut reader = Reader::default();
        let webhooks = read(&mut reader, &root, &allowed);
        (webhooks, reader.found.list.iter().map(|found| (found.code, found.span.line)).collect())
    }

    #[test]
    fn a_webhook_is_read() {
        let text = "webhooks:\n  - name: audit\n    url: https://Audit.example.ir/in?x=1\n    secret: { env: AUDIT }\n    \
                    types: [ io.serverlessworkflow.workflow ]\n    workflows: [ samad/referral ]\n";
        let (webhooks, codes) = found(text, &["audit.example.ir"]);
        assert_eq!(codes, []);
        assert_eq!(webhooks[0].workflows, [("samad".to_owned(), "referral".to_owned())]);
        assert_eq!((webhooks[0].name.as_str(), &webhooks[0].secret), ("audit", &Reference::Env("AUDIT".into())));
        assert_eq!(webhooks[0].types, ["io.serverlessworkflow.workflow"]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let hook = |member: &str| format!("webhooks:\n  - name: a\n    secret: {{ env: A }}\n{member}");
        let url = |url: &str| hook(&format!("    url: '{url}'\n"));
        for wrong in ["ftp://a/", "http://", "http://u:p@a/", "https://a b/", "https://a/#x", "a.ir", "https://a:x/"] {
            let (webhooks, codes) = found(&url(wrong), &["a"]);
            assert_eq!((webhooks.len(), codes), (0, vec![("PG-P090", 4)]), "{wrong}");
        }
        for (address, allowed, fits) in [
            ("https://a.ir/x", "a.ir", true),
            ("https://a.ir/x", "A.ir:443", true),
            ("https://a.ir/x", "a.ir:80", false),
            ("https://a.ir.evil/x", "a.ir", false),
            ("http://127.0.0.1:9/x", "loopback", true),
            ("http://localhost/x", "loopback", true),
            ("http://[::1]:8/x", "loopback", true),
            ("http://10.0.0.1/x", "loopback", false),
        ] {
            let (_, codes) = found(&url(address), &[allowed]);
            assert_eq!(codes, if fits { vec![] } else { vec![("PG-P091", 4)] }, "{address} {allowed}");
        }
        let twice = "webhooks:\n  - { name: a, url: 'https://a/', secret: { env: A } }\n  - { name: a, url: 'https://a/', \
                     secret: {} , workflows: [ x ] }\n";
        let (_, codes) = found(twice, &["a"]);
        assert_eq!(codes.len(), 3, "{codes:?}");
        assert!(codes.iter().all(|(_, line)| *line == 3));
    }
}
