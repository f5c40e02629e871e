//! Any text as a schedule: it is refused at a place in the text, or it has words and comes again and again.

#![no_main]

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;
use peygir_calendar::Language;
use peygir_calendar::cron::Schedule;

/// How often the next time is asked for.
const TIMES: usize = 4;

/// Zones whose clocks were set forward at midnight, and at two.
static ZONES: LazyLock<[TimeZone; 3]> = LazyLock::new(|| {
    ["Asia/Tehran", "Europe/Berlin", "UTC"].map(|name| TimeZone::get(name).expect("the zones are built in"))
});

fuzz_target!(|text: &str| {
    let languages = [Language::English, Language::Persian];
    let schedule = match Schedule::parse(text) {
        Ok(schedule) => schedule,
        Err(error) => {
            assert!(text.get(error.span.clone()).is_some(), "{error:?}");
            assert!(languages.iter().all(|language| !error.sentence(*language).is_empty()));
            return;
        }
    };
    assert!(languages.iter().all(|language| !schedule.describe(*language).is_empty()));
    for zone in &*ZONES {
        let mut instant = Timestamp::from_second(1_616_272_200).expect("a time in 2021");
        for _ in 0..TIMES {
            let next = schedule.next_after(instant, zone).expect("a schedule comes within eight years");
            assert!(next > instant, "{next} is not after {instant}");
            instant = next;
        }
    }
});
