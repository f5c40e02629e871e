//! What `peygir check` says of rules that ask for places which are not theirs, that hide others, and of scripts whose actions
//! name what is not there.

use tempfile::TempDir;

use crate::binary::{Called, call, folder};

const NATION: &str = "kind: pack\nname: national\nversion: 1.0.0\ntitle: { fa: ن, en: N }\n";
const ISFAHAN: &str = "kind: pack\nname: isfahan\nversion: 1.0.0\ntitle: { fa: ا, en: Isfahan }\nfor: { province: isfahan }\nover: [ national ]\n";
const KASHAN: &str = "kind: pack\nname: kashan\nversion: 1.0.0\ntitle: { fa: ک, en: Kashan }\nfor: { province: isfahan, county: kashan }\nover: [ national, isfahan ]\n";
pub const TOPICS: &str = "kind: directory
topics: [ { id: street, fa: خیابان, en: Street }, { id: water, fa: آب, en: Water } ]
roles: [ { id: mayor, fa: شهردار, en: Mayor } ]
";
pub const DIRECTORY: &str = "kind: directory
province: { id: isfahan, fa: اصفهان, en: Isfahan }
counties: [ { id: kashan, fa: کاشان, en: Kashan }, { id: najafabad, fa: نجف‌آباد, en: Najafabad } ]
agencies:
  - { id: abfa-isfahan, fa: آبفا, en: Water, province: isfahan }
  - { id: shahrdari-kashan, fa: شهرداری, en: Kashan, province: isfahan, county: kashan }
  - { id: shahrdari-najafabad, fa: شهرداری, en: Najafabad, province: isfahan, county: najafabad }
";
const TABLE: &str = "kind: decision-table
id: route
version: 1.0.0
hit: first
inputs:
  topic: { type: string, from: case.topic }
  province: { type: string, from: case.province }
  county: { type: string, from: case.county }
  asked: { type: string, from: case.agency }
outputs:
  agency: { type: string }
rules:
  - { id: water, when: { topic: water }, then: { agency: abfa-isfahan } }
  - { id: street, when: { topic: street }, then: {} }
  - { id: otherwise, last: true, then: {} }
tests:
  - { name: pipe, given: { topic: water }, expect: { rule: water } }
";

pub fn overlay(rule: &str) -> String {
    format!(
        "kind: decision-table-overlay\nextends: {{ id: route, version: '^1.0' }}\nversion: 1.0.0\ninsert:\n  - before: street\n    rule: {{ id: ours, {rule} }}\n"
    )
}

/// Three packs, with an overlay in the one of this name and more files.
pub fn packs(of: &str, overlay: &str, more: &[(&str, &str)]) -> TempDir {
    let place = format!("{of}/rules/route.overlay.yaml");
    let files = [
        ("national/pack.yaml", NATION),
        ("national/rules/topics.yaml", TOPICS),
        ("national/rules/route.table.yaml", TABLE),
        ("isfahan/pack.yaml", ISFAHAN),
        ("isfahan/rules/directory.yaml", DIRECTORY),
        ("kashan/pack.yaml", KASHAN),
        (place.as_str(), overlay),
    ];
    let kept = files.iter().filter(|(path, _)| more.iter().all(|(other, _)| other != path));
    folder(&kept.chain(more).copied().collect::<Vec<_>>())
}

fn check(packs: &TempDir, pack: &str) -> Called {
    call(packs.path(), &["check", pack])
}

#[test]
fn a_rule_asks_for_what_may_be_where_its_pack_holds() {
    for (cells, code, part) in [
        ("topic: street, county: kashan", "", ""),
        ("topic: street, county: [ kashan, najafabad ]", "", ""),
        ("topic: street, county: { not: najafabad }", "", ""),
        ("topic: street, county: { prefix: kash }", "", ""),
        ("topic: street, county: { present: true }", "", ""),
        ("topic: street, county: { not: kashan }", "PG-P097", "for no county that a case has there the cell holds"),
        ("topic: street, county: { present: false }", "PG-P097", "for no county that a case has there the cell holds"),
        ("topic: street, county: { prefix: najaf }", "PG-P097", "the cell holds: prefix najaf"),
        ("topic: street, county: { contains: [ abad, yazd ] }", "PG-P097", "for no county that a case has there"),
        ("topic: street, asked: { prefix: yazd- }", "PG-P097", "for no agency that a case has there the cell holds"),
        ("topic: street, asked: { not: { present: true } }", "", ""),
        ("topic: street, county: najafabad", "PG-P097", "never answers: its pack holds in isfahan / kashan"),
        ("topic: street, county: kashn", "PG-P096", "did you mean \"kashan\"?"),
        ("topic: street, county: { not: kashn }", "PG-P096", "asks for a county that no directory has: kashn"),
        ("topic: stret", "PG-P096", "did you mean \"street\"?"),
        ("topic: street, asked: shahrdari-kashn", "PG-P096", "did you mean \"shahrdari-kashan\"?"),
    ] {
        let packs = packs("kashan", &overlay(&format!("when: {{ {cells} }}, then: {{}}")), &[]);
        let called = check(&packs, "kashan");
        let said = called.stdout + &called.stderr;
        assert_eq!(called.code, i32::from(!code.is_empty()), "{cells}: {said}");
        assert!(said.contains(code) && said.contains(part), "{cells}: {said}");
        if !code.is_empty() {
            assert_eq!(said.matches(code).count(), 1, "{cells}: {said}");
            assert!(said.contains("kashan/rules/route.overlay.yaml:6"), "{cells}: {said}");
        }
    }
    // That it breaks a row of the layers below follows from that, and is not told beside it.
    let broken = overlay("when: { county: { not: kashan } }, then: {}").replace("before: street", "before: water");
    let called = check(&packs("kashan", &broken, &[]), "kashan");
    let said = called.stdout + &called.stderr;
    assert!(called.code == 1 && said.contains("PG-P097") && !said.contains("PG-T050"), "{said}");
    // A province may ask for each of its counties, and for no other one.
    let of_province = |county: &str| {
        let packs = packs("isfahan", &overlay(&format!("when: {{ county: {county} }}, then: {{}}")), &[]);
        check(&packs, "isfahan").code
    };
    assert_eq!((of_province("najafabad"), of_province("yazd-city")), (0, 1));
}

/// What a rule takes is judged where its pack holds: one that asks for just that place hides what lies below as well as one that
/// asks for nothing.
#[test]
fn a_rule_that_hides_those_below_it_is_told_with_them() {
    let said_of = |of: &str, cells: &str, more: &[(&str, &str)]| {
        let everything = overlay(&format!("when: {{ {cells} }}, then: {{ agency: shahrdari-kashan }}"));
        let everything = everything.replace("before: street", "before: water");
        let everything = everything + "supersedes: [ { test: route pipe, why: all is ours } ]\n";
        let called = check(&packs(of, &everything, more), of);
        called.stdout + &called.stderr
    };
    let (two, three) =
        ("2 rules below it: \"water\" and \"street\"", "3 rules below it: \"water\" and \"street\" and \"otherwise\"");
    for (of, cells, hidden) in [
        ("kashan", "", three),
        ("kashan", "county: kashan", three),
        ("kashan", "province: isfahan", three),
        ("kashan", "county: { not: najafabad }", three),
        ("kashan", "county: { present: true }", three),
        ("kashan", "county: kashan, topic: [ water, street ]", two),
        ("isfahan", "province: isfahan", three),
        ("isfahan", "province: { prefix: isf }, topic: [ street, water ]", two),
    ] {
        let said = said_of(of, cells, &[]);
        assert!(said.contains("PG-T034") && said.contains("rules/route.overlay.yaml:6"), "{cells}: {said}");
        assert!(said.contains(&format!("leaves nothing here to {hidden}.")), "{cells}: {said}");
        assert!(said.contains("it answers in place of \"water\""), "{cells}: {said}");
    }
    // One rule of two is left, and so is the catch-all; what another county asks for is not hidden.
    let said = said_of("kashan", "county: kashan, topic: water", &[]);
    assert!(said.contains("leaves nothing here to 1 rule below it: \"water\""), "{said}");
    let elsewhere = TABLE.replace("when: { topic: street }", "when: { topic: street, county: najafabad }");
    let said = said_of("kashan", "county: kashan", &[("national/rules/route.table.yaml", &elsewhere)]);
    assert!(said.contains("leaves nothing here to 2 rules below it: \"water\" and \"otherwise\""), "{said}");
    let both = elsewhere.replace("when: { topic: water }", "when: { topic: water, province: yazd }");
    let both = both.replace("given: { topic: water }", "given: { topic: water, province: yazd }");
    let said = said_of("kashan", "county: kashan", &[("national/rules/route.table.yaml", &both)]);
    assert!(said.contains("leaves nothing here to 1 rule below it: \"otherwise\""), "{said}");
    // A catch-all to which nothing should come loses nothing.
    let unexpected = both.replace("last: true", "last: true, unexpected: true");
    let said = said_of("kashan", "county: kashan", &[("national/rules/route.table.yaml", &unexpected)]);
    assert!(!said.contains("PG-T034"), "{said}");
    // A county of the province is not all of it, and what a rule of the nation took here is not taken by the overlay.
    let said = said_of("isfahan", "county: kashan", &[]);
    assert!(!said.contains("nothing here to") && said.contains("below it where county is \"kashan\": "), "{said}");
    let own = TABLE.replace("rules:\n", "rules:\n  - { id: of-kashan, when: { county: kashan }, then: {} }\n");
    let replaced = "kind: decision-table-overlay\nextends: { id: route, version: '^1.0' }\nversion: 1.0.0\nreplace:\n  of-kashan: { then: { agency: shahrdari-kashan } }\n";
    let called = check(&packs("kashan", replaced, &[("national/rules/route.table.yaml", &own)]), "kashan");
    assert!(!called.stdout.contains("PG-T034") && !called.stderr.contains("PG-T034"), "{}", called.stderr);
}

/// Said with the rules that are disabled, it is meant. A catch-all can't be: what it answers is replaced.
#[test]
fn what_an_overlay_disables_is_not_hidden() {
    let meant = "disable: [ water, street ]\nsupersedes: [ { test: route pipe, why: all is ours } ]\n";
    let said_of = |overlay: &str| {
        let called = check(&packs("kashan", overlay, &[]), "kashan");
        called.stdout + &called.stderr
    };
    let ours = overlay("when: { county: kashan }, then: {}").replace("before: street", "before: otherwise");
    let said = said_of(&(ours + meant));
    assert!(
        said.contains("leaves nothing here to 1 rule below it: \"otherwise\"") && !said.contains("PG-T024"),
        "{said}"
    );
    assert!(said.contains("replace: { otherwise: { then: ... } }"), "{said}");
    // A locked one can't be replaced either.
    let locked = TABLE.replace("last: true", "last: true, locked: true");
    let ours = overlay("when: { county: kashan }, then: {}").replace("before: street", "before: otherwise");
    let called = check(&packs("kashan", &ours, &[("national/rules/route.table.yaml", &locked)]), "kashan");
    let said = called.stdout + &called.stderr;
    assert!(said.contains("\"otherwise\" is locked: leave it") && !said.contains("replace:"), "{said}");
    let head = "kind: decision-table-overlay\nextends: { id: route, version: '^1.0' }\nversion: 1.0.0\n";
    let replaced = "replace: { otherwise: { then: { agency: shahrdari-kashan } } }\n";
    let said = said_of(&format!("{head}{replaced}{meant}"));
    assert!(!said.contains("PG-T034") && !said.contains("PG-T024"), "{said}");
}

/// A date on the rule or on its overlay makes hiding no better: it is told with the days.
#[test]
fn what_is_hidden_on_some_days_is_told_with_the_days() {
    let head = |body: &str| {
        format!("kind: decision-table-overlay\nextends: {{ id: route, version: '^1.0' }}\nversion: 1.0.0\n{body}")
    };
    let insert = |cells: &str| {
        format!("insert:\n  - before: water\n    rule: {{ id: ours, {cells}, then: {{ agency: shahrdari-kashan }} }}\n")
    };
    let (from, days) = ("effective: { from: 1405/09/02 }", "effective: { from: 1405/09/05, until: 1405/09/06 }");
    let all = "when: { county: kashan }";
    let three = "\"water\" and \"street\" and \"otherwise\"";
    for (body, severity, said) in [
        (insert(&format!("{from}, {all}")), "warning", format!("3 rules below it from 1405/09/02 on: {three}")),
        (format!("{from}\n{}", insert(all)), "warning", format!("3 rules below it from 1405/09/02 on: {three}")),
        (
            insert(&format!("{days}, {all}")),
            "warning",
            format!("3 rules below it from 1405/09/05 to 1405/09/06: {three}"),
        ),
        (
            format!("{days}\n{}", insert(all)),
            "warning",
            format!("3 rules below it from 1405/09/05 to 1405/09/06: {three}"),
        ),
        (
            insert(&format!("{days}, when: {{ county: kashan, topic: water }}")),
            "note",
            "1 rule below it from 1405/09/05 to 1405/09/06: \"water\"".to_owned(),
        ),
        (
            insert(&format!("{from}, when: {{ county: kashan, topic: water }}")),
            "warning",
            "1 rule below it from 1405/09/02 on: \"water\"".to_owned(),
        ),
        (
            format!("{from}\nreplace: {{ water: {{ {all} }} }}\n"),
            "warning",
            "2 rules below it from 1405/09/02 on: \"street\" and \"otherwise\"".to_owned(),
        ),
    ] {
        let overlay = head(&format!("{body}supersedes: [ {{ test: route pipe, why: all is ours }} ]\n"));
        let called = call(packs("kashan", &overlay, &[]).path(), &["check", "--notes", "kashan"]);
        let told = called.stdout + &called.stderr;
        let line = told.lines().find(|line| line.contains("PG-T034")).unwrap_or_else(|| panic!("{body}: {told}"));
        assert!(line.starts_with(severity) && line.contains(&said), "{body}: {told}");
    }
    // What the overlay switches off on its days is meant, and so is a season's own answer.
    for body in [
        format!(
            "{days}\ndisable: [ water, street ]\nreplace: {{ otherwise: {{ then: {{ agency: abfa-isfahan }} }} }}\n"
        ),
        format!("{days}\nreplace: {{ water: {{ then: {{ agency: shahrdari-kashan }} }} }}\n"),
    ] {
        let called = call(packs("kashan", &head(&body), &[]).path(), &["check", "--notes", "kashan"]);
        let told = called.stdout + &called.stderr;
        assert!(!told.contains("PG-T034"), "{body}: {told}");
    }
}

/// A rule that is put in behind one that takes all of its place has no effect there.
#[test]
fn a_rule_that_never_answers_in_its_place_is_told() {
    let own = TABLE.replace("rules:\n", "rules:\n  - { id: of-kashan, when: { county: kashan }, then: {} }\n");
    let base = [("national/rules/route.table.yaml", own.as_str())];
    let called = check(&packs("kashan", &overlay("when: { topic: street }, then: {}"), &base), "kashan");
    let said = called.stdout + &called.stderr;
    assert!(said.contains("PG-T024") && said.contains("all that it holds for goes to \"of-kashan\""), "{said}");
    let called = check(&packs("isfahan", &overlay("when: { topic: street }, then: {}"), &base), "isfahan");
    let said = called.stdout + &called.stderr;
    assert!(!said.contains("PG-T024") && said.contains("PG-T034"), "{said}");
}

/// `{county}` is filled with each county of the province, not only where a county has a pack of its own.
#[test]
fn an_agency_of_a_county_is_looked_for_in_every_county() {
    for (agency, code) in [("shahrdari-{county}", ""), ("shahrdary-{county}", "PG-P095")] {
        let rule = format!("when: {{ topic: street, county: {{ present: true }} }}, then: {{ agency: '{agency}' }}");
        let packs = packs("isfahan", &overlay(&rule), &[]);
        let called = check(&packs, "isfahan");
        let said = called.stdout + &called.stderr;
        assert_eq!(called.code, i32::from(!code.is_empty()), "{agency}: {said}");
        assert!(said.contains(code), "{agency}: {said}");
        if !code.is_empty() {
            assert!(said.contains("shahrdary-kashan, shahrdary-najafabad"), "{said}");
        }
    }
}

/// A row of the base that fails hides nothing that is wrong with an overlay.
#[test]
fn what_is_wrong_with_an_overlay_is_told_beside_a_failing_row() {
    let failing = TABLE.replace("expect: { rule: water }", "expect: { rule: street }");
    let rule = overlay("when: { topic: street }, then: { agency: shahrdari-kashn }");
    let packs = packs("kashan", &rule, &[("national/rules/route.table.yaml", &failing)]);
    let called = check(&packs, "kashan");
    let said = called.stdout + &called.stderr;
    assert!(called.code == 1 && said.contains("PG-T015") && said.contains("PG-P095"), "{said}");
    assert_eq!(said.matches("PG-T015").count(), 1, "{said}");
}

/// A name that is written out is looked up where it stands, in branches too that no row takes; one that is computed, in the rows.
#[test]
fn what_scripts_name_is_looked_up() {
    let script = "fn main(req, now, args) {
  if req.repeats > 7 {
    return human_task(#{ form: \"nowhere\", assign: #{ role: \"mayr\" } });
  }
  [notify(#{ to: #{ role: \"mayor\" }, by: [\"mail\"], template: \"noth\" + \"ing\" }), case_classify(#{ topic: \"watr\" })]
}
";
    let row = "- { name: one, req: { repeats: 1 }, expect: 1 }\n- { name: two, req: { repeats: 2 }, expect: 2 }\n";
    let with = |script: &str, rows: &str| {
        let more = [("national/rules/late.rhai", script), ("national/rules/late.test.yaml", rows)];
        let packs = packs("national", &overlay("when: { topic: street }, then: {}"), &more);
        let called = check(&packs, "national");
        (called.code, called.stdout + &called.stderr)
    };
    let (code, said) = with(script, row);
    assert_eq!(code, 1, "{said}");
    for (code, place) in [
        ("PG-P050", "national/rules/late.rhai:3:32"),
        ("PG-P052", "national/rules/late.rhai:3:60"),
        ("PG-P020", "national/rules/late.rhai:5:105"),
        ("PG-P051", "national/rules/late.test.yaml:1"),
    ] {
        assert_eq!((said.matches(code).count(), said.matches(place).count()), (1, 1), "{code} {place}: {said}");
    }
    assert!(said.contains("did you mean \"mayor\"?") && said.contains("^^^^^^"), "{said}");
    let right = script.replace("nowhere", "inspect").replace("mayr", "mayor").replace("watr", "water");
    let (_, said) = with(&right, row);
    assert!(said.contains("PG-P050") && !said.contains("PG-P052") && !said.contains("PG-P020"), "{said}");
    // No row is no test.
    let (code, said) = with(script, "[]\n");
    assert!(code == 1 && said.contains("a list of at least one row"), "{said}");
}

/// What people call a topic is not its id; the help names that.
#[test]
fn a_title_in_a_cell_is_answered_with_its_id() {
    let closed = TABLE
        .replace("{ type: string, from: case.topic }", "{ type: string, from: case.topic, values: [ water, street ] }");
    for (table, code) in [(TABLE, "PG-P096"), (closed.as_str(), "PG-T019")] {
        let overlay = overlay("when: { topic: خیابان }, then: {}");
        let called = check(&packs("kashan", &overlay, &[("national/rules/route.table.yaml", table)]), "kashan");
        let said = called.stdout + &called.stderr;
        assert!(called.code == 1 && said.contains(code), "{said}");
        assert!(said.contains("did you mean \"street\"?"), "{said}");
    }
}

/// Days that are over are a note, with the last of them.
#[test]
fn an_overlay_whose_days_are_over_is_told() {
    let head = "kind: decision-table-overlay\nextends: { id: route, version: '^1.0' }\nversion: 1.0.0\n";
    let rule = |days: &str| {
        format!(
            "insert:\n  - before: street\n    rule: {{ id: ours, {days} when: {{ topic: street, county: kashan }}, then: {{}} }}\n"
        )
    };
    let whole = |days: &str| format!("{head}effective: {days}\n{}", rule(""));
    let own = |days: &str| format!("{head}{}", rule(&format!("effective: {days},")));
    for (overlay, told) in [
        (whole("{ until: 1404/01/01 }"), "route.overlay.yaml:4:12"),
        (own("{ from: 1403/12/01, until: 1404/01/01 }"), "route.overlay.yaml:6"),
        (whole("{ until: 1499/01/01 }"), ""),
        (own("{ from: 1404/01/01 }"), ""),
    ] {
        let called = call(packs("kashan", &overlay, &[]).path(), &["check", "--notes", "kashan"]);
        let said = called.stdout + &called.stderr;
        assert_eq!(called.code, 0, "{overlay}: {said}");
        let note = said.contains("note[PG-T035]") && said.contains("are over: the last one was 1404/01/01");
        assert_eq!(note, !told.is_empty(), "{overlay}: {said}");
        assert!(told.is_empty() || said.contains(told), "{overlay}: {said}");
    }
}

const STREETS: &str =
    "  - { name: hole, given: { topic: street, county: malayer, province: qom }, expect: { rule: street } }\n";

fn body(overlay: &str) -> String {
    format!("kind: decision-table-overlay\nextends: {{ id: route, version: '^1.0' }}\nversion: 1.0.0\n{overlay}")
}

/// The rows of the nation are cases of the place: a rule that names its own county is seen by them, and what is known there fills
/// answers.
#[test]
fn rows_of_the_nation_are_cases_of_the_place() {
    let base = format!("{TABLE}{STREETS}");
    let said_of = |of: &str, overlay: &str| {
        let called = check(&packs(of, &body(overlay), &[("national/rules/route.table.yaml", &base)]), of);
        (called.code, called.stdout + &called.stderr)
    };
    let ours = "insert:\n  - before: street\n    rule: { id: ours, when: { topic: street, county: kashan }, then: { agency: shahrdari-kashan } }\n";
    let (code, said) = said_of("kashan", ours);
    assert!(code == 1 && said.contains("PG-T050") && said.contains("PG-T034"), "{said}");
    assert!(said.contains("test \"hole\"") && said.contains("county kashan, province isfahan"), "{said}");
    assert!(said.contains("disable: [ street ]"), "{said}");
    // Both helps lead here, and there is nothing left to say.
    let (code, said) = said_of("kashan", &format!("{ours}disable: [ street ]\n"));
    assert!(code == 0 && !said.contains("PG-T"), "{said}");
    let (code, said) = said_of("kashan", "replace: { street: { then: { agency: 'shahrdari-{county}' } } }\n");
    assert!(code == 0 && !said.contains("PG-T"), "{said}");
    // Where a case may have no county, that is told.
    let (_, said) = said_of("isfahan", "replace: { street: { then: { agency: 'shahrdari-{county}' } } }\n");
    assert!(said.contains("PG-T029"), "{said}");
}
