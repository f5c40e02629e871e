//! Which places the packs of a deployment name, and which combinations of them there are.
//!
//! What is in force in a place hangs on the packs alone that hold there. A province, a county or an agency that no pack
//! names is like any other that none names: so there are only as many combinations as packs make.

use std::collections::{BTreeMap, BTreeSet};

use peygir_calendar::{Place, Scope};

/// Most combinations of provinces, counties and agencies that the packs of a deployment may name.
pub const COMBINATIONS_MAX: usize = 4_096;

/// The scopes of all packs.
#[derive(Debug, Clone, Default)]
pub(super) struct Named(Vec<Scope>);

impl Named {
    pub fn of<'a>(scopes: impl Iterator<Item = &'a Scope>) -> Self {
        let narrow = scopes.filter(|scope| **scope != Scope::default());
        Self(narrow.cloned().collect::<BTreeSet<_>>().into_iter().collect())
    }

    /// Whether all packs hold everywhere.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A place as packs see it: without what none of them names. The same packs hold there.
    pub fn seen(&self, place: &Place) -> Place {
        let Place { province, county, agency } = place;
        let named = |is: &dyn Fn(&Scope) -> bool| self.0.iter().any(is);
        let province = province.clone().filter(|_| named(&|scope| scope.province == *province));
        let county =
            county.clone().filter(|_| named(&|scope| scope.county == *county && of_province(scope, &province)));
        let agency = agency.clone().filter(|_| {
            named(&|scope| scope.agency == *agency && of_province(scope, &province) && of_county(scope, &county))
        });
        Place { province, county, agency }
    }

    /// Every place that packs can tell from others, those of the fewest parts first; none where there are too many.
    pub fn combinations(&self) -> Option<Vec<Place>> {
        let mut places = vec![Place::default()];
        let provinces = self.0.iter().filter_map(|scope| scope.province.clone()).collect::<BTreeSet<_>>();
        places.extend(provinces.into_iter().map(|province| Place { province: Some(province), ..Place::default() }));
        self.narrow(&mut places, |scope, place| {
            let county = scope.county.clone().filter(|_| of_province(scope, &place.province))?;
            Some(Place { county: Some(county), ..place.clone() })
        })?;
        self.narrow(&mut places, |scope, place| {
            let here = of_province(scope, &place.province) && of_county(scope, &place.county);
            Some(Place { agency: Some(scope.agency.clone().filter(|_| here)?), ..place.clone() })
        })?;
        let parts = |place: &Place| [&place.province, &place.county, &place.agency].into_iter().flatten().count();
        places.sort_by_key(|place| (parts(place), place.clone()));
        Some(places)
    }

    /// Adds the places that scopes name within the ones that there are.
    fn narrow(&self, places: &mut Vec<Place>, within: impl Fn(&Scope, &Place) -> Option<Place>) -> Option<()> {
        let mut narrower = BTreeSet::new();
        for place in places.iter() {
            narrower.extend(self.0.iter().filter_map(|scope| within(scope, place)));
            if places.len() + narrower.len() > COMBINATIONS_MAX {
                return None;
            }
        }
        places.extend(narrower);
        Some(())
    }
}

fn of_province(scope: &Scope, province: &Option<String>) -> bool {
    scope.province.is_none() || scope.province == *province
}

fn of_county(scope: &Scope, county: &Option<String>) -> bool {
    scope.county.is_none() || scope.county == *county
}

/// The widest place in which a scope holds.
pub(super) fn own_place(scope: &Scope) -> Place {
    Place { province: scope.province.clone(), county: scope.county.clone(), agency: scope.agency.clone() }
}

/// The widest place in which both hold; none where there is none.
pub(super) fn meet(one: &Scope, other: &Scope) -> Option<Place> {
    let part = |one: &Option<String>, other: &Option<String>| match (one, other) {
        (Some(one), Some(other)) if one != other => None,
        (one, other) => Some(one.clone().or_else(|| other.clone())),
    };
    Some(Place {
        province: part(&one.province, &other.province)?,
        county: part(&one.county, &other.county)?,
        agency: part(&one.agency, &other.agency)?,
    })
}

/// What a case has for certain in a place, by where tables read it from.
pub(super) fn fixed(place: &Place) -> BTreeMap<String, String> {
    let parts = [("case.province", &place.province), ("case.county", &place.county), ("case.agency", &place.agency)];
    parts.into_iter().filter_map(|(from, part)| Some((from.to_owned(), part.clone()?))).collect()
}

/// `hamedan / nahavand`, as findings tell it; none for the place of no name.
pub(super) fn words(place: &Place) -> Option<String> {
    let parts = [&place.province, &place.county, &place.agency].into_iter().flatten();
    let words = parts.map(String::as_str).collect::<Vec<_>>().join(" / ");
    (!words.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(text: &str) -> Scope {
        let Place { province, county, agency } = place(text);
        Scope { province, county, agency }
    }

    /// `province/county/agency`, each of which may be empty.
    fn place(text: &str) -> Place {
        let mut parts = text.split('/').map(|part| (!part.is_empty()).then(|| part.to_owned()));
        let mut next = || parts.next().flatten();
        Place { province: next(), county: next(), agency: next() }
    }

    /// Whatever a place is, the same packs hold in the place that stands for it, and that one is computed.
    #[test]
    fn every_place_is_one_of_the_combinations() {
        let sets: [&[&str]; 5] = [
            &["//"],
            &["//", "yazd//", "qom//"],
            &["yazd//", "yazd/taft/", "/taft/", "qom/taft/gas"],
            &["//gas", "yazd//gas", "yazd/taft/gas", "/mehriz/"],
            &["yazd/taft/gas"],
        ];
        let names = |names: [&str; 3]| names.map(str::to_owned);
        for set in sets {
            let scopes: Vec<Scope> = set.iter().map(|text| scope(text)).collect();
            let named = Named::of(scopes.iter());
            let combinations = named.combinations().expect("there are few");
            for province in names(["", "yazd", "qom"]) {
                for county in names(["", "taft", "mehriz"]) {
                    for agency in names(["", "gas", "water"]) {
                        let whole = place(&format!("{province}/{county}/{agency}"));
                        let seen = named.seen(&whole);
                        assert!(combinations.contains(&seen), "{set:?} {whole:?} {seen:?}");
                        for scope in &scopes {
                            assert_eq!(scope.holds(&whole), scope.holds(&seen), "{set:?} {whole:?} {seen:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn more_combinations_than_the_limit_are_told() {
        let counties = (0..70).map(|number| scope(&format!("/c{number}/")));
        let agencies = (0..70).map(|number| scope(&format!("//a{number}")));
        let scopes: Vec<Scope> = counties.chain(agencies).collect();
        assert_eq!(Named::of(scopes.iter()).combinations(), None);
        assert_eq!(Named::of(scopes[..100].iter()).combinations().map(|all| all.len()), Some(71 * 31));
    }
}
