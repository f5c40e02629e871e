//! Why a case went where it did: each decision as a sentence, and behind it the rules above with what stopped them.
//!
//! The words are those of the desk, the same as on the command line and in the API; this file only sets them.

use maud::{Markup, html};
use peygir_runtime::access::Permission;
use peygir_runtime::desk::{Bilingual, DecisionView, StoppedRule};

use super::closures::bilingual;
use super::icon::{self, Icon};
use super::layout::Ui;
use super::widget;

/// Outputs that only a decision on who answers has.
const OF_REFERRAL: [&str; 3] = ["unit", "managerRole", "workingDays"];

/// The decision that brought the case where it is, and the others folded away.
pub fn card(ui: &Ui, decisions: &[DecisionView]) -> Markup {
    let Some(last) = decisions.len().checked_sub(1) else { return html! {} };
    let main = decisions.iter().rposition(is_referral).unwrap_or(last);
    let others = decisions.iter().enumerate().filter(|(at, _)| *at != main);
    html! {
        section.card.decisions {
            h2 { (icon::draw(Icon::Flow)) (ui.t("decision-title")) }
            (one(ui, &decisions[main]))
            @if last > 0 {
                details.machinery {
                    summary { (ui.tw("decision-others", &[("count", (last as i64).into())])) }
                    @for (_, decision) in others { (one(ui, decision)) }
                }
            }
        }
    }
}

fn is_referral(decision: &DecisionView) -> bool {
    decision.outputs.get("agency").is_some() && OF_REFERRAL.iter().any(|name| decision.outputs.get(*name).is_some())
}

fn one(ui: &Ui, decision: &DecisionView) -> Markup {
    html! {
        div.decision {
            p.sentence { (bilingual(ui, &decision.sentence)) }
            @if let Some(caveat) = &decision.caveat { p.caveat { (bilingual(ui, caveat)) } }
            p.meta { (widget::long_time(ui, &decision.at)) " · " (source(ui, decision)) }
            @if !decision.inputs.is_empty() { (inputs(ui, decision)) }
            @if !decision.not_fired.is_empty() { (above(ui, decision)) }
        }
    }
}

/// The table with its version, whose layers it has, and the edition that was in force.
fn source(ui: &Ui, decision: &DecisionView) -> Markup {
    let version = [("version", decision.version.as_str().into())];
    // Several overlays of one pack stand one after the other.
    let mut layers: Vec<_> = decision.layers.iter().collect();
    layers.dedup_by_key(|layer| (&layer.title, &layer.pack_version));
    html! {
        bdi { (bilingual(ui, &decision.title)) } " " (ui.tw("decision-version", &version))
        @for layer in &layers {
            " · " bdi { (bilingual(ui, &layer.title)) }
            @if let Some(version) = &layer.pack_version { " " (widget::code(version)) }
        }
        @if let Some(edition) = decision.edition {
            @let words = ui.tw("edition-of", &[("edition", ui.locale.number(edition).into())]);
            " · "
            @if ui.may(Permission::PackRead) { a href={ "/packs/editions/" (edition) } { (words) } } @else { (words) }
        }
    }
}

fn inputs(ui: &Ui, decision: &DecisionView) -> Markup {
    let (asked, others): (Vec<_>, Vec<_>) = decision.inputs.iter().partition(|input| input.looked_at);
    // Where it is not known what was asked for, all that is on record is told.
    let (id, told) = if asked.is_empty() { ("decision-recorded", others) } else { ("decision-inputs", asked) };
    html! {
        details.account {
            summary { (ui.t(id)) }
            dl.facts {
                @for input in told {
                    @let shown = bilingual(ui, &input.shown);
                    (widget::fact(bilingual(ui, &input.title), html! {
                        bdi { @if shown.is_empty() { "—" } @else { (shown) } }
                    }))
                }
            }
        }
    }
}

/// The rules that were looked at before one answered, nearest to it last, as in the table.
fn above(ui: &Ui, decision: &DecisionView) -> Markup {
    let count = decision.not_fired.len() as i64;
    html! {
        details.account {
            summary { (ui.tw("decision-above", &[("count", count.into())])) }
            p.fine { (ui.t("decision-above-lead")) }
            ol.stretches { @for rule in &decision.not_fired { (stopped(ui, decision, rule)) } }
        }
    }
}

fn stopped(ui: &Ui, decision: &DecisionView, rule: &StoppedRule) -> Markup {
    let layer = decision.layers.get(rule.layer).filter(|_| rule.layer > 0);
    html! {
        li.uncounted {
            span.sign aria-hidden="true" { "–" }
            span {
                bdi.rule { (named(ui, rule.title.as_ref(), &rule.rule)) }
                @if let Some(layer) = layer { " " span.source { "(" bdi { (bilingual(ui, &layer.title)) } ")" } }
                ": " (bilingual(ui, &rule.text))
            }
        }
    }
}

fn named<'a>(ui: &Ui, title: Option<&'a Bilingual>, id: &'a str) -> &'a str {
    title.map_or(id, |title| bilingual(ui, title))
}
