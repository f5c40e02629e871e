//! Editions: the picture of past, present and planned ones, and a page for each with what it changes: rules as sentences
//! before and after, files line by line; withdrawing one that is planned, and going back from one in force.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};
use peygir_runtime::access::{Permission, Place};
use peygir_runtime::desk::{
    Bilingual, EditionChanges, EditionView, PackChange, PackVersion, PlannedEdition, REASON_CHARS_MAX, RuleChange,
    ScopeView, TableChange,
};

use super::closures::bilingual;
use super::icon::{self, Icon};
use super::layout::{self, Ui};
use super::packs::state_chip;
use super::widget::{self, Tone};
use super::{pack, place};
use crate::form::Posted;
use crate::gate::Caller;
use crate::options::App;
use crate::path::Path;
use crate::problem::{Code, Problem};
use crate::query::PageQuery;

/// Editions of one page of the list.
const LISTED: usize = 50;

pub async fn show(
    State(app): State<App>,
    Caller(caller): Caller,
    ui: Ui,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = PageQuery::of(query.as_deref());
    let skipped = query.get("after").and_then(|after| after.parse().ok()).unwrap_or(0);
    Ok(layout::answer(list(&ui, &app.desk.editions(&caller).await?, skipped)))
}

/// The page of an edition that is to bring what somebody wanted to be deployed.
pub fn planned_already(planned: &PlannedEdition) -> String {
    format!("/packs/editions/{}?done=edition-planned", planned.edition)
}

pub async fn one(
    State(app): State<App>,
    Caller(caller): Caller,
    ui: Ui,
    Path(number): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = PageQuery::of(query.as_deref());
    let changes = app.desk.edition_changes(&caller, self::number(&number)?).await?;
    Ok(layout::answer(page(&ui, &changes, query.get("done"))))
}

/// An edition's number from an address; what is none is not found.
pub fn number(text: &str) -> Result<u64, Problem> {
    text.parse().map_err(|_| Problem::new(Code::NotFound))
}

pub async fn withdraw(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(number): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let edition = self::number(&number)?;
    if posted.get("reason").is_empty() {
        return Ok(layout::go(&format!("/packs/editions/{edition}?done=reason-missing")));
    }
    app.desk.withdraw_edition(&caller, edition, posted.get("reason")).await?;
    Ok(layout::go(&format!("/packs/editions/{edition}?done=edition-withdrawn")))
}

/// Those that come into force last stand first.
fn in_order(editions: &[EditionView]) -> Vec<&EditionView> {
    let mut all: Vec<&EditionView> = editions.iter().collect();
    let from = |edition: &EditionView| edition.effective_from.parse::<Timestamp>().unwrap_or(Timestamp::MIN);
    all.sort_by_key(|edition| std::cmp::Reverse((from(edition), edition.number)));
    all
}

pub fn list(ui: &Ui, editions: &[EditionView], skipped: usize) -> Markup {
    let all = in_order(editions);
    let next = (all.len() > skipped + LISTED).then(|| (skipped + LISTED).to_string());
    let body = html! {
        div.page-head {
            h1 { (ui.t("editions-title")) }
            p.meta { (ui.t("editions-lead")) }
            p.more { a href="/packs" { (ui.t("packs-all")) } }
        }
        section.card {
            @if all.is_empty() { (widget::empty(&ui.t("packs-empty"))) } @else {
                (line_of_time(ui, all.into_iter().skip(skipped).take(LISTED)))
            }
        }
        (widget::pager(ui, &[], next.as_deref()))
    };
    layout::page(ui, &ui.t("editions-title"), body)
}

/// All planned ones, the one in force, and some of the past, on a line of time.
pub fn picture(ui: &Ui, editions: &[EditionView], past_shown: usize) -> Markup {
    let mut past = 0;
    let shown = in_order(editions).into_iter().filter(|edition| {
        past += usize::from(!matches!(edition.state.as_str(), "in-force" | "to-come"));
        matches!(edition.state.as_str(), "in-force" | "to-come") || past <= past_shown
    });
    line_of_time(ui, shown)
}

fn line_of_time<'e>(ui: &Ui, editions: impl Iterator<Item = &'e EditionView>) -> Markup {
    html! { ol.timeline.editions { @for edition in editions { (entry(ui, edition)) } } }
}

fn entry(ui: &Ui, edition: &EditionView) -> Markup {
    let number = [("edition", ui.locale.number(edition.number).into())];
    html! {
        li class=(edition.state) {
            div.line {
                a.what href={ "/packs/editions/" (edition.number) } { (ui.tw("edition-of", &number)) }
                " " (edition_chip(ui, edition))
            }
            p.labels {
                @for pack in &edition.packs { (widget::code(&format!("{}@{}", pack.name, pack.version))) " " }
                @for name in &edition.removed { span { (ui.tw("edition-removes", &[("pack", name.as_str().into())])) } " " }
            }
            p.meta { (widget::dated(ui, &edition.effective_from)) " · " bdi { (ui.named(&edition.author)) } }
            @if !edition.note.is_empty() { p.text.small { bdi dir="auto" { (edition.note) } } }
        }
    }
}

/// Where an edition stands. Of one that is past, later ones may have left something in force.
fn edition_chip(ui: &Ui, edition: &EditionView) -> Markup {
    if edition.state != "past" || edition.standing.is_empty() {
        return state_chip(ui, &edition.state);
    }
    html! {
        (state_chip(ui, "standing"))
        @for pack in &edition.standing { " " (widget::code(&format!("{}@{}", pack.name, pack.version))) }
    }
}

pub fn page(ui: &Ui, changes: &EditionChanges, done: Option<&str>) -> Markup {
    let edition = &changes.edition;
    let title = ui.tw("edition-of", &[("edition", ui.locale.number(edition.number).into())]);
    let body = html! {
        div.page-head {
            h1 { (title) " " (edition_chip(ui, edition)) }
            p.more { a href="/packs/editions" { (ui.t("editions-all")) } }
        }
        (widget::done_notice(ui, done))
        div.split {
            div.split-main { (rules(ui, changes)) (packs(ui, changes)) }
            div.split-side { (facts(ui, changes)) }
        }
    };
    layout::page(ui, &title, body)
}

fn facts(ui: &Ui, changes: &EditionChanges) -> Markup {
    let edition = &changes.edition;
    html! {
        section.card {
            h2 { (icon::draw(Icon::Clock)) (ui.t("edition-facts")) }
            dl.facts {
                (widget::fact(&ui.t("edition-from"), html! { (widget::long_time(ui, &edition.effective_from)) }))
                (widget::fact(&ui.t("edition-deployed"), html! { (widget::long_time(ui, &edition.at)) }))
                (widget::fact(&ui.t("pack-author"), html! { bdi { (ui.named(&edition.author)) } }))
                @if !edition.note.is_empty() {
                    (widget::fact(&ui.t("pack-note"), html! { bdi dir="auto" { (edition.note) } }))
                }
                @if let Some(withdrawn) = &edition.withdrawn {
                    @let by = [("who", ui.named(&withdrawn.by).into()), ("when", widget::long_time(ui, &withdrawn.at).into())];
                    (widget::fact(&ui.t("edition-withdrawn"), html! { (ui.tw("edition-withdrawn-by", &by)) }))
                    (widget::fact(&ui.t("pack-reason"), html! { bdi dir="auto" { (withdrawn.reason) } }))
                }
            }
            @if edition.state == "broken" { p.fault { (ui.t("pack-broken-note")) } }
            @if may_deploy_all(ui, &changes.packs) { (deeds(ui, changes)) }
        }
    }
}

/// Whether the reader may deploy all that the edition names; the desk looks again.
fn may_deploy_all(ui: &Ui, packs: &[PackChange]) -> bool {
    let may = |scope: &ScopeView| {
        let (province, county, agency) = (scope.province.clone(), scope.county.clone(), scope.agency.clone());
        let place = Place { province, county, agency };
        ui.viewer.as_ref().is_some_and(|viewer| viewer.may(Permission::PackDeploy, &place))
    };
    packs.iter().all(|pack| may(&pack.scope))
}

fn deeds(ui: &Ui, changes: &EditionChanges) -> Markup {
    let edition = &changes.edition;
    html! {
        @if edition.state == "to-come" { (withdrawal(ui, edition.number)) }
        @if edition.state == "in-force" || !edition.standing.is_empty() {
            @for pack in changes.packs.iter().filter(|pack| pack.from != pack.to && stands(edition, pack)) {
                @if let Some(before) = &pack.before { (pack::rollback(ui, &pack.name, before, edition.number)) }
            }
        }
    }
}

/// Whether what an edition says of a pack is what is in force now: later ones may have left it as it was.
fn stands(edition: &EditionView, pack: &PackChange) -> bool {
    let is_same = |one: &PackVersion| one.name == pack.name && Some(&one.version) == pack.to.as_ref();
    edition.state == "in-force" || edition.standing.iter().any(is_same)
}

fn withdrawal(ui: &Ui, number: u64) -> Markup {
    html! {
        div.resolve {
            details {
                summary.button.quiet { (ui.t("edition-withdraw")) }
                form method="post" action={ "/packs/editions/" (number) "/withdraw" } {
                    p.meta { (ui.t("edition-withdraw-lead")) }
                    label for="withdraw-reason" { (ui.t("pack-reason")) }
                    textarea #withdraw-reason name="reason" rows="2" required dir="auto" maxlength=(REASON_CHARS_MAX) {}
                    button.quiet type="submit" { (ui.t("edition-withdraw-confirm")) }
                }
            }
        }
    }
}

fn rules(ui: &Ui, changes: &EditionChanges) -> Markup {
    html! {
        section.card {
            h2 { (icon::draw(Icon::Flow)) (ui.t("edition-rules")) }
            @match changes.previous {
                None => (widget::empty(&ui.t("edition-first"))),
                Some(previous) => {
                    @let compared = [("edition", ui.locale.number(previous).into())];
                    @if changes.rules_compared { p.meta { (ui.tw("edition-compared", &compared)) } }
                    @if changes.edition.withdrawn.is_some() { (widget::empty(&ui.t("edition-not-in-force"))) }
                    @else if !changes.rules_compared { (widget::empty(&ui.t("edition-not-compared"))) }
                    @else if changes.tables.is_empty() { (widget::empty(&ui.t("edition-no-rules"))) }
                    @for table in &changes.tables { (table_change(ui, table)) }
                }
            }
        }
    }
}

/// The rules of one table that change, as sentences before and after.
pub fn table_change(ui: &Ui, table: &TableChange) -> Markup {
    let places: Vec<String> = table.places.iter().map(|scope| place::words(ui, scope)).collect();
    html! {
        div.table-change {
            h3 { bdi { (bilingual(ui, &table.title)) } " " (widget::code(&table.table)) }
            p.meta {
                (versions(ui, table.from.as_deref(), table.to.as_deref()))
                @if !places.is_empty() { " · " (places.join(ui.locale.pick("؛ ", "; "))) }
            }
            ol.rule-changes { @for rule in &table.rules { (rule_change(ui, rule)) } }
        }
    }
}

/// `0.2.0 → 0.3.0`, in the direction of the page; one version where both are the same.
fn versions(ui: &Ui, from: Option<&str>, to: Option<&str>) -> Markup {
    let arrow = ui.locale.pick("←", "→");
    html! {
        @match (from, to) {
            (Some(from), Some(to)) if from == to => (widget::code(to)),
            (Some(from), Some(to)) => { (widget::code(from)) " " span aria-hidden="true" { (arrow) } span.hidden { (ui.t("edition-to")) } " " (widget::code(to)) },
            (None, Some(to)) => { (widget::chip(Tone::Good, &ui.t("edition-new"))) " " (widget::code(to)) },
            (Some(from), None) => { (widget::code(from)) " " (widget::chip(Tone::Danger, &ui.t("pack-taken-away"))) },
            (None, None) => {},
        }
    }
}

fn rule_change(ui: &Ui, rule: &RuleChange) -> Markup {
    let tone = match rule.change.as_str() {
        "added" => Tone::Good,
        "removed" => Tone::Danger,
        "changed" => Tone::Warning,
        _ => Tone::Plain,
    };
    let same = rule.before == rule.after;
    html! {
        li.rule-change {
            p.rule-head { (widget::chip(tone, &ui.t(&format!("rule-{}", rule.change)))) " " (widget::code(&rule.rule)) }
            @if let Some(before) = rule.before.as_ref().filter(|_| !same) { (sentence(ui, "before", before)) }
            @if let Some(after) = &rule.after { (sentence(ui, if same { "same" } else { "after" }, after)) }
        }
    }
}

fn sentence(ui: &Ui, side: &str, text: &Bilingual) -> Markup {
    html! {
        div class={ "side-" (side) " sentence" } {
            @if side != "same" { span.label { (ui.t(&format!("rule-side-{side}"))) } }
            p { (bilingual(ui, text)) }
        }
    }
}

fn packs(ui: &Ui, changes: &EditionChanges) -> Markup {
    html! {
        section.card {
            h2 { (icon::draw(Icon::Box)) (ui.t("edition-packs")) }
            ul.rows { @for pack in &changes.packs { (pack_change(ui, pack)) } }
        }
    }
}

fn pack_change(ui: &Ui, pack: &PackChange) -> Markup {
    let count = [("count", (pack.files.len() as i64).into())];
    html! {
        li.row {
            div.row-main {
                p { a.row-title href={ "/packs/" (pack.name) } { bdi { (bilingual(ui, &pack.title)) } } " " (widget::code(&pack.name)) }
                p { (versions(ui, pack.from.as_deref(), pack.to.as_deref())) }
                p.meta { (place::words(ui, &pack.scope)) }
                @if !pack.files.is_empty() {
                    details.machinery {
                        summary { (ui.tw("edition-files", &count)) }
                        @if pack.cut { p.fine { (ui.t("edition-files-cut")) } }
                        @for file in &pack.files { (pack::file_difference(ui, file)) }
                    }
                }
            }
        }
    }
}
