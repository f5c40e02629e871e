//! The deployment's numbers, for Prometheus. No personal data, nothing of a single case; the values of labels are names of
//! states, of connectors of the deployment and of classes of routes. What is not known, since the store can't be read, is left out.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use peygir_core::Moment;
use peygir_runtime::health::Figures;
use peygir_runtime::tally::{Tallied, What};

use crate::exposition::{Exposition, Kind, MEDIA_TYPE, Unit};
use crate::gate::Caller;
use crate::instruments::Folder;
use crate::meters::Metered;
use crate::options::App;
use crate::problem::Problem;
use crate::process;

const MICROS_PER_SECOND: f64 = 1_000_000.0;

pub async fn show(State(app): State<App>, Caller(caller): Caller) -> Result<Response, Problem> {
    let figures = app.desk.figures(&caller).await?;
    let folder = app.folder().await?;
    let text = text(&figures, &folder, &app.meters.read());
    Ok(([(header::CONTENT_TYPE, MEDIA_TYPE)], text).into_response())
}

pub fn text(figures: &Figures, folder: &Folder, requests: &[Metered]) -> String {
    let mut text = Exposition::default();
    text.family("peygir_build_info", Kind::Gauge, "The version that runs; always 1.")
        .sample(&[("version", env!("CARGO_PKG_VERSION"))], 1.0);
    journal(&mut text, figures);
    seals(&mut text, figures, folder);
    index(&mut text, figures);
    if let Some(tally) = &figures.tally {
        counts(&mut text, tally);
    }
    if !figures.is_unread {
        work(&mut text, figures);
    }
    packs(&mut text, figures);
    on_disk(&mut text, folder);
    http(&mut text, requests);
    own(&mut text);
    text.into_text()
}

fn journal(text: &mut Exposition, figures: &Figures) {
    let store = &figures.store;
    text.gauge(
        "peygir_store_up",
        "1 while the store takes commits; 0 once it has stopped, until the server is started again.",
        f64::from(u8::from(store.stopped.is_none())),
    );
    text.gauge("peygir_journal_last_frame", "Number of the last durable frame.", store.last_frame as f64);
    text.gauge("peygir_journal_segment", "Number of the segment at the journal's end.", store.segment as f64);
    text.counter("peygir_commits_total", "Commits that became durable since the start.", store.frames as f64);
    text.counter(
        "peygir_journal_bytes_total",
        "Bytes of frames appended to the journal since the start.",
        store.bytes as f64,
    );
    if let Some(appended) = &store.append_micros {
        text.counter(
            "peygir_journal_syncs_total",
            "Groups of frames that were written and synced.",
            appended.total() as f64,
        );
        text.family("peygir_journal_append_seconds", Kind::Histogram, "Time to write and sync one group of frames.")
            .histogram(&[], appended, Unit::Seconds);
    }
    if let Some(groups) = &store.group_frames {
        text.family("peygir_journal_group_frames", Kind::Histogram, "Frames that were written and synced together.")
            .histogram(&[], groups, Unit::Count);
    }
}

fn seals(text: &mut Exposition, figures: &Figures, folder: &Folder) {
    let store = &figures.store;
    text.gauge("peygir_seal_number", "Number of the last seal; 0 before the first.", store.seal as f64);
    text.gauge("peygir_seal_last_frame", "The last frame that is sealed.", store.sealed_frame as f64);
    text.family(
        "peygir_seal_timestamp_seconds",
        Kind::Gauge,
        "Time of the last frame that is sealed, in seconds since 1970.",
    )
    .known(store.sealed_at.map(unix));
    if !figures.is_unread {
        text.gauge(
            "peygir_unsealed_seconds",
            "Age of the oldest frame that no seal covers; 0 where there is none.",
            age(figures.unsealed_since, figures.now),
        );
    }
    text.gauge(
        "peygir_snapshot_frame",
        "The frame at which the newest snapshot was begun; 0 without one.",
        store.snapshot_frame as f64,
    );
    text.family(
        "peygir_snapshot_timestamp_seconds",
        Kind::Gauge,
        "When the newest snapshot was taken, in seconds since 1970.",
    )
    .known(folder.snapshot_at.map(seconds));
}

fn index(text: &mut Exposition, figures: &Figures) {
    let store = &figures.store;
    text.gauge(
        "peygir_index_lag_frames",
        "Frames whose rows the index on disk has not got yet; they are in memory and in the journal.",
        store.last_frame.saturating_sub(store.indexed_frame) as f64,
    );
    text.gauge(
        "peygir_index_pending_bytes",
        "Bytes of rows that wait for the index.",
        store.index_pending_bytes as f64,
    );
    text.gauge(
        "peygir_index_pending_bytes_max",
        "With as many bytes waiting for the index, commits wait too.",
        store.index_pending_bytes_max as f64,
    );
    let cache = figures.cache;
    text.gauge("peygir_cache_streams", "Streams kept in memory between their turns.", cache.streams as f64);
    text.gauge("peygir_cache_bytes", "What they take in memory, as estimated.", cache.bytes as f64);
    text.counter("peygir_cache_hits_total", "Streams that were found in memory.", cache.hits as f64);
    text.counter("peygir_cache_misses_total", "Streams that had to be read.", cache.misses as f64);
}

fn counts(text: &mut Exposition, tally: &Tallied) {
    text.gauge(
        "peygir_count_complete",
        "1 once all streams that were there at the start are counted; before that the numbers below are too low.",
        f64::from(u8::from(tally.is_complete)),
    );
    let of = |what: &What| tally.sum(|one| one == what) as f64;
    text.family("peygir_cases", Kind::Gauge, "Cases by state.")
        .sample(&[("state", "open")], of(&What::CasesOpen))
        .sample(&[("state", "closed")], of(&What::CasesClosed));
    text.gauge(
        "peygir_cases_neglected",
        "Open cases with neither a timer nor anybody who is to do something; must be 0.",
        of(&What::CasesNeglected),
    );
    text.family(
        "peygir_tasks_open",
        Kind::Gauge,
        "Open tasks of people by kind, and whether their deadline has passed.",
    );
    for (kind, call) in [("form", false), ("call", true)] {
        for overdue in [false, true] {
            let labels = [("kind", kind), ("overdue", if overdue { "true" } else { "false" })];
            text.sample(&labels, of(&What::Tasks { call, overdue }));
        }
    }
    text.gauge("peygir_incidents_open", "Incidents that wait for a person.", of(&What::IncidentsOpen));
    text.gauge("peygir_timers", "Instants that something waits for.", of(&What::Timers));
    text.family("peygir_instances", Kind::Gauge, "Instances of flows by status.");
    for status in ["active", "suspended", "completed", "faulted", "cancelled"] {
        text.sample(&[("status", status)], of(&What::Instances(status)));
    }
    text.family("peygir_outbox_messages", Kind::Gauge, "Messages and requests to the world by connector and state.");
    for (what, count) in &tally.counts {
        if let What::Messages(connector, state) = what {
            text.sample(&[("connector", connector), ("state", state)], *count as f64);
        }
    }
}

fn work(text: &mut Exposition, figures: &Figures) {
    text.gauge(
        "peygir_timer_lag_seconds",
        "How late the earliest thing is that is due and not done; 0 where nothing is.",
        age(figures.first_due, figures.now),
    );
    text.gauge(
        "peygir_outbox_lag_seconds",
        "For how long the first message that could leave has been waiting; 0 where none does.",
        age(figures.first_send, figures.now),
    );
    text.gauge(
        "peygir_inbox_commands",
        "Commands between streams that wait; counted up to 1000.",
        figures.inbox as f64,
    );
    text.gauge(
        "peygir_streams_paused",
        "Streams left alone for a while because something in them failed.",
        figures.paused.len() as f64,
    );
    text.gauge(
        "peygir_operations_open",
        "Operations on deadlines that go on; counted up to 100.",
        figures.operations_open as f64,
    );
    text.gauge("peygir_schedules_late", "Schedules whose start is late.", figures.schedules_late.len() as f64);
    text.gauge(
        "peygir_effects_held",
        "1 while nothing leaves, because the store was restored.",
        f64::from(u8::from(figures.effects_held)),
    );
    text.family("peygir_webhooks_not_delivering", Kind::Gauge, "Webhooks that fail, and those that were given up.")
        .sample(&[("state", "failing")], figures.webhooks_failing as f64)
        .sample(&[("state", "stopped")], figures.webhooks_stopped as f64);
}

fn packs(text: &mut Exposition, figures: &Figures) {
    text.gauge(
        "peygir_edition",
        "The edition of packs in force; 0 where packs are not deployed into the store.",
        figures.edition as f64,
    );
    text.gauge("peygir_editions_ahead", "Editions whose date is still to come.", figures.editions_ahead.len() as f64);
    text.gauge(
        "peygir_editions_broken",
        "Editions whose date has come and that could not be put in force.",
        figures.editions_broken.len() as f64,
    );
}

fn on_disk(text: &mut Exposition, folder: &Folder) {
    text.family("peygir_disk_free_bytes", Kind::Gauge, "Room on the disk of the data folder.")
        .known(folder.free_bytes.map(|bytes| bytes as f64));
    text.family("peygir_disk_size_bytes", Kind::Gauge, "Size of the disk of the data folder.")
        .known(folder.disk_bytes.map(|bytes| bytes as f64));
    let at = "in seconds since 1970.";
    text.family("peygir_backup_timestamp_seconds", Kind::Gauge, &format!("When the last backup was taken, {at}"))
        .known(folder.backup_at.map(seconds));
    text.family("peygir_keys_backup_timestamp_seconds", Kind::Gauge, &format!("When keys were backed up last, {at}"))
        .known(folder.keys_backup_at.map(seconds));
    text.family("peygir_drill_timestamp_seconds", Kind::Gauge, &format!("When a restore was last tried, {at}"))
        .known(folder.drill_at.map(seconds));
    text.family("peygir_drill_duration_seconds", Kind::Gauge, "How long the last tried restore took.")
        .known(folder.drill_seconds);
}

fn http(text: &mut Exposition, requests: &[Metered]) {
    text.family("peygir_http_requests_total", Kind::Counter, "Requests by class of route and of status.");
    for one in requests {
        for (status, count) in &one.statuses {
            text.sample(&[("class", &one.class), ("status", status)], *count as f64);
        }
    }
    text.family(
        "peygir_http_request_duration_seconds",
        Kind::Histogram,
        "Time until an answer began, by class of route.",
    );
    for one in requests {
        text.histogram(&[("class", &one.class)], &one.micros, Unit::Seconds);
    }
}

fn own(text: &mut Exposition) {
    let own = process::read();
    text.family("process_resident_memory_bytes", Kind::Gauge, "Resident memory of the process.")
        .known(own.resident_bytes.map(|bytes| bytes as f64));
    text.family("process_open_fds", Kind::Gauge, "Files and sockets that the process has open.")
        .known(own.open_files.map(|count| count as f64));
    text.family("process_threads", Kind::Gauge, "Threads of the process.").known(own.threads.map(|count| count as f64));
}

fn unix(at: Moment) -> f64 {
    at.0 as f64 / MICROS_PER_SECOND
}

fn seconds(at: Timestamp) -> f64 {
    at.as_microsecond() as f64 / MICROS_PER_SECOND
}

fn age(since: Option<Moment>, now: Moment) -> f64 {
    since.map_or(0.0, |since| now.0.saturating_sub(since.0).max(0) as f64 / MICROS_PER_SECOND)
}
