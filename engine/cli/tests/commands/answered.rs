//! What `peygir check` says of answers that name what is not there: an agency, a role or a topic that no directory has, and
//! answers that are filled with what nobody can list.

use tempfile::TempDir;

use crate::binary::{call, copy_of_content, folder};

const NATION: &str = "kind: pack\nname: national\nversion: 1.0.0\ntitle: { fa: ن, en: N }\n";
const TOWN: &str =
    "kind: pack\nname: town\nversion: 1.0.0\ntitle: { fa: ش, en: Town }\nfor: { province: here }\nover: [ national ]\n";
const DIRECTORY: &str = "kind: directory
provinces: [ { id: here, fa: اینجا, en: Here } ]
topics: [ { id: street, fa: خیابان, en: Street }, { id: water, fa: آب, en: Water } ]
roles: [ { id: agency-head, fa: رئیس, en: Head }, { id: head-of-street, fa: رئیس, en: Head } ]
agencies: [ { id: office-north, fa: شمال, en: North, province: here }, { id: office-south, fa: جنوب, en: South, province: here } ]
";
const TABLE: &str = "kind: decision-table
id: route
version: 1.0.0
hit: first
inputs:
  topic: { type: string, from: case.topic }
  said: { type: text, from: case.text }
  raw: { type: string, from: case.text }
  desk: { type: string }
  side: { type: string, values: [ north, south ] }
  urgent: { type: boolean }
outputs:
  agency: { type: string }
  office: { type: string, names: agency }
  role: { type: string, names: role }
  about: { type: string, names: topic }
  free: { type: string }
rules:
  - { id: street, when: { topic: street }, then: {} }
  - { id: otherwise, last: true, then: {} }
";
const PLACE: &str = "town/rules/route.overlay.yaml:6";

/// The packs, with a rule of the town before all others.
fn packs(when: &str, then: &str, more: &[(&str, &str)]) -> TempDir {
    let overlay = format!(
        "kind: decision-table-overlay\nextends: {{ id: route, version: '^1.0' }}\nversion: 1.0.0\ninsert:\n  - before: street\n    rule: {{ id: ours, when: {{ {when} }}, then: {{ {then} }} }}\n"
    );
    let files = [
        ("national/pack.yaml", NATION),
        ("national/rules/directory.yaml", DIRECTORY),
        ("national/rules/route.table.yaml", TABLE),
        ("town/pack.yaml", TOWN),
        ("town/rules/route.overlay.yaml", overlay.as_str()),
    ];
    let kept = files.iter().filter(|(path, _)| more.iter().all(|(other, _)| other != path));
    folder(&kept.chain(more).copied().collect::<Vec<_>>())
}

/// The exit code, and what was said.
fn check(packs: &TempDir, pack: &str) -> (i32, String) {
    let called = call(packs.path(), &["check", pack]);
    (called.code, called.stdout + &called.stderr)
}

#[test]
fn what_an_output_names_is_in_a_directory() {
    let at = |when: &str, then: &str, code: &str, part: &str| {
        let (exit, said) = check(&packs(when, then, &[]), "town");
        assert_eq!(exit, i32::from(!code.is_empty()), "{then}: {said}");
        assert!(said.contains(code) && said.contains(part), "{then}: {said}");
        match code {
            "" => assert!(!said.contains("PG-P095") && !said.contains("PG-P101"), "{then}: {said}"),
            code => assert!(said.matches(code).count() == 1 && said.contains(PLACE), "{then}: {said}"),
        }
    };
    let street = "topic: street, side: north";
    at(street, "role: agency-head, about: water, office: office-north, agency: office-south, free: x", "", "");
    at(street, "role: agncy-head", "PG-P095", "did you mean \"agency-head\"?");
    at(street, "role: agncy-head", "PG-P095", "the rule \"ours\" answers a role that no directory has: agncy-head");
    at(street, "about: violence", "PG-P095", "answers a topic that no directory has: violence");
    at(street, "office: office-west", "PG-P095", "answers an agency that no directory has: office-west");
    // Without a word of its own the output called `agency` is judged as it was.
    at(street, "agency: office-west", "PG-P095", "answers an agency that no directory has: office-west");
    at("topic: street, side: { present: true }", "office: 'office-{side}'", "", "");
    at("topic: street", "role: 'head-of-{topic}'", "", "");
    at("topic: water", "role: 'head-of-{topic}'", "PG-P095", "head-of-water");
}

#[test]
fn an_answer_that_names_something_is_not_filled_with_what_people_write() {
    for then in ["agency: 'office-{said}'", "role: 'head-of-{said}'", "agency: 'office-{raw}'"] {
        let (exit, said) = check(&packs("said: { present: true }, raw: { present: true }", then, &[]), "town");
        assert!(exit == 1 && said.contains("PG-P101") && said.contains(PLACE), "{then}: {said}");
        assert!(said.contains("that it fills with what people write"), "{then}: {said}");
    }
    // What names nothing may be filled with it.
    let (exit, said) = check(&packs("said: { present: true }", "free: 'office-{said}'", &[]), "town");
    assert!(exit == 0 && !said.contains("PG-P101"), "{said}");
    // Of what the flow hands over nobody knows: that is told. A cell that asks for its values says what it may be.
    let (exit, said) = check(&packs("desk: { present: true }", "agency: 'office-{desk}'", &[]), "town");
    assert!(exit == 0 && said.contains("PG-P101") && said.contains("nothing says what \"desk\" may be"), "{said}");
    let (exit, said) = check(&packs("desk: [ north, south ]", "agency: 'office-{desk}'", &[]), "town");
    assert!(exit == 0 && !said.contains("PG-P101") && !said.contains("PG-P095"), "{said}");
    let (exit, said) = check(&packs("desk: [ north, west ]", "agency: 'office-{desk}'", &[]), "town");
    assert!(exit == 0 && said.contains("PG-P095") && said.contains("office-west"), "{said}");
    let (exit, said) = check(&packs("urgent: true", "agency: 'office-{urgent}'", &[]), "town");
    assert!(exit == 1 && said.contains("office-true") && !said.contains("office-false"), "{said}");
}

/// A default that is nobody is told once, where the output is declared, and the pack of the nation is judged by itself.
#[test]
fn a_default_is_judged_where_it_stands() {
    let broken =
        TABLE.replace("role: { type: string, names: role }", "role: { type: string, names: role, default: boss }");
    let packs = packs("topic: street", "role: agency-head", &[("national/rules/route.table.yaml", &broken)]);
    let (exit, said) = check(&packs, "national");
    assert!(exit == 1 && said.contains("national/rules/route.table.yaml:15:3"), "{said}");
    assert!(said.contains("the default of the output \"role\" answers a role that no directory has: boss"), "{said}");
    assert_eq!(said.matches("PG-P095").count(), 1, "{said}");
}

#[test]
fn what_an_output_may_name_is_one_of_a_list() {
    for (written, code, part) in [
        ("{ type: string, names: rol }", "PG-T002", "did you mean \"role\"?"),
        ("{ type: integer, names: role }", "PG-T003", "only texts name something"),
    ] {
        let broken = TABLE.replace("{ type: string, names: role }", written);
        let packs = packs("topic: street", "free: x", &[("national/rules/route.table.yaml", &broken)]);
        let (exit, said) = check(&packs, "national");
        assert!(exit == 1 && said.contains(code) && said.contains(part), "{said}");
        assert!(said.contains("national/rules/route.table.yaml:15"), "{said}");
    }
}

/// The shipped tables say what they name: an overlay of a province that errs is refused before a case is with nobody.
#[test]
fn an_overlay_of_the_shipped_tables_names_what_is_there() {
    for (table, change, named) in [
        (
            "foad-routing",
            "replace: { again-and-again: { then: { agency: '{agency}', managerRole: agncy-head } } }",
            "agncy-head",
        ),
        ("propose-topic", "replace: { site-down: { then: { topic: violence } } }", "violence"),
        (
            "samad-routing",
            "insert: [ { before: village-services, rule: { id: ours, when: { text: { contains: [ مزرعه ] } }, then: { agency: 'farmandari-{text}' } } } ]",
            "farmandari-{text}",
        ),
    ] {
        let copy = copy_of_content();
        let path = copy.path().join("examples/one-province/pack/rules/routing/ours.overlay.yaml");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let overlay = format!(
            "kind: decision-table-overlay\nextends: {{ id: {table}, version: '^1.0' }}\nversion: 1.0.0\n{change}\n"
        );
        std::fs::write(&path, overlay).unwrap();
        let called = call(copy.path(), &["check", "examples/one-province"]);
        let said = called.stdout + &called.stderr;
        let code = if named.contains('{') { "PG-P101" } else { "PG-P095" };
        assert!(called.code == 1 && said.contains(code) && said.contains("ours.overlay.yaml:4"), "{table}: {said}");
        assert!(named.contains('{') || said.contains(named), "{table}: {said}");
    }
}

const OFFICE: &str =
    "kind: calendar\nid: office\ntitle: { fa: اداره, en: Office }\nzone: Asia/Tehran\nweek: { sat: ['07:30-14:30'] }\n";
const TAKE: &str =
    "document: { dsl: '1.0.3', namespace: test, name: take, version: '1.0.0' }\ndo: [ { rest: { set: { a: 1 } } } ]\n";
const DEPLOYMENT: &str = "kind: deployment\nname: all\ntitle: { fa: ه, en: All }\nprovince: here\npacks: [ national, town ]\n\
    caseType: any\nintake: test/take:1.0.0\ncalendar: office\nconnectors: { outbox: { use: outbox } }\nchannels: { sms: outbox, mail: outbox }\n";

const TWO_PROVINCES: &str = "kind: directory
provinces: [ { id: here, fa: اینجا, en: Here }, { id: there, fa: آنجا, en: There } ]
topics: [ { id: street, fa: خیابان, en: Street }, { id: water, fa: آب, en: Water } ]
agencies:
  - { id: gas-here, fa: گاز, en: Gas, province: here }
  - { id: gas-there, fa: گاز, en: Gas, province: there }
  - { id: city-of-far, fa: شهر, en: City, county: far }
  - { id: nation, fa: کشور, en: Nation }
";
const FAR: &str =
    "kind: directory\nprovince: { id: there, fa: آنجا, en: There }\ncounties: [ { id: far, fa: دور, en: Far } ]\n";

/// An agency that is there, in the wrong province: in the pack of a province, and in a table for all of them that asks for none.
#[test]
fn an_agency_of_another_province_is_warned_of() {
    let table = "kind: decision-table
id: route
version: 1.0.0
hit: first
inputs:
  topic: { type: string, from: case.topic }
  province: { type: string, from: case.province }
  county: { type: string, from: case.county }
  agency: { type: string, from: case.agency }
outputs: { agency: { type: string } }
rules:
  - { id: street, when: { topic: street, RULE }, then: { agency: ANSWER } }
  - { id: otherwise, last: true, then: { agency: nation } }
";
    let check = |national: (&str, &str), own: (&str, &str)| {
        let table = table.replace(", RULE", national.0).replace("ANSWER", national.1);
        let more = [
            ("national/rules/directory.yaml", TWO_PROVINCES),
            ("national/rules/far.yaml", FAR),
            ("national/rules/route.table.yaml", table.as_str()),
            ("national/rules/office.yaml", OFFICE),
            ("national/workflows/take/workflow.yaml", TAKE),
            ("deployment.yaml", DEPLOYMENT),
        ];
        check(&packs(own.0, &format!("agency: {}", own.1), &more), ".")
    };
    let fine = ("", "nation");
    for (own, told) in [
        (("topic: water", "gas-there"), "gas-there (of there)"),
        (("topic: water", "city-of-far"), "city-of-far (of there)"),
        (("topic: water", "gas-here"), ""),
        (("topic: water", "nation"), ""),
        (("topic: water", "'gas-{province}'"), ""),
        (("agency: { present: true }", "'{agency}'"), ""),
    ] {
        let (exit, said) = check(fine, own);
        let words = "warning[PG-P103]: in here the rule \"ours\" answers an agency of another province: ";
        assert_eq!((exit, said.contains("PG-P103")), (0, !told.is_empty()), "{own:?}: {said}");
        assert!(told.is_empty() || said.contains(&format!("{words}{told}")) && said.contains(PLACE), "{own:?}: {said}");
    }
    let own = ("topic: water", "nation");
    for (national, told) in [
        (("", "gas-there"), true),
        ((", province: there", "gas-there"), false),
        ((", county: far", "gas-there"), false),
        ((", province: { not: there }", "gas-there"), true),
        (("", "'gas-{province}'"), false),
        // Nobody lists the counties of the other one.
        (("", "'city-of-{county}'"), false),
    ] {
        let (exit, said) = check(national, own);
        assert_eq!((exit, said.contains("PG-P103")), (0, told), "{national:?}: {said}");
    }
}

/// The same of what a script of a province has written out, and of what it answers in its rows.
#[test]
fn a_script_that_refers_to_an_agency_of_another_province_is_warned_of() {
    for (agency, told) in [("gas-there", true), ("city-of-far", true), ("gas-here", false), ("nation", false)] {
        let script = |said: &str| format!("fn send(req, now, args) {{\n  let whom = \"{agency}\";\n  {said}\n}}\n");
        let row = format!("- {{ name: a, req: {{}}, expect: {{ action: case-refer, to: {{ agency: {agency} }} }} }}\n");
        let written = format!("case_refer(#{{ to: #{{ agency: \"{agency}\" }} }})");
        for (said, at) in
            [(written.as_str(), "send.rhai:3"), ("case_refer(#{ to: #{ agency: whom } })", "send.test.yaml:1")]
        {
            let script = script(said);
            let more = [
                ("national/rules/directory.yaml", TWO_PROVINCES),
                ("national/rules/far.yaml", FAR),
                ("town/rules/send.rhai", script.as_str()),
                ("town/rules/send.test.yaml", row.as_str()),
            ];
            let (exit, said) = check(&packs("topic: water", "agency: nation", &more), "town");
            assert_eq!((exit, said.matches("PG-P103").count()), (0, usize::from(told)), "{agency}: {said}");
            assert!(!told || said.contains(at) && said.contains("(of there)"), "{agency}: {said}");
        }
    }
}
