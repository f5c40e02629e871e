//! A decision in a sentence, and as data for the journal.

use serde_json::{Value, json};

use crate::decide::{Decision, NotFired, WhyNot};

/// Most rules that did not answer a sentence names.
const NAMED_MAX: usize = 5;

impl Decision {
    /// Why this rule, in English.
    pub fn explain(&self) -> String {
        let Self { table, version, rule, .. } = self;
        let mut sentence = if self.because.is_empty() {
            format!("Table {table} {version} answered by rule {rule}, which holds for everything")
        } else {
            format!("Table {table} {version} answered by rule {rule}, because {}", self.reasons("is", "and"))
        };
        let above: Vec<String> = self.not_fired.iter().take(NAMED_MAX).map(NotFired::in_english).collect();
        if !above.is_empty() {
            sentence.push_str(&format!("; {} rules did not answer: {}", self.not_fired.len(), above.join(", ")));
        }
        sentence
    }

    /// Why this rule, in Persian.
    pub fn explain_fa(&self) -> String {
        let Self { table, version, rule, .. } = self;
        let mut sentence = if self.because.is_empty() {
            format!("جدول {table} نسخهٔ {version} با قاعدهٔ «{rule}» پاسخ داد که برای همه برقرار است")
        } else {
            format!("جدول {table} نسخهٔ {version} با قاعدهٔ «{rule}» پاسخ داد، چون {}", self.reasons("=", "و"))
        };
        let above: Vec<String> = self.not_fired.iter().take(NAMED_MAX).map(NotFired::in_persian).collect();
        if !above.is_empty() {
            sentence.push_str(&format!("؛ {} قاعده پاسخ نداد: {}", self.not_fired.len(), above.join("، ")));
        }
        sentence
    }

    fn reasons(&self, is: &str, and: &str) -> String {
        let reasons: Vec<String> = self.because.iter().map(|(input, cell)| format!("{input} {is} {cell}")).collect();
        reasons.join(&format!(" {and} "))
    }

    /// The whole decision as data. The inputs are among it: where they are personal, so is this.
    pub fn to_json(&self) -> Value {
        let fired: Vec<Value> = self
            .fired
            .iter()
            .map(|one| json!({ "rule": one.rule, "layer": one.layer, "because": &*one.because }))
            .collect();
        let layers: Vec<Value> = self
            .layers
            .iter()
            .map(|layer| json!({ "pack": layer.pack, "id": layer.id, "version": layer.version }))
            .collect();
        json!({
            "table": self.table,
            "version": self.version,
            "layers": layers,
            "rule": self.rule,
            "fired": fired,
            "outputs": self.outputs,
            "inputs": self.inputs,
            "because": &*self.because,
            "notFired": self.not_fired.iter().map(NotFired::to_json).collect::<Vec<_>>(),
        })
    }
}

impl NotFired {
    fn in_english(&self) -> String {
        let Self { rule, why, .. } = self;
        match why {
            WhyNot::Cell { input, cell, .. } => format!("{rule} ({input} is not {cell})"),
            WhyNot::NotInForce => format!("{rule} (not in force on this day)"),
            WhyNot::Outranked => format!("{rule} (held, but another one ranks higher)"),
        }
    }

    fn in_persian(&self) -> String {
        let Self { rule, why, .. } = self;
        match why {
            WhyNot::Cell { input, .. } => format!("{rule} («{input}»)"),
            WhyNot::NotInForce => format!("{rule} (در این روز اجرا نمی‌شود)"),
            WhyNot::Outranked => format!("{rule} (برقرار بود، ولی قاعده‌ای با اولویت بالاتر پاسخ داد)"),
        }
    }

    fn to_json(&self) -> Value {
        let Self { rule, layer, why } = self;
        match why {
            WhyNot::Cell { input, cell, .. } => json!({ "rule": rule, "layer": layer, "input": input, "cell": cell }),
            WhyNot::NotInForce => json!({ "rule": rule, "layer": layer, "why": "not-in-force" }),
            WhyNot::Outranked => json!({ "rule": rule, "layer": layer, "why": "outranked" }),
        }
    }
}
