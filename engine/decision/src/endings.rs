//! The last days of what a file says: after them it decides nothing any more.
//!
//! Owns: finding them in a table or an overlay by itself, and their sentence. Deliberately does not know what day it is.

use peygir_calendar::Jalali;
use peygir_source::{Diagnostic, Node, Span};

use crate::{
    model::{BASE, Table},
    overlay::Overlay,
    read::fields::Reader,
    window::Window,
};

/// Something that ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// Where it is written.
    pub span: Span,
    /// The rule; none where it is the whole overlay.
    pub rule: Option<String>,
    pub last: Jalali,
}

impl Ending {
    /// The note for those who read it after the last day.
    pub fn to_diagnostic(&self) -> Diagnostic {
        let last = self.last;
        let (message, message_fa) = match &self.rule {
            Some(rule) => (
                format!("the days of rule \"{rule}\" are over: the last one was {last}"),
                format!("روزهای قاعدهٔ «{rule}» گذشته است: آخرینش {last} بود"),
            ),
            None => (
                format!("the days of this overlay are over: the last one was {last}"),
                format!("روزهای این روکش گذشته است: آخرینش {last} بود"),
            ),
        };
        Diagnostic::information("PG-T035", self.span, message, message_fa).with_help(
            "take it out, or give it the days of the next season",
            "آن را بردارید، یا روزهای فصل بعد را بنویسید",
        )
    }
}

impl Table {
    /// Where its own rules end.
    pub fn endings(&self) -> Vec<Ending> {
        let own = self.rules.iter().filter(|rule| rule.layer == BASE && rule.changed_by.is_none());
        let ending = own.filter_map(|rule| {
            let last = rule.own?.until?;
            Some(Ending { span: rule.span, rule: Some(rule.id.to_string()), last })
        });
        ending.collect()
    }
}

impl Overlay {
    /// Where it ends as a whole; else where rules that it puts in or changes do.
    pub fn endings(&self) -> Vec<Ending> {
        if let Some(last) = self.effective.and_then(|window| window.until) {
            let span = self.root.get("effective").map_or(self.root.span, |node| node.span);
            return vec![Ending { span, rule: None, last }];
        }
        let replaced = self.replace.iter().map(|replace| (replace.rule.name.as_str(), &replace.node));
        let id = |rule| Node::get(rule, "id").and_then(Node::as_str).unwrap_or_default();
        let inserted = self.insert.iter().map(|insert| (id(&insert.rule), &insert.rule));
        let ending = replaced.chain(inserted).filter_map(|(rule, node)| {
            let Window { until, .. } = Reader::default().window(node)?;
            let span = node.get("effective").map_or(node.span, |window| window.span);
            Some(Ending { span, rule: Some(rule.to_owned()), last: until? })
        });
        ending.collect()
    }
}
