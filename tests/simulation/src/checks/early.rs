//! Statement: nothing that waits for an instant happens before it. Timers of flows, reminders, deadlines that pass and tasks that
//! expire: each on record at its instant or behind it.

use peygir_casework::Event;
use peygir_core::Moment;
use peygir_runtime::command::Recorded;
use peygir_runtime::stream::Stream;

use crate::finding::{Finding, found};

/// Looks at an event before it is applied to its stream.
pub fn check(before: &Stream, event: &Recorded, at: Moment) -> Result<(), Finding> {
    let waits_for = match event {
        Recorded::Flow { instance, event: peygir_core::Event::TimerCleared { timer, fired: true } } => {
            before.instances.get(instance).and_then(|instance| instance.timers.get(timer)).map(|timer| timer.due)
        }
        Recorded::Case(Event::TaskExpired { task }) => before.records.tasks.get(task).and_then(|task| task.max_at),
        Recorded::Case(Event::TaskOverdue { task }) => before.records.tasks.get(task).and_then(|task| task.due_at),
        Recorded::Case(Event::TaskReminded { task, reminder }) => {
            let task = before.records.tasks.get(task);
            task.and_then(|task| task.reminders.get(*reminder as usize)).map(|reminder| reminder.at)
        }
        _ => return Ok(()),
    };
    match waits_for {
        Some(due) if due <= at => Ok(()),
        _ => Err(found("early", format!("stream {}, at {at}: {event:?} waits for {waits_for:?}", before.id))),
    }
}
