//! What the journal says of the tasks of "the workflow".
//!
//! A task is meant by its name, or by the end of its path where a name occurs twice: `solve`, `t/catch/solve`.

use peygir_core::Event;
use peygir_runtime::sim::life::is_named;
use serde_json::Value;

use super::outcome::same;
use super::{Arguments, Body, Step, Unmet};
use crate::scenario::flow::trace::Fact;
use crate::scenario::scene::Scene;
use crate::scenario::values;

/// Kinds of events with which a task ends.
const ENDS: [&str; 3] = ["task-completed", "task-faulted", "task-cancelled"];

pub const STEPS: &[Step] = &[
    Step {
        en: &["{task} should run first"],
        fa: &["{task} باید نخست اجرا شود"],
        body: Body::None,
        run: |scene, arguments| {
            let order = order(scene)?;
            let first = order.first().cloned().unwrap_or_default();
            Unmet::unless(
                is_named(&first, arguments.text("task")),
                format!("{} first", arguments.text("task")),
                listed(&order),
            )
        },
    },
    Step {
        en: &["{task} should run last"],
        fa: &["{task} باید آخر از همه اجرا شود"],
        body: Body::None,
        run: |scene, arguments| {
            let order = order(scene)?;
            let last = order.last().cloned().unwrap_or_default();
            Unmet::unless(
                is_named(&last, arguments.text("task")),
                format!("{} last", arguments.text("task")),
                listed(&order),
            )
        },
    },
    Step {
        en: &["{task} should run after {other}"],
        fa: &["{task} باید پس از {other} اجرا شود"],
        body: Body::None,
        run: |scene, arguments| after(scene, arguments.text("task"), arguments.text("other")),
    },
    Step {
        en: &["{task} should run before {other}"],
        fa: &["{task} باید پیش از {other} اجرا شود"],
        body: Body::None,
        run: |scene, arguments| after(scene, arguments.text("other"), arguments.text("task")),
    },
    Step {
        en: &["{task} should run {number} times", "{task} should run {number} time"],
        fa: &["{task} باید {number} بار اجرا شود"],
        body: Body::None,
        run: |scene, arguments| runs(scene, arguments.text("task"), arguments.number()),
    },
    Step {
        en: &["{task} should end before {other}"],
        fa: &["{task} باید پیش از {other} پایان یابد"],
        body: Body::None,
        run: |scene, arguments| ends_before(scene, arguments.text("task"), arguments.text("other")),
    },
    Step {
        en: &["{task} should not run"],
        fa: &["{task} نباید اجرا شود"],
        body: Body::None,
        run: |scene, arguments| runs(scene, arguments.text("task"), 0),
    },
    Step {
        en: &["{task} should complete"],
        fa: &["{task} باید پایان یابد"],
        body: Body::None,
        run: |scene, arguments| ended(scene, arguments, "task-completed"),
    },
    Step {
        en: &["{task} should fault"],
        fa: &["{task} باید با خطا پایان یابد"],
        body: Body::None,
        run: |scene, arguments| ended(scene, arguments, "task-faulted"),
    },
    Step {
        en: &["{task} should cancel"],
        fa: &["{task} باید لغو شود"],
        body: Body::None,
        run: |scene, arguments| ended(scene, arguments, "task-cancelled"),
    },
    Step {
        en: &["{task} should be skipped"],
        fa: &["از {task} باید گذشته شود"],
        body: Body::None,
        run: |scene, arguments| ended(scene, arguments, "task-skipped"),
    },
    Step {
        en: &["{task} should be waiting"], fa: &["{task} باید منتظر باشد"], body: Body::None, run: waiting
    },
    Step {
        en: &["{task} should start at {instant}"],
        fa: &["{task} باید {instant} آغاز شود"],
        body: Body::None,
        run: |scene, arguments| at(scene, arguments, &["task-started"]),
    },
    Step {
        en: &["{task} should end at {instant}"],
        fa: &["{task} باید {instant} پایان یابد"],
        body: Body::None,
        run: |scene, arguments| at(scene, arguments, &ENDS),
    },
    Step {
        en: &["the input of {task} should be:"],
        fa: &["ورودی {task} باید این باشد:"],
        body: Body::Text,
        run: |scene, arguments| {
            let found = last_of(scene, arguments.text("task"), |event| match event {
                Event::TaskStarted { input, .. } => Some(input.value().clone()),
                _ => None,
            })?;
            same(&arguments.data()?, &found)
        },
    },
    Step {
        en: &["the output of {task} should be:"],
        fa: &["خروجی {task} باید این باشد:"],
        body: Body::Text,
        run: |scene, arguments| {
            let found = last_of(scene, arguments.text("task"), |event| match event {
                Event::TaskCompleted { output, .. } => Some(output.value().clone()),
                _ => None,
            })?;
            same(&arguments.data()?, &found)
        },
    },
    Step {
        en: &["the context should be:"],
        fa: &["زمینهٔ گردش کار باید این باشد:"],
        body: Body::Text,
        run: |scene, arguments| {
            let found = scene.instance()?.context.value().clone();
            same(&arguments.data()?, &found)
        },
    },
    Step {
        en: &["the journal has {event} for {task}"],
        fa: &["دفتر برای {task} رویداد {event} را دارد"],
        body: Body::None,
        run: |scene, arguments| ended(scene, arguments, arguments.text("event")),
    },
    Step {
        en: &["the journal has {number} events of kind {event}", "the journal has {number} event of kind {event}"],
        fa: &["دفتر {number} رویداد از گونهٔ {event} دارد"],
        body: Body::None,
        run: of_kind,
    },
    Step {
        en: &["the journal nowhere has {text}"],
        fa: &["در هیچ جای دفتر {text} نیست"],
        body: Body::None,
        run: |scene, arguments| {
            let text = arguments.text("text");
            let found = scene.journal_text()?;
            Unmet::unless(!found.contains(text), format!("«{text}» nowhere"), "it is there")
        },
    },
    Step {
        en: &["{number} events of type {type} were emitted", "{number} event of type {type} was emitted"],
        fa: &["{number} رویداد از نوع {type} فرستاده شده است"],
        body: Body::None,
        run: emitted,
    },
    Step {
        en: &["the lifecycle events are:"],
        fa: &["رویدادهای چرخهٔ زندگی این‌ها هستند:"],
        body: Body::Rows,
        run: lifecycle,
    },
];

/// Facts of "the workflow".
fn own_facts(scene: &mut Scene<'_>) -> Result<Vec<Fact>, Unmet> {
    let instance = scene.instance()?.id;
    Ok(scene.facts()?.into_iter().filter(|fact| fact.instance == instance).collect())
}

/// Tasks in the order in which they were started; those that stand around others are left out.
fn order(scene: &mut Scene<'_>) -> Result<Vec<Vec<String>>, Unmet> {
    let facts = own_facts(scene)?;
    let started: Vec<&Vec<String>> =
        facts.iter().filter(|fact| fact.kind == "task-started").map(|fact| &fact.path).collect();
    let has_inner =
        |path: &Vec<String>| started.iter().any(|other| other.len() > path.len() && other.starts_with(path));
    Ok(started.iter().filter(|path| !has_inner(path)).map(|path| (*path).clone()).collect())
}

fn listed(order: &[Vec<String>]) -> String {
    if order.is_empty() {
        return "no task ran".to_owned();
    }
    order.iter().map(|path| path.join("/")).collect::<Vec<_>>().join(", ")
}

/// Positions at which a task was started, among all starts.
fn starts(facts: &[Fact], task: &str) -> Vec<usize> {
    let started = facts.iter().filter(|fact| fact.kind == "task-started").enumerate();
    started.filter(|(_, fact)| is_named(&fact.path, task)).map(|(index, _)| index).collect()
}

fn after(scene: &mut Scene<'_>, later: &str, earlier: &str) -> Result<(), Unmet> {
    let facts = own_facts(scene)?;
    let (last, first) = (starts(&facts, later), starts(&facts, earlier));
    let holds = matches!((last.last(), first.first()), (Some(last), Some(first)) if last > first);
    Unmet::unless(holds, format!("{later} after {earlier}"), listed(&order(scene)?))
}

fn ends_before(scene: &mut Scene<'_>, earlier: &str, later: &str) -> Result<(), Unmet> {
    let facts = own_facts(scene)?;
    let ended = |fact: &Fact| ENDS.contains(&fact.kind.as_str());
    let last = |task: &str| facts.iter().rposition(|fact| ended(fact) && is_named(&fact.path, task));
    let holds = matches!((last(earlier), last(later)), (Some(earlier), Some(later)) if earlier < later);
    let told = facts.iter().filter(|fact| ended(fact)).map(|fact| format!("{} {}", fact.path.join("/"), fact.kind));
    Unmet::unless(holds, format!("{earlier} ends before {later}"), told.collect::<Vec<_>>().join(", "))
}

fn runs(scene: &mut Scene<'_>, task: &str, times: u32) -> Result<(), Unmet> {
    let found = starts(&own_facts(scene)?, task).len();
    Unmet::unless(found as u64 == u64::from(times), format!("{times} times"), format!("{found} times"))
}

/// Everything that the journal says of a task, for people.
fn told(facts: &[Fact], task: &str) -> String {
    let kinds: Vec<&str> =
        facts.iter().filter(|fact| is_named(&fact.path, task)).map(|fact| fact.kind.as_str()).collect();
    if kinds.is_empty() { format!("the journal does not name {task}") } else { kinds.join(", ") }
}

fn ended(scene: &mut Scene<'_>, arguments: &Arguments, kind: &str) -> Result<(), Unmet> {
    let task = arguments.text("task");
    let facts = own_facts(scene)?;
    let holds = facts.iter().any(|fact| fact.kind == kind && is_named(&fact.path, task));
    Unmet::unless(holds, format!("{kind} for {task}"), told(&facts, task))
}

fn waiting(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let task = arguments.text("task");
    let instance = scene.instance()?;
    let rests = !instance.status.is_terminal()
        && instance.activations.values().any(|activation| is_named(&activation.path, task));
    let facts = own_facts(scene)?;
    Unmet::unless(rests, format!("{task} is waiting"), told(&facts, task))
}

/// The last of these events of a task was at this instant.
fn at(scene: &mut Scene<'_>, arguments: &Arguments, kinds: &[&str]) -> Result<(), Unmet> {
    let task = arguments.text("task");
    let zone = scene.zone();
    let facts = own_facts(scene)?;
    let last = facts.iter().rev().find(|fact| kinds.contains(&fact.kind.as_str()) && is_named(&fact.path, task));
    let expected = values::instant(arguments.text("instant"), &zone);
    let found = last.map(|fact| fact.at);
    let shown = |at: Option<peygir_core::Moment>| at.map_or_else(|| told(&facts, task), |at| values::shown(at, &zone));
    Unmet::unless(found == expected, shown(expected), shown(found))
}

fn last_of(scene: &mut Scene<'_>, task: &str, read: impl Fn(&Event) -> Option<Value>) -> Result<Value, Unmet> {
    let facts = own_facts(scene)?;
    let found = facts.iter().rev().filter(|fact| is_named(&fact.path, task)).find_map(|fact| read(&fact.event));
    found.ok_or_else(|| Unmet::new(format!("the journal says so of {task}"), told(&facts, task)))
}

fn of_kind(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let kind = arguments.text("event");
    let facts = own_facts(scene)?;
    let found = facts.iter().filter(|fact| fact.kind == kind).count();
    let all: Vec<&str> = facts.iter().map(|fact| fact.kind.as_str()).collect();
    Unmet::unless(
        found as u64 == u64::from(arguments.number()),
        format!("{} of {kind}", arguments.number()),
        format!("{found}: {}", all.join(", ")),
    )
}

/// Rows of types (`workflow.started`, `task.created`) and tasks; all of them, in their order.
fn lifecycle(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let found = scene.lifecycle()?;
    let rows = arguments.rows.iter().skip(1);
    let expected: Vec<(&str, &str)> =
        rows.map(|row| (row.first().map_or("", String::as_str), row.get(1).map_or("", String::as_str))).collect();
    let fits = |(found, expected): (&(String, String), &(&str, &str))| {
        let task = expected.1.is_empty() && found.1.is_empty() || found.1.ends_with(&format!("/{}", expected.1));
        found.0 == expected.0 && task
    };
    let holds = found.len() == expected.len() && found.iter().zip(&expected).all(fits);
    let listed = |lines: Vec<String>| lines.join("\n");
    Unmet::unless(
        holds,
        listed(expected.iter().map(|(type_, task)| format!("{type_} {task}")).collect()),
        listed(found.iter().map(|(type_, task)| format!("{type_} {task}")).collect()),
    )
}

fn emitted(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let wanted = arguments.text("type");
    let of_type = |fact: &&Fact| matches!(&fact.event, Event::EventEmitted { event, .. } if event.type_ == wanted);
    let found = scene.facts()?.iter().filter(of_type).count();
    Unmet::unless(found as u64 == u64::from(arguments.number()), arguments.number().to_string(), found.to_string())
}
