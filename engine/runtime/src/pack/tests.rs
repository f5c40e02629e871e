use std::fs;
use std::path::{Path, PathBuf};

use peygir_source::render::Language;
use peygir_source::{Diagnostic, Diagnostics, Severity};

use super::*;

/// The top of the repository: the national pack.
fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Errors and warnings; what is merely told is left out.
fn more_than_notes(found: &Diagnostics) -> Vec<&Diagnostic> {
    found.list.iter().filter(|found| found.severity != Severity::Information).collect()
}

fn codes(found: &Diagnostics) -> Vec<(&'static str, String, u32)> {
    let name = |file: &str| file.rsplit('/').next().unwrap_or_default().to_owned();
    found.list.iter().map(|found| (found.code, name(&found.file), found.span.line)).collect()
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

const PACK: &str = "kind: pack\nname: p\nversion: 0.1.0\ntitle: { fa: ب, en: P }\n";
const DIRECTORY: &str = "kind: directory
province: { id: yazd, fa: یزد, en: Yazd }
roles: [ { id: operator, fa: کارشناس, en: Operator } ]
topics: [ { id: water, fa: آب, en: Water } ]
people: [ { id: op, fa: الف, en: A, roles: [ { role: operator, province: yazd } ] } ]
";
const CALENDAR: &str =
    "kind: calendar\nid: always\ntitle: { fa: همیشه, en: Always }\nzone: Asia/Tehran\nalways: true\n";
const FORM: &str = "kind: form
id: a/form
title: { fa: فرم, en: Form }
fields: [ { name: topic, kind: choice, label: { fa: موضوع, en: Topic }, options: { from: topics } } ]
";
const TEMPLATE: &str = "kind: template\nid: a/words\nsms: سلام {{ case.code }}\n";
const DEPLOYMENT: &str = "kind: deployment
name: d
title: { fa: د, en: D }
province: yazd
packs: [ pack ]
caseType: a
intake: ir-a/flow:1.0.0
calendar: always
connectors: { box: { use: outbox } }
channels: { sms: box }
";

fn flow(task: &str) -> String {
    format!("document: {{ dsl: '1.0.3', namespace: ir-a, name: flow, version: '1.0.0' }}\ndo:\n  - one:\n{task}")
}

const TASK: &str = "      call: human-task
      with: { form: a/form, assign: { role: operator }, due: { within: PT1H, calendar: always } }
";

fn deployment(changes: &[(&str, &str)]) -> tempfile::TempDir {
    let flow = flow(TASK);
    let mut files = vec![
        ("deployment.yaml", DEPLOYMENT),
        ("pack/pack.yaml", PACK),
        ("pack/workflows/flow/workflow.yaml", flow.as_str()),
        ("pack/workflows/flow/forms/form.yaml", FORM),
        ("pack/workflows/flow/templates/words.yaml", TEMPLATE),
        ("pack/workflows/flow/README.md", "# flow"),
        ("pack/rules/directory/all.yaml", DIRECTORY),
        ("pack/rules/calendars/always.yaml", CALENDAR),
    ];
    for (name, text) in changes {
        files.retain(|(known, _)| known != name);
        files.push((name, text));
    }
    folder(&files)
}

#[test]
fn the_example_deploys_without_a_finding() {
    let (catalog, found) =
        load(&top().join("examples/one-province")).unwrap_or_else(|found| panic!("{:#?}", found.list));
    assert_eq!(more_than_notes(&found), [] as [&Diagnostic; 0]);
    let flows: Vec<String> = catalog.flows.keys().map(ToString::to_string).collect();
    for name in ["ir-foad/duty-inspection:1.0.0", "ir-foad/foad-128:1.0.0", "ir-foad/intake:1.0.0"] {
        assert!(flows.iter().any(|flow| flow == name), "{flows:?}");
    }
    let home = catalog.home();
    assert!(["foad-routing", "propose-agency", "propose-topic"].iter().all(|id| home.tables.contains_key(*id)));
    assert!(home.scripts.contains_key("on-overdue"));
    assert_eq!(catalog.packs.len(), 2);
    assert_eq!(catalog.deployment.province_of_line("sms", "6133"), Some("hamedan"));
    assert_eq!(catalog.deployment.connector_of_channel("mail").map(|used| used.kind.as_str()), Some("outbox"));
    let classify = catalog.home().forms["intake/classify"].field("agency").expect("the form asks for the agency");
    let peygir_casework::content::FieldKind::Choice(agencies) = &classify.kind else { panic!("a choice") };
    assert_eq!(agencies.len(), catalog.directory.agencies.len());
}

#[test]
fn every_agency_of_the_example_has_a_duty_manager_and_a_head() {
    let (catalog, _) = load(&top().join("examples/one-province")).expect("the example is right");
    for agency in &catalog.directory.agencies {
        for role in ["duty-manager", "agency-head"] {
            let holders = catalog.directory.nearest_holders(role, Some("hamedan"), None, Some(&agency.id));
            assert_eq!(holders.len(), 1, "{role} of {}", agency.id);
        }
    }
}

#[test]
fn a_small_deployment_loads() {
    let folder = deployment(&[]);
    let (catalog, found) = load(folder.path()).unwrap_or_else(|found| panic!("{:#?}", found.list));
    assert_eq!(found.list, []);
    assert_eq!(catalog.flows.len(), 1);
}

#[test]
fn names_that_lead_nowhere_are_found_where_they_stand() {
    let cases = [
        ("{ form: a/from, assign: { role: operator } }", "PG-P050", "a/form"),
        ("{ form: a/form, assign: { role: oprator } }", "PG-P052", "operator"),
        ("{ form: a/form, assign: { role: operator, person: opp } }", "PG-P053", "op"),
        ("{ form: a/form, assign: { role: operator }, due: { within: PT1H, calendar: alway } }", "PG-P054", "always"),
        (
            "{ form: a/form, assign: { role: operator }, onOverdue: { flow: 'ir-a/flwo:1.0.0' } }",
            "PG-P055",
            "ir-a/flow:1.0.0",
        ),
        ("{ form: a/form, assign: { role: operator }, notify: { by: sms, template: a/word } }", "PG-P051", "a/words"),
        ("{ form: a/form, assign: { role: operator }, notify: { by: smss, template: a/words } }", "PG-P056", "sms"),
    ];
    for (with, code, near) in cases {
        let flow = flow(&format!("      call: human-task\n      with: {with}\n"));
        let folder = deployment(&[("pack/workflows/flow/workflow.yaml", &flow)]);
        let found = load(folder.path()).expect_err(with);
        let first = found.list.iter().find(|found| found.code == code).unwrap_or_else(|| panic!("{with}: {found:#?}"));
        assert_eq!(first.span.line, 5, "{with}");
        assert_eq!(first.help_in(Language::English), Some(format!("did you mean \"{near}\"?").as_str()), "{with}");
    }
}

#[test]
fn a_template_without_words_for_its_channel_is_found() {
    let flow = flow("      call: notify\n      with: { to: citizen, by: [ sms, mail ], template: a/words }\n");
    let folder = deployment(&[("pack/workflows/flow/workflow.yaml", &flow)]);
    let found = load(folder.path()).unwrap_err();
    assert_eq!(codes(&found), [("PG-P057", "workflow.yaml".to_owned(), 5)]);
}

#[test]
fn a_function_that_does_not_exist_is_refused() {
    let flow = flow("      call: humantask\n      with: {}\n");
    let folder = deployment(&[("pack/workflows/flow/workflow.yaml", &flow)]);
    let found = load(folder.path()).unwrap_err();
    let named = found.list.iter().any(|found| found.help.as_ref().is_some_and(|help| help.en.contains("human-task")));
    assert!(named, "{found:#?}");
}

#[test]
fn a_deployment_is_checked_against_what_its_packs_hold() {
    let wrong = DEPLOYMENT
        .replace("province: yazd", "province: yazdd")
        .replace("ir-a/flow:1.0.0", "ir-a/flow:2.0.0")
        .replace("calendar: always", "calendar: never")
        + "lines: [ { line: '1', province: qom } ]\n";
    let folder = deployment(&[("deployment.yaml", &wrong)]);
    let found = load(folder.path()).unwrap_err();
    let expected = [("PG-P055", 7), ("PG-P054", 8), ("PG-P061", 4), ("PG-P061", 11)];
    let expected: Vec<_> = expected.map(|(code, line)| (code, "deployment.yaml".to_owned(), line)).into();
    assert_eq!(codes(&found), expected);
}

#[test]
fn all_mistakes_of_a_deployment_file_are_told_at_once() {
    let wrong = "kind: deployment
name: D
title: { fa: د, en: D }
province: yazd
packs: [ pack, nowhere ]
caseType: a
intake: flow
calendar: always
zone: Asia/Teheran
listen: everywhere
lines: [ { connector: bix, line: '1', province: yazd } ]
connectors: { box: { use: outbox, secret: x } }
channels: { sms: bax, pigeon: box }
htp: {}
";
    let folder = deployment(&[("deployment.yaml", wrong)]);
    let mut lines: Vec<_> =
        load(folder.path()).unwrap_err().list.iter().map(|found| (found.span.line, found.code)).collect();
    lines.sort_unstable();
    let expected = [
        (2, "PG-P005"),
        (5, "PG-P040"),
        (7, "PG-P055"),
        (9, "PG-P062"),
        (10, "PG-P063"),
        (11, "PG-P060"),
        (12, "PG-P002"),
        (13, "PG-P002"),
        (13, "PG-P060"),
        (14, "PG-P002"),
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_later_pack_replaces_a_form_and_may_not_repeat_a_table() {
    let table = "kind: decision-table
id: t
version: 1.0.0
hit: first
inputs: { topic: { type: string, from: case.topic } }
outputs: { agency: { type: string } }
rules: [ { id: all, last: true, then: { agency: x } } ]
";
    let two = DEPLOYMENT.replace("[ pack ]", "[ pack, over ]");
    let over = "kind: pack\nname: o\nversion: 0.1.0\ntitle: { fa: ب, en: O }\nover: [ p ]\n";
    let form = FORM.replace("en: Form", "en: Other form");
    let base = [
        ("deployment.yaml", two.as_str()),
        ("over/pack.yaml", over),
        ("over/workflows/flow/forms/form.yaml", form.as_str()),
        ("pack/rules/t.table.yaml", table),
    ];
    let (catalog, _) = load(deployment(&base).path()).unwrap_or_else(|found| panic!("{:#?}", found.list));
    assert_eq!(catalog.home().forms["a/form"].title_en, "Other form");

    let twice: Vec<_> = base.iter().copied().chain([("over/rules/t.table.yaml", table)]).collect();
    let found = load(deployment(&twice).path()).unwrap_err();
    let note = ("PG-P104", "form.yaml".to_owned(), 1);
    assert_eq!(codes(&found), [("PG-P041", "t.table.yaml".to_owned(), 1), note]);
    assert!(found.list[0].help_in(Language::English).unwrap().contains("decision-table-overlay"), "{found:#?}");

    // Packs have an order of their own, in whatever order they are named.
    let upside_down = DEPLOYMENT.replace("[ pack ]", "[ over, pack ]");
    let folder = deployment(&[&base[1..], &[("deployment.yaml", upside_down.as_str())]].concat());
    let (catalog, _) = load(folder.path()).unwrap_or_else(|found| panic!("{:#?}", found.list));
    assert_eq!(catalog.home().forms["a/form"].title_en, "Other form");
    let alone = DEPLOYMENT.replace("[ pack ]", "[ over ]");
    let found = load(deployment(&[&base[1..], &[("deployment.yaml", alone.as_str())]].concat()).path()).unwrap_err();
    assert!(codes(&found).contains(&("PG-P043", "pack.yaml".to_owned(), 5)), "{found:#?}");
}

/// Whoever mends the one mistake and deploys again would only then learn of the other.
#[test]
fn what_is_wrong_with_an_overlays_form_hides_nothing_of_what_it_comes_to() {
    let table = "kind: decision-table
id: t
version: 1.0.0
hit: first
inputs: { topic: { type: string, from: case.topic } }
outputs: { days: { type: integer, max: 15 } }
rules:
  - { id: water, when: { topic: water }, then: { days: 10 } }
  - { id: all, last: true, then: { days: 15 } }
";
    let overlay = "kind: decision-table-overlay
extends: { id: t, version: '^1.0' }
version: 1.0.0
titel: { fa: ب, en: b }
replace:
  water: { then: { days: 20 } }
  watter: { then: { days: 5 } }
supersedes: [ { test: 1 } ]
tests:
  - { given: { topic: water }, expect: { days: 12 } }
";
    let two = DEPLOYMENT.replace("[ pack ]", "[ pack, over ]");
    let over = "kind: pack\nname: o\nversion: 0.1.0\ntitle: { fa: ب, en: O }\nover: [ p ]\n";
    let files = [
        ("deployment.yaml", two.as_str()),
        ("over/pack.yaml", over),
        ("over/rules/t.overlay.yaml", overlay),
        ("pack/rules/t.table.yaml", table),
    ];
    let found = load(deployment(&files).path()).unwrap_err();
    let mut told = codes(&found);
    told.sort_by_key(|(_, _, line)| *line);
    let file = "t.overlay.yaml".to_owned();
    // Its test is not run: on a table that is only partly changed it would mislead.
    let expected = [("PG-T002", 4), ("PG-T012", 6), ("PG-T007", 7), ("PG-T003", 8)];
    assert_eq!(told, expected.map(|(code, line)| (code, file.clone(), line)), "{found:#?}");
}

#[test]
fn a_pack_is_not_called_as_a_command_or_a_page() {
    for name in ["upload", "editions", "rollback"] {
        let manifest = format!("kind: pack\nname: {name}\nversion: 0.1.0\ntitle: {{ fa: ب, en: P }}\n");
        let found = load(deployment(&[("pack/pack.yaml", &manifest)]).path()).unwrap_err();
        assert_eq!(codes(&found).first(), Some(&("PG-P088", "pack.yaml".to_owned(), 2)), "{found:#?}");
    }
}

#[test]
fn a_table_that_fails_its_own_tests_is_refused() {
    let table = "kind: decision-table
id: t
version: 1.0.0
hit: first
inputs: { topic: { type: string, from: case.topic } }
outputs: { agency: { type: string } }
rules: [ { id: all, last: true, then: { agency: x } } ]
tests: [ { given: { topic: a }, expect: { agency: y } } ]
";
    let folder = folder(&[("t.table.yaml", table)]);
    let checked = check(&[folder.path().join("t.table.yaml")]);
    assert_eq!(codes(&checked.found), [("PG-T015", "t.table.yaml".to_owned(), 8)]);
}

#[test]
fn a_script_may_not_take_the_name_of_a_built_in_or_a_table() {
    let folder = deployment(&[("pack/rules/notify.rhai", "fn notify(req, now, args) { 1 }")]);
    let found = load(folder.path()).unwrap_err();
    assert_eq!(codes(&found), [("PG-P041", "notify.rhai".to_owned(), 1)]);
}

#[test]
fn bytes_that_are_no_text_and_files_that_are_too_long_are_told() {
    let folder = folder(&[("a.yaml", "kind: form\n")]);
    fs::write(folder.path().join("b.yaml"), b"kind: form\nid: \xff\xfe\n").unwrap();
    fs::write(folder.path().join("c.yaml"), vec![b'a'; FILE_BYTES_MAX as usize + 1]).unwrap();
    fs::write(folder.path().join("d.yaml"), "a: [\n").unwrap();
    fs::write(folder.path().join("e.yaml"), "kind: poem\n").unwrap();
    let found = check(&[folder.path().to_owned()]).found;
    let of = |file: &str| codes(&found).into_iter().filter(|(_, name, _)| name == file).collect::<Vec<_>>();
    assert_eq!(of("b.yaml"), [("PG-P008", "b.yaml".to_owned(), 2)]);
    assert_eq!(of("c.yaml"), [("PG-P009", "c.yaml".to_owned(), 1)]);
    assert!(of("d.yaml").iter().all(|(code, _, _)| code.starts_with("PG-Y")) && !of("d.yaml").is_empty());
    assert_eq!(of("e.yaml"), [("PG-P042", "e.yaml".to_owned(), 1)]);
}

#[test]
fn folders_that_lead_round_or_down_too_far_end() {
    let folder = deployment(&[]);
    let deep = folder.path().join("pack/rules").join("a/".repeat(DEPTH_MAX + 1));
    fs::create_dir_all(deep).unwrap();
    assert!(codes(&load(folder.path()).unwrap_err()).iter().all(|(code, ..)| *code == "PG-P001"));
}

#[test]
fn what_is_not_there_is_said() {
    let nowhere = PathBuf::from("no/such/folder");
    assert_eq!(codes(&check(std::slice::from_ref(&nowhere)).found), [("PG-P001", "folder".to_owned(), 1)]);
    assert_eq!(codes(&load(&nowhere).unwrap_err()), [("PG-P001", "deployment.yaml".to_owned(), 1)]);
}

#[test]
fn each_shipped_file_is_right_by_itself_and_as_a_whole() {
    for part in ["workflows/foad-128", "rules", "rules/escalation/on-overdue.rhai", ".", "examples/one-province"] {
        let checked = check(&[top().join(part)]);
        assert_eq!(more_than_notes(&checked.found), [] as [&Diagnostic; 0], "{part}");
        assert!(!checked.files.is_empty(), "{part}");
    }
}

#[test]
fn shipped_scenarios_are_gherkin_in_both_languages() {
    let mut scenarios = 0;
    let mut persian = 0;
    for flow in ["intake", "foad-128", "duty-inspection"] {
        let folder = top().join("workflows").join(flow).join("scenarios");
        for entry in fs::read_dir(folder).expect("each flow has scenarios") {
            let path = entry.unwrap().path();
            // The keyword table has ویژگی with a vowel mark only; people write it without.
            let text = fs::read_to_string(&path).unwrap().replace("\nویژگی:", "\nوِیژگی:");
            let feature = gherkin::Feature::parse(&text, gherkin::GherkinEnv::default())
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            assert!(feature.scenarios.iter().all(|scenario| scenario.steps.len() >= 2), "{}", path.display());
            scenarios += feature.scenarios.len();
            persian += if text.starts_with("# language: fa") { feature.scenarios.len() } else { 0 };
        }
    }
    assert!(scenarios >= 12 && persian >= 3, "{scenarios} scenarios, {persian} of them in Persian");
}

#[test]
fn the_escalation_script_answers_as_its_rows_say() {
    let text = |name: &str| fs::read_to_string(top().join("rules/escalation").join(name)).expect("it is shipped");
    let script = peygir_script::Script::compile("on-overdue", &text("on-overdue.rhai")).expect("the script is right");
    let tree = peygir_source::yaml::parse(&text("on-overdue.test.yaml")).expect("the rows are YAML");
    let rows = peygir_script::tests::read(&tree).expect("the rows are right");
    let outcomes =
        peygir_script::tests::run(&script, &rows, &peygir_script::World::default(), &peygir_script::Deadline::never());
    assert!(outcomes.len() >= 4);
    assert!(outcomes.iter().all(|outcome| outcome.passed), "{outcomes:#?}");
}

const PROVINCE: &str = "kind: pack\nname: province\nversion: 0.1.0\ntitle: { fa: ا, en: P }\nover: [ p ]\n";
const BASE: &str = "kind: calendar
id: base
title: { fa: پایه, en: Base }
week: { sat: ['08:00-14:00'], sun: ['08:00-14:00'], mon: [], tue: [], wed: [], thu: [], fri: [] }
";
const DIFFERENCE: &str = "kind: calendar
id: yazd
title: { fa: یزد, en: Yazd }
extends: base
for: { province: yazd }
week: { thu: ['08:00-11:00'] }
";

/// A deployment of two packs, the upper one with these calendars.
fn layered(upper: &[(&str, &str)]) -> tempfile::TempDir {
    let mut changes = vec![
        ("pack/rules/calendars/base.yaml".to_owned(), BASE.to_owned()),
        ("upper/pack.yaml".to_owned(), PROVINCE.to_owned()),
        ("deployment.yaml".to_owned(), DEPLOYMENT.replace("[ pack ]", "[ pack, upper ]")),
    ];
    changes.extend(upper.iter().map(|(name, text)| (format!("upper/rules/calendars/{name}.yaml"), (*text).to_owned())));
    let changes: Vec<_> = changes.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    deployment(&changes)
}

#[test]
fn calendars_of_all_packs_are_resolved_together() {
    let folder = layered(&[("yazd", DIFFERENCE)]);
    let (catalog, _) = load(folder.path()).unwrap_or_else(|found| panic!("{found:#?}"));
    let yazd = peygir_calendar::Place { province: Some("yazd".to_owned()), ..Default::default() };
    let at = |place| catalog.home().calendars.at("base", place).map(|calendar| calendar.id().to_owned());
    assert_eq!(at(&yazd).as_deref(), Some("yazd"));
    assert_eq!(at(&peygir_calendar::Place::default()).as_deref(), Some("base"));
    assert_eq!(catalog.home().calendar_digests.len(), 3);

    // The upper pack's calendar of the same name takes the place of the lower one, for what extends it too.
    let closed = BASE.replace("sun: ['08:00-14:00']", "sun: []");
    let folder = layered(&[("yazd", DIFFERENCE), ("base", closed.as_str())]);
    let (catalog, _) = load(folder.path()).unwrap_or_else(|found| panic!("{found:#?}"));
    let sunday = jiff::civil::date(2026, 11, 22);
    for id in ["base", "yazd"] {
        let calendar = catalog.home().calendars.get(id).unwrap();
        assert!(!calendar.day(sunday, &peygir_calendar::Place::default()).unwrap().counts, "{id}");
    }
}

#[test]
fn a_calendar_of_a_province_names_places_that_there_are() {
    let wrong = DIFFERENCE.replace("province: yazd", "province: yazdd").replace("[ base ]", "base");
    let folder = layered(&[("yazd", wrong.as_str())]);
    let found = load(folder.path()).expect_err("there is no such province");
    assert_eq!(found.list.len(), 1, "{found:#?}");
    assert_eq!((found.list[0].span.line, found.list[0].message.contains("yazdd")), (5, true), "{found:#?}");
    // A country's pack may name any province.
    let folder = deployment(&[
        ("pack/rules/calendars/base.yaml", BASE),
        ("pack/rules/calendars/isfahan.yaml", &DIFFERENCE.replace("yazd", "isfahan")),
    ]);
    assert!(load(folder.path()).is_ok());
}

#[test]
fn a_pack_alone_is_told_how_to_check_what_it_extends() {
    let folder = layered(&[("yazd", DIFFERENCE)]);
    let upper = folder.path().join("upper");
    // The pack below lies beside it: nothing is missing.
    assert_eq!(check(std::slice::from_ref(&upper)).found.list, []);
    fs::rename(folder.path().join("pack"), folder.path().join("moved-away")).unwrap();
    fs::remove_file(folder.path().join("moved-away/pack.yaml")).unwrap();
    let checked = check(&[upper]);
    let [missing, only] = checked.found.list.as_slice() else { panic!("{:#?}", checked.found) };
    assert_eq!((missing.code, missing.severity, missing.span.line), ("PG-P058", peygir_source::Severity::Warning, 5));
    assert_eq!((only.code, only.severity, only.span.line), ("PG-C014", peygir_source::Severity::Warning, 4));
    assert!(only.help_in(Language::English).unwrap().contains("check the deployment"), "{only:#?}");
    assert!(only.help_in(Language::Persian).unwrap().contains("استقرار"));
    // The deployment knows all packs: there, what is missing is an error.
    let folder = layered(&[("yazd", &DIFFERENCE.replace("extends: base", "extends: bsae"))]);
    let found = load(folder.path()).expect_err("there is no such calendar");
    assert_eq!((found.list[0].code, found.list[0].severity), ("PG-C014", peygir_source::Severity::Error));
    assert!(found.list[0].help_in(Language::English).unwrap().contains("base"));
}
