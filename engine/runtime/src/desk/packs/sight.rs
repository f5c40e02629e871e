//! Whose packs somebody may read: those that hold where one of their roles does, and those that these extend.
//!
//! A pack of another place is nobody's affair here: not its files, not its versions, not who deployed it. People who are
//! named in directories are masked for whoever does not administer the pack's place.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use peygir_calendar::Place;

use super::super::refusal::Refusal;
use super::super::{Desk, blocking, place_of_pack};
use crate::access::{Permission, Principal, Scope};
use crate::catalog::Catalog;
use crate::pack::Head;
use crate::packs::{Editions, PackRef};

/// Heads of versions that are kept; a store has more only after years.
const HEADS_MAX: usize = 20_000;

/// Heads of versions by name and version. A version never changes.
pub(in crate::desk) type Heads = BTreeMap<(String, String), Arc<Head>>;

/// What of all packs somebody may read.
pub(in crate::desk) enum Sight {
    Everything,
    /// Versions by name.
    Of(BTreeMap<String, BTreeSet<String>>),
}

impl Sight {
    pub fn reads(&self, name: &str, version: &str) -> bool {
        match self {
            Sight::Everything => true,
            Sight::Of(versions) => versions.get(name).is_some_and(|versions| versions.contains(version)),
        }
    }

    pub fn reads_some(&self, name: &str) -> bool {
        matches!(self, Sight::Everything) || matches!(self, Sight::Of(versions) if versions.contains_key(name))
    }

    pub fn filter(&self, packs: &[PackRef]) -> Vec<PackRef> {
        packs.iter().filter(|pack| self.reads(&pack.name, &pack.version)).cloned().collect()
    }
}

impl Desk {
    /// What of the packs of all editions somebody may read.
    pub(in crate::desk) async fn sight(&self, by: &Principal, editions: &Editions) -> Result<Sight, Refusal> {
        if !by.may_somewhere(Permission::PackRead) {
            return Err(Refusal::Forbidden);
        }
        if by.may(Permission::PackRead, &place_of_pack(&Place::default())) {
            return Ok(Sight::Everything);
        }
        let heads = self.heads(editions).await?;
        let catalog = self.host.engine.catalog();
        let mut read: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut below: Vec<String> = Vec::new();
        for ((name, version), head) in &heads {
            if holds_for(&catalog, by, &head.place) {
                read.entry(name.clone()).or_default().insert(version.clone());
                below.extend(head.over.iter().cloned());
            }
        }
        while let Some(name) = below.pop() {
            for ((_, version), head) in heads.iter().filter(|((other, _), _)| *other == name) {
                if read.entry(name.clone()).or_default().insert(version.clone()) {
                    below.extend(head.over.iter().cloned());
                }
            }
        }
        Ok(Sight::Of(read))
    }

    /// What every version's `pack.yaml` says of its place and the packs below.
    async fn heads(&self, editions: &Editions) -> Result<Heads, Refusal> {
        let all = editions.all.values().flat_map(|edition| &edition.packs);
        let all: BTreeSet<(String, String)> = all.map(|pack| (pack.name.clone(), pack.version.clone())).collect();
        let known = self.heads.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        let missing: Vec<_> = all.into_iter().filter(|key| !known.contains_key(key)).collect();
        if missing.is_empty() {
            return Ok(known);
        }
        let engine = self.host.engine.clone();
        let mut heads = blocking(move || {
            let mut found = Heads::new();
            for (name, version) in missing {
                let head = engine.pack_head(&name, &version)?;
                found.extend(head.map(|head| ((name, version), Arc::new(head))));
            }
            Ok(found)
        })
        .await?;
        heads.extend(known);
        let mut kept = self.heads.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if heads.len() <= HEADS_MAX {
            kept.clone_from(&heads);
        }
        Ok(heads)
    }

    /// Whether people named in a pack for this place are read in clear.
    pub(super) fn reads_staff(&self, by: &Principal, place: &Place) -> bool {
        by.may(Permission::StaffRead, &place_of_pack(place))
    }

    /// Whether what holds in a place is some of the reader's affair.
    pub(super) fn reads_place(&self, by: &Principal, place: &Place) -> bool {
        holds_for(&self.host.engine.catalog(), by, place)
    }
}

/// Whether a pack for this place holds somewhere in one of the scopes in which packs may be read.
fn holds_for(catalog: &Catalog, by: &Principal, place: &Place) -> bool {
    let roles = Permission::PackRead.roles();
    let grants = by.grants.iter().filter(|grant| roles.contains(&grant.role.as_str()));
    grants.into_iter().any(|grant| meets(catalog, &grant.scope, place))
}

/// Whether some case lies in the scope and in the pack's place at once.
fn meets(catalog: &Catalog, scope: &Scope, place: &Place) -> bool {
    let known = |agency: &str| {
        let agency = catalog.directory().agency(agency);
        (agency.and_then(|agency| agency.province.clone()), agency.and_then(|agency| agency.county.clone()))
    };
    let fits = |part: &Option<String>, wanted: &str| part.as_deref().is_none_or(|part| part == wanted);
    // An agency's own pack holds where the agency is, whether or not it says so.
    let (province, county) = match &place.agency {
        Some(agency) => {
            let (province, county) = known(agency);
            (place.province.clone().or(province), place.county.clone().or(county))
        }
        None => (place.province.clone(), place.county.clone()),
    };
    match scope {
        Scope::Nation => true,
        Scope::Province(wanted) => fits(&province, wanted),
        Scope::County { province: wanted, county: part } => fits(&province, wanted) && fits(&county, part),
        Scope::Agency(wanted) => {
            let (province, county) = known(wanted);
            let province = province.unwrap_or_else(|| catalog.province().to_owned());
            fits(&place.agency, wanted)
                && fits(&place.province, &province)
                && county.is_none_or(|county| fits(&place.county, &county))
        }
    }
}
