//! What a person does to a deadline: set its date, wait for the citizen, say that the citizen answered.
//!
//! A form that comes back is shown on the task's page, whichever page it stood on.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use peygir_core::{Id, Moment};
use peygir_runtime::access::Principal;
use peygir_runtime::desk::Refusal;

use super::deadline::{FROM, FROM_CASE, field_name};
use super::field::Filled;
use super::layout::{self, Ui};
use super::{task, typed};
use crate::api::closures::checked_reason;
use crate::api::id;
use crate::form::Posted;
use crate::gate::Caller;
use crate::options::App;
use crate::path::Path;
use crate::problem::{Problem, WrongField};

pub async fn set(
    State(app): State<App>,
    Caller(caller): Caller,
    ui: Ui,
    Path(task): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let task = id(&task)?;
    let typed = |field: &str| posted.get(&field_name("set", &task.to_string(), field)).to_owned();
    let wrong = match read_set(&ui, &typed) {
        Err(wrong) => wrong,
        Ok((due, reason)) => match app.desk.set_deadline(&caller, task, due, &reason).await {
            Ok(_) => return back(&app, &caller, task, &posted, "deadline-set").await,
            Err(refusal) => refused(refusal)?,
        },
    };
    again(&app, &caller, &ui, task, "set", &posted, wrong).await
}

pub async fn suspend(
    State(app): State<App>,
    Caller(caller): Caller,
    ui: Ui,
    Path(task): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let task = id(&task)?;
    let typed = |field: &str| posted.get(&field_name("wait", &task.to_string(), field)).to_owned();
    let wrong = match read_suspension(&ui, &typed) {
        Err(wrong) => wrong,
        Ok((reason, until)) => match app.desk.suspend_deadline(&caller, task, &reason, until).await {
            Ok(_) => return back(&app, &caller, task, &posted, "deadline-suspended").await,
            Err(refusal) => refused(refusal)?,
        },
    };
    again(&app, &caller, &ui, task, "wait", &posted, wrong).await
}

pub async fn resume(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(task): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let task = id(&task)?;
    app.desk.resume_deadline(&caller, task).await?;
    back(&app, &caller, task, &posted, "deadline-resumed").await
}

/// The instant and the reason that were typed, or what is wrong with them.
fn read_set(ui: &Ui, typed: &impl Fn(&str) -> String) -> Result<(Moment, String), Vec<WrongField>> {
    let (day, time) = (typed::date(&typed("/due")), typed::time(&typed("/time")));
    let due = day.zip(time).and_then(|(day, time)| typed::instant(day, time, &ui.zone));
    let mut wrong = reason_errors(&typed("/reason"));
    if day.is_none() {
        wrong.push(missing_or(&typed("/due"), "/due", "jalali-date"));
    }
    if time.is_none() {
        wrong.push(missing_or(&typed("/time"), "/time", "time-of-day"));
    }
    due.filter(|_| wrong.is_empty()).map(|due| (due, typed("/reason"))).ok_or(wrong)
}

/// The reason and the end of the day that were typed; without a day it lasts as long as the flow allows.
fn read_suspension(ui: &Ui, typed: &impl Fn(&str) -> String) -> Result<(String, Option<Moment>), Vec<WrongField>> {
    let mut wrong = reason_errors(&typed("/reason"));
    let text = typed("/until");
    let until = typed::date(&text).and_then(|day| typed::end_of_day(day, &ui.zone));
    if until.is_none() && !text.is_empty() {
        wrong.push(missing_or(&text, "/until", "jalali-date"));
    }
    if wrong.is_empty() { Ok((typed("/reason"), until)) } else { Err(wrong) }
}

fn reason_errors(reason: &str) -> Vec<WrongField> {
    checked_reason(reason).err().map(|problem| problem.fields).unwrap_or_default()
}

fn missing_or(text: &str, pointer: &str, code: &str) -> WrongField {
    let code = if text.is_empty() { "required" } else { code };
    WrongField { pointer: pointer.to_owned(), code: code.to_owned() }
}

/// The fields that the desk refuses; any other refusal is a problem of its own.
fn refused(refusal: Refusal) -> Result<Vec<WrongField>, Problem> {
    match refusal {
        Refusal::Invalid(fields) => Ok(fields.into_iter().map(WrongField::from).collect()),
        other => Err(other.into()),
    }
}

async fn again(
    app: &App,
    caller: &Principal,
    ui: &Ui,
    task: Id,
    form: &str,
    posted: &Posted,
    wrong: Vec<WrongField>,
) -> Result<Response, Problem> {
    let on_form =
        |wrong: WrongField| WrongField { pointer: field_name(form, &task.to_string(), &wrong.pointer), ..wrong };
    let wrong: Vec<_> = wrong.into_iter().map(on_form).collect();
    let view = app.desk.task(caller, task).await?;
    let deadline = task::deadline(app, caller, task).await?;
    let (typed, untouched) = (Filled { posted, wrong: &wrong }, Posted::default());
    let deadline = deadline.as_ref().map(|one| (one, &typed));
    let markup = task::page(ui, &view, deadline, &Filled { posted: &untouched, wrong: &[] }, None);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, layout::answer(markup)).into_response())
}

/// To the page that the form stood on.
async fn back(app: &App, caller: &Principal, task: Id, posted: &Posted, done: &str) -> Result<Response, Problem> {
    let path = if posted.get(FROM) == FROM_CASE {
        format!("/cases/{}", app.desk.task(caller, task).await?.case_id)
    } else {
        format!("/tasks/{task}")
    };
    Ok(layout::go(&format!("{path}?done={done}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::samples;
    use crate::locale::Locale;

    fn codes(wrong: &[WrongField]) -> Vec<(&str, &str)> {
        wrong.iter().map(|field| (field.pointer.as_str(), field.code.as_str())).collect()
    }

    #[test]
    fn a_date_is_read_or_each_wrong_field_named() {
        let ui = samples::ui(Locale::Fa, &[], "/tasks/1");
        let read = |due: &str, time: &str, reason: &str| {
            let (due, time, reason) = (due.to_owned(), time.to_owned(), reason.to_owned());
            let typed = move |field: &str| match field {
                "/due" => due.clone(),
                "/time" => time.clone(),
                _ => reason.clone(),
            };
            read_set(&ui, &typed)
        };
        let (due, reason) = read("۱۴۰۵/۰۸/۳۰", "۱۴:۳۰", "سیل").unwrap();
        assert_eq!((due.to_string().as_str(), reason.as_str()), ("2026-11-21T11:00:00Z", "سیل"));
        let wrong = read("فردا", "", "").unwrap_err();
        assert_eq!(codes(&wrong), [("/reason", "required"), ("/due", "jalali-date"), ("/time", "required")]);
    }

    #[test]
    fn a_date_that_is_refused_is_told_at_its_field() {
        let field = peygir_runtime::desk::FieldError { field: "/due".to_owned(), code: "past-max" };
        let wrong = refused(Refusal::Invalid(vec![field])).unwrap();
        assert_eq!(codes(&wrong), [("/due", "past-max")]);
        assert!(refused(Refusal::Conflict("not-suspendable")).is_err());
    }

    #[test]
    fn a_suspension_ends_with_its_day() {
        let ui = samples::ui(Locale::Fa, &[], "/tasks/1");
        let read = |until: &str| {
            let until = until.to_owned();
            read_suspension(&ui, &move |field: &str| {
                if field == "/until" { until.clone() } else { "مدرک".to_owned() }
            })
        };
        assert_eq!(read("").unwrap().1, None);
        assert_eq!(read("1405/08/30").unwrap().1.unwrap().to_string(), "2026-11-21T20:30:00Z");
        assert_eq!(codes(&read("1405/08/31").unwrap_err()), [("/until", "jalali-date")]);
    }
}
