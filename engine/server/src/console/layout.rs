//! The frame of every page: head, header, navigation, and what a page needs to know about its reader.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Redirect, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{DOCTYPE, Markup, html};
use peygir_runtime::access::{Permission, Principal};
use peygir_runtime::desk::{DirectoryView, Named};

use super::findings;
use super::icon::{self, Icon};
use crate::gate::Viewer;
use crate::locale::Locale;
use crate::options::App;
use crate::problem::{Code, Problem};
use crate::shell::Reader;
use crate::text::Arg;

/// What a page needs to know: who reads it, in which language, when and where.
pub struct Ui {
    pub locale: Locale,
    pub zone: TimeZone,
    pub now: Timestamp,
    pub viewer: Option<Principal>,
    pub path: String,
    pub directory: DirectoryView,
    pub style_path: String,
}

/// Address, icon, message id and permission of each entry of the navigation.
const NAVIGATION: &[(&str, Icon, &str, Permission)] = &[
    ("/", Icon::Home, "nav-home", Permission::ConsoleUse),
    ("/inbox", Icon::Inbox, "nav-inbox", Permission::TaskWork),
    ("/calls", Icon::Phone, "nav-calls", Permission::CallWork),
    ("/intake", Icon::Pen, "nav-intake", Permission::MessageSubmit),
    ("/cases", Icon::Folder, "nav-cases", Permission::CaseRead),
    ("/calendars", Icon::Calendar, "nav-calendars", Permission::CalendarRead),
    ("/closures", Icon::Closed, "nav-closures", Permission::CalendarRead),
    ("/packs", Icon::Box, "nav-packs", Permission::PackRead),
    ("/outbox", Icon::Send, "nav-outbox", Permission::OutboxRead),
    ("/instances", Icon::Flow, "nav-instances", Permission::InstanceRead),
    ("/incidents", Icon::Alert, "nav-incidents", Permission::IncidentRead),
    ("/health", Icon::Pulse, "nav-health", Permission::HealthRead),
];

impl Ui {
    /// For a page that anybody may read, and for problems.
    pub fn public(app: &App, reader: &Reader) -> Self {
        Self {
            locale: reader.locale,
            zone: app.options.zone.clone(),
            now: app.now(),
            viewer: None,
            path: reader.path.clone(),
            directory: app.desk.directory(),
            style_path: app.assets.style_path().to_owned(),
        }
    }

    pub fn t(&self, id: &str) -> String {
        self.locale.text(id)
    }

    pub fn tw(&self, id: &str, args: &[(&str, Arg)]) -> String {
        self.locale.text_with(id, args)
    }

    pub fn named<'a>(&self, named: &'a Named) -> &'a str {
        self.locale.pick(&named.fa, &named.en)
    }

    pub fn may(&self, permission: Permission) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| viewer.may_somewhere(permission))
    }

    fn deployment(&self) -> &str {
        self.locale.pick(&self.directory.title_fa, &self.directory.title_en)
    }
}

/// A page's reader, from what the shell and the gate found out.
impl FromRequestParts<App> for Ui {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let reader = parts.extensions.get::<Reader>().cloned().ok_or(Problem::new(Code::Internal))?;
        let viewer = parts.extensions.get::<Viewer>().and_then(|viewer| viewer.0.clone());
        Ok(Self { viewer, ..Ui::public(app, &reader) })
    }
}

/// A page as an answer.
pub fn answer(markup: Markup) -> Response {
    Html(markup.into_string()).into_response()
}

/// To another page, after a post.
pub fn go(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// A whole page: `title` is its heading and the title of its tab.
pub fn page(ui: &Ui, title: &str, body: Markup) -> Markup {
    refreshed_page(ui, title, None, body)
}

/// A page that the browser loads again by itself after `seconds`, for as long as what it shows goes on.
pub fn refreshed_page(ui: &Ui, title: &str, seconds: Option<u32>, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(ui.locale.code()) dir=(ui.locale.direction()) {
            (head(ui, title, seconds))
            body.signed-in[ui.viewer.is_some()] {
                a.skip href="#main" { (ui.t("skip-to-content")) }
                (header(ui))
                @if ui.viewer.is_some() { (navigation(ui)) }
                main #main tabindex="-1" { (body) }
                footer.foot { (ui.t("footer")) }
            }
        }
    }
}

fn head(ui: &Ui, title: &str, refresh_seconds: Option<u32>) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            @if let Some(seconds) = refresh_seconds { meta http-equiv="refresh" content=(seconds); }
            meta name="color-scheme" content="light dark";
            title { (title) " — " (ui.deployment()) }
            link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
            link rel="stylesheet" href=(ui.style_path);
        }
    }
}

fn header(ui: &Ui) -> Markup {
    let other = if ui.locale == Locale::Fa { Locale::En } else { Locale::Fa };
    html! {
        header.top {
            a.brand href=(if ui.viewer.is_some() { "/" } else { "/track" }) {
                (icon::draw(Icon::Mark))
                span.brand-words {
                    span.brand-name { (ui.t("product")) }
                    span.brand-place { (ui.deployment()) }
                }
            }
            div.top-end {
                a.language href={ (ui.path) "?lang=" (other.code()) } lang=(other.code()) hreflang=(other.code())
                    dir=(other.direction()) { (other.text("language-name")) }
                @if let Some(viewer) = &ui.viewer {
                    span.who { (icon::draw(Icon::Person)) span { (person_name(ui, viewer)) } }
                    form method="post" action="/sign-out" {
                        button.quiet type="submit" { (ui.t("sign-out")) }
                    }
                }
            }
        }
    }
}

fn navigation(ui: &Ui) -> Markup {
    html! {
        nav.side aria-label=(ui.t("navigation")) {
            ul {
                @for (path, icon, id, permission) in NAVIGATION {
                    @if ui.may(*permission) {
                        li { a href=(path) aria-current=[is_here(&ui.path, path).then_some("page")] {
                            (icon::draw(*icon)) span { (ui.t(id)) }
                        } }
                    }
                }
            }
        }
    }
}

/// Whether the page lies at the entry or below it.
fn is_here(page: &str, entry: &str) -> bool {
    page == entry || (entry != "/" && page.strip_prefix(entry).is_some_and(|rest| rest.starts_with('/')))
}

fn person_name<'a>(ui: &'a Ui, viewer: &'a Principal) -> &'a str {
    let person = ui.directory.people.iter().find(|person| person.id == viewer.id);
    person.map_or(viewer.name.as_str(), |person| ui.named(&person.name))
}

/// A problem as a page: what happened, what helps, and the code for whoever is asked for help.
pub fn problem(ui: &Ui, problem: &Problem) -> Markup {
    let title = problem.title(ui.locale);
    let body = html! {
        section.card.narrow.problem {
            h1 { (title) }
            p { (problem.detail(ui.locale)) }
            @if !problem.findings.is_empty() { (findings::draw(ui, &problem.findings, &findings::Sources::new())) }
            @if problem.code == Code::Unauthenticated { p { (ui.t("sign-in-help")) } }
            p.actions {
                @if problem.code != Code::Unauthenticated {
                    a.button href="/" { (ui.t("to-home")) }
                }
                a.button.quiet href="/track" { (ui.t("to-track")) }
            }
            p.fine { (ui.t("error-code")) " " bdi dir="ltr" { (problem.code.id()) } }
        }
    };
    page(ui, &title, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_of_a_page_is_marked() {
        assert!(is_here("/cases", "/cases") && is_here("/cases/01J", "/cases") && is_here("/", "/"));
        assert!(!is_here("/cases", "/") && !is_here("/casesx", "/cases"));
    }
}
