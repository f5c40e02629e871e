//! Packs, their versions and editions, as clients read and send them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Bilingual, Named, ScopeView};

/// What a client wants to be deployed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewEdition {
    #[serde(default)]
    pub packs: Vec<NewPack>,
    /// Names of packs to be taken away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<String>,
    /// An instant with its offset, or a Solar Hijri date: the beginning of that day. At once where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Everything is checked and nothing is deployed.
    #[serde(default)]
    pub dry_run: bool,
    /// What is planned stands, also where it contradicts this (`PG-P098`): it is told as a warning then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keep_planned: bool,
}

/// A pack with its files, or a version of it that was deployed before.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewPack {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Texts by their paths in the pack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<BTreeMap<String, String>>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EditionDone {
    /// Its number; of a dry run the number that it would have.
    pub edition: u64,
    pub effective_from: String,
    pub packs: Vec<PackVersion>,
    pub removed: Vec<String>,
    /// `NAME@VERSION` of those that were never deployed before.
    pub new: Vec<String>,
    /// Warnings, as `peygir check --format json` tells them.
    pub findings: Vec<Value>,
    /// Nothing was deployed: it was a dry run.
    pub dry_run: bool,
    /// Nothing was deployed: the same is in force without it, or the same request came before.
    pub repeated: bool,
    /// Nothing was deployed, for this edition, which is still to come, brings it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub planned: Option<PlannedEdition>,
    /// What editions that are still to come say of these packs afterwards, the next one first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<ThenView>,
    /// Of a dry run: tables whose rules would differ from those that are in force at that date without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tables: Option<Vec<TableChange>>,
}

/// An edition that is still to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlannedEdition {
    pub edition: u64,
    pub effective_from: String,
}

/// What an edition that is still to come says of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ThenView {
    pub edition: u64,
    pub effective_from: String,
    pub name: String,
    /// Absent where it takes the pack away.
    pub version: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PackVersion {
    pub name: String,
    pub version: String,
    /// SHA-256 of the content, in hexadecimal.
    pub digest: String,
}

/// All packs of a store.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PacksView {
    /// Number of the edition that is in force.
    pub edition: u64,
    /// The edition that rolling all of it back leads to, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
    pub packs: Vec<PackView>,
}

/// A pack: what of it is in force, what is to come, and all its versions.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PackView {
    pub name: String,
    pub title: Bilingual,
    /// Where it holds; everywhere where it names no place.
    #[serde(rename = "for")]
    pub scope: ScopeView,
    pub over: Vec<String>,
    /// The version in force; absent where the pack was taken away, or is only to come.
    pub version: Option<String>,
    /// The version that rolling it back leads to, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The version that the deployment's folder has, where the last start found that it is not the one in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// Every deployment of it, the newest first.
    pub versions: Vec<PackVersionView>,
    /// Whether the reader may deploy it.
    pub may_deploy: bool,
}

/// A version of a pack, or its end, as one edition deployed it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PackVersionView {
    /// Absent where the edition took the pack away.
    pub version: Option<String>,
    pub digest: Option<String>,
    pub edition: u64,
    pub at: String,
    pub effective_from: String,
    pub author: Named,
    pub note: String,
    /// `in-force`, `to-come`, `past`, `withdrawn`, or `broken`: its date has come and it could not be put in force.
    pub state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<EditionWithdrawn>,
}

/// Who took back an edition that was to come, when and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EditionWithdrawn {
    pub at: String,
    pub by: Named,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EditionView {
    pub number: u64,
    pub at: String,
    pub effective_from: String,
    pub author: Named,
    pub note: String,
    pub packs: Vec<PackVersion>,
    pub removed: Vec<String>,
    /// All that is in force with it.
    pub in_force: Vec<PackVersion>,
    /// Of its own packs those that are in force now, also where later editions changed others.
    pub standing: Vec<PackVersion>,
    /// `in-force`, `to-come`, `past`, `withdrawn` or `broken`.
    pub state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<EditionWithdrawn>,
}

/// One version with its files.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PackFiles {
    pub name: String,
    pub version: String,
    pub digest: String,
    pub title: Bilingual,
    #[serde(rename = "for")]
    pub scope: ScopeView,
    pub over: Vec<String>,
    pub files: BTreeMap<String, String>,
    /// Paths of files that name people whom the reader may not see: names, numbers and addresses are masked in them.
    pub masked: Vec<String>,
}

/// How two versions differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PackDifference {
    pub name: String,
    pub from: String,
    pub to: String,
    pub files: Vec<FileDifferenceView>,
    /// All of it as programs show differences.
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileDifferenceView {
    pub path: String,
    /// `added`, `removed` or `changed`.
    pub change: String,
    pub hunks: Vec<HunkView>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HunkView {
    pub from_line: usize,
    pub to_line: usize,
    pub lines: Vec<DifferenceLine>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DifferenceLine {
    /// `same`, `removed` or `added`.
    pub kind: String,
    pub text: String,
}

/// One edition with what changes by it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EditionChanges {
    pub edition: EditionView,
    /// The edition that it is compared with: the one before it in force; none of the first.
    pub previous: Option<u64>,
    pub packs: Vec<PackChange>,
    /// False where there is nothing to compare with, or it can't be read any more.
    pub rules_compared: bool,
    /// Tables whose rules differ, each with the places in which they do.
    pub tables: Vec<TableChange>,
}

/// A pack that an edition brings or takes away.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PackChange {
    pub name: String,
    pub title: Bilingual,
    #[serde(rename = "for")]
    pub scope: ScopeView,
    /// The version before; absent where there was none.
    pub from: Option<String>,
    /// Absent where the pack is taken away.
    pub to: Option<String>,
    /// Where going back from what is in force leads now, as `before` of the pack says it.
    pub before: Option<String>,
    /// Files that differ from the version before.
    pub files: Vec<FileDifferenceView>,
    /// Some files are named without their lines: they would be too many.
    pub cut: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TableChange {
    pub table: String,
    pub title: Bilingual,
    /// Versions of the table's base; absent where there is no such table.
    pub from: Option<String>,
    pub to: Option<String>,
    /// Where the rules change so.
    pub places: Vec<ScopeView>,
    pub rules: Vec<RuleChange>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleChange {
    pub rule: String,
    /// `added`, `removed`, `changed`, or `moved`: it says the same and stands elsewhere in the order.
    pub change: String,
    /// The rule as a sentence.
    pub before: Option<Bilingual>,
    pub after: Option<Bilingual>,
}
