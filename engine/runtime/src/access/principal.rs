//! Principals: who was recognised, with which roles, for which places.

use super::{Permission, Scope};

/// One role held within one scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// `operator`, `duty-manager`, `inspector`, `inspection-centre`, `agency-head`, `administrator`, `auditor`, `connector`.
    pub role: String,
    pub scope: Scope,
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

impl Principal {
    /// Whether one of the roles is held for the place.
    pub fn has_role(&self, roles: &[&str], place: &Place) -> bool {
        self.grants.iter().any(|grant| roles.contains(&grant.role.as_str()) && grant.scope.covers(place))
    }

    /// The one province that all of their roles lie in; none where they reach further, or where it is not known.
    pub fn own_province(&self) -> Option<&str> {
        let mut own = None;
        for grant in &self.grants {
            match &grant.scope {
                Scope::Province(province) | Scope::County { province, .. } => match own.replace(province.as_str()) {
                    Some(before) if before != province => return None,
                    _ => {}
                },
                Scope::Nation => return None,
                Scope::Agency(_) => {}
            }
        }
        own
    }

    /// Whether one of the roles is held anywhere.
    pub fn has_role_somewhere(&self, roles: &[&str]) -> bool {
        self.grants.iter().any(|grant| roles.contains(&grant.role.as_str()))
    }

    /// Whether a role that carries the permission is held for the place.
    pub fn may(&self, permission: Permission, place: &Place) -> bool {
        self.has_role(permission.roles(), place)
    }

    /// Whether a role that carries the permission is held anywhere: enough to open a list, which then shows only what
    /// the scopes cover.
    pub fn may_somewhere(&self, permission: Permission) -> bool {
        self.has_role_somewhere(permission.roles())
    }
}
