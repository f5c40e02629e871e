//! Tracking, open to all: where a case stands, in words and without personal data.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use peygir_calendar::digits;
use peygir_runtime::desk::{Refusal, Track};

use super::layout::{self, Ui};
use super::{deadline, stage, widget};
use crate::options::App;
use crate::path::Path;
use crate::problem::Problem;
use crate::query::PageQuery;

/// Longest code that is looked at, in characters; a real one is far shorter.
const CODE_CHARACTERS_MAX: usize = 40;

/// The form; with a code in its query, on to that code's page.
pub async fn form(ui: Ui, RawQuery(query): RawQuery) -> Response {
    let query = PageQuery::of(query.as_deref());
    match query.get("code").map(clean_code).filter(|code| !code.is_empty()) {
        Some(code) => layout::go(&format!("/track/{}", widget::escape(&code))),
        None => layout::answer(form_page(&ui, "", false)),
    }
}

pub async fn show(State(app): State<App>, ui: Ui, Path(code): Path<String>) -> Result<Response, Problem> {
    let code = clean_code(&code);
    match app.desk.track(&code).await {
        Ok(track) => Ok(layout::answer(page(&ui, &track))),
        Err(Refusal::NotFound) => {
            Ok((StatusCode::NOT_FOUND, layout::answer(form_page(&ui, &code, true))).into_response())
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// A code as it was meant: any script's digits, without blanks, dashes and marks that came along when copying.
pub fn clean_code(text: &str) -> String {
    let ascii = digits::to_ascii(text);
    ascii.chars().filter(char::is_ascii_alphanumeric).take(CODE_CHARACTERS_MAX).collect()
}

pub fn form_page(ui: &Ui, code: &str, is_unknown: bool) -> Markup {
    let body = html! {
        section.card.narrow.track-form {
            h1 { (ui.t("track-title")) }
            p.meta { (ui.t("track-lead")) }
            form method="get" action="/track" {
                div.field.wrong[is_unknown] {
                    label for="code" { (ui.t("tracking-code")) }
                    input.big type="text" id="code" name="code" value=(code) dir="ltr" inputmode="numeric" required
                        autocomplete="off" maxlength=(CODE_CHARACTERS_MAX)
                        aria-invalid=[is_unknown.then_some("true")] aria-describedby=[is_unknown.then_some("code-error")];
                    @if is_unknown { p.error #code-error role="alert" { (ui.t("track-unknown")) } }
                }
                button type="submit" { (ui.t("track-find")) }
            }
        }
    };
    layout::page(ui, &ui.t("track-title"), body)
}

pub fn page(ui: &Ui, track: &Track) -> Markup {
    let body = html! {
        section.card.narrow.track {
            p.meta { (ui.t("tracking-code")) }
            h1.case-code { (widget::code(&track.tracking_code)) }
            p.stage { (stage::words(ui, &track.stage)) }
            dl.facts {
                (widget::fact(&ui.t("opened-at"), html! { (widget::long_time(ui, &track.opened_at)) }))
                @if let Some(closed) = &track.closed_at {
                    (widget::fact(&ui.t("closed-at"), html! { (widget::long_time(ui, closed)) }))
                }
                @if track.round > 1 { (widget::fact(&ui.t("round"), html! { (ui.locale.number(track.round)) })) }
            }
            (deadline::for_citizen(ui, &track.deadlines))
            h2 { (ui.t("track-history")) }
            ol.timeline {
                @for milestone in track.history.iter().rev() {
                    li.plain {
                        div.line { span.what { (stage::short(ui, &milestone.stage)) } }
                        div.meta { (widget::long_time(ui, &milestone.at)) }
                    }
                }
            }
            p.actions {
                a.button.quiet href={ "/track/" (track.tracking_code) "/receipt" } { (ui.t("receipt-title")) }
                a.button.quiet href="/track" { (ui.t("track-another")) }
            }
        }
    };
    layout::page(ui, &ui.t("track-title"), body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_however_it_was_typed() {
        for typed in ["12345678903", " 123 4567-8903 ", "۱۲۳۴۵۶۷۸۹۰۳", "\u{2066}12345678903\u{2069}", "١٢٣٤٥٦٧٨٩٠٣"]
        {
            assert_eq!(clean_code(typed), "12345678903", "{typed}");
        }
        assert_eq!(clean_code("../x?y"), "xy");
        assert_eq!(clean_code(&"1".repeat(500)).len(), CODE_CHARACTERS_MAX);
    }
}
