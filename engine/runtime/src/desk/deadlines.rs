//! Deadlines of cases: why they fall where they fall, and what a person does to one.
//!
//! The words are the same for everybody who may see the deadline. A person's own reason is opened for those only who may
//! read the case.

use std::sync::Arc;

use peygir_calendar::Language;
use peygir_casework::deadlines as record;
use peygir_casework::records::{Move, Set, Task, Wait, Waiting};
use peygir_casework::text::{parse_tracking_code, stored_form};
use peygir_core::{Id, Moment};
use serde_json::Value;

use super::instances::checked;
use super::names::{instant, person, plain};
use super::refusal::{FieldError, Refusal};
use super::tasks::{place, sees};
use super::view::{
    Account, Bilingual, DeadlineView, MoveView, Named, ReminderView, SetView, SuspensionView, TrackDeadline,
};
use super::{Desk, place_of};
use crate::access::{Permission, Principal};
use crate::catalog::Catalog;
use crate::command::Command;
use crate::stream::Stream;

/// Who reads, and of which stream.
struct Reading<'a> {
    desk: &'a Desk,
    catalog: &'a Catalog,
    by: &'a Principal,
    stream: &'a Stream,
    /// Whether reasons are opened.
    opens: bool,
}

impl Desk {
    /// All deadlines of a case, open ones first and of these the nearest first; by its id or its tracking code.
    pub async fn case_deadlines(&self, by: &Principal, case: &str) -> Result<Vec<DeadlineView>, Refusal> {
        let id = match parse_tracking_code(case) {
            Some(code) => self.stream_of_code(&code)?,
            None => Id::parse(case).ok_or(Refusal::NotFound)?,
        };
        let stream = self.stream(id).await?;
        let catalog = self.host.engine.catalog();
        super::require(&catalog, by, Permission::CaseRead, &stream)?;
        let reading = Reading { desk: self, catalog: &catalog, by, stream: &stream, opens: true };
        let tasks = stream.records.tasks.values().filter_map(|task| Some((task.is_open(), reading.task(task)?)));
        let waits = stream.records.waits.values().filter_map(|wait| Some((wait.is_open(), reading.wait(wait)?)));
        let mut found: Vec<(bool, DeadlineView)> = tasks.chain(waits).collect();
        found.sort_by(|(a_open, a), (b_open, b)| b_open.cmp(a_open).then_with(|| a.due.cmp(&b.due)));
        Ok(found.into_iter().map(|(_, view)| view).collect())
    }

    pub async fn task_deadline(&self, by: &Principal, task: Id) -> Result<DeadlineView, Refusal> {
        let stream = self.stream_of_task(task).await?;
        self.deadline_of(by, &stream, task)
    }

    fn deadline_of(&self, by: &Principal, stream: &Stream, task: Id) -> Result<DeadlineView, Refusal> {
        let catalog = self.host.engine.catalog();
        let found = stream.records.tasks.get(&task).ok_or(Refusal::NotFound)?;
        if !sees(&catalog, by, stream, found) {
            return Err(Refusal::Forbidden);
        }
        let opens = by.may(Permission::CaseRead, &place_of(&catalog, stream));
        let reading = Reading { desk: self, catalog: &catalog, by, stream, opens };
        reading.task(found).ok_or(Refusal::NotFound)
    }

    /// A person's word on the date holds over the calendar's, until a person says another.
    pub async fn set_deadline(
        &self,
        by: &Principal,
        task: Id,
        due: Moment,
        reason: &str,
    ) -> Result<DeadlineView, Refusal> {
        let stream = self.stream_to_change(by, task, Permission::DeadlineSet).await?;
        let reason = self.seal_reason(&stream, reason)?;
        let changed = self.change_deadline(by, &stream, task, Command::SetDeadline { task, due, reason }).await;
        changed.map_err(|refusal| of_field(refusal, "/due"))
    }

    /// The deadline rests while the citizen is waited for: at the latest until `until`, or as long as its flow allows.
    pub async fn suspend_deadline(
        &self,
        by: &Principal,
        task: Id,
        reason: &str,
        until: Option<Moment>,
    ) -> Result<DeadlineView, Refusal> {
        let stream = self.stream_to_change(by, task, Permission::DeadlineSuspend).await?;
        let reason = self.seal_reason(&stream, reason)?;
        let command = Command::SuspendDeadline { task, reason, until };
        let changed = self.change_deadline(by, &stream, task, command).await;
        changed.map_err(|refusal| of_field(refusal, "/until"))
    }

    /// What was waited for has come.
    pub async fn resume_deadline(&self, by: &Principal, task: Id) -> Result<DeadlineView, Refusal> {
        let stream = self.stream_to_change(by, task, Permission::DeadlineSuspend).await?;
        self.change_deadline(by, &stream, task, Command::ResumeDeadline(task)).await
    }

    async fn stream_to_change(&self, by: &Principal, task: Id, permission: Permission) -> Result<Arc<Stream>, Refusal> {
        let stream = self.stream_of_task(task).await?;
        let catalog = self.host.engine.catalog();
        let found = stream.records.tasks.get(&task).ok_or(Refusal::NotFound)?;
        if may_change(&catalog, by, &stream, found, permission) { Ok(stream) } else { Err(Refusal::Forbidden) }
    }

    async fn change_deadline(
        &self,
        by: &Principal,
        stream: &Stream,
        task: Id,
        command: Command,
    ) -> Result<DeadlineView, Refusal> {
        let changed = self.host.carry_out(stream.id, &by.id, command).await?;
        self.deadline_of(by, &changed, task)
    }

    /// Sealed for whom the case is about: the command stands in the journal as it comes.
    fn seal_reason(&self, stream: &Stream, reason: &str) -> Result<String, Refusal> {
        let reason = checked(stored_form(reason))?;
        let Some(party) = stream.records.concerned() else { return Ok(reason) };
        let engine = &self.host.engine;
        engine.vault.seal(party.person, &reason, &engine.random()).ok_or(Refusal::Conflict("erased"))
    }

    /// What whoever holds the tracking code is told of the deadlines that run, the nearest first.
    pub(super) fn track_deadlines(&self, catalog: &Catalog, stream: &Stream) -> Vec<TrackDeadline> {
        let mut open: Vec<&Task> = stream.records.tasks.values().filter(|task| task.is_open()).collect();
        open.sort_by_key(|task| (task.due_at, task.id));
        let now = self.host.clock.now();
        let told = |task: &&Task| {
            let (text, account) = words(task)?;
            Some(TrackDeadline {
                title: title(catalog, stream, task),
                due: instant(task.due_at?),
                overdue: task.overdue_at.is_some(),
                waiting: task.terms.as_ref().is_some_and(|terms| terms.waiting_at(now).is_some()),
                counted: counted(task, &account),
                text,
                account,
            })
        };
        open.iter().filter_map(told).collect()
    }
}

/// Of each line of the account: whether the stretch that it tells counts.
fn counted(task: &Task, account: &Account) -> Vec<Option<bool>> {
    let told = record::to_json(task, None).unwrap_or_default();
    let stretches = told["derivation"].as_array().map_or(&[][..], Vec::as_slice);
    let of_line = |line: &String| {
        let stretch = stretches.iter().find(|stretch| stretch["text"]["en"] == line.as_str())?;
        stretch["counted"].as_bool()
    };
    account.en.iter().map(of_line).collect()
}

fn title(catalog: &Catalog, stream: &Stream, task: &Task) -> Bilingual {
    let form = catalog.form(&task.form, &stream.place(catalog));
    form.map_or_else(
        || Bilingual { fa: task.form.clone(), en: task.form.clone() },
        |form| Bilingual { fa: form.title_fa.clone(), en: form.title_en.clone() },
    )
}

/// An instant that can't be taken is wrong where it was given.
fn of_field(refusal: Refusal, field: &str) -> Refusal {
    match refusal {
        Refusal::Conflict(code @ ("in-past" | "past-max" | "suspended-too-long")) => {
            Refusal::Invalid(vec![FieldError { field: field.to_owned(), code }])
        }
        other => other,
    }
}

/// A task's deadline in both languages.
fn words(task: &Task) -> Option<(Bilingual, Account)> {
    both(record::view(task, Language::Persian)?, record::view(task, Language::English)?)
}

fn both(fa: record::Account, en: record::Account) -> Option<(Bilingual, Account)> {
    Some((Bilingual { fa: fa.text, en: en.text }, Account { fa: fa.lines, en: en.lines }))
}

/// Whether a principal may do this to a task's deadline: where the case is, where the task is, and never in a case that
/// they may not see.
fn may_change(catalog: &Catalog, by: &Principal, stream: &Stream, task: &Task, permission: Permission) -> bool {
    sees(catalog, by, stream, task) && by.may(permission, &place(catalog, stream, task))
}

impl Reading<'_> {
    fn task(&self, task: &Task) -> Option<DeadlineView> {
        let (text, account) = words(task)?;
        let terms = task.terms.as_deref();
        let now = self.desk.host.clock.now();
        let may = |permission| {
            terms.is_some() && task.is_open() && may_change(self.catalog, self.by, self.stream, task, permission)
        };
        let waits = terms.is_some_and(|terms| terms.waiting_at(now).is_some());
        let allowed = terms.is_some_and(|terms| terms.suspend.is_some() && terms.set.is_none());
        let may_suspend = may(Permission::DeadlineSuspend);
        Some(DeadlineView {
            id: task.id.to_string(),
            kind: "task".to_owned(),
            title: title(self.catalog, self.stream, task),
            status: peygir_casework::view::task_status(task, now).to_owned(),
            due: instant(task.due_at?),
            max: task.max_at.map(instant),
            overdue: task.overdue_at.is_some(),
            text,
            account,
            derivation: self.json(|open| record::to_json(task, open)),
            suspensions: terms.map(|terms| self.suspensions(&terms.suspensions)).unwrap_or_default(),
            moves: terms.map(|terms| self.moves(&terms.moves)).unwrap_or_default(),
            set: terms.and_then(|terms| terms.set.as_ref()).map(|set| self.set(set)),
            reminders: task.reminders.iter().map(reminder).collect(),
            may_set: may(Permission::DeadlineSet),
            may_suspend: may_suspend && allowed && !waits && task.overdue_at.is_none(),
            may_resume: may_suspend && waits,
        })
    }

    fn wait(&self, wait: &Wait) -> Option<DeadlineView> {
        let terms = wait.terms.as_deref()?;
        let view = |language| record::view_of(terms, language);
        let (text, account) = both(view(Language::Persian), view(Language::English))?;
        Some(DeadlineView {
            id: wait.id.to_string(),
            kind: "wait".to_owned(),
            title: Bilingual {
                fa: "انتظار زمان کاری".to_owned(), en: "Wait for working time".to_owned()
            },
            status: if wait.is_open() { "waiting" } else { "ended" }.to_owned(),
            due: instant(wait.at),
            max: None,
            overdue: false,
            text,
            account,
            derivation: self.json(|open| Some(record::to_json_of(terms, open))),
            suspensions: Vec::new(),
            moves: self.moves(&terms.moves),
            set: None,
            reminders: Vec::new(),
            may_set: false,
            may_suspend: false,
            may_resume: false,
        })
    }

    /// As JSON, with reasons in it where they are opened.
    fn json(&self, tell: impl Fn(Option<record::Opener<'_>>) -> Option<Value>) -> Value {
        let vault = &self.desk.host.engine.vault;
        let open = |sealed: &str| vault.open(sealed);
        tell(if self.opens { Some(&open) } else { None }).unwrap_or_default()
    }

    fn reason(&self, sealed: &str) -> Option<String> {
        self.opens.then(|| self.desk.host.engine.vault.open(sealed))
    }

    fn person(&self, id: &str) -> Named {
        if id.is_empty() { plain(id) } else { person(self.catalog, id) }
    }

    fn suspensions(&self, all: &[Waiting]) -> Vec<SuspensionView> {
        let view = |waiting: &Waiting| SuspensionView {
            number: waiting.number,
            from: instant(waiting.from),
            until: instant(waiting.until),
            ended: waiting.ended.map(instant),
            by: self.person(&waiting.by),
            reason: self.reason(&waiting.reason),
        };
        all.iter().map(view).collect()
    }

    fn moves(&self, all: &[Move]) -> Vec<MoveView> {
        let view = |moved: &Move| MoveView {
            at: instant(moved.at),
            from: instant(moved.from),
            to: instant(moved.to),
            why: moved.why.as_str().to_owned(),
            operation: moved.operation.map(|id| id.to_string()),
            by: moved.by.as_deref().map(|id| self.person(id)),
        };
        all.iter().map(view).collect()
    }

    fn set(&self, set: &Set) -> SetView {
        SetView {
            due: instant(set.due),
            at: instant(set.at),
            by: self.person(&set.by),
            reason: self.reason(&set.reason),
        }
    }
}

fn reminder(reminder: &peygir_casework::records::Reminder) -> ReminderView {
    ReminderView { at: instant(reminder.at), sent_at: reminder.sent_at.map(instant) }
}
