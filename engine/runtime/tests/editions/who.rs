//! Who may deploy what: a province's administrator the packs of that province, and no others by any way round.

use peygir_runtime::desk::{NewEdition, Refusal};

use crate::town::*;

const HERE: &str = "province:here";

#[tokio::test]
async fn who_has_no_such_role_deploys_nothing_and_reads_by_role() {
    let mut world = fresh().await;
    let two = edition(&[&base("2.0.0", "two")]);
    for role in ["operator", "duty-manager", "inspector", "inspection-centre", "auditor", "connector"] {
        let by = person("p", role, "nation");
        assert_eq!(deploy_by(&mut world, &by, &two).await, Err(Refusal::Forbidden), "{role}");
        let reads = ["inspector", "inspection-centre", "auditor"].contains(&role);
        assert_eq!(world.desk.packs(&by).await.is_ok(), reads, "{role}");
        assert_eq!(world.desk.editions(&by).await.is_ok(), reads, "{role}");
        assert_eq!(world.desk.pack_files(&by, "base", "1.0.0").await.is_ok(), reads, "{role}");
    }
}

#[tokio::test]
async fn an_administrator_of_a_province_deploys_its_packs_and_no_others() {
    let mut world = fresh().await;
    let (here, there) = (person("h", "administrator", HERE), person("t", "administrator", "province:there"));
    let rule = [("rules/answer.rhai", "fn answer(req, now, args) { \"town\" }\n")];
    let town_here = edition(&[&town("1.0.0", "here", &rule)]);
    assert_eq!(deploy_by(&mut world, &there, &town_here).await, Err(Refusal::Forbidden));
    assert_eq!(deploy_by(&mut world, &here, &edition(&[&base("2.0.0", "two")])).await, Err(Refusal::Forbidden));
    let done = deploy_by(&mut world, &here, &town_here).await.unwrap();
    assert_eq!((done.edition, answer(&mut world).await.as_str()), (2, "town"));

    // Not by taking the name of a pack that holds elsewhere, nor by rolling one back or taking it away.
    let posing = base("9.0.0", "nine");
    let manifest = posing["pack.yaml"].clone() + "for: { province: here }\n";
    let posing = edition(&[&with(posing, "pack.yaml", &manifest)]);
    assert_eq!(deploy_by(&mut world, &here, &posing).await, Err(Refusal::Forbidden));
    let moved = edition(&[&town("1.1.0", "there", &rule)]);
    assert_eq!(deploy_by(&mut world, &here, &moved).await, Err(Refusal::Forbidden));
    assert_eq!(deploy_by(&mut world, &there, &moved).await, Err(Refusal::Forbidden), "its versions hold in another");
    deploy(&mut world, &edition(&[&base("2.0.0", "two")])).await.unwrap();
    assert_eq!(deploy_by(&mut world, &here, &known("base", "1.0.0")).await, Err(Refusal::Forbidden));
    let remove = |name: &str| NewEdition { remove: vec![name.to_owned()], ..NewEdition::default() };
    assert_eq!(deploy_by(&mut world, &here, &remove("base")).await, Err(Refusal::Forbidden));
    assert_eq!(deploy_by(&mut world, &there, &remove("town")).await, Err(Refusal::Forbidden));
    deploy_by(&mut world, &here, &remove("town")).await.unwrap();
    assert_eq!(in_force(&world), ["base@2.0.0"]);
    deploy_by(&mut world, &here, &known("town", "1.0.0")).await.unwrap();
    assert_eq!(answer(&mut world).await, "town");
}

#[tokio::test]
async fn what_holds_everywhere_is_not_changed_for_one_province() {
    let mut world = fresh().await;
    let here = person("h", "administrator", HERE);
    let people = "kind: directory\npeople:\n  - { id: me, fa: من, en: Me, roles: [ { role: administrator } ] }\n";
    let wide = [
        ("rules/people.yaml", people.to_owned()),
        ("workflows/own/workflow.yaml", flow("own", "1.0.0", "  - a: { set: { b: 1 } }\n")),
    ];
    for (path, text) in &wide {
        let refused = deploy_by(&mut world, &here, &edition(&[&town("1.0.0", "here", &[(path, text)])])).await;
        assert_eq!(found(refused.unwrap_err()), [("PG-P079", format!("town/{path}"), 1)]);
    }
    // What an administrator of everything deployed stays as it is under the province's own changes.
    let (path, text) = &wide[1];
    deploy(&mut world, &edition(&[&town("1.0.0", "here", &[(path, text)])])).await.unwrap();
    let rule = ("rules/answer.rhai", "fn answer(req, now, args) { \"town\" }\n");
    deploy_by(&mut world, &here, &edition(&[&town("1.1.0", "here", &[(path, text), rule])])).await.unwrap();
    let refused = deploy_by(&mut world, &here, &edition(&[&town("1.2.0", "here", &[rule])])).await;
    assert_eq!(found(refused.unwrap_err())[0].0, "PG-P079");
    let remove = NewEdition { remove: vec!["town".to_owned()], ..NewEdition::default() };
    assert_eq!(found(deploy_by(&mut world, &here, &remove).await.unwrap_err())[0].0, "PG-P079");
}

#[tokio::test]
async fn packs_versions_and_editions_are_told() {
    let mut world = fresh().await;
    let by = administrator();
    deploy(&mut world, &edition(&[&base("2.0.0", "two")])).await.unwrap();
    let noted =
        NewEdition { note: Some(" یادداشت ".into()), ..from(edition(&[&base("3.0.0", "three")]), "1405/10/01") };
    deploy(&mut world, &noted).await.unwrap();
    let packs = world.desk.packs(&by).await.unwrap();
    assert_eq!((packs.edition, packs.packs.len()), (2, 1));
    let base = &packs.packs[0];
    let states: Vec<(&str, &str)> =
        base.versions.iter().map(|one| (one.version.as_deref().unwrap(), one.state.as_str())).collect();
    assert_eq!(states, [("3.0.0", "to-come"), ("2.0.0", "in-force"), ("1.0.0", "past")]);
    assert_eq!((base.version.as_deref(), base.title.en.as_str(), base.may_deploy), (Some("2.0.0"), "Base", true));
    assert_eq!((base.versions[0].note.as_str(), base.versions[2].author.id.as_str()), ("یادداشت", "folder"));
    let editions = world.desk.editions(&by).await.unwrap();
    let states: Vec<(u64, &str)> = editions.iter().map(|one| (one.number, one.state.as_str())).collect();
    assert_eq!(states, [(3, "to-come"), (2, "in-force"), (1, "past")]);
    let difference = world.desk.pack_difference(&by, "base", "1.0.0", "2.0.0").await.unwrap();
    let paths: Vec<&str> = difference.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["pack.yaml", "rules/answer.rhai", "rules/answer.test.yaml"]);
    assert!(
        difference.text.contains("-fn answer(req, now, args) { \"one\" }\n+fn answer(req, now, args) { \"two\" }\n")
    );
    assert_eq!(world.desk.pack_difference(&by, "base", "1.0.0", "7.0.0").await, Err(Refusal::NotFound));
    assert_eq!(world.desk.pack(&by, "none").await, Err(Refusal::NotFound));
}
