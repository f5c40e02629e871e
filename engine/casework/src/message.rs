//! Putting a message into the outbox: who, by which channel, in which words.

use peygir_core::Moment;
use serde_json::{Value, json};

use crate::content::RenderError;
use crate::event::Event;
use crate::host::{Context, Fault};
use crate::recipients::{Address, Who, addresses};
use crate::records::{About, Dispatch, DispatchStatus, Incident, Task};
use crate::view;

/// A notice as a flow or a reminder asks for it.
pub struct Notice<'a> {
    pub who: &'a Who,
    pub channels: &'a [String],
    pub template: &'a str,
    /// The asker's idempotency key; recipients and channels are added to it.
    pub key: &'a str,
    pub task: Option<&'a Task>,
    /// What the flow adds for the words: `args` of the template.
    pub args: Value,
    /// Withdrawn when the task ends.
    pub belongs_to_task: bool,
}

/// Queues a notice on each of its channels. A citizen who left no number is passed over; a role that nobody holds is an
/// incident, since somebody was to be told.
pub fn queue(context: &mut Context<'_>, notice: &Notice<'_>) -> Result<Vec<Event>, Fault> {
    let mut events = Vec::new();
    let mut reached = false;
    for channel in notice.channels {
        let policy = context
            .resources
            .channel(channel)
            .ok_or_else(|| Fault::Missing(format!("the deployment has no channel `{channel}`")))?;
        let expires_at = context.at.plus_micros(policy.expires_us);
        for address in addresses(context, notice.who, channel, notice.task) {
            reached = true;
            let (subject, body) = words(context, notice, channel)?;
            let place = Place { channel, connector: &policy.connector, expires_at };
            events.push(Event::MessageQueued(dispatch(context, notice, &place, address, subject, body)));
        }
    }
    if !reached && *notice.who != Who::Citizen {
        events.push(unaddressed(context, notice));
    }
    Ok(events)
}

struct Place<'a> {
    channel: &'a str,
    connector: &'a str,
    expires_at: Moment,
}

fn words(context: &Context<'_>, notice: &Notice<'_>, channel: &str) -> Result<(Option<String>, String), Fault> {
    let template = context
        .resources
        .template(notice.template)
        .ok_or_else(|| Fault::Missing(format!("there is no template `{}`", notice.template)))?;
    let values = json!({
        "case": view::case_in_clear(context.records, context.resources),
        "task": notice.task.map(view::task_for_words),
        "args": notice.args,
        "now": context.at.to_string(),
    });
    let failed = |error: RenderError| Fault::Input(format!("template `{}`: {error}", notice.template));
    match channel {
        "mail" => template.render_mail(&values).map(|(subject, body)| (Some(subject), body)).map_err(failed),
        _ => template.render_sms(&values).map(|body| (None, body)).map_err(failed),
    }
}

fn dispatch(
    context: &mut Context<'_>,
    notice: &Notice<'_>,
    place: &Place<'_>,
    address: Address,
    subject: Option<String>,
    body: String,
) -> Dispatch {
    let lane = format!("{}/{}", place.channel, address.lane);
    Dispatch {
        id: context.draws.id(),
        key: format!("{}/{}/{}/{}", context.stream, notice.key, place.channel, address.lane),
        channel: place.channel.to_owned(),
        connector: place.connector.to_owned(),
        to: address.to,
        to_masked: address.masked,
        template: notice.template.to_owned(),
        subject: subject.map(|text| context.seal_for_case(&text)),
        body: context.seal_for_case(&body),
        status: DispatchStatus::Ready,
        attempts: 0,
        next_at: context.at,
        expires_at: place.expires_at,
        created_at: context.records.behind_all_of(&lane, context.at),
        task: notice.task.filter(|_| notice.belongs_to_task).map(|task| task.id),
        reference: None,
        fault: None,
        lane,
        ambiguities: 0,
        operation: None,
        reply_to: None,
    }
}

fn unaddressed(context: &mut Context<'_>, notice: &Notice<'_>) -> Event {
    let whom = notice.who.to_value().to_string();
    Event::IncidentOpened(Incident {
        id: context.draws.id(),
        reason: format!("nobody could be told by `{}`: {whom}", notice.template),
        about: About::Unaddressed(whom),
        opened_at: context.at,
        resolved_at: None,
        resolved_by: None,
        how: None,
        note: None,
    })
}
