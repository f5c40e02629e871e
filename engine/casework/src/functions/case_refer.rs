//! `case-refer`: keeps with the case whom a routing table chose, and finds who manages it there.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Function;
use crate::event::Event;
use crate::host::{Context, Fault, Reply, data, input};
use crate::records::{CallRef, Referral};

pub const FUNCTION: Function = Function {
    name: "case-refer",
    input: r#"{"type":"object","required":["to"],"additionalProperties":false,"properties":{"to":{"type":"object",
        "required":["agency"],"properties":{"agency":{"type":"string"},"unit":{"type":["string","null"]},
        "manager":{"type":["string","null"],"description":"a person's id"},
        "managerRole":{"type":"string","default":"duty-manager"}}}}}"#,
    output: r#"{"type":"object","required":["agency"],"properties":{"agency":{"type":"string"},
        "unit":{"type":["string","null"]},"manager":{"type":["string","null"]},"managerRole":{"type":"string"}}}"#,
    call,
};

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
    "duty-manager".to_owned()
}

fn call(context: &mut Context<'_>, call: &CallRef, with: &Value) -> Result<Reply, Fault> {
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
    let referral = Referral {
        agency: to.agency,
        unit: to.unit,
        manager,
        manager_role: to.manager_role,
        terms: data(Value::Object(to.terms)),
        at: context.at,
    };
    let answer = json!({
        "agency": referral.agency, "unit": referral.unit, "manager": referral.manager,
        "managerRole": referral.manager_role,
    });
    let events = vec![Event::CaseReferred(referral), Event::MilestoneMarked("referred".to_owned())];
    Ok(Reply::answered(call, events, answer))
}
