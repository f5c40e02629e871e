//! A month as a page: every day in its place, and text that stays aligned in both directions.

use jiff::civil::Weekday;
use peygir_calendar::Language::{English, Persian};
use peygir_calendar::{Calendar, DayState, Ink, Jalali, JalaliError, MonthPage, Place, digits, read};
use peygir_source::yaml;

const WORKING: &str = include_str!("../../../rules/calendars/ir-working.yaml");

fn calendar(text: &str) -> Calendar {
    read::calendar(&yaml::parse(text).unwrap()).unwrap_or_else(|found| panic!("{found:#?}")).0
}

/// The shipped calendar with half days, a morning's and a longer closure, and hours of Ramadan.
fn busy() -> Calendar {
    let more = r#"
closures:
  - { date: 1405/10/07, from: "12:00", name: { fa: آلودگی هوا, en: Air pollution } }
  - { dates: { from: 1405/10/08, to: 1405/10/09 }, name: { fa: برف, en: Snow } }
  - { date: 1405/10/21, name: { fa: قم, en: Only Qom }, for: { province: qom } }
periods:
  - { from: 1405/11/20, to: 1405/12/18, name: { fa: رمضان, en: Ramadan }, week: { sat: ["09:00-14:00"], sun: ["09:00-14:00"], mon: ["09:00-14:00"], tue: ["09:00-14:00"], wed: ["09:00-14:00"] } }
"#;
    calendar(&format!("{}{more}", WORKING.replace("thu: []", "thu: [\"07:30-11:30\"]")))
}

fn day(text: &str) -> Jalali {
    text.parse().unwrap()
}

fn page(calendar: &Calendar, year: i16, month: u8, today: Option<&str>) -> MonthPage {
    MonthPage::new(calendar, &Place::default(), year, month, today.map(day)).unwrap()
}

/// What a terminal shows: without colours, marks of direction and joiners.
fn seen(text: &str) -> String {
    let mut seen = String::new();
    let mut in_color = false;
    for character in text.chars() {
        match character {
            '\u{1b}' => in_color = true,
            'm' if in_color => in_color = false,
            _ if in_color => {}
            '\u{200C}' | '\u{200F}' | '\u{2066}' | '\u{2067}' | '\u{2069}' => {}
            other => seen.push(other),
        }
    }
    seen
}

#[test]
fn a_page_in_english() {
    let expected = "  Dey 1405              22 December 2026 – 20 January 2027
  Working calendar of government offices (ir-working)

    Sat     Sun     Mon     Tue     Wed     Thu     Fri
  ────────────────────────────────────────────────────────
                             1       2 *     3 ½     4 -
     5     [ 6]      7 /     8 ×     9 ×    10 ½    11 -
    12      13      14      15      16 ?    17 ½    18 -
    19      20      21      22      23      24 ½    25 -
    26      27      28      29      30
  ────────────────────────────────────────────────────────
   2 *  Wednesday  Birthday of Imam Ali (ir-working:93)
   7 /  Monday     closed 12:00–14:30: Air pollution (ir-working:120)
   8 ×  to 9       closed: Snow (ir-working:121)
  16 ?  Wednesday  Mab'ath, estimated (ir-working:94)

  22 working days; 07:30–14:30 on 17 days; 07:30–11:30 on 4 days
  ½ short hours   - day off   * holiday   ? estimated   / partly closed
  × closed   [ ] today
";
    assert_eq!(page(&busy(), 1405, 10, Some("1405/10/06")).text(English, Ink::Plain), expected);
}

#[test]
fn a_page_in_persian() {
    let expected = "  دی ۱۴۰۵                               ۲۲ دسامبر ۲۰۲۶ تا ۲۰ ژانویه ۲۰۲۷
  تقویم کاری ادارات (ir-working)

     شنبه     یکشنبه    دوشنبه    سهشنبه   چهارشنبه  پنجشنبه     جمعه
  ──────────────────────────────────────────────────────────────────────
                                   ۱         ۲  *      ۳  ½      ۴  -
     ۵        [۶ ]       ۷  /      ۸  ×      ۹  ×      ۱۰ ½      ۱۱ -
     ۱۲        ۱۳        ۱۴        ۱۵        ۱۶ ?      ۱۷ ½      ۱۸ -
     ۱۹        ۲۰        ۲۱        ۲۲        ۲۳        ۲۴ ½      ۲۵ -
     ۲۶        ۲۷        ۲۸        ۲۹        ۳۰
  ──────────────────────────────────────────────────────────────────────
  ۲  *  چهارشنبه   ولادت امام علی (ع) (ir-working:93)
  ۷  /  دوشنبه     تعطیل ۱۲:۰۰ تا ۱۴:۳۰: آلودگی هوا (ir-working:120)
  ۸  ×  تا ۹       تعطیل: برف (ir-working:121)
  ۱۶ ?  چهارشنبه   مبعث پیامبر (ص)، برآوردی (ir-working:94)

  ۲۲ روز کاری؛ ۰۷:۳۰ تا ۱۴:۳۰ در ۱۷ روز؛ ۰۷:۳۰ تا ۱۱:۳۰ در ۴ روز
  ½ ساعت کوتاه   - تعطیل هفتگی   * تعطیل رسمی   ? برآوردی   / بخشی تعطیل
  × تعطیلی   [ ] امروز
";
    let text = page(&busy(), 1405, 10, Some("1405/10/06")).text(Persian, Ink::Plain);
    let shown: String = seen(&text).lines().map(|line| format!("{}\n", line.trim_end())).collect();
    assert_eq!(shown, expected);
    // Each line is isolated as one that runs from right to left, and ends in a mark, not in spaces.
    for line in text.lines().filter(|line| !line.is_empty()) {
        assert!(line.starts_with('\u{2067}') && line.ends_with("\u{200F}\u{2069}"), "{line:?}");
        assert_eq!(line.matches(['\u{2066}', '\u{2067}']).count(), line.matches('\u{2069}').count(), "{line:?}");
        assert!(!line.contains(|c: char| c.is_ascii_digit()) || line.contains("ir-working:"), "{line:?}");
    }
}

/// All months of a century: each day once, under its weekday, in lines of one width.
#[test]
fn every_day_stands_under_its_weekday() {
    const WEEKDAYS: [Weekday; 7] = [
        Weekday::Saturday,
        Weekday::Sunday,
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
    ];
    let calendar = busy();
    for (year, month) in (1380..=1420).flat_map(|year| (1..=12).map(move |month| (year, month))) {
        let page = page(&calendar, year, month, None);
        let dates: Vec<Jalali> = page.days().map(|day| day.date).collect();
        let first = day(&format!("{year}/{month}/1"));
        let all: Vec<Jalali> = (0..i32::from(first.days_in_month())).filter_map(|day| first.plus_days(day)).collect();
        assert_eq!(dates, all, "{year}/{month}");
        for week in &page.weeks {
            for (column, day) in week.iter().enumerate() {
                assert!(day.as_ref().is_none_or(|day| day.date.weekday() == WEEKDAYS[column]), "{year}/{month}");
            }
        }
        for (language, cell) in [(English, 8), (Persian, 10)] {
            let text = seen(&page.text(language, Ink::Plain));
            let grid: Vec<&str> = text.lines().skip(5).take(page.weeks.len()).collect();
            for (line, week) in grid.iter().zip(&page.weeks) {
                let columns: Vec<char> = line.chars().skip(2).collect();
                if language == Persian {
                    assert_eq!(columns.len(), cell * 7, "{line:?}");
                }
                for (column, day) in week.iter().enumerate() {
                    let from = (column * cell).min(columns.len());
                    let to = (from + cell).min(columns.len());
                    let written: String = columns[from..to].iter().collect();
                    let number = digits::to_ascii(&written).replace(|c: char| !c.is_ascii_digit(), "");
                    let expected = day.as_ref().map_or(String::new(), |day| day.date.day().to_string());
                    assert_eq!(number, expected, "{year}/{month}: {line:?}");
                }
            }
        }
    }
}

#[test]
fn what_a_day_is() {
    let busy = busy();
    let state = |text: &str| {
        let date = day(text);
        let page = page(&busy, date.year(), date.month(), None);
        let found = page.days().find(|day| day.date == date).unwrap().clone();
        (found.state, found.counts, found.notes.len())
    };
    use DayState::{Closed, EstimatedHoliday, Holiday, Off, Open, PartlyClosed, Short};
    assert_eq!(state("1405/10/01"), (Open, true, 0));
    assert_eq!(state("1405/10/02"), (Holiday, false, 1));
    assert_eq!(state("1405/10/03"), (Short, true, 0));
    assert_eq!(state("1405/10/04"), (Off, false, 0));
    assert_eq!(state("1405/10/07"), (PartlyClosed, true, 1));
    assert_eq!(state("1405/10/08"), (Closed, false, 1));
    assert_eq!(state("1405/10/16"), (EstimatedHoliday, false, 1));
    // Closed in one province only, and none is asked for.
    assert_eq!(state("1405/10/21"), (Open, true, 0));
    // 22 Bahman 1405 is a Thursday; 14 Khordad has a lunar holiday too, but the fixed one is named.
    assert_eq!(state("1405/11/22"), (Holiday, false, 1));
    // A Friday that is a holiday says so: 22 Aban 1405.
    assert_eq!(state("1405/08/22"), (Holiday, false, 1));
    let qom = Place { province: Some("qom".to_owned()), ..Place::default() };
    let page = MonthPage::new(&busy, &qom, 1405, 10, None).unwrap();
    assert_eq!(page.days().nth(20).unwrap().state, Closed);
}

#[test]
fn the_hours_of_a_period_are_told_once() {
    let text = page(&busy(), 1405, 11, None).text(English, Ink::Plain);
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("Ramadan")).collect();
    assert_eq!(lines, ["  20    to 28      open 09:00–14:00: Ramadan (ir-working:124)"], "{text}");
    let hours = "  23 working days; 07:30–14:30 on 12 days; 09:00–14:00 on 7 days; 07:30–11:30 on 4 days";
    assert!(text.lines().any(|line| line == hours), "{text}");
}

#[test]
fn a_year_without_a_table_says_so() {
    let without = page(&busy(), 1408, 1, None);
    assert!(without.lacks_table);
    assert!(without.text(English, Ink::Plain).contains("! There is no table of lunar holidays for 1408"));
    assert!(seen(&without.text(Persian, Ink::Plain)).contains("! جدول تعطیلات قمری سال ۱۴۰۸ نیست"));
    assert!(!page(&busy(), 1406, 1, None).text(English, Ink::Plain).contains('!'));
}

#[test]
fn colours_change_nothing_but_colours() {
    for language in [English, Persian] {
        let page = page(&busy(), 1405, 10, Some("1405/10/07"));
        let painted = page.text(language, Ink::Colors);
        assert!(painted.contains("\u{1b}[31m") && painted.contains("\u{1b}[1;35m["), "{painted}");
        assert_eq!(painted.matches("\u{1b}[0m").count() * 2, painted.matches('\u{1b}').count());
        assert_eq!(seen(&painted), seen(&page.text(language, Ink::Plain)));
    }
}

#[test]
fn the_page_as_json() {
    let json = page(&busy(), 1405, 10, Some("1405/10/06")).to_json();
    assert_eq!((&json["year"], &json["month"], &json["workingDays"]), (&1405.into(), &10.into(), &22.into()));
    assert_eq!(json["weeks"][0][0], serde_json::Value::Null);
    let day = &json["weeks"][1][2];
    assert_eq!(day["date"], "1405/10/07");
    assert_eq!(day["gregorian"], "2026-12-28");
    assert_eq!((&day["state"], &day["hours"][0]), (&"partly-closed".into(), &"07:30-12:00".into()));
    assert_eq!(day["notes"][0]["closed"][0], "12:00-14:30");
    assert_eq!(json["weeks"][1][1]["today"], true);
}

#[test]
fn months_that_do_not_exist() {
    let calendar = busy();
    let refused = |year, month| MonthPage::new(&calendar, &Place::default(), year, month, None).unwrap_err();
    assert_eq!(refused(1405, 13), JalaliError::Month(13));
    assert_eq!(refused(1405, 0), JalaliError::Month(0));
    assert_eq!(refused(2026, 1), JalaliError::Year(2026));
    assert!(MonthPage::new(&calendar, &Place::default(), 1500, 12, None).is_ok());
    assert!(MonthPage::new(&calendar, &Place::default(), 1200, 1, None).is_ok());
}
