//! Packs in the console in a real browser whose scripts are off: a province's administrator uploads a pack, is told what is
//! wrong at which line, plans it, withdraws it, deploys it, sees what changed, and goes back.

use std::fs;
use std::path::{Path, PathBuf};

use peygir_tests::desk::{self, Desk};
use peygir_tests::noon;
use peygir_tests::server::{Site, repository};
use serde_json::json;

/// Of the example's directory: administers the one province.
const ADMINISTRATOR: &str = "admin-ronak";

/// The shipped example where it is noon, served with the font that the environment names, if it does.
fn site() -> Site {
    let site = Site::without_gateway();
    noon::keep(&site.deployment());
    if let Some(font) = std::env::var_os("PEYGIR_FONT") {
        let path = site.deployment().join("deployment.yaml");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{text}font: '{}'\n", repository().join(font).display())).unwrap();
    }
    site
}

/// A version of the province's own pack: who answers when a system is down.
struct Pack {
    folder: PathBuf,
}

impl Pack {
    fn write(desk: &Desk, version: &str, unit: &str) -> Self {
        let folder = desk.site.deployment().parent().unwrap().join(format!("town-{version}"));
        fs::create_dir_all(&folder).unwrap();
        let manifest = format!(
            "kind: pack\nname: town\nversion: {version}\ntitle: {{ fa: بستهٔ شهر, en: Pack of the town }}\n\
             for: {{ province: hamedan }}\nover: [ national ]\n"
        );
        let overlay = format!(
            "# در زمستان خرابی سامانه‌ها به واحد دیگری می‌رود\nkind: decision-table-overlay\n\
             extends: {{ id: foad-routing, version: '^1.0' }}\nversion: {version}\n\
             title: {{ fa: ارجاع شهر, en: Routing of the town }}\nreplace:\n  system-down:\n    \
             then: {{ agency: '{{agency}}', unit: {unit} }}\ntests:\n  - given: {{ topic: system-down, agency: x, province: hamedan }}\n    \
             expect: {{ rule: system-down, unit: {unit} }}\n"
        );
        fs::write(folder.join("pack.yaml"), manifest).unwrap();
        fs::write(folder.join("town.overlay.yaml"), overlay).unwrap();
        fs::write(folder.join("greet.rhai"), "fn greet(req, now, args) {\n  \"one\"\n}\n").unwrap();
        fs::write(folder.join("greet.test.yaml"), "- { name: it greets, expect: one }\n").unwrap();
        Self { folder }
    }

    fn with(self, file: &str, text: &str) -> Self {
        fs::write(self.folder.join(file), text).unwrap();
        self
    }

    /// Has it checked by the form.
    fn check(&self, desk: &mut Desk) {
        desk.visit("/packs/upload?lang=fa");
        let files =
            ["pack.yaml", "town.overlay.yaml", "greet.rhai", "greet.test.yaml"].map(|file| self.folder.join(file));
        let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
        desk.browser.choose_files("input[name='files']", &files).unwrap();
        desk.browser.follow("form[action='/packs/upload'] button").unwrap();
    }
}

#[test]
fn a_pack_is_uploaded_planned_withdrawn_deployed_and_gone_back_from() {
    desk::with("a_pack_is_uploaded_planned_withdrawn_deployed_and_gone_back_from", site, |desk| {
        desk.browser.allow_scripts(false).unwrap();
        desk.sign_in(ADMINISTRATOR);
        desk.browser.follow("nav a[href='/packs']").unwrap();
        desk.says("همه‌جا");
        let broken = Pack::write(desk, "1.0.0", "national-systems")
            .with("greet.rhai", "fn greet(req, now, args) {\n  let x = ;\n}\n");
        broken
            .with("town.overlay.yaml", "kind: decision-table-overlay\nextends: { id: foad-rooting, version: '^1.0' }\n")
            .check(desk);
        desk.says("greet.rhai:2:");
        desk.says("town.overlay.yaml:");
        desk.says("let x = ;</pre>");
        desk.picture("pack-upload-wrong-fa");
        desk.phone_picture("pack-upload-wrong-phone-fa");

        let first = Pack::write(desk, "1.0.0", "national-systems");
        first.check(desk);
        desk.says("town@1.0.0");
        desk.picture("pack-upload-right-fa");
        desk.browser.type_into("input[name='/effectiveFrom']", "۱۴۸۰/۱/۱").unwrap();
        desk.browser.type_into("textarea[name='/note']", "پیرو نامهٔ ۱۲۳").unwrap();
        desk.browser.follow("form[action='/packs/deploy'] button").unwrap();
        assert_eq!(desk.browser.address().unwrap(), desk.url("/packs/editions/2?done=edition-deployed"));
        desk.says("در راه");
        desk.picture("edition-planned-fa");
        withdraws(desk);

        first.check(desk);
        desk.browser.follow("form[action='/packs/deploy'] button").unwrap();
        Pack::write(desk, "1.1.0", "service-desk").check(desk);
        desk.browser.type_into("textarea[name='/note']", "میز خدمت پاسخ‌گوست").unwrap();
        desk.browser.follow("form[action='/packs/deploy'] button").unwrap();
        sees_what_changed(desk);
        goes_back(desk);
    });
}

fn withdraws(desk: &mut Desk) {
    desk.browser.click("details:has(form[action='/packs/editions/2/withdraw']) summary").unwrap();
    desk.browser.type_into("#withdraw-reason", "نامه پس گرفته شد").unwrap();
    desk.browser.follow("form[action='/packs/editions/2/withdraw'] button").unwrap();
    desk.says("پس‌گرفته");
    desk.says("نامه پس گرفته شد");
    desk.picture("edition-withdrawn-fa");
    desk.visit("/packs");
    desk.is_silent_on("۱۴۸۰/۱/۱ ۰۰:۰۰</time></a>");
}

fn sees_what_changed(desk: &mut Desk) {
    assert_eq!(desk.browser.address().unwrap(), desk.url("/packs/editions/4?done=edition-deployed"));
    desk.says("پیش از این");
    desk.says("national-systems");
    desk.says("service-desk");
    desk.browser.click(".row details summary").unwrap();
    desk.picture("edition-fa");
    desk.phone_picture("edition-phone-fa");
    desk.visit("/packs/editions/4?lang=en");
    desk.picture("edition-en");
    desk.visit("/packs?lang=en");
    desk.picture("packs-en");
    desk.visit("/packs?lang=fa");
    desk.picture("packs-fa");
    desk.phone_picture("packs-phone-fa");
}

fn goes_back(desk: &mut Desk) {
    desk.visit("/packs/editions/4");
    desk.browser.click("details:has(form[action='/packs/town/rollback']) summary").unwrap();
    // Without a reason the browser itself keeps the form.
    desk.browser.type_into("form[action='/packs/town/rollback'] textarea", "میز خدمت بسته است").unwrap();
    desk.browser.follow("form[action='/packs/town/rollback'] button").unwrap();
    desk.says("نسخه مستقر شد");
    desk.says("میز خدمت بسته است");
    desk.picture("pack-fa");
    desk.phone_picture("pack-phone-fa");
    let town = desk.get("/api/v1/packs/town");
    assert_eq!((&town["version"], &town["versions"][0]["author"]["id"]), (&json!("1.0.0"), &json!(ADMINISTRATOR)));
}

#[test]
fn the_card_says_why_a_case_went_there() {
    desk::with("the_card_says_why_a_case_went_there", site, |desk| {
        let (case, _) = desk.submit(
            "one",
            &json!({
                "channel": "phone", "text": "سامانهٔ بانک ملی از صبح قطع است.", "topic": "system-down",
                "agency": "bank-melli-hamedan",
                "from": { "nationalId": "9990000018", "mobile": "09990000001", "name": "مریم نمونه‌پور" },
            }),
        );
        desk.await_task(&case, "duty-manager");
        desk.browser.allow_scripts(false).unwrap();
        desk.sign_in("op-sadaf");
        for (language, words) in [("fa", "چرا این‌جا؟"), ("en", "Why here?")] {
            desk.visit(&format!("/cases/{case}?lang={language}"));
            desk.says(words);
            for card in 1..=2 {
                desk.browser.click(&format!(".decisions > .decision details:nth-of-type({card}) > summary")).unwrap();
            }
            desk.picture(&format!("case-why-{language}"));
        }
        desk.visit(&format!("/cases/{case}?lang=fa"));
        desk.browser.click(".decisions > .decision details:nth-of-type(2) > summary").unwrap();
        desk.phone_picture("case-why-phone-fa");
    });
}
