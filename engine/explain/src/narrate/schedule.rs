//! What a flow is for, what starts it, how long it may take, and what it puts out.

use peygir_calendar::TEHRAN;
use peygir_calendar::cron;
use peygir_dsl::model::{CatchUp, Overlap, Schedule};

use super::Narrator;
use super::event::consumption;
use crate::text::isolated;

impl Narrator<'_> {
    pub(super) fn head(&self) -> Vec<String> {
        let workflow = self.workflow;
        let name = isolated(&workflow.name.to_string());
        let mut said = vec![match &workflow.title {
            Some(title) => self.words.with("flow-titled", [("title", isolated(title).into()), ("name", name.into())]),
            None => self.words.with("flow-named", [("name", name.into())]),
        }];
        said.extend(workflow.summary.as_deref().map(isolated));
        let starts = workflow.schedule.as_ref().map_or_else(Vec::new, |schedule| self.starts(schedule));
        said.push(match starts.is_empty() {
            true => self.words.say("start-called"),
            false => self.sentences(&starts),
        });
        if let Some(input) = &workflow.input {
            said.extend(input.schema.as_ref().map(|_| self.words.say("flow-input-schema")));
            let from = input.from.as_ref();
            said.extend(from.map(|from| self.words.with("input-from", [("value", self.value(&from.source()).into())])));
        }
        if let Some(timeout) = &workflow.timeout {
            said.push(self.words.with("flow-timeout", [("duration", self.duration_expr(timeout).into())]));
        }
        said
    }

    pub(super) fn tail(&self) -> Vec<String> {
        let Some(output) = &self.workflow.output else { return Vec::new() };
        let as_ = output.as_.as_ref();
        let mut said: Vec<String> = as_
            .map(|as_| self.words.with("flow-output", [("value", self.value(&as_.source()).into())]))
            .into_iter()
            .collect();
        said.extend(output.schema.as_ref().map(|_| self.words.say("output-schema")));
        said
    }

    /// A sentence for each way in which the flow starts by itself.
    fn starts(&self, schedule: &Schedule) -> Vec<String> {
        let mut said = Vec::new();
        if let Some(on) = &schedule.on {
            said.push(self.words.with(&format!("start-{}", consumption(on)), [("events", self.events(on).into())]));
        }
        if let Some(cron) = &schedule.cron {
            let zone = self.workflow.settings.zone.as_deref().unwrap_or(TEHRAN);
            let zone =
                self.words.known(&format!("zone-{}", zone.replace('/', "-")), []).unwrap_or_else(|| isolated(zone));
            said.push(self.words.with("start-cron", [("when", self.cron(cron).into()), ("zone", zone.into())]));
        }
        let every = |id: &str, duration| self.words.with(id, [("duration", self.duration(duration).into())]);
        said.extend(schedule.every.map(|duration| every("start-every", duration)));
        said.extend(schedule.after.map(|duration| every("start-after", duration)));
        if schedule.cron.is_some() || schedule.every.is_some() || schedule.after.is_some() {
            said.push(self.words.say(match self.workflow.settings.catch_up {
                CatchUp::Once => "catch-up-once",
                CatchUp::Skip => "catch-up-skip",
                CatchUp::All => "catch-up-all",
            }));
            said.extend(match self.workflow.settings.overlap {
                Overlap::Allow => None,
                Overlap::Skip => Some(self.words.say("overlap-skip")),
                Overlap::Queue => Some(self.words.say("overlap-queue")),
            });
        }
        said
    }

    /// The five fields in words; as they are where they are not right.
    fn cron(&self, text: &str) -> String {
        cron::Schedule::parse(text).map_or_else(|_| isolated(text), |schedule| schedule.describe(self.words.language))
    }

    /// What starts the flow, in a few words.
    pub(super) fn start_label(&self) -> String {
        let Some(schedule) = &self.workflow.schedule else { return self.words.say("drawing-start") };
        let mut parts = Vec::new();
        parts.extend(schedule.on.as_ref().map(|on| self.event_names(on)));
        parts.extend(schedule.cron.as_ref().map(|cron| self.cron(cron)));
        let every = |id: &str, duration| self.words.with(id, [("duration", self.duration(duration).into())]);
        parts.extend(schedule.every.map(|duration| every("drawing-every", duration)));
        parts.extend(schedule.after.map(|duration| every("drawing-after", duration)));
        if parts.is_empty() { self.words.say("drawing-start") } else { self.words.either(&parts) }
    }
}
