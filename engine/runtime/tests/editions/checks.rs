//! What is refused, all at once and with its place, and what a start makes of its folder.

use std::sync::Arc;

use peygir_runtime::desk::{NewEdition, NewPack, Refusal};
use peygir_runtime::engine::BeginError;
use peygir_runtime::packs::{Edited, FOLDER, Notice};
use peygir_store::Store;
use peygir_store::memory::MemoryStore;

use crate::town::*;

#[tokio::test]
async fn everything_wrong_is_told_at_once_and_nothing_is_deployed() {
    let mut world = fresh().await;
    let broken = with(base("2.0.0", "two"), "rules/answer.rhai", "fn answer(req, now, args) {\n  \"two\n}\n");
    let broken = with(broken, "workflows/ask/workflow.yaml", &flow("ask", "1.0.0", "  - ask: { call: anwser }\n"));
    let town = town("1.0.0", "nowhere", &[("rules/x.yaml", "kind: nothing\n")]);
    let found = found(deploy(&mut world, &edition(&[&broken, &town])).await.unwrap_err());
    let files: Vec<(&str, &str)> = found.iter().map(|(code, file, _)| (*code, file.as_str())).collect();
    assert!(
        files.iter().any(|(code, file)| code.starts_with("PG-S") && *file == "base/rules/answer.rhai"),
        "{files:?}"
    );
    assert!(files.contains(&("PG-P042", "town/rules/x.yaml")), "{files:?}");
    let flow = files.iter().filter(|(_, file)| *file == "base/workflows/ask/workflow.yaml").count();
    assert!(flow >= 1, "{files:?}");
    assert_eq!(in_force(&world), ["base@1.0.0"]);
    assert_eq!(world.host().engine.stored_pack("base", "2.0.0").unwrap(), None, "not even its texts are kept");
}

#[tokio::test]
async fn a_version_never_changes() {
    let mut world = fresh().await;
    let other = base("1.0.0", "other");
    let other = with(other, "rules/more.rhai", "fn more(req, now, args) { 1 }\n");
    let refused = found(deploy(&mut world, &edition(&[&other])).await.unwrap_err());
    let told: Vec<(&str, &str)> = refused.iter().map(|(code, file, _)| (*code, file.as_str())).collect();
    let files =
        ["answer.rhai", "answer.test.yaml", "more.rhai", "more.test.yaml"].map(|file| format!("base/rules/{file}"));
    assert_eq!(told, files.iter().map(|file| ("PG-P075", file.as_str())).collect::<Vec<_>>());
    assert_eq!(answer(&mut world).await, "one");
}

#[tokio::test]
async fn a_flow_changes_with_its_version_only() {
    let mut world = fresh().await;
    let changed = |version: &str| {
        let tasks = "  - ask: { set: { answer: changed } }\n";
        with(base("2.0.0", "two"), "workflows/ask/workflow.yaml", &flow("ask", version, tasks))
    };
    let refused = found(deploy(&mut world, &edition(&[&changed("1.0.0")])).await.unwrap_err());
    assert_eq!(refused, [("PG-P076", "base/workflows/ask/workflow.yaml".to_owned(), 1)]);
    // The deployment's intake is a flow of the first version: without it nothing would take a message.
    let refused = found(deploy(&mut world, &edition(&[&changed("1.1.0")])).await.unwrap_err());
    assert_eq!(refused[0].0, "PG-P055");
    let both =
        with(changed("1.1.0"), "workflows/old/workflow.yaml", &base("1.0.0", "x")["workflows/ask/workflow.yaml"]);
    deploy(&mut world, &edition(&[&both])).await.unwrap();
    assert_eq!(answer(&mut world).await, "two", "instances of 1.0.0 run what 1.0.0 was");
}

#[tokio::test]
async fn the_tests_beside_scripts_are_run() {
    let mut world = fresh().await;
    let rows =
        |expected: &str| format!("- name: says\n  req: {{}}\n  now: '2026-11-21T09:00:00Z'\n  expect: {expected}\n");
    let wrong = with(base("2.0.0", "two"), "rules/answer.test.yaml", &rows("one"));
    let wrong = with(wrong, "rules/none.test.yaml", &rows("one"));
    let refused = found(deploy(&mut world, &edition(&[&wrong])).await.unwrap_err());
    let told: Vec<(&str, &str)> = refused.iter().map(|(code, file, _)| (*code, file.as_str())).collect();
    assert_eq!(told, [("PG-S011", "base/rules/answer.test.yaml"), ("PG-G005", "base/rules/none.test.yaml")]);
    let right = with(base("2.0.0", "two"), "rules/answer.test.yaml", &rows("two"));
    assert_eq!(deploy(&mut world, &edition(&[&right])).await.unwrap().new, ["base@2.0.0"]);
}

const SPIN: &str = "fn spin(req, now, args) { loop {} }\n";

/// A script that nobody ever ran is first noticed with somebody's case.
#[tokio::test]
async fn a_script_without_tests_is_refused_and_what_is_deployed_already_is_not() {
    let mut world = fresh().await;
    let spins = with(base("2.0.0", "two"), "rules/spin.rhai", SPIN);
    let wish = NewEdition { packs: vec![sent_as_it_is(&spins)], ..NewEdition::default() };
    let told = found(deploy(&mut world, &wish).await.unwrap_err());
    let at = |file: &str| ("PG-P094", format!("base/rules/{file}"), 1);
    assert_eq!(told, [at("answer.rhai"), at("spin.rhai")]);
    // Tests without a row are none.
    let empty = with(with(base("2.0.0", "two"), "rules/spin.rhai", SPIN), "rules/spin.test.yaml", "[]\n");
    let told = found(deploy(&mut world, &edition(&[&empty])).await.unwrap_err());
    assert_eq!(told, [("PG-S010", "base/rules/spin.test.yaml".to_owned(), 1)]);
    // With a row that shows what it does, whoever deploys it knows.
    let rows = "- { name: it spins, fault: PG-S102 }\n";
    let tested = with(spins, "rules/spin.test.yaml", rows);
    deploy(&mut world, &edition(&[&tested])).await.unwrap();
}

/// What a script asks for has to be there where the pack holds: what is written out, and what it answers in its rows.
#[tokio::test]
async fn actions_name_what_there_is() {
    let mut world = fresh().await;
    let asks = "fn late(req, now, args) {\n  [notify(#{ to: #{ role: \"nobody\" }, by: [\"fax\"], template: \"a/\" + \"none\" }), \
                case_refer(#{ to: #{ agency: \"gas-heer\" } })]\n}\n";
    let rows = "# of late\n- name: told\n  expect:\n    - { action: notify, to: { role: nobody }, by: [ fax ], template: a/none }\n    \
                - { action: case-refer, to: { agency: gas-heer } }\n";
    let directory = "kind: directory\nprovince: { id: here, fa: اینجا, en: Here }\nroles: [ { id: clerk, fa: کارمند, en: Clerk } ]\n\
                     agencies: [ { id: gas-here, fa: گاز, en: Gas, province: here } ]\n";
    let pack = with(with(base("2.0.0", "two"), "rules/late.rhai", asks), "rules/late.test.yaml", rows);
    let pack = with(pack, "rules/more.yaml", directory);
    let told = found(deploy(&mut world, &edition(&[&pack])).await.unwrap_err());
    for (code, file) in [("PG-P052", "rhai"), ("PG-P056", "rhai"), ("PG-P051", "test.yaml"), ("PG-P020", "rhai")] {
        assert!(told.contains(&(code, format!("base/rules/late.{file}"), 2)), "{code}: {told:?}");
    }
    assert_eq!(told.len(), 4, "{told:?}");
}

#[tokio::test]
async fn a_dry_run_does_everything_but_deploy() {
    let mut world = fresh().await;
    let dry = NewEdition { dry_run: true, ..edition(&[&base("2.0.0", "two")]) };
    let done = deploy(&mut world, &dry).await.unwrap();
    assert_eq!((done.edition, done.dry_run, done.new), (2, true, vec!["base@2.0.0".to_owned()]));
    let broken = NewEdition { dry_run: true, ..edition(&[&with(base("2.0.0", "x"), "rules/answer.rhai", "fn (")]) };
    assert!(matches!(deploy(&mut world, &broken).await, Err(Refusal::Findings(_))));
    assert_eq!((in_force(&world), world.host().engine.editions().unwrap().0.last()), (vec!["base@1.0.0".into()], 1));
}

#[tokio::test]
async fn what_a_client_sends_wrong_is_told_by_field() {
    let mut world = fresh().await;
    let pack = |version: Option<&str>, files: Option<Files>| NewPack {
        name: "base".into(),
        version: version.map(str::to_owned),
        files,
    };
    let good = base("2.0.0", "two");
    for (wrong, expected) in [
        (NewEdition::default(), "/packs"),
        (NewEdition { packs: vec![pack(None, None)], ..NewEdition::default() }, "/packs/0/files"),
        (
            NewEdition { packs: vec![pack(Some("1.0.0"), Some(good.clone()))], ..NewEdition::default() },
            "/packs/0/version",
        ),
        (from(edition(&[&good]), "tomorrow"), "/effectiveFrom"),
        (from(edition(&[&good]), "1405/08/29"), "/effectiveFrom"),
        (from(edition(&[&good]), "2026-11-21T09:59:59+03:30"), "/effectiveFrom"),
        (from(edition(&[&good]), "1405/10/01 25:00"), "/effectiveFrom"),
        (NewEdition { note: Some("ن".repeat(1_001)), ..edition(&[&good]) }, "/note"),
        (NewEdition { note: Some("a\n2  base@9.0.0".into()), ..edition(&[&good]) }, "/note"),
    ] {
        match deploy(&mut world, &wrong).await {
            Err(Refusal::Invalid(fields)) => assert_eq!(fields[0].field, expected),
            other => panic!("{expected}: {other:?}"),
        }
    }
    // A date that is none says why.
    for (text, code) in [
        ("1405/12/30", "date-no-leap-year"),
        ("1405/13/01", "date-no-month"),
        ("۱۴۰۵/۰۷/۳۱", "date-no-day"),
        ("1405/10/01 25:00", "time-of-day"),
        ("1405/10/01 8", "time-of-day"),
        ("soon", "instant-or-date"),
    ] {
        match deploy(&mut world, &from(edition(&[&good]), text)).await {
            Err(Refusal::Invalid(fields)) => assert_eq!(fields[0].code, code, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    let mut renamed = edition(&[&good]);
    renamed.packs[0].name = "other".into();
    assert_eq!(found(deploy(&mut world, &renamed).await.unwrap_err())[0].0, "PG-P074");
    assert_eq!(found(deploy(&mut world, &known("base", "9.9.9")).await.unwrap_err())[0].0, "PG-P078");
    let twice = edition(&[&good, &base("3.0.0", "three")]);
    assert_eq!(found(deploy(&mut world, &twice).await.unwrap_err())[0].0, "PG-P078");
    let gone = NewEdition { remove: vec!["town".into()], ..NewEdition::default() };
    assert_eq!(found(deploy(&mut world, &gone).await.unwrap_err())[0].0, "PG-P078");
}

#[tokio::test]
async fn a_pack_that_others_lie_over_is_not_taken_away() {
    let mut world = fresh().await;
    deploy(&mut world, &edition(&[&town("1.0.0", "here", &[("rules/answer.rhai", &script("town"))])])).await.unwrap();
    assert_eq!(answer(&mut world).await, "town");
    let gone = |name: &str| NewEdition { remove: vec![name.to_owned()], ..NewEdition::default() };
    let refused = found(deploy(&mut world, &gone("base")).await.unwrap_err());
    // The cause, and nothing of the many things that follow from it.
    let told: Vec<(&str, &str)> = refused.iter().map(|(code, file, _)| (*code, file.as_str())).collect();
    assert_eq!(told, [("PG-P043", "town/pack.yaml")]);
    let both = NewEdition { remove: vec!["base".into(), "town".into()], dry_run: true, ..NewEdition::default() };
    let both = deploy(&mut world, &both).await;
    assert!(
        !matches!(&both, Err(Refusal::Findings(found)) if found.list.iter().any(|one| one.code == "PG-P043")),
        "{both:?}"
    );
    deploy(&mut world, &gone("town")).await.unwrap();
    assert_eq!((answer(&mut world).await, in_force(&world)), ("one".to_owned(), vec!["base@1.0.0".to_owned()]));
}

#[tokio::test]
async fn the_folder_speaks_first_and_others_speak_over_it() {
    let store = Arc::new(MemoryStore::new());
    let mut first = world(&[base("1.0.0", "one")], &store, START).await;
    let (editions, _) = first.host().engine.editions().unwrap();
    assert_eq!((editions.last(), editions.all[&1].author.as_str()), (1, FOLDER));
    assert_eq!(answer(&mut first).await, "one");
    let frames = store.last_frame();
    drop(world(&[base("1.0.0", "one")], &store, START).await);
    assert_eq!(store.last_frame(), frames, "the same folder brings nothing");

    deploy(&mut first, &edition(&[&base("2.0.0", "two")])).await.unwrap();
    let mut again = world(&[base("1.0.0", "one")], &store, START).await;
    assert_eq!((answer(&mut again).await.as_str(), in_force(&again)), ("two", vec!["base@2.0.0".to_owned()]));
    let notices = again.host().engine.begin_editions(&folder_of(&[base("1.0.0", "one")]), at(START)).unwrap();
    assert!(matches!(&notices[..], [Notice::Kept { edition: 2, .. }]), "{notices:?}");

    let mut third = world(&[base("3.0.0", "three")], &store, START).await;
    assert_eq!(answer(&mut third).await, "three");
}

#[tokio::test]
async fn an_edited_folder_is_refused_or_stands_as_a_draft() {
    let store = Arc::new(MemoryStore::new());
    let world = world(&[base("1.0.0", "one")], &store, START).await;
    let mut edited = folder_of(&[base("1.0.0", "edited")]);
    match world.host().engine.begin_editions(&edited, at(START)) {
        Err(BeginError::Findings(found)) => {
            assert_eq!(found.list[0].code, "PG-P075");
            assert!(found.list[0].help.as_ref().unwrap().en.contains("version"), "{found:#?}");
        }
        other => panic!("{other:?}"),
    }
    edited.edited = Edited::Draft;
    let notices = world.host().engine.begin_editions(&edited, at(START)).unwrap();
    assert!(matches!(&notices[0], Notice::Deployed { edition: 2, packs } if packs[0].starts_with("base@1.0.0+draft.")));
    let mut world = world;
    assert_eq!(answer(&mut world).await, "edited");
    let version = world.host().engine.stored_pack("base", "1.0.0").unwrap().unwrap();
    assert_eq!(version.files["rules/answer.rhai"], script("one"), "the version is what it was");
}
