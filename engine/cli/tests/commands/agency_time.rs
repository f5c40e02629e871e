//! What `peygir check` and `peygir test` say of time that a script gives to an agency, and of a script that is checked by itself.

use tempfile::TempDir;

use crate::asked::{DIRECTORY, overlay, packs};
use crate::binary::call;

/// A role of the nation's that somebody holds for an agency of Isfahan, and one that nobody does.
const ROLES: &str = "kind: directory
topics: [ { id: street, fa: خیابان, en: Street }, { id: water, fa: آب, en: Water } ]
roles: [ { id: mayor, fa: شهردار, en: Mayor }, { id: unit-head, fa: رئیس, en: Head }, { id: duty-manager, fa: مدیر, en: Manager } ]
";
const FORM: &str = "kind: form
id: inspect
title: { fa: فرم, en: Form }
fields: [ { name: note, kind: text, label: { fa: شرح, en: Note } } ]
";
const SCRIPT: &str = "fn late(req, now, args) {
  let whom = \"unit-head\";
  if req.round == 1 {
    return human_task(#{ form: \"inspect\", assign: #{ role: \"duty-manager\" }, due: #{ within: \"PT1H\" } });
  }
  if req.round == 2 {
    return verification_call(#{ script: \"inspect\", assign: #{ role: \"unit-head\" }, due: args.due });
  }
  if req.round == 3 {
    return [human_task(#{ form: \"inspect\", assign: #{ role: whom }, due: #{ workingDays: 200 } })];
  }
  [human_task(#{ form: \"inspect\", assign: #{ role: \"mayor\" }, due: #{ within: \"PT1H\" } }), human_task(#{ form: \"inspect\", assign: #{ role: \"unit-head\" } })]
}
";
const LATE: &str = "isfahan/rules/late.rhai";

fn rows(rounds: &[(u32, &str)]) -> String {
    let row = |(round, expect): &(u32, &str)| {
        format!("- {{ name: round {round}, req: {{ round: {round} }}, expect: {expect} }}\n")
    };
    rounds.iter().map(row).collect()
}

fn with(rows: &str) -> TempDir {
    let held = format!(
        "{DIRECTORY}people: [ {{ id: p, fa: پ, en: P, roles: [ {{ role: unit-head, province: isfahan, agency: abfa-isfahan }}, {{ role: mayor, province: isfahan }} ] }} ]\n"
    );
    let more = [
        ("national/rules/topics.yaml", ROLES),
        ("national/rules/inspect.yaml", FORM),
        ("isfahan/rules/directory.yaml", held.as_str()),
        (LATE, SCRIPT),
        ("isfahan/rules/late.test.yaml", rows),
    ];
    packs("isfahan", &overlay("when: { topic: street }, then: {}"), &more)
}

const THIRD: &str = "[ { action: human-task, form: inspect, assign: { role: unit-head }, due: { workingDays: 200 } } ]";
const FOURTH: &str = "[ { action: human-task, form: inspect, assign: { role: mayor }, due: { within: PT1H } }, { action: human-task, form: inspect, assign: { role: unit-head } } ]";

#[test]
fn time_that_a_script_gives_to_an_agency_is_told_where_it_is_written_and_by_the_rows() {
    let folder = with(&rows(&[(3, THIRD), (4, FOURTH)]));
    let called = call(folder.path(), &["check", "isfahan"]);
    let said = called.stdout + &called.stderr;
    for place in [format!("{LATE}:4:78"), format!("{LATE}:7:84"), "isfahan/rules/late.test.yaml:1".to_owned()] {
        assert_eq!(said.matches(&place).count(), 1, "{place}: {said}");
    }
    assert!(called.code == 1 && said.matches("PG-S110").count() == 3, "{said}");
    assert!(said.contains("answers for an agency") && said.contains("leave out `due`"), "{said}");
}

#[test]
fn a_row_that_expects_such_an_action_fails() {
    let folder = with(&rows(&[(3, THIRD), (4, FOURTH)]));
    let called = call(folder.path(), &["test", LATE]);
    let said = called.stdout + &called.stderr;
    assert!(called.code == 1 && said.contains("answers for an agency"), "{said}");
    assert!(said.contains("round 3") && !said.contains("✗ late round 4"), "{said}");
    let right = with(&rows(&[(4, FOURTH)]));
    let called = call(right.path(), &["test", LATE]);
    assert_eq!(called.code, 0, "{}{}", called.stdout, called.stderr);
}

/// A script that lies in a pack is judged as there, also where its file alone is named.
#[test]
fn a_script_that_is_checked_by_itself_is_checked_in_its_pack() {
    let folder = with(&rows(&[(4, FOURTH)]));
    let check = |path: &str| {
        let called = call(folder.path(), &["check", path]);
        (called.code, called.stdout + &called.stderr)
    };
    let ((_, whole), (code, alone)) = (check("isfahan"), check(LATE));
    let of_file = |said: &str| said.matches(&format!("{LATE}:")).count();
    assert_eq!((code, of_file(&alone), of_file(&whole)), (1, 2, 2), "{alone}{whole}");
    std::fs::write(folder.path().join(LATE), SCRIPT.replace("due: ", "copyTo: [], x: ")).unwrap();
    let (code, unknown) = check(LATE);
    assert!(code == 1 && unknown.contains("PG-S110"), "{unknown}");
}
