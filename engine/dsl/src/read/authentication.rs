//! Authentication of calls: a policy written out, one of `use.authentications`, or a secret that holds one.
//!
//! Whoever carries a call out gets the whole policy as data: references are resolved here, and a secret becomes the
//! expression that reads it.

use peygir_source::{Entry, Node, Span};

use super::fields::Known;
use super::{Reader, message};
use crate::expr::Template;

const SCHEMES: [&str; 5] = ["basic", "bearer", "digest", "oauth2", "oidc"];
const GRANTS: [&str; 5] = [
    BROWSER_GRANT,
    "client_credentials",
    "password",
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:token-exchange",
];
/// Needs somebody at a browser.
const BROWSER_GRANT: &str = "authorization_code";
const CLIENT_METHODS: [&str; 5] =
    ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"];
const ENCODINGS: [&str; 2] = ["application/x-www-form-urlencoded", "application/json"];
const OAUTH2: [&str; 12] = [
    "authority",
    "endpoints",
    "grant",
    "client",
    "request",
    "issuers",
    "scopes",
    "audiences",
    "username",
    "password",
    "subject",
    "actor",
];

type Member = (String, Template);

impl<'n> Reader<'n> {
    /// The `authentication` of a call: a policy, or `use` with the name of one.
    pub(super) fn authentication(&mut self, node: &'n Node) -> Option<Template> {
        let Some(use_) = node.get("use") else {
            return self.policy(node, "authentication");
        };
        self.members(node, &Known { what: "authentication", names: &["use"] })?;
        let name = self.text(use_, "authentication.use")?;
        let declared = self.declaration(use_, name, "authentications")?;
        self.policy(declared, "use.authentications")
    }

    /// A policy that is no reference.
    pub(super) fn policy(&mut self, node: &'n Node, what: &str) -> Option<Template> {
        self.members(node, &Known { what, names: &SCHEMES })?;
        let scheme = self.one_of(node, what, &SCHEMES)?;
        let policy = match (scheme.node.get("use"), scheme.key.as_str()) {
            (Some(secret), name) => {
                self.members(&scheme.node, &Known { what: name, names: &["use"] })?;
                self.secret(secret, name)?
            }
            (None, "bearer") => self.texts_of(&scheme.node, "bearer", &["token"])?,
            (None, name @ ("basic" | "digest")) => self.texts_of(&scheme.node, name, &["username", "password"])?,
            (None, _) => self.oauth2(scheme)?,
        };
        Some(Template::object(vec![(scheme.key.clone(), policy)]))
    }

    /// The expression that reads the secret of this name.
    fn secret(&mut self, node: &'n Node, scheme: &str) -> Option<Template> {
        let name = self.text(node, &format!("{scheme}.use"))?;
        if !self.shared.secrets.iter().any(|declared| declared == name) {
            let refused = message::undeclared_secret(node.span, name, &self.shared.secrets);
            self.push(refused);
            return None;
        }
        let text = format!("${{ $secrets[{}] }}", serde_json::Value::from(name));
        Template::compile_text(&text, &["secrets"]).map_err(|error| self.refuse_expression(node, name, &error)).ok()
    }

    /// A mapping of these texts, all of them needed.
    fn texts_of(&mut self, node: &'n Node, what: &str, names: &[&str]) -> Option<Template> {
        self.members(node, &Known { what, names })?;
        let read: Vec<Option<Member>> = names
            .iter()
            .map(|name| {
                let member = self.needed(node, name, what, node.span)?;
                Some(((*name).to_owned(), self.text_template(member, &format!("{what}.{name}"))?))
            })
            .collect();
        read.into_iter().collect::<Option<_>>().map(Template::object)
    }

    /// The policies of OAuth 2 and OpenID Connect, which differ in where the token is asked for.
    fn oauth2(&mut self, scheme: &'n Entry) -> Option<Template> {
        let (node, what) = (&scheme.node, scheme.key.as_str());
        let names: Vec<&str> = OAUTH2.into_iter().filter(|name| what == "oauth2" || *name != "endpoints").collect();
        let entries = self.members(node, &Known { what, names: &names })?;
        let needed = ["authority", "grant"].map(|name| self.needed(node, name, what, scheme.key_span).is_some());
        let known = entries.iter().filter(|entry| names.contains(&entry.key.as_str()));
        let read: Vec<Option<Member>> =
            known.map(|entry| Some((entry.key.clone(), self.oauth2_member(entry, what)?))).collect();
        let members = read.into_iter().collect::<Option<Vec<_>>>()?;
        needed.iter().all(|there| *there).then(|| Template::object(members))
    }

    fn oauth2_member(&mut self, entry: &'n Entry, what: &str) -> Option<Template> {
        let (node, what) = (&entry.node, format!("{what}.{}", entry.key));
        match entry.key.as_str() {
            "authority" => self.fixed_address(node, &what),
            "grant" => {
                let grant = self.choice(node, &what, &GRANTS)?;
                if grant == BROWSER_GRANT {
                    self.push(message::not_run(message::BROWSER_GRANT, node.span));
                }
                Some(Template::Literal(grant.into()))
            }
            "endpoints" => self.endpoints(node, &what),
            "client" => self.client(node, &what),
            "request" => {
                self.members(node, &Known { what: &what, names: &["encoding"] })?;
                if let Some(encoding) = node.get("encoding") {
                    self.choice(encoding, &what, &ENCODINGS)?;
                }
                Some(Template::Literal(node.to_json()))
            }
            "issuers" | "scopes" | "audiences" => self.texts_template(node, &what),
            "subject" | "actor" => self.texts_of(node, &what, &["token", "type"]),
            _ => self.text_template(node, &what),
        }
    }

    fn endpoints(&mut self, node: &'n Node, what: &str) -> Option<Template> {
        let names = ["token", "revocation", "introspection"];
        let entries = self.members(node, &Known { what, names: &names })?;
        let read: Vec<Option<Member>> =
            entries.iter().map(|entry| Some((entry.key.clone(), self.relative(&entry.node, what)?))).collect();
        read.into_iter().collect::<Option<_>>().map(Template::object)
    }

    /// A path below the authority, or a whole address; a URI template either way.
    fn relative(&mut self, node: &'n Node, what: &str) -> Option<Template> {
        let text = self.text(node, what)?;
        let compiled = match text.contains("${") || text.contains(char::is_whitespace) || text.is_empty() {
            true => Err("it cannot be computed and has no spaces".to_owned()),
            false => Template::compile_uri(text).map_err(|error| error.to_string()),
        };
        compiled.map_err(|said| self.push(message::bad_address(node.span, &said))).ok()
    }

    fn client(&mut self, node: &'n Node, what: &str) -> Option<Template> {
        let names = ["id", "secret", "assertion", "authentication"];
        let entries = self.members(node, &Known { what, names: &names })?;
        let read: Vec<Option<Member>> = entries
            .iter()
            .map(|entry| {
                let read = match entry.key.as_str() {
                    "authentication" => self
                        .choice(&entry.node, &format!("{what}.authentication"), &CLIENT_METHODS)
                        .map(|method| Template::Literal(method.into())),
                    _ => self.text_template(&entry.node, &format!("{what}.{}", entry.key)),
                };
                Some((entry.key.clone(), read?))
            })
            .collect();
        let client = read.into_iter().collect::<Option<Vec<_>>>()?;
        self.check_client(node, what, node.span);
        Some(Template::object(client))
    }

    /// What the method of authentication asks for.
    fn check_client(&mut self, node: &'n Node, what: &str, span: Span) {
        let method = node.get("authentication").and_then(Node::as_str).unwrap_or("client_secret_post");
        let needed = match method {
            "none" => &[][..],
            "private_key_jwt" => &["id", "assertion"],
            _ => &["id"],
        };
        for name in needed {
            self.needed(node, name, what, span);
        }
    }
}
