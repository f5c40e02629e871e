//! `case-open`: a citizen's message becomes a case, in the turn that took the message.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Function;
use crate::event::Event;
use crate::host::{Context, Fault, Reply, input};
use crate::records::{CallRef, Case, EARLIER_CASES_MAX, EarlierCase, Milestone, Party};
use crate::text;

pub const FUNCTION: Function = Function {
    name: "case-open",
    input: r#"{"type":"object","required":["channel","from","text","province"],"additionalProperties":false,
        "properties":{"channel":{"type":"string"},"from":{"type":"object"},"onBehalfOf":{"type":"object"},
        "text":{"type":"string"},"topic":{"type":"string"},"agency":{"type":"string"},"province":{"type":"string"},
        "county":{"type":"string"},"line":{"type":"string"},"caseType":{"type":"string"},
        "earlier":{"type":"array"}}}"#,
    output: r#"{"type":"object","required":["caseId","code","channel","province"],
        "properties":{"caseId":{"type":"string"},"code":{"type":"string"},"channel":{"type":"string"},
        "province":{"type":"string"},"county":{"type":["string","null"]},"topic":{"type":["string","null"]},
        "agency":{"type":["string","null"]}}}"#,
    call,
};

/// The message as the runtime hands it over: personal members sealed, `person` naming whose key it was.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Message {
    channel: String,
    from: Sender,
    on_behalf_of: Option<Sender>,
    text: String,
    topic: Option<String>,
    agency: Option<String>,
    province: String,
    county: Option<String>,
    line: Option<String>,
    case_type: Option<String>,
    /// Cases of the same citizen from before, which the host found.
    #[serde(default)]
    earlier: Vec<Earlier>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Earlier {
    case: String,
    /// RFC 3339.
    opened_at: String,
    topic: Option<String>,
    agency: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Sender {
    person: String,
    national_id: Option<String>,
    mobile: Option<String>,
    name: Option<String>,
    /// What its cases have in common with others of the same number.
    number: Option<String>,
}

fn call(context: &mut Context<'_>, call: &CallRef, with: &Value) -> Result<Reply, Fault> {
    if context.records.case.is_some() {
        return Err(Fault::State("this stream has a case already".to_owned()));
    }
    let message: Message = input(with)?;
    let earlier = message.earlier.into_iter().take(EARLIER_CASES_MAX).map(earlier).collect::<Result<Vec<_>, _>>()?;
    let digits = format!("{:010}", context.draws.below(10_000_000_000));
    let code = text::tracking_code(&digits).expect("ten digits make a tracking code");
    let case = Case {
        id: context.stream,
        code: code.clone(),
        case_type: message.case_type.unwrap_or_else(|| context.resources.case_type().to_owned()),
        channel: message.channel,
        province: message.province,
        county: message.county,
        topic: message.topic,
        about: message.agency.clone(),
        rounds_max: None,
        agency: message.agency,
        text: message.text,
        citizen: party(message.from)?,
        on_behalf_of: message.on_behalf_of.map(party).transpose()?,
        closed: false,
        outcome: None,
        referral: None,
        round: 1,
        opened_at: context.at,
        closed_at: None,
        repeats: 0,
        satisfaction: None,
        line: message.line,
        milestones: vec![Milestone { name: "registered".to_owned(), at: context.at }],
        answers: None,
        earlier: Some(earlier).filter(|earlier| !earlier.is_empty()),
    };
    let answer = json!({
        "caseId": case.id.to_string(), "code": code, "channel": case.channel, "province": case.province,
        "county": case.county, "topic": case.topic, "agency": case.agency,
    });
    let mut reply = Reply::answered(call, vec![Event::CaseOpened(Box::new(case))], answer);
    reply.claims.push(claim_of_code(&code));
    Ok(reply)
}

/// The key under which a tracking code is claimed.
pub fn claim_of_code(code: &str) -> Vec<u8> {
    [b"code/", code.as_bytes()].concat()
}

/// An earlier case as the message names it.
pub fn earlier_as_told(earlier: &EarlierCase) -> Value {
    let mut told = json!({ "case": earlier.case.to_string(), "openedAt": earlier.opened_at.to_string() });
    for (name, value) in [("topic", &earlier.topic), ("agency", &earlier.agency)] {
        if let Some(value) = value {
            told[name] = value.as_str().into();
        }
    }
    told
}

fn earlier(told: Earlier) -> Result<EarlierCase, Fault> {
    let wrong = |what: &str| Fault::Input(format!("`{what}` of an earlier case can't be read"));
    let case = peygir_core::Id::parse(&told.case).ok_or_else(|| wrong("case"))?;
    let opened_at = told.opened_at.parse::<jiff::Timestamp>().map_err(|_| wrong("openedAt"))?.into();
    Ok(EarlierCase { case, opened_at, topic: told.topic, agency: told.agency, person: None, identified: None })
}

fn party(sender: Sender) -> Result<Party, Fault> {
    let person = peygir_core::Id::parse(&sender.person)
        .ok_or_else(|| Fault::Input("`person` of the sender is not an id".to_owned()))?;
    let number = sender.number.map(|id| {
        peygir_core::Id::parse(&id).ok_or_else(|| Fault::Input("`number` of the sender is not an id".to_owned()))
    });
    let number = number.transpose()?;
    Ok(Party { person, national_id: sender.national_id, mobile: sender.mobile, name: sender.name, number })
}
