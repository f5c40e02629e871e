//! A decision in a sentence, and as data for the journal.

use serde_json::{Value, json};

use crate::decide::Decision;

/// Most rules above the answering one that a sentence names.
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
        let above: Vec<String> = self
            .not_fired
            .iter()
            .take(NAMED_MAX)
            .map(|above| format!("{} ({} is not {})", above.rule, above.input, above.cell))
            .collect();
        if !above.is_empty() {
            sentence.push_str(&format!("; {} rules above did not hold: {}", self.not_fired.len(), above.join(", ")));
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
        let above: Vec<String> =
            self.not_fired.iter().take(NAMED_MAX).map(|above| format!("{} («{}»)", above.rule, above.input)).collect();
        if !above.is_empty() {
            sentence.push_str(&format!("؛ {} قاعدهٔ بالاتر برقرار نبود: {}", self.not_fired.len(), above.join("، ")));
        }
        sentence
    }

    fn reasons(&self, is: &str, and: &str) -> String {
        let reasons: Vec<String> = self.because.iter().map(|(input, cell)| format!("{input} {is} {cell}")).collect();
        reasons.join(&format!(" {and} "))
    }

    /// The whole decision as data. The inputs are among it: where they are personal, so is this.
    pub fn to_json(&self) -> Value {
        let not_fired: Vec<Value> = self
            .not_fired
            .iter()
            .map(|above| json!({ "rule": above.rule, "input": above.input, "cell": above.cell }))
            .collect();
        json!({
            "table": self.table,
            "version": self.version,
            "rule": self.rule,
            "outputs": self.outputs,
            "inputs": self.inputs,
            "because": self.because,
            "notFired": not_fired,
        })
    }
}
