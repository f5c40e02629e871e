//! Decisions on a case, as clients read them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Bilingual;

/// A decision of a table, with why it came out so. Personal numbers are masked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DecisionView {
    pub at: String,
    /// `namespace/name:version` of the flow that asked.
    pub flow: String,
    /// Names of the tasks that lead to the call.
    pub step: String,
    pub table: String,
    pub title: Bilingual,
    /// Of the table's base.
    pub version: String,
    /// The deployment that was in force, where it is on record.
    pub edition: Option<u64>,
    /// What the table was merged from, the base first; empty where it is not on record.
    pub layers: Vec<DecisionLayer>,
    /// Those that answered: one, or with `hit: collect` one and more.
    pub rules: Vec<DecisionRule>,
    pub outputs: Value,
    pub inputs: Vec<DecisionInput>,
    /// The rules that were looked at and did not answer, in the order of the table.
    pub not_fired: Vec<StoppedRule>,
    pub sentence: Bilingual,
    pub again: Again,
    /// What has to be known about the explanation.
    pub caveat: Option<Bilingual>,
}

/// Whether the decision could be made once more, by the table of then and the inputs on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Again {
    /// The same rules gave the same answer.
    Same,
    /// The table that is to be had answers something else.
    Differs,
    /// The table of then is not to be had.
    TableGone,
    /// An input was erased with the citizen's data.
    Erased,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DecisionLayer {
    pub pack: String,
    pub pack_version: Option<String>,
    pub title: Bilingual,
    /// Id of the overlay; none of the base.
    pub overlay: Option<String>,
    /// Of the table or the overlay.
    pub version: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DecisionRule {
    pub rule: String,
    pub title: Option<Bilingual>,
    /// The layer it was born in, an index of the layers; none where it is not on record.
    pub layer: Option<usize>,
    /// The overlay that replaced parts of it.
    pub changed_by: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DecisionInput {
    pub name: String,
    pub title: Bilingual,
    /// Null where it had none.
    pub value: Value,
    /// The value in words.
    pub shown: Bilingual,
    /// Whether a rule that was looked at asked for it.
    pub looked_at: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoppedRule {
    pub rule: String,
    pub title: Option<Bilingual>,
    pub layer: usize,
    pub why: Stopped,
    /// The first cell that did not hold: its input, and the cell as written.
    pub input: Option<String>,
    pub cell: Option<String>,
    pub text: Bilingual,
}

/// What stopped a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stopped {
    /// A cell did not hold.
    Cell,
    /// The day was none of the rule's days.
    NotInForce,
    /// It held, and another one answered.
    Outranked,
    /// A cell or an answer of it failed, which took nothing from the rule that answered.
    Faulted,
}
