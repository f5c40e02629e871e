//! `schedule`: what starts a flow by itself.

use peygir_source::Node;

use super::data::Place;
use super::fields::Known;
use super::{Reader, message, optional};
use crate::duration::Duration;
use crate::model::Schedule;

/// Fields of a cron schedule.
const CRON_FIELDS: usize = 5;
const STARTERS: [&str; 4] = ["every", "cron", "after", "on"];

impl<'n> Reader<'n> {
    /// Several starters together all apply.
    pub(super) fn schedule(&mut self, node: &'n Node) -> Option<Schedule> {
        self.members(node, &Known { what: "schedule", names: &["every", "cron", "after", "on", "read"] })?;
        if STARTERS.iter().all(|name| node.get(name).is_none()) {
            self.push(message::missing(node.span, "cron", "schedule"));
        }
        if node.get("read").is_some() && node.get("on").is_none() {
            self.push(message::missing(node.span, "on", "schedule"));
        }
        let read = node.get("read").map_or(Some(Default::default()), |read| self.read_as(read, "schedule.read"));
        let on = node.get("on").map(|on| self.consumption(on, "schedule.on", Place::Schedule));
        let cron = node.get("cron").map(|cron| self.cron(cron));
        let every = node.get("every").map(|every| self.interval(every));
        let after = node.get("after").map(|after| self.fixed_duration(after, "schedule.after"));
        Some(Schedule {
            on: optional(on)?,
            read: read?,
            cron: optional(cron)?,
            every: optional(every)?,
            after: optional(after)?,
        })
    }

    fn interval(&mut self, node: &'n Node) -> Option<Duration> {
        let every = self.fixed_duration(node, "schedule.every")?;
        if every.is_zero() {
            self.push(message::bad_duration(node.span, "from one start to the next some time must pass"));
            return None;
        }
        Some(every)
    }

    fn cron(&mut self, node: &'n Node) -> Option<String> {
        let text = self.text(node, "schedule.cron")?;
        let fields = text.split_whitespace().count();
        let checked = match fields {
            CRON_FIELDS => self.names.cron(text),
            _ => Err(format!("it has {fields} fields, not {CRON_FIELDS}")),
        };
        checked.map_err(|said| self.push(message::bad_cron(node.span, &said))).ok()?;
        Some(text.to_owned())
    }
}
