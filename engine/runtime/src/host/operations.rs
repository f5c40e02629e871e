//! Closures and operations at work: what clients declare and withdraw, and the pages of operations between other work.

use std::sync::Arc;
use std::time::Duration;

use peygir_core::{Id, Moment};

use super::{Host, blocking};
use crate::closures::{self, Closure, Order};
use crate::command::Command;
use crate::engine::{Failure, Progress};
use crate::operation::{Moved, Operation};

/// How soon an operation that waits for older turns is looked at again.
const WAIT: Duration = Duration::from_millis(2);

/// A closure and the operation that it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Declared {
    pub closure: Id,
    pub operation: Id,
}

impl Host {
    /// Declares a closure. It is in force when this returns; the operation goes on behind it.
    pub async fn declare_closure(self: &Arc<Self>, actor: &str, order: &Order) -> Result<Declared, Failure> {
        let closure = self.engine.new_id(self.clock.now());
        self.declare_closure_as(actor, order, closure).await.map(|(declared, _)| declared)
    }

    /// The same under an id that the caller knows again: declared once more it changes nothing, whatever became of it
    /// meanwhile. True where it had been declared before.
    pub async fn declare_closure_as(
        self: &Arc<Self>,
        actor: &str,
        order: &Order,
        closure: Id,
    ) -> Result<(Declared, bool), Failure> {
        let fresh = self.engine.new_id(self.clock.now());
        let command = Command::DeclareClosure(order.closure(closure, fresh));
        let stream = self.submit(closures::STREAM, actor, command).await?;
        let operation = stream.closures.all.get(&closure).map_or(fresh, |known| known.operation);
        Ok((Declared { closure, operation }, operation != fresh))
    }

    /// Takes a closure back. Gives the operation that this began.
    pub async fn withdraw_closure(self: &Arc<Self>, actor: &str, closure: Id, reason: &str) -> Result<Id, Failure> {
        let operation = self.engine.new_id(self.clock.now());
        let command = Command::WithdrawClosure { closure, reason: reason.to_owned(), operation };
        self.submit(closures::STREAM, actor, command).await?;
        Ok(operation)
    }

    /// All closures that were ever declared, the newest first, withdrawn ones too.
    pub async fn closures(self: &Arc<Self>) -> Result<Vec<Closure>, Failure> {
        let mut closures: Vec<Closure> = self.read(closures::STREAM).await?.closures.all.values().cloned().collect();
        closures.sort_by_key(|closure| std::cmp::Reverse((closure.declared_at, closure.id)));
        Ok(closures)
    }

    /// How far an operation has come. One whose closure was just declared may not have begun: it is told as one that has
    /// seen nothing.
    pub async fn operation(self: &Arc<Self>, id: Id) -> Result<Option<Operation>, Failure> {
        if let Some(operation) = &self.read(id).await?.operation {
            return Ok(Some(operation.clone()));
        }
        let closures = self.read(closures::STREAM).await?;
        let begun = closures.closures.register.open.iter().find(|begun| begun.operation == id);
        Ok(begun.map(|begun| Operation::begun(begun.about.clone(), closures.head.at)))
    }

    /// A page of the deadlines that an operation moved.
    pub async fn moved_by(
        self: &Arc<Self>,
        operation: Id,
        after: Option<Moved>,
        limit: usize,
    ) -> Result<Vec<Moved>, Failure> {
        let engine = self.engine.clone();
        blocking(move || engine.moved_by(operation, after.as_ref(), limit)).await
    }

    /// Tells the stream of closures which calendars are deployed; changed ones begin an operation.
    pub(super) async fn align_calendars(self: &Arc<Self>) -> Result<(), Failure> {
        let digests = self.engine.catalog().calendar_digests();
        let known = self.read(closures::STREAM).await?;
        let nothing_new = known.closures.changed(&digests).map_or(digests.is_empty(), |changed| changed.is_empty());
        if nothing_new {
            return Ok(());
        }
        let operation = self.engine.new_id(self.clock.now());
        let command = Command::CalendarsDeployed { calendars: digests, operation };
        self.submit(closures::STREAM, "system", command).await.map(|_| ())
    }

    /// All pages of all operations that have anything to do now. True where there was one.
    pub(crate) async fn end_operations(self: &Arc<Self>, now: Moment) -> bool {
        let mut any = false;
        while self.advance_operations(now).await {
            any = true;
        }
        any
    }

    /// One page of the oldest operation that has anything to do now. True where there was one.
    pub(crate) async fn advance_operations(self: &Arc<Self>, now: Moment) -> bool {
        // Most often there is none: a look into memory, as at timers.
        let Ok(open) = self.engine.open_operations() else { return false };
        for operation in open.into_iter().filter(|operation| !self.is_paused(*operation, now)) {
            let engine = self.engine.clone();
            match blocking(move || engine.advance(operation, now)).await {
                Ok(Progress::Idle) => {}
                Ok(Progress::Waits) => {
                    tokio::time::sleep(WAIT).await;
                    return true;
                }
                Ok(Progress::Advanced) => {
                    self.watch.written(operation, None);
                    return true;
                }
                Err(failure) => {
                    self.note_result(operation, now, Ok(Err(failure)));
                    return false;
                }
            }
        }
        false
    }
}
