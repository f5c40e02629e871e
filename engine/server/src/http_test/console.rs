//! The console as a browser meets it: sign in, answer a task, make the call, and see the case closed.

use peygir_runtime::desk::CaseFilter;

use super::fixture::{Answer, Fixture, fixture};

/// The first address within a page that begins so.
fn link(page: &Answer, start: &str) -> String {
    let at = page.body.find(&format!("\"{start}")).unwrap_or_else(|| panic!("no {start} in {}", page.body));
    page.body[at + 1..].split('"').next().unwrap().to_owned()
}

async fn intake(fixture: &Fixture, cookie: &str) -> Answer {
    let form = fixture.page("/intake", cookie).await;
    let key = form.body.split("name=\"key\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let typed = [
        ("key", key.as_str()),
        ("/channel", "phone"),
        ("/from/name", "مریم نمونه"),
        ("/from/nationalId", "۹۹۹۰۰۰۰۰۱۸"),
        ("/from/mobile", "۰۹۱۲۱۲۳۴۵۶۷"),
        ("/text", "در ادارهٔ ثبت احوال همدان هیچ کارمندی پشت باجه نیست"),
    ];
    let first = fixture.post("/intake", cookie, &typed).await;
    let again = fixture.post("/intake", cookie, &typed).await;
    assert_eq!(first.header("location"), again.header("location"), "the same form twice opens one case");
    first
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_signs_in_once_and_looking_at_it_uses_nothing_up() {
    let fixture = fixture();
    let person = fixture.person("operator");
    let secret = fixture.access.link_new("system", &person, fixture.world.clock.now()).unwrap().secret;
    let path = format!("/login/{secret}");
    for _ in 0..2 {
        let page = fixture.page(&path, "").await;
        assert_eq!(page.status, 200);
        assert!(page.headers.get("set-cookie").is_none());
        assert!(page.body.contains(&format!("method=\"post\" action=\"{path}\"")));
    }
    let signed_in = fixture.post(&path, "", &[]).await;
    assert_eq!((signed_in.status.as_u16(), signed_in.header("location")), (303, "/"));
    let cookie = signed_in.header("set-cookie").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"));
    for answer in [fixture.page(&path, "").await, fixture.post(&path, "", &[]).await] {
        assert_eq!(answer.status, 410);
        assert!(answer.body.contains("PG-A016"));
    }
    let cookie = cookie.split(';').next().unwrap();
    assert_eq!(fixture.page("/", cookie).await.status, 200);
    let out = fixture.post("/sign-out", cookie, &[]).await;
    assert_eq!(out.status, 303);
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(fixture.page("/", cookie).await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_call_becomes_a_case_that_people_bring_to_its_close() {
    let fixture = fixture();
    let operator = fixture.cookie(&fixture.person("operator"));
    let registered = intake(&fixture, &operator).await;
    assert_eq!(registered.status, 303, "{}", registered.body);
    fixture.world.settle().await;
    let case_path = registered.header("location").split('?').next().unwrap().to_owned();
    let case = fixture.page(registered.header("location"), &operator).await;
    assert!(case.body.contains("پیام ثبت شد") && case.body.contains("class=\"current\""), "{}", case.body);
    assert!(!case.body.contains("9990000018"), "masked");

    let operator_principal = fixture.world.desk.person(&fixture.person("operator")).unwrap();
    let cases = fixture.world.desk.cases(&operator_principal, &CaseFilter::default()).await.unwrap();
    let summary = &cases.items[0];
    let code = &summary.tracking_code;
    let id = peygir_core::Id::parse(&summary.id).unwrap();
    let manager_id =
        fixture.world.desk.case(&operator_principal, id, false).await.unwrap().manager.expect("a manager").id;
    let manager = fixture.cookie(&manager_id);

    answer_task(&fixture, &manager).await;
    fixture.world.settle().await;
    make_call(&fixture, &operator).await;
    fixture.world.settle().await;

    let track = fixture.page(&format!("/track/{code}?lang=en"), "").await;
    assert_eq!(track.status, 200);
    assert!(track.body.contains("The matter was solved"), "{}", track.body);
    assert!(track.header("set-cookie").starts_with("peygir_lang=en"));
    assert!(!track.body.contains("مریم"));

    let found = fixture.page(&format!("/cases?code={code}"), &operator).await;
    assert_eq!(found.header("location"), case_path);
    let clear = fixture.post(&format!("{case_path}/clear"), &operator, &[]).await;
    assert!(clear.body.contains("9990000018") && clear.body.contains("مریم نمونه"), "{}", clear.body);
    let after = fixture.page(&case_path, &operator).await;
    assert!(after.body.contains("اطلاعات شخصی به‌روشنی خوانده شد"), "the reading is on record");
    for path in ["/", "/inbox", "/calls", "/cases", "/outbox", "/incidents"] {
        assert_eq!(fixture.page(path, &operator).await.status, 200, "{path}");
    }
}

async fn answer_task(fixture: &Fixture, manager: &str) {
    let inbox = fixture.page("/inbox", manager).await;
    let task = link(&inbox, "/tasks/");
    let page = fixture.page(&task, manager).await;
    assert!(page.body.contains(&format!("{task}/claim")) && !page.body.contains(&format!("{task}/complete")));
    let claimed = fixture.post(&format!("{task}/claim"), manager, &[]).await;
    assert_eq!(claimed.header("location"), format!("{task}?done=claimed"));
    let form = fixture.page(&task, manager).await;
    let missing = fixture.post(&format!("{task}/complete"), manager, &[]).await;
    assert_eq!(missing.status, 422);
    assert!(missing.body.contains("این مورد را پر کنید") && missing.body.contains("aria-invalid"));
    let answers = answers(&form.body);
    let answers: Vec<_> = answers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let done = fixture.post(&format!("{task}/complete"), manager, &answers).await;
    assert_eq!((done.status.as_u16(), done.header("location")), (303, "/inbox?done=completed"), "{}", done.body);
    let again = fixture.post(&format!("{task}/complete"), manager, &answers).await;
    assert_eq!(again.status, 409);
}

async fn make_call(fixture: &Fixture, operator: &str) {
    let calls = fixture.page("/calls", operator).await;
    let task = link(&calls, "/tasks/");
    assert!(!calls.body.contains("989121234567"), "the number is shown to whoever claimed the call");
    fixture.post(&format!("{task}/claim"), operator, &[]).await;
    let page = fixture.page(&task, operator).await;
    assert!(page.body.contains("href=\"tel:+989121234567\""), "{}", page.body);
    let typed = [("/outcome", "solved"), ("/satisfaction", "۵")];
    let done = fixture.post(&format!("{task}/complete"), operator, &typed).await;
    assert_eq!(done.header("location"), "/calls?done=completed", "{}", done.body);
}

/// An answer to every field of a form, as somebody would give it who takes the first of each choice.
fn answers(html: &str) -> Vec<(String, String)> {
    let mut answers: Vec<(String, String)> = Vec::new();
    for tag in html.split('<').filter(|tag| tag.starts_with("input ") || tag.starts_with("textarea ")) {
        let attribute = |name: &str| Some(tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?.to_owned());
        let Some(name) = attribute("name").filter(|name| name.starts_with('/')) else { continue };
        if answers.iter().any(|(known, _)| *known == name) {
            continue;
        }
        let value = if tag.contains("type=\"radio\"") {
            attribute("value").unwrap_or_default()
        } else if tag.contains("inputmode=\"numeric\"") {
            "۱".to_owned()
        } else {
            "کارمند جایگزین گمارده شد".to_owned()
        };
        answers.push((name, value));
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_intake_comes_back_with_what_was_typed() {
    let fixture = fixture();
    let operator = fixture.cookie(&fixture.person("operator"));
    let typed = [("/from/name", "مریم"), ("/from/nationalId", "9990000019"), ("/text", "متن پیام")];
    let answer = fixture.post("/intake", &operator, &typed).await;
    assert_eq!(answer.status, 422);
    assert!(answer.body.contains("کد ملی درست نیست"));
    assert!(answer.body.contains("value=\"مریم\"") && answer.body.contains("متن پیام</textarea>"));
    let principal = fixture.world.desk.person(&fixture.person("operator")).unwrap();
    let cases = fixture.world.desk.cases(&principal, &CaseFilter::default()).await.unwrap();
    assert!(cases.items.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tracking_codes_are_found_however_typed_and_unknown_ones_are_told() {
    let fixture = fixture();
    let asked = fixture.page("/track?code=%DB%B1%DB%B2%20345", "").await;
    assert_eq!((asked.status.as_u16(), asked.header("location")), (303, "/track/12345"));
    let cookie = fixture.cookie(&fixture.person("operator"));
    for path in ["/track/%ff", "/cases/%ff", "/login/%ff"] {
        let strange = fixture.page(path, &cookie).await;
        assert_eq!((strange.status.as_u16(), strange.header("content-type")), (404, "text/html; charset=utf-8"));
        assert!(strange.body.contains("PG-A003"), "{path}: {}", strange.body);
    }
    let unknown = fixture.page("/track/12345678901", "").await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.body.contains("پیامی با این کد پیدا نشد"));
    let english = fixture.send("GET", "/track", &[("accept-language", "en")], "").await;
    assert!(english.body.contains("<html lang=\"en\" dir=\"ltr\">"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_style_sheet_is_kept_by_browsers_and_named_by_its_content() {
    let fixture = fixture();
    let page = fixture.page("/track", "").await;
    let style = link(&page, "/assets/style.");
    let answer = fixture.page(&style, "").await;
    assert_eq!(answer.header("content-type"), "text/css; charset=utf-8");
    assert!(answer.header("cache-control").contains("immutable"));
    let tag = answer.header("etag").to_owned();
    let kept = fixture.send("GET", &style, &[("if-none-match", &tag)], "").await;
    assert_eq!((kept.status.as_u16(), kept.body.as_str()), (304, ""));
    assert_eq!(fixture.page("/assets/..%2FCargo.toml", "").await.status, 404);
}
