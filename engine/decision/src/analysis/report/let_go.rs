//! How it is told that an overlay lets answers of a rule go to a rule that it does not write.

use peygir_calendar::Jalali;
use peygir_source::{Diagnostic, Severity, Span};

use super::Report;
use crate::analysis::Inputs;

impl Report<'_> {
    /// Said with its reason, it is meant. `asked`: the inputs that the rule asks for. `to`: the rule that answers now in its place.
    pub(super) fn let_go(
        &self,
        span: Span,
        (rule, layer): (&str, usize),
        to: Option<&str>,
        asked: &[String],
        (witness, on): (&Inputs, Jalali),
    ) -> Diagnostic {
        let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
        let (shown, shown_fa) = self.inputs(witness, &asked, on);
        let (by, by_fa) = (self.layer(layer, false), self.layer(layer, true));
        let is_there = self.table.rules.iter().any(|row| row.id == *rule);
        let (does, does_fa) = match is_there {
            true => (format!("leaves \"{rule}\" less than it answered"), format!("«{rule}» را تنگ‌تر می‌کند")),
            false => (format!("takes \"{rule}\" out"), format!("«{rule}» را برمی‌دارد")),
        };
        let (then, then_fa) = match to {
            Some(to) => (
                format!("what it answered goes to \"{to}\", which this overlay does not write"),
                format!("آنچه پاسخ می‌داد به «{to}» می‌رسد که نوشتهٔ این لایه نیست"),
            ),
            None => ("nothing is written in its place".to_owned(), "چیزی به جای آن نوشته نشده است".to_owned()),
        };
        let en = format!("{by} {does}, and {then}. For example, where {shown}");
        let fa = format!("{by_fa} {does_fa} و {then_fa}. برای نمونه در حالتی که {shown_fa}");
        let told = |en, fa| Diagnostic::warning("PG-T057", span, en, fa);
        if let Some(why) = self.table.why(rule, layer) {
            return Diagnostic {
                severity: Severity::Information,
                ..told(format!("{en}; why: {why}"), format!("{fa}؛ چرا: {why}"))
            };
        }
        let written = match is_there {
            true => format!("{rule}: {{ …, why: TEXT }}"),
            false => format!("disable: [ {{ rule: {rule}, why: TEXT }} ]"),
        };
        told(en, fa).with_help(
            format!(
                "if that is meant, say why where the overlay names the rule: {written}; else ask for less in it, or answer the rest by a \
                 rule of the overlay's own"
            ),
            format!(
                "اگر همین منظور است، همان‌جا که لایه قاعده را نام می‌برد بنویسید چرا: \u{2066}{written}\u{2069}؛ وگرنه شرط‌هایش را کمتر کنید یا با \
                 قاعده‌ای از خود لایه به باقی پاسخ دهید"
            ),
        )
    }
}
