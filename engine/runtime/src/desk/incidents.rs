//! Incidents: what a person has to look at.

use peygir_casework::records::{About, Incident};
use peygir_core::Id;

use super::names::instant;
use super::refusal::{FieldError, Refusal};
use super::view::{IncidentView, Page, PageRequest, UnreadMessage, WorkflowName};
use super::{Desk, place_of, require};
use crate::access::{Permission, Principal};
use crate::command::Command;
use crate::rows::{self, List};
use crate::stream::Stream;
use crate::vault::Vault;

/// Longest note on a settled incident, in characters.
pub const NOTE_CHARS_MAX: usize = 2_000;

impl Desk {
    /// Newest first, resolved ones too.
    pub async fn incidents(&self, by: &Principal, page: &PageRequest) -> Result<Page<IncidentView>, Refusal> {
        if !by.may_somewhere(Permission::IncidentRead) {
            return Err(Refusal::Forbidden);
        }
        let (catalog, vault) = (self.host.engine.catalog(), self.host.engine.vault.clone());
        self.page(List::Incidents, page, |stream, id| {
            let incident = stream.records.incidents.get(&id)?;
            let place = place_of(&catalog, stream);
            let clear = by.may(Permission::CaseUnmask, &place);
            by.may(Permission::IncidentRead, &place).then(|| view(&vault, stream, incident, clear))
        })
        .await
    }

    pub async fn retry_incident(&self, by: &Principal, id: Id) -> Result<(), Refusal> {
        let stream = self.stream_of_incident(by, id).await?;
        self.host.carry_out(stream, &by.id, Command::RetryIncident(id)).await?;
        Ok(())
    }

    /// A person says that it is dealt with; nothing is sent.
    pub async fn settle_incident(&self, by: &Principal, id: Id, note: &str) -> Result<(), Refusal> {
        if note.chars().count() > NOTE_CHARS_MAX {
            return Err(Refusal::Invalid(vec![FieldError { field: "/note".to_owned(), code: "too-long" }]));
        }
        let id_of_stream = self.stream_of_incident(by, id).await?;
        let stream = self.stream(id_of_stream).await?;
        let engine = &self.host.engine;
        let note = match stream.records.concerned() {
            Some(party) => engine.vault.seal(party.person, note, &engine.random()).unwrap_or_default(),
            None => note.to_owned(),
        };
        self.host.carry_out(id_of_stream, &by.id, Command::SettleIncident { incident: id, note }).await?;
        Ok(())
    }

    async fn stream_of_incident(&self, by: &Principal, id: Id) -> Result<Id, Refusal> {
        let key = self.only_key(rows::incident_range(id)).await?;
        let stream = self.stream(rows::parse_incident(&key).ok_or(Refusal::NotFound)?).await?;
        require(&self.host.engine.catalog(), by, Permission::IncidentResolve, &stream)?;
        Ok(stream.id)
    }
}

fn view(vault: &Vault, stream: &Stream, incident: &Incident, clear: bool) -> IncidentView {
    let kind = match incident.about {
        About::MessageFailed(_) => "message-failed",
        About::MessageAmbiguous(_) => "message-ambiguous",
        About::MessageExpired(_) => "message-expired",
        About::FlowFault(_) => "flow-fault",
        About::Unaddressed(_) => "unaddressed",
        About::Unread { .. } => "message-unread",
        About::TurnAborted => "turn-aborted",
        About::Webhook(_) => "webhook-failing",
        About::Deadline(_) => "deadline-underivable",
        About::Operation => "operation-failing",
        About::Unstarted => "case-unstarted",
        About::ActionRefused(_) => "action-refused",
        About::RuleFailed(_) => "rule-failed",
    };
    let message = match &incident.about {
        About::Unread { from, text } if clear && incident.resolved_at.is_none() => {
            Some(UnreadMessage { from: vault.open(from), text: vault.open(text) })
        }
        _ => None,
    };
    let instance = match incident.about {
        About::FlowFault(instance) => stream.instances.get(&instance),
        _ => None,
    };
    IncidentView {
        id: incident.id.to_string(),
        case_id: stream.records.case.as_ref().map(|_| stream.id.to_string()),
        instance: instance.map(|instance| instance.id.to_string()),
        workflow: instance.map(|instance| WorkflowName {
            namespace: instance.flow.namespace.clone(),
            name: instance.flow.name.clone(),
            version: Some(instance.flow.version.clone()),
        }),
        // An error of the flow as a whole points to no task.
        task: instance.and_then(|instance| instance.fault.as_ref()?.instance.clone()).filter(|task| !task.is_empty()),
        tracking_code: stream.records.case.as_ref().map(|case| case.code.clone()),
        kind: kind.to_owned(),
        reason: incident.reason.clone(),
        opened_at: instant(incident.opened_at),
        status: incident.how.clone().unwrap_or_else(|| "open".to_owned()),
        resolved_by: incident.resolved_by.clone(),
        message,
    }
}
