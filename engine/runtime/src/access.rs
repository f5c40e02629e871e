//! Who may do what: principals, their roles and scopes, and the one question every route asks.

/// A role of the first release; content names roles freely, these are the ones that permissions hang on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// `operator`, `duty-manager`, `inspector`, `inspection-centre`, `agency-head`, `administrator`, `auditor`, `connector`.
    pub role: String,
    pub scope: Scope,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    Nation,
    Province(String),
    County { province: String, county: String },
    /// An agency, wherever its cases are.
    Agency(String),
}

/// Somebody who was recognised: a person of the directory, or the holder of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Id in the directory, or `token:NAME`; stands in the journal as the actor.
    pub id: String,
    pub name: String,
    pub grants: Vec<Grant>,
}

/// What a case is to the scopes: where it belongs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    pub province: Option<String>,
    pub county: Option<String>,
    pub agency: Option<String>,
}

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
}

impl Principal {
    /// Whether one of the roles is held for the place.
    pub fn has_role(&self, roles: &[&str], place: &Place) -> bool {
        self.grants.iter().any(|grant| roles.contains(&grant.role.as_str()) && grant.scope.covers(place))
    }

    /// Whether one of the roles is held anywhere.
    pub fn has_role_somewhere(&self, roles: &[&str]) -> bool {
        self.grants.iter().any(|grant| roles.contains(&grant.role.as_str()))
    }
}
