//! Who is meant by "citizen", "task-owner" or a role, and where they are reached.

use peygir_core::Id;
use serde_json::Value;

use crate::content::Person;
use crate::host::{Context, Fault};
use crate::records::{Case, Task};

/// Most people that one notice goes to; the rest of a role's holders are left out, and the journal shows who got it.
pub const RECIPIENTS_MAX: usize = 20;

/// Whom a flow names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    Citizen,
    TaskOwner,
    /// The person who manages the agency that the case was referred to.
    Manager,
    Role(String),
    Person(String),
}

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// In clear for people of the directory, sealed for a citizen.
    pub to: String,
    /// What lists show: a person's id, or the sealed number again, which is masked when it is shown. A mask in clear would
    /// stay when the person's key is thrown away.
    pub masked: String,
    /// Stable name of the recipient within the case, for keys and lanes.
    pub lane: String,
    /// Id of the person whose key seals the message; None for people of the directory.
    pub citizen: Option<Id>,
}

impl Who {
    /// `citizen`, `task-owner`, `manager`, `{role: NAME}` or `{person: ID}`.
    pub fn read(value: &Value) -> Result<Self, Fault> {
        if let Some(name) = value.as_str() {
            return match name {
                "citizen" => Ok(Who::Citizen),
                "task-owner" => Ok(Who::TaskOwner),
                "manager" => Ok(Who::Manager),
                other => Err(Fault::Input(format!(
                    "`{other}` is nobody: write citizen, task-owner, manager, {{role: NAME}} or {{person: ID}}"
                ))),
            };
        }
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        match (text("role"), text("person")) {
            (Some(role), None) => Ok(Who::Role(role)),
            (None, Some(person)) => Ok(Who::Person(person)),
            _ => Err(Fault::Input(
                "a recipient is citizen, task-owner, manager, {role: NAME} or {person: ID}".to_owned(),
            )),
        }
    }

    pub fn to_value(&self) -> Value {
        match self {
            Who::Citizen => "citizen".into(),
            Who::TaskOwner => "task-owner".into(),
            Who::Manager => "manager".into(),
            Who::Role(role) => serde_json::json!({ "role": role }),
            Who::Person(person) => serde_json::json!({ "person": person }),
        }
    }
}

/// People of the directory who hold a role for a case in the narrowest scope: its agency, else its county, province,
/// the nation.
pub fn holders<'a>(context: &'a Context<'_>, role: &str) -> Vec<&'a Person> {
    let case = context.records.case.as_ref();
    let agency = case.and_then(agency_of);
    context.resources.directory().nearest_holders(
        role,
        case.map(|case| case.province.as_str()),
        case.and_then(|case| case.county.as_deref()),
        agency,
    )
}

fn agency_of(case: &Case) -> Option<&str> {
    case.referral.as_ref().map(|referral| referral.agency.as_str()).or(case.agency.as_deref())
}

/// Addresses of whom is meant, on a channel. Empty where nobody can be reached on it.
pub fn addresses(context: &Context<'_>, who: &Who, channel: &str, task: Option<&Task>) -> Vec<Address> {
    match who {
        Who::Citizen => citizen(context, channel).into_iter().collect(),
        Who::Role(role) => people(holders(context, role), channel),
        Who::Person(id) => people(person(context, id).into_iter().collect(), channel),
        Who::Manager => {
            let manager = context.records.case.as_ref().and_then(|case| case.referral.as_ref()?.manager.clone());
            people(manager.and_then(|id| person(context, &id)).into_iter().collect(), channel)
        }
        Who::TaskOwner => {
            let Some(task) = task else { return Vec::new() };
            match task.claimed_by.as_ref().or(task.person.as_ref()).and_then(|id| person(context, id)) {
                Some(owner) => people(vec![owner], channel),
                None => people(holders(context, &task.role), channel),
            }
        }
    }
}

fn person<'a>(context: &'a Context<'_>, id: &str) -> Option<&'a Person> {
    context.resources.directory().people.iter().find(|person| person.id == id)
}

fn citizen(context: &Context<'_>, channel: &str) -> Option<Address> {
    let case = context.records.case.as_ref()?;
    // Who told of the matter is answered; the person concerned is reached through them where they left no number.
    let party =
        [Some(&case.citizen), case.on_behalf_of.as_ref()].into_iter().flatten().find(|party| party.mobile.is_some())?;
    let sealed = party.mobile.clone().filter(|_| channel == "sms")?;
    Some(Address {
        masked: sealed.clone(),
        to: sealed,
        lane: format!("citizen/{}", party.person),
        citizen: Some(party.person),
    })
}

fn people(people: Vec<&Person>, channel: &str) -> Vec<Address> {
    people
        .into_iter()
        .take(RECIPIENTS_MAX)
        .filter_map(|person| {
            let to = match channel {
                "sms" => person.mobile.clone()?,
                "mail" => person.mail.clone()?,
                _ => return None,
            };
            Some(Address { masked: person.id.clone(), to, lane: format!("person/{}", person.id), citizen: None })
        })
        .collect()
}
