//! The console in a real browser, by mouse and keys: a manager answers in Persian, an operator asks the citizen, and all of
//! it works without scripts. What the pages look like is kept as pictures under `target/screenshots/`.
//!
//! The README's picture is drawn so, with the font that `cargo xtask fonts` has fetched:
//! `PEYGIR_PICTURE=docs/console-fa.png PEYGIR_FONT=data/fonts/Vazirmatn.woff2 cargo test -p peygir-tests --test console --
//! --ignored`.

use std::fs;
use std::path::PathBuf;

use peygir_tests::desk::{self, Desk};
use peygir_tests::noon;
use peygir_tests::server::{Site, repository};
use serde_json::json;

/// What a text in Persian has that others have not: half-spaces, «گچپژ», Persian digits, a diacritic.
const ACTION: &str = "همکارِ جانشین از ساعت ۹ پشت باجهٔ ۳ نشست و پرونده‌های عقب‌مانده پیگیری می‌شوند؛ گزارش پیوست شد.";

/// Of the example's directory.
const ADMINISTRATOR: &str = "admin-ronak";

/// Runs a test with a browser, in a network namespace of its own.
fn with_desk(test: &str, body: impl FnOnce(&mut Desk)) {
    desk::with(test, site, body);
}

/// The shipped example where it is noon, served with the font that the environment names, if it does.
fn site() -> Site {
    let site = Site::without_gateway();
    noon::keep(&site.deployment());
    if let Some(font) = std::env::var_os("PEYGIR_FONT") {
        let font = repository().join(font);
        let path = site.deployment().join("deployment.yaml");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{text}font: '{}'\n", font.display())).unwrap();
    }
    site
}

/// Registers a complaint about Bank Melli; answers case id and tracking code.
fn complain(desk: &Desk, key: &str, text: &str) -> (String, String) {
    desk.submit(
        key,
        &json!({
            "channel": "phone", "text": text, "topic": "no-officer", "agency": "bank-melli-hamedan",
            "from": { "nationalId": "9990000018", "mobile": "09990000001", "name": "مریم نمونه‌پور" },
        }),
    )
}

/// How «سلام» is drawn in the page's font: width as a word, width of its letters kept apart, and into how many pieces of
/// ink each falls.
const GLYPHS: &str = r"(() => {
    const draw = text => {
        const canvas = new OffscreenCanvas(600, 160), context = canvas.getContext('2d', { willReadFrequently: true });
        context.font = '64px ' + getComputedStyle(document.body).fontFamily;
        context.direction = 'rtl';
        context.fillText(text, 560, 100);
        const { data, width, height } = context.getImageData(0, 0, 600, 160);
        const seen = new Uint8Array(width * height);
        let pieces = 0;
        for (let start = 0; start < seen.length; start++) {
            if (seen[start] || data[4 * start + 3] < 96) continue;
            pieces++;
            const open = [start];
            seen[start] = 1;
            while (open.length) {
                const at = open.pop();
                for (const next of [at - 1, at + 1, at - width, at + width])
                    if (next >= 0 && next < seen.length && !seen[next] && data[4 * next + 3] >= 96) {
                        seen[next] = 1;
                        open.push(next);
                    }
            }
        }
        return { width: context.measureText(text).width, pieces };
    };
    return { word: draw('سلام'), apart: draw([...'سلام'].join('\u200c')) };
})()";

#[test]
fn a_case_is_answered_in_persian() {
    with_desk("a_case_is_answered_in_persian", |desk| {
        let (case, code) = complain(desk, "one", "در شعبهٔ مرکزی بانک ملی کارمند باجهٔ تسهیلات نیست و جانشینی هم ندارد.");
        let task = desk.await_task(&case, "duty-manager");
        desk.visit("/inbox");
        desk.says("برای این کار باید وارد شوید");

        desk.sign_in("mgr-bank-melli");
        desk.says("بهنام راستی‌پور");
        desk.picture("home-fa");
        manager_answers(desk, &task, &code);
        desk.visit(&format!("/cases/{case}"));
        desk.picture("case-manager-fa");
        desk.phone_picture("case-phone-fa");

        desk.sign_in("op-sadaf");
        operator_calls(desk, &case);
        desk.visit(&format!("/cases/{case}"));
        desk.picture("case-closed-fa");
        desk.visit(&format!("/cases/{case}?lang=en"));
        desk.picture("case-closed-en");
        everybody_tracks(desk, &code);
    });
}

fn manager_answers(desk: &mut Desk, task: &str, code: &str) {
    desk.browser.follow("nav a[href='/inbox']").unwrap();
    assert_eq!(desk.asks("document.dir"), "rtl");
    assert_eq!(desk.asks("document.documentElement.lang"), "fa");
    reads_from_right_to_left(desk);
    letters_are_joined(desk);
    desk.says(code);
    desk.picture("inbox-fa");
    desk.phone_picture("inbox-phone-fa");

    desk.browser.follow(&format!(".rows a[href='/tasks/{task}']")).unwrap();
    desk.picture("task-open-fa");
    desk.browser.follow(&format!("form[action='/tasks/{task}/claim'] button")).unwrap();
    desk.browser.click("input[name='/result'][value='stand-in']").unwrap();
    desk.browser.type_into("textarea[name='/action']", ACTION).unwrap();
    desk.browser.click("input[name='/cause'][value='staffing']").unwrap();
    desk.picture("task-form-fa");
    desk.phone_picture("task-form-phone-fa");
    desk.browser.follow(&format!("form[action='/tasks/{task}/complete'] button")).unwrap();

    assert_eq!(desk.browser.address().unwrap(), desk.url("/inbox?done=completed"));
    desk.says("پاسخ شما ثبت شد");
    desk.is_silent_on(code);
    desk.picture("inbox-empty-fa");
    let done = desk.get(&format!("/api/v1/tasks/{task}"));
    assert_eq!(done["status"], "completed");
    assert_eq!(done["answer"], json!({ "result": "stand-in", "action": ACTION, "cause": "staffing" }));
}

/// Registers a citizen's call by the form; answers the case's id.
fn takes_a_call(desk: &mut Desk, text: &str) -> String {
    desk.browser.follow("nav a[href='/intake']").unwrap();
    desk.browser.type_into("input[name='/from/name']", "مریم نمونه‌پور").unwrap();
    // As people type numbers on a Persian keyboard.
    desk.browser.type_into("input[name='/from/nationalId']", "۹۹۹۰۰۰۰۰۱۸").unwrap();
    desk.browser.type_into("input[name='/from/mobile']", "۰۹۹۹۰۰۰۰۰۰۱").unwrap();
    desk.browser.type_into("textarea[name='/text']", text).unwrap();
    desk.picture("intake-fa");
    desk.browser.follow("form.intake button").unwrap();
    desk.says("پیام ثبت شد");
    let address = desk.browser.address().unwrap();
    let case = address.strip_prefix(&desk.url("/cases/")).and_then(|rest| rest.split('?').next());
    case.unwrap_or_else(|| panic!("the form leads to the case, not to {address}")).to_owned()
}

fn operator_calls(desk: &mut Desk, case: &str) {
    let call = desk.await_task(case, "operator");
    desk.visit("/calls");
    desk.picture("calls-fa");
    desk.visit("/calls?lang=en");
    desk.picture("calls-en");
    desk.visit("/calls?lang=fa");
    desk.browser.follow(&format!(".rows a[href='/tasks/{call}']")).unwrap();
    // Neither whole nor with its end: ids and instants may have four digits like those.
    desk.is_silent_on("9990000001");
    desk.is_silent_on("*0001");
    desk.browser.follow(&format!("form[action='/tasks/{call}/claim'] button")).unwrap();
    desk.says("tel:+989990000001");
    desk.browser.click("input[name='/outcome'][value='solved']").unwrap();
    desk.browser.click("input[name='/satisfaction'][value='4']").unwrap();
    desk.picture("call-form-fa");
    desk.browser.follow(&format!("form[action='/tasks/{call}/complete'] button")).unwrap();
    desk.says("پاسخ شما ثبت شد");
}

fn everybody_tracks(desk: &mut Desk, code: &str) {
    // The language that was asked for last is kept.
    desk.visit("/?lang=fa");
    desk.browser.follow("form[action='/sign-out'] button").unwrap();
    // A code as a citizen types it: in Persian digits.
    let typed: String =
        code.chars().map(|digit| char::from_u32(digit as u32 - '0' as u32 + '۰' as u32).unwrap()).collect();
    desk.picture("track-form-fa");
    desk.browser.type_into("input[name='code']", &typed).unwrap();
    desk.browser.follow("form[action='/track'] button").unwrap();
    assert_eq!(desk.browser.address().unwrap(), desk.url(&format!("/track/{code}")));
    desk.says("موضوع حل شد و پرونده بسته شد.");
    for personal in ["نمونه‌پور", "0001", "9990000018", "تسهیلات"] {
        desk.is_silent_on(personal);
    }
    desk.picture("track-fa");
    desk.browser.follow("a.language").unwrap();
    assert_eq!(desk.asks("document.dir"), "ltr");
    desk.picture("track-en");
}

fn reads_from_right_to_left(desk: &mut Desk) {
    let edge =
        |selector: &str, edge: &str| format!("document.querySelector('{selector}').getBoundingClientRect().{edge}");
    let navigation = desk.asks(&edge("nav.side", "left")).as_f64().unwrap();
    let main = desk.asks(&edge("main", "right")).as_f64().unwrap();
    assert!(navigation >= main, "the navigation stands to the right: {navigation} and {main}");
    let direction = "getComputedStyle(document.querySelector('bdi.code')).direction";
    assert_eq!(desk.asks(direction), "ltr", "codes run from left to right");
}

fn letters_are_joined(desk: &mut Desk) {
    let glyphs = desk.asks(GLYPHS);
    let width = |which: &str| glyphs[which]["width"].as_f64().unwrap();
    assert!(
        width("word") > 20.0 && width("word") < 0.85 * width("apart"),
        "the letters keep their final forms: {glyphs}"
    );
    assert_eq!(glyphs["word"]["pieces"], 2, "«سلا» and «م», for an alef does not join on: {glyphs}");
    assert_eq!(glyphs["apart"]["pieces"], 4, "four letters kept apart: {glyphs}");
}

#[test]
fn an_instance_is_looked_at_stopped_and_let_go_on() {
    with_desk("an_instance_is_looked_at_stopped_and_let_go_on", |desk| {
        let (case, code) = complain(desk, "one", "در شعبهٔ مرکزی بانک ملی کارمند باجهٔ تسهیلات نیست.");
        desk.await_task(&case, "duty-manager");
        let found = desk.get("/api/v1/instances?workflow=ir-foad/foad-128");
        let id = found["items"][0]["id"].as_str().unwrap().to_owned();

        desk.sign_in(ADMINISTRATOR);
        desk.browser.follow("nav a[href='/instances']").unwrap();
        desk.says(&code);
        desk.picture("instances-fa");
        desk.browser.follow(&format!("a[href='/instances/{id}']")).unwrap();
        assert_eq!(desk.asks("document.querySelectorAll('.picture svg').length"), 1);
        desk.picture("instance-fa");
        desk.phone_picture("instance-phone-fa");
        desk.visit(&format!("/instances/{id}?lang=en"));
        desk.picture("instance-en");
        desk.visit(&format!("/instances/{id}?lang=fa"));

        let suspend = format!("form[action='/instances/{id}/suspend']");
        desk.browser.click("details:has(form[action$='/suspend']) summary").unwrap();
        desk.browser.type_into(&format!("{suspend} textarea"), "دستگاه در حال جابه‌جایی است").unwrap();
        desk.browser.follow(&format!("{suspend} button")).unwrap();
        desk.says("اجرا موقتاً متوقف شد.");
        desk.picture("instance-suspended-fa");
        desk.browser.follow(&format!("form[action='/instances/{id}/resume'] button")).unwrap();
        desk.says("اجرا ادامه یافت.");
        assert_eq!(desk.get(&format!("/api/v1/instances/{id}"))["status"], "waiting");
    });
}

#[test]
fn the_console_needs_no_scripts() {
    with_desk("the_console_needs_no_scripts", |desk| {
        desk.browser.allow_scripts(false).unwrap();
        desk.browser.open("data:text/html,<body><script>document.body.append('ran')</script>").unwrap();
        assert!(!desk.browser.html().unwrap().contains("</script>ran"), "scripts are on");

        desk.sign_in("op-sadaf");
        let case = takes_a_call(desk, "در بانک ملی متصدی باجه نبود و کسی جانشین او نبود.");
        let code = desk.get(&format!("/api/v1/cases/{case}"))["trackingCode"].as_str().unwrap().to_owned();
        let task = desk.await_task(&case, "duty-manager");
        desk.sign_in("mgr-bank-melli");
        desk.visit(&format!("/tasks/{task}"));
        desk.browser.follow(&format!("form[action='/tasks/{task}/claim'] button")).unwrap();
        let complete = format!("form[action='/tasks/{task}/complete'] button");

        // A form that comes back says what is wrong and keeps what was typed.
        desk.browser.type_into("textarea[name='/action']", "کوتاه").unwrap();
        desk.browser.follow(&complete).unwrap();
        desk.says("فرم ثبت نشد");
        desk.says("متن از اندازهٔ مجاز کوتاه‌تر است.");
        desk.says("کوتاه</textarea>");
        desk.picture("task-form-errors-fa");

        desk.browser.click("input[name='/result'][value='solved']").unwrap();
        desk.browser.type_into("textarea[name='/action']", "؛ سپس درست شد").unwrap();
        desk.browser.follow(&complete).unwrap();
        desk.says("پاسخ شما ثبت شد");
        desk.is_silent_on(&code);
        assert_eq!(desk.get(&format!("/api/v1/tasks/{task}"))["status"], "completed");
        desk.browser.follow("form[action='/sign-out'] button").unwrap();
        desk.visit("/inbox");
        desk.says("برای این کار باید وارد شوید");
    });
}

/// Not a test: draws the picture of the README from invented data.
#[test]
#[ignore = "draws a picture"]
fn draw_the_picture() {
    let Some(path) = std::env::var_os("PEYGIR_PICTURE").map(PathBuf::from) else { return };
    with_desk("draw_the_picture", |desk| {
        desk.sign_in("op-sadaf");
        let text = "از ساعت ۸ صبح در شعبهٔ مرکزی بانک ملی برای امضای قرارداد وام منتظریم؛ کارمند باجهٔ ۴ نیست و می‌گویند \
                    جانشینی هم ندارد.";
        let case = takes_a_call(desk, text);
        let task = desk.await_task(&case, "duty-manager");
        desk.sign_in("mgr-bank-melli");
        desk.visit(&format!("/tasks/{task}"));
        desk.browser.follow(&format!("form[action='/tasks/{task}/claim'] button")).unwrap();
        desk.sign_in("op-sadaf");
        desk.visit(&format!("/cases/{case}"));
        letters_are_joined(desk);
        let picture = desk.browser.picture().unwrap();
        assert!(picture.png.len() < 300 * 1024, "{} bytes are too many for a README", picture.png.len());
        fs::write(repository().join(&path), picture.png).unwrap();
    });
}
