//! Cases: lists, one in full, and where one stands for whoever holds its code.

use peygir_casework::functions::claim_of_code;
use peygir_casework::records::{Answer, Case, Dispatch, DispatchStatus};
use peygir_casework::text;
use peygir_core::Id;
use peygir_core::state::Status;

use super::names::{agency, instant, party, person, stage};
use super::refusal::{FieldError, Refusal};
use super::view::{
    CaseFilter, CaseSummary, CaseView, CitizenAnswer, FlowStep, FlowView, JournalLine, Milestone, OutboxLine, Page,
    PageRequest, Stage, Track,
};
use super::{Desk, place_of, require};
use crate::access::{Permission, Principal};
use crate::catalog::Catalog;
use crate::command::Command;
use crate::rows::List;
use crate::stream::Stream;
use crate::tally;
use crate::vault::{Vault, is_closed, is_sealed};

impl Desk {
    /// What anybody who holds the code may read: no personal data.
    pub async fn track(&self, code: &str) -> Result<Track, Refusal> {
        let stream = self.stream(self.stream_of_code(code)?).await?;
        let case = stream.records.case.as_ref().ok_or(Refusal::NotFound)?;
        let catalog = self.host.engine.catalog();
        let history = case
            .milestones
            .iter()
            .map(|milestone| Milestone {
                at: instant(milestone.at),
                stage: Stage { code: milestone_stage(case, &milestone.name), args: Default::default() },
            })
            .collect();
        Ok(Track {
            tracking_code: case.code.clone(),
            stage: stage(&catalog, &stream.records),
            opened_at: instant(case.opened_at),
            closed_at: case.closed_at.map(instant),
            round: case.round,
            history,
            deadlines: self.track_deadlines(&catalog, &stream),
        })
    }

    pub(super) fn stream_of_code(&self, code: &str) -> Result<Id, Refusal> {
        let code = text::parse_tracking_code(code).ok_or(Refusal::NotFound)?;
        let claimed = self.host.engine.store.claimed(&claim_of_code(&code));
        claimed.map_err(Refusal::from)?.and_then(|value| value.try_into().ok()).map(Id).ok_or(Refusal::NotFound)
    }

    /// The case, for whoever has the permission for it.
    pub async fn case_of(&self, by: &Principal, id: Id, permission: Permission) -> Result<Id, Refusal> {
        let stream = self.stream(id).await?;
        require(&self.host.engine.catalog(), by, permission, &stream)?;
        stream.records.case.as_ref().map(|_| id).ok_or(Refusal::NotFound)
    }

    /// The case of a tracking code: whoever knows the code may ask.
    pub fn case_of_code(&self, code: &str) -> Result<Id, Refusal> {
        self.stream_of_code(code)
    }

    pub async fn cases(&self, by: &Principal, filter: &CaseFilter) -> Result<Page<CaseSummary>, Refusal> {
        if !by.may_somewhere(Permission::CaseRead) {
            return Err(Refusal::Forbidden);
        }
        let catalog = self.host.engine.catalog();
        if let Some(code) = &filter.tracking_code {
            let found = match self.stream_of_code(code) {
                Ok(id) => Some(self.stream(id).await?),
                Err(Refusal::NotFound) => None,
                Err(other) => return Err(other),
            };
            let items = found.iter().filter_map(|stream| listed(&catalog, by, filter, stream)).collect();
            return Ok(Page { items, next: None });
        }
        if filter.status.as_deref().is_some_and(|status| !["open", "closed"].contains(&status)) {
            return Err(Refusal::Invalid(vec![FieldError { field: "/status".to_owned(), code: "not-an-option" }]));
        }
        self.page(List::Cases, &filter.page, |stream, _| listed(&catalog, by, filter, stream)).await
    }

    /// `clear`: personal data unmasked, which is journalled; only some roles may.
    pub async fn case(&self, by: &Principal, id: Id, clear: bool) -> Result<CaseView, Refusal> {
        let mut stream = self.stream(id).await?;
        let catalog = self.host.engine.catalog();
        require(&catalog, by, Permission::CaseRead, &stream)?;
        if clear {
            require(&catalog, by, Permission::CaseUnmask, &stream)?;
            // First on record, then on the screen.
            stream = self.host.carry_out(id, &by.id, Command::ReadClear("citizen".to_owned())).await?;
        }
        let timeline = self.story(&stream).await?;
        let vault = &self.host.engine.vault;
        let case = stream.records.case.as_ref().ok_or(Refusal::NotFound)?;
        let mut tasks: Vec<_> = stream.records.tasks.values().collect();
        tasks.sort_by_key(|task| task.created_at);
        Ok(CaseView {
            summary: summary(&catalog, &stream, case),
            citizen: party(vault, &case.citizen, clear),
            on_behalf_of: case.on_behalf_of.as_ref().map(|other| party(vault, other, clear)),
            text: vault.open(&case.text),
            manager: case
                .referral
                .as_ref()
                .and_then(|referral| referral.manager.as_ref())
                .map(|id| person(&catalog, id)),
            flows: flows(&catalog, &stream, &timeline),
            tasks: tasks.into_iter().map(|task| self.task_view(by, &stream, task)).collect(),
            messages: stream
                .records
                .dispatches
                .values()
                .map(|dispatch| outbox_line(vault, &stream, dispatch, true))
                .collect(),
            timeline: timeline.into_iter().filter(|line| line.notable).collect(),
            answers: case.answers.iter().flatten().map(|answer| answer_view(vault, answer)).collect(),
            repeats: case.times_told_besides(),
            satisfaction: case.satisfaction,
            closed_at: case.closed_at.map(instant),
            may_unmask: by.may(Permission::CaseUnmask, &place_of(&catalog, &stream)),
        })
    }

    pub async fn case_journal(&self, by: &Principal, id: Id) -> Result<Vec<JournalLine>, Refusal> {
        let stream = self.stream(id).await?;
        require(&self.host.engine.catalog(), by, Permission::JournalRead, &stream)?;
        self.story(&stream).await
    }

    /// Messages that go out, newest first; recipients masked.
    pub async fn outbox(&self, by: &Principal, page: &PageRequest) -> Result<Page<OutboxLine>, Refusal> {
        if !by.may_somewhere(Permission::OutboxRead) {
            return Err(Refusal::Forbidden);
        }
        let (catalog, vault) = (self.host.engine.catalog(), self.host.engine.vault.clone());
        self.page(List::Dispatches, page, |stream, id| {
            let place = place_of(&catalog, stream);
            let dispatch = stream.records.dispatches.get(&id)?;
            let may_read = by.may(Permission::CaseRead, &place);
            by.may(Permission::OutboxRead, &place).then(|| outbox_line(&vault, stream, dispatch, may_read))
        })
        .await
    }
}

fn answer_view(vault: &Vault, answer: &Answer) -> CitizenAnswer {
    CitizenAnswer { at: instant(answer.at), channel: answer.channel.clone(), text: vault.open(&answer.text) }
}

fn listed(catalog: &Catalog, by: &Principal, filter: &CaseFilter, stream: &Stream) -> Option<CaseSummary> {
    let case = stream.records.case.as_ref()?;
    let wanted = by.may(Permission::CaseRead, &place_of(catalog, stream))
        && filter.status.as_deref().is_none_or(|status| (status == "closed") == case.closed)
        && filter.topic.as_ref().is_none_or(|topic| case.topic.as_ref() == Some(topic))
        && filter.agency.as_ref().is_none_or(|agency| case.agency.as_ref() == Some(agency));
    wanted.then(|| summary(catalog, stream, case))
}

fn summary(catalog: &Catalog, stream: &Stream, case: &Case) -> CaseSummary {
    let open: Vec<_> = stream.records.tasks.values().filter(|task| task.is_open()).collect();
    CaseSummary {
        id: case.id.to_string(),
        tracking_code: case.code.clone(),
        case_type: case.case_type.clone(),
        channel: case.channel.clone(),
        province: case.province.clone(),
        county: case.county.clone(),
        topic: case.topic.clone(),
        agency: case.agency.as_deref().map(|id| agency(catalog, id)),
        stage: stage(catalog, &stream.records),
        status: if case.closed { "closed" } else { "open" }.to_owned(),
        opened_at: instant(case.opened_at),
        due: open.iter().filter_map(|task| task.due_at).min().map(instant),
        overdue: open.iter().any(|task| task.overdue_at.is_some()),
        round: case.round,
    }
}

fn milestone_stage(case: &Case, name: &str) -> String {
    match name {
        "closed" => match case.outcome.as_deref() {
            Some("solved") => "closed-solved",
            Some("unreached") => "closed-unreached",
            _ => "closed-other",
        },
        known => known,
    }
    .to_owned()
}

/// Each flow with its top-level tasks: what was completed, what runs, what may come.
fn flows(catalog: &Catalog, stream: &Stream, story: &[JournalLine]) -> Vec<FlowView> {
    stream
        .instances
        .values()
        .map(|instance| {
            let flow = catalog.flow(&instance.flow);
            let id = instance.id.to_string();
            let done = |name: &str| {
                story.iter().any(|line| {
                    line.kind == "step-completed"
                        && line.args.get("flow") == Some(&id)
                        && line.args.get("step").map(String::as_str) == Some(name)
                })
            };
            let current = |name: &str| {
                instance
                    .activations
                    .values()
                    .any(|activation| activation.path.first().map(String::as_str) == Some(name))
            };
            let steps = flow.iter().flat_map(|flow| flow.workflow.tasks.iter()).map(|task| FlowStep {
                name: task.name.clone(),
                state: match (current(&task.name), done(&task.name)) {
                    (true, _) => "current",
                    (false, true) => "done",
                    (false, false) => "ahead",
                }
                .to_owned(),
            });
            FlowView {
                flow: format!("{}/{}:{}", instance.flow.namespace, instance.flow.name, instance.flow.version),
                title: flow.and_then(|flow| flow.workflow.title.clone()),
                status: status_word(instance.status).to_owned(),
                started_at: instant(instance.started_at),
                steps: steps.collect(),
                fault: instance.fault.as_ref().map(peygir_core::Error::to_value),
                id,
            }
        })
        .collect()
}

fn status_word(status: Status) -> &'static str {
    match status {
        Status::Active => "active",
        Status::Suspended => "suspended",
        Status::Completed => "completed",
        Status::Faulted => "faulted",
        Status::Cancelled => "cancelled",
    }
}

/// A citizen's number is masked here, where it is shown; people of the directory stand by their id.
pub(super) fn recipient(vault: &Vault, stored: &str) -> String {
    match is_sealed(stored).then(|| vault.open(stored)) {
        Some(number) if !is_closed(&number) => text::mask_mobile(&number),
        Some(closed) => closed,
        None => stored.to_owned(),
    }
}

pub(super) fn outbox_line(vault: &Vault, stream: &Stream, dispatch: &Dispatch, may_read: bool) -> OutboxLine {
    let status = tally::state(dispatch.status);
    let kept = dispatch.connector == "outbox" && dispatch.status == DispatchStatus::Sent;
    let body = vault.open(&dispatch.body);
    OutboxLine {
        id: dispatch.id.to_string(),
        case_id: stream.id.to_string(),
        tracking_code: stream.records.case.as_ref().map(|case| case.code.clone()),
        channel: dispatch.channel.clone(),
        connector: dispatch.connector.clone(),
        to: recipient(vault, &dispatch.to_masked),
        template: dispatch.template.clone(),
        // What a flow asks of a peer is no message to read, and its headers may hold what nobody may.
        body: (may_read && !is_closed(&body) && dispatch.reply_to.is_none()).then_some(body),
        status: if kept { "not-sent" } else { status }.to_owned(),
        attempts: dispatch.attempts,
        created_at: instant(dispatch.created_at),
        next_at: (dispatch.status == DispatchStatus::Ready).then(|| instant(dispatch.next_at)),
        fault: dispatch.fault.clone(),
    }
}
