//! Nobody passes a route of the table without the right credentials: each route is tried.

use peygir_runtime::access::{Permission, ROLES};

use super::fixture::{Fixture, fixture};
use crate::routes::{Face, Guard, ROUTES, Route};

/// The route's path with something in each place that looks right.
fn filled(route: &Route) -> String {
    route
        .path
        .replace("{id}", "01JD7Z8QH5RRA4J4C0V3M1X2YB")
        .replace("{code}", "48213907564")
        .replace("{token}", "pgl_x")
        .replace("{name}", "sms")
        .replace("{secret}", "guess")
        .replace("{*path}", "mo")
        .replace("{file}", "none.css")
        .replace("{year}", "1405")
        .replace("{month}", "9")
}

async fn status(fixture: &Fixture, route: &Route, headers: &[(&str, &str)]) -> u16 {
    fixture.send(route.method, &filled(route), headers, "").await.status.as_u16()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_credentials_with_false_ones_and_with_weak_ones_every_guarded_route_refuses() {
    let fixture = fixture();
    let (mut weak_tried, mut unweakened) = (0, Vec::new());
    for route in ROUTES {
        let Guard::Needs(permission) = route.guard else { continue };
        let name = format!("{} {}", route.method, route.path);
        assert_eq!(status(&fixture, route, &[]).await, 401, "{name}: none");
        let admin = format!("Bearer {}", fixture.token("administrator"));
        let cookie = fixture.cookie(&fixture.person("administrator"));
        let other_kind = match route.face {
            Face::Api => ("cookie", cookie.as_str()),
            Face::Console => ("authorization", admin.as_str()),
        };
        assert_eq!(status(&fixture, route, &[other_kind]).await, 401, "{name}: of the other kind");
        for (header, value) in [
            ("authorization", "Bearer pgt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            ("authorization", "Basic YTpi"),
            ("cookie", "peygir_session=pgs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ] {
            assert_eq!(status(&fixture, route, &[(header, value)]).await, 401, "{name}: {value}");
        }
        match weak(&fixture, route.face, permission) {
            Some((header, value)) => {
                weak_tried += 1;
                assert_eq!(status(&fixture, route, &[(header, value.as_str())]).await, 403, "{name}: weak");
            }
            None => unweakened.push(permission),
        }
    }
    assert!(weak_tried > 25);
    // Everybody in this directory may see the console, tasks and cases; for these the table's own test stands.
    let held_by_all = [Permission::ConsoleUse, Permission::TaskRead, Permission::CaseRead, Permission::CalendarRead];
    assert!(unweakened.iter().all(|permission| held_by_all.contains(permission)), "{unweakened:?}");
}

/// Credentials of somebody who is known and lacks the permission.
fn weak(fixture: &Fixture, face: Face, permission: Permission) -> Option<(&'static str, String)> {
    if face == Face::Api {
        let role = ROLES.into_iter().find(|role| !permission.roles().contains(role))?;
        return Some(("authorization", format!("Bearer {}", fixture.token(role))));
    }
    let people = fixture.world.desk.directory().people;
    let lacking = people.into_iter().find(|person| {
        fixture.world.desk.person(&person.id).is_some_and(|principal| !principal.may_somewhere(permission))
    })?;
    Some(("cookie", fixture.cookie(&lacking.id)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connector_without_its_secret_is_refused() {
    let fixture = fixture();
    for route in ROUTES.iter().filter(|route| route.guard == Guard::ConnectorSecret) {
        assert_eq!(status(&fixture, route, &[]).await, 403, "{} {}", route.method, route.path);
        let admin = format!("Bearer {}", fixture.token("administrator"));
        assert_eq!(status(&fixture, route, &[("authorization", &admin)]).await, 403, "a token is no secret");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn posts_of_other_sites_are_refused_with_valid_cookies_too() {
    let fixture = fixture();
    let cookie = fixture.cookie(&fixture.person("operator"));
    for route in ROUTES.iter().filter(|route| route.face == Face::Console && route.method == "POST") {
        for header in [("sec-fetch-site", "cross-site"), ("origin", "https://elsewhere.test"), ("origin", "null")] {
            let headers = [("cookie", cookie.as_str()), header];
            let answer = fixture.send(route.method, &filled(route), &headers, "").await;
            assert_eq!(answer.status, 403, "{} {header:?}", route.path);
            assert!(answer.body.contains("PG-A015"), "{}", route.path);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_carries_the_security_headers() {
    let fixture = fixture();
    for path in ["/", "/track", "/api/v1/cases", "/healthz", "/openapi.json", "/nothing", "/assets/icon.svg"] {
        let answer = fixture.send("GET", path, &[], "").await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        let cached = answer.header("cache-control");
        assert_eq!(cached == "no-store", !path.starts_with("/assets/"), "{path}: {cached}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_ends_when_its_person_leaves_or_its_time_is_over() {
    let fixture = fixture();
    let gone = fixture.cookie("somebody-who-left");
    assert_eq!(fixture.page("/", &gone).await.status, 401);
    let cookie = fixture.cookie(&fixture.person("operator"));
    assert_eq!(fixture.page("/", &cookie).await.status, 200);
    fixture.world.clock.set(fixture.world.clock.now().plus_micros(8 * 3_600_000_000));
    assert_eq!(fixture.page("/", &cookie).await.status, 401);
}
