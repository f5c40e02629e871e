//! Closures, and what people and time do to deadlines.

use peygir_calendar::Language;
use peygir_casework::text::search_key;
use peygir_core::Id;
use peygir_runtime::access::Principal;
use peygir_runtime::desk::{Bilingual, DeadlineView, NewClosure, OperationView, PageRequest, ScopeView};

use super::{Arguments, Body, Step, Unmet};
use crate::scenario::scene::{Scene, reader};
use crate::scenario::values;

pub const STEPS: &[Step] = &[
    Step {
        en: &["{person} declares a closure:"],
        fa: &["{person} تعطیلی اعلام می‌کند:"],
        body: Body::Fields,
        run: declares,
    },
    Step {
        en: &["{person} withdraws the closure"],
        fa: &["{person} تعطیلی را پس می‌گیرد"],
        body: Body::None,
        run: withdraws,
    },
    Step {
        en: &["{person} waits for the citizen on task {form}"],
        fa: &["{person} در کار {form} منتظر شهروند می‌ماند"],
        body: Body::None,
        run: |scene, arguments| waits(scene, arguments, false),
    },
    Step {
        en: &["{person} waits for the citizen on task {form} until {instant}"],
        fa: &["{person} در کار {form} تا {instant} منتظر شهروند می‌ماند"],
        body: Body::None,
        run: |scene, arguments| waits(scene, arguments, true),
    },
    Step {
        en: &["{person} has the citizen's answer on task {form}"],
        fa: &["{person} در کار {form} پاسخ شهروند را دارد"],
        body: Body::None,
        run: waited,
    },
    Step {
        en: &["{person} sets the deadline of task {form} to {instant}"],
        fa: &["{person} مهلت کار {form} را {instant} تعیین می‌کند"],
        body: Body::None,
        run: sets,
    },
    Step {
        en: &["the clock jumps back by {duration}"],
        fa: &["ساعت به اندازهٔ {duration} به عقب می‌پرد"],
        body: Body::None,
        run: jumps_back,
    },
];

pub const CHECKS: &[Step] = &[
    Step {
        en: &["the operation has moved {number} deadlines", "the operation has moved {number} deadline"],
        fa: &["عملیات {number} مهلت را جابه‌جا کرده است"],
        body: Body::None,
        run: moved,
    },
    Step {
        en: &["the deadline of task {form} says {text}"],
        fa: &["شرح مهلت کار {form} می‌گوید {text}"],
        body: Body::None,
        run: says,
    },
    Step {
        en: &["the deadline of task {form} says nothing of {text}"],
        fa: &["شرح مهلت کار {form} از {text} نمی‌گوید"],
        body: Body::None,
        run: says_not,
    },
    Step {
        en: &["the deadline of task {form} moved {number} times", "the deadline of task {form} moved {number} time"],
        fa: &["مهلت کار {form} {number} بار جابه‌جا شده است"],
        body: Body::None,
        run: moves,
    },
    Step {
        en: &["the citizen reads of the deadline {text}"],
        fa: &["شهروند دربارهٔ مهلت می‌خواند {text}"],
        body: Body::None,
        run: citizen_reads,
    },
];

fn declares(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let person = scene.person(arguments.text("person"))?;
    let closure = closure(&arguments.fields)?;
    let done = scene.act("the closure is declared", async |desk| desk.declare_closure(&person, &closure).await)?;
    scene.closure = Id::parse(&done.closure);
    Ok(())
}

fn closure(fields: &[(String, String)]) -> Result<NewClosure, Unmet> {
    let mut closure = NewClosure {
        calendar: None,
        scope: ScopeView::default(),
        date: String::new(),
        until: None,
        from: None,
        hours: None,
        name: Bilingual::default(),
    };
    for (name, value) in fields {
        let given = Some(value.clone());
        match name.as_str() {
            "calendar" => closure.calendar = given,
            "province" => closure.scope.province = given,
            "county" => closure.scope.county = given,
            "agency" => closure.scope.agency = given,
            "date" => closure.date.clone_from(value),
            "until" => closure.until = given,
            "from" => closure.from = given,
            "hours" => closure.hours = Some(value.split([',', '،']).map(|span| span.trim().to_owned()).collect()),
            "name" => closure.name = Bilingual { fa: value.clone(), en: value.clone() },
            other => {
                let known = "calendar, province, county, agency, date, until, from, hours, name";
                return Err(Unmet::new(format!("a field of a closure: {known}"), other));
            }
        }
    }
    Ok(closure)
}

fn withdraws(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let person = scene.person(arguments.text("person"))?;
    let Some(closure) = scene.closure else { return Err(Unmet::new("a closure was declared before", "none was")) };
    let withdrawn = async |desk: &peygir_runtime::desk::Desk| desk.withdraw_closure(&person, closure, REASON).await;
    scene.act("the closure is withdrawn", withdrawn).map(|_| ())
}

/// Why people of scenarios do what they do.
const REASON: &str = "چنان که در سناریو آمده است";

/// Person and task of a step.
fn named(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(Principal, Id), Unmet> {
    let person = scene.person(arguments.text("person"))?;
    let task = scene.task(arguments.text("form"))?;
    scene.touch_task(&task);
    let id = Id::parse(&task.id).ok_or_else(|| Unmet::new("the task has an id", task.id.clone()))?;
    Ok((person, id))
}

fn instant(scene: &Scene<'_>, arguments: &Arguments) -> Result<peygir_core::Moment, Unmet> {
    let text = arguments.text("instant");
    values::instant(text, &scene.zone()).ok_or_else(|| Unmet::new("an instant", text))
}

fn waits(scene: &mut Scene<'_>, arguments: &Arguments, has_end: bool) -> Result<(), Unmet> {
    let (person, task) = named(scene, arguments)?;
    let until = if has_end { Some(instant(scene, arguments)?) } else { None };
    scene.act("the deadline rests", async |desk| desk.suspend_deadline(&person, task, REASON, until).await).map(|_| ())
}

fn waited(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let (person, task) = named(scene, arguments)?;
    scene.act("the deadline runs again", async |desk| desk.resume_deadline(&person, task).await).map(|_| ())
}

fn sets(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let (person, task) = named(scene, arguments)?;
    let due = instant(scene, arguments)?;
    scene.act("the deadline is set", async |desk| desk.set_deadline(&person, task, due, REASON).await).map(|_| ())
}

fn jumps_back(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let micros = super::workflow::micros(arguments.text("duration"))?;
    scene.jump_back(micros)
}

/// The operation that began last, once it is through.
fn last_operation(scene: &mut Scene<'_>) -> Result<OperationView, Unmet> {
    let page = PageRequest { after: None, limit: Some(1) };
    let mut found = scene.look(async |world| world.desk.operations(&reader(), &page).await)?;
    found.items.pop().ok_or_else(|| Unmet::new("an operation", "none has begun"))
}

fn moved(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let operation = last_operation(scene)?;
    let expected = u64::from(arguments.number());
    let state = if operation.ended_at.is_some() { "ended" } else { "still under way" };
    let found = format!("{state}, moved {}, failed {}", operation.moved, operation.failed);
    Unmet::unless(found == format!("ended, moved {expected}, failed 0"), format!("moved {expected}"), found)
}

fn deadline(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<DeadlineView, Unmet> {
    let task = scene.task(arguments.text("form"))?;
    let id = Id::parse(&task.id).ok_or_else(|| Unmet::new("the task has an id", task.id.clone()))?;
    scene.look(async |world| world.desk.task_deadline(&reader(), id).await)
}

/// All that is told of a deadline, in both languages.
fn account(deadline: &DeadlineView) -> String {
    [Language::Persian, Language::English]
        .map(|language| match language {
            Language::Persian => deadline.account.fa.join("\n"),
            Language::English => deadline.account.en.join("\n"),
        })
        .join("\n")
}

fn contains(account: &str, text: &str) -> bool {
    search_key(account).contains(&search_key(text))
}

fn says(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let account = account(&deadline(scene, arguments)?);
    let text = arguments.text("text");
    Unmet::unless(contains(&account, text), format!("the account has «{text}»"), account)
}

fn says_not(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let account = account(&deadline(scene, arguments)?);
    let text = arguments.text("text");
    Unmet::unless(!contains(&account, text), format!("the account has no «{text}»"), account)
}

fn moves(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let found = deadline(scene, arguments)?.moves.len();
    let expected = arguments.number() as usize;
    Unmet::unless(found == expected, format!("moved {expected} times"), format!("moved {found} times"))
}

fn citizen_reads(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let code = scene.case()?.summary.tracking_code;
    let track = scene.look(async |world| world.desk.track(&code).await)?;
    let lines = track.deadlines.iter().flat_map(|deadline| deadline.account.fa.iter().chain(&deadline.account.en));
    let account = lines.cloned().collect::<Vec<_>>().join("\n");
    let text = arguments.text("text");
    Unmet::unless(contains(&account, text), format!("the citizen reads «{text}»"), account)
}
