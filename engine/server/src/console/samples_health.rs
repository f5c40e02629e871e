//! Views of the health page and of receipts, for tests of pages. Every number in them is made up.

use peygir_core::{Id, Moment};
use peygir_runtime::figures::{Histogram, MICROS};
use peygir_runtime::health::{EditionAhead, Figures, look};
use peygir_runtime::tally::{Tallied, What};
use serde_json::json;

use super::health::Health;
use super::samples::NOW;
use crate::instruments::{Checked, Folder, Given, Verdict};

fn now() -> jiff::Timestamp {
    NOW.parse().unwrap()
}

pub fn figures() -> Figures {
    let micros = Histogram::new(MICROS);
    [1_500, 2_500].into_iter().for_each(|value| micros.note(value));
    let counts = [
        (What::CasesOpen, 1_204),
        (What::CasesClosed, 88_120),
        (What::CasesNeglected, 1),
        (What::Tasks { call: false, overdue: true }, 3),
        (What::Tasks { call: true, overdue: false }, 12),
        (What::IncidentsOpen, 2),
        (What::Timers, 1_190),
        (What::Instances("active"), 1_204),
        (What::Messages("sms".into(), "ready"), 7),
        (What::Messages("sms".into(), "delivered"), 40_011),
        (What::Messages("mail".into(), "ambiguous"), 1),
    ];
    let now = Moment::from(now());
    Figures {
        now,
        store: peygir_runtime::figures::StoreFigures {
            last_frame: 912_004,
            frames: 2,
            bytes: 2_048,
            append_micros: Some(micros.read()),
            group_frames: Some(micros.read()),
            segment: 4,
            seal: 77,
            sealed_frame: 911_000,
            sealed_at: Some(now.plus_micros(-600_000_000)),
            indexed_frame: 900_000,
            index_pending_bytes: 1 << 20,
            index_pending_bytes_max: 64 << 20,
            snapshot_frame: 880_000,
            stopped: None,
        },
        tally: Some(Tallied {
            counts: counts.into_iter().collect(),
            neglected: vec![Id([7; 16])],
            is_complete: true,
            unreadable: 0,
        }),
        first_due: Some(now.plus_micros(-42_000_000)),
        edition: 5,
        editions_ahead: vec![EditionAhead { number: 6, from: now.plus_micros(86_400_000_000) }],
        ..Figures::default()
    }
}

pub fn folder() -> Folder {
    Folder {
        findings: Vec::new(),
        free_bytes: Some(51 << 30),
        disk_bytes: Some(252 << 30),
        snapshot_at: Some(now()),
        backup_at: Some(now()),
        keys_backup_at: None,
        drill_at: None,
        drill_seconds: Some(2.5),
    }
}

pub fn health() -> Health {
    let figures = figures();
    let findings = look(&figures);
    Health { figures, folder: folder(), findings }
}

/// A store in memory on which nothing has happened yet.
pub fn bare_health() -> Health {
    let figures = Figures::default();
    let findings = look(&figures);
    Health { figures, folder: Folder::default(), findings }
}

pub fn given() -> Given {
    let receipt = json!({ "form": "peygir-receipt-1", "case": "01JD7Z8QH5RRA4J4C0V3M1X2YB", "seal": 77 });
    Given { receipt: Some(receipt), commits: 14, covered: 12, seal: 77, sealed_at: Some(now()) }
}

pub fn not_yet() -> Given {
    Given { receipt: None, commits: 2, covered: 0, seal: 0, sealed_at: None }
}

pub fn checked(verdict: Verdict) -> Checked {
    Checked {
        verdict,
        case: Some("01JD7Z8QH5RRA4J4C0V3M1X2YB".into()),
        version: Some(12),
        seal: Some(77),
        sealed_at: Some(NOW.into()),
    }
}
