//! Where places lie, and by which of their parts a case is told from others where packs hold together: in the pack of a province by
//! its county, and anywhere by the agency that the citizen named.
//!
//! Owns: which values such a part has, as far as directories say. Deliberately does not know what is asked about them.

use std::collections::BTreeMap;

use peygir_calendar::Place;
use peygir_casework::content::Directory;
use peygir_decision::analysis::{Fixed, Split};

use super::homes::Homes;

/// What directories say of places.
#[derive(Clone, Copy)]
pub(super) struct Grounds<'d> {
    pub directory: &'d Directory,
    pub homes: &'d Homes,
}

impl Grounds<'_> {
    /// A place with the parts that follow from those it names.
    pub fn located(&self, place: &Place) -> Place {
        self.homes.located(place, self.directory).unwrap_or_else(|_| place.clone())
    }

    /// The parts that a place leaves open, each with what a case may have. Nearly every case has a province and a county; few
    /// citizens name an agency.
    pub fn splits(&self, place: &Place) -> Vec<Split> {
        let place = self.located(place);
        let mut splits = Vec::new();
        if place.province.is_none() {
            let ids = self.directory.provinces.iter().map(|province| (province.id.clone(), Fixed::new()));
            splits.push(Split { from: "case.province".to_owned(), values: ids.collect(), is_usual: true });
        }
        if place.county.is_none() {
            splits.push(Split { from: "case.county".to_owned(), values: self.counties(&place), is_usual: true });
        }
        if place.agency.is_none() {
            let is_here = |own: &Option<String>| match (own, &place.province) {
                (Some(own), Some(province)) => own == province,
                _ => true,
            };
            let here = self.directory.agencies.iter().filter(|agency| is_here(&agency.province));
            let values = here.map(|agency| (agency.id.clone(), Fixed::new())).collect();
            splits.push(Split { from: "case.agency".to_owned(), values, is_usual: false });
        }
        splits.retain(|split| !split.values.is_empty());
        splits
    }

    /// The counties of a province; without one those of all, each with its own province.
    fn counties(&self, place: &Place) -> BTreeMap<String, Fixed> {
        if let Some(province) = &place.province {
            let counties = self.homes.counties_of(province).into_iter().flatten();
            return counties.map(|county| (county.to_owned(), Fixed::new())).collect();
        }
        let of = |county: &str| {
            let alone = Place { county: Some(county.to_owned()), ..Place::default() };
            let province = self.located(&alone).province;
            province.map(|province| ("case.province".to_owned(), province)).into_iter().collect()
        };
        self.directory.counties.iter().map(|county| (county.id.clone(), of(&county.id))).collect()
    }
}
