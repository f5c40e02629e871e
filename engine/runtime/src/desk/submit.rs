//! Taking a citizen's message: checked, sealed, and either a new case or the one that the same message opened before.

use peygir_casework::functions::earlier_as_told;
use peygir_casework::host::Rejection;
use peygir_casework::records::{EARLIER_CASES_MAX, EarlierCase, TOLD_AGAIN_DAYS};
use peygir_casework::text;
use peygir_core::{Data, Id, Moment};
use serde_json::{Value, json};

use super::Desk;
use super::person::{Identity, identify, number_of};
use super::refusal::{FieldError, Refusal};
use super::view::{NewMessage, Party, Submitted};
use crate::access::{Permission, Place, Principal};
use crate::command::{Claim, Command};
use crate::engine::{Engine, Failure};
use crate::offload::offload;
use crate::resources::prints_of;
use crate::rows;
use crate::turn::Refused;

/// Longest text of a message, in characters.
pub const TEXT_CHARS_MAX: usize = 10_000;
/// Longest name, topic, agency, county, in characters.
pub const NAME_CHARS_MAX: usize = 200;
/// Longest idempotency key, in bytes.
pub const IDEMPOTENCY_KEY_BYTES_MAX: usize = 255;
/// How often a submission is tried again because a person was registered by another at the same moment.
const TRIES_MAX: usize = 5;

/// Cases of one citizen that are looked at for one that waits for them.
const WAITING_CASES_MAX: usize = 64;

/// Microseconds of a day.
const DAY_US: i64 = 86_400_000_000;

const CHANNELS: [&str; 5] = ["phone", "sms", "web", "letter", "in-person"];
const IDEMPOTENCY: &[u8] = b"k/idempotency/";
const INBOUND: &[u8] = b"k/inbound/";
const SAME: &[u8] = b"k/same/";

impl Desk {
    /// Takes a citizen's message: opens a case (or joins the one that the same message opened) and returns when that is
    /// durable.
    pub async fn submit_message(
        &self,
        by: &Principal,
        message: NewMessage,
        idempotency_key: Option<&str>,
    ) -> Result<Submitted, Refusal> {
        if !by.may_somewhere(Permission::MessageSubmit) {
            return Err(Refusal::Forbidden);
        }
        let catalog = self.host.engine.catalog();
        // A message without a place belongs where the one works who registers it.
        let province = by.own_province().unwrap_or(catalog.province());
        let checked = check(message, province, idempotency_key, &catalog)?;
        if !by.may(Permission::MessageSubmit, &place_of_message(&checked)) {
            return Err(Refusal::Forbidden);
        }
        let at = self.host.clock.now();
        for _ in 0..TRIES_MAX {
            let host = self.host.clone();
            let (message, key, actor) = (checked.clone(), idempotency_key.map(str::to_owned), by.id.clone());
            let prepared =
                offload(move || prepare(&host.engine, &message, key.as_deref().map(|key| (actor.as_str(), key)), at))
                    .await
                    .map_err(|error| Refusal::Internal(error.to_string()))??;
            let Prepared { stream, command, digest } = match prepared {
                Preparation::New(prepared) => prepared,
                Preparation::Known(stream) => return self.repeated(stream).await,
                Preparation::Answer(stream, claims) => match self.answer(by, stream, &checked, claims).await? {
                    Some(answered) => return Ok(answered),
                    // Nobody waits for it any more: look again.
                    None => continue,
                },
                Preparation::Join(stream, claims) => return self.join(by, stream, &checked, claims).await,
            };
            match self.host.carry_out(stream, &by.id, command).await {
                Ok(stream) => return submitted(&stream, false),
                Err(Failure::Claimed { key, value }) if key.starts_with(IDEMPOTENCY) => {
                    return self.repeated(same_body(&value, &digest)?).await;
                }
                // Somebody claimed the person, or the same message came twice at once: look again.
                Err(Failure::Claimed { .. }) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(Refusal::Unavailable("the message collided with others too often".to_owned()))
    }

    async fn repeated(&self, stream: Id) -> Result<Submitted, Refusal> {
        let stream = self.stream(stream).await?;
        submitted(&stream, true)
    }

    /// What the citizen wrote who is waited for. None where that is over.
    async fn answer(
        &self,
        by: &Principal,
        stream: Id,
        message: &NewMessage,
        claims: Vec<Claim>,
    ) -> Result<Option<Submitted>, Refusal> {
        let found = self.stream(stream).await?;
        let party = found.records.concerned().ok_or_else(|| Refusal::Internal("a case concerns nobody".to_owned()))?;
        let text = seal_text(&self.host.engine, party.person, &message.text)?;
        let command = Command::TakeAnswer { channel: message.channel.clone(), text, claims };
        match self.host.carry_out(stream, &by.id, command).await {
            Ok(stream) => submitted(&stream, true).map(Some),
            Err(Failure::Claimed { .. }) => self.repeated(stream).await.map(Some),
            Err(Failure::Refused(Refused::Records(Rejection::NotSuspended))) => Ok(None),
            Err(other) => Err(other.into()),
        }
    }

    /// The same text from the same number on the same day is the same matter.
    async fn join(
        &self,
        by: &Principal,
        stream: Id,
        message: &NewMessage,
        claims: Vec<Claim>,
    ) -> Result<Submitted, Refusal> {
        let command = Command::JoinMessage { channel: message.channel.clone(), claims };
        match self.host.carry_out(stream, &by.id, command).await {
            Ok(stream) => submitted(&stream, true),
            Err(Failure::Claimed { .. }) => self.repeated(stream).await,
            Err(other) => Err(other.into()),
        }
    }
}

fn place_of_message(message: &NewMessage) -> Place {
    Place { province: message.province.clone(), county: message.county.clone(), agency: message.agency.clone() }
}

fn submitted(stream: &crate::stream::Stream, repeated: bool) -> Result<Submitted, Refusal> {
    let case = stream
        .records
        .case
        .as_ref()
        .ok_or_else(|| Refusal::Internal(format!("the intake flow opened no case in stream {}", stream.id)))?;
    Ok(Submitted { case_id: case.id.to_string(), tracking_code: case.code.clone(), repeated })
}

struct Prepared {
    stream: Id,
    command: Command,
    digest: [u8; 32],
}

#[expect(clippy::large_enum_variant, reason = "it lives from preparing to submitting, one at a time")]
enum Preparation {
    New(Prepared),
    /// An earlier request or delivery of the same message.
    Known(Id),
    /// The citizen answers in a case that waits for them.
    Answer(Id, Vec<Claim>),
    /// Another message of the same matter.
    Join(Id, Vec<Claim>),
}

/// Looks for earlier ones, makes keys, seals.
fn prepare(
    engine: &Engine,
    message: &NewMessage,
    idempotency: Option<(&str, &str)>,
    at: Moment,
) -> Result<Preparation, Refusal> {
    let stream = engine.new_id(at);
    let body = serde_json::to_string(message).map_err(|error| Refusal::Internal(error.to_string()))?;
    let digest = engine.vault.fingerprint("body", &body);
    let mut claims = Vec::new();
    if let Some((actor, key)) = idempotency {
        let key = claim_key(engine, IDEMPOTENCY, &format!("{actor}\0{key}"));
        if let Some(value) = claimed(engine, &key)? {
            return Ok(Preparation::Known(same_body(&value, &digest)?));
        }
        claims.push(Claim { key, value: [stream.0.as_slice(), &digest].concat() });
    }
    if let Some(claim) = inbound_claim(engine, message, stream) {
        if let Some(known) = claimed_stream(engine, &claim.key)? {
            return Ok(Preparation::Known(known));
        }
        claims.push(claim);
        if let Some(waiting) = waits_for(engine, message, at)? {
            let claims = claims.into_iter().map(|claim| Claim { value: waiting.0.to_vec(), ..claim }).collect();
            return Ok(Preparation::Answer(waiting, claims));
        }
        if let Some(mobile) = &message.from.mobile {
            let day = at.to_jiff().to_zoned(engine.catalog().zone().clone()).date();
            let same = claim_key(engine, SAME, &format!("{mobile}\0{}\0{day}", text::search_key(&message.text)));
            match claimed_stream(engine, &same)? {
                Some(known) if is_open(engine, known)? => {
                    let claims = claims.into_iter().map(|claim| Claim { value: known.0.to_vec(), ..claim }).collect();
                    return Ok(Preparation::Join(known, claims));
                }
                // It was closed, and the citizen writes again all the same: that is a matter of its own.
                Some(_) => {}
                None => claims.push(Claim { key: same, value: stream.0.to_vec() }),
            }
        }
    }
    let sealed = seal(engine, message, &mut claims, at)?;
    let flow = engine.catalog().intake_flow();
    let command = Command::Submit { flow, message: Data::from(sealed), claims };
    Ok(Preparation::New(Prepared { stream, command, digest }))
}

/// The case that waits for whoever sent this; the one that was opened last where several do. Only what comes from the
/// citizen's own hand counts: whoever registers a call says on the task that the answer is there.
fn waits_for(engine: &Engine, message: &NewMessage, at: Moment) -> Result<Option<Id>, Refusal> {
    let prints = prints_of(&engine.vault, message.from.national_id.as_deref(), message.from.mobile.as_deref());
    for print in prints {
        let (from, to) = rows::waiting_for(&print);
        let found = engine.store.scan(&from, &to, WAITING_CASES_MAX)?;
        for stream in found.iter().rev().filter_map(|(key, _)| rows::stream_at_end(key)) {
            if engine.load(stream)?.waits_for_citizen(at) {
                return Ok(Some(stream));
            }
        }
    }
    Ok(None)
}

/// What is known of a request to start a flow.
pub(super) enum StartClaim {
    /// The same request came before and made this stream.
    Known(Id),
    New(Vec<Claim>),
}

/// Holds a start under the caller's idempotency key: the same key with the same flow and input is the same start.
pub(super) fn claim_start(
    engine: &Engine,
    flow: &str,
    input: &Value,
    idempotency: Option<(&str, &str)>,
    stream: Id,
) -> Result<StartClaim, Refusal> {
    let Some((actor, key)) = idempotency else { return Ok(StartClaim::New(Vec::new())) };
    let digest = engine.vault.fingerprint("body", &format!("{flow}\0{input}"));
    let key = claim_key(engine, IDEMPOTENCY, &format!("{actor}\0start\0{key}"));
    match claimed(engine, &key)? {
        Some(value) => Ok(StartClaim::Known(same_body(&value, &digest)?)),
        None => Ok(StartClaim::New(vec![Claim { key, value: [stream.0.as_slice(), &digest].concat() }])),
    }
}

/// The peer's own id of a message: the same id again is the same message.
fn inbound_claim(engine: &Engine, message: &NewMessage, stream: Id) -> Option<Claim> {
    let source = message.source.as_ref()?;
    Some(delivery_claim(engine, &source.connector, &source.id, stream))
}

/// Holds a delivery by a connector under the peer's id of it, or another that tells it from all others.
pub(super) fn delivery_claim(engine: &Engine, connector: &str, id: &str, stream: Id) -> Claim {
    Claim { key: claim_key(engine, INBOUND, &format!("{connector}\0{id}")), value: stream.0.to_vec() }
}

pub(super) fn claim_key(engine: &Engine, prefix: &[u8], text: &str) -> Vec<u8> {
    [prefix, &engine.vault.fingerprint("claim", text)].concat()
}

pub(super) fn claimed(engine: &Engine, key: &[u8]) -> Result<Option<Vec<u8>>, Refusal> {
    Ok(engine.store.claimed(key)?)
}

fn claimed_stream(engine: &Engine, key: &[u8]) -> Result<Option<Id>, Refusal> {
    Ok(claimed(engine, key)?.and_then(|value| value.get(..16)?.try_into().ok()).map(Id))
}

fn is_open(engine: &Engine, stream: Id) -> Result<bool, Refusal> {
    Ok(engine.load(stream)?.records.case.is_some_and(|case| !case.closed))
}

pub(super) fn same_body(value: &[u8], digest: &[u8; 32]) -> Result<Id, Refusal> {
    let (stream, body) =
        value.split_at_checked(16).ok_or_else(|| Refusal::Internal("a claim is damaged".to_owned()))?;
    if body != digest {
        return Err(Refusal::KeyReused);
    }
    stream.try_into().map(Id).map_err(|_| Refusal::Internal("a claim is damaged".to_owned()))
}

/// The message as the intake flow gets it: personal members sealed with the key of whose they are.
fn seal(engine: &Engine, message: &NewMessage, claims: &mut Vec<Claim>, at: Moment) -> Result<Value, Refusal> {
    let mut sender = sealed_party(engine, &message.from, claims, at)?;
    let mut concerned =
        message.on_behalf_of.as_ref().map(|party| sealed_party(engine, party, claims, at)).transpose()?;
    // The text is about whom it concerns, whoever told it.
    let (party, told) = match (&mut concerned, &message.on_behalf_of) {
        (Some(concerned), Some(told)) => (concerned, told),
        _ => (&mut sender, &message.from),
    };
    let owner = party.0;
    let number = told.mobile.as_deref().map(|mobile| number_of(engine, mobile, claims, at)).transpose()?;
    let number = number.map(|(number, claim)| {
        claims.extend(claim);
        party.1["number"] = number.to_string().into();
        number
    });
    let teller = Teller { person: owner, number, identified: told.national_id.is_some() };
    let mut sealed = json!({
        "channel": message.channel,
        "from": sender.1,
        "text": seal_text(engine, owner, &message.text)?,
    });
    let earlier = teller.earlier_cases(engine, at)?;
    if !earlier.is_empty() {
        sealed["earlier"] = earlier.iter().map(earlier_as_told).collect();
    }
    let optional = [
        ("topic", message.topic.clone()),
        ("agency", message.agency.clone()),
        ("province", message.province.clone()),
        ("county", message.county.clone()),
        ("line", message.source.as_ref().map(|source| source.line.clone())),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            sealed[name] = value.into();
        }
    }
    if let Some((_, party)) = concerned {
        sealed["onBehalfOf"] = party;
    }
    Ok(sealed)
}

/// Whom a message concerns, as far as it says so.
struct Teller {
    person: Id,
    /// What the cases of their number have in common.
    number: Option<Id>,
    /// By a national ID.
    identified: bool,
}

impl Teller {
    /// What the citizen told before, as far back as it counts as the same matter told again; the newest first.
    fn earlier_cases(&self, engine: &Engine, at: Moment) -> Result<Vec<EarlierCase>, Refusal> {
        let mut found = found_by(engine, self.person)?;
        if let Some(number) = self.number.filter(|number| *number != self.person) {
            found.extend(found_by(engine, number)?);
        }
        let since = at.plus_micros(-TOLD_AGAIN_DAYS * DAY_US);
        found.retain(|(by, case)| case.opened_at >= since && self.is_mine(engine, *by, case));
        found.sort_by_key(|(_, case)| std::cmp::Reverse((case.opened_at, case.case)));
        found.dedup_by_key(|(_, case)| case.case);
        found.truncate(EARLIER_CASES_MAX);
        Ok(found.into_iter().map(|(_, case)| case).collect())
    }

    /// Whether a case that was found by the id `by` is one of the same citizen. Of two who use one number and are known by
    /// two national IDs it is not; who told one of the two by the number alone may be either. Nobody is found who was erased.
    fn is_mine(&self, engine: &Engine, by: Id, case: &EarlierCase) -> bool {
        let person = case.person.unwrap_or(by);
        let two_ids = self.identified && case.identified == Some(true);
        person == self.person || (!two_ids && engine.vault.knows(person))
    }
}

/// Cases that are found by a person or a number.
fn found_by(engine: &Engine, id: Id) -> Result<Vec<(Id, EarlierCase)>, Refusal> {
    let broken = |error: String| Refusal::Internal(error);
    let (from, to) = rows::cases_of(id);
    let found = engine.store.scan(&from, &to, EARLIER_CASES_MAX).map_err(|error| broken(error.to_string()))?;
    let read = found.iter().map(|(_, value)| Ok((id, minicbor::decode::<EarlierCase>(value)?)));
    read.collect::<Result<Vec<_>, minicbor::decode::Error>>().map_err(|error| broken(error.to_string()))
}

fn sealed_party(engine: &Engine, party: &Party, claims: &mut Vec<Claim>, at: Moment) -> Result<(Id, Value), Refusal> {
    let Identity { person, claim } =
        identify(engine, party.national_id.as_deref(), party.mobile.as_deref(), claims, at)?;
    claims.extend(claim);
    let mut sealed = json!({ "person": person.to_string() });
    let members = [("nationalId", &party.national_id), ("mobile", &party.mobile), ("name", &party.name)];
    for (name, value) in members {
        if let Some(value) = value {
            sealed[name] = seal_text(engine, person, value)?.into();
        }
    }
    Ok((person, sealed))
}

pub(super) fn seal_text(engine: &Engine, person: Id, clear: &str) -> Result<String, Refusal> {
    engine
        .vault
        .seal(person, clear, &engine.random())
        .ok_or_else(|| Refusal::Internal("a text could not be sealed".to_owned()))
}

/// Checks every field and brings it into its stored form; all errors at once.
fn check(
    mut message: NewMessage,
    province: &str,
    idempotency_key: Option<&str>,
    catalog: &crate::catalog::Catalog,
) -> Result<NewMessage, Refusal> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, code| errors.push(FieldError { field: field.to_owned(), code });
    if !CHANNELS.contains(&message.channel.as_str()) {
        wrong("/channel", "not-an-option");
    }
    if idempotency_key.is_some_and(|key| key.is_empty() || key.len() > IDEMPOTENCY_KEY_BYTES_MAX) {
        wrong("/idempotencyKey", "too-long");
    }
    message.text = text::stored_form(&message.text);
    if message.text.trim().is_empty() {
        wrong("/text", "required");
    } else if message.text.chars().count() > TEXT_CHARS_MAX {
        wrong("/text", "too-long");
    }
    check_party(&mut message.from, "/from", &mut wrong);
    if let Some(party) = &mut message.on_behalf_of {
        check_party(party, "/onBehalfOf", &mut wrong);
    }
    message.province.get_or_insert_with(|| province.to_owned());
    let directory = catalog.directory();
    let known = |id: &str| id == catalog.province() || directory.province(id).is_some();
    if !message.province.as_deref().is_some_and(known) {
        wrong("/province", "not-an-option");
    }
    if message.agency.as_deref().is_some_and(|id| directory.agency(id).is_none()) {
        wrong("/agency", "not-an-option");
    }
    if message.topic.as_deref().is_some_and(|id| directory.topic(id).is_none()) {
        wrong("/topic", "not-an-option");
    }
    if message.county.as_deref().is_some_and(|id| directory.county(id).is_none()) {
        wrong("/county", "not-an-option");
    }
    if errors.is_empty() { Ok(message) } else { Err(Refusal::Invalid(errors)) }
}

fn check_party(party: &mut Party, at: &str, wrong: &mut impl FnMut(&str, &'static str)) {
    if let Some(id) = &mut party.national_id {
        match text::national_id(id) {
            Some(digits) => *id = digits,
            None => wrong(&format!("{at}/nationalId"), "national-id-checksum"),
        }
    }
    if let Some(number) = &mut party.mobile {
        match text::mobile(number) {
            Some(e164) => *number = e164,
            None => wrong(&format!("{at}/mobile"), "mobile-invalid"),
        }
    }
    if let Some(name) = &mut party.name {
        *name = text::stored_form(name);
        if name.chars().count() > NAME_CHARS_MAX {
            wrong(&format!("{at}/name"), "too-long");
        }
    }
}
