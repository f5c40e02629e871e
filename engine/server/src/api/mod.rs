//! The API: one file for each resource. Handlers read the request, ask the desk and answer; they decide nothing.

pub mod calendars;
pub mod cases;
pub mod closures;
pub mod connectors;
pub mod deadlines;
pub mod decisions;
pub mod effects;
pub mod errors;
pub mod event_intake;
pub mod events;
pub mod health;
pub mod incidents;
pub mod instances;
pub mod login_links;
pub mod messages;
pub mod metrics;
pub mod openapi;
pub mod operations;
pub mod outbox;
pub mod packs;
pub mod receipts;
pub mod scripts;
pub mod tasks;
pub mod tokens;
pub mod track;

use peygir_core::Id;
use peygir_runtime::access::{Permission, Place, Principal, Scope};

use crate::options::App;
use crate::problem::{Code, Problem};

/// An id from an address; what is none is not found.
pub fn id(text: &str) -> Result<Id, Problem> {
    Id::parse(text).ok_or(Problem::new(Code::NotFound))
}

/// Whether the caller holds the permission for all of a scope: nobody hands out more than they have.
fn reaches(app: &App, caller: &Principal, permission: Permission, scope: &Scope) -> bool {
    let place = match scope.clone() {
        Scope::Nation => Place::default(),
        Scope::Province(province) => Place { province: Some(province), ..Place::default() },
        Scope::County { province, county } => {
            Place { province: Some(province), county: Some(county), ..Place::default() }
        }
        Scope::Agency(agency) => {
            Place { province: Some(app.desk.province_of_agency(&agency)), agency: Some(agency), ..Place::default() }
        }
    };
    caller.may(permission, &place)
}
