//! A deadline as people read it: one account for everybody, and nothing personal in it.

use crate::world::{World, at, day_closed};
use peygir_calendar::Language;
use peygir_casework::deadlines;
use peygir_casework::records::MoveWhy;
use peygir_core::Id;

use serde_json::json;

fn told() -> (World, Id) {
    let mut world = World::new();
    let due = json!({ "workingDays": 3, "max": 9, "suspend": { "max": "P10D", "times": 2 } });
    let task = world.due(due, json!({}));
    world.closures(&[day_closed("c1", "1405/09/03")]);
    let reply = world.with(|context| deadlines::rederive(context, Id([5; 16]), MoveWhy::Closure));
    world.absorb(reply);
    world.person(|context| deadlines::suspend(context, task, "i1", "his mother is ill", None)).expect("it may rest");
    world.at = at("2026-11-23T09:00+03:30");
    world.person(|context| deadlines::resume(context, task, "i1")).expect("it rests");
    world
        .person(|context| deadlines::set(context, task, "i2", at("2026-11-28T12:00+03:30"), "asked by the governor"))
        .expect("a date");
    (world, task)
}

#[test]
fn the_words_hold_all_that_moved_it() {
    let (world, task) = told();
    let english = deadlines::view(world.get(task), Language::English).expect("an account");
    let persian = deadlines::view(world.get(task), Language::Persian).expect("an account");
    assert_eq!(english.lines.len(), persian.lines.len());
    let terms = world.terms(task);
    assert_eq!(english.lines.len(), 1 + terms.deadline.derivation.len() + 1 + 4);
    let whole = english.lines.join("\n");
    for words in
        ["Air pollution", "closure:c1", "Suspension 1: from", "waiting for the citizen", "operation 050M", "officer"]
    {
        assert!(whole.contains(words), "{words} is not in\n{whole}");
    }
    let whole = persian.lines.join("\n");
    for words in ["آلودگی هوا", "توقف ۱", "در انتظار شهروند", "عملیات", "جابه‌جا شد"]
    {
        assert!(whole.contains(words), "{words} is not in\n{whole}");
    }
    for secret in ["mother", "governor", "i1", "i2", "sealed:"] {
        for account in [&english, &persian] {
            assert!(!account.lines.join("\n").contains(secret), "{secret}");
        }
    }
}

#[test]
fn the_json_has_reasons_for_those_who_open_them() {
    let (world, task) = told();
    let plain = deadlines::to_json(world.get(task), None).expect("as JSON");
    assert_eq!(plain["due"], "2026-11-28T12:00:00+03:30");
    assert_eq!(plain["set"]["by"], "i2");
    assert_eq!(plain["suspensions"][0]["number"], 1);
    assert_eq!(plain["moves"].as_array().map(Vec::len), Some(4));
    let whys: Vec<&str> =
        plain["moves"].as_array().into_iter().flatten().filter_map(|one| one["why"].as_str()).collect();
    assert_eq!(whys, ["closure", "suspended", "resumed", "set"]);
    assert_eq!(plain["moves"][0]["operation"], Id([5; 16]).to_string());
    assert!(plain["max"]["due"].is_string());
    let text = plain.to_string();
    for secret in ["mother", "governor", "sealed:", "\"reason\""] {
        assert!(!text.contains(secret), "{secret}");
    }
    let open = |sealed: &str| sealed.trim_start_matches("sealed:").to_owned();
    let opened = deadlines::to_json(world.get(task), Some(&open)).expect("as JSON");
    assert_eq!(opened["set"]["reason"], "asked by the governor");
    assert_eq!(opened["suspensions"][0]["reason"], "his mother is ill");
}

#[test]
fn a_task_without_a_deadline_has_no_account() {
    let mut world = World::new();
    let task = world.task(json!({ "form": "answer", "assign": { "role": "inspector" } }));
    assert_eq!(deadlines::view(world.get(task), Language::English), None);
    assert_eq!(deadlines::to_json(world.get(task), None), None);
}
