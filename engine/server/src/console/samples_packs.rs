//! Packs and editions as the desk would give them, for tests of pages. Every name in them is made up.

use peygir_runtime::desk::*;
use serde_json::{Value, json};

use super::findings::Sources;
use super::pack::Shown;
use super::packs::Packs;
use super::samples::named;
use super::upload::Ready;

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn both(fa: &str, en: &str) -> Bilingual {
    Bilingual { fa: fa.to_owned(), en: en.to_owned() }
}

fn author() -> Named {
    named("p-operator", "مریم نمونه", "Maryam Nemouneh")
}

fn here() -> ScopeView {
    ScopeView { province: some("hamedan"), ..ScopeView::default() }
}

/// A version of the province's pack: edition, its date, its state.
fn version(version: Option<&str>, edition: u64, from: &str, state: &str) -> PackVersionView {
    PackVersionView {
        version: version.map(str::to_owned),
        digest: version.map(|_| "9f".repeat(32)),
        edition,
        at: "2026-11-20T06:30:00Z".into(),
        effective_from: from.into(),
        author: author(),
        note: "پیرو نامهٔ ۱۲۳".into(),
        state: state.into(),
        withdrawn: None,
    }
}

pub fn withdrawn_version() -> PackVersionView {
    let version = version(Some("1.3.0"), 3, "2026-12-25T20:30:00Z", "withdrawn");
    PackVersionView { withdrawn: Some(withdrawn()), ..version }
}

fn pack(name: &str, title: Bilingual, scope: ScopeView, versions: Vec<PackVersionView>) -> PackView {
    let present = versions.iter().find(|version| version.state == "in-force");
    let present = present.and_then(|version| version.version.clone());
    let over = if scope == ScopeView::default() { vec![] } else { vec!["national".to_owned()] };
    PackView {
        name: name.into(),
        title,
        scope,
        over,
        version: present,
        before: None,
        folder: None,
        versions,
        may_deploy: true,
    }
}

pub fn province() -> PackView {
    let versions = vec![
        version(None, 7, "2027-01-20T20:30:00Z", "to-come"),
        version(some("1.2.0").as_deref(), 6, "2026-12-21T20:30:00Z", "to-come"),
        // Today, so that a clock alone would say no date.
        version(some("1.1.0").as_deref(), 5, "2026-11-21T06:30:00Z", "in-force"),
        withdrawn_version(),
        version(some("1.0.0").as_deref(), 2, "2026-11-18T06:30:00Z", "past"),
        version(some("0.9.0+draft.3f2a9c1b77e0").as_deref(), 1, "2026-11-17T06:30:00Z", "broken"),
    ];
    let pack = pack("hamedan", both("بستهٔ همدان", "Pack of Hamedan"), here(), versions);
    PackView { before: some("1.0.0"), folder: some("1.0.0"), ..pack }
}

pub fn packs() -> Packs {
    let national = vec![version(Some("0.3.0"), 1, "2026-11-17T06:30:00Z", "in-force")];
    let county = ScopeView { county: some("malayer"), ..here() };
    let gone = vec![version(None, 4, "2026-11-19T06:30:00Z", "in-force")];
    let packs = vec![
        province(),
        pack("malayer", both("بستهٔ ملایر", "Pack of Malayer"), county, gone),
        pack("national", both("بستهٔ ملی", "National pack"), ScopeView::default(), national),
    ];
    Packs { packs: PacksView { edition: 5, before: Some(4), packs }, editions: editions() }
}

fn reference(name: &str, version: &str) -> PackVersion {
    PackVersion { name: name.into(), version: version.into(), digest: "9f".repeat(32) }
}

pub fn edition(number: u64, from: &str, state: &str, packs: &[(&str, &str)], removed: &[&str]) -> EditionView {
    EditionView {
        number,
        at: "2026-11-20T06:30:00Z".into(),
        effective_from: from.into(),
        author: author(),
        note: "پیرو نامهٔ ۱۲۳".into(),
        packs: packs.iter().map(|(name, version)| reference(name, version)).collect(),
        removed: removed.iter().map(|name| (*name).to_owned()).collect(),
        in_force: vec![reference("national", "0.3.0")],
        standing: packs
            .iter()
            .filter(|_| state == "in-force")
            .map(|(name, version)| reference(name, version))
            .collect(),
        state: state.into(),
        withdrawn: (state == "withdrawn").then(withdrawn),
    }
}

pub fn withdrawn() -> EditionWithdrawn {
    EditionWithdrawn { at: "2026-11-21T07:00:00Z".into(), by: author(), reason: "نامه پس گرفته شد".into() }
}

/// Newest first, as the desk gives them.
pub fn editions() -> Vec<EditionView> {
    vec![
        edition(7, "2027-01-20T20:30:00Z", "to-come", &[], &["hamedan"]),
        edition(6, "2026-12-21T20:30:00Z", "to-come", &[("hamedan", "1.2.0")], &[]),
        edition(5, "2026-11-21T06:30:00Z", "in-force", &[("hamedan", "1.1.0")], &[]),
        edition(3, "2026-12-25T20:30:00Z", "withdrawn", &[("hamedan", "1.3.0")], &[]),
        edition(2, "2026-11-18T06:30:00Z", "past", &[("hamedan", "1.0.0")], &[]),
        edition(1, "2026-11-17T06:30:00Z", "broken", &[("hamedan", "0.9.0+draft.3f2a9c1b77e0")], &[]),
    ]
}

fn line(kind: &str, text: &str) -> DifferenceLine {
    DifferenceLine { kind: kind.into(), text: text.into() }
}

fn files() -> Vec<FileDifferenceView> {
    let lines = vec![
        line("same", "rules:"),
        line("removed", "  - { id: water, when: { topic: water }, then: { workingDays: 10 } } # ده روز"),
        line("added", "  - { id: water, when: { topic: water }, then: { workingDays: 7 } } # هفت روز"),
    ];
    let hunks = vec![HunkView { from_line: 12, to_line: 12, lines }];
    vec![FileDifferenceView { path: "rules/routing/hamedan.overlay.yaml".into(), change: "changed".into(), hunks }]
}

pub fn shown() -> Shown {
    let (from, to) = ("1.0.0".to_owned(), "1.1.0".to_owned());
    let difference = PackDifference { name: "hamedan".into(), from, to, files: files(), text: String::new() };
    Shown { pack: province(), difference: Some(difference), refused: None }
}

pub fn changes(state: &str) -> EditionChanges {
    let rule = |id: &str, change: &str, before: Option<Bilingual>, after: Option<Bilingual>| RuleChange {
        rule: id.into(),
        change: change.into(),
        before,
        after,
    };
    let ten =
        both("«آب»: اگر موضوع آب باشد، مهلت ۱۰ روز کاری است.", "“Water”: if the topic is water, 10 working days.");
    let seven =
        both("«آب»: اگر موضوع آب باشد، مهلت ۷ روز کاری است.", "“Water”: if the topic is water, 7 working days.");
    let new =
        both("«سیل»: اگر شدت فوری باشد، به ستاد بحران می‌رود.", "“Flood”: if urgent, it goes to crisis management.");
    let rules = vec![
        rule("water", "changed", Some(ten.clone()), Some(seven.clone())),
        rule("flood", "added", None, Some(new.clone())),
        rule("old-street", "removed", Some(new), None),
        rule("gas", "moved", Some(ten.clone()), Some(ten)),
    ];
    let table = TableChange {
        table: "samad-routing".into(),
        title: both("ارجاع سامد", "Routing of SAMAD"),
        from: some("0.4.0"),
        to: some("0.4.0"),
        places: vec![here(), ScopeView { county: some("malayer"), ..here() }],
        rules,
    };
    let pack = |name: &str, from: Option<&str>, to: Option<&str>, files: Vec<FileDifferenceView>| PackChange {
        name: name.into(),
        title: both("بستهٔ همدان", "Pack of Hamedan"),
        scope: here(),
        from: from.map(str::to_owned),
        to: to.map(str::to_owned),
        before: from.map(str::to_owned),
        cut: files.is_empty(),
        files,
    };
    let packs = vec![
        pack("hamedan", Some("1.0.0"), Some("1.1.0"), files()),
        pack("malayer", None, Some("1.0.0"), vec![]),
        pack("nahavand", Some("1.0.0"), None, vec![]),
    ];
    let edition =
        edition(5, "2026-11-21T06:30:00Z", state, &[("hamedan", "1.1.0"), ("malayer", "1.0.0")], &["nahavand"]);
    EditionChanges { edition, previous: Some(2), packs, rules_compared: true, tables: vec![table] }
}

pub fn first() -> EditionChanges {
    let edition = edition(1, "2026-11-17T06:30:00Z", "past", &[("national", "0.3.0")], &[]);
    EditionChanges { edition, previous: None, packs: vec![], rules_compared: false, tables: vec![] }
}

pub fn finding(severity: &str, line: u64) -> Value {
    json!({
        "code": "PG-S001", "severity": severity, "file": "town/rules/greet.rhai", "line": line, "column": 11,
        "message": "there is no value before `;`", "message_fa": "پیش از `;` مقداری نیست",
        "help": "write a value", "help_fa": "مقداری بنویسید",
    })
}

/// What contradicts an edition that is planned.
pub fn contradiction() -> Value {
    json!({
        "code": "PG-P098", "severity": "error", "file": "hamedan/pack.yaml", "line": 1, "column": 1,
        "message": "edition 6, which is planned for Tuesday 1 Dey 1405 00:00, brings the pack \"hamedan\" back to 1.2.0: 1.2.1 would be in force until then and no longer",
        "message_fa": "استقرار ۶ که برای سه‌شنبه ۱ دی ۱۴۰۵ ساعت ۰۰:۰۰ در راه است بستهٔ «hamedan» را به نسخهٔ قدیمی‌تر 1.2.0 برمی‌گرداند: نسخهٔ 1.2.1 تنها تا آن هنگام برقرار می‌ماند",
        "help": "withdraw edition 6 or let it stand knowingly", "help_fa": "استقرار ۶ را پس بگیرید یا آگاهانه نگهش دارید",
    })
}

/// The page of a pack after going back was refused.
pub fn shown_refused() -> Shown {
    let (version, note) = ("1.0.0".to_owned(), "برگشت".to_owned());
    let refused = Some(super::pack::Refused { version, note, found: vec![contradiction()] });
    Shown { pack: province(), difference: None, refused }
}

pub fn sources() -> Sources {
    [("town/rules/greet.rhai".to_owned(), "fn greet(req, now, args) {\n  let x = ;\n}\n".to_owned())].into()
}

pub fn done() -> EditionDone {
    EditionDone {
        edition: 8,
        effective_from: "2026-12-21T20:30:00Z".into(),
        packs: vec![reference("town", "1.0.0")],
        removed: vec![],
        new: vec!["town@1.0.0".into()],
        findings: vec![finding("warning", 2)],
        dry_run: true,
        repeated: false,
        planned: Some(PlannedEdition { edition: 7, effective_from: "2026-12-21T20:30:00Z".into() }),
        then: vec![
            ThenView {
                edition: 6,
                effective_from: "2026-12-21T20:30:00Z".into(),
                name: "town".into(),
                version: some("1.2.0"),
            },
            ThenView { edition: 7, effective_from: "2027-01-20T20:30:00Z".into(), name: "town".into(), version: None },
        ],
        tables: Some(changes("in-force").tables),
    }
}

pub fn ready(against: Vec<Value>) -> Ready {
    let states = [FileState::Same, FileState::Changed, FileState::New, FileState::Gone];
    let paths = ["rules/greet.test.yaml", "rules/greet.rhai", "rules/routing/town.overlay.yaml", "rules/old.rhai"];
    let files = paths.into_iter().map(str::to_owned).zip(states).collect();
    let town = FilesSent { name: "town".into(), in_force: some("0.9.0"), files };
    let first = FilesSent { name: "village".into(), in_force: None, files: Vec::new() };
    Ready { done: done(), packed: "W10=".into(), files: vec![town, first], against }
}

pub fn version_files() -> PackFiles {
    PackFiles {
        name: "hamedan".into(),
        version: "1.1.0".into(),
        digest: "9f".repeat(32),
        title: both("بستهٔ همدان", "Pack of Hamedan"),
        scope: here(),
        over: vec!["national".into()],
        files: [("pack.yaml".to_owned(), "kind: pack\n".to_owned())].into(),
        masked: vec!["rules/directory/hamedan.yaml".into()],
    }
}
