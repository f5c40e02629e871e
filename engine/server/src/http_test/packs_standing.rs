//! Editions that are past, and of which a pack is still in force.

use super::packs::{PATH, body, deploy, office, pack, script};

#[tokio::test]
async fn a_past_edition_that_stands_is_gone_back_from() {
    let fixture = office().await;
    let token = fixture.token("administrator");
    for version in ["1.0.0", "1.1.0"] {
        assert_eq!(deploy(&fixture, &token, &body(pack(version, &script(version)))).await.status, 201);
    }
    let other = body(pack("1.0.0", &script("one"))).replace("town", "village").replace("greet", "hail");
    let done = deploy(&fixture, &token, &other).await;
    assert_eq!(done.status, 201, "{}", done.body);
    let state = |number: u64| {
        let (fixture, token) = (&fixture, &token);
        async move {
            fixture.api("GET", &format!("{PATH}/editions/{number}"), token, "").await.json()["edition"]["state"].clone()
        }
    };
    assert_eq!((state(3).await, state(4).await), ("past".into(), "in-force".into()));
    let cookie = fixture.cookie(&fixture.person("administrator"));
    let offered = async |number: u64| {
        let page = fixture.page(&format!("/packs/editions/{number}"), &cookie).await.body;
        page.contains("/packs/town/rollback") && page.contains("name=\"version\" value=\"1.0.0\"")
    };
    assert!(offered(3).await, "town@1.1.0 of it is in force");
    assert!(!offered(2).await, "nothing of it is in force");
    let past = body(pack("1.2.0", &script("two"))).replace("\"note\"", "\"effectiveFrom\":\"1405/01/01\",\"note\"");
    let refused = deploy(&fixture, &token, &past).await;
    let said = refused.json()["errors"][0]["detail"].as_str().unwrap_or_default().to_owned();
    assert!(
        refused.status == 422 && ["Leave it out", "خالی بگذارید"].iter().any(|hint| said.contains(hint)),
        "{}",
        refused.body
    );
}
