//! Whether dates are right: counted again from the texts of the calendars, and compared with what an operation lists.

use peygir_calendar::{Ask, Place, Term, moment, tehran};
use peygir_dsl::duration::Duration;
use peygir_tests::dice::Dice;
use peygir_tests::offices;
use peygir_tests::server::Site;
use serde_json::Value;

use crate::closure::{Closure, calendars, resolved};
use crate::office::{Deadline, Deadlines, merged};

/// Deadlines that are counted again by the command, too: it takes long to start.
const COUNTED_AGAIN: usize = 3;

fn term(deadline: &Deadline) -> Term {
    let term = deadline.term.as_object().unwrap();
    let (kind, value) = term.iter().next().unwrap();
    let span = || Duration::parse(value.as_str().unwrap()).unwrap().microseconds;
    match kind.as_str() {
        "workingDays" => Term::working_days(u32::try_from(value.as_u64().unwrap()).unwrap()),
        "workingTime" => Term::WorkingTime { microseconds: span() },
        "within" => Term::Within { microseconds: span() },
        _ => panic!("{term:?}"),
    }
}

/// Every deadline is what the calendars say, counted anew from the texts.
pub fn check_dates(deadlines: &Deadlines, closures: &[Closure]) {
    let calendars = resolved(closures);
    for (id, deadline) in deadlines {
        let place = deadline.place.clone();
        let from = moment(&deadline.from, &tehran()).unwrap();
        let ask = Ask { from, term: term(deadline), place: &place, suspensions: &[] };
        let expected = calendars.at("ir-working", &place).unwrap().derive(&ask).unwrap();
        assert_eq!(deadline.due, expected.due.to_string(), "{id} {deadline:#?}");
        let stretches = expected.to_json()["derivation"].clone();
        assert_eq!(deadline.stretches, merged(stretches.as_array().unwrap().iter()), "{id}");
    }
}

/// The same for some of them, as `peygir calendar due` counts.
pub fn check_by_command(site: &Site, deadlines: &Deadlines, closures: &[Closure], dice: &mut Dice) {
    let pack = site.deployment().join("counted-again");
    offices::write(&pack.join("pack.yaml"), "kind: pack\nname: again\nversion: 0.1.0\ntitle: { fa: باز, en: Again }\n");
    for (name, text) in calendars(closures) {
        offices::write(&pack.join("rules/calendars").join(name), &text);
    }
    let all: Vec<&Deadline> = deadlines.values().collect();
    for _ in 0..COUNTED_AGAIN {
        let deadline = all[dice.below(all.len() as u64) as usize];
        let (option, value) = match deadline.term.as_object().unwrap().iter().next().unwrap() {
            (kind, days) if kind == "workingDays" => ("--working-days", days.to_string()),
            (kind, span) if kind == "workingTime" => ("--working-hours", span.as_str().unwrap().to_owned()),
            (_, span) => ("--within", span.as_str().unwrap().to_owned()),
        };
        let Place { province, county, agency } = &deadline.place;
        let place = [("--province", province), ("--county", county), ("--agency", agency)];
        let place: Vec<&str> = place.iter().filter_map(|(name, id)| Some([name, id.as_deref()?])).flatten().collect();
        let pack = pack.display().to_string();
        let due = ["calendar", "due", "--pack", &pack, "--from", &deadline.from, option, &value, "--json"];
        let output = site.run(&[&due, place.as_slice()].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let counted: Value = serde_json::from_slice(&output.stdout).unwrap();
        let due = moment(counted["due"].as_str().unwrap(), &tehran()).unwrap();
        assert_eq!(deadline.due, due.to_string(), "{deadline:#?}");
    }
}

/// The list of an operation is what moved: all of it, nothing else, and nothing twice.
pub fn check_list(operation: &str, mut listed: Vec<[String; 3]>, before: &Deadlines, after: &Deadlines) {
    assert!(before.keys().eq(after.keys()), "deadlines came or went");
    let mut expected = Vec::new();
    for (id, now) in after {
        let was = &before[id];
        let by_it = now.moves.iter().filter(|one| one["operation"] == operation).count();
        assert_eq!(by_it, usize::from(was.due != now.due), "{id} {:#?}", now.moves);
        assert_eq!(now.moves.len(), was.moves.len() + by_it, "{id}");
        if was.due != now.due {
            expected.push([now.code.clone(), was.due.clone(), now.due.clone()]);
        }
    }
    listed.sort();
    expected.sort();
    assert_eq!(listed, expected);
}
