//! One pack: its versions with their authors and dates, how two of them differ, and going back to an earlier one.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use peygir_runtime::desk::{
    FileDifferenceView, NewEdition, NewPack, PackDifference, PackVersionView, PackView, REASON_CHARS_MAX, Refusal,
    findings,
};
use serde_json::Value;

use super::closures::bilingual;
use super::layout::{self, Ui};
use super::packs::{left_in_folder, named_version, state_chip};
use super::widget::{self, Tone};
use super::{contrary, place};
use crate::form::Posted;
use crate::gate::Caller;
use crate::options::App;
use crate::path::Path;
use crate::problem::Problem;
use crate::query::PageQuery;

/// A pack with the difference that was asked for.
pub struct Shown {
    pub pack: PackView,
    pub difference: Option<PackDifference>,
    /// Why going back was refused, where all of it is what is planned.
    pub refused: Option<Refused>,
}

/// A going back that contradicts what is planned.
pub struct Refused {
    pub version: String,
    pub note: String,
    pub found: Vec<Value>,
}

pub async fn show(
    State(app): State<App>,
    Caller(caller): Caller,
    ui: Ui,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = PageQuery::of(query.as_deref());
    let pack = app.desk.pack(&caller, &name).await?;
    let difference = match (query.given("from"), query.given("to")) {
        (Some(from), Some(to)) => Some(app.desk.pack_difference(&caller, &name, &from, &to).await?),
        _ => None,
    };
    Ok(layout::answer(page(&ui, &Shown { pack, difference, refused: None }, query.get("done"))))
}

/// Deploys a version that was deployed before, from now on.
pub async fn roll_back(
    State(app): State<App>,
    Caller(caller): Caller,
    ui: Ui,
    Path(name): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    if posted.get("note").is_empty() {
        return Ok(layout::go(&format!("/packs/{name}?done=reason-missing")));
    }
    let pack = NewPack { name: name.clone(), version: posted.given("version"), files: None };
    let keep_planned = posted.given(contrary::KEEP).is_some();
    let edition = NewEdition { packs: vec![pack], note: posted.given("note"), keep_planned, ..NewEdition::default() };
    match app.desk.deploy_packs(&caller, &edition, None).await {
        Ok(done) if done.repeated => Ok(layout::go(&format!("/packs/{name}?done=pack-in-force"))),
        Ok(_) => Ok(layout::go(&format!("/packs/{name}?done=pack-deployed"))),
        Err(Refusal::Findings(found)) if contrary::only(&findings(&found)) => {
            let (version, note) = (posted.get("version").to_owned(), posted.get("note").to_owned());
            let refused = Some(Refused { version, note, found: findings(&found) });
            let pack = app.desk.pack(&caller, &name).await?;
            let shown = Shown { pack, difference: None, refused };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, layout::answer(page(&ui, &shown, None))).into_response())
        }
        Err(refusal) => Err(refusal.into()),
    }
}

pub fn page(ui: &Ui, shown: &Shown, done: Option<&str>) -> Markup {
    let pack = &shown.pack;
    let title = bilingual(ui, &pack.title);
    let body = html! {
        div.page-head {
            h1 { bdi { (title) } " " (widget::code(&pack.name)) }
            p.meta {
                (place::words(ui, &pack.scope))
                @if !pack.over.is_empty() { " · " (ui.tw("pack-over", &[("packs", pack.over.join(ui.locale.pick("، ", ", ")).into())])) }
            }
            (left_in_folder(ui, pack))
            p.more { a href="/packs" { (ui.t("packs-all")) } }
        }
        (widget::done_notice(ui, done))
        @if let Some(refused) = &shown.refused { (kept(ui, &pack.name, refused)) }
        section.card {
            h2 { (ui.t("pack-versions")) }
            ul.rows { @for version in &pack.versions { (row(ui, pack, version)) } }
        }
        (comparison(ui, shown))
    };
    layout::page(ui, title, body)
}

fn row(ui: &Ui, pack: &PackView, version: &PackVersionView) -> Markup {
    let deployed = [
        ("who", ui.named(&version.author).into()),
        ("when", widget::long_time(ui, &version.at).into()),
        ("edition", ui.locale.number(version.edition).into()),
    ];
    let from = [("when", widget::long_time(ui, &version.effective_from).into())];
    html! {
        li.row {
            div.row-main {
                p.row-title { (named_version(ui, version)) " " (state_chip(ui, &version.state)) }
                @let counts = if version.withdrawn.is_some() { "pack-was-to-count-from" } else { "pack-counts-from" };
                p { (ui.tw(counts, &from)) }
                p.meta { a href={ "/packs/editions/" (version.edition) } { (ui.tw("pack-deployed", &deployed)) } }
                @if !version.note.is_empty() { p.text.small { bdi dir="auto" { (version.note) } } }
                @if let Some(withdrawn) = &version.withdrawn {
                    @let by = [("who", ui.named(&withdrawn.by).into()), ("when", widget::long_time(ui, &withdrawn.at).into())];
                    p.meta { (ui.t("edition-withdrawn")) ": " (ui.tw("edition-withdrawn-by", &by)) }
                    p.text.small { bdi dir="auto" { (withdrawn.reason) } }
                }
                @if version.state == "broken" { p.fault { (ui.t("pack-broken-note")) } }
                @if pack.may_deploy && version.state == "past" && version.version != pack.version {
                    @if let Some(number) = &version.version { (rollback(ui, &pack.name, number, version.edition)) }
                }
            }
        }
    }
}

/// The form by which somebody goes back to a version, with the reason.
pub fn rollback(ui: &Ui, name: &str, version: &str, edition: u64) -> Markup {
    let field = format!("note-{name}-{edition}");
    let label = [("version", format!("{name}@{version}").into())];
    html! {
        div.resolve {
            details {
                summary.button.quiet { (ui.tw("pack-roll-back", &label)) }
                form method="post" action={ "/packs/" (name) "/rollback" } {
                    input type="hidden" name="version" value=(version);
                    label for=(field) { (ui.t("pack-reason")) }
                    textarea id=(field) name="note" rows="2" required dir="auto" maxlength=(REASON_CHARS_MAX) {}
                    button.quiet type="submit" { (ui.tw("pack-roll-back-confirm", &label)) }
                }
            }
        }
    }
}

/// What going back contradicts, and the form that goes back all the same.
fn kept(ui: &Ui, name: &str, refused: &Refused) -> Markup {
    let label = [("version", format!("{name}@{}", refused.version).into())];
    html! {
        (contrary::draw(ui, &refused.found))
        @if contrary::may_be_kept(&refused.found) {
            section.card #keep {
                form.upload method="post" action={ "/packs/" (name) "/rollback" } {
                    input type="hidden" name="version" value=(refused.version);
                    div.field {
                        label for="note-kept" { (ui.t("pack-reason")) }
                        textarea #note-kept name="note" rows="2" required dir="auto" maxlength=(REASON_CHARS_MAX) { (refused.note) }
                    }
                    (contrary::keep(ui, "rollback"))
                    p.actions { button type="submit" { (ui.tw("pack-roll-back-confirm", &label)) } }
                }
            }
        }
    }
}

fn comparison(ui: &Ui, shown: &Shown) -> Markup {
    let mut versions: Vec<&String> =
        shown.pack.versions.iter().filter_map(|version| version.version.as_ref()).collect();
    versions.sort();
    versions.dedup();
    if versions.len() < 2 {
        return html! {};
    }
    let chosen = |end: &str| match (&shown.difference, end) {
        (Some(difference), "from") => Some(difference.from.clone()),
        (Some(difference), _) => Some(difference.to.clone()),
        (None, "to") => shown.pack.version.clone(),
        (None, _) => {
            versions.iter().find(|version| Some(**version) != shown.pack.version.as_ref()).map(|one| (*one).clone())
        }
    };
    html! {
        section.card #difference {
            h2 { (ui.t("pack-difference")) }
            form.filters method="get" action={ "/packs/" (shown.pack.name) "#difference" } {
                @for (end, label) in [("from", "pack-difference-from"), ("to", "pack-difference-to")] {
                    div.field {
                        label for=(end) { (ui.t(label)) }
                        select id=(end) name=(end) {
                            @for version in &versions {
                                option value=(version) selected[chosen(end).as_ref() == Some(*version)] { (version) }
                            }
                        }
                    }
                }
                button type="submit" { (ui.t("pack-compare")) }
            }
            @if let Some(difference) = &shown.difference {
                @if difference.files.is_empty() { (widget::empty(&ui.t("pack-difference-none"))) }
                @for file in &difference.files { (file_difference(ui, file)) }
            }
        }
    }
}

/// The lines of one file that changed, with those around them.
pub fn file_difference(ui: &Ui, file: &FileDifferenceView) -> Markup {
    html! {
        h3 { (widget::code(&file.path)) " " (widget::chip(Tone::Plain, &ui.t(&format!("pack-file-{}", file.change)))) }
        div.difference dir="ltr" tabindex="0" role="region" aria-label=(file.path) {
            @for hunk in &file.hunks {
                p.fine dir=(ui.locale.direction()) { (ui.tw("pack-lines-from", &[("line", ui.locale.number(hunk.to_line as u64).into())])) }
                pre dir="ltr" {
                    @for line in &hunk.lines {
                        @match line.kind.as_str() {
                            "added" => ins { "+ " (line.text) "\n" },
                            "removed" => del { "- " (line.text) "\n" },
                            _ => span { "  " (line.text) "\n" },
                        }
                    }
                }
            }
        }
    }
}
