//! How long an agency has: never a script's to say. Whoever answers for one has the terms of the referral, which a table gave within
//! its limits, whatever the name of the role and whoever is named.
//!
//! Owns: of whom that holds. Deliberately does not know what is asked of them.

use crate::host::{Context, Fault};
use crate::records::Referral;
use crate::terms;

/// Whom an action names.
pub(super) struct Named<'a> {
    pub role: &'a str,
    pub person: Option<&'a str>,
}

impl Named<'_> {
    /// Whether they answer for an agency.
    pub fn answers_for_an_agency(&self, context: &Context<'_>) -> bool {
        let directory = context.resources.directory();
        let case = context.records.case.as_ref();
        let manages = |referral: &Referral| referral.manager_role == self.role;
        case.and_then(|case| case.referral.as_ref()).is_some_and(manages)
            || directory.is_of_agencies(self.role, case.map(|case| case.province.as_str()))
            || self.person.is_some_and(|person| directory.is_an_agencys(person))
    }

    /// Refuses time of a script's own.
    pub fn given_none(&self, has_due: bool) -> Result<(), Fault> {
        if !has_due {
            return Ok(());
        }
        Err(Fault::Input(format!(
            "how long an agency has is not a script's to say: leave out `due` of what `{}` is given to do; it has the terms of the \
             referral, which a routing table gives",
            self.role
        )))
    }

    /// The agency that the case was referred to with terms of a table; without them what it has to do would never be due.
    pub fn agency_with_terms(&self, context: &Context<'_>) -> Result<String, Fault> {
        let referral = context.records.case.as_ref().and_then(|case| case.referral.as_ref());
        let referral = referral.filter(|referral| terms::say_how_long(referral)).ok_or_else(|| {
            Fault::State(format!(
                "no table has said yet how long the agency has, and what `{}` is given to do would have no deadline: let the flow call \
                 `case-refer` with the answer of its routing table first",
                self.role
            ))
        })?;
        Ok(referral.agency.clone())
    }
}
