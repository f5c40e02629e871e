//! What is in force: the deployed catalog with the closures that were declared, and turns that still know an older one.
//!
//! The catalog is replaced as soon as a commit of the closures' stream is durable. A turn that began before goes on with the
//! catalog it has; an operation begins its first page when none is left, so that no deadline is made by closures of before
//! behind its back.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, Weak};

use peygir_store::Version;

use super::{Engine, Failure};
use crate::catalog::Catalog;
use crate::closures::{self, Closures};
use crate::operation::{About, Open, Reach};
use crate::pack::parse_placed;
use crate::stream::Stream;

pub(super) struct Deployed {
    catalog: Arc<Catalog>,
    /// Held by each turn that decides by this catalog.
    turns: Arc<()>,
    /// Of the closures' stream; none as long as it was not read.
    version: Option<Version>,
    /// Turns of catalogs that were replaced.
    older: Vec<Weak<()>>,
}

impl Deployed {
    pub fn new(catalog: Catalog) -> Self {
        Self { catalog: Arc::new(catalog), turns: Arc::default(), version: None, older: Vec::new() }
    }

    pub fn version(&self) -> Option<Version> {
        self.version
    }

    pub fn replace(&mut self, catalog: Catalog, version: Version) {
        self.catalog = Arc::new(catalog);
        let turns = std::mem::take(&mut self.turns);
        self.older.retain(|turns| turns.strong_count() > 0);
        self.older.push(Arc::downgrade(&turns));
        self.version = Some(version);
    }
}

impl Engine {
    pub fn catalog(&self) -> Arc<Catalog> {
        self.deployed.read().unwrap_or_else(PoisonError::into_inner).catalog.clone()
    }

    /// The catalog for a turn, and what the turn holds as long as it lasts.
    pub(super) fn catalog_for_turn(&self) -> (Arc<Catalog>, Arc<()>) {
        let deployed = self.deployed.read().unwrap_or_else(PoisonError::into_inner);
        (deployed.catalog.clone(), deployed.turns.clone())
    }

    /// Whether a turn goes on that began before the closures changed last.
    pub fn has_older_turns(&self) -> bool {
        let deployed = self.deployed.read().unwrap_or_else(PoisonError::into_inner);
        deployed.older.iter().any(|turns| turns.strong_count() > 0)
    }

    /// Reads the closures' stream, once in the life of a process: no turn is decided without it.
    pub(super) fn know_closures(&self) -> Result<(), Failure> {
        if self.deployed.read().unwrap_or_else(PoisonError::into_inner).version.is_some() {
            return Ok(());
        }
        let stream = self.load(closures::STREAM)?;
        self.replace_by(&stream);
        Ok(())
    }

    /// The same, and what was committed to that stream and not yet told of by whoever did it: an operation that went on by
    /// closures of before would pass over the deadlines that it is there to move.
    pub(super) fn know_newest_closures(&self) -> Result<(), Failure> {
        let known = self.deployed.read().unwrap_or_else(PoisonError::into_inner).version;
        let newest = self.version(closures::STREAM)?;
        if known.is_none_or(|known| known < newest) {
            self.replace_by(&self.load(closures::STREAM)?);
        }
        Ok(())
    }

    /// What a commit of the closures' stream changed is in force from now on.
    pub(super) fn put_in_force(&self, stream: &Stream) {
        if stream.id == closures::STREAM {
            self.replace_by(stream);
        }
    }

    fn replace_by(&self, stream: &Stream) {
        let mut deployed = self.deployed.write().unwrap_or_else(PoisonError::into_inner);
        // Commits may be told in another order than they were made in.
        if deployed.version.is_some_and(|version| version >= stream.version) {
            return;
        }
        if stream.version == 0 {
            deployed.version = Some(0);
            return;
        }
        let operations = open_operations(&stream.closures, &deployed.catalog);
        let catalog = deployed.catalog.with_closures(&stream.closures, operations);
        deployed.replace(catalog, stream.version);
    }
}

/// The operations that are not through, and which deadlines each looks at.
pub(super) fn open_operations(closures: &Closures, catalog: &Catalog) -> Vec<Open> {
    let open = closures.register.open.iter();
    open.map(|begun| Open {
        id: begun.operation,
        about: begun.about.clone(),
        reach: Arc::new(reach(&begun.about, closures, catalog)),
    })
    .collect()
}

/// Which deadlines an operation looks at.
pub(super) fn reach(about: &About, closures: &Closures, catalog: &Catalog) -> Reach {
    match about {
        About::ClosureDeclared(closure) | About::ClosureWithdrawn(closure) => {
            // A closure that nobody knows can't be asked for; were there one, it would be looked for everywhere.
            closures.all.get(closure).map_or(Reach::Everything, |closure| Reach::Closure(closure.declared()))
        }
        About::CalendarsChanged(changed) => {
            let changed: BTreeSet<String> = changed.iter().cloned().collect();
            let is_there = |changed: &String| {
                let (id, place) = parse_placed(changed);
                catalog.calendars(&place).get(id).is_some()
            };
            let all_there = changed.iter().all(is_there);
            if all_there { Reach::Calendars(changed) } else { Reach::Everything }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use peygir_calendar::{ClosedHours, Jalali, Name, Place, Scope};
    use peygir_core::{Id, Moment};
    use peygir_store::{MemoryStore, Store};

    use super::*;
    use crate::closures::Order;
    use crate::command::Command;
    use crate::engine::Progress;
    use crate::vault::{Keys, Vault};

    /// 2026-11-21T06:30:00Z.
    const NOW: Moment = Moment(1_795_242_600_000_000);

    fn engine(store: &Arc<MemoryStore>) -> Engine {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/one-province");
        let (pack, _) = crate::pack::load(&folder).unwrap_or_else(|found| panic!("{found:#?}"));
        let catalog = Catalog::new(pack, &BTreeMap::new(), Arc::new(peygir_script::Deadline::never));
        let vault = Vault::new(Arc::new(Keys::in_memory()));
        Engine::new(store.clone(), vault, catalog, Arc::new(|| [7; 32]))
    }

    fn declare(engine: &Engine, closure: Id, operation: Id) {
        let day = Jalali::new(1405, 9, 1).unwrap();
        let order = Order {
            calendar: "ir-working".to_owned(),
            scope: Scope::default(),
            first: day,
            last: day,
            hours: ClosedHours::From(0),
            name: Name { fa: "برف".to_owned(), en: "Snow".to_owned() },
        };
        let command = Command::DeclareClosure(order.closure(closure, operation));
        engine.handle(closures::STREAM, "op", NOW, command).unwrap();
        for (key, command) in engine.store.inbox(10).unwrap() {
            engine.handle_enqueued(&key, &command, NOW).unwrap();
        }
    }

    fn is_open(engine: &Engine) -> bool {
        let day = Jalali::new(1405, 9, 1).unwrap();
        let calendar = engine.catalog().calendars(&Place::default()).get("ir-working").cloned().unwrap();
        calendar.day(day.to_gregorian(), &Place::default()).is_some_and(|day| day.counts)
    }

    #[test]
    fn an_operation_waits_for_the_turns_of_before() {
        let store = Arc::new(MemoryStore::new());
        let engine = engine(&store);
        let (older, turn) = engine.catalog_for_turn();
        let operation = Id([9; 16]);
        declare(&engine, Id([8; 16]), operation);
        assert!(!is_open(&engine), "it is in force at once");
        assert_eq!(engine.advance(operation, NOW), Ok(Progress::Waits));
        drop(older);
        assert_eq!(engine.advance(operation, NOW), Ok(Progress::Waits), "the turn goes on, whatever it holds");
        drop(turn);
        assert_eq!(engine.advance(operation, NOW), Ok(Progress::Advanced));
        assert_eq!(engine.advance(operation, NOW), Ok(Progress::Idle), "it is through");
        // A turn that began after it keeps nobody waiting.
        let _turn = engine.catalog_for_turn();
        assert!(!engine.has_older_turns());
    }

    /// Whoever declared it was not told yet that it is durable, and the loop is at its operation already.
    #[test]
    fn an_operation_goes_on_by_the_closures_that_are_durable() {
        let store = Arc::new(MemoryStore::new());
        let late = engine(&store);
        late.know_closures().unwrap();
        declare(&engine(&store), Id([8; 16]), Id([9; 16]));
        assert!(is_open(&late), "nobody has put it in force here");
        assert_eq!(late.advance(Id([9; 16]), NOW), Ok(Progress::Advanced));
        assert!(!is_open(&late), "its deadlines were derived with it");
    }

    #[test]
    fn a_process_that_begins_knows_what_was_declared() {
        let store = Arc::new(MemoryStore::new());
        let first = engine(&store);
        assert!(is_open(&first));
        declare(&first, Id([8; 16]), Id([9; 16]));
        let second = engine(&store);
        assert!(!is_open(&second));
        assert_eq!(second.catalog().operations().len(), 1, "and what is under way");
        assert_eq!(second.advance(Id([9; 16]), NOW), Ok(Progress::Advanced));
        for (key, command) in store.inbox(10).unwrap() {
            second.handle_enqueued(&key, &command, NOW).unwrap();
        }
        assert_eq!(second.catalog().operations(), []);
    }
}
