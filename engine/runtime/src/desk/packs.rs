//! Packs: what was deployed, by whom, since when, and how versions differ.

mod changes;
mod sent;
mod sight;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use peygir_calendar::{Name, Place};

use super::names::{instant, person};
use super::refusal::Refusal;
use super::view::{
    Bilingual, DifferenceLine, EditionView, EditionWithdrawn, FileDifferenceView, HunkView, Named, PackDifference,
    PackFiles, PackVersion, PackVersionView, PackView, PacksView, ScopeView,
};
use super::{Desk, blocking, place_of_pack};
use crate::access::{Permission, Principal};
use crate::hex::hex;
use crate::pack::Bundle;
use crate::packs::difference::{self, FileDifference, Kind};
use crate::packs::{Edition, Editions, FOLDER, PackRef, staff};

pub use sent::{FileState, FilesSent};
pub(super) use sight::Heads;
use sight::Sight;

impl Desk {
    pub async fn packs(&self, by: &Principal) -> Result<PacksView, Refusal> {
        let (editions, number) = self.editions_or_none();
        let sight = self.sight(by, &editions).await?;
        let names: BTreeSet<&String> =
            editions.all.values().flat_map(|edition| edition.packs.iter().map(|pack| &pack.name)).collect();
        let mut packs = Vec::new();
        for name in names.into_iter().filter(|name| sight.reads_some(name)) {
            packs.push(self.pack_view(by, &editions, number, name, &sight).await?);
        }
        Ok(PacksView { edition: number, before: editions.edition_before(number), packs })
    }

    pub async fn pack(&self, by: &Principal, name: &str) -> Result<PackView, Refusal> {
        let (editions, number) = self.editions_or_none();
        let sight = self.sight(by, &editions).await?;
        if editions.versions(name).is_empty() {
            Err(Refusal::NotFound)
        } else if sight.reads_some(name) {
            self.pack_view(by, &editions, number, name, &sight).await
        } else {
            Err(Refusal::Forbidden)
        }
    }

    /// Newest first; of each what the reader may read, and none of those of which that is nothing.
    pub async fn editions(&self, by: &Principal) -> Result<Vec<EditionView>, Refusal> {
        let (editions, number) = self.editions_or_none();
        let sight = self.sight(by, &editions).await?;
        let concerning = editions.all.values().rev().filter(|edition| concerns(edition, &sight));
        Ok(concerning.map(|edition| self.edition_view(&editions, number, edition, &sight)).collect())
    }

    pub(super) fn edition_view(
        &self,
        editions: &Editions,
        number: u64,
        edition: &Edition,
        sight: &Sight,
    ) -> EditionView {
        EditionView {
            number: edition.number,
            at: instant(edition.at),
            effective_from: instant(edition.effective_from),
            author: self.author(&edition.author),
            note: edition.note.clone(),
            packs: sight.filter(&edition.packs).iter().map(pack_version).collect(),
            removed: edition.removed.iter().filter(|name| sight.reads_some(name)).cloned().collect(),
            in_force: sight.filter(&editions.packs_of(edition.number)).iter().map(pack_version).collect(),
            standing: sight.filter(&editions.standing(edition, number)).iter().map(pack_version).collect(),
            state: self.state(editions, number, edition).to_owned(),
            withdrawn: self.withdrawn(edition),
        }
    }

    fn withdrawn(&self, edition: &Edition) -> Option<EditionWithdrawn> {
        let withdrawn = edition.withdrawn.as_ref()?;
        let (at, by) = (instant(withdrawn.at), self.author(&withdrawn.by));
        Some(EditionWithdrawn { at, by, reason: withdrawn.reason.clone() })
    }

    pub async fn pack_files(&self, by: &Principal, name: &str, version: &str) -> Result<PackFiles, Refusal> {
        let bundle = self.readable_pack(by, name, version).await?;
        let masked = if self.reads_staff(by, &bundle.place) { BTreeMap::new() } else { staff::masked(&bundle) };
        let paths = masked.keys().cloned().collect();
        let mut files = bundle.files.clone();
        files.extend(masked);
        Ok(PackFiles {
            digest: hex(&bundle.digest),
            title: title(&bundle),
            scope: scope(&bundle.place),
            over: bundle.over.clone(),
            name: bundle.name,
            version: bundle.version,
            files,
            masked: paths,
        })
    }

    pub async fn pack_difference(
        &self,
        by: &Principal,
        name: &str,
        from: &str,
        to: &str,
    ) -> Result<PackDifference, Refusal> {
        let (earlier, later) = (self.readable_pack(by, name, from).await?, self.readable_pack(by, name, to).await?);
        let found = self.differences(by, &earlier, &later);
        let text = difference::to_text(&found, &earlier.label(), &later.label());
        let files = found.into_iter().map(file_view).collect();
        Ok(PackDifference { name: name.to_owned(), from: from.to_owned(), to: to.to_owned(), files, text })
    }

    /// How two versions differ, as the reader may read it.
    fn differences(&self, by: &Principal, earlier: &Bundle, later: &Bundle) -> Vec<FileDifference> {
        let mut found = difference::between(earlier, later);
        if !(self.reads_staff(by, &earlier.place) && self.reads_staff(by, &later.place)) {
            staff::mask_differences(&mut found, earlier, later);
        }
        found
    }

    /// A version that the reader may read.
    async fn readable_pack(&self, by: &Principal, name: &str, version: &str) -> Result<Bundle, Refusal> {
        let (editions, _) = self.editions_or_none();
        let sight = self.sight(by, &editions).await?;
        let bundle = self.stored(name, version).await?;
        if sight.reads(name, version) { Ok(bundle) } else { Err(Refusal::Forbidden) }
    }

    pub(super) fn editions_or_none(&self) -> (Arc<Editions>, u64) {
        self.host.engine.editions().unwrap_or_default()
    }

    pub(super) async fn stored(&self, name: &str, version: &str) -> Result<Bundle, Refusal> {
        let engine = self.host.engine.clone();
        let (name, version) = (name.to_owned(), version.to_owned());
        blocking(move || engine.stored_pack(&name, &version)).await?.ok_or(Refusal::NotFound)
    }

    /// The version that the folder has, where that is not the one in force.
    fn folder_version(&self, name: &str, in_force: Option<&PackRef>) -> Option<String> {
        let left = self.host.engine.left_in_folder();
        let left = left.into_iter().find_map(|label| Some(label.strip_prefix(name)?.strip_prefix('@')?.to_owned()))?;
        (in_force.map(|pack| &pack.version) != Some(&left)).then_some(left)
    }

    fn author(&self, id: &str) -> Named {
        if id == FOLDER {
            return Named {
                id: FOLDER.to_owned(),
                fa: "پوشهٔ استقرار".to_owned(),
                en: "the deployment's folder".to_owned(),
            };
        }
        person(&self.host.engine.catalog(), id)
    }

    fn state(&self, editions: &Editions, number: u64, edition: &Edition) -> &'static str {
        if !edition.counts() {
            return "withdrawn";
        }
        if self.host.engine.is_broken_edition(edition.number) {
            return "broken";
        }
        let order = |edition: &Edition| (edition.effective_from, edition.number);
        match editions.all.get(&number) {
            _ if edition.number == number => "in-force",
            Some(present) if order(edition) < order(present) => "past",
            _ => "to-come",
        }
    }

    async fn pack_view(
        &self,
        by: &Principal,
        editions: &Editions,
        number: u64,
        name: &str,
        sight: &Sight,
    ) -> Result<PackView, Refusal> {
        let in_force = sight.filter(&editions.packs_of(number)).into_iter().find(|pack| pack.name == name);
        let concerning: Vec<&Edition> = {
            let mut all: Vec<&Edition> = editions.all.values().filter(|edition| edition.concerns(name)).collect();
            all.sort_by_key(|edition| std::cmp::Reverse((edition.effective_from, edition.number)));
            all
        };
        let mut present_seen = false;
        let mut versions = Vec::new();
        for edition in concerning {
            let pack = edition.packs.iter().find(|pack| pack.name == name);
            let mut state = self.state(editions, number, edition);
            // The last whose date has come is the one in force, though a later edition may have brought other packs.
            if state == "past" || state == "in-force" {
                state = if present_seen { "past" } else { "in-force" };
                present_seen = true;
            }
            if pack.is_some_and(|pack| !sight.reads(name, &pack.version)) {
                continue;
            }
            versions.push(PackVersionView {
                version: pack.map(|pack| pack.version.clone()),
                digest: pack.map(|pack| pack.digest.clone()),
                edition: edition.number,
                at: instant(edition.at),
                effective_from: instant(edition.effective_from),
                author: self.author(&edition.author),
                note: edition.note.clone(),
                state: state.to_owned(),
                withdrawn: self.withdrawn(edition),
            });
        }
        let mut deployed = editions.versions(name).into_iter().map(|(_, pack)| pack);
        let newest = in_force.clone().or_else(|| deployed.rfind(|pack| sight.reads(name, &pack.version)).cloned());
        let shown = newest.ok_or(Refusal::NotFound)?;
        let bundle = self.stored(name, &shown.version).await?;
        Ok(PackView {
            name: name.to_owned(),
            title: title(&bundle),
            scope: scope(&bundle.place),
            over: bundle.over.clone(),
            folder: self.folder_version(name, in_force.as_ref()).filter(|_| sight.reads_some(name)),
            version: in_force.map(|pack| pack.version),
            before: version_to_go_back_to(editions, number, name, sight),
            versions,
            may_deploy: by.may(Permission::PackDeploy, &place_of_pack(&bundle.place)),
        })
    }
}

/// Whether an edition says something of a pack that is read.
fn concerns(edition: &Edition, sight: &Sight) -> bool {
    !sight.filter(&edition.packs).is_empty() || edition.removed.iter().any(|name| sight.reads_some(name))
}

/// Where going back from what is in force leads, as far as the reader may read it. Console, API and command ask this alone.
fn version_to_go_back_to(editions: &Editions, present: u64, name: &str, sight: &Sight) -> Option<String> {
    let before = editions.version_before(name, present)?;
    sight.reads(name, &before.version).then(|| before.version.clone())
}

pub(super) fn pack_version(pack: &PackRef) -> PackVersion {
    PackVersion { name: pack.name.clone(), version: pack.version.clone(), digest: pack.digest.clone() }
}

fn title(bundle: &Bundle) -> Bilingual {
    Bilingual { fa: bundle.title.fa.clone(), en: bundle.title.en.clone() }
}

fn both(name: Name) -> Bilingual {
    Bilingual { fa: name.fa, en: name.en }
}

fn scope(place: &Place) -> ScopeView {
    ScopeView { province: place.province.clone(), county: place.county.clone(), agency: place.agency.clone() }
}

fn file_view(file: difference::FileDifference) -> FileDifferenceView {
    let line = |line: difference::Line| DifferenceLine {
        kind: match line.kind {
            Kind::Same => "same",
            Kind::Removed => "removed",
            Kind::Added => "added",
        }
        .to_owned(),
        text: line.text,
    };
    let hunk = |hunk: difference::Hunk| HunkView {
        from_line: hunk.from_line,
        to_line: hunk.to_line,
        lines: hunk.lines.into_iter().map(line).collect(),
    };
    FileDifferenceView {
        path: file.path,
        change: file.change.as_str().to_owned(),
        hunks: file.hunks.into_iter().map(hunk).collect(),
    }
}
