//! A change below an overlay that replaces the same rule, or switches it off: whoever deploys it is told, once, where the overlay
//! stands.

use peygir_runtime::desk::EditionDone;
use serde_json::Value;

use crate::town::*;

const PATH: &str = "rules/goes.table.yaml";
const OVERLAY: &str = "rules/goes.overlay.yaml";

/// Two rules and a catch-all, in a version; the days of the first.
fn table(version: &str, days: u8) -> String {
    format!(
        "kind: decision-table\nid: goes\nversion: {version}\nhit: first\n\
         inputs: {{ topic: {{ type: string, from: case.topic }} }}\n\
         outputs: {{ to: {{ type: string }}, days: {{ type: integer, default: 10 }} }}\nrules:\n\
         - {{ id: forest, when: {{ topic: forest }}, then: {{ to: woods, days: {days} }} }}\n\
         - {{ id: gas, when: {{ topic: gas }}, then: {{ to: gas }} }}\n\
         - {{ id: all, last: true, then: {{ to: office }} }}\n"
    )
}

fn overlay(version: &str, range: &str, deeds: &str) -> String {
    format!("kind: decision-table-overlay\nextends: {{ id: goes, version: '{range}' }}\nversion: {version}\n{deeds}\n")
}

fn nation(version: &str, table: &str) -> Files {
    with(base(version, "one"), PATH, table)
}

fn province(version: &str, overlay: &str) -> Files {
    town(version, "here", &[(OVERLAY, overlay)])
}

/// Where it is told, and in which words.
fn covered(done: &EditionDone) -> Vec<(String, u64, String, String)> {
    let told = done.findings.iter().filter(|one| one["code"] == "PG-P102");
    let text = |one: &Value, member: &str| one[member].as_str().unwrap_or_default().to_owned();
    told.map(|one| {
        assert_eq!(one["severity"], "warning", "{one}");
        let words = (text(one, "message"), text(one, "message_fa"));
        let rebase = ["help", "help_fa"].map(|help| text(one, help));
        let named = |help: &String| {
            let (_, after) = help.split_once("`peygir rebase town@1.").unwrap_or_else(|| panic!("{one}"));
            after.contains(" --onto base@2.1.0 --from 2.0.0`")
        };
        assert!(rebase.iter().all(named), "{one}");
        (text(one, "file"), one["line"].as_u64().unwrap_or_default(), words.0, words.1)
    })
    .collect()
}

const REPLACE: &str = "replace: { forest: { then: { to: woods, days: 5 } } }";
const DISABLE: &str = "disable: [ { rule: forest, why: there is none } ]";

#[tokio::test]
async fn a_change_below_an_overlay_is_told_where_the_overlay_stands() {
    for (deeds, does, does_fa) in [
        (REPLACE, "this overlay replaces it", "این روکش آن را عوض کرده است"),
        (DISABLE, "this overlay switches it off", "غیرفعال"),
    ] {
        let mut world = fresh().await;
        let here = province("1.0.0", &overlay("1.0.0", "^1", deeds));
        deploy(&mut world, &edition(&[&nation("2.0.0", &table("1.0.0", 7)), &here])).await.unwrap();
        let newer = edition(&[&nation("2.1.0", &table("1.1.0", 2))]);
        let dry = peygir_runtime::desk::NewEdition { dry_run: true, ..newer.clone() };
        for wish in [dry, newer.clone()] {
            let done = deploy(&mut world, &wish).await.unwrap();
            let told = covered(&done);
            let [(file, line, en, fa)] = &told[..] else { panic!("{deeds}: {:?}", done.findings) };
            assert_eq!((file.as_str(), *line), ("town/rules/goes.overlay.yaml", 4), "{told:?}");
            for part in ["base@2.1.0", "\"forest\"", "days: 7 → 2", does, "\"town\""] {
                assert!(en.contains(part), "{part}: {en}");
            }
            assert!(fa.contains("days: 7 → 2") && fa.contains(does_fa) && fa.contains("«forest»"), "{fa}");
        }
        // Said once: the next one changes nothing there.
        let next = edition(&[&with(nation("2.2.0", &table("1.1.0", 2)), "rules/answer.rhai", &script("two"))]);
        let done = deploy(&mut world, &next).await.unwrap();
        assert_eq!(covered(&done), [], "{:?}", done.findings);
        let own = deploy(&mut world, &edition(&[&province("1.1.0", &overlay("1.1.0", "^1", deeds))])).await.unwrap();
        assert_eq!(covered(&own), [], "{:?}", own.findings);
    }
}

#[tokio::test]
async fn both_in_one_deployment_are_compared_with_what_is_in_force() {
    let first = table("1.0.0", 7);
    for (version, deeds, is_told) in [
        ("^1", REPLACE, true),
        ("^1", DISABLE, true),
        // It changes something else, or says that it was written for the new version.
        ("^1", "replace: { gas: { then: { to: woods } } }", false),
        ("^1", "replace: { forest: { when: { topic: [ forest, gas ] } } }", false),
        ("^1.1", REPLACE, false),
    ] {
        let mut world = fresh().await;
        let here = province("1.0.0", &overlay("1.0.0", "^1", REPLACE));
        deploy(&mut world, &edition(&[&nation("2.0.0", &first), &here])).await.unwrap();
        let (newer, here) = (nation("2.1.0", &table("1.1.0", 2)), province("1.1.0", &overlay("1.1.0", version, deeds)));
        let done = deploy(&mut world, &edition(&[&newer, &here])).await.unwrap();
        assert_eq!(covered(&done).len(), usize::from(is_told), "{deeds}: {:?}", done.findings);
    }
}

/// The pack in the middle changes under a third one, and an edition that is planned brings an overlay over what changes before it.
#[tokio::test]
async fn a_change_in_the_middle_and_one_before_a_planned_overlay_are_told() {
    let mut world = fresh().await;
    let nation_1 = nation("2.0.0", &table("1.0.0", 7));
    let of_province = |days: u8| format!("replace: {{ forest: {{ then: {{ to: woods, days: {days} }} }} }}");
    let county = files(&[
        (
            "pack.yaml",
            "kind: pack\nname: county\nversion: 1.0.0\ntitle: { fa: ب, en: C }\nfor: { province: here, agency: gas }\nover: [ base, town ]\n",
        ),
        ("rules/d.yaml", "kind: directory\nagencies: [ { id: gas, fa: گاز, en: Gas, province: here } ]\n"),
        (OVERLAY, &overlay("1.0.0", "^1", &of_province(3))),
    ]);
    let plain = province("1.0.0", &overlay("1.0.0", "^1", &of_province(5)));
    deploy(&mut world, &edition(&[&nation_1, &plain, &county])).await.unwrap();
    let newer = province("1.1.0", &overlay("1.1.0", "^1", &of_province(4)));
    let done = deploy(&mut world, &edition(&[&newer])).await.unwrap();
    let told: Vec<Value> = done.findings.iter().filter(|one| one["code"] == "PG-P102").cloned().collect();
    assert_eq!(told.len(), 1, "{:?}", done.findings);
    assert_eq!(told[0]["file"], "county/rules/goes.overlay.yaml");
    assert!(
        told[0]["message"].as_str().unwrap().contains("town@1.1.0 changes the rule \"forest\" (days: 5 → 4)"),
        "{told:?}"
    );

    let mut world = fresh().await;
    let empty = province("1.0.0", &overlay("1.0.0", "^1", "replace: { gas: { then: { to: woods } } }"));
    deploy(&mut world, &edition(&[&nation("2.0.0", &table("1.0.0", 7)), &empty])).await.unwrap();
    let planned = province("1.1.0", &overlay("1.1.0", "^1", REPLACE));
    deploy(&mut world, &from(edition(&[&planned]), "1405/10/01")).await.unwrap();
    let done = deploy(&mut world, &edition(&[&nation("2.1.0", &table("1.1.0", 2))])).await.unwrap();
    let told = covered(&done);
    assert!(told.len() == 1 && told[0].2.contains("(with edition "), "{:?}", done.findings);
}

/// An overlay that is deployed over what a planned edition will change: its authors may know nothing of that one.
#[tokio::test]
async fn an_overlay_over_what_is_planned_to_change_is_told() {
    let mut world = fresh().await;
    let of = |version: &str, deeds: &str| province(version, &overlay(version, "^1", deeds));
    let other = of("1.0.0", "replace: { gas: { then: { to: woods } } }");
    deploy(&mut world, &edition(&[&nation("2.0.0", &table("1.0.0", 7)), &other])).await.unwrap();
    let planned = from(edition(&[&nation("2.1.0", &table("1.1.0", 2))]), "1405/10/01");
    assert_eq!(covered(&deploy(&mut world, &planned).await.unwrap()), []);
    let done = deploy(&mut world, &edition(&[&of("1.1.0", REPLACE)])).await.unwrap();
    let told = covered(&done);
    assert!(told.len() == 1 && told[0].2.contains("days: 7 → 2"), "{:?}", done.findings);
    assert!(told[0].2.contains("(with edition 3, which is planned for "), "{told:?}");
}

/// A script, a calendar and the like stand in place of the one below as a whole.
#[tokio::test]
async fn a_script_in_the_place_of_one_that_changes_is_told() {
    let mut world = fresh().await;
    let here = town("1.0.0", "here", &[("rules/answer.rhai", &script("ours"))]);
    deploy(&mut world, &edition(&[&base("2.0.0", "one"), &here])).await.unwrap();
    let done = deploy(&mut world, &edition(&[&base("2.1.0", "two")])).await.unwrap();
    let told: Vec<&Value> = done.findings.iter().filter(|one| one["code"] == "PG-P102").collect();
    assert!(told.len() == 1 && told[0]["file"] == "town/rules/answer.rhai", "{:?}", done.findings);
    assert!(told[0]["message"].as_str().unwrap().contains("base@2.1.0 changes the script \"answer\""), "{told:?}");
    let newer = town("1.1.0", "here", &[("rules/answer.rhai", &script("ours too"))]);
    let both = deploy(&mut world, &edition(&[&base("2.2.0", "three"), &newer])).await.unwrap();
    assert!(both.findings.iter().all(|one| one["code"] != "PG-P102"), "{:?}", both.findings);
}

/// A rule that was inserted beside another one, which changed places.
#[tokio::test]
async fn rules_that_change_places_below_an_inserted_one_are_told() {
    let mut world = fresh().await;
    let deeds =
        "insert:\n  - after: forest\n    rule: { id: ours, when: { topic: [ forest, gas, oil ] }, then: { to: ours } }";
    let here = province("1.0.0", &overlay("1.0.0", "^1", deeds));
    deploy(&mut world, &edition(&[&nation("2.0.0", &table("1.0.0", 7)), &here])).await.unwrap();
    let text = table("1.1.0", 7);
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| line.contains("id: forest")).unwrap();
    let mut moved = lines.clone();
    moved.swap(at, at + 1);
    let done = deploy(&mut world, &edition(&[&nation("2.1.0", &(moved.join("\n") + "\n"))])).await;
    let done = done.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    let told = covered(&done);
    assert!(told.len() == 1 && told[0].2.contains("\"gas\" changed places"), "{:?}", done.findings);
}

/// A table that asks for words too, and what an overlay's rule `fish` asks above its rule `farm`.
fn farms(version: &str, farm: &str) -> String {
    format!(
        "kind: decision-table\nid: goes\nversion: {version}\nhit: first\n\
         inputs: {{ topic: {{ type: string, from: case.topic }}, text: {{ type: text, from: case.text }} }}\n\
         outputs: {{ to: {{ type: string }}, days: {{ type: integer, default: 10 }} }}\nrules:\n{farm}\
         - {{ id: gas, when: {{ topic: gas }}, then: {{ to: gas }} }}\n\
         - {{ id: all, last: true, then: {{ to: office }} }}\n"
    )
}

fn farm(days: u8) -> String {
    format!("- {{ id: farm, when: {{ topic: farm }}, then: {{ to: farms, days: {days} }} }}\n")
}

fn fish(anchor: &str, when: &str, days: u8) -> String {
    let rule = format!("{{ id: fish, when: {when}, then: {{ to: farms, days: {days} }} }}");
    format!("insert:\n  - before: {anchor}\n    rule: {rule}")
}

/// What an overlay's own rule takes from one that changes: only what it takes, and only where that is decided otherwise.
#[tokio::test]
async fn a_change_below_an_inserted_rule_is_told_as_far_as_it_takes_it() {
    let wet = "{ topic: farm, text: { contains: fish } }";
    let (before, after) = (farm(5), farm(2));
    let narrower = "- { id: farm, when: { topic: farm, text: { contains: cow } }, then: { to: farms, days: 5 } }\n";
    let new = farm(5) + "- { id: oil, when: { topic: oil }, then: { to: oil } }\n";
    let changed = "changes the rule \"farm\" (days: 5 → 2), and \"fish\", which this overlay inserts above, takes";
    for (deeds, range, to, told) in [
        // Some of it is seen, or nothing is.
        (fish("farm", wet, 4), "^1", &after, Some(("note", format!("{changed} part of what comes there")))),
        (
            fish("farm", "{ topic: farm }", 4),
            "^1",
            &after,
            Some(("warning", format!("{changed} all of what comes there"))),
        ),
        // It stands below, has nothing to do with it, or answers just that.
        (fish("gas", wet.replace("farm", "[ farm, gas ]").as_str(), 4), "^1", &after, None),
        (fish("farm", "{ topic: gas, text: { contains: fish } }", 4), "^1", &after, None),
        (fish("farm", wet, 2), "^1", &after, None),
        // Somebody has looked at it, or nothing changes.
        (fish("farm", wet, 4), "^1.1", &after, None),
        (fish("farm", wet, 4), "^1", &before, None),
        // What it takes is decided otherwise by another rule, or by a new one.
        (fish("farm", wet, 4), "^1", &narrower.to_owned(), Some(("note", "(text: – → contains cow)".to_owned()))),
        (
            fish("farm", "{ topic: oil, text: { contains: fish } }", 4),
            "^1",
            &new,
            Some(("note", "changes the rule \"oil\" (new)".to_owned())),
        ),
    ] {
        let mut world = fresh().await;
        let first = province("1.0.0", &overlay("1.0.0", "^1", &deeds));
        let here = province("1.0.1", &overlay("1.0.1", range, &deeds));
        deploy(&mut world, &edition(&[&nation("2.0.0", &farms("1.0.0", &before)), &first])).await.unwrap();
        let newer = nation("2.1.0", &farms("1.1.0", to));
        let wish = if range == "^1" { edition(&[&newer]) } else { edition(&[&newer, &here]) };
        let done = deploy(&mut world, &wish).await.unwrap();
        let found: Vec<&Value> = done.findings.iter().filter(|one| one["code"] == "PG-P102").collect();
        match told {
            None => assert!(found.is_empty(), "{deeds} {to}: {found:?}"),
            Some((severity, words)) => {
                let [one] = &found[..] else { panic!("{deeds} {to}: {:?}", done.findings) };
                assert_eq!((&one["severity"], &one["line"]), (&severity.into(), &6.into()), "{one}");
                assert_eq!(one["file"], "town/rules/goes.overlay.yaml", "{one}");
                assert!(one["message"].as_str().unwrap().contains(&words), "{words}: {one}");
                assert!(
                    one["message_fa"].as_str().unwrap().contains("«fish» که این روکش در بالای آن افزوده است"),
                    "{one}"
                );
            }
        }
    }
}

/// Two rules of an overlay that take all of it together, and a rule that the overlay lets hold for more.
#[tokio::test]
async fn rules_that_take_a_change_together_and_one_that_was_widened_are_told() {
    let both = "insert:\n  - before: farm\n    rule: { id: wet, when: { topic: farm, text: { contains: fish } }, then: { to: wet } }\n  \
                - before: farm\n    rule: { id: dry, when: { topic: farm, text: { not: { contains: fish } } }, then: { to: dry } }";
    let widened = "replace: { gas: { when: { topic: [ gas, farm ], text: { contains: fish } } } }";
    let gas_first = |days: u8| "- { id: sun, when: { topic: sun }, then: { to: sun } }\n".to_owned() + &farm(days);
    let moved = |text: String| {
        let gas = "- { id: gas, when: { topic: gas }, then: { to: gas } }\n";
        text.replace(gas, "").replace("rules:\n", &format!("rules:\n{gas}"))
    };
    for (deeds, words) in [
        (both, vec!["\"dry\", which this overlay inserts above, takes with others of this overlay all", "\"wet\""]),
        (widened, vec!["\"gas\", which this overlay lets hold for more above, takes part"]),
    ] {
        let mut world = fresh().await;
        let here = province("1.0.0", &overlay("1.0.0", "^1", deeds));
        let of = |version: &str, days: u8| moved(farms(version, &gas_first(days)));
        deploy(&mut world, &edition(&[&nation("2.0.0", &of("1.0.0", 5)), &here])).await.unwrap();
        let done = deploy(&mut world, &edition(&[&nation("2.1.0", &of("1.1.0", 2))])).await.unwrap();
        let found: Vec<&Value> = done.findings.iter().filter(|one| one["code"] == "PG-P102").collect();
        assert_eq!(found.len(), words.len(), "{:?}", done.findings);
        for part in words {
            assert!(found.iter().any(|one| one["message"].as_str().unwrap().contains(part)), "{part}: {found:?}");
        }
    }
}

/// A start with a newer pack in the folder is a deployment too, and says so where it starts.
#[tokio::test]
async fn a_start_tells_what_the_folder_s_packs_change_and_nobody_sees() {
    use std::sync::Arc;

    use peygir_runtime::pack::Bundle;
    use peygir_runtime::packs::{Folder, Notice};

    let mut world = fresh().await;
    let here = province("1.0.0", &overlay("1.0.0", "^1", REPLACE));
    deploy(&mut world, &edition(&[&nation("2.0.0", &table("1.0.0", 7)), &here])).await.unwrap();
    let newer = Bundle::of_texts(tested(&nation("2.1.0", &table("1.1.0", 2)))).unwrap();
    let folder = Folder { bundles: vec![Arc::new(newer)], ..Folder::default() };
    let notices = world.host().engine.begin_editions(&folder, world.clock.now()).unwrap();
    let said = |notice: &Notice| {
        matches!(notice, Notice::Covered { place, message, .. }
            if place == "town/rules/goes.overlay.yaml:4" && message.contains("days: 7 → 2"))
    };
    assert!(notices.iter().any(said), "{notices:?}");
}
