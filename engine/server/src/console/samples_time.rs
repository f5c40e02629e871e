//! Calendars, closures, operations and deadlines as the desk would give them. Every date and name in them is made up.

use jiff::civil::Weekday;
use peygir_calendar::{DayState, Hours, Jalali, MonthPage, Name, Note, PageDay, Why};
use peygir_runtime::desk::*;
use serde_json::{Value, json};

use super::samples::named;

const OPERATION: &str = "01KDBAAAAAAAAAAAAAAAAAAAAA";
const CLOSURE: &str = "01KDBBBBBBBBBBBBBBBBBBBBBB";

fn text(fa: &str, en: &str) -> Bilingual {
    Bilingual { fa: fa.into(), en: en.into() }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn inspector() -> Named {
    named("p-inspector", "سارا نمونه", "Sara Nemouneh")
}

pub fn calendars() -> Vec<CalendarView> {
    let working = CalendarView {
        id: "ir-working".into(),
        title: text("تقویم کاری ادارات", "Working calendar of government offices"),
        zone: "Asia/Tehran".into(),
        extends: None,
        scope: ScopeView::default(),
        years: vec![1403, 1404, 1405, 1406],
        lacking: Vec::new(),
        default: true,
    };
    let province = CalendarView {
        id: "hamedan-working".into(),
        title: text("تقویم کاری ادارات همدان", "Working calendar of Hamedan"),
        extends: some("ir-working"),
        scope: ScopeView { province: some("hamedan"), ..ScopeView::default() },
        years: vec![1403, 1405],
        lacking: vec![1406],
        default: false,
        ..working.clone()
    };
    let always = CalendarView {
        id: "ir-24x7".into(),
        title: text("همیشه", "Day and night"),
        years: Vec::new(),
        default: false,
        ..working.clone()
    };
    vec![working, province, always]
}

fn hours(from: u16, to: u16) -> Hours {
    Hours { from: from * 60 + 30, to: to * 60 + 30 }
}

/// What a day of the sample month is, beside its weekday: state, hours and what is said of it.
fn special(day: u8) -> Option<(DayState, Vec<Hours>, Vec<Note>)> {
    let note = |why, fa: &str, en: &str, line: &str, closed| Note {
        why,
        name: Some(Name { fa: fa.into(), en: en.into() }),
        line: line.into(),
        closed,
    };
    match day {
        4 => {
            let name = note(Why::EstimatedHoliday, "وفات نمونه", "Sample mourning", "ir-working:71", vec![]);
            Some((DayState::EstimatedHoliday, vec![], vec![name]))
        }
        9 => {
            let name = note(Why::Holiday, "عید نمونه", "Sample feast", "ir-working:72", vec![]);
            Some((DayState::Holiday, vec![], vec![name]))
        }
        17 => {
            let name = note(Why::Closure, "آلودگی هوا", "Air pollution", "closure:1", vec![hours(11, 14)]);
            Some((DayState::PartlyClosed, vec![hours(7, 11)], vec![name]))
        }
        18 => {
            let name = note(Why::Closure, "برف سنگین", "Heavy snow", "closure:2", vec![]);
            Some((DayState::Closed, vec![], vec![name]))
        }
        _ => None,
    }
}

/// Azar 1405 with every kind of day in it.
pub fn month() -> MonthPage {
    let mut weeks: Vec<[Option<PageDay>; 7]> = Vec::new();
    for number in 1..=30 {
        let date = Jalali::new(1405, 9, number.into()).unwrap();
        let column = date.weekday().since(Weekday::Saturday) as usize;
        if weeks.is_empty() || column == 0 {
            weeks.push([const { None }; 7]);
        }
        let usual = match date.weekday() {
            Weekday::Friday => (DayState::Off, vec![], vec![]),
            Weekday::Thursday => (DayState::Short, vec![hours(7, 11)], vec![]),
            _ => (DayState::Open, vec![hours(7, 14)], vec![]),
        };
        let (state, hours, notes) = special(number).unwrap_or(usual);
        let counts = !hours.is_empty();
        let gregorian = date.to_gregorian();
        let day = PageDay { date, gregorian, state, hours, counts, is_today: number == 1, notes };
        weeks.last_mut().unwrap()[column] = Some(day);
    }
    let title =
        Name { fa: "تقویم کاری ادارات همدان".into(), en: "Working calendar of Hamedan".into() };
    MonthPage { calendar: "hamedan-working".into(), title, year: 1405, month: 9, weeks, lacks_table: false }
}

pub fn shown_month() -> super::month::Shown {
    let scope = ScopeView { province: some("hamedan"), county: some("malayer"), agency: None };
    super::month::Shown { calendar: calendars().remove(1), scope, month: month() }
}

/// A month without anything special, of a year whose lunar holidays are unknown.
pub fn bare_month() -> super::month::Shown {
    let mut month = MonthPage { lacks_table: true, ..month() };
    for day in month.weeks.iter_mut().flatten().flatten() {
        *day = PageDay { state: DayState::Open, hours: vec![Hours::ALL_DAY], notes: vec![], ..day.clone() };
    }
    super::month::Shown { calendar: calendars().remove(2), scope: ScopeView::default(), month }
}

pub fn closure() -> ClosureView {
    ClosureView {
        id: CLOSURE.into(),
        calendar: "ir-working".into(),
        scope: ScopeView { province: some("hamedan"), county: some("malayer"), agency: None },
        date: "1405/09/17".into(),
        until: "1405/09/17".into(),
        from: some("12:00"),
        hours: None,
        name: text("آلودگی هوا", "Air pollution"),
        declared_at: "2026-11-21T08:00:00Z".into(),
        declared_by: inspector(),
        withdrawn: None,
        operation: OPERATION.into(),
    }
}

pub fn closures() -> super::closures::Closures {
    let days = ClosureView {
        id: "01KDBCCCCCCCCCCCCCCCCCCCCC".into(),
        scope: ScopeView::default(),
        until: "1405/09/19".into(),
        from: None,
        name: text("برف سنگین", "Heavy snow"),
        ..closure()
    };
    let hours = ClosureView {
        id: "01KDBDDDDDDDDDDDDDDDDDDDDD".into(),
        scope: ScopeView { agency: some("water-hamedan"), ..ScopeView::default() },
        from: None,
        hours: Some(vec!["06:00-10:00".into(), "11:00-12:00".into()]),
        name: text("صرفه‌جویی در برق", "Saving electricity"),
        ..closure()
    };
    let withdrawn = WithdrawnView {
        at: "2026-11-21T09:30:00Z".into(),
        by: inspector(),
        reason: "هوا پاک شد و ادارات باز می‌مانند.".into(),
        operation: "01KDBEEEEEEEEEEEEEEEEEEEEE".into(),
    };
    let withdrawn = ClosureView { id: "01KDBFFFFFFFFFFFFFFFFFFFFF".into(), withdrawn: Some(withdrawn), ..closure() };
    super::closures::Closures { calendars: calendars(), closures: vec![closure(), days, hours, withdrawn] }
}

pub fn operation() -> OperationView {
    OperationView {
        id: OPERATION.into(),
        kind: "closure-declared".into(),
        closure: some(CLOSURE),
        begun_at: "2026-11-21T10:59:00Z".into(),
        ended_at: some("2026-11-21T10:59:04Z"),
        seen: 1840,
        moved: 2,
        failed: 0,
    }
}

pub fn running_operation() -> OperationView {
    OperationView { ended_at: None, seen: 512, moved: 0, failed: 1, ..operation() }
}

pub fn operations() -> Page<OperationView> {
    let changed = OperationView { kind: "calendars-changed".into(), closure: None, ..operation() };
    let withdrawn = OperationView { kind: "closure-withdrawn".into(), failed: 3, ..operation() };
    Page { items: vec![running_operation(), operation(), withdrawn, changed], next: some("x&y") }
}

pub fn moved() -> Page<MovedView> {
    let later = MovedView {
        case_id: "01JD7Z8QH5RRA4J4C0V3M1X2YB".into(),
        tracking_code: some("48213907564"),
        id: "01JD7Z9AAAAAAAAAAAAAAAAAAA".into(),
        from: "2026-12-08T11:00:00Z".into(),
        to: "2026-12-09T11:00:00Z".into(),
    };
    let earlier = MovedView { tracking_code: None, to: "2026-12-07T11:00:00Z".into(), ..later.clone() };
    Page { items: vec![later, earlier], next: some("after") }
}

pub fn no_moves() -> Page<MovedView> {
    Page { items: Vec::new(), next: None }
}

const HEADING: (&str, &str) = (
    "۲ روز کاری از شنبه ۳۰ آبان ۱۴۰۵ ساعت ۱۲:۴۰ طبق تقویم «تقویم کاری ادارات»: مهلت تا دوشنبه ۲ آذر ۱۴۰۵ ساعت ۱۴:۳۰.",
    "2 working days from Saturday 30 Aban 1405 12:40 by the calendar \"Working calendar of government offices\": due \
     Monday 2 Azar 1405 14:30.",
);

/// Counted or not, and the line of the account.
const STRETCHES: [(bool, &str, &str); 3] = [
    (
        false,
        "شنبه ۳۰ آبان ۱۴۰۵ از ساعت ۱۲:۴۰ تا پایان روز: محاسبه نشد، روز دریافت (ir-working:8)",
        "Saturday 30 Aban 1405 12:40 to Saturday 30 Aban 1405 24:00: not counted, day of receipt (ir-working:8)",
    ),
    (
        true,
        "یکشنبه ۱ آذر ۱۴۰۵: روز ۱، ساعت کاری (ir-working:9)",
        "Sunday 1 Azar 1405: day 1, working hours (ir-working:9)",
    ),
    (
        true,
        "دوشنبه ۲ آذر ۱۴۰۵ ۰۰:۰۰ تا دوشنبه ۲ آذر ۱۴۰۵ ۱۴:۳۰: روز ۲، ساعت کاری (ir-working:10)",
        "Monday 2 Azar 1405 00:00 to Monday 2 Azar 1405 14:30: day 2, working hours (ir-working:10)",
    ),
];

const CAVEAT: (&str, &str) = (
    "تعطیلی پنجشنبه ۵ آذر ۱۴۰۵ «عید نمونه» هنوز اعلام نشده است و ممکن است یک روز جابه‌جا شود (ir-working:72).",
    "The holiday \"Sample feast\" on Thursday 5 Azar 1405 is not announced yet and may move by a day (ir-working:72).",
);

fn account() -> Account {
    let lines = |pick: fn(&(bool, &str, &str)) -> String, heading: &str, caveat: &str| -> Vec<String> {
        [heading.to_owned()].into_iter().chain(STRETCHES.iter().map(pick)).chain([caveat.to_owned()]).collect()
    };
    Account {
        fa: lines(|line| line.1.to_owned(), HEADING.0, CAVEAT.0),
        en: lines(|line| line.2.to_owned(), HEADING.1, CAVEAT.1),
    }
}

fn derivation() -> Value {
    let stretch = |(counted, fa, en): &(bool, &str, &str)| json!({"counted": counted, "text": {"fa": fa, "en": en}});
    json!({
        "due": "2026-11-23T14:30:00+03:30",
        "dueText": {"fa": "دوشنبه ۲ آذر ۱۴۰۵ ۱۴:۳۰", "en": "Monday 2 Azar 1405 14:30"},
        "calendar": "ir-working",
        "derivation": STRETCHES.iter().map(stretch).collect::<Vec<_>>(),
    })
}

/// A running deadline that its reader may set and let rest.
pub fn deadline() -> DeadlineView {
    DeadlineView {
        id: "01JD7Z9AAAAAAAAAAAAAAAAAAA".into(),
        kind: "task".into(),
        title: text("پاسخ به شکایت از خدمت اداری", "Answer a complaint about a service"),
        status: "claimed".into(),
        due: "2026-11-23T11:00:00Z".into(),
        max: some("2026-11-28T11:00:00Z"),
        overdue: false,
        text: text(HEADING.0, HEADING.1),
        account: account(),
        derivation: derivation(),
        suspensions: Vec::new(),
        moves: Vec::new(),
        set: None,
        reminders: vec![ReminderView { at: "2026-11-22T11:00:00Z".into(), sent_at: None }],
        may_set: true,
        may_suspend: true,
        may_resume: false,
    }
}

/// One to which everything has happened, and which rests now.
pub fn moved_deadline() -> DeadlineView {
    let wait = SuspensionView {
        number: 1,
        from: "2026-11-21T06:00:00Z".into(),
        until: "2026-11-21T20:30:00Z".into(),
        ended: some("2026-11-21T08:00:00Z"),
        by: inspector(),
        reason: some("تصویر کارت ملی خواسته شد."),
    };
    let resting =
        SuspensionView { number: 2, from: "2026-11-21T10:00:00Z".into(), ended: None, reason: None, ..wait.clone() };
    let step = |why: &str, operation: Option<&str>, by: Option<Named>| MoveView {
        at: "2026-11-21T08:00:00Z".into(),
        from: "2026-11-22T11:00:00Z".into(),
        to: "2026-11-23T11:00:00Z".into(),
        why: why.into(),
        operation: operation.map(str::to_owned),
        by,
    };
    let set = SetView {
        due: "2026-11-23T11:00:00Z".into(),
        at: "2026-11-21T10:30:00Z".into(),
        by: inspector(),
        reason: some("دستگاه دو روز بیشتر خواست و شهروند پذیرفت."),
    };
    DeadlineView {
        suspensions: vec![wait, resting],
        moves: vec![
            step("closure", Some(OPERATION), None),
            step("calendar", Some(OPERATION), None),
            step("suspended", None, Some(inspector())),
            step("resumed", None, None),
            step("set", None, Some(inspector())),
        ],
        set: Some(set),
        reminders: vec![
            ReminderView { at: "2026-11-21T10:00:00Z".into(), sent_at: some("2026-11-21T10:00:02Z") },
            ReminderView { at: "2026-11-22T11:00:00Z".into(), sent_at: None },
        ],
        may_suspend: false,
        may_resume: true,
        ..deadline()
    }
}

/// A wait of a flow, of which nobody moves the date.
pub fn wait() -> DeadlineView {
    DeadlineView {
        id: "01KDBGGGGGGGGGGGGGGGGGGGGG".into(),
        kind: "wait".into(),
        title: text("انتظار تا روز کاری بعد", "Wait for the next working day"),
        status: "ended".into(),
        max: None,
        reminders: Vec::new(),
        may_set: false,
        may_suspend: false,
        ..deadline()
    }
}

pub fn track_deadline() -> TrackDeadline {
    let deadline = deadline();
    let stretches = deadline.derivation["derivation"].as_array().unwrap();
    let of_line = |line: &String| {
        let stretch = stretches.iter().find(|stretch| stretch["text"]["en"] == line.as_str())?;
        stretch["counted"].as_bool()
    };
    let counted: Vec<_> = deadline.account.en.iter().map(of_line).collect();
    TrackDeadline {
        title: deadline.title,
        due: deadline.due,
        overdue: false,
        waiting: false,
        counted,
        text: deadline.text,
        account: deadline.account,
    }
}
