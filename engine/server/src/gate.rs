//! The gate that every route of the table passes: who is calling, and may they.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use peygir_runtime::access::Principal;

use crate::csrf::is_same_site;
use crate::locale::cookie;
use crate::options::App;
use crate::problem::{Code, Problem};
use crate::routes::{Face, Guard, Route};

/// Cookie that holds the session's secret.
pub const SESSION_COOKIE: &str = "peygir_session";
/// Longest credential that is looked at, in bytes.
const CREDENTIAL_BYTES_MAX: usize = 256;

/// What the gate works with at one route.
#[derive(Clone)]
pub struct Gate {
    pub app: App,
    pub route: &'static Route,
}

/// Lets a call through to its handler, with the principal that was recognised, or refuses it.
pub async fn pass(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let admitted = admit(&gate, request.method().is_safe(), request.headers().clone()).await;
    match admitted {
        Ok(principal) => {
            request.extensions_mut().insert(Viewer(principal));
            next.run(request).await
        }
        Err(problem) => {
            let (method, path) = (gate.route.method, gate.route.path);
            tracing::info!(method, path, code = problem.code.id(), "the gate refused a call");
            problem.into_response()
        }
    }
}

async fn admit(gate: &Gate, is_safe: bool, headers: HeaderMap) -> Result<Option<Principal>, Problem> {
    if gate.route.face == Face::Console && !is_safe && !is_same_site(&headers) {
        return Err(Problem::new(Code::CrossSite));
    }
    let principal = match gate.route.face {
        Face::Api => recognise_bearer(&gate.app, &headers).await?,
        Face::Console => recognise_session(&gate.app, &headers).await?,
    };
    permit(gate.route.guard, principal.as_ref())?;
    Ok(principal)
}

/// The one decision: what the route asks for against what the principal holds.
fn permit(guard: Guard, principal: Option<&Principal>) -> Result<(), Problem> {
    match (guard, principal) {
        (Guard::Open | Guard::ConnectorSecret, _) => Ok(()),
        (Guard::Needs(_), None) => Err(Problem::new(Code::Unauthenticated)),
        (Guard::Needs(permission), Some(principal)) if principal.may_somewhere(permission) => Ok(()),
        (Guard::Needs(_), Some(_)) => Err(Problem::new(Code::Forbidden)),
    }
}

async fn recognise_bearer(app: &App, headers: &HeaderMap) -> Result<Option<Principal>, Problem> {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some((scheme, token)) = value.and_then(|value| value.split_once(' ')) else { return Ok(None) };
    if !scheme.eq_ignore_ascii_case("bearer") || token.len() > CREDENTIAL_BYTES_MAX {
        return Ok(None);
    }
    if let Some(principal) = app.access.known_bearer(token.trim()) {
        return Ok(Some(principal));
    }
    let token = token.trim().to_owned();
    app.ask_access(move |access, _| access.recognise_bearer(&token)).await
}

/// The session's person as the directory has them now; nobody where the directory has them no more.
async fn recognise_session(app: &App, headers: &HeaderMap) -> Result<Option<Principal>, Problem> {
    let Some(secret) = session_secret(headers) else { return Ok(None) };
    let session = app.ask_access(move |access, at| access.session(&secret, at)).await?;
    Ok(session.and_then(|session| app.desk.person(&session.person)))
}

/// The session's secret in the request's cookie.
pub fn session_secret(headers: &HeaderMap) -> Option<String> {
    cookie(headers, SESSION_COOKIE).filter(|secret| secret.len() <= CREDENTIAL_BYTES_MAX)
}

/// Who calls, if anybody was recognised.
#[derive(Clone)]
pub struct Viewer(pub Option<Principal>);

impl<S: Sync> FromRequestParts<S> for Viewer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Viewer>().cloned().unwrap_or(Viewer(None)))
    }
}

/// Who calls, on a route that lets nobody else in.
pub struct Caller(pub Principal);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let viewer = parts.extensions.get::<Viewer>().and_then(|viewer| viewer.0.clone());
        viewer.map(Caller).ok_or(Problem::new(Code::Unauthenticated))
    }
}

#[cfg(test)]
mod tests {
    use peygir_runtime::access::{Grant, Permission, ROLES, Scope};

    use super::*;
    use crate::routes::ROUTES;

    fn holder(role: &str) -> Principal {
        let grants = vec![Grant { role: role.to_owned(), scope: Scope::Nation }];
        Principal { id: "p".into(), name: "p".into(), grants }
    }

    #[test]
    fn every_guarded_route_refuses_nobody_the_roleless_and_every_role_that_the_table_does_not_name() {
        let mut guarded = 0;
        for route in ROUTES {
            let Guard::Needs(permission) = route.guard else { continue };
            guarded += 1;
            let code = |principal: Option<&Principal>| permit(route.guard, principal).err().map(|p| p.code);
            assert_eq!(code(None), Some(Code::Unauthenticated), "{}", route.path);
            let roleless = Principal { grants: Vec::new(), ..holder("x") };
            assert_eq!(code(Some(&roleless)), Some(Code::Forbidden), "{}", route.path);
            for role in ROLES.into_iter().chain(["superuser", ""]) {
                let expected = (!permission.roles().contains(&role)).then_some(Code::Forbidden);
                assert_eq!(code(Some(&holder(role))), expected, "{} {role}", route.path);
            }
        }
        assert!(guarded > 25);
    }

    #[test]
    fn what_is_open_is_listed_here_a_second_time_on_purpose() {
        let open: Vec<_> = ROUTES
            .iter()
            .filter(|route| !matches!(route.guard, Guard::Needs(_)))
            .map(|route| (route.method, route.path))
            .collect();
        let expected = [
            ("GET", "/healthz"),
            ("GET", "/api/v1/healthz"),
            ("POST", "/api/v1/receipts/check"),
            ("GET", "/api/v1/track/{code}"),
            ("GET", "/api/v1/track/{code}/receipt"),
            ("GET", "/openapi.json"),
            ("GET", "/errors/{code}"),
            ("GET", "/connectors/{name}/{*path}"),
            ("POST", "/connectors/{name}/{*path}"),
            ("GET", "/assets/{file}"),
            ("GET", "/login/{token}"),
            ("POST", "/login/{token}"),
            ("GET", "/track/{code}/receipt"),
            ("GET", "/receipts"),
            ("POST", "/receipts"),
            ("GET", "/track"),
            ("GET", "/track/{code}"),
        ];
        assert_eq!(open, expected);
    }

    #[test]
    fn the_table_names_no_permission_that_nobody_holds() {
        for route in ROUTES {
            if let Guard::Needs(permission) = route.guard {
                assert!(Permission::all().any(|known| known == permission));
                assert!(!permission.roles().is_empty());
            }
        }
    }
}
