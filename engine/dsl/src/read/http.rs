//! `call: http`: what stands under `with` is the language's own, and becomes plain data with the address as one text.
//!
//! What the call is made of in the end is known when it is made; here is refused what can be seen in the text.

use peygir_source::{Node, Value};

use super::data::{Place, within};
use super::fields::Known;
use super::message::{self, Wanted};
use super::{Reader, optional};
use crate::expr::{self, Template};
use crate::model::Call;

/// Name of the function, for the language and for whoever carries the call out.
pub(super) const NAME: &str = "http";

const MEMBERS: [&str; 7] = ["method", "endpoint", "headers", "query", "body", "output", "redirect"];
/// Methods of RFC 9110 and PATCH, but for those that are no request to a resource.
const METHODS: [&str; 7] = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];
pub(super) const OUTPUTS: [&str; 3] = ["raw", "content", "response"];
const SCHEMES: [&str; 2] = ["http://", "https://"];
const TEXTS: Wanted = Wanted("a mapping of names to texts, or one expression", "نگاشتی از نام به متن، یا یک عبارت");

type Member = (String, Template);

impl<'n> Reader<'n> {
    pub(super) fn http(&mut self, function: &'n Node, task: &'n Node) -> Option<Call> {
        let with = self.needed(task, "with", "call: http", function.span)?;
        self.members(with, &Known { what: "with", names: &MEMBERS })?;
        let needed = ["method", "endpoint"].map(|name| self.needed(with, name, "with", with.span).is_some());
        let read: Vec<Option<Member>> = MEMBERS
            .iter()
            .filter_map(|name| with.get(name).map(|node| (*name, node)))
            .map(|(name, node)| Some((name.to_owned(), self.http_member(name, node)?)))
            .collect();
        let members = read.into_iter().collect::<Option<Vec<Member>>>()?;
        needed.iter().all(|there| *there).then(|| Call {
            function: NAME.to_owned(),
            function_span: function.span,
            with: Some(Template::object(members)),
        })
    }

    fn http_member(&mut self, name: &str, node: &'n Node) -> Option<Template> {
        match name {
            "method" => self.word(node, "with.method", &METHODS, true),
            "endpoint" => self.endpoint(node, "with.endpoint"),
            "headers" | "query" => self.texts(node, &format!("with.{name}")),
            "output" => self.word(node, "with.output", &OUTPUTS, false),
            "redirect" => self.flag(node, "with.redirect").map(|flag| Template::Literal(flag.into())),
            _ => self.template(node, Place::Task),
        }
    }

    /// One of the words; `or_expression`: or an expression that gives one when the call is made.
    pub(super) fn word(&mut self, node: &'n Node, what: &str, words: &[&str], or_expression: bool) -> Option<Template> {
        let text = self.text(node, what)?;
        if or_expression && text.contains("${") {
            return self.template(node, Place::Task);
        }
        let known =
            words.iter().any(|word| if or_expression { word.eq_ignore_ascii_case(text) } else { *word == text });
        if !known {
            self.push(message::not_one_of(node.span, what, text, words));
            return None;
        }
        Some(Template::Literal(text.into()))
    }

    /// An address, or a mapping that holds it and says how to authenticate: a text then, or the mapping with the policy
    /// written out.
    pub(super) fn endpoint(&mut self, node: &'n Node, what: &str) -> Option<Template> {
        let Value::Mapping(_) = node.value else {
            return self.address(node, what);
        };
        self.members(node, &Known { what: "endpoint", names: &["uri", "authentication"] })?;
        let authentication = node.get("authentication").map(|policy| self.authentication(policy));
        let address = self.needed(node, "uri", "endpoint", node.span)?;
        let address = self.address(address, "endpoint.uri");
        match optional(authentication)? {
            None => address,
            Some(policy) => {
                Some(Template::object(vec![("uri".to_owned(), address?), ("authentication".to_owned(), policy)]))
            }
        }
    }

    /// An address without an expression.
    pub(super) fn fixed_address(&mut self, node: &'n Node, what: &str) -> Option<Template> {
        let text = self.text(node, what)?;
        if text.trim_start().starts_with("${") {
            self.push(message::bad_address(node.span, "it cannot be computed; names in braces can stand in it"));
            return None;
        }
        self.address(node, what)
    }

    /// A URI template, or one expression that gives the whole address.
    fn address(&mut self, node: &'n Node, what: &str) -> Option<Template> {
        let text = self.text(node, what)?;
        match expr::whole(text) {
            Ok(Some(_)) => return self.template(node, Place::Task),
            Ok(None) => {}
            Err(error) => {
                self.refuse_expression(node, text, &error);
                return None;
            }
        }
        let refused = if let Some(offset) = text.find("${") {
            Some((Some(offset), "`${ }` cannot be a part of it".to_owned()))
        } else if !SCHEMES.iter().any(|scheme| starts_with(text, scheme)) {
            Some((Some(0), "it does not begin with `http://` or `https://`".to_owned()))
        } else {
            text.find(char::is_whitespace).map(|offset| (Some(offset), "it holds a space".to_owned()))
        };
        let compiled = match refused {
            Some(refused) => Err(refused),
            None => Template::compile_uri(text).map_err(|error| (error.offset, error.to_string())),
        };
        compiled.map_err(|(offset, said)| self.push(message::bad_address(within(node.span, text, offset), &said))).ok()
    }

    /// Headers or query parameters.
    fn texts(&mut self, node: &'n Node, what: &str) -> Option<Template> {
        match &node.value {
            Value::Mapping(entries) => {
                let refused = entries
                    .iter()
                    .filter(|entry| self.text(&entry.node, &format!("{what}.{}", entry.key)).is_none())
                    .count();
                let template = self.template(node, Place::Task);
                template.filter(|_| refused == 0)
            }
            Value::String(text) if matches!(expr::whole(text), Ok(Some(_)) | Err(_)) => {
                self.template(node, Place::Task)
            }
            _ => self.wrong(node, what, TEXTS),
        }
    }
}

/// Whether the address begins with a scheme, whatever its case.
fn starts_with(text: &str, scheme: &str) -> bool {
    text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}
