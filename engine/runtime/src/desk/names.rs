//! Things of the directory by their names, and what of a person may be shown.

use peygir_casework::records::{self, Records};
use peygir_casework::{text, view as record_view};
use peygir_core::Moment;

use super::Desk;
use super::view::{DirectoryView, Named, Party, PersonView, Stage};
use crate::access::{Grant, Principal, Scope};
use crate::catalog::Catalog;
use crate::vault::{Vault, is_closed};

impl Desk {
    /// What the console needs to draw intake forms: topics, agencies, counties of this deployment.
    pub fn directory(&self) -> DirectoryView {
        let catalog = self.host.engine.catalog();
        let directory = catalog.directory();
        let (title_fa, title_en) = catalog.titles();
        let list = |entries: &[peygir_casework::content::Named]| -> Vec<Named> { entries.iter().map(named).collect() };
        let province = directory.province(catalog.province()).map(named).unwrap_or_else(|| plain(catalog.province()));
        let mut provinces = list(&directory.provinces);
        if directory.province(&province.id).is_none() {
            provinces.insert(0, province.clone());
        }
        DirectoryView {
            deployment: catalog.name().to_owned(),
            title_fa: title_fa.to_owned(),
            title_en: title_en.to_owned(),
            province,
            provinces,
            counties: list(&directory.counties),
            agencies: directory.agencies.iter().map(|agency| triple(&agency.id, &agency.fa, &agency.en)).collect(),
            topics: list(&directory.topics),
            people: directory
                .people
                .iter()
                .map(|person| PersonView {
                    id: person.id.clone(),
                    name: triple(&person.id, &person.fa, &person.en),
                    roles: person.roles.iter().map(|held| held.role.clone()).collect(),
                })
                .collect(),
            roles: list(&directory.roles),
            titles: catalog.titles_of_content().map(|(id, fa, en)| (id.clone(), triple(&id, &fa, &en))).collect(),
            tables: catalog.titles_of_tables().map(|(id, fa, en)| triple(id, fa, en)).collect(),
            packs: catalog.titles_of_packs().map(|(id, fa, en)| triple(id, fa, en)).collect(),
            unsent_channels: catalog.unsent_channels(),
        }
    }

    /// The province that an agency lies in; the deployment's own where the directory says nothing.
    pub fn province_of_agency(&self, agency: &str) -> String {
        let catalog = self.host.engine.catalog();
        let known = catalog.directory().agency(agency).and_then(|agency| agency.province.clone());
        known.unwrap_or_else(|| catalog.province().to_owned())
    }

    /// A person of the directory, by id.
    pub fn person(&self, id: &str) -> Option<Principal> {
        let catalog = self.host.engine.catalog();
        let person = catalog.directory().person(id)?;
        let grants = person
            .roles
            .iter()
            .map(|held| Grant {
                role: held.role.clone(),
                scope: match (&held.agency, &held.county, &held.province) {
                    (Some(agency), _, _) => Scope::Agency(agency.clone()),
                    (None, Some(county), province) => Scope::County {
                        province: province.clone().unwrap_or_else(|| catalog.province().to_owned()),
                        county: county.clone(),
                    },
                    (None, None, Some(province)) => Scope::Province(province.clone()),
                    (None, None, None) => Scope::Nation,
                },
            })
            .collect();
        Some(Principal { id: person.id.clone(), name: person.fa.clone(), grants })
    }
}

fn named(entry: &peygir_casework::content::Named) -> Named {
    triple(&entry.id, &entry.fa, &entry.en)
}

pub(super) fn triple(id: &str, fa: &str, en: &str) -> Named {
    Named { id: id.to_owned(), fa: fa.to_owned(), en: en.to_owned() }
}

pub(super) fn plain(id: &str) -> Named {
    triple(id, id, id)
}

pub(super) fn agency(catalog: &Catalog, id: &str) -> Named {
    catalog.directory().agency(id).map_or_else(|| plain(id), |agency| triple(&agency.id, &agency.fa, &agency.en))
}

pub(super) fn person(catalog: &Catalog, id: &str) -> Named {
    catalog.directory().person(id).map_or_else(|| plain(id), |person| triple(&person.id, &person.fa, &person.en))
}

/// A citizen's details; masked unless they are to be read in clear.
pub(super) fn party(vault: &Vault, party: &records::Party, clear: bool) -> Party {
    let open = |sealed: &Option<String>, mask: fn(&str) -> String| {
        sealed
            .as_ref()
            .map(|token| vault.open(token))
            .map(|text| if clear || is_closed(&text) { text } else { mask(&text) })
    };
    Party {
        national_id: open(&party.national_id, text::mask_national_id),
        mobile: open(&party.mobile, text::mask_mobile),
        name: open(&party.name, str::to_owned),
    }
}

/// Where a case stands, with what its words need.
pub(super) fn stage(catalog: &Catalog, records: &Records) -> Stage {
    let mut args = std::collections::BTreeMap::new();
    if let Some(referral) = records.case.as_ref().and_then(|case| case.referral.as_ref()) {
        let agency = agency(catalog, &referral.agency);
        args.insert("agency".to_owned(), agency.fa);
        args.insert("agencyEn".to_owned(), agency.en);
    }
    let due = records.tasks.values().filter(|task| task.is_open()).filter_map(|task| task.due_at).min();
    args.extend(due.map(|due| ("due".to_owned(), due.to_string())));
    Stage { code: record_view::stage(records).to_owned(), args }
}

pub(super) fn instant(at: Moment) -> String {
    at.to_string()
}
