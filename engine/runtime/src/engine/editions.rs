//! Editions at work: which of them is in force, when the next one is, and replacing the catalog at that instant.
//!
//! The catalog of an edition is in force before any turn of its instant or later is decided: each turn looks first. Where the
//! edition changes calendars, the operation that derives deadlines anew begins with it, so that no timer fires by a date that
//! holds no more. Turns that began before go on with what they have.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use peygir_core::Moment;
use peygir_script::Deadline;
use peygir_source::Diagnostics;
use peygir_store::Version;

use super::force::open_operations;
use super::{Engine, Failure};
use crate::catalog::Catalog;
use crate::closures;
use crate::command::{Command, Envelope};
use crate::deploy;
use crate::pack::{self, Bundle, Head, Kinds, Making};
use crate::packs::contrary;
use crate::packs::covered;
use crate::packs::folder::{self, Folder, Notice};
use crate::packs::plan::{self, Ground, Outcome, Plan, Unfit, Wish};
use crate::packs::withdraw::{self, Unwithdrawn, Withdrawal};
use crate::packs::{Editions, FOLDER, PackRef, STREAM, shelf};
use crate::stream::Stream;

/// Stands for an instant that never comes.
const NEVER: i64 = i64::MAX;
/// Catalogs that were made and may be put in force soon.
const MADE_MAX: usize = 8;

/// The catalog that was made before for packs, if it is still kept.
type MadeBefore<'a> = dyn Fn(&[PackRef]) -> Option<Outcome> + 'a;

/// What an engine knows of editions.
pub(super) struct Book {
    kinds: Option<Kinds>,
    state: Mutex<State>,
    /// When the next edition is to be put in force, in microseconds.
    next: AtomicI64,
    /// Held while a catalog is replaced: turns of that instant and later wait.
    enacting: Mutex<()>,
    /// An edition was put in force, and schedules and calendars may not be in line with it yet.
    changed: AtomicBool,
    made: Mutex<Vec<Outcome>>,
    kept: pack::Kept,
    /// Labels of packs of the folder that the start left out of force.
    left: Mutex<Vec<String>>,
}

#[derive(Default)]
struct State {
    editions: Arc<Editions>,
    version: Version,
    /// The edition in force; 0 before the first.
    number: u64,
    /// Editions that could not be put in force.
    broken: BTreeSet<u64>,
}

/// Why packs can't be deployed into a store from a folder.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    #[error("the deployment's packs can't be deployed")]
    Findings(Diagnostics),
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl Engine {
    /// Takes up the editions of the store, with the folder's packs as their first author, and puts in force what is due.
    pub fn begin_editions(&self, folder: &Folder, now: Moment) -> Result<Vec<Notice>, BeginError> {
        let stream = self.load(STREAM)?;
        let book = self.book.get_or_init(|| Book {
            kinds: folder.kinds.clone(),
            state: Mutex::default(),
            next: AtomicI64::new(NEVER),
            enacting: Mutex::default(),
            changed: AtomicBool::new(false),
            made: Mutex::default(),
            kept: pack::Kept::default(),
            left: Mutex::default(),
        });
        // What was read from the folder need not be read again if it is what is in force.
        let packs = folder.bundles.iter().map(|bundle| plan::reference(bundle)).collect();
        let catalog = Arc::new(self.catalog().packs().clone());
        book.keep_made(vec![Outcome { packs, catalog, found: Diagnostics::default() }]);
        locked(&book.state).take(&stream);
        let clock = now;
        let now = stream.editions.not_before(now);
        if now > clock {
            tracing::warn!(%clock, last = %now, "the clock is behind the last deployment: what was in force then stays so");
        }
        let (wish, mut notices) = folder::wish(folder, &stream.editions, now);
        *locked(&book.left) = notices.iter().filter_map(Notice::left).map(str::to_owned).collect();
        if wish.packs.is_empty() && wish.removed.is_empty() {
            // What is in force has to be right for this program too; what is to come is looked at when it comes.
            self.make(book, &stream.editions.packs_at(now))?.map_err(BeginError::Findings)?;
            let _one = locked(&book.enacting);
            self.enact(book, now)?;
            return Ok(notices);
        }
        let plan = self.plan_packs(&wish, now, &|| false).map_err(BeginError::of)?;
        let packs: Vec<String> = plan.deploy.packs.iter().map(PackRef::label).collect();
        let gone = plan.deploy.removed.clone();
        let contrary = plan.found.list.iter().filter(|found| found.code == contrary::CONTRADICTION);
        notices.extend(contrary.map(|found| Notice::Contradicted {
            message: found.message.clone(),
            message_fa: found.message_fa.to_string(),
        }));
        let covered = plan.found.list.iter().filter(|found| found.code == covered::COVERED);
        notices.extend(covered.map(|found| Notice::Covered {
            place: format!("{}:{}", found.file, found.span.line),
            message: found.message.clone(),
            message_fa: found.message_fa.to_string(),
        }));
        let done = self.handle(STREAM, FOLDER, now, Command::DeployPacks(plan.deploy))?;
        let edition = done.editions.last();
        let deployed = (!packs.is_empty()).then_some(Notice::Deployed { edition, packs });
        let taken_out = (!gone.is_empty()).then_some(Notice::TakenOut { edition, packs: gone });
        notices.splice(0..0, deployed.into_iter().chain(taken_out));
        Ok(notices)
    }

    /// Labels of packs of the deployment's folder that are not in force: somebody deployed another version, or took them away.
    pub fn left_in_folder(&self) -> Vec<String> {
        self.book.get().map(|book| locked(&book.left).clone()).unwrap_or_default()
    }

    /// Whether packs can be deployed here at all.
    pub fn takes_packs(&self) -> bool {
        self.book.get().is_some()
    }

    /// Checks what somebody wants to be deployed, beside what is in force and what is planned; as long as it is not called off.
    pub fn plan_packs(&self, wish: &Wish, now: Moment, is_called_off: &dyn Fn() -> bool) -> Result<Plan, Unfit> {
        let book = self.book.get().ok_or_else(|| Unfit::Store("packs are not deployed here".to_owned()))?;
        let editions = locked(&book.state).editions.clone();
        let now = editions.not_before(now);
        let catalog = self.catalog();
        let deadline = || catalog.script_deadline();
        let made = |packs: &[PackRef]| book.made(packs);
        let making = Making::new(&book.kept, is_called_off);
        let ground = self.ground(making, (book, &catalog, &editions), (&made, &deadline), now);
        let plan = plan::plan(&ground, wish)?;
        book.keep_made(plan.outcomes.clone());
        Ok(plan)
    }

    /// Checks whether an edition that is still to come can be withdrawn: what is planned after it has to be right without it.
    pub fn plan_withdrawal(
        &self,
        number: u64,
        reason: &str,
        now: Moment,
        is_called_off: &dyn Fn() -> bool,
    ) -> Result<Withdrawal, Unwithdrawn> {
        let not_here = || Unfit::Store("packs are not deployed here".to_owned());
        let book = self.book.get().ok_or_else(not_here)?;
        let (editions, present) = {
            let state = locked(&book.state);
            (state.editions.clone(), state.number)
        };
        let catalog = self.catalog();
        let deadline = || catalog.script_deadline();
        let now = editions.not_before(now);
        let made = |packs: &[PackRef]| book.made(packs);
        let making = Making::new(&book.kept, is_called_off);
        let ground = self.ground(making, (book, &catalog, &editions), (&made, &deadline), now);
        let withdrawal = withdraw::plan(&ground, present, number, reason)?;
        book.keep_made(withdrawal.outcomes.clone());
        Ok(withdrawal)
    }

    fn ground<'a>(
        &'a self,
        making: Making<'a>,
        (book, catalog, editions): (&'a Book, &'a Catalog, &'a Editions),
        (made, deadline): (&'a MadeBefore<'a>, &'a dyn Fn() -> Deadline),
        now: Moment,
    ) -> Ground<'a> {
        let (store, settings) = (self.store.as_ref(), &catalog.packs().deployment);
        let kinds = book.kinds.as_ref();
        Ground { store, editions, settings, kinds, making, made, deadline, now }
    }

    /// All editions, and the number of the one in force; None where packs are not deployed here.
    pub fn editions(&self) -> Option<(Arc<Editions>, u64)> {
        let state = locked(&self.book.get()?.state);
        Some((state.editions.clone(), state.number))
    }

    /// Whether an edition could not be put in force although its date has come.
    pub fn is_broken_edition(&self, number: u64) -> bool {
        self.book.get().is_some_and(|book| locked(&book.state).broken.contains(&number))
    }

    /// A version of a pack that was ever deployed.
    pub fn stored_pack(&self, name: &str, version: &str) -> Result<Option<Bundle>, Failure> {
        Ok(shelf::read(self.store.as_ref(), name, version)?)
    }

    /// Whose a version is that was ever deployed.
    pub fn pack_head(&self, name: &str, version: &str) -> Result<Option<Head>, Failure> {
        Ok(shelf::head(self.store.as_ref(), name, version)?)
    }

    /// What was in force with an edition: for whoever looks at decisions of its time. Err where it can't be made any more.
    pub fn catalog_of_edition(&self, number: u64) -> Result<Arc<pack::Catalog>, Failure> {
        let book = self.book.get().ok_or_else(|| Failure::Internal("packs are not deployed here".to_owned()))?;
        let editions = locked(&book.state).editions.clone();
        if !editions.all.contains_key(&number) {
            return Err(Failure::Internal(format!("there is no edition {number}")));
        }
        self.make(book, &editions.packs_of(number))?.map_err(|found| Failure::Internal(first_of(&found)))
    }

    /// When the next edition is to be put in force.
    pub(super) fn next_edition(&self) -> Option<Moment> {
        let next = self.book.get()?.next.load(Ordering::SeqCst);
        (next != NEVER).then_some(Moment(next))
    }

    /// Puts in force what is due. True where something else is in force since this was asked last, whoever put it there:
    /// then schedules and calendars have to be brought in line.
    pub fn enact_editions(&self, now: Moment) -> Result<bool, Failure> {
        self.enact_due(now)?;
        Ok(self.book.get().is_some_and(|book| book.changed.swap(false, Ordering::SeqCst)))
    }

    /// It was not possible to bring everything in line: it is tried again.
    pub fn editions_out_of_line(&self) {
        if let Some(book) = self.book.get() {
            book.changed.store(true, Ordering::SeqCst);
        }
    }

    pub(super) fn enact_due(&self, at: Moment) -> Result<(), Failure> {
        let Some(book) = self.book.get() else { return Ok(()) };
        if book.next.load(Ordering::SeqCst) > at.0 {
            return Ok(());
        }
        let _one = locked(&book.enacting);
        if book.next.load(Ordering::SeqCst) > at.0 { Ok(()) } else { self.enact(book, at) }
    }

    /// A commit of the editions' stream counts from now on. It is durable: what can't be done now is done by the next turn.
    pub(super) fn know_editions(&self, stream: &Stream) {
        let Some(book) = self.book.get().filter(|_| stream.id == STREAM) else { return };
        let _one = locked(&book.enacting);
        locked(&book.state).take(stream);
        if let Err(failure) = self.enact(book, stream.head.at) {
            tracing::error!(%failure, "an edition could not be put in force yet");
        }
    }

    /// Puts in force the last edition whose date has come; whoever calls holds `enacting`.
    fn enact(&self, book: &Book, at: Moment) -> Result<(), Failure> {
        // Until this is through, turns of this instant wait.
        book.next.store(at.0.min(book.next.load(Ordering::SeqCst)), Ordering::SeqCst);
        loop {
            let (editions, number, target) = {
                let state = locked(&book.state);
                (state.editions.clone(), state.number, state.target(at))
            };
            let Some(target) = target.filter(|target| *target != number) else { break };
            match self.make(book, &editions.packs_of(target))? {
                Ok(pack) => {
                    self.replace_packs(&pack, target, number == 0, at)?;
                    locked(&book.state).number = target;
                    book.changed.store(true, Ordering::SeqCst);
                }
                Err(found) => {
                    tracing::error!(edition = target, why = first_of(&found), "an edition can't be put in force");
                    locked(&book.state).broken.insert(target);
                }
            }
        }
        let next = locked(&book.state).next_after(at);
        book.next.store(next.map_or(NEVER, |next| next.0), Ordering::SeqCst);
        Ok(())
    }

    /// What packs come to together. The outer error is the store's.
    fn make(&self, book: &Book, packs: &[PackRef]) -> Result<Result<Arc<pack::Catalog>, Diagnostics>, Failure> {
        if let Some(made) = book.made(packs) {
            return Ok(Ok(made.catalog));
        }
        let bundles = plan::bundles_of(self.store.as_ref(), packs, &mut BTreeMap::new())?;
        let settings = self.catalog().packs().deployment.clone();
        Ok(match pack::of_bundles(settings, &bundles, book.kinds.as_ref(), Making::whole(&book.kept)) {
            Ok((catalog, found)) => {
                let catalog = Arc::new(catalog);
                book.keep_made(vec![Outcome { packs: packs.to_vec(), catalog: catalog.clone(), found }]);
                Ok(catalog)
            }
            Err(found) => Err(found),
        })
    }

    /// `first`: what is in force is no edition; flows of earlier times are read from the store.
    fn replace_packs(&self, pack: &pack::Catalog, number: u64, first: bool, at: Moment) -> Result<(), Failure> {
        let present = self.catalog();
        let fresh = present.with_pack(pack).with_edition(number);
        let fresh = if first {
            deploy::with_earlier(self.store.as_ref(), fresh, at)
                .map_err(|error| Failure::Internal(error.to_string()))?
        } else {
            fresh.with_flows_of(&present)
        };
        let known = self.put_with_closures(&fresh)?;
        self.note_calendars(&fresh, &known, at);
        Ok(())
    }

    /// Replaces the catalog. Gives the closures that are in force with it.
    fn put_with_closures(&self, fresh: &Catalog) -> Result<Stream, Failure> {
        loop {
            let stream = self.load(closures::STREAM)?;
            let operations = open_operations(&stream.closures, fresh);
            let catalog = fresh.with_closures(&stream.closures, operations);
            let mut deployed = self.deployed.write().unwrap_or_else(PoisonError::into_inner);
            // A closure may have been declared between the reading and now.
            if deployed.version().is_none_or(|version| version <= stream.version) {
                deployed.replace(catalog, stream.version);
                return Ok(stream);
            }
        }
    }

    /// Changed calendars begin an operation, in the same breath: a timer that is due is derived anew before it fires. Where
    /// that is refused, the host asks again.
    fn note_calendars(&self, catalog: &Catalog, known: &Stream, at: Moment) {
        let calendars = catalog.calendar_digests();
        let nothing_new = known.closures.changed(&calendars).map_or(calendars.is_empty(), |changed| changed.is_empty());
        if nothing_new {
            return;
        }
        let command = Command::CalendarsDeployed { calendars, operation: self.new_id(at) };
        let seed = self.seeds.as_ref().map_or_else(|| self.seed(), |seeds| seeds(closures::STREAM, at, &command));
        let envelope = Envelope::new("system", at, seed, command);
        let derived = self.in_force(closures::STREAM, envelope, None).and_then(|turn| self.carry_through(turn));
        if let Err(failure) = derived {
            tracing::error!(%failure, "deadlines are not derived anew yet by the calendars of an edition");
        }
    }
}

impl Book {
    /// In whatever order they are named.
    fn made(&self, packs: &[PackRef]) -> Option<Outcome> {
        locked(&self.made).iter().find(|outcome| plan::as_set(&outcome.packs) == plan::as_set(packs)).cloned()
    }

    fn keep_made(&self, outcomes: Vec<Outcome>) {
        let mut made = locked(&self.made);
        made.retain(|known| outcomes.iter().all(|new| plan::as_set(&new.packs) != plan::as_set(&known.packs)));
        made.extend(outcomes);
        let over = made.len().saturating_sub(MADE_MAX);
        made.drain(..over);
    }
}

impl State {
    fn take(&mut self, stream: &Stream) {
        // Commits may be told in another order than they were made in.
        if stream.version > self.version {
            (self.editions, self.version) = (Arc::new(stream.editions.clone()), stream.version);
        }
    }

    /// The edition that should be in force at an instant.
    fn target(&self, at: Moment) -> Option<u64> {
        let at = self.editions.not_before(at);
        let come = self.editions.in_order().into_iter().filter(|edition| edition.effective_from <= at);
        let mut numbers = come.map(|edition| edition.number);
        numbers.rfind(|number| !self.broken.contains(number))
    }

    fn next_after(&self, at: Moment) -> Option<Moment> {
        self.editions.to_come(at).first().map(|edition| edition.effective_from)
    }
}

impl BeginError {
    fn of(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Findings(found) => BeginError::Findings(found),
            other => BeginError::Failure(Failure::Internal(other.to_string())),
        }
    }
}

fn first_of(found: &Diagnostics) -> String {
    let first = found.list.iter().find(|found| found.severity == peygir_source::Severity::Error);
    first.map(|found| format!("{}:{}: {}", found.file, found.span.line, found.message)).unwrap_or_default()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
