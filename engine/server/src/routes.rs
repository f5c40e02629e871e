//! The table of routes: every address of this server, and who may call it. There is no other way in.

use axum::routing::{MethodRouter, get, post};
use peygir_runtime::access::Permission;

use crate::options::App;
use crate::{api, assets, console};

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Anybody.
    Open,
    /// Whoever holds a role that carries the permission, somewhere; the desk looks at scopes.
    Needs(Permission),
    /// Whoever knows the connector's secret, which stands in the query as `token`; the desk compares it.
    ConnectorSecret,
}

/// By what callers are recognised, and how refusals are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// Programs: bearer tokens, problem details.
    Api,
    /// People: a session cookie, pages; posts must come from our own pages.
    Console,
}

/// One line of the table.
pub struct Route {
    pub method: &'static str,
    pub path: &'static str,
    pub face: Face,
    pub guard: Guard,
    pub handler: fn() -> MethodRouter<App>,
}

const fn route(
    method: &'static str,
    path: &'static str,
    face: Face,
    guard: Guard,
    handler: fn() -> MethodRouter<App>,
) -> Route {
    Route { method, path, face, guard, handler }
}

use Face::{Api, Console};
use Guard::{ConnectorSecret, Needs, Open};
use Permission as P;

#[rustfmt::skip]
pub const ROUTES: &[Route] = &[
    route("GET", "/healthz", Api, Open, || get(api::health::show)),
    route("GET", "/api/v1/healthz", Api, Open, || get(api::health::show)),
    route("GET", "/api/v1/health", Api, Needs(P::HealthRead), || get(api::health::details)),
    route("GET", "/api/v1/metrics", Api, Needs(P::MetricsRead), || get(api::metrics::show)),
    route("POST", "/api/v1/messages", Api, Needs(P::MessageSubmit), || post(api::messages::submit)),
    route("GET", "/api/v1/cases", Api, Needs(P::CaseRead), || get(api::cases::list)),
    route("GET", "/api/v1/cases/{id}", Api, Needs(P::CaseRead), || get(api::cases::show)),
    route("GET", "/api/v1/cases/{id}/journal", Api, Needs(P::JournalRead), || get(api::cases::journal)),
    route("GET", "/api/v1/cases/{id}/receipt", Api, Needs(P::CaseRead), || get(api::receipts::of_case)),
    route("POST", "/api/v1/receipts/check", Api, Open, || post(api::receipts::check)),
    route("GET", "/api/v1/tasks", Api, Needs(P::TaskRead), || get(api::tasks::list)),
    route("GET", "/api/v1/tasks/{id}", Api, Needs(P::TaskRead), || get(api::tasks::show)),
    route("POST", "/api/v1/tasks/{id}/claim", Api, Needs(P::TaskWork), || post(api::tasks::claim)),
    route("POST", "/api/v1/tasks/{id}/complete", Api, Needs(P::TaskWork), || post(api::tasks::complete)),
    route("POST", "/api/v1/tasks/{id}/release", Api, Needs(P::TaskWork), || post(api::tasks::release)),
    route("GET", "/api/v1/track/{code}", Api, Open, || get(api::track::show)),
    route("GET", "/api/v1/track/{code}/receipt", Api, Open, || get(api::receipts::of_code)),
    route("GET", "/api/v1/outbox", Api, Needs(P::OutboxRead), || get(api::outbox::list)),
    route("POST", "/api/v1/effects/release", Api, Needs(P::EffectsRelease), || post(api::effects::release)),
    route("GET", "/api/v1/incidents", Api, Needs(P::IncidentRead), || get(api::incidents::list)),
    route("POST", "/api/v1/incidents/{id}/retry", Api, Needs(P::IncidentResolve), || post(api::incidents::retry)),
    route("POST", "/api/v1/incidents/{id}/settle", Api, Needs(P::IncidentResolve), || post(api::incidents::settle)),
    route("POST", "/api/v1/workflows/{namespace}/{name}/instances", Api, Needs(P::InstanceStart), || post(api::instances::start)),
    route("GET", "/api/v1/events", Api, Needs(P::EventRead), || get(api::events::show)),
    route("GET", "/api/v1/webhooks", Api, Needs(P::EventRead), || get(api::events::webhooks)),
    route("POST", "/api/v1/events", Api, Needs(P::InstanceStart), || post(api::event_intake::take)),
    route("GET", "/api/v1/instances", Api, Needs(P::InstanceRead), || get(api::instances::list)),
    route("GET", "/api/v1/instances/{id}", Api, Needs(P::InstanceRead), || get(api::instances::show)),
    route("POST", "/api/v1/instances/{id}/suspend", Api, Needs(P::InstanceControl), || post(api::instances::suspend)),
    route("POST", "/api/v1/instances/{id}/resume", Api, Needs(P::InstanceControl), || post(api::instances::resume)),
    route("POST", "/api/v1/instances/{id}/cancel", Api, Needs(P::InstanceControl), || post(api::instances::cancel)),
    route("POST", "/api/v1/instances/{id}/retry", Api, Needs(P::InstanceControl), || post(api::instances::retry)),
    route("POST", "/api/v1/instances/{id}/restart", Api, Needs(P::InstanceControl), || post(api::instances::restart)),
    route("GET", "/api/v1/calendars", Api, Needs(P::CalendarRead), || get(api::calendars::list)),
    route("GET", "/api/v1/calendars/{id}/months/{year}/{month}", Api, Needs(P::CalendarRead), || get(api::calendars::month)),
    route("GET", "/api/v1/closures", Api, Needs(P::CalendarRead), || get(api::closures::list)),
    route("POST", "/api/v1/closures", Api, Needs(P::ClosureDeclare), || post(api::closures::declare)),
    route("POST", "/api/v1/closures/{id}/withdraw", Api, Needs(P::ClosureDeclare), || post(api::closures::withdraw)),
    route("GET", "/api/v1/operations", Api, Needs(P::CalendarRead), || get(api::operations::list)),
    route("GET", "/api/v1/operations/{id}", Api, Needs(P::CalendarRead), || get(api::operations::show)),
    route("GET", "/api/v1/operations/{id}/moved", Api, Needs(P::CalendarRead), || get(api::operations::moved)),
    route("GET", "/api/v1/cases/{id}/deadlines", Api, Needs(P::CaseRead), || get(api::deadlines::of_case)),
    route("GET", "/api/v1/cases/{id}/decisions", Api, Needs(P::CaseRead), || get(api::decisions::of_case)),
    route("GET", "/api/v1/cases/{id}/scripts/{script}", Api, Needs(P::CaseRead), || get(api::scripts::run)),
    route("GET", "/api/v1/tasks/{id}/deadline", Api, Needs(P::CaseRead), || get(api::deadlines::of_task)),
    route("POST", "/api/v1/tasks/{id}/deadline", Api, Needs(P::DeadlineSet), || post(api::deadlines::set)),
    route("POST", "/api/v1/tasks/{id}/suspension", Api, Needs(P::DeadlineSuspend), || post(api::deadlines::suspend)),
    route("POST", "/api/v1/tasks/{id}/suspension/end", Api, Needs(P::DeadlineSuspend), || post(api::deadlines::resume)),
    route("GET", "/api/v1/packs", Api, Needs(P::PackRead), || get(api::packs::list)),
    route("POST", "/api/v1/packs", Api, Needs(P::PackDeploy), || post(api::packs::deploy)),
    route("GET", "/api/v1/packs/editions", Api, Needs(P::PackRead), || get(api::packs::editions)),
    route("GET", "/api/v1/packs/editions/{number}", Api, Needs(P::PackRead), || get(api::packs::edition)),
    route("POST", "/api/v1/packs/editions/{number}/withdraw", Api, Needs(P::PackDeploy), || post(api::packs::withdraw)),
    route("GET", "/api/v1/packs/{name}", Api, Needs(P::PackRead), || get(api::packs::show)),
    route("GET", "/api/v1/packs/{name}/difference", Api, Needs(P::PackRead), || get(api::packs::difference)),
    route("GET", "/api/v1/packs/{name}/versions/{version}", Api, Needs(P::PackRead), || get(api::packs::version)),
    route("POST", "/api/v1/tokens", Api, Needs(P::TokenIssue), || post(api::tokens::issue)),
    route("POST", "/api/v1/login-links", Api, Needs(P::LinkIssue), || post(api::login_links::issue)),
    route("GET", "/openapi.json", Api, Open, || get(api::openapi::show)),
    route("GET", "/errors/{code}", Api, Open, || get(api::errors::show)),
    route("GET", "/connectors/{name}/{*path}", Api, ConnectorSecret, || get(api::connectors::take)),
    route("POST", "/connectors/{name}/{*path}", Api, ConnectorSecret, || post(api::connectors::take)),

    route("GET", "/assets/{file}", Console, Open, || get(assets::serve)),
    route("GET", "/login/{token}", Console, Open, || get(console::login::confirm)),
    route("POST", "/login/{token}", Console, Open, || post(console::login::redeem)),
    route("POST", "/sign-out", Console, Needs(P::ConsoleUse), || post(console::login::sign_out)),
    route("GET", "/", Console, Needs(P::ConsoleUse), || get(console::home::show)),
    route("GET", "/inbox", Console, Needs(P::TaskRead), || get(console::inbox::show)),
    route("GET", "/calls", Console, Needs(P::CallWork), || get(console::calls::show)),
    route("GET", "/tasks/{id}", Console, Needs(P::TaskRead), || get(console::task::show)),
    route("POST", "/tasks/{id}/claim", Console, Needs(P::TaskWork), || post(console::task::claim)),
    route("POST", "/tasks/{id}/release", Console, Needs(P::TaskWork), || post(console::task::release)),
    route("POST", "/tasks/{id}/complete", Console, Needs(P::TaskWork), || post(console::task::complete)),
    route("GET", "/intake", Console, Needs(P::MessageSubmit), || get(console::intake::show)),
    route("POST", "/intake", Console, Needs(P::MessageSubmit), || post(console::intake::submit)),
    route("GET", "/cases", Console, Needs(P::CaseRead), || get(console::cases::show)),
    route("GET", "/cases/{id}", Console, Needs(P::CaseRead), || get(console::case::show)),
    route("POST", "/cases/{id}/clear", Console, Needs(P::CaseUnmask), || post(console::case::clear)),
    route("GET", "/health", Console, Needs(P::HealthRead), || get(console::health::show)),
    route("GET", "/outbox", Console, Needs(P::OutboxRead), || get(console::outbox::show)),
    route("GET", "/instances", Console, Needs(P::InstanceRead), || get(console::instances::show)),
    route("GET", "/instances/{id}", Console, Needs(P::InstanceRead), || get(console::instances::one)),
    route("POST", "/instances/{id}/suspend", Console, Needs(P::InstanceControl), || post(console::instances::suspend)),
    route("POST", "/instances/{id}/resume", Console, Needs(P::InstanceControl), || post(console::instances::resume)),
    route("POST", "/instances/{id}/cancel", Console, Needs(P::InstanceControl), || post(console::instances::cancel)),
    route("POST", "/instances/{id}/retry", Console, Needs(P::InstanceControl), || post(console::instances::retry)),
    route("POST", "/instances/{id}/restart", Console, Needs(P::InstanceControl), || post(console::instances::restart)),
    route("GET", "/incidents", Console, Needs(P::IncidentRead), || get(console::incidents::show)),
    route("POST", "/incidents/{id}/retry", Console, Needs(P::IncidentResolve), || post(console::incidents::retry)),
    route("POST", "/incidents/{id}/settle", Console, Needs(P::IncidentResolve), || post(console::incidents::settle)),
    route("GET", "/calendars", Console, Needs(P::CalendarRead), || get(console::calendars::show)),
    route("GET", "/calendars/{id}", Console, Needs(P::CalendarRead), || get(console::month::show)),
    route("GET", "/closures", Console, Needs(P::CalendarRead), || get(console::closures::show)),
    route("POST", "/closures", Console, Needs(P::ClosureDeclare), || post(console::closures::declare)),
    route("POST", "/closures/{id}/withdraw", Console, Needs(P::ClosureDeclare), || post(console::closures::withdraw)),
    route("GET", "/operations", Console, Needs(P::CalendarRead), || get(console::operations::show)),
    route("GET", "/operations/{id}", Console, Needs(P::CalendarRead), || get(console::operations::one)),
    route("GET", "/packs", Console, Needs(P::PackRead), || get(console::packs::show)),
    route("GET", "/packs/upload", Console, Needs(P::PackDeploy), || get(console::upload::show)),
    route("POST", "/packs/upload", Console, Needs(P::PackDeploy), || post(console::upload::check)),
    route("POST", "/packs/deploy", Console, Needs(P::PackDeploy), || post(console::upload::deploy)),
    route("GET", "/packs/editions", Console, Needs(P::PackRead), || get(console::editions::show)),
    route("GET", "/packs/editions/{number}", Console, Needs(P::PackRead), || get(console::editions::one)),
    route("POST", "/packs/editions/{number}/withdraw", Console, Needs(P::PackDeploy), || post(console::editions::withdraw)),
    route("GET", "/packs/{name}", Console, Needs(P::PackRead), || get(console::pack::show)),
    route("POST", "/packs/{name}/rollback", Console, Needs(P::PackDeploy), || post(console::pack::roll_back)),
    route("POST", "/tasks/{id}/deadline", Console, Needs(P::DeadlineSet), || post(console::deadline_work::set)),
    route("POST", "/tasks/{id}/suspension", Console, Needs(P::DeadlineSuspend), || post(console::deadline_work::suspend)),
    route("POST", "/tasks/{id}/suspension/end", Console, Needs(P::DeadlineSuspend), || post(console::deadline_work::resume)),
    route("GET", "/cases/{id}/receipt", Console, Needs(P::CaseRead), || get(console::receipts::of_case)),
    route("GET", "/track/{code}/receipt", Console, Open, || get(console::receipts::of_code)),
    route("GET", "/receipts", Console, Open, || get(console::receipts::form)),
    route("POST", "/receipts", Console, Open, || post(console::receipts::check)),
    route("GET", "/track", Console, Open, || get(console::track::form)),
    route("GET", "/track/{code}", Console, Open, || get(console::track::show)),
];
