//! Calendars, closures, and the deadlines that they moved.

use peygir_calendar::{Calendar, ClosedHours, Hours, Jalali, MonthPage, Name, Place, Scope, minute_of_day};
use peygir_casework::text::stored_form;
use peygir_core::{Id, Moment};

use super::names::{instant, person};
use super::refusal::{FieldError, Refusal};
use super::view::{
    Bilingual, CalendarView, ClosureDone, ClosureView, MovedView, NewClosure, OperationView, Page, PageRequest,
    ScopeView, WithdrawnView,
};
use super::{Desk, PAGE_ITEMS, PAGE_ITEMS_MAX, decode_cursor, encode_cursor, place_of};
use crate::access::{self, Permission, Principal};
use crate::catalog::Catalog;
use crate::closures::{self, Closure, Order};
use crate::engine::Failure;
use crate::host::Declared;
use crate::operation::{About, Moved, Operation};
use crate::rows::List;
use crate::turn::Refused;

impl Desk {
    pub async fn calendars(&self, by: &Principal) -> Result<Vec<CalendarView>, Refusal> {
        allowed(by, Permission::CalendarRead)?;
        let catalog = self.host.engine.catalog();
        let today = self.today(catalog.zone());
        Ok(catalog.all_calendars().into_iter().map(|calendar| calendar_view(&catalog, calendar, today)).collect())
    }

    fn today(&self, zone: &jiff::tz::TimeZone) -> Jalali {
        Jalali::from_gregorian(zone.to_datetime(self.host.clock.now().to_jiff()).date())
    }

    /// A Solar Hijri month of the calendar that answers for this name in a place, with the closures that are in force.
    pub async fn calendar_month(
        &self,
        by: &Principal,
        calendar: &str,
        place: &Place,
        (year, month): (i16, u8),
    ) -> Result<MonthPage, Refusal> {
        allowed(by, Permission::CalendarRead)?;
        let catalog = self.host.engine.catalog();
        let found = catalog.calendars(place).at(calendar, place).ok_or(Refusal::NotFound)?;
        let today = self.today(found.zone());
        MonthPage::new(found, place, year, month, Some(today)).map_err(|_| Refusal::NotFound)
    }

    /// The month that it is now in this calendar's zone.
    pub async fn current_month(&self, calendar: &str) -> Result<(i16, u8), Refusal> {
        let catalog = self.host.engine.catalog();
        let known = catalog.all_calendars();
        let found = known.iter().find(|known| known.id() == calendar).ok_or(Refusal::NotFound)?;
        let today = self.today(found.zone());
        Ok((today.year(), today.month()))
    }

    /// Newest first, withdrawn ones too.
    pub async fn closures(&self, by: &Principal) -> Result<Vec<ClosureView>, Refusal> {
        allowed(by, Permission::CalendarRead)?;
        let catalog = self.host.engine.catalog();
        let closures = self.host.closures().await?;
        Ok(closures.iter().map(|closure| closure_view(&catalog, closure)).collect())
    }

    /// The closure is in force when this returns; the deadlines that it moves follow in an operation.
    pub async fn declare_closure(&self, by: &Principal, closure: &NewClosure) -> Result<ClosureDone, Refusal> {
        let catalog = self.host.engine.catalog();
        let order = order(&catalog, closure)?;
        may_close(&catalog, by, &order.scope)?;
        Ok(done(self.host.declare_closure(&by.id, &order).await?))
    }

    /// The same, once for a key of the principal's: repeated it answers as before, which the flag tells. With another body
    /// it is refused.
    pub async fn declare_closure_once(
        &self,
        by: &Principal,
        closure: &NewClosure,
        idempotency_key: &str,
    ) -> Result<(ClosureDone, bool), Refusal> {
        let engine = &self.host.engine;
        let catalog = engine.catalog();
        let order = order(&catalog, closure)?;
        may_close(&catalog, by, &order.scope)?;
        let print = engine.vault.fingerprint("closure", &format!("{}\0{idempotency_key}", by.id));
        let mut id = Id::default();
        id.0.copy_from_slice(&print[..16]);
        match self.host.declare_closure_as(&by.id, &order, id).await {
            Ok((declared, repeated)) => Ok((done(declared), repeated)),
            Err(Failure::Refused(Refused::Closure(closures::Refused::Taken))) => Err(Refusal::KeyReused),
            Err(failure) => Err(failure.into()),
        }
    }

    pub async fn withdraw_closure(&self, by: &Principal, closure: Id, reason: &str) -> Result<ClosureDone, Refusal> {
        let closures = self.host.closures().await?;
        let found = closures.iter().find(|known| known.id == closure).ok_or(Refusal::NotFound)?;
        may_close(&self.host.engine.catalog(), by, &found.scope)?;
        if reason.trim().is_empty() {
            return Err(wrong("/reason", "required"));
        }
        if reason.chars().count() > closures::REASON_CHARS_MAX {
            return Err(wrong("/reason", "too-long"));
        }
        let operation = self.host.withdraw_closure(&by.id, closure, reason).await?;
        Ok(ClosureDone { closure: closure.to_string(), operation: operation.to_string() })
    }

    /// Newest first.
    pub async fn operations(&self, by: &Principal, page: &PageRequest) -> Result<Page<OperationView>, Refusal> {
        allowed(by, Permission::CalendarRead)?;
        self.page(List::Operations, page, |stream, id| Some(operation_view(id, stream.operation.as_ref()?))).await
    }

    pub async fn operation(&self, by: &Principal, operation: Id) -> Result<OperationView, Refusal> {
        allowed(by, Permission::CalendarRead)?;
        let found = self.host.operation(operation).await?.ok_or(Refusal::NotFound)?;
        Ok(operation_view(operation, &found))
    }

    /// The deadlines that an operation moved, of cases that the principal may read.
    pub async fn operation_moved(
        &self,
        by: &Principal,
        operation: Id,
        page: &PageRequest,
    ) -> Result<Page<MovedView>, Refusal> {
        allowed(by, Permission::CalendarRead)?;
        let catalog = self.host.engine.catalog();
        let limit = page.limit.unwrap_or(PAGE_ITEMS).clamp(1, PAGE_ITEMS_MAX);
        let after = page.after.as_deref().map(decode_moved).transpose()?;
        let found = self.host.moved_by(operation, after, limit).await?;
        let next = found.last().filter(|_| found.len() == limit).map(|last| encode_cursor(&cursor_of(last)));
        let mut items = Vec::new();
        for moved in found {
            let stream = self.host.read(moved.stream).await?;
            if by.may(Permission::CaseRead, &place_of(&catalog, &stream)) {
                items.push(moved_view(&moved));
            }
        }
        Ok(Page { items, next })
    }
}

fn allowed(by: &Principal, permission: Permission) -> Result<(), Refusal> {
    if by.may_somewhere(permission) { Ok(()) } else { Err(Refusal::Forbidden) }
}

/// A closure touches every case of its scope: whoever declares it holds the role for all of them. A scope without a
/// province means the deployment's own.
fn may_close(catalog: &Catalog, by: &Principal, scope: &Scope) -> Result<(), Refusal> {
    let place = access::Place {
        province: Some(scope.province.clone().unwrap_or_else(|| catalog.province().to_owned())),
        county: scope.county.clone(),
        agency: scope.agency.clone(),
    };
    if by.may(Permission::ClosureDeclare, &place) { Ok(()) } else { Err(Refusal::Forbidden) }
}

fn wrong(field: &str, code: &'static str) -> Refusal {
    Refusal::Invalid(vec![FieldError { field: field.to_owned(), code }])
}

/// What a client sent, read; all that is wrong with it at once.
fn done(declared: Declared) -> ClosureDone {
    ClosureDone { closure: declared.closure.to_string(), operation: declared.operation.to_string() }
}

fn order(catalog: &Catalog, closure: &NewClosure) -> Result<Order, Refusal> {
    let mut errors = Vec::new();
    let mut note = |field: &str, code| errors.push(FieldError { field: field.to_owned(), code });
    let mut date = |field: &str, text: &str| {
        let read = text.trim().parse::<Jalali>().ok();
        if read.is_none() {
            note(field, "jalali-date");
        }
        read
    };
    let first = date("/date", &closure.date);
    let last = closure.until.as_deref().map_or(first, |until| date("/until", until));
    let hours = match (&closure.from, &closure.hours) {
        (Some(_), Some(_)) => {
            note("/hours", "one-of-both");
            None
        }
        (Some(from), None) => {
            let minute = minute_of_day(from).ok();
            if minute.is_none() {
                note("/from", "time-of-day");
            }
            minute.map(ClosedHours::From)
        }
        (None, Some(spans)) => {
            let read: Option<Vec<Hours>> = spans.iter().map(|span| Hours::parse(span).ok()).collect();
            if read.is_none() {
                note("/hours", "hours");
            }
            read.map(ClosedHours::OpenOnly)
        }
        (None, None) => Some(ClosedHours::From(0)),
    };
    known_places(catalog, &closure.scope, &mut note);
    let names = [closure.name.fa.trim(), closure.name.en.trim()];
    if names.contains(&"") {
        note("/name", "required");
    }
    if names.iter().any(|name| name.chars().count() > closures::NAME_CHARS_MAX) {
        note("/name", "too-long");
    }
    let calendar = closure.calendar.clone().or_else(|| usual_calendar(catalog)).unwrap_or_else(|| {
        note("/calendar", "required");
        String::new()
    });
    // One line without marks that turn or hide text: it stands in the derivations that citizens read.
    let line = |text: &str| stored_form(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let name = Name { fa: line(&closure.name.fa), en: line(&closure.name.en) };
    let scope = Scope {
        province: closure.scope.province.clone(),
        county: closure.scope.county.clone(),
        agency: closure.scope.agency.clone(),
    };
    match (first, last, hours) {
        (Some(first), Some(last), Some(hours)) if errors.is_empty() => {
            Ok(Order { calendar, scope, first, last, hours, name })
        }
        _ => Err(Refusal::Invalid(errors)),
    }
}

/// The deployment's default, unless that is a service that never closes: it is not what people mean who close an office.
fn usual_calendar(catalog: &Catalog) -> Option<String> {
    let usual = catalog.calendars(&catalog.home_place()).get(catalog.default_calendar())?;
    (!usual.is_always_open()).then(|| usual.id().to_owned())
}

/// A place that nobody knows would close nothing, and nobody would notice.
fn known_places(catalog: &Catalog, scope: &ScopeView, note: &mut impl FnMut(&str, &'static str)) {
    let directory = catalog.directory();
    let province = |id: &str| id == catalog.province() || directory.province(id).is_some();
    if scope.province.as_deref().is_some_and(|id| !province(id)) {
        note("/for/province", "not-an-option");
    }
    let county = |id: &String| directory.counties.iter().any(|county| county.id == *id);
    if scope.county.as_ref().is_some_and(|id| !county(id)) {
        note("/for/county", "not-an-option");
    }
    if scope.agency.as_ref().is_some_and(|id| directory.agency(id).is_none()) {
        note("/for/agency", "not-an-option");
    }
}

fn calendar_view(catalog: &Catalog, calendar: &Calendar, today: Jalali) -> CalendarView {
    let years = [today.year(), today.year().saturating_add(1)];
    CalendarView {
        id: calendar.id().to_owned(),
        title: bilingual(calendar.title()),
        zone: calendar.zone_name().to_owned(),
        extends: calendar.bases().first().cloned(),
        scope: calendar.scope().map(scope_view).unwrap_or_default(),
        years: calendar.years().collect(),
        lacking: years.into_iter().filter(|year| calendar.lacks_table(*year)).collect(),
        default: calendar.id() == catalog.default_calendar(),
    }
}

fn bilingual(name: &Name) -> Bilingual {
    Bilingual { fa: name.fa.clone(), en: name.en.clone() }
}

fn scope_view(scope: &Scope) -> ScopeView {
    ScopeView { province: scope.province.clone(), county: scope.county.clone(), agency: scope.agency.clone() }
}

fn closure_view(catalog: &Catalog, closure: &Closure) -> ClosureView {
    let declared = closure.declared();
    let (from, hours) = match &declared.hours {
        ClosedHours::From(0) => (None, None),
        ClosedHours::From(minute) => (Some(format!("{:02}:{:02}", minute / 60, minute % 60)), None),
        ClosedHours::OpenOnly(spans) => (None, Some(spans.iter().map(ToString::to_string).collect())),
    };
    ClosureView {
        id: declared.id,
        calendar: declared.calendar,
        scope: scope_view(&declared.scope),
        date: declared.first.to_string(),
        until: declared.last.to_string(),
        from,
        hours,
        name: bilingual(&declared.name),
        declared_at: instant(closure.declared_at),
        declared_by: person(catalog, &closure.declared_by),
        withdrawn: closure.withdrawn.as_ref().map(|withdrawn| WithdrawnView {
            at: instant(withdrawn.at),
            by: person(catalog, &withdrawn.by),
            reason: withdrawn.reason.clone(),
            operation: withdrawn.operation.to_string(),
        }),
        operation: closure.operation.to_string(),
    }
}

fn operation_view(id: Id, operation: &Operation) -> OperationView {
    let (kind, closure) = match &operation.about {
        About::ClosureDeclared(closure) => ("closure-declared", Some(closure)),
        About::ClosureWithdrawn(closure) => ("closure-withdrawn", Some(closure)),
        About::CalendarsChanged(_) => ("calendars-changed", None),
    };
    OperationView {
        id: id.to_string(),
        kind: kind.to_owned(),
        closure: closure.map(Id::to_string),
        begun_at: instant(operation.begun_at),
        ended_at: operation.ended_at.map(instant),
        seen: operation.seen,
        moved: operation.moved,
        failed: operation.failed,
    }
}

fn moved_view(moved: &Moved) -> MovedView {
    MovedView {
        case_id: moved.stream.to_string(),
        tracking_code: moved.code.clone(),
        id: moved.of.to_string(),
        from: instant(moved.from),
        to: instant(moved.to),
    }
}

/// The cursor of the list is its last line's place: stream and task.
fn cursor_of(moved: &Moved) -> Vec<u8> {
    [moved.stream.0, moved.of.0].concat()
}

fn decode_moved(cursor: &str) -> Result<Moved, Refusal> {
    let bytes = decode_cursor(cursor)?;
    let half = |range: std::ops::Range<usize>| bytes.get(range)?.try_into().ok().map(Id);
    match (half(0..16), half(16..32)) {
        (Some(stream), Some(of)) => Ok(Moved { stream, of, code: None, from: Moment(0), to: Moment(0) }),
        _ => Err(wrong("/after", "not-a-cursor")),
    }
}
