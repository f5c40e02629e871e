//! The language, proven: the official kit against its stand-in, our own scenarios, both also with the process ended behind
//! every commit; stand-ins that answer wrongly; and the page that tells of all of it.

use std::fs;

use peygir_tests::conformance::features::{FEATURES, codes};
use peygir_tests::conformance::page::{Official, patterns, statements, whole};
use peygir_tests::conformance::played::{self, Played};
use peygir_tests::conformance::stub::Stub;
use peygir_tests::conformance::{OWN, PAGE, examples, kit, spec};
use peygir_tests::server::repository;

/// Our own scenarios that there are at least.
const OWN_MIN: usize = 550;
/// Ends of a process behind their commits, at least.
const CUTS_MIN: u64 = 3_000;

#[track_caller]
fn all_pass(played: &[Played]) {
    let failed: Vec<String> = played
        .iter()
        .filter_map(|one| Some(format!("{}: {}\n  {}", one.file, one.name, one.failure.as_ref()?)))
        .collect();
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
}

/// One test, for playing them takes its time; without the official text what is ours on the page is compared.
#[test]
fn our_own_scenarios_pass_straight_and_cut_and_the_page_says_so() {
    let own = played::play(&repository().join(OWN), &[]).unwrap();
    all_pass(&own);
    assert!(own.len() >= OWN_MIN, "{} scenarios", own.len());
    let cuts: u64 = own.iter().map(|one| one.cuts).sum();
    assert!(cuts >= CUTS_MIN, "{cuts} cuts");
    for one in &own {
        let number = one.tags.iter().find_map(|tag| tag.strip_prefix('S').or(tag.strip_prefix("WCP-")));
        let is_number = number.is_some_and(|number| number.parse::<u8>().is_ok());
        assert!(is_number, "{}: {} is numbered after no statement", one.file, one.name);
    }
    let page = fs::read_to_string(repository().join(PAGE)).unwrap();
    let mend = "`cargo xtask conformance --spec DIR` writes it";
    assert!(page.contains(&statements(&own)) && page.contains(&patterns(&own)), "{PAGE} is out of date; {mend}");
    let Some(spec) = spec("page") else { return };
    let official = Official {
        kit: kit::play(&spec, &Stub::start(None), None).unwrap(),
        examples: examples::examples(&spec).unwrap(),
        invalid: examples::invalid(&spec).unwrap(),
    };
    assert_eq!(page, whole(&official, &own), "{PAGE} is out of date; {mend}");
}

#[test]
fn the_official_kit_passes() {
    let Some(spec) = spec("kit") else { return };
    let stub = Stub::start(None);
    let played = kit::play(&spec, &stub, None).unwrap();
    all_pass(&played);
    assert_eq!(played.len(), kit::SCENARIOS);
    assert_eq!(played.iter().filter(|one| kit::calls(&one.name)).count(), kit::CALLING.len());
    assert!(stub.asked() >= 2 * kit::CALLING.len(), "the stand-in was asked {} times", stub.asked());
    assert!(played.iter().all(|one| one.cuts > 0), "{played:#?}");
}

/// A scenario that passes whatever the service answers proves nothing.
#[test]
fn scenarios_that_call_fail_where_the_service_answers_wrongly() {
    let Some(spec) = spec("negative-twins") else { return };
    for (name, spoilt) in kit::CALLING {
        let stub = Stub::start(Some(spoilt));
        let played = kit::play(&spec, &stub, Some(name)).unwrap();
        assert_eq!(played.len(), 1, "{name}");
        assert!(!played[0].passed(), "{name} passes though the service is {spoilt:?}");
        assert!(stub.asked() > 0, "{name}");
    }
}

#[test]
fn examples_are_read_and_printed_and_invalid_ones_refused() {
    let Some(spec) = spec("examples") else { return };
    let examples = examples::examples(&spec).unwrap();
    let lost: Vec<_> = examples.iter().filter(|one| !one.read || !one.same).collect();
    assert!(lost.is_empty(), "{lost:#?}");
    assert_eq!(examples.len(), examples::EXAMPLES);
    let invalid = examples::invalid(&spec).unwrap();
    assert_eq!((invalid.len(), invalid.iter().filter(|one| one.read).count()), (examples::INVALID, 0));
}

#[test]
fn every_feature_runs_or_is_refused_by_name() {
    for (feature, document) in FEATURES {
        let (codes, known) = codes(document);
        assert!(codes.is_empty() || known, "{feature}: {codes:?}");
    }
}
