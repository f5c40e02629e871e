//! Packs: what is in force in which place, and the editions as a picture: past, in force and planned.

use std::collections::BTreeMap;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use peygir_runtime::access::Permission;
use peygir_runtime::desk::{EditionView, PackVersionView, PackView, PacksView};

use super::closures::bilingual;
use super::editions;
use super::icon::{self, Icon};
use super::layout::{self, Ui};
use super::place;
use super::widget::{self, Tone};
use crate::gate::Caller;
use crate::options::App;
use crate::problem::Problem;
use crate::query::PageQuery;

/// Editions of the past that the page shows; all of them have a page of their own.
const PAST_SHOWN: usize = 4;

/// All packs with the editions that brought them.
pub struct Packs {
    pub packs: PacksView,
    pub editions: Vec<EditionView>,
}

pub async fn show(
    State(app): State<App>,
    Caller(caller): Caller,
    ui: Ui,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = PageQuery::of(query.as_deref());
    let view = Packs { packs: app.desk.packs(&caller).await?, editions: app.desk.editions(&caller).await? };
    Ok(layout::answer(list(&ui, &view, query.get("done"))))
}

pub fn list(ui: &Ui, view: &Packs, done: Option<&str>) -> Markup {
    let body = html! {
        div.page-head {
            h1 { (ui.t("packs-title")) }
            p.meta { (ui.t("packs-lead")) }
            @if ui.may(Permission::PackDeploy) {
                p.actions { a.button href="/packs/upload" { (ui.t("pack-upload")) } }
            }
        }
        (widget::done_notice(ui, done))
        @if view.packs.packs.is_empty() { section.card { (widget::empty(&ui.t("packs-empty"))) } } @else {
            section.card {
                h2 { (icon::draw(Icon::Clock)) (ui.t("editions-title")) }
                (editions::picture(ui, &view.editions, PAST_SHOWN))
                p.more { a href="/packs/editions" { (ui.t("editions-all")) } }
            }
            @for (place, packs) in by_place(ui, &view.packs.packs) {
                section.card {
                    h2 { (icon::draw(Icon::Box)) (place) }
                    (table(ui, &packs))
                }
            }
        }
    };
    layout::page(ui, &ui.t("packs-title"), body)
}

/// Packs under the province that they are for: what holds everywhere first, and in each what is wider first.
fn by_place<'p>(ui: &Ui, packs: &'p [PackView]) -> Vec<(String, Vec<&'p PackView>)> {
    let mut groups: BTreeMap<Option<&str>, Vec<&PackView>> = BTreeMap::new();
    for pack in packs {
        groups.entry(pack.scope.province.as_deref()).or_default().push(pack);
    }
    let titled = |(province, mut packs): (Option<&str>, Vec<&'p PackView>)| {
        packs.sort_by_key(|pack| (pack.scope.county.is_some(), pack.scope.agency.is_some(), pack.name.clone()));
        let scope = peygir_runtime::desk::ScopeView { province: province.map(str::to_owned), ..Default::default() };
        let title = if province.is_some() { place::words(ui, &scope) } else { ui.t("packs-everywhere") };
        (title, packs)
    };
    groups.into_iter().map(titled).collect()
}

fn table(ui: &Ui, packs: &[&PackView]) -> Markup {
    let columns =
        ["pack", "pack-where", "pack-version", "pack-since", "pack-author", "pack-to-come"].map(|id| ui.t(id));
    html! {
        table.cases.packs {
            thead { tr { @for column in &columns { th scope="col" { (column) } } } }
            tbody { @for pack in packs { (line(ui, pack, &columns)) } }
        }
    }
}

fn line(ui: &Ui, pack: &PackView, columns: &[String; 6]) -> Markup {
    let present = pack.versions.iter().find(|version| version.state == "in-force" && version.version.is_some());
    html! {
        tr {
            td data-label=(columns[0]) {
                div { a.row-title href={ "/packs/" (pack.name) } { bdi { (bilingual(ui, &pack.title)) } } " " (widget::code(&pack.name)) }
            }
            td data-label=(columns[1]) { (place::words(ui, &pack.scope)) }
            td data-label=(columns[2]) {
                // One item of the row, also where a narrow screen sets label and value side by side.
                div {
                    @match &pack.version {
                        Some(version) => (widget::code(version)),
                        None => (widget::chip(Tone::Plain, &ui.t("pack-not-in-force"))),
                    }
                    (left_in_folder(ui, pack))
                }
            }
            td data-label=(columns[3]) { @match present {
                Some(present) => (widget::dated(ui, &present.effective_from)),
                None => "—",
            } }
            td data-label=(columns[4]) { @match present {
                Some(present) => bdi { (ui.named(&present.author)) },
                None => "—",
            } }
            td data-label=(columns[5]) { (to_come(ui, pack)) }
        }
    }
}

/// That the folder from which the server started has another version, for whoever wonders why it does not count.
pub fn left_in_folder(ui: &Ui, pack: &PackView) -> Markup {
    html! {
        @if let Some(folder) = &pack.folder {
            p.fine { (ui.tw("pack-left-in-folder", &[("version", folder.as_str().into())])) }
        }
    }
}

/// Every planned change of the pack, the next one first.
fn to_come(ui: &Ui, pack: &PackView) -> Markup {
    let planned: Vec<&PackVersionView> =
        pack.versions.iter().rev().filter(|version| version.state == "to-come").collect();
    html! {
        @if planned.is_empty() { "—" } @else {
            ul.planned {
                @for version in planned {
                    li { (named_version(ui, version)) " " a href={ "/packs/editions/" (version.edition) } { (widget::dated(ui, &version.effective_from)) } }
                }
            }
        }
    }
}

/// A version's number; of an edition that takes the pack away, that.
pub fn named_version(ui: &Ui, version: &PackVersionView) -> Markup {
    match &version.version {
        Some(version) => widget::code(version),
        None => html! { (ui.t("pack-taken-away")) },
    }
}

/// Where an edition stands, in words.
pub fn state_chip(ui: &Ui, state: &str) -> Markup {
    let tone = match state {
        "in-force" => Tone::Good,
        "to-come" => Tone::Accent,
        "broken" => Tone::Danger,
        _ => Tone::Plain,
    };
    widget::chip(tone, &ui.t(&format!("pack-state-{state}")))
}
