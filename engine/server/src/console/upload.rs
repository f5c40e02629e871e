//! Uploading packs: choose a folder or files, have everything checked, see what is wrong at which line, then deploy with a
//! date and a note.
//!
//! Checking deploys nothing. What was checked travels in the page itself to the second form: nothing is kept here between
//! the two, and deploying checks all of it again.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use maud::{Markup, html};
use peygir_calendar::Jalali;
use peygir_runtime::access::Principal;
use peygir_runtime::desk::{
    EditionDone, FileState, FilesSent, NewEdition, NewPack, Refusal, ThenView, findings as told,
};
use serde_json::Value;

use super::field::{self, Filled, Typing};
use super::findings::{self, Sources};
use super::icon::{self, Icon};
use super::layout::{self, Ui};
use super::{contrary, editions, typed, widget};
use crate::form::Posted;
use crate::gate::Caller;
use crate::multipart::Upload;
use crate::options::App;
use crate::problem::{Code, Problem, WrongField};

const DATE: &str = "/effectiveFrom";
const NOTE: &str = "/note";
/// The packs that were checked, on their way to be deployed.
const CHECKED: &str = "checked";
/// Characters of the note of an edition.
const NOTE_CHARS_MAX: i64 = 1_000;
/// Pointer and message id of the fields' labels.
const LABELS: [(&str, &str); 3] = [(DATE, "upload-date"), (NOTE, "pack-note"), ("/packs", "upload-folder")];

/// What came of the check.
pub enum Checked {
    Nothing,
    /// Findings, with the texts that they are about.
    Wrong(Vec<Value>, Sources),
    /// Nothing is wrong.
    Right(Box<Ready>),
}

/// What may be deployed as it was checked.
pub struct Ready {
    pub done: EditionDone,
    /// The packs, for the form that deploys them.
    pub packed: String,
    /// How their files stand to what is in force.
    pub files: Vec<FilesSent>,
    /// What contradicts editions that are planned.
    pub against: Vec<Value>,
}

pub async fn show(Caller(_): Caller, ui: Ui) -> Result<Response, Problem> {
    let fresh = Posted::default();
    Ok(layout::answer(page(&ui, &Checked::Nothing, &Filled { posted: &fresh, wrong: &[] })))
}

/// Checks the files that were chosen.
pub async fn check(
    State(app): State<App>,
    Caller(caller): Caller,
    ui: Ui,
    upload: Upload,
) -> Result<Response, Problem> {
    let files = upload.files.into_iter().map(|file| (file.path, file.bytes)).collect();
    let packs = match app.desk.packs_of_files(&caller, files).await {
        Ok(packs) => packs,
        Err(Refusal::Findings(found)) => {
            let checked = Checked::Wrong(told(&found), Sources::new());
            return Ok(refused(&ui, &checked, &upload.fields, &[]));
        }
        Err(other) => return Err(other.into()),
    };
    let edition = NewEdition { dry_run: true, ..edition(&ui, packs, &upload.fields) };
    match app.desk.deploy_packs(&caller, &edition, None).await {
        Ok(done) => {
            let checked = ready(&app, &caller, done, &edition.packs, Vec::new()).await?;
            Ok(layout::answer(page(&ui, &checked, &Filled { posted: &upload.fields, wrong: &[] })))
        }
        Err(Refusal::Findings(found)) if contrary::only(&told(&found)) => {
            contradicted(&app, &caller, &ui, &edition, told(&found), &upload.fields).await
        }
        Err(refusal) => answer(&ui, refusal, &Checked::Nothing, &edition.packs, &upload.fields),
    }
}

/// Deploys what was checked.
pub async fn deploy(
    State(app): State<App>,
    Caller(caller): Caller,
    ui: Ui,
    upload: Upload,
) -> Result<Response, Problem> {
    let packs = unpacked(upload.fields.get(CHECKED))?;
    let edition = edition(&ui, packs, &upload.fields);
    match app.desk.deploy_packs(&caller, &edition, None).await {
        Ok(EditionDone { planned: Some(planned), .. }) => Ok(layout::go(&editions::planned_already(&planned))),
        Ok(done) if done.repeated => Ok(layout::go("/packs?done=pack-in-force")),
        Ok(done) => Ok(layout::go(&format!("/packs/editions/{}?done=edition-deployed", done.edition))),
        Err(refusal @ Refusal::Invalid(_)) => {
            // The packs need not be chosen again because a date is wrong.
            let again =
                NewEdition { packs: edition.packs.clone(), dry_run: true, keep_planned: true, ..NewEdition::default() };
            let checked = match app.desk.deploy_packs(&caller, &again, None).await {
                Ok(done) => ready(&app, &caller, done, &edition.packs, Vec::new()).await?,
                Err(_) => Checked::Nothing,
            };
            answer(&ui, refusal, &checked, &edition.packs, &upload.fields)
        }
        Err(Refusal::Findings(found)) if contrary::only(&told(&found)) => {
            contradicted(&app, &caller, &ui, &edition, told(&found), &upload.fields).await
        }
        Err(refusal) => answer(&ui, refusal, &Checked::Nothing, &edition.packs, &upload.fields),
    }
}

/// The packs are right, and contradict what is planned: nothing need be chosen again to withdraw that, to keep it knowingly,
/// or to choose another date.
async fn contradicted(
    app: &App,
    caller: &Principal,
    ui: &Ui,
    edition: &NewEdition,
    found: Vec<Value>,
    fields: &Posted,
) -> Result<Response, Problem> {
    let kept = NewEdition { dry_run: true, keep_planned: true, ..edition.clone() };
    // What is for an instant that is taken is right at any other.
    let at_once = NewEdition { effective_from: None, ..kept.clone() };
    let mut done = app.desk.deploy_packs(caller, &kept, None).await;
    if done.is_err() {
        done = app.desk.deploy_packs(caller, &at_once, None).await;
    }
    let mut done = done?;
    done.findings.retain(|one| !contrary::is_one(one));
    let checked = ready(app, caller, done, &edition.packs, found).await?;
    Ok(refused(ui, &checked, fields, &[]))
}

async fn ready(
    app: &App,
    caller: &Principal,
    done: EditionDone,
    packs: &[NewPack],
    against: Vec<Value>,
) -> Result<Checked, Problem> {
    let files = app.desk.files_sent(caller, packs).await?;
    Ok(Checked::Right(Box::new(Ready { done, packed: packed(packs)?, files, against })))
}

/// What the forms say. Today means at once: its beginning has passed.
fn edition(ui: &Ui, packs: Vec<NewPack>, fields: &Posted) -> NewEdition {
    let today = Jalali::from_gregorian(ui.zone.to_datetime(ui.now).date());
    let date = |text: String| match typed::date(&text) {
        Some(day) if day == today => None,
        Some(day) => Some(day.to_string()),
        // The desk says what is wrong with it.
        None => Some(text),
    };
    NewEdition {
        packs,
        effective_from: fields.given(DATE).and_then(date),
        note: fields.given(NOTE),
        keep_planned: fields.given(contrary::KEEP).is_some(),
        ..NewEdition::default()
    }
}

/// The page again, with what is wrong.
fn answer(
    ui: &Ui,
    refusal: Refusal,
    checked: &Checked,
    packs: &[NewPack],
    fields: &Posted,
) -> Result<Response, Problem> {
    match refusal {
        Refusal::Findings(found) => {
            let checked = Checked::Wrong(told(&found), sources(packs));
            Ok(refused(ui, &checked, fields, &[]))
        }
        Refusal::Invalid(wrong) => {
            let wrong: Vec<WrongField> = wrong.into_iter().map(|field| on_form(field.into())).collect();
            Ok(refused(ui, checked, fields, &wrong))
        }
        other => Err(other.into()),
    }
}

/// People type a date here, and never an instant.
fn on_form(wrong: WrongField) -> WrongField {
    let code = if wrong.code == "instant-or-date" { "jalali-date".to_owned() } else { wrong.code };
    WrongField { code, ..wrong }
}

fn refused(ui: &Ui, checked: &Checked, fields: &Posted, wrong: &[WrongField]) -> Response {
    let markup = page(ui, checked, &Filled { posted: fields, wrong });
    (StatusCode::UNPROCESSABLE_ENTITY, layout::answer(markup)).into_response()
}

fn sources(packs: &[NewPack]) -> Sources {
    let files = |pack: &NewPack| {
        let files = pack.files.clone().unwrap_or_default();
        files.into_iter().map(|(path, text)| (format!("{}/{path}", pack.name), text)).collect::<Vec<_>>()
    };
    packs.iter().flat_map(files).collect()
}

/// Browsers change the ends of lines in what a form holds; in this form they find none.
fn packed(packs: &[NewPack]) -> Result<String, Problem> {
    let text = serde_json::to_string(packs).map_err(|error| Problem::internal(&error))?;
    Ok(BASE64.encode(text))
}

fn unpacked(text: &str) -> Result<Vec<NewPack>, Problem> {
    let broken = || Problem::new(Code::FormBroken);
    let bytes = BASE64.decode(text).map_err(|_| broken())?;
    serde_json::from_slice(&bytes).map_err(|_| broken())
}

pub fn page(ui: &Ui, checked: &Checked, filled: &Filled<'_>) -> Markup {
    let title = ui.t("upload-title");
    let body = html! {
        div.page-head {
            h1 { (title) }
            p.meta { (ui.t("upload-lead")) }
            p.more { a href="/packs" { (ui.t("packs-all")) } }
        }
        @match checked {
            Checked::Nothing => {},
            Checked::Wrong(found, sources) => (wrong(ui, found, sources)),
            Checked::Right(ready) => {
                (contrary::draw(ui, &ready.against))
                (right(ui, ready, filled))
            },
        }
        (chooser(ui, matches!(checked, Checked::Right(..)), filled))
    };
    layout::page(ui, &title, body)
}

fn wrong(ui: &Ui, found: &[Value], sources: &Sources) -> Markup {
    let count = [("count", (findings::errors(found) as i64).into())];
    html! {
        section.card #findings role="alert" {
            h2 { (icon::draw(Icon::Alert)) (ui.tw("upload-wrong", &count)) }
            p.meta { (ui.t("upload-wrong-lead")) }
            (findings::draw(ui, found, sources))
        }
    }
}

fn right(ui: &Ui, ready: &Ready, filled: &Filled<'_>) -> Markup {
    let Ready { done, packed, files, against } = ready;
    html! {
        section.card #deploy {
            @if against.is_empty() { p.notice role="status" { (icon::draw(Icon::Check)) (ui.t("upload-right")) } }
            dl.facts {
                (widget::fact(&ui.t("upload-packs"), html! {
                    @for pack in &done.packs { (widget::code(&format!("{}@{}", pack.name, pack.version))) " " }
                }))
                (widget::fact(&ui.t("edition-from"), html! { (widget::long_time(ui, &done.effective_from)) }))
            }
            @if !done.then.is_empty() {
                h3 { (ui.t("upload-then")) }
                ul.planned { @for then in &done.then { li { (told_then(ui, then)) } } }
            }
            @for pack in files { (files_sent(ui, pack)) }
            @if let Some(tables) = &done.tables {
                h3 { (ui.t("edition-rules")) }
                @if tables.is_empty() { (widget::empty(&ui.t("edition-no-rules"))) }
                @for table in tables { (editions::table_change(ui, table)) }
            }
            @if !done.findings.is_empty() {
                h3 { (ui.t("upload-warnings")) }
                (findings::draw(ui, &done.findings, &Sources::new()))
            }
            (summary(ui, filled))
            form.upload method="post" action="/packs/deploy" enctype="multipart/form-data" {
                input type="hidden" name=(CHECKED) value=(packed);
                (date_and_note(ui, filled))
                @if contrary::may_be_kept(against) { (contrary::keep(ui, "upload")) }
                p.actions { button type="submit" { (ui.t("upload-deploy")) } }
            }
        }
    }
}

/// Where each file lies that was sent, and what the version in force has and this one has not.
fn files_sent(ui: &Ui, pack: &FilesSent) -> Markup {
    let (same, other): (Vec<_>, Vec<_>) = pack.files.iter().partition(|(_, state)| *state == FileState::Same);
    let list = |files: &[&(String, FileState)]| {
        html! {
            ul.files { @for (path, state) in files { li { (widget::code(path)) " " (file_state(ui, *state)) } } }
        }
    };
    html! {
        h3 { (ui.t("upload-pack-files")) " " (widget::code(&pack.name)) }
        p.meta {
            @match &pack.in_force {
                Some(version) => { (ui.t("upload-files-beside")) " " (widget::code(&format!("{}@{version}", pack.name))) },
                None => (ui.t("upload-files-first")),
            }
        }
        (list(&other))
        @if !same.is_empty() {
            details {
                summary { (ui.tw("upload-files-same", &[("count", (same.len() as i64).into())])) }
                (list(&same))
            }
        }
    }
}

fn file_state(ui: &Ui, state: FileState) -> Markup {
    match state {
        FileState::New => widget::chip(widget::Tone::Good, &ui.t("upload-file-new")),
        FileState::Changed => widget::chip(widget::Tone::Accent, &ui.t("upload-file-changed")),
        FileState::Gone => widget::chip(widget::Tone::Warning, &ui.t("upload-file-gone")),
        FileState::Same => html! {},
    }
}

/// What an edition that is still to come makes of a pack afterwards.
fn told_then(ui: &Ui, then: &ThenView) -> Markup {
    html! {
        @match &then.version {
            Some(version) => (widget::code(&format!("{}@{version}", then.name))),
            None => { (widget::code(&then.name)) " " (ui.t("pack-taken-away")) },
        }
        " "
        a href={ "/packs/editions/" (then.edition) } { (widget::dated(ui, &then.effective_from)) }
    }
}

fn summary(ui: &Ui, filled: &Filled<'_>) -> Markup {
    let labels: Vec<_> = LABELS.iter().map(|(name, id)| (name.to_string(), ui.t(id))).collect();
    field::summary(ui, filled, &labels)
}

/// The first form: what to check. Its date and note stand in the second one once there is one.
fn chooser(ui: &Ui, is_checked: bool, filled: &Filled<'_>) -> Markup {
    html! {
        section.card #choose {
            h2 { (icon::draw(Icon::Folder)) (ui.t(if is_checked { "upload-again" } else { "upload-choose" })) }
            @if !is_checked { (summary(ui, filled)) }
            form.upload method="post" action="/packs/upload" enctype="multipart/form-data" novalidate {
                div.field {
                    label for="field-packs" { (ui.t("upload-folder")) }
                    input #field-packs type="file" name="folder" multiple webkitdirectory aria-describedby="folder-help";
                    p.fine #folder-help { (ui.t("upload-folder-help")) }
                }
                div.field {
                    label for="field-files" { (ui.t("upload-files")) }
                    input #field-files type="file" name="files" multiple accept=".yaml,.yml,.rhai,.json" aria-describedby="files-help";
                    p.fine #files-help { (ui.t("upload-files-help")) }
                }
                @if !is_checked { (date_and_note(ui, filled)) }
                p.actions { button.quiet[is_checked] type="submit" { (ui.t("upload-check")) } }
            }
        }
    }
}

fn date_and_note(ui: &Ui, filled: &Filled<'_>) -> Markup {
    let typing = Typing { mode: Some("text"), ltr: true, characters_max: Some(10), example: Some("date-example") };
    html! {
        div.pair { (field::line(ui, DATE, &ui.t("upload-date"), false, typing, filled)) }
        (field::area(ui, NOTE, &ui.t("pack-note"), false, Some(NOTE_CHARS_MAX), filled))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::samples;
    use crate::locale::Locale;

    #[test]
    fn what_was_checked_comes_back_as_it_was() {
        let files = [("rules/a.yaml".to_owned(), "سلام\r\n\n x".to_owned())].into_iter().collect();
        let packs = vec![NewPack { name: "town".into(), version: None, files: Some(files) }];
        assert_eq!(unpacked(&packed(&packs).unwrap()).unwrap(), packs);
        for broken in ["", "x", "e30="] {
            assert_eq!(unpacked(broken).unwrap_err().code, Code::FormBroken, "{broken}");
        }
    }

    #[test]
    fn dates_are_typed_as_people_type_them_and_today_is_at_once() {
        let ui = samples::ui(Locale::Fa, &[], "/packs/upload");
        let of = |text: &str| edition(&ui, Vec::new(), &Posted(vec![(DATE.into(), text.into())])).effective_from;
        assert_eq!(of("۱۴۰۵/۱۰/۱").as_deref(), Some("1405/10/01"));
        assert_eq!(of("۱۴۰۵/۸/۳۰"), None, "that is today");
        assert_eq!(of(""), None);
        assert_eq!(of("فردا").as_deref(), Some("فردا"));
    }
}
