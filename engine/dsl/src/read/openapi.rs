//! `call: openapi`: an operation by its name in a document that describes a service.
//!
//! Which operations there are and what they take is in that document, which is fetched when the call is made.

use peygir_source::Node;

use super::fields::Known;
use super::http::OUTPUTS;
use super::{Reader, optional};
use crate::expr::Template;
use crate::model::Call;

/// Name of the function, for the language and for whoever carries the call out.
pub(super) const NAME: &str = "openapi";

const MEMBERS: [&str; 6] = ["document", "operationId", "parameters", "authentication", "output", "redirect"];

type Member = (String, Template);

impl<'n> Reader<'n> {
    pub(super) fn openapi(&mut self, function: &'n Node, task: &'n Node) -> Option<Call> {
        let with = self.needed(task, "with", "call: openapi", function.span)?;
        self.members(with, &Known { what: "with", names: &MEMBERS })?;
        let needed = ["document", "operationId"].map(|name| self.needed(with, name, "with", with.span).is_some());
        let read: Vec<Option<Member>> = MEMBERS
            .iter()
            .filter_map(|name| with.get(name).map(|node| (*name, node)))
            .map(|(name, node)| Some((name.to_owned(), self.openapi_member(name, node)?)))
            .collect();
        let members = read.into_iter().collect::<Option<Vec<Member>>>()?;
        needed.iter().all(|there| *there).then(|| Call {
            function: NAME.to_owned(),
            function_span: function.span,
            with: Some(Template::object(members)),
        })
    }

    fn openapi_member(&mut self, name: &str, node: &'n Node) -> Option<Template> {
        match name {
            "document" => self.resource(node, "with.document"),
            "operationId" => self.text_template(node, "with.operationId"),
            "parameters" => self.mapping_template(node, "with.parameters"),
            "authentication" => self.authentication(node),
            "output" => self.word(node, "with.output", &OUTPUTS, false),
            _ => self.flag(node, "with.redirect").map(|flag| Template::Literal(flag.into())),
        }
    }

    /// A text behind an address that is fetched when it is needed: `{ name, endpoint }`.
    fn resource(&mut self, node: &'n Node, what: &str) -> Option<Template> {
        self.members(node, &Known { what, names: &["name", "endpoint"] })?;
        let name = node.get("name").map(|name| self.text(name, what).map(|name| Template::Literal(name.into())));
        let endpoint = self.needed(node, "endpoint", what, node.span)?;
        let endpoint = self.endpoint(endpoint, &format!("{what}.endpoint"))?;
        let mut members = vec![("endpoint".to_owned(), endpoint)];
        members.extend(optional(name)?.map(|name| ("name".to_owned(), name)));
        Some(Template::object(members))
    }
}
