//! Receipts: given out for a case, and checked by whoever was given one. Without a script: the receipt is text, to be kept
//! in a file and to be pasted again.

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use peygir_runtime::access::Permission;

use super::icon::{self, Icon};
use super::layout::{self, Ui};
use super::track::clean_code;
use super::widget::{self, Tone};
use crate::api::id;
use crate::api::receipts::{gather, held_against};
use crate::body;
use crate::form::Posted;
use crate::gate::Caller;
use crate::instruments::{Checked, Given, Verdict};
use crate::options::App;
use crate::path::Path;
use crate::problem::Problem;

/// Longest receipt that is taken, in bytes.
const RECEIPT_BYTES_MAX: usize = 96 << 10;
/// Lines of the field that it is pasted into.
const FIELD_LINES: u32 = 10;

pub async fn of_case(
    State(app): State<App>,
    Caller(caller): Caller,
    ui: Ui,
    Path(case): Path<String>,
) -> Result<Response, Problem> {
    let case = app.desk.case_of(&caller, id(&case)?, Permission::CaseRead).await?;
    let given = gather(&app, case).await?;
    Ok(layout::answer(page(&ui, &given, &format!("/cases/{case}"))))
}

/// For whoever holds the tracking code.
pub async fn of_code(State(app): State<App>, ui: Ui, Path(code): Path<String>) -> Result<Response, Problem> {
    let code = clean_code(&code);
    let given = gather(&app, app.desk.case_of_code(&code)?).await?;
    Ok(layout::answer(page(&ui, &given, &format!("/track/{code}"))))
}

pub async fn form(ui: Ui) -> Response {
    layout::answer(check_page(&ui, "", None))
}

pub async fn check(State(app): State<App>, ui: Ui, posted: Posted) -> Result<Response, Problem> {
    let text = posted.get("receipt");
    let checked = match body::value(text.as_bytes()) {
        Ok(receipt) if text.len() <= RECEIPT_BYTES_MAX => held_against(&app, receipt).await?,
        _ => Checked { verdict: Verdict::NoReceipt, case: None, version: None, seal: None, sealed_at: None },
    };
    Ok(layout::answer(check_page(&ui, text, Some(&checked))))
}

/// A receipt to be kept, or when there will be one.
pub fn page(ui: &Ui, given: &Given, back: &str) -> Markup {
    let body = html! {
        section.card.narrow {
            h1 { (ui.t("receipt-title")) }
            p { (ui.t("receipt-lead")) }
            @match &given.receipt {
                Some(receipt) => {
                    dl.facts {
                        (widget::fact(&ui.t("receipt-seal"), html! { (ui.locale.number(given.seal)) }))
                        @if let Some(at) = given.sealed_at {
                            (widget::fact(&ui.t("receipt-until"), html! { (widget::long_time(ui, &at.to_string())) }))
                        }
                        (widget::fact(&ui.t("receipt-covers"), html! {
                            (ui.tw("receipt-of", &[
                                ("covered", ui.locale.number(given.covered).into()),
                                ("all", ui.locale.number(given.commits).into()),
                            ]))
                        }))
                    }
                    div.field {
                        label for="receipt" { (ui.t("receipt-text")) }
                        textarea.receipt-text #receipt rows=(FIELD_LINES) readonly dir="ltr" spellcheck="false" {
                            (serde_json::to_string_pretty(receipt).unwrap_or_default())
                        }
                    }
                    p.meta { (ui.t("receipt-keep")) }
                }
                None => p.notice.warning role="status" { (icon::draw(Icon::Clock)) (ui.t("receipt-not-yet")) }
            }
            p.actions {
                a.button.quiet href=(back) { (ui.t("receipt-back")) }
                a.button.quiet href="/receipts" { (ui.t("receipt-check")) }
            }
        }
    };
    layout::page(ui, &ui.t("receipt-title"), body)
}

pub fn check_page(ui: &Ui, text: &str, checked: Option<&Checked>) -> Markup {
    let body = html! {
        section.card.narrow {
            h1 { (ui.t("receipt-check-title")) }
            p.meta { (ui.t("receipt-check-lead")) }
            @if let Some(checked) = checked { (verdict(ui, checked)) }
            form method="post" action="/receipts" {
                div.field {
                    label for="receipt" { (ui.t("receipt-text")) }
                    textarea.receipt-text #receipt name="receipt" rows=(FIELD_LINES) required dir="ltr" spellcheck="false"
                        maxlength=(RECEIPT_BYTES_MAX) { (text) }
                }
                button type="submit" { (ui.t("receipt-check")) }
            }
        }
    };
    layout::page(ui, &ui.t("receipt-check-title"), body)
}

fn verdict(ui: &Ui, checked: &Checked) -> Markup {
    let name = checked.verdict.as_str();
    let tone = match checked.verdict {
        Verdict::Holds => Tone::Good,
        Verdict::NoReceipt => Tone::Warning,
        Verdict::Changed | Verdict::CutOff | Verdict::Rewritten => Tone::Danger,
    };
    html! {
        div.notice.warning[checked.verdict != Verdict::Holds] role=(if tone == Tone::Good { "status" } else { "alert" }) {
            (widget::chip(tone, &ui.t(&format!("verdict-{name}")))) " " (ui.t(&format!("verdict-{name}-note")))
        }
        @if let (Some(case), Some(seal)) = (&checked.case, checked.seal) {
            dl.facts {
                (widget::fact(&ui.t("case"), widget::code(case)))
                (widget::fact(&ui.t("receipt-seal"), html! { (ui.locale.number(seal)) }))
                @if let Some(at) = &checked.sealed_at {
                    (widget::fact(&ui.t("receipt-until"), html! { (widget::long_time(ui, at)) }))
                }
                @if let Some(version) = checked.version {
                    (widget::fact(&ui.t("receipt-covers"), html! {
                        (ui.tw("receipt-commits", &[("count", ui.locale.number(version).into())]))
                    }))
                }
            }
        }
    }
}
