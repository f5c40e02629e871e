//! `case-refer`: keeps with the case whom a routing table chose, and finds who manages it there.
//!
//! A flow hands over all that the table answered: what else it answered are the referral's terms. A script's action says to whom
//! alone: limits hold for tables, and what a script computes passes none of them.

use peygir_core::Data;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Function;
use crate::content::directory::MANAGER_ROLE;
use crate::event::Event;
use crate::host::{Context, Fault, Reply, data, input};
use crate::records::{CallRef, Referral};

pub const FUNCTION: Function = Function {
    name: "case-refer",
    input: r#"{"type":"object","required":["to"],"additionalProperties":false,"properties":{"to":{"type":"object",
        "required":["agency"],"properties":{"agency":{"type":"string"},"unit":{"type":["string","null"]},
        "manager":{"type":["string","null"],"description":"a person's id"},
        "managerRole":{"type":"string","default":"duty-manager"}}}}}"#,
    output: OUTPUT,
    call: |context, call, with| refer(context, call, with, &Terms::Answered),
};

/// As scripts have it: the terms of the referral that stands go on.
pub const ACTION: Function = Function {
    name: FUNCTION.name,
    input: r#"{"type":"object","required":["to"],"additionalProperties":false,"properties":{"to":{"type":"object",
        "required":["agency"],"additionalProperties":false,"properties":{"agency":{"type":"string"},
        "unit":{"type":["string","null"]},"manager":{"type":["string","null"],"description":"a person's id"},
        "managerRole":{"type":"string","default":"duty-manager"}}}}}"#,
    output: OUTPUT,
    call: |context, call, with| refer(context, call, with, &Terms::Standing),
};

const OUTPUT: &str = r#"{"type":"object","required":["agency"],"properties":{"agency":{"type":"string"},
    "unit":{"type":["string","null"]},"manager":{"type":["string","null"]},"managerRole":{"type":"string"}}}"#;

/// Which terms a referral has.
enum Terms {
    /// What came with it.
    Answered,
    /// Those of the referral before; none where there was none.
    Standing,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    to: Target,
}

/// What else a table answered is kept as the referral's terms.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    agency: String,
    unit: Option<String>,
    manager: Option<String>,
    #[serde(default = "duty_manager")]
    manager_role: String,
    #[serde(flatten)]
    terms: Map<String, Value>,
}

fn duty_manager() -> String {
    MANAGER_ROLE.to_owned()
}

fn refer(context: &mut Context<'_>, call: &CallRef, with: &Value, terms: &Terms) -> Result<Reply, Fault> {
    let Input { to } = input(with)?;
    let case = context.records.case.as_ref().ok_or_else(|| Fault::State("there is no case to refer".to_owned()))?;
    let directory = context.resources.directory();
    if directory.agency(&to.agency).is_none() {
        return Err(Fault::Missing(format!("the directory has no agency `{}`", to.agency)));
    }
    let manager = to.manager.or_else(|| {
        directory
            .holders(&to.manager_role, Some(&case.province), case.county.as_deref(), Some(&to.agency))
            .first()
            .map(|person| person.id.clone())
    });
    let standing = || case.referral.as_ref().map_or_else(Data::empty, |referral| referral.terms.clone());
    let terms = match terms {
        Terms::Answered => data(Value::Object(to.terms)),
        Terms::Standing => standing(),
    };
    let referral =
        Referral { agency: to.agency, unit: to.unit, manager, manager_role: to.manager_role, terms, at: context.at };
    let answer = json!({
        "agency": referral.agency, "unit": referral.unit, "manager": referral.manager,
        "managerRole": referral.manager_role,
    });
    let events = vec![Event::CaseReferred(referral), Event::MilestoneMarked("referred".to_owned())];
    Ok(Reply::answered(call, events, answer))
}
