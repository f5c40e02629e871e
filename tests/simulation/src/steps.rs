//! Which steps the journal has begun, and under which key each may have an effect.
//!
//! Owns: the form of keys, written down a second time: an effect under any other key would be one that no peer recognises as
//! the repetition that it is. A step is a task of an instance with the number of its run; a script's actions and a task's
//! reminders are numbered within it.

use std::collections::{BTreeMap, BTreeSet};

use peygir_casework::Event;
use peygir_casework::records::Dispatch;
use peygir_core::Id;

/// Between a step and the number of a script's action.
const ACTION: &str = "/action#";
/// Between a step and the number of a reminder.
const REMINDER: &str = "/remind#";

#[derive(Debug, Default)]
pub struct Steps {
    begun: BTreeSet<(Id, String)>,
    /// The steps of people's tasks.
    tasks: BTreeMap<Id, (Id, String)>,
    /// Of which task which reminder was due.
    reminded: BTreeSet<(Id, String, u32)>,
}

impl Steps {
    pub fn walk(&mut self, instance: Id, event: &peygir_core::Event) {
        if let peygir_core::Event::TaskStarted { key, .. } = event {
            self.begun.insert((instance, key.clone()));
        }
    }

    pub fn take(&mut self, event: &Event) {
        match event {
            Event::TaskCreated(task) => {
                self.tasks.insert(task.id, (task.caller.instance, task.caller.key.clone()));
            }
            Event::TaskReminded { task, reminder } => {
                if let Some((instance, key)) = self.tasks.get(task) {
                    self.reminded.insert((*instance, key.clone(), *reminder));
                }
            }
            _ => {}
        }
    }

    /// Errs where what is queued is no effect of a step that has begun, or not under that step's key.
    pub fn check(&self, stream: Id, dispatch: &Dispatch) -> Result<(), String> {
        let key = dispatch.key.as_str();
        let Some(call) = &dispatch.reply_to else {
            let of_stream = key.strip_prefix(&format!("{stream}/"));
            let of_step = of_stream.and_then(|rest| rest.strip_suffix(&format!("/{}", dispatch.lane)));
            let parts = of_step.and_then(|rest| rest.split_once('/'));
            let (instance, step) = parts.ok_or("it is not made of stream, step, channel and recipient")?;
            let instance = Id::parse(instance).ok_or("its instance is no id")?;
            return self.has_begun(instance, step);
        };
        if key != format!("{}/{}", call.instance, call.key) {
            return Err(format!("it is a call of {} in {}", call.key, call.instance));
        }
        self.has_begun(call.instance, &call.key)
    }

    fn has_begun(&self, instance: Id, step: &str) -> Result<(), String> {
        let (caller, reminder) = numbered(step, REMINDER);
        if let Some(number) = reminder
            && !self.reminded.contains(&(instance, caller.to_owned(), number))
        {
            return Err(format!("reminder {number} of {caller} was not due"));
        }
        let (task, _) = numbered(caller, ACTION);
        if self.begun.contains(&(instance, task.to_owned())) {
            Ok(())
        } else {
            Err(format!("{task} of {instance} was never begun"))
        }
    }
}

/// What stands before a mark, and the number behind it; all of it where there is no such mark at its end.
fn numbered<'a>(step: &'a str, mark: &str) -> (&'a str, Option<u32>) {
    let parts = step.rsplit_once(mark).and_then(|(before, number)| Some((before, number.parse().ok()?)));
    parts.map_or((step, None), |(before, number)| (before, Some(number)))
}
