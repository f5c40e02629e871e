//! Packs as a browser sends them: which packs the files are, and how each file stands to the version in force.
//!
//! Deploys nothing and checks nothing but that there are packs. Of a version in force only what the sender may read is looked at.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Desk;
use super::super::refusal::Refusal;
use super::super::view::NewPack;
use crate::access::Principal;
use crate::pack::Bundle;
use crate::packs::uploaded;

/// A pack that was sent beside its version in force: every file of either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilesSent {
    pub name: String,
    /// None where no version is in force.
    pub in_force: Option<String>,
    /// By their paths.
    pub files: Vec<(String, FileState)>,
}

/// How a file that was sent stands to the version in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    New,
    Changed,
    Same,
    /// The version in force has it, and it was not sent.
    Gone,
}

impl Desk {
    /// The packs among files that a browser sent, each under its path; or what is wrong with them. Files without folders lie
    /// where the version in force has them.
    pub async fn packs_of_files(&self, by: &Principal, files: Vec<(String, Vec<u8>)>) -> Result<Vec<NewPack>, Refusal> {
        let before = match uploaded::name_of_bare(&files) {
            Some(name) => self.in_force(by, &name).await?,
            None => None,
        };
        let before = before.map(|bundle| bundle.files).unwrap_or_default();
        let pack = |(name, files): uploaded::Sent| NewPack { name, version: None, files: Some(files) };
        let packs = uploaded::packs(files, &before).map_err(Refusal::Findings)?;
        Ok(packs.into_iter().map(pack).collect())
    }

    /// How the files of packs that were sent stand to their versions in force.
    pub async fn files_sent(&self, by: &Principal, packs: &[NewPack]) -> Result<Vec<FilesSent>, Refusal> {
        let mut told = Vec::new();
        for pack in packs {
            let Some(files) = &pack.files else { continue };
            let before = self.in_force(by, &pack.name).await?;
            let nothing = BTreeMap::new();
            let there = before.as_ref().map_or(&nothing, |bundle| &bundle.files);
            let in_force = before.as_ref().map(|bundle| bundle.version.clone());
            told.push(FilesSent { name: pack.name.clone(), in_force, files: states(there, files) });
        }
        Ok(told)
    }

    /// The version of a pack that is in force, where the reader may read it.
    async fn in_force(&self, by: &Principal, name: &str) -> Result<Option<Bundle>, Refusal> {
        let (editions, number) = self.editions_or_none();
        let sight = self.sight(by, &editions).await?;
        let in_force = sight.filter(&editions.packs_of(number)).into_iter().find(|pack| pack.name == name);
        match in_force {
            Some(pack) => Ok(Some(self.stored(name, &pack.version).await?)),
            None => Ok(None),
        }
    }
}

fn states(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<(String, FileState)> {
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let state = |path: &String| match (before.get(path), after.get(path)) {
        (None, _) => FileState::New,
        (Some(_), None) => FileState::Gone,
        (Some(before), Some(after)) if before == after => FileState::Same,
        _ => FileState::Changed,
    };
    paths.into_iter().map(|path| (path.clone(), state(path))).collect()
}
