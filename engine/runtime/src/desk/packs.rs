//! Packs: what was deployed, by whom, since when, and how versions differ.

use std::collections::BTreeSet;
use std::sync::Arc;

use peygir_calendar::Place;

use super::names::{instant, person};
use super::refusal::Refusal;
use super::view::{
    Bilingual, DifferenceLine, EditionView, EditionWithdrawn, FileDifferenceView, HunkView, Named, PackDifference,
    PackFiles, PackVersion, PackVersionView, PackView, PacksView, ScopeView,
};
use super::{Desk, blocking, place_of_pack};
use crate::access::{Permission, Principal};
use crate::pack::Bundle;
use crate::packs::difference::{self, Kind};
use crate::packs::{Edition, Editions, FOLDER, PackRef, hex};

impl Desk {
    pub async fn packs(&self, by: &Principal) -> Result<PacksView, Refusal> {
        self.may_read(by)?;
        let (editions, number) = self.editions_or_none();
        let names: BTreeSet<&String> =
            editions.all.values().flat_map(|edition| edition.packs.iter().map(|pack| &pack.name)).collect();
        let mut packs = Vec::new();
        for name in names {
            packs.push(self.pack_view(by, &editions, number, name).await?);
        }
        Ok(PacksView { edition: number, packs })
    }

    pub async fn pack(&self, by: &Principal, name: &str) -> Result<PackView, Refusal> {
        self.may_read(by)?;
        let (editions, number) = self.editions_or_none();
        if editions.versions(name).is_empty() {
            Err(Refusal::NotFound)
        } else {
            self.pack_view(by, &editions, number, name).await
        }
    }

    /// Newest first.
    pub async fn editions(&self, by: &Principal) -> Result<Vec<EditionView>, Refusal> {
        self.may_read(by)?;
        let (editions, number) = self.editions_or_none();
        Ok(editions.all.values().rev().map(|edition| self.edition_view(&editions, number, edition)).collect())
    }

    pub(super) fn edition_view(&self, editions: &Editions, number: u64, edition: &Edition) -> EditionView {
        EditionView {
            number: edition.number,
            at: instant(edition.at),
            effective_from: instant(edition.effective_from),
            author: self.author(&edition.author),
            note: edition.note.clone(),
            packs: edition.packs.iter().map(pack_version).collect(),
            removed: edition.removed.clone(),
            in_force: editions.packs_of(edition.number).iter().map(pack_version).collect(),
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
        self.may_read(by)?;
        let bundle = self.stored(name, version).await?;
        Ok(PackFiles {
            digest: hex(&bundle.digest),
            title: title(&bundle),
            scope: scope(&bundle.place),
            over: bundle.over.clone(),
            name: bundle.name,
            version: bundle.version,
            files: bundle.files,
        })
    }

    pub async fn pack_difference(
        &self,
        by: &Principal,
        name: &str,
        from: &str,
        to: &str,
    ) -> Result<PackDifference, Refusal> {
        self.may_read(by)?;
        let (earlier, later) = (self.stored(name, from).await?, self.stored(name, to).await?);
        let found = difference::between(&earlier, &later);
        let text = difference::to_text(&found, &earlier.label(), &later.label());
        let files = found.into_iter().map(file_view).collect();
        Ok(PackDifference { name: name.to_owned(), from: from.to_owned(), to: to.to_owned(), files, text })
    }

    fn may_read(&self, by: &Principal) -> Result<(), Refusal> {
        if by.may_somewhere(Permission::PackRead) { Ok(()) } else { Err(Refusal::Forbidden) }
    }

    pub(super) fn editions_or_none(&self) -> (Arc<Editions>, u64) {
        self.host.engine.editions().unwrap_or_default()
    }

    pub(super) async fn stored(&self, name: &str, version: &str) -> Result<Bundle, Refusal> {
        let engine = self.host.engine.clone();
        let (name, version) = (name.to_owned(), version.to_owned());
        blocking(move || engine.stored_pack(&name, &version)).await?.ok_or(Refusal::NotFound)
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
    ) -> Result<PackView, Refusal> {
        let in_force = editions.packs_of(number).into_iter().find(|pack| pack.name == name);
        let concerning: Vec<&Edition> = {
            let mut all: Vec<&Edition> = editions.all.values().filter(|edition| edition.concerns(name)).collect();
            all.sort_by_key(|edition| std::cmp::Reverse((edition.effective_from, edition.number)));
            all
        };
        let mut present_seen = false;
        let mut versions = Vec::new();
        for edition in &concerning {
            let pack = edition.packs.iter().find(|pack| pack.name == name);
            let mut state = self.state(editions, number, edition);
            // The last whose date has come is the one in force, though a later edition may have brought other packs.
            if state == "past" || state == "in-force" {
                state = if present_seen { "past" } else { "in-force" };
                present_seen = true;
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
        let newest = in_force.clone().or_else(|| editions.versions(name).pop().map(|(_, pack)| pack.clone()));
        let shown = newest.ok_or(Refusal::NotFound)?;
        let bundle = self.stored(name, &shown.version).await?;
        Ok(PackView {
            name: name.to_owned(),
            title: title(&bundle),
            scope: scope(&bundle.place),
            over: bundle.over.clone(),
            version: in_force.map(|pack| pack.version),
            versions,
            may_deploy: by.may(Permission::PackDeploy, &place_of_pack(&bundle.place)),
        })
    }
}

pub(super) fn pack_version(pack: &PackRef) -> PackVersion {
    PackVersion { name: pack.name.clone(), version: pack.version.clone(), digest: pack.digest.clone() }
}

fn title(bundle: &Bundle) -> Bilingual {
    Bilingual { fa: bundle.title.fa.clone(), en: bundle.title.en.clone() }
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
