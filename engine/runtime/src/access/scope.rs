//! Scopes: how far a role reaches, and how that is written on a command line and in a token request.

use std::fmt;

use super::Place;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    Nation,
    Province(String),
    County {
        province: String,
        county: String,
    },
    /// An agency, wherever its cases are.
    Agency(String),
}

/// What was given is none of the four forms.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a scope is `nation`, `province:ID`, `county:PROVINCE/COUNTY` or `agency:ID`")]
pub struct ScopeError;

impl Scope {
    pub fn covers(&self, place: &Place) -> bool {
        match self {
            Scope::Nation => true,
            Scope::Province(province) => place.province.as_ref() == Some(province),
            Scope::County { province, county } => {
                place.province.as_ref() == Some(province) && place.county.as_ref() == Some(county)
            }
            Scope::Agency(agency) => place.agency.as_ref() == Some(agency),
        }
    }

    /// Reads `nation`, `province:ID`, `county:PROVINCE/COUNTY` or `agency:ID`.
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        if text == "nation" {
            return Ok(Scope::Nation);
        }
        let (kind, rest) = text.split_once(':').ok_or(ScopeError)?;
        match kind {
            "province" => Ok(Scope::Province(id(rest)?)),
            "agency" => Ok(Scope::Agency(id(rest)?)),
            "county" => {
                let (province, county) = rest.split_once('/').ok_or(ScopeError)?;
                Ok(Scope::County { province: id(province)?, county: id(county)? })
            }
            _ => Err(ScopeError),
        }
    }
}

fn id(text: &str) -> Result<String, ScopeError> {
    let good =
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_' || b == b'.');
    if good { Ok(text.to_owned()) } else { Err(ScopeError) }
}

/// The form that [`Scope::parse`] reads.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::Nation => f.write_str("nation"),
            Scope::Province(province) => write!(f, "province:{province}"),
            Scope::County { province, county } => write!(f, "county:{province}/{county}"),
            Scope::Agency(agency) => write!(f, "agency:{agency}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_read_as_it_is_written() {
        for text in ["nation", "province:hamedan", "county:hamedan/malayer", "agency:water-co"] {
            assert_eq!(Scope::parse(text).map(|scope| scope.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "Nation", "province:", "county:hamedan", "county:/x", "agency:a b", "world:1", "province:a/b"]
        {
            assert_eq!(Scope::parse(text), Err(ScopeError), "{text}");
        }
    }

    #[test]
    fn a_scope_covers_its_places_and_no_others() {
        let place = |province: &str, county: &str, agency: &str| Place {
            province: Some(province.into()),
            county: Some(county.into()),
            agency: Some(agency.into()),
        };
        let here = place("hamedan", "malayer", "water");
        let nowhere = Place::default();
        let cases = [
            ("nation", true, true),
            ("province:hamedan", true, false),
            ("province:qom", false, false),
            ("county:hamedan/malayer", true, false),
            ("county:qom/malayer", false, false),
            ("county:hamedan/nahavand", false, false),
            ("agency:water", true, false),
            ("agency:power", false, false),
        ];
        for (text, covers_here, covers_nowhere) in cases {
            let scope = Scope::parse(text).unwrap();
            assert_eq!((scope.covers(&here), scope.covers(&nowhere)), (covers_here, covers_nowhere), "{text}");
        }
    }
}
