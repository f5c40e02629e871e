//! The stream of closures: one is declared or withdrawn, calendars were deployed. Each begins an operation, by a command in
//! the same commit, so that no end of the process loses it.

use peygir_core::Id;

use super::{Refused, Turn};
use crate::closures::{Begun, CLOSURES_MAX, Closure, Digests, REASON_CHARS_MAX, Refused as Bad, Withdrawn};
use crate::command::{Command, Recorded};
use crate::operation::About;
use crate::stream::RowName;

impl Turn<'_> {
    /// The same closure again, by who got no answer, changes nothing.
    pub(super) fn declare_closure(&mut self, closure: &Closure) -> Result<(), Refused> {
        let closures = &self.stream.closures;
        if let Some(known) = closures.all.get(&closure.id) {
            return if is_same(known, closure) { Ok(()) } else { Err(Bad::Taken.into()) };
        }
        closure.check(self.catalog.calendars(&closure.place())).map_err(|why| match why {
            Bad::UnknownCalendar(id) if self.catalog.all_calendars().iter().any(|known| known.id() == id) => {
                Bad::CalendarElsewhere(id)
            }
            why => why,
        })?;
        if closures.all.len() >= CLOSURES_MAX {
            return Err(Bad::TooMany.into());
        }
        closures.may_begin()?;
        let declared =
            Closure { declared_at: self.at, declared_by: self.actor.to_owned(), withdrawn: None, ..closure.clone() };
        self.touch(RowName::Closure(closure.id));
        self.note_closures(Recorded::ClosureDeclared(declared));
        self.begin(closure.operation, About::ClosureDeclared(closure.id));
        Ok(())
    }

    pub(super) fn withdraw_closure(&mut self, closure: Id, reason: &str, operation: Id) -> Result<(), Refused> {
        let known = self.stream.closures.all.get(&closure).ok_or(Bad::NotFound)?;
        match &known.withdrawn {
            Some(withdrawn) if withdrawn.operation == operation => return Ok(()),
            Some(_) => return Err(Bad::Withdrawn.into()),
            None => {}
        }
        if reason.trim().is_empty() || reason.chars().count() > REASON_CHARS_MAX {
            return Err(Bad::Reason.into());
        }
        self.stream.closures.may_begin()?;
        let (at, by) = (self.at, self.actor.to_owned());
        let withdrawn = Withdrawn { at, by, reason: reason.to_owned(), operation };
        self.touch(RowName::Closure(closure));
        self.note_closures(Recorded::ClosureWithdrawn { closure, withdrawn });
        self.begin(operation, About::ClosureWithdrawn(closure));
        Ok(())
    }

    /// What was deployed for the first time can have moved nothing: it is only noted.
    pub(super) fn calendars_deployed(&mut self, calendars: &Digests, operation: Id) -> Result<(), Refused> {
        let changed = self.stream.closures.changed(calendars);
        if changed.as_ref().is_some_and(|changed| changed.is_empty()) {
            return Ok(());
        }
        let about = changed.map(|changed| About::CalendarsChanged(changed.into_iter().collect()));
        if about.is_some() {
            self.stream.closures.may_begin()?;
        }
        let begun = about.clone().map(|about| Begun { operation, about });
        self.note_closures(Recorded::CalendarsDeployed { calendars: calendars.clone(), begun });
        if let Some(about) = about {
            self.begin(operation, about);
        }
        Ok(())
    }

    pub(super) fn operation_ended(&mut self, operation: Id) {
        if self.stream.closures.register.open.iter().any(|begun| begun.operation == operation) {
            self.note_closures(Recorded::OperationEnded(operation));
        }
    }

    fn begin(&mut self, operation: Id, about: About) {
        self.outbound.push((operation, Command::BeginOperation(about)));
    }

    fn note_closures(&mut self, event: Recorded) {
        self.touch(RowName::Register);
        self.stream.closures.apply(&event);
        self.events.push(event);
    }
}

/// Whether it is the same declaration; when, by whom and under which operation is the turn's word.
fn is_same(known: &Closure, again: &Closure) -> bool {
    let said = |closure: &Closure| {
        let Closure { calendar, scope, first, last, hours, name, .. } = closure.clone();
        (calendar, scope, first, last, hours, name)
    };
    said(known) == said(again)
}
