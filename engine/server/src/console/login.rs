//! Signing in by a one-time link, and out again.
//!
//! Opening the link shows a button and changes nothing, for mail programs and messengers open links to preview them;
//! only the button's post uses the link up.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use maud::{Markup, html};
use peygir_runtime::access::{LINK_SECONDS_MAX, SESSION_SECONDS_MAX};

use super::layout::{self, Ui};
use crate::gate::{SESSION_COOKIE, session_secret};
use crate::options::App;
use crate::path::Path;
use crate::problem::{Code, Problem};

pub async fn confirm(State(app): State<App>, ui: Ui, Path(token): Path<String>) -> Result<Response, Problem> {
    let secret = token.clone();
    let person = app.ask_access(move |access, at| access.link_peek(&secret, at)).await?;
    let person = person.and_then(|person| app.desk.person(&person)).ok_or(Problem::new(Code::LinkSpent))?;
    let named = ui.directory.people.iter().find(|known| known.id == person.id);
    let name = named.map_or(person.name.as_str(), |known| ui.named(&known.name));
    Ok(layout::answer(page(&ui, &token, name)))
}

pub async fn redeem(State(app): State<App>, Path(token): Path<String>) -> Result<Response, Problem> {
    let opened = app.ask_access(move |access, at| access.redeem(&token, at)).await?;
    let opened = opened.ok_or(Problem::new(Code::LinkSpent))?;
    let mut response = layout::go("/");
    set_cookie(&mut response, &opened.secret, SESSION_SECONDS_MAX, app.options.secure_cookies)?;
    Ok(response)
}

pub async fn sign_out(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    if let Some(secret) = session_secret(&headers) {
        app.ask_access(move |access, at| access.sign_out(&secret, at)).await?;
    }
    let mut response = layout::go("/track");
    set_cookie(&mut response, "", 0, app.options.secure_cookies)?;
    Ok(response)
}

fn set_cookie(response: &mut Response, secret: &str, seconds: i64, is_secure: bool) -> Result<(), Problem> {
    let secure = if is_secure { "; Secure" } else { "" };
    let text = format!("{SESSION_COOKIE}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    let value = HeaderValue::from_str(&text).map_err(|error| Problem::internal(&error))?;
    response.headers_mut().append(header::SET_COOKIE, value);
    Ok(())
}

pub fn page(ui: &Ui, token: &str, name: &str) -> Markup {
    let body = html! {
        section.card.narrow {
            h1 { (ui.t("login-title")) }
            p { (ui.tw("login-as", &[("name", name.into())])) }
            form method="post" action={ "/login/" (token) } {
                p.actions { button type="submit" { (ui.t("login-confirm")) } }
            }
            p.fine { (ui.tw("login-note", &[("minutes", (LINK_SECONDS_MAX / 60).into())])) }
        }
    };
    layout::page(ui, &ui.t("login-title"), body)
}
