//! Deploying packs: who may, what a client sent, and one request that comes twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use peygir_calendar::{Jalali, JalaliError, Place};
use peygir_casework::text::stored_form;
use peygir_core::{Id, Moment};
use peygir_source::{Diagnostic, Diagnostics, Span, render};

use super::names::instant;
use super::packs::pack_version;
use super::refusal::{FieldError, Refusal};
use super::submit::{IDEMPOTENCY_KEY_BYTES_MAX, claim_key, claimed, same_body};
use super::view::{EditionDone, EditionView, NewEdition, NewPack, PlannedEdition, ThenView};
use super::{Desk, place_of_pack};
use crate::access::{Permission, Principal};
use crate::command::Claim;
use crate::engine::Failure;
use crate::pack::{self, Bundle};
use crate::packs::plan::{Then, Wanted, Wish};
use crate::packs::withdraw::{REASON_CHARS_MAX, Unwithdrawn};
use crate::packs::{Edition, NOTE_CHARS_MAX, PACKS_MAX, PackRef, Plan, Refused, Unfit};

const IDEMPOTENCY: &[u8] = b"k/idempotency/";
const TOP: Span = Span { line: 1, column: 1, length: 0 };

impl Desk {
    /// Checks everything first; then it is one change, durable and, where its date has come, in force when this returns.
    pub async fn deploy_packs(
        &self,
        by: &Principal,
        edition: &NewEdition,
        idempotency_key: Option<&str>,
    ) -> Result<EditionDone, Refusal> {
        if !by.may_somewhere(Permission::PackDeploy) {
            return Err(Refusal::Forbidden);
        }
        if !self.host.engine.takes_packs() {
            return Err(Refusal::Conflict("packs-not-taken"));
        }
        let request = self.request(by, edition, idempotency_key)?;
        if let Some(number) = request.as_ref().and_then(|request| request.known) {
            return self.edition_again(number);
        }
        let wish = self.wish(edition).await?;
        self.may_deploy(by, &wish).await?;
        let mut plan = self.host.plan_packs(wish).await.map_err(refusal)?;
        if plan.changes_nothing && !edition.dry_run {
            let planned = self.planned(&plan);
            return Ok(EditionDone { repeated: true, planned, ..self.done(&plan, self.editions_or_none().1, None) });
        }
        if edition.dry_run {
            let tables = self.planned_changes(by, &plan).await?;
            return Ok(EditionDone { dry_run: true, tables, ..self.done(&plan, plan.deploy.after + 1, None) });
        }
        let number = plan.deploy.after + 1;
        plan.deploy.claims = request.map(|request| request.claim(number)).into_iter().collect();
        let told = self.done(&plan, number, None);
        match self.host.deploy_packs(&by.id, plan).await {
            Ok(stream) => {
                let from = stream.editions.all.get(&number).map(|edition| instant(edition.effective_from));
                Ok(EditionDone { effective_from: from.unwrap_or(told.effective_from), ..told })
            }
            // The same request at the same moment.
            Err(Failure::Claimed { value, .. }) => self.edition_again(number_of(&value)?),
            Err(failure) => Err(failure.into()),
        }
    }

    /// Takes back an edition that is still to come; `reason` says why, for whoever looks at it later. Refused where its date
    /// has come (then the version before is deployed), and where what is planned after it would be wrong without it.
    pub async fn withdraw_edition(&self, by: &Principal, number: u64, reason: &str) -> Result<EditionView, Refusal> {
        if !by.may_somewhere(Permission::PackDeploy) {
            return Err(Refusal::Forbidden);
        }
        let reason = stored_form(reason).trim().to_owned();
        let code = match reason.chars().count() {
            0 => Some("required"),
            count if count > REASON_CHARS_MAX => Some("too-long"),
            _ if !is_plain(&reason) => Some("not-one-line"),
            _ => None,
        };
        if let Some(code) = code {
            return Err(Refusal::Invalid(vec![FieldError { field: "/reason".to_owned(), code }]));
        }
        let (editions, _) = self.editions_or_none();
        let edition = editions.all.get(&number).ok_or(Refusal::NotFound)?;
        let known = |pack: &PackRef| Wanted::Known { name: pack.name.clone(), version: pack.version.clone() };
        let packs = edition.packs.iter().map(known).collect();
        self.may_deploy(by, &Wish { packs, removed: edition.removed.clone(), ..Wish::default() }).await?;
        let plan = self.host.plan_withdrawal(number, reason).await.map_err(|error| match error {
            Unwithdrawn::Refused(refused) => refused.into(),
            Unwithdrawn::Unfit(unfit) => refusal(unfit),
        })?;
        let stream = self.host.withdraw_edition(&by.id, plan).await?;
        let edition = stream.editions.all.get(&number).ok_or(Refusal::NotFound)?;
        let (_, present) = self.editions_or_none();
        let sight = self.sight(by, &stream.editions).await?;
        Ok(self.edition_view(&stream.editions, present, edition, &sight))
    }

    /// What a client sent, read; all that is wrong with it at once.
    async fn wish(&self, edition: &NewEdition) -> Result<Wish, Refusal> {
        let mut errors = Vec::new();
        let mut wrong = |field: &str, code| errors.push(FieldError { field: field.to_owned(), code });
        if edition.packs.is_empty() && edition.remove.is_empty() {
            wrong("/packs", "required");
        }
        if edition.packs.len() > PACKS_MAX {
            wrong("/packs", "too-long");
        }
        for (index, pack) in edition.packs.iter().enumerate() {
            match (&pack.files, &pack.version) {
                (Some(_), Some(_)) => wrong(&format!("/packs/{index}/version"), "files-or-version"),
                (None, None) => wrong(&format!("/packs/{index}/files"), "required"),
                _ => {}
            }
        }
        let now = self.host.clock.now();
        let effective_from = edition.effective_from.as_deref().map(|text| self.instant_of(text));
        match effective_from {
            Some(Err(code)) => wrong("/effectiveFrom", code),
            Some(Ok(at)) if at < now => wrong("/effectiveFrom", "in-past"),
            _ => {}
        }
        let note = stored_form(edition.note.as_deref().unwrap_or_default()).trim().to_owned();
        if note.chars().count() > NOTE_CHARS_MAX {
            wrong("/note", "too-long");
        }
        if !is_plain(&note) {
            wrong("/note", "not-one-line");
        }
        if !errors.is_empty() {
            return Err(Refusal::Invalid(errors));
        }
        let mut found = Diagnostics::default();
        let packs = edition.packs.iter().filter_map(|pack| wanted(pack, &mut found)).collect();
        if found.has_errors() {
            return Err(Refusal::Findings(found));
        }
        let effective_from = effective_from.and_then(Result::ok);
        let (removed, keep_planned) = (edition.remove.clone(), edition.keep_planned);
        Ok(Wish { packs, removed, effective_from, note, keep_planned })
    }

    /// An instant with its offset, or a Solar Hijri day in the deployment's zone: its beginning, or the time that is named.
    /// Err with the code of what is wrong.
    fn instant_of(&self, text: &str) -> Result<Moment, &'static str> {
        if let Ok(instant) = text.parse::<jiff::Timestamp>() {
            return Ok(instant.into());
        }
        let zone = self.host.engine.catalog().zone().clone();
        let text = peygir_calendar::digits::to_ascii(text.trim());
        let (day, time) =
            text.split_once(char::is_whitespace).map_or((text.as_str(), None), |(day, time)| (day, Some(time)));
        let day: Jalali = day.parse().map_err(|error| code_of(&error))?;
        let time = match time {
            Some(time) => time_of_day(time.trim()).ok_or("time-of-day")?,
            None => jiff::civil::Time::midnight(),
        };
        let begins = day.to_gregorian().to_datetime(time).to_zoned(zone).map_err(|_| INSTANT_OR_DATE)?;
        Ok(begins.timestamp().into())
    }

    /// The edition that will bring what a plan would change nothing of: it is still to come.
    fn planned(&self, plan: &Plan) -> Option<PlannedEdition> {
        let (editions, _) = self.editions_or_none();
        let now = editions.not_before(self.host.clock.now());
        let (from, deploy) = (plan.deploy.effective_from?, &plan.deploy);
        let present = editions.packs_at(now);
        let is_new = |edition: &&Edition| {
            let brings = |pack: &PackRef| deploy.packs.contains(pack) && !present.contains(pack);
            edition.packs.iter().any(brings) || edition.removed.iter().any(|name| deploy.removed.contains(name))
        };
        let mut to_come = editions.to_come(now).into_iter().filter(|edition| edition.effective_from <= from);
        let edition = to_come.rfind(is_new)?;
        Some(PlannedEdition { edition: edition.number, effective_from: instant(edition.effective_from) })
    }

    /// Nobody deploys a pack for a place that they do not administer: not where it is to hold, and not where a version of
    /// the same name holds or is to hold. What acts everywhere is changed by whoever administers everything.
    async fn may_deploy(&self, by: &Principal, wish: &Wish) -> Result<(), Refusal> {
        let everywhere = by.may(Permission::PackDeploy, &place_of_pack(&Place::default()));
        if everywhere {
            return Ok(());
        }
        let (editions, number) = self.editions_or_none();
        let may = |place: &Place| by.may(Permission::PackDeploy, &place_of_pack(place));
        let mut names: BTreeSet<String> = wish.removed.iter().cloned().collect();
        let mut new = Vec::new();
        for wanted in &wish.packs {
            let bundle = match wanted {
                Wanted::New(bundle) => bundle.clone(),
                Wanted::Known { name, version } => Arc::new(self.stored(name, version).await?),
            };
            if !may(&bundle.place) {
                return Err(Refusal::Forbidden);
            }
            names.insert(bundle.name.clone());
            new.push(bundle);
        }
        let mut known: BTreeMap<String, Vec<(PackRef, Bundle)>> = BTreeMap::new();
        for name in names {
            let versions: BTreeSet<PackRef> =
                editions.versions(&name).into_iter().map(|(_, pack)| pack.clone()).collect();
            for version in versions {
                let bundle = self.stored(&name, &version.version).await?;
                if !may(&bundle.place) {
                    return Err(Refusal::Forbidden);
                }
                known.entry(name.clone()).or_default().push((version, bundle));
            }
        }
        let in_force = editions.packs_of(number);
        let present = |name: &str| {
            let versions = known.get(name).into_iter().flatten();
            versions.filter(|(pack, _)| in_force.contains(pack)).map(|(_, bundle)| bundle).next()
        };
        let mut found = Diagnostics::default();
        for bundle in &new {
            note_wide(&bundle.name, present(&bundle.name), bundle.wide_files(), &mut found);
        }
        for name in &wish.removed {
            note_wide(name, present(name), BTreeMap::new(), &mut found);
        }
        if found.has_errors() { Err(Refusal::Findings(found)) } else { Ok(()) }
    }

    /// What is known of the request by its idempotency key.
    fn request(&self, by: &Principal, edition: &NewEdition, key: Option<&str>) -> Result<Option<Request>, Refusal> {
        let Some(key) = key.filter(|_| !edition.dry_run) else { return Ok(None) };
        if key.is_empty() || key.len() > IDEMPOTENCY_KEY_BYTES_MAX {
            let field = "/idempotencyKey".to_owned();
            return Err(Refusal::Invalid(vec![FieldError { field, code: "too-long" }]));
        }
        let engine = &self.host.engine;
        let body = serde_json::to_string(edition).map_err(|error| Refusal::Internal(error.to_string()))?;
        let digest = engine.vault.fingerprint("body", &body);
        let key = claim_key(engine, IDEMPOTENCY, &format!("{}\0packs\0{key}", by.id));
        let known = claimed(engine, &key)?.map(|value| same_body(&value, &digest)).transpose()?;
        let known = known.map(|id| number_of(&id.0)).transpose()?;
        Ok(Some(Request { key, digest, known }))
    }

    fn edition_again(&self, number: u64) -> Result<EditionDone, Refusal> {
        let (editions, _) = self.editions_or_none();
        let edition = editions.all.get(&number).ok_or_else(|| Refusal::Internal("a claim is damaged".to_owned()))?;
        Ok(EditionDone {
            edition: number,
            effective_from: instant(edition.effective_from),
            packs: edition.packs.iter().map(pack_version).collect(),
            removed: edition.removed.clone(),
            new: Vec::new(),
            findings: Vec::new(),
            dry_run: false,
            repeated: true,
            planned: None,
            then: Vec::new(),
            tables: None,
        })
    }

    fn done(&self, plan: &Plan, edition: u64, effective_from: Option<Moment>) -> EditionDone {
        let now = self.host.clock.now();
        let effective_from = effective_from.or(plan.deploy.effective_from).unwrap_or(now).max(now);
        EditionDone {
            edition,
            effective_from: instant(effective_from),
            packs: plan.deploy.packs.iter().map(pack_version).collect(),
            removed: plan.deploy.removed.clone(),
            new: plan.fresh.clone(),
            findings: findings(&plan.found),
            dry_run: false,
            repeated: false,
            planned: None,
            then: plan.then.iter().map(then_view).collect(),
            tables: None,
        }
    }
}

fn then_view(then: &Then) -> ThenView {
    ThenView {
        edition: then.edition,
        effective_from: instant(then.effective_from),
        name: then.name.clone(),
        version: then.version.clone(),
    }
}

/// Neither an instant nor a date.
const INSTANT_OR_DATE: &str = "instant-or-date";

/// Why a date is none, as a code for people.
fn code_of(error: &JalaliError) -> &'static str {
    match error {
        JalaliError::Form(_) | JalaliError::Year(_) => INSTANT_OR_DATE,
        JalaliError::Month(_) => "date-no-month",
        JalaliError::Day { .. } => "date-no-day",
        JalaliError::Leap { .. } => "date-no-leap-year",
    }
}

/// `08:00`, and as people write it `8:00`.
fn time_of_day(text: &str) -> Option<jiff::civil::Time> {
    let padded = if text.as_bytes().get(1) == Some(&b':') { format!("0{text}") } else { text.to_owned() };
    padded.parse().ok()
}

/// Whether a text stands on one line and shows its characters in their order: nobody forges a line of a listing with it.
fn is_plain(text: &str) -> bool {
    !text.chars().any(|one| one.is_control() || pack::is_steering(one))
}

/// A request with an idempotency key.
struct Request {
    key: Vec<u8>,
    digest: [u8; 32],
    /// The edition that it made when it came before.
    known: Option<u64>,
}

impl Request {
    fn claim(self, number: u64) -> Claim {
        Claim { key: self.key, value: [id_of(number).0.as_slice(), &self.digest].concat() }
    }
}

/// An edition's number in the form in which claims keep what they lead to.
fn id_of(number: u64) -> Id {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    Id(id)
}

fn number_of(value: &[u8]) -> Result<u64, Refusal> {
    let number = value.first_chunk::<8>().map(|bytes| u64::from_be_bytes(*bytes));
    number.ok_or_else(|| Refusal::Internal("a claim is damaged".to_owned()))
}

/// A pack as it was sent: with its files, or by the version that the store has.
fn wanted(pack: &NewPack, found: &mut Diagnostics) -> Option<Wanted> {
    let Some(files) = &pack.files else {
        return Some(Wanted::Known { name: pack.name.clone(), version: pack.version.clone().unwrap_or_default() });
    };
    match Bundle::of_texts(files.clone()) {
        Ok(bundle) if bundle.name == pack.name => Some(Wanted::New(Arc::new(bundle))),
        Ok(bundle) => {
            let mut diagnostic = peygir_source::Diagnostic::error(
                "PG-P074",
                peygir_source::Span { line: 1, column: 1, length: 0 },
                format!("the pack was sent as \"{}\" and calls itself \"{}\"", pack.name, bundle.name),
                format!("بسته با نام «{}» فرستاده شد و خود را «{}» می‌نامد", pack.name, bundle.name),
            );
            diagnostic.file = bundle.shown("pack.yaml");
            found.push(diagnostic);
            None
        }
        Err(findings) => {
            let named = |mut one: peygir_source::Diagnostic| {
                one.file = format!("{}/{}", pack.name, one.file);
                one
            };
            found.list.extend(findings.list.into_iter().map(named));
            None
        }
    }
}

/// Files that act everywhere and would change.
fn note_wide(name: &str, present: Option<&Bundle>, files: BTreeMap<&str, &str>, found: &mut Diagnostics) {
    let before = present.map(Bundle::wide_files).unwrap_or_default();
    let paths: BTreeSet<&str> = before.keys().chain(files.keys()).copied().collect();
    for path in paths.into_iter().filter(|path| before.get(path) != files.get(path)) {
        let mut diagnostic = Diagnostic::error(
            "PG-P079",
            TOP,
            "flows, directories and copies of addresses hold everywhere: whoever administers one place does not change them",
            "گردش کار، راهنما و رونوشت نشانی همه‌جا به کار می‌آید: مدیرِ یک جا آن را تغییر نمی‌دهد",
        )
        .with_help(
            "ask an administrator of the whole deployment to deploy this pack",
            "از مدیر کل استقرار بخواهید این بسته را مستقر کند",
        );
        diagnostic.file = format!("{name}/{path}");
        found.push(diagnostic);
    }
}

/// What was found, as programs are told it.
pub fn findings(found: &Diagnostics) -> Vec<serde_json::Value> {
    found.list.iter().map(render::json).collect()
}

fn slow(table: &str) -> Diagnostic {
    Diagnostic::warning(
        "PG-T027",
        TOP,
        format!("the check took too long and was given up at the table \"{table}\": nothing was deployed"),
        format!("بررسی بیش از اندازه طول کشید و در جدول «{table}» رها شد: چیزی مستقر نشد"),
    )
    .with_help(
        "make two tables of it, one that sorts and one that routes what was sorted; or deploy fewer packs at once",
        "آن را دو جدول کنید، یکی که دسته‌بندی کند و یکی که دسته‌ها را ارجاع دهد؛ یا بسته‌های کمتری را با هم مستقر کنید",
    )
}

fn slow_tests(script: &str) -> Diagnostic {
    Diagnostic::warning(
        "PG-S101",
        TOP,
        format!("the check took too long and was given up at the tests of the script \"{script}\": nothing was deployed"),
        format!("بررسی بیش از اندازه طول کشید و در آزمون‌های اسکریپت «{script}» رها شد: چیزی مستقر نشد"),
    )
    .with_help(
        "see with `peygir test` which rows take long, and let the script do less in them; or deploy fewer packs at once",
        "با `peygir test` ببینید کدام ردیف‌ها دیر پاسخ می‌گیرند و کار اسکریپت را در آن‌ها کم کنید؛ یا بسته‌های کمتری را با هم مستقر کنید",
    )
}

fn refusal(unfit: Unfit) -> Refusal {
    match unfit {
        Unfit::Findings(found) => Refusal::Findings(found),
        Unfit::TooManyToCome => Refused::TooManyToCome.into(),
        Unfit::CalledOff(table) => Refusal::Slow(Diagnostics { list: vec![slow(&table)] }),
        Unfit::CalledOffIn(script) => Refusal::Slow(Diagnostics { list: vec![slow_tests(&script)] }),
        other => Refusal::Internal(other.to_string()),
    }
}
