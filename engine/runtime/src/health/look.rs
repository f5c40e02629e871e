//! Which numbers are worth a finding.

use peygir_core::Moment;
use peygir_store::StoreFigures;

use super::{Figures, Finding, INBOX_COUNTED_MAX, Weight, apart};
use crate::tally::{Tallied, What};

/// Work that is later than this is told, in seconds; and later than that, as wrong.
const LAG_SECONDS_SLOW: i64 = 10;
const LAG_SECONDS_WRONG: i64 = 300;
/// What could have left for this long and has not, in seconds.
const SEND_SECONDS_MAX: i64 = 900;
/// The journal is sealed every hour; frames that are unsealed for longer than this show that it is not, in seconds.
const SEAL_SECONDS_MAX: i64 = 7_200;
/// Frames behind the newest snapshot beyond which a start that makes the index anew takes long.
pub const TAIL_FRAMES_MAX: u64 = 1_000_000;
/// Of what may wait for the index, this much in a hundred makes commits wait soon.
const INDEX_FULL_PERCENT: u64 = 90;
/// A write with its sync that takes longer is slow, in microseconds; told once there were as many writes.
const SYNC_MICROS_SLOW: u64 = 250_000;
const SYNCS_MIN: u64 = 100;
/// Ids that a finding names.
const NAMED_MAX: usize = 10;
const MICROS: i64 = 1_000_000;

/// What is wrong, what is slow and what waits for a person; at last what is fine. The worst comes first.
pub fn look(figures: &Figures) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(store(figures));
    found.extend(super::keys_missing(&figures.keys_missing));
    found.extend(super::keys_unread(figures.keys_unread, !figures.keys_missing.is_empty()));
    found.extend(work(figures));
    found.extend(figures.tally.iter().flat_map(people));
    found.extend(packs(figures));
    found.extend(outward(figures));
    found.sort_by_key(|finding| finding.weight);
    found
}

fn seconds(from: Moment, to: Moment) -> i64 {
    to.0.saturating_sub(from.0) / MICROS
}

fn store(figures: &Figures) -> Vec<Finding> {
    let store = &figures.store;
    let mut found = Vec::new();
    match &store.stopped {
        Some(why) => found.push(
            Finding::new(
                "store",
                Weight::Wrong,
                format!("the store takes no commits: {why}; mend the disk, then start the server again"),
                format!(
                    "انبارهٔ داده چیزی نمی‌پذیرد؛ دیسک را درست کنید و سرور را از نو راه بیندازید. سامانه گفت: {}",
                    apart(why)
                ),
            )
            .mend("peygir doctor --data DATA; peygir serve DEPLOYMENT --data DATA"),
        ),
        None => found.push(Finding::new(
            "store",
            Weight::Fine,
            format!("the store takes commits; its last frame is {}", store.last_frame),
            format!("انبارهٔ داده می‌پذیرد؛ آخرین قاب {} است", store.last_frame),
        )),
    }
    if figures.is_unread {
        let en = "the store can't be read: what is due, what waits to leave and what is late is not known";
        let fa = "انبارهٔ داده خوانده نمی‌شود؛ آنچه موعدش رسیده، در انتظار ارسال است یا دیر شده معلوم نیست";
        found.push(Finding::new("reading", Weight::Wrong, en, fa).mend("peygir doctor --data DATA"));
    }
    if let Some(since) = figures.unsealed_since {
        let age = seconds(since, figures.now);
        if age > SEAL_SECONDS_MAX {
            let en = format!("nothing was sealed for {} minutes: receipts can't cover what came since", age / 60);
            let fa =
                format!("{} دقیقه است که مهری زده نشده است؛ رسیدها آنچه را پس از آن آمده در بر نمی‌گیرند", age / 60);
            found.push(Finding::new("seal", Weight::Slow, en, fa).mend_told(
                "PEYGIR_LOG=info; the server's log",
                "سرور را با \u{2066}PEYGIR_LOG=info\u{2069} راه بیندازید و گزارش سرور را بخوانید",
            ));
        }
    }
    found.extend(slow_syncs(store));
    let tail = store.last_frame.saturating_sub(store.snapshot_frame);
    if tail > TAIL_FRAMES_MAX {
        let en = format!("{tail} frames came since the newest snapshot: a start that makes the index anew takes long");
        let fa = format!("{tail} قاب پس از تازه‌ترین تصویر آمده است؛ ساختن دوبارهٔ نمایه زمان می‌برد");
        found.push(Finding::new("snapshot", Weight::Slow, en, fa).mend_told(
            "the server's log: no snapshot could be taken",
            "گزارش سرور را بخوانید: تصویری گرفته نشده است و گزارش علت را می‌گوید",
        ));
    }
    let (bytes, max) = (store.index_pending_bytes, store.index_pending_bytes_max);
    if max > 0 && bytes.saturating_mul(100) > max.saturating_mul(INDEX_FULL_PERCENT) {
        let (mib, all) = (bytes >> 20, max >> 20);
        let en = format!("the index is slower than the journal: {mib} of {all} MiB wait for it, and commits wait soon");
        let fa = format!("نمایه از دفتر کندتر است: {mib} از {all} مبی‌بایت در انتظار آن است و ثبت‌ها به‌زودی می‌ایستند");
        found.push(Finding::new("index", Weight::Slow, en, fa).mend_told(
            "iostat -x; a faster disk for DATA/store/rows",
            "با \u{2066}iostat -x\u{2069} بار دیسک را ببینید؛ \u{2066}DATA/store/rows\u{2069} دیسک تندتری می‌خواهد",
        ));
    }
    found
}

/// A disk on which more than one write in a hundred takes long: every answer waits for it.
fn slow_syncs(store: &StoreFigures) -> Option<Finding> {
    let counted = store.append_micros.as_ref()?;
    let total = counted.total();
    let quick = counted.bounds.iter().zip(&counted.counts).filter(|(bound, _)| **bound <= SYNC_MICROS_SLOW);
    let slow = total - quick.map(|(_, count)| count).sum::<u64>();
    if total < SYNCS_MIN || slow * 100 <= total {
        return None;
    }
    let (percent, ms) = (slow * 100 / total, SYNC_MICROS_SLOW / 1_000);
    let en = format!("{percent} % of all writes to the journal took longer than {ms} ms: every answer waits for them");
    let fa = format!("{percent} درصد نوشتن‌ها در دفتر بیش از {ms} میلی‌ثانیه طول کشید؛ هر پاسخی منتظر آن است");
    let how = "iostat -x; GET /api/v1/metrics: peygir_journal_append_seconds; a disk of its own for DATA/store/journal";
    let how_fa = "با \u{2066}iostat -x\u{2069} بار دیسک را ببینید و در \u{2066}GET /api/v1/metrics\u{2069} عدد \
                  \u{2066}peygir_journal_append_seconds\u{2069} را؛ برای \u{2066}DATA/store/journal\u{2069} دیسکی جداگانه بگذارید";
    Some(Finding::new("sync", Weight::Slow, en, fa).mend_told(how, how_fa))
}

fn work(figures: &Figures) -> Vec<Finding> {
    let mut found = Vec::new();
    let lag = figures.first_due.map_or(0, |due| seconds(due, figures.now));
    if lag > LAG_SECONDS_SLOW {
        let weight = if lag > LAG_SECONDS_WRONG { Weight::Wrong } else { Weight::Slow };
        let en = format!("what is due is {lag} s late");
        let fa = format!("آنچه موعدش رسیده {lag} ثانیه دیر شده است");
        found.push(Finding::new("timers", weight, en, fa).mend_told(
            "the server's log; /incidents",
            "گزارش سرور را بخوانید و صفحهٔ \u{2066}/incidents\u{2069} را ببینید",
        ));
    }
    let waits = figures.first_send.map_or(0, |at| seconds(at, figures.now));
    if waits > SEND_SECONDS_MAX && !figures.effects_held {
        let en = format!("a message could have left {} minutes ago and has not", waits / 60);
        let fa = format!("پیامی هست که {} دقیقه پیش می‌توانست فرستاده شود و نشده است", waits / 60);
        found.push(Finding::new("outbox", Weight::Slow, en, fa).mend("/outbox"));
    }
    if figures.inbox >= INBOX_COUNTED_MAX {
        let en = format!("{INBOX_COUNTED_MAX} commands or more wait in the inbox");
        let fa = format!("{INBOX_COUNTED_MAX} فرمان یا بیشتر در صف ورودی است");
        found.push(Finding::new("inbox", Weight::Slow, en, fa).mend("GET /api/v1/metrics: peygir_inbox_commands"));
    }
    if !figures.paused.is_empty() {
        let count = figures.paused.len();
        let en = format!("{count} streams are left alone for a while, because something in them failed");
        let fa = format!("{count} جریان برای مدتی کنار گذاشته شده است، چون چیزی در آن‌ها شکست خورد");
        let named = figures.paused.iter().take(NAMED_MAX).map(ToString::to_string);
        let (how, how_fa) = ("the server's log names why", "گزارش سرور علت را می‌گوید");
        found.push(Finding::new("paused", Weight::Wrong, en, fa).mend_told(how, how_fa).about(named));
    }
    if !figures.schedules_late.is_empty() {
        let count = figures.schedules_late.len();
        let en = format!("{count} schedules should have started a flow and have not");
        let fa = format!("{count} زمان‌بندی باید گردش کاری را آغاز می‌کرد و نکرده است");
        let named = figures.schedules_late.iter().take(NAMED_MAX).cloned();
        found.push(Finding::new("schedules", Weight::Slow, en, fa).mend("/instances").about(named));
    }
    if figures.operations_open > 0 {
        let count = figures.operations_open;
        let en = format!("{count} operations on open deadlines go on");
        let fa = format!("{count} بازمحاسبهٔ مهلت‌ها در جریان است");
        found.push(Finding::new("operations", Weight::Fine, en, fa).mend("/operations"));
    }
    found
}

/// What waits for a person.
fn people(tally: &Tallied) -> Vec<Finding> {
    let mut found = Vec::new();
    let count = |what: What| tally.sum(|one| *one == what);
    let neglected = count(What::CasesNeglected);
    if neglected > 0 {
        let en = format!("{neglected} open cases have neither a timer nor anybody who is to do something");
        let fa = format!("{neglected} پروندهٔ باز نه زمان‌سنجی دارد و نه کسی که کاری بر عهده‌اش باشد");
        let named = tally.neglected.iter().take(NAMED_MAX).map(ToString::to_string);
        found.push(Finding::new("neglected", Weight::Wrong, en, fa).mend("/cases/ID").about(named));
    }
    let overdue = tally.sum(|what| matches!(what, What::Tasks { overdue: true, .. }));
    if overdue > 0 {
        let (en, fa) = (format!("{overdue} open tasks are overdue"), format!("مهلت {overdue} کار باز گذشته است"));
        found.push(Finding::new("overdue", Weight::Waits, en, fa).mend("/inbox"));
    }
    let incidents = count(What::IncidentsOpen);
    if incidents > 0 {
        let (en, fa) = (format!("{incidents} incidents are open"), format!("{incidents} رخداد باز است"));
        found.push(Finding::new("incidents", Weight::Waits, en, fa).mend("/incidents"));
    }
    let ambiguous = tally.sum(|what| matches!(what, What::Messages(_, "ambiguous")));
    if ambiguous > 0 {
        let en = format!("of {ambiguous} messages nobody knows whether they arrived");
        let fa = format!("از {ambiguous} پیام معلوم نیست که رسیده باشد");
        found.push(Finding::new("ambiguous", Weight::Waits, en, fa).mend("/incidents"));
    }
    let suspended = count(What::Instances("suspended"));
    if suspended > 0 {
        let en = format!("{suspended} instances of flows are suspended");
        let fa = format!("{suspended} اجرای گردش کار معلق است");
        found.push(Finding::new("suspended", Weight::Waits, en, fa).mend("/instances?status=suspended"));
    }
    if !tally.is_complete {
        let (en, fa) = (
            "the streams are still being counted: numbers are too low",
            "شمارش هنوز پایان نیافته و عددها کمتر از واقع است",
        );
        found.push(Finding::new("counting", Weight::Fine, en, fa));
    }
    if tally.unreadable > 0 {
        let count = tally.unreadable;
        let en = format!("the rows of {count} streams can't be read; the log names them");
        let fa = format!("ردیف‌های {count} جریان خوانده نمی‌شود؛ گزارش سرور نامشان را دارد");
        found.push(Finding::new("unreadable", Weight::Wrong, en, fa).mend("peygir journal verify --data DATA"));
    }
    found
}

fn packs(figures: &Figures) -> Vec<Finding> {
    let mut found = Vec::new();
    if !figures.editions_broken.is_empty() {
        let named: Vec<String> = figures.editions_broken.iter().map(ToString::to_string).collect();
        let en = "an edition's date has come and it could not be put in force: what was in force before still is";
        let fa = "تاریخ استقراری رسیده و نتوانسته برقرار شود؛ آنچه پیش از آن در کار بود در کار مانده است";
        found.push(Finding::new("editions", Weight::Wrong, en, fa).mend("/packs/editions").about(named));
    }
    for edition in &figures.editions_ahead {
        let number = edition.number;
        let (en, fa) = (format!("edition {number} is to come into force"), format!("استقرار {number} در راه است"));
        let finding = Finding::new("editions", Weight::Fine, en, fa).at(edition.from);
        found.push(finding.mend(format!("/packs/editions/{number}")));
    }
    found
}

fn outward(figures: &Figures) -> Vec<Finding> {
    let mut found = Vec::new();
    if figures.effects_held {
        let en = "this store was restored: nothing leaves until somebody lets it go";
        let fa = "این انباره بازگردانده شده است؛ تا کسی اجازه ندهد چیزی فرستاده نمی‌شود";
        found.push(Finding::new("effects-held", Weight::Waits, en, fa).mend("peygir effects release"));
    }
    let (failing, stopped) = (figures.webhooks_failing, figures.webhooks_stopped);
    if failing > 0 {
        let (en, fa) = (format!("{failing} webhooks are failing"), format!("{failing} وب‌هوک ناموفق است"));
        found.push(Finding::new("webhooks", Weight::Slow, en, fa).mend("GET /api/v1/webhooks"));
    }
    if stopped > 0 {
        let (en, fa) = (format!("{stopped} webhooks were given up"), format!("{stopped} وب‌هوک کنار گذاشته شده است"));
        found.push(Finding::new("webhooks", Weight::Waits, en, fa).mend("GET /api/v1/webhooks"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::EditionAhead;

    fn weight(figures: &Figures, check: &str) -> Option<Weight> {
        look(figures).into_iter().find(|finding| finding.check == check).map(|finding| finding.weight)
    }

    fn tallied(counts: &[(What, i64)]) -> Figures {
        let counts = counts.iter().cloned().collect();
        Figures { tally: Some(Tallied { counts, is_complete: true, ..Tallied::default() }), ..Figures::default() }
    }

    #[test]
    fn each_number_tells_from_its_limit_on() {
        let now = Moment(10_000 * MICROS);
        let ago = |seconds: i64| Some(Moment(now.0 - seconds * MICROS));
        let quiet = Figures { now, ..Figures::default() };
        let told: Vec<_> = look(&quiet).into_iter().map(|finding| (finding.check, finding.weight)).collect();
        assert_eq!(told, [("store".to_owned(), Weight::Fine)]);
        let stopped = peygir_store::StoreFigures { stopped: Some("no room".into()), ..Default::default() };
        let tail = |frames| peygir_store::StoreFigures { last_frame: frames, ..Default::default() };
        let syncs = |quick: u64, slow: u64| {
            let micros = peygir_store::figures::Histogram::new(peygir_store::figures::MICROS);
            (0..quick).for_each(|_| micros.note(250_000));
            (0..slow).for_each(|_| micros.note(250_001));
            peygir_store::StoreFigures { append_micros: Some(micros.read()), ..Default::default() }
        };
        let waiting = |bytes| peygir_store::StoreFigures {
            index_pending_bytes: bytes,
            index_pending_bytes_max: 100,
            ..Default::default()
        };
        let paused = vec![peygir_core::Id([1; 16])];
        for (figures, check, expected) in [
            (Figures { store: stopped, ..quiet.clone() }, "store", Some(Weight::Wrong)),
            (Figures { store: tail(TAIL_FRAMES_MAX), ..quiet.clone() }, "snapshot", None),
            (Figures { store: tail(TAIL_FRAMES_MAX + 1), ..quiet.clone() }, "snapshot", Some(Weight::Slow)),
            (Figures { store: waiting(90), ..quiet.clone() }, "index", None),
            (Figures { store: waiting(91), ..quiet.clone() }, "index", Some(Weight::Slow)),
            (Figures { store: syncs(98, 1), ..quiet.clone() }, "sync", None),
            (Figures { store: syncs(99, 1), ..quiet.clone() }, "sync", None),
            (Figures { store: syncs(98, 2), ..quiet.clone() }, "sync", Some(Weight::Slow)),
            (Figures { unsealed_since: ago(7_200), ..quiet.clone() }, "seal", None),
            (Figures { unsealed_since: ago(7_201), ..quiet.clone() }, "seal", Some(Weight::Slow)),
            (Figures { first_due: ago(10), ..quiet.clone() }, "timers", None),
            (Figures { first_due: ago(11), ..quiet.clone() }, "timers", Some(Weight::Slow)),
            (Figures { first_due: ago(301), ..quiet.clone() }, "timers", Some(Weight::Wrong)),
            (Figures { first_due: ago(-50), ..quiet.clone() }, "timers", None),
            (Figures { first_send: ago(901), ..quiet.clone() }, "outbox", Some(Weight::Slow)),
            (Figures { first_send: ago(901), effects_held: true, ..quiet.clone() }, "outbox", None),
            (Figures { effects_held: true, ..quiet.clone() }, "effects-held", Some(Weight::Waits)),
            (Figures { inbox: INBOX_COUNTED_MAX - 1, ..quiet.clone() }, "inbox", None),
            (Figures { inbox: INBOX_COUNTED_MAX, ..quiet.clone() }, "inbox", Some(Weight::Slow)),
            (Figures { paused, ..quiet.clone() }, "paused", Some(Weight::Wrong)),
            (Figures { schedules_late: vec!["a/b".into()], ..quiet.clone() }, "schedules", Some(Weight::Slow)),
            (Figures { editions_broken: vec![3], ..quiet.clone() }, "editions", Some(Weight::Wrong)),
            (
                Figures { editions_ahead: vec![EditionAhead { number: 3, from: now }], ..quiet.clone() },
                "editions",
                Some(Weight::Fine),
            ),
            (Figures { webhooks_failing: 1, ..quiet.clone() }, "webhooks", Some(Weight::Slow)),
            (tallied(&[(What::CasesOpen, 3)]), "neglected", None),
            (tallied(&[(What::CasesNeglected, 1)]), "neglected", Some(Weight::Wrong)),
            (tallied(&[(What::Tasks { call: false, overdue: false }, 1)]), "overdue", None),
            (tallied(&[(What::Tasks { call: false, overdue: true }, 1)]), "overdue", Some(Weight::Waits)),
            (tallied(&[(What::IncidentsOpen, 1)]), "incidents", Some(Weight::Waits)),
            (tallied(&[(What::Messages("sms".into(), "ambiguous"), 1)]), "ambiguous", Some(Weight::Waits)),
            (tallied(&[(What::Instances("suspended"), 1)]), "suspended", Some(Weight::Waits)),
        ] {
            assert_eq!(weight(&figures, check), expected, "{check}: {figures:?}");
        }
    }

    #[test]
    fn the_worst_comes_first_and_everything_is_told_in_both_languages() {
        let figures = Figures {
            store: peygir_store::StoreFigures { stopped: Some("x".into()), ..Default::default() },
            effects_held: true,
            webhooks_failing: 1,
            editions_ahead: vec![EditionAhead { number: 1, from: Moment(0) }],
            ..tallied(&[(What::CasesNeglected, 2), (What::IncidentsOpen, 1)])
        };
        let found = look(&figures);
        assert!(found.is_sorted_by_key(|finding| finding.weight) && found.len() > 5);
        for finding in found {
            assert!(finding.weight == Weight::Fine || finding.mend.is_some(), "{finding:?}");
            assert!(finding.fa.contains(|letter| ('\u{0600}'..='\u{06FF}').contains(&letter)), "{finding:?}");
            assert!(!finding.en.contains(|letter| ('\u{0600}'..='\u{06FF}').contains(&letter)), "{finding:?}");
        }
    }

    /// A reader of Persian gets no English sentence for a way: what is one has its Persian, with commands and paths apart.
    #[test]
    fn what_is_to_be_done_is_told_in_persian_where_it_is_prose() {
        let now = Moment(1_000_000 * MICROS);
        let append = peygir_store::figures::Histogram::new(peygir_store::figures::MICROS);
        (0..SYNCS_MIN).for_each(|_| append.note(SYNC_MICROS_SLOW * 4));
        let figures = Figures {
            now,
            store: StoreFigures {
                last_frame: TAIL_FRAMES_MAX + 1,
                append_micros: Some(append.read()),
                index_pending_bytes: 2,
                index_pending_bytes_max: 2,
                ..Default::default()
            },
            unsealed_since: Some(Moment(0)),
            first_due: Some(Moment(0)),
            paused: vec![peygir_core::Id([1; 16])],
            keys_unread: 1,
            ..Figures::default()
        };
        let mut found = look(&figures);
        found.extend(look(&Figures { keys_missing: vec![peygir_core::Id([1; 16])], ..figures }));
        for check in ["seal", "sync", "snapshot", "index", "timers", "paused", "keys-missing", "keys-unread"] {
            let mut ways = found.iter().filter(|finding| finding.check == check).peekable();
            assert!(ways.peek().is_some(), "{check}");
            for finding in ways {
                let fa = finding.mend_fa.as_deref().unwrap_or_else(|| panic!("{finding:?}"));
                let parts = fa.split('\u{2069}').map(|part| part.split('\u{2066}').next().unwrap_or_default());
                let own: String = parts.collect();
                assert!(own.contains(|letter| ('\u{0600}'..='\u{06FF}').contains(&letter)), "{finding:?}");
                assert!(!own.contains(|letter: char| letter.is_ascii_alphabetic()), "{finding:?}");
            }
        }
    }
}
