//! Errors that a flow raises: written out, or by their name under `use.errors`.

use peygir_source::{Node, Value};

use super::data::Place;
use super::fields::Known;
use super::message::Wanted;
use super::{Reader, message, optional};
use crate::expr::{self, Template};
use crate::model::Raise;

const MEMBERS: Known<'_> =
    Known { what: "error", names: &["type", "status", "instance", "title", "detail", "details"] };
const ERROR: Wanted = Wanted("an error or the name of one", "خطا یا نام خطایی");

impl<'n> Reader<'n> {
    pub(super) fn raise(&mut self, node: &'n Node) -> Option<Raise> {
        self.members(node, &Known { what: "raise", names: &["error"] })?;
        let error = self.needed(node, "error", "raise", node.span)?;
        match &error.value {
            Value::String(name) => {
                let declared = self.declaration(error, name, "errors")?;
                self.error(declared)
            }
            Value::Mapping(_) => self.error(error),
            _ => self.wrong(error, "raise.error", ERROR),
        }
    }

    pub(super) fn error(&mut self, node: &'n Node) -> Option<Raise> {
        self.members(node, &MEMBERS)?;
        let type_ = self.needed(node, "type", "error", node.span);
        let type_ = type_.and_then(|node| self.uri(node, "error.type", Place::Task));
        let status = self.needed(node, "status", "error", node.span);
        let status = status.and_then(|status| self.count(status, "error.status"));
        let title = node.get("title").map(|node| self.text_template(node, "error.title"));
        // The older schema writes `details`.
        let detail = node.get("detail").or(node.get("details"));
        let detail = detail.map(|node| self.text_template(node, "error.detail"));
        let instance = node.get("instance").map(|node| self.instance(node));
        Some(Raise {
            type_: type_?,
            status: Template::Literal(status?.into()),
            title: optional(title)?,
            detail: optional(detail)?,
            instance: optional(instance)?,
        })
    }

    /// A JSON pointer, or wholly an expression.
    fn instance(&mut self, node: &'n Node) -> Option<Template> {
        let text = self.text(node, "error.instance")?;
        if matches!(expr::whole(text), Ok(Some(_)) | Err(_)) {
            return self.template(node, Place::Task);
        }
        let escaped = text.split('~').skip(1).all(|after| after.starts_with(['0', '1']));
        if !(text.is_empty() || text.starts_with('/')) || !escaped || text.contains("${") {
            let wanted = (
                "a JSON pointer such as `/do/0/ask`, or one expression in `${ }`",
                "اشاره‌گر JSON مانند `/do/0/ask`، یا یک عبارت در `${ }`",
            );
            self.push(message::bad_value(node.span, "error.instance", text, wanted));
            return None;
        }
        Some(Template::Literal(text.into()))
    }
}
