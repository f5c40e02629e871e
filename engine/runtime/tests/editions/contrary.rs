//! What is planned and what is deployed contradict each other: nobody finds an older version in force on the day.

use peygir_runtime::desk::{EditionDone, NewEdition, Refusal};
use peygir_runtime::sim::World;

use crate::town::*;

/// Code and severity of what is told, with the sentence in both languages.
fn told(done: &Result<EditionDone, Refusal>) -> Vec<(String, String, String, String)> {
    let findings = match done {
        Ok(done) => done.findings.clone(),
        Err(Refusal::Findings(found)) => peygir_runtime::desk::findings(found),
        Err(other) => panic!("{other:?}"),
    };
    let text = |finding: &serde_json::Value, name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    let one = |finding: &serde_json::Value| {
        let help = format!("{} {}", text(finding, "message"), text(finding, "help"));
        let help_fa = format!("{} {}", text(finding, "message_fa"), text(finding, "help_fa"));
        (text(finding, "code"), text(finding, "severity"), help, help_fa)
    };
    findings.iter().map(one).collect()
}

fn codes(done: &Result<EditionDone, Refusal>) -> Vec<(String, String)> {
    told(done).into_iter().map(|(code, severity, ..)| (code, severity)).collect()
}

fn one(code: &str, severity: &str) -> Vec<(String, String)> {
    vec![(code.to_owned(), severity.to_owned())]
}

fn version(version: &str) -> NewEdition {
    edition(&[&base(version, version)])
}

fn keeping(edition: NewEdition) -> NewEdition {
    NewEdition { keep_planned: true, ..edition }
}

fn dry(edition: NewEdition) -> NewEdition {
    NewEdition { dry_run: true, ..edition }
}

async fn at_new_month(world: &mut World) -> String {
    world.pass_to(at("2026-12-22T10:00:00+03:30")).await.unwrap();
    answer(world).await
}

/// A plan for an older version stands: what is deployed now would be gone on that day.
#[tokio::test]
async fn a_plan_brings_nothing_older_back_unsaid() {
    let mut world = fresh().await;
    deploy(&mut world, &from(version("1.1.2"), "1405/10/01")).await.unwrap();
    for wish in [version("1.1.3"), dry(version("1.1.3")), from(version("1.1.3"), "1405/09/15")] {
        let refused = deploy(&mut world, &wish).await;
        assert!(refused.is_err(), "{wish:?}");
        assert_eq!(codes(&refused), one("PG-P098", "error"));
        let Err(Refusal::Findings(found)) = &refused else { panic!("{refused:?}") };
        assert_eq!(found.list[0].file, "base/pack.yaml");
        let (_, _, en, fa) = told(&refused).remove(0);
        for words in
            ["edition 2", "Tuesday 1 Dey 1405 00:00", "1.1.2", "1.1.3", "peygir packs withdraw 2", "--keep-planned"]
        {
            assert!(en.contains(words), "{words}: {en}");
        }
        for words in
            ["استقرار ۲", "سه‌شنبه ۱ دی ۱۴۰۵ ساعت ۰۰:۰۰", "1.1.2", "1.1.3", "peygir packs withdraw 2", "--keep-planned"]
        {
            assert!(fa.contains(words), "{words}: {fa}");
        }
    }
    assert_eq!(in_force(&world), ["base@1.0.0"]);
    // Knowingly, both stand; a dry run says the same.
    let tried = deploy(&mut world, &keeping(dry(version("1.1.3")))).await;
    assert_eq!((tried.is_ok(), codes(&tried)), (true, one("PG-P098", "warning")));
    let kept = deploy(&mut world, &keeping(version("1.1.3"))).await;
    assert_eq!(codes(&kept), one("PG-P098", "warning"));
    let then = kept.unwrap().then;
    assert_eq!((then[0].edition, then[0].version.as_deref(), then.len()), (2, Some("1.1.2"), 1));
    assert_eq!(answer(&mut world).await, "1.1.3");
    assert_eq!(at_new_month(&mut world).await, "1.1.2");
}

/// The other way out: the plan is withdrawn.
#[tokio::test]
async fn whoever_withdraws_the_plan_deploys() {
    let mut world = fresh().await;
    deploy(&mut world, &from(version("1.1.2"), "1405/10/01")).await.unwrap();
    assert!(deploy(&mut world, &version("1.1.3")).await.is_err());
    let by = administrator();
    world.serve(async |desk| desk.withdraw_edition(&by, 2, "no").await).await.unwrap();
    let done = deploy(&mut world, &version("1.1.3")).await;
    assert_eq!((codes(&done), done.unwrap().then), (vec![], vec![]));
    assert_eq!(at_new_month(&mut world).await, "1.1.3");
}

#[tokio::test]
async fn a_plan_that_would_undo_another_is_refused_and_one_that_goes_back_from_the_present_is_told() {
    let mut world = fresh().await;
    deploy(&mut world, &version("1.1.2")).await.unwrap();
    let back = deploy(&mut world, &from(version("1.1.1"), "1405/11/01")).await;
    assert_eq!(codes(&back), one("PG-P098", "warning"), "it is said at the plan");
    assert!(back.is_ok());

    let mut world = fresh().await;
    deploy(&mut world, &from(version("1.1.4"), "1405/10/01")).await.unwrap();
    let undone = deploy(&mut world, &from(version("1.1.3"), "1405/10/15")).await;
    assert_eq!((undone.is_err(), codes(&undone)), (true, one("PG-P098", "error")));
    assert!(told(&undone)[0].2.contains("edition 2"), "{undone:?}");
    // What is newer, the same, or another pack contradicts nothing.
    let town = town("1.0.0", "here", &[("rules/t.rhai", "fn t(req, now, args) { 1 }\n")]);
    for wish in [from(version("1.2.0"), "1405/12/01"), from(edition(&[&town]), "1405/10/15")] {
        let done = deploy(&mut world, &wish).await;
        assert_eq!(codes(&done), vec![], "{wish:?}");
    }
}

#[tokio::test]
async fn two_plans_of_one_pack_have_two_dates() {
    let mut world = fresh().await;
    deploy(&mut world, &from(version("1.1.2"), "1405/10/01")).await.unwrap();
    let removed = NewEdition { remove: vec!["base".to_owned()], ..NewEdition::default() };
    for wish in [version("1.1.3"), version("1.1.1"), keeping(version("1.1.3"))] {
        let refused = deploy(&mut world, &from(wish, "1405/10/01")).await;
        assert_eq!((refused.is_err(), codes(&refused)), (true, one("PG-P099", "error")));
        assert!(told(&refused)[0].2.contains("peygir packs withdraw 2"), "{refused:?}");
    }
    let gone = deploy(&mut world, &from(removed, "1405/10/01")).await;
    assert!(codes(&gone).contains(&one("PG-P099", "error")[0]), "{gone:?}");
    // The same again is known to be planned, and other packs may share the instant.
    assert!(deploy(&mut world, &from(version("1.1.2"), "1405/10/01")).await.unwrap().planned.is_some());
    let town = town("1.0.0", "here", &[("rules/t.rhai", "fn t(req, now, args) { 1 }\n")]);
    assert_eq!(codes(&deploy(&mut world, &from(edition(&[&town]), "1405/10/01")).await), vec![]);
}

/// What is taken out of force is not brought again by a plan that nobody thought of.
#[tokio::test]
async fn a_pack_that_is_taken_away_does_not_come_back_unsaid() {
    let mut world = fresh().await;
    let town = |version: &str| {
        town(version, "here", &[("rules/t.rhai", &format!("fn t(req, now, args) {{ \"{version}\" }}\n"))])
    };
    deploy(&mut world, &edition(&[&town("1.0.0")])).await.unwrap();
    deploy(&mut world, &from(edition(&[&town("1.1.0")]), "1405/10/01")).await.unwrap();
    let gone = NewEdition { remove: vec!["town".to_owned()], ..NewEdition::default() };
    let refused = deploy(&mut world, &gone).await;
    assert_eq!((refused.is_err(), codes(&refused)), (true, one("PG-P098", "error")));
    deploy(&mut world, &keeping(gone)).await.unwrap();
    assert_eq!(in_force(&world), ["base@1.0.0"]);
    // A planned end of a pack is told with what is deployed until then.
    let done = deploy(&mut world, &edition(&[&town("1.1.0")])).await.unwrap();
    assert_eq!(done.then.len(), 1);
}

/// A start can ask nobody: the folder's version is in force, the plan stands, and the start says so.
#[tokio::test]
async fn a_start_tells_what_the_folder_and_a_plan_contradict() {
    use std::sync::Arc;

    use peygir_runtime::pack::Bundle;
    use peygir_runtime::packs::{Folder, Notice};

    let mut world = fresh().await;
    deploy(&mut world, &from(version("1.1.2"), "1405/10/01")).await.unwrap();
    let newer = Arc::new(Bundle::of_texts(tested(&base("1.1.3", "1.1.3"))).unwrap());
    let folder = Folder { bundles: vec![newer], ..Folder::default() };
    let notices = world.host().engine.begin_editions(&folder, world.clock.now()).unwrap();
    assert_eq!(in_force(&world), ["base@1.1.3"]);
    let said =
        |notice: &Notice| matches!(notice, Notice::Contradicted { message, .. } if message.contains("edition 2"));
    assert!(notices.iter().any(said), "{notices:?}");
}

const TABLE: &str = "kind: decision-table\nid: goes\nversion: VERSION\nhit: first\n\
    inputs: { topic: { type: string, from: case.topic } }\noutputs: { agency: { type: string } }\n\
    rules: [ { id: all, last: true, then: { agency: x } } ]\ntests: [ { given: { topic: a }, expect: { agency: x } } ]\n";

/// What does not fit a planned edition says which, when, and how to get out of it; what is wrong anyway does not.
#[tokio::test]
async fn what_does_not_fit_a_planned_edition_names_it_and_its_date() {
    let mut world = fresh().await;
    let based =
        |pack: &str, table: &str| with(base(pack, "one"), "rules/goes.table.yaml", &TABLE.replace("VERSION", table));
    let town = |range: &str, rule: &str| {
        let overlay = format!(
            "kind: decision-table-overlay\nextends: {{ id: goes, version: '{range}' }}\nversion: 1.0.0\n\
             replace: {{ {rule}: {{ then: {{ agency: y }} }} }}\n"
        );
        edition(&[&town("1.0.0", "here", &[("rules/g.overlay.yaml", &overlay)])])
    };
    deploy(&mut world, &edition(&[&based("1.1.0", "1.0.0")])).await.unwrap();
    deploy(&mut world, &from(edition(&[&based("2.0.0", "2.0.0")]), "1405/10/01")).await.unwrap();
    for wish in [town("^1", "all"), from(town("^1", "all"), "1405/09/15"), from(town("^1", "all"), "1405/10/15")] {
        let refused = deploy(&mut world, &wish).await;
        let errors: Vec<_> = told(&refused).into_iter().filter(|(_, severity, ..)| severity == "error").collect();
        let [(code, _, en, fa)] = errors.as_slice() else { panic!("{wish:?}: {errors:?}") };
        assert!(refused.is_err() && code == "PG-T042", "{wish:?}: {errors:?}");
        for words in ["edition 3", "Tuesday 1 Dey 1405", "peygir packs withdraw 3", "peygir rebase"] {
            assert!(en.contains(words), "{words}: {en}");
        }
        assert!(fa.contains("استقرار ۳") && fa.contains("۱ دی ۱۴۰۵"), "{fa}");
    }
    // A name that is wrong at any date is no fault of the plan.
    for wish in [town(">=1", "al"), from(town(">=1", "al"), "1405/10/15")] {
        let refused = deploy(&mut world, &wish).await;
        let unknown = told(&refused).into_iter().find(|(code, ..)| code == "PG-T007");
        assert!(unknown.as_ref().is_some_and(|(_, _, en, _)| !en.contains("edition 3")), "{unknown:?}");
    }
}

/// Going back at once has a word too.
#[tokio::test]
async fn whoever_deploys_an_older_version_at_once_is_told() {
    let mut world = fresh().await;
    deploy(&mut world, &version("1.1.2")).await.unwrap();
    let back = deploy(&mut world, &version("1.1.1")).await;
    assert_eq!(codes(&back), one("PG-P098", "note"));
    let (_, _, en, fa) = told(&back).remove(0);
    assert!(en.contains("1.1.2") && en.contains("older 1.1.1") && fa.contains("1.1.1"), "{en} {fa}");
    assert_eq!(answer(&mut world).await, "1.1.1");
}
