//! Tables, overlays and places of packs as they are deployed, and many editions that are planned beside each other.

use std::sync::Arc;

use peygir_runtime::desk::{NewEdition, Refusal};
use peygir_runtime::packs::{Notice, TO_COME_MAX};
use peygir_store::memory::MemoryStore;

use crate::town::*;

const PATH: &str = "rules/goes.table.yaml";

fn table(version: &str, agency: &str, expected: &str) -> String {
    format!(
        "kind: decision-table\nid: goes\nversion: {version}\nhit: first\n\
         inputs: {{ topic: {{ type: string, from: case.topic }} }}\noutputs: {{ agency: {{ type: string }} }}\n\
         rules: [ {{ id: all, last: true, then: {{ agency: {agency} }} }} ]\n\
         tests: [ {{ given: {{ topic: a }}, expect: {{ agency: {expected} }} }} ]\n"
    )
}

fn overlay(version: &str, agency: &str) -> String {
    format!(
        "kind: decision-table-overlay\nextends: {{ id: goes, version: '^1' }}\nversion: {version}\n\
         replace: {{ all: {{ then: {{ agency: {agency} }} }} }}\n"
    )
}

fn based(pack: &str, version: &str, agency: &str) -> Files {
    with(base(pack, "one"), PATH, &table(version, agency, agency))
}

/// What changed under its version, without the notes of what overlays change.
fn changed(refused: Refusal) -> Vec<(&'static str, String, u32)> {
    found(refused).into_iter().filter(|(code, ..)| *code != "PG-T051").collect()
}

#[tokio::test]
async fn a_table_and_an_overlay_change_with_their_versions_only() {
    let mut world = fresh().await;
    let town = |version: &str, own: &str, agency: &str| {
        town(version, "here", &[("rules/g.overlay.yaml", &overlay(own, agency))])
    };
    deploy(&mut world, &edition(&[&based("2.0.0", "1.0.0", "x"), &town("1.0.0", "1.0.0", "z")])).await.unwrap();
    let refused = changed(deploy(&mut world, &edition(&[&based("2.1.0", "1.0.0", "y")])).await.unwrap_err());
    assert_eq!(refused, [("PG-P085", format!("base/{PATH}"), 3)]);
    let refused = changed(deploy(&mut world, &edition(&[&town("1.1.0", "1.0.0", "w")])).await.unwrap_err());
    assert_eq!(refused, [("PG-P085", "town/rules/g.overlay.yaml".to_owned(), 3)]);
    deploy(&mut world, &edition(&[&based("2.1.0", "1.1.0", "y"), &town("1.1.0", "1.0.1", "w")])).await.unwrap();
    // Unchanged it may stand in as many versions of the pack as there are, and go back with them.
    deploy(&mut world, &edition(&[&based("2.2.0", "1.0.0", "x")])).await.unwrap();
    deploy(&mut world, &known("base", "2.1.0")).await.unwrap();
}

/// One mistake is told once, by its cause.
#[tokio::test]
async fn what_leans_on_a_broken_table_is_not_told_too() {
    let mut world = fresh().await;
    let calls = flow("calls", "1.0.0", "  - ask: { call: goes }\n  - more: { call: more }\n");
    let broken = with(base("2.0.0", "one"), PATH, &table("1.0.0", "x", "y"));
    let broken = with(with(broken, "workflows/calls/workflow.yaml", &calls), "rules/more.rhai", "fn more(");
    let town = town("1.0.0", "here", &[("rules/g.overlay.yaml", &overlay("1.0.0", "z"))]);
    let refused = found(deploy(&mut world, &edition(&[&broken, &town])).await.unwrap_err());
    let told: Vec<(&str, &str)> = refused.iter().map(|(code, file, _)| (*code, file.as_str())).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0], ("PG-T015", "base/rules/goes.table.yaml"));
    assert_eq!(told[1].1, "base/rules/more.rhai");
}

#[tokio::test]
async fn a_county_and_an_agency_lie_in_the_province_that_is_named() {
    let mut world = fresh().await;
    let directory = "kind: directory\nprovince: { id: here, fa: اینجا, en: Here }\n\
        provinces:\n  - { id: there, fa: آنجا, en: There }\ncounties:\n  - { id: inner, fa: درون, en: Inner }\n\
        agency-kinds:\n  - { id: gas, fa: گاز, en: Gas }\nagencies:\n  - { id: gas-here, fa: گاز, en: Gas, kind: gas, province: here }\n";
    let directory = directory.replace("agency-kinds", "agencyKinds");
    deploy(&mut world, &edition(&[&with(base("2.0.0", "one"), "rules/directory.yaml", &directory)])).await.unwrap();
    let placed = |place: &str| {
        let mut files = town("1.0.0", "here", &[("rules/t.rhai", "fn t(req, now, args) { 1 }\n")]);
        let manifest = files["pack.yaml"].replace("for: { province: here }", &format!("for: {{ {place} }}"));
        files.insert("pack.yaml".to_owned(), manifest);
        NewEdition { dry_run: true, ..edition(&[&files]) }
    };
    for right in
        ["province: here, county: inner", "county: inner", "agency: gas-here", "province: here, agency: gas-here"]
    {
        deploy(&mut world, &placed(right)).await.unwrap_or_else(|refused| panic!("{right}: {refused:?}"));
    }
    for wrong in ["province: there, county: inner", "province: there, agency: gas-here"] {
        let refused = found(deploy(&mut world, &placed(wrong)).await.unwrap_err());
        assert_eq!(refused, [("PG-P086", "town/pack.yaml".to_owned(), 5)], "{wrong}");
    }
}

/// A day of rest that the pack itself brings counts in the rows of its scripts.
#[tokio::test]
async fn rows_of_scripts_count_by_the_calendars_of_the_packs() {
    let mut world = fresh().await;
    let rows = "- name: snow\n  req: {}\n  now: '2026-11-21T09:00:00Z'\n  calendar: office\n  expect: false\n";
    let office = base("1.0.0", "x")["rules/office.yaml"].clone()
        + "closures:\n  - { date: 1405/09/01, name: { fa: برف, en: Snow } }\n";
    let counts = "fn open(req, now, args) { is_working_day(\"1405/09/01\") }\n";
    let pack = with(with(base("2.0.0", "one"), "rules/office.yaml", &office), "rules/open.rhai", counts);
    deploy(&mut world, &edition(&[&with(pack, "rules/open.test.yaml", rows)])).await.unwrap();
}

#[tokio::test]
async fn a_date_may_have_a_time_and_persian_digits() {
    let mut world = fresh().await;
    for (text, instant) in [
        ("1405/10/01 08:00", "2026-12-22T04:30:00Z"),
        ("۱۴۰۵/۱۰/۰۱ ۰۸:۳۰", "2026-12-22T05:00:00Z"),
        ("1405/10/01 8:00", "2026-12-22T04:30:00Z"),
        ("۱۴۰۵/۱۰/۰۱ ۸:۳۰", "2026-12-22T05:00:00Z"),
        (" ۱۴۰۵/۱۰/۰۱ ", "2026-12-21T20:30:00Z"),
    ] {
        let wish = NewEdition { dry_run: true, ..from(edition(&[&base("2.0.0", "two")]), text) };
        assert_eq!(deploy(&mut world, &wish).await.unwrap().effective_from, instant, "{text}");
    }
}

/// What planned editions have in common is made once and kept once, and no more can be planned than can be checked.
#[tokio::test]
async fn planned_editions_share_what_they_have_in_common() {
    let mut world = fresh().await;
    deploy(&mut world, &edition(&[&based("2.0.0", "1.0.0", "x")])).await.unwrap();
    let town = |number: usize| {
        let script = format!("fn t(req, now, args) {{ {number} }}\n");
        let pack = town(&format!("1.0.{number}"), "here", &[("rules/t.rhai", &script)]);
        from(edition(&[&pack]), &format!("1405/10/{:02}", number + 1))
    };
    for number in 0..TO_COME_MAX {
        deploy(&mut world, &town(number)).await.unwrap();
    }
    let engine = world.host().engine.clone();
    let of_edition = |number: u64| engine.catalog_of_edition(number).unwrap().home().tables["goes"].table.clone();
    assert!(Arc::ptr_eq(&of_edition(3), &of_edition(TO_COME_MAX as u64)));
    let more = deploy(&mut world, &town(TO_COME_MAX)).await;
    assert_eq!(more, Err(Refusal::Conflict("packs-too-many-to-come")));
    let by = administrator();
    world.serve(async |desk| desk.withdraw_edition(&by, 3, "room").await).await.unwrap();
    deploy(&mut world, &town(TO_COME_MAX)).await.unwrap();
}

#[tokio::test]
async fn a_start_tells_what_is_no_more_in_the_folder() {
    let store = Arc::new(MemoryStore::new());
    let town = town("1.0.0", "here", &[("rules/t.rhai", "fn t(req, now, args) { 1 }\n")]);
    drop(world(&[base("1.0.0", "one"), town], &store, START).await);
    let again = world(&[base("1.0.0", "one")], &store, START).await;
    assert_eq!(in_force(&again), ["base@1.0.0"]);
    let fresh = world(&[base("1.0.0", "one"), town_again()], &Arc::new(MemoryStore::new()), START).await;
    let told = fresh.host().engine.begin_editions(&folder_of(&[base("1.0.0", "one")]), fresh.clock.now()).unwrap();
    assert_eq!(told, [Notice::TakenOut { edition: 2, packs: vec!["town".to_owned()] }]);
}

fn town_again() -> Files {
    town("1.0.0", "here", &[("rules/t.rhai", "fn t(req, now, args) { 1 }\n")])
}

/// Which of two packs lies over the other hangs on what they are for, whoever came first.
#[tokio::test]
async fn the_narrower_pack_answers_whoever_was_deployed_first() {
    let country = |version: &str| {
        let manifest = format!(
            "kind: pack\nname: country\nversion: {version}\ntitle: {{ fa: کشور, en: Country }}\nover: [ base ]\n"
        );
        files(&[("pack.yaml", &manifest), ("rules/answer.rhai", &script("country"))])
    };
    let town = town("1.0.0", "here", &[("rules/answer.rhai", &script("town"))]);
    for order in [[&country("1.0.0"), &town], [&town, &country("1.0.0")]] {
        let mut world = fresh().await;
        for pack in order {
            deploy(&mut world, &edition(&[pack])).await.unwrap();
        }
        assert_eq!(answer(&mut world).await, "town");
    }
}
