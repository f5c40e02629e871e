//! What is looked at. Each says what it expected and what it found.

use peygir_casework::text::{mobile, search_key};
use peygir_core::Moment;
use peygir_runtime::desk::{PageRequest, TaskView};
use peygir_runtime::sim::Sent;

use super::{Arguments, Body, Step, Unmet};
use crate::scenario::scene::{Scene, reader};
use crate::scenario::values;

pub const STEPS: &[Step] = &[
    Step {
        en: &["the case is at stage {stage}"], fa: &["پرونده در مرحلهٔ {stage} است"], body: Body::None, run: stage
    },
    Step {
        en: &["the case is in round {number}"], fa: &["پرونده در دور {number} است"], body: Body::None, run: round
    },
    Step {
        en: &["the case has topic {topic} and agency {agency}"],
        fa: &["موضوع پرونده {topic} و دستگاه آن {agency} است"],
        body: Body::None,
        run: topic_and_agency,
    },
    Step {
        en: &["the case is closed as {outcome}"],
        fa: &["پرونده با نتیجهٔ {outcome} بسته است"],
        body: Body::None,
        run: closed_as,
    },
    Step {
        en: &["task {form} is open for {role}"],
        fa: &["کار {form} برای {role} باز است"],
        body: Body::None,
        run: task_open_for,
    },
    Step {
        en: &["task {form} is not open"], fa: &["کار {form} باز نیست"], body: Body::None, run: task_not_open
    },
    Step { en: &["no task is open"], fa: &["هیچ کاری باز نیست"], body: Body::None, run: no_task_open },
    Step {
        en: &["task {form} is due at {instant}"],
        fa: &["مهلت کار {form} {instant} است"],
        body: Body::None,
        run: task_due,
    },
    Step {
        en: &["the next call is at {instant}"], fa: &["تماس بعدی {instant} است"], body: Body::None, run: next_call
    },
    Step {
        en: &["an SMS went to {recipient} containing {text}"],
        fa: &["به {recipient} پیامکی رفته که {text} دارد"],
        body: Body::None,
        run: |scene, arguments| went(scene, arguments, "sms"),
    },
    Step {
        en: &["a mail went to {recipient} containing {text}"],
        fa: &["به {recipient} نامه‌ای رفته که {text} دارد"],
        body: Body::None,
        run: |scene, arguments| went(scene, arguments, "mail"),
    },
    Step {
        en: &["{number} messages by template {template} were sent", "{number} message by template {template} was sent"],
        fa: &["{number} پیام با الگوی {template} فرستاده شده است"],
        body: Body::None,
        run: sent_by_template,
    },
    Step {
        en: &["there are {number} cases", "there is {number} case"],
        fa: &["{number} پرونده هست"],
        body: Body::None,
        run: cases,
    },
    Step {
        en: &["an incident is open"],
        fa: &["رخدادی باز است"],
        body: Body::None,
        run: |scene, _| incidents(scene, true),
    },
    Step {
        en: &["no incident is open"],
        fa: &["هیچ رخدادی باز نیست"],
        body: Body::None,
        run: |scene, _| incidents(scene, false),
    },
];

fn equal(what: &str, expected: &str, found: &str) -> Result<(), Unmet> {
    Unmet::unless(expected == found, format!("{what} {expected}"), format!("{what} {found}"))
}

fn stage(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let found = scene.case()?.summary.stage.code;
    equal("stage", arguments.text("stage"), &found)
}

fn round(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let found = scene.case()?.summary.round;
    equal("round", &arguments.number().to_string(), &found.to_string())
}

fn topic_and_agency(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let case = scene.case()?.summary;
    let (topic, agency) = (case.topic.unwrap_or_default(), case.agency.map(|agency| agency.id).unwrap_or_default());
    equal("topic", arguments.text("topic"), &topic)?;
    equal("agency", arguments.text("agency"), &agency)
}

fn closed_as(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let case = scene.case()?;
    let outcome = case.timeline.iter().rev().find(|line| line.kind == "case-closed");
    let found = match outcome.and_then(|line| line.args.get("outcome")) {
        Some(outcome) if case.summary.status == "closed" => format!("closed as {outcome}"),
        _ => format!("open, at stage {}", case.summary.stage.code),
    };
    let expected = format!("closed as {}", arguments.text("outcome"));
    Unmet::unless(found == expected, expected, found)
}

fn listed(tasks: &[TaskView]) -> String {
    let list: Vec<String> = tasks.iter().map(|task| format!("{} for {}", task.form.id, task.role)).collect();
    if list.is_empty() { "no task is open".to_owned() } else { format!("open: {}", list.join(", ")) }
}

fn task_open_for(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let (form, role) = (arguments.text("form"), arguments.text("role"));
    scene.known_form(form)?;
    let tasks = scene.open_tasks()?;
    let holds = tasks.iter().any(|task| task.form.id == form && task.role == role);
    Unmet::unless(holds, format!("task {form} is open for {role}"), listed(&tasks))
}

fn task_not_open(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let form = arguments.text("form");
    scene.known_form(form)?;
    let tasks = scene.open_tasks()?;
    let open = tasks.iter().any(|task| task.form.id == form);
    Unmet::unless(!open, format!("task {form} is not open"), listed(&tasks))
}

fn no_task_open(scene: &mut Scene<'_>, _: &Arguments) -> Result<(), Unmet> {
    let tasks = scene.open_tasks()?;
    Unmet::unless(tasks.is_empty(), "no task is open", listed(&tasks))
}

/// What is at that instant, in English and in Persian.
type What = (&'static str, &'static str);

fn same_instant(
    scene: &mut Scene<'_>,
    arguments: &Arguments,
    (what, what_fa): What,
    found: Option<&str>,
) -> Result<(), Unmet> {
    let zone = scene.zone();
    let expected = values::instant(arguments.text("instant"), &zone);
    let found = found.and_then(|text| text.parse::<jiff::Timestamp>().ok()).map(Moment::from);
    let both = [expected, found];
    let shown = |at: Option<Moment>| at.map_or_else(|| "never".to_owned(), |at| values::shown(at, &zone));
    let shown_fa = |at: Option<Moment>| at.map_or_else(|| "هیچ‌گاه".to_owned(), |at| values::shown_fa(at, &zone));
    let en = both.map(|at| format!("{what} {}", shown(at)));
    Unmet::unless_told(expected == found, en, both.map(|at| format!("{what_fa} {}", shown_fa(at))))
}

fn task_due(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let task = scene.task(arguments.text("form"))?;
    same_instant(scene, arguments, ("due", "مهلت"), task.due.as_deref())
}

fn next_call(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let call = scene.call()?;
    same_instant(scene, arguments, ("the next call is", "تماس بعدی"), call.not_before.as_deref())
}

/// Where a recipient of the step is reached by a channel.
fn address(scene: &mut Scene<'_>, recipient: &str, channel: &str) -> Result<String, Unmet> {
    if let Some(number) = mobile(recipient) {
        return Ok(number);
    }
    scene.person(recipient)?;
    let catalog = scene.catalog()?;
    let person = catalog.directory().person(recipient);
    let address = person.and_then(|person| if channel == "sms" { person.mobile.clone() } else { person.mail.clone() });
    address.ok_or_else(|| Unmet::new(format!("{recipient} can be reached by {channel}"), "the directory says not how"))
}

fn went(scene: &mut Scene<'_>, arguments: &Arguments, channel: &str) -> Result<(), Unmet> {
    scene.gateway(channel)?;
    let (recipient, text) = (arguments.text("recipient"), arguments.text("text"));
    let to = address(scene, recipient, channel)?;
    let sent: Vec<Sent> = scene.sent()?.into_iter().filter(|sent| sent.channel == channel && sent.to == to).collect();
    let wanted = search_key(text);
    let holds = |sent: &Sent| {
        let words = format!("{} {}", sent.subject.as_deref().unwrap_or_default(), sent.text);
        search_key(&words).contains(&wanted)
    };
    let found = match sent.is_empty() {
        true => format!("no {channel} went to {recipient}"),
        false => sent.iter().map(told).collect::<Vec<_>>().join("\n"),
    };
    Unmet::unless(sent.iter().any(holds), format!("{channel} to {recipient} containing «{text}»"), found)
}

fn told(sent: &Sent) -> String {
    let subject = sent.subject.as_ref().map(|subject| format!("{subject}: ")).unwrap_or_default();
    format!("{} «{subject}{}»", sent.template, sent.text.trim())
}

fn sent_by_template(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let template = arguments.text("template");
    let known = scene.catalog()?.knows_template(template);
    Unmet::unless(known, format!("there is a template {template}"), "there is none of that id")?;
    let of_template: Vec<Sent> = scene.sent()?.into_iter().filter(|sent| sent.template == template).collect();
    let list: Vec<String> = of_template.iter().map(|sent| format!("{} to {}", sent.channel, sent.to)).collect();
    let count = of_template.len();
    let found = if count == 0 { "none".to_owned() } else { format!("{count}: {}", list.join(", ")) };
    let expected = format!("{} by template {template}", arguments.number());
    Unmet::unless(count as u64 == u64::from(arguments.number()), expected, found)
}

fn cases(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let filter = peygir_runtime::desk::CaseFilter {
        page: PageRequest { after: None, limit: Some(peygir_runtime::desk::PAGE_ITEMS_MAX) },
        ..Default::default()
    };
    let page = scene.look(async |world| world.desk.cases(&reader(), &filter).await)?;
    equal("cases", &arguments.number().to_string(), &page.items.len().to_string())
}

fn incidents(scene: &mut Scene<'_>, expected: bool) -> Result<(), Unmet> {
    let page = PageRequest { after: None, limit: Some(peygir_runtime::desk::PAGE_ITEMS_MAX) };
    let all = scene.look(async |world| world.desk.incidents(&reader(), &page).await)?.items;
    let open: Vec<String> = all
        .iter()
        .filter(|incident| incident.status == "open")
        .map(|incident| format!("{}: {}", incident.kind, incident.reason))
        .collect();
    let found = if open.is_empty() { "none is open".to_owned() } else { open.join("\n") };
    let what = if expected { "an incident is open" } else { "no incident is open" };
    Unmet::unless(open.is_empty() != expected, what, found)
}
