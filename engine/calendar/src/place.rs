//! Where something happens, and for where something is said: province, county, agency.

use minicbor::{Decode, Encode};

/// Where a case belongs, as far as it is known. What is absent is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(map)]
pub struct Place {
    #[n(0)]
    pub province: Option<String>,
    #[n(1)]
    pub county: Option<String>,
    #[n(2)]
    pub agency: Option<String>,
}

/// For which places something is said. What is absent asks for nothing: the empty scope holds everywhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(map)]
pub struct Scope {
    #[n(0)]
    pub province: Option<String>,
    #[n(1)]
    pub county: Option<String>,
    #[n(2)]
    pub agency: Option<String>,
}

impl Scope {
    /// Whether it holds in a place. A place of which something is not known is in no scope that asks for it.
    pub fn holds(&self, place: &Place) -> bool {
        let fits = |asked: &Option<String>, known: &Option<String>| asked.is_none() || asked == known;
        fits(&self.province, &place.province) && fits(&self.county, &place.county) && fits(&self.agency, &place.agency)
    }

    /// How narrow it is: of two scopes that hold in a place the one with the higher number speaks. An agency is
    /// narrower than a county, a county narrower than a province.
    pub fn rank(&self) -> u8 {
        let bit = |part: &Option<String>, weight: u8| if part.is_some() { weight } else { 0 };
        bit(&self.province, 1) + bit(&self.county, 2) + bit(&self.agency, 4)
    }
}
