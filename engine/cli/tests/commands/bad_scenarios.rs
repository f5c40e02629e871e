//! What is wrong with a scenario is told at its place, and nothing of its file is run.

use crate::binary::{call, folder, root};

/// A file, and for each finding its place and a part of what is said.
fn check(text: &str, expected: &[(&str, &str)]) {
    let folder = folder(&[("a.feature", text)]);
    let called = call(folder.path(), &["test", "a.feature"]);
    assert_eq!(called.code, 1, "{}", called.stdout);
    assert!(called.stdout.starts_with("✗ a.feature: can't be run"), "{}", called.stdout);
    for (place, said) in expected {
        let found = called.stdout.split("\n\n").find(|finding| finding.contains(&format!("--> a.feature:{place}\n")));
        let found = found.unwrap_or_else(|| panic!("nothing at {place}:\n{}", called.stdout));
        assert!(found.contains(said), "at {place} expected {said}, found {found}");
    }
    let count = called.stdout.matches("error[").count();
    assert_eq!(count, expected.len(), "{}", called.stdout);
}

#[test]
fn an_unknown_step_is_told_with_the_nearest_one() {
    check(
        "Feature: a\n  Scenario: b\n    # first\n    When taks foad/x is opne for clerk\n    Then an SMS goes to 0999 with «x»\n",
        &[
            ("4:5", "the nearest step is: task FORM is open for ROLE"),
            ("5:5", "the nearest step is: an SMS went to RECIPIENT containing «TEXT»"),
        ],
    );
    check(
        "# language: fa\nويژگي: الف\n  سناريو: ب\n    هنگامي كه ۲ ساعت مي‌گذشت\n",
        &[("4:5", "the nearest step is: N ساعت می‌گذرد")],
    );
}

#[test]
fn a_step_that_is_not_written_right_is_told() {
    check(
        "Feature: a\n  Scenario: b\n    Given the clock stands at noon\n    When op completes task x with:\n    \
         And 1 hour passes\n      | a | b |\n    And op completes task x with:\n      | a | b |\n    And no task is open\n    \
         Then 1 hour passes\n",
        &[
            ("3:5", "\"noon\" is no instant"),
            ("4:5", "a table must follow"),
            ("5:5", "takes no table"),
            ("7:5", "first row must be"),
            ("9:5", "does not stand below Then"),
            ("10:5", "stands below Then"),
        ],
    );
}

#[test]
fn what_would_pass_in_silence_is_refused() {
    check(
        "Feature: a\n  Scenario: b\n    Wehn 1 hour passes\n    Then no task is open\n",
        &[("3:5", "\"Wehn\" is no keyword")],
    );
    check("Feature: a\n  Scenario: b\n", &[("2:3", "the scenario has no steps")]);
    check("Feature: a\n", &[("1:1", "the file has no scenario")]);
    check(
        "Feature: a\n  Scenario Outline: b\n    When <n> hours pass\n",
        &[("2:3", "the outline has no examples"), ("3:5", "no step")],
    );
    check(
        "Feature: a\n  Scenario Outline: b\n    When <n> hours pass\n    Examples:\n      | m |\n      | 1 |\n",
        &[("3:5", "there is no step \"<n> hours pass\"")],
    );
    check(
        "Feature: a\n  Scenario: b\n    When op completes task x with:\n      | field | value |\n      | a | b | c |\n",
        &[("5:7", "the row has 3 cells and the first one has 2")],
    );
}

#[test]
fn what_is_no_gherkin_is_told_at_its_line() {
    check(
        "Feature: a\n  Scenario: b\n    When 1 hour passes\n\n    Wehn 1 hour passes\n",
        &[("5:5", "cannot be read as Gherkin")],
    );
    check("hello\n", &[("1:1", "cannot be read as Gherkin")]);
    check("", &[("1:1", "cannot be read as Gherkin")]);
    check("# language: xx\nFeature: a\n", &[("1:1", "no steps in the language")]);
}

#[test]
fn a_step_that_holds_for_nothing_fails() {
    let steps = |last: &str| {
        format!(
            "Feature: a\n  Scenario: b\n    Given the deployment {}\n    And the clock stands at 2026-11-21T10:00+03:30\n    {last}\n",
            crate::binary::root().join("examples/one-province").display()
        )
    };
    for (last, said) in [
        ("Then task foad/resolutoin is not open", "found     there is none of that id"),
        ("Then 0 messages by template foad/nothing were sent", "found     there is none of that id"),
        ("Then the case is in round 1", "expected  a case was opened"),
        ("When nobody claims task foad/resolution", "expected  nobody is a person of the directory"),
        ("When op-sadef claims task foad/resolution", "did you mean op-sadaf?"),
        ("When op-sadaf claims task foad/resolution", "found     no task is open"),
        ("When the fax gateway is down", "found     it has mail, sms"),
        ("When the same SMS is delivered again", "expected  an SMS came before"),
        ("When a citizen texts «x» from 02112345678 to 6133", "mobile-invalid"),
    ] {
        let folder = folder(&[("a.feature", &steps(last))]);
        let called = call(folder.path(), &["test", "."]);
        assert_eq!(called.code, 1, "{last}: {}", called.stdout);
        assert!(called.stdout.contains("--> a.feature:5\n"), "{}", called.stdout);
        assert!(called.stdout.contains(said), "{last} lacks {said}: {}", called.stdout);
    }
}

#[test]
fn missing_deployments_and_paths_are_told() {
    let folder = folder(&[(
        "a.feature",
        "Feature: a\n  Scenario: b\n    Given the deployment nowhere\n    When 1 hour passes\n",
    )]);
    let called = call(folder.path(), &["test", "a.feature", "b.feature", "c"]);
    assert_eq!(called.code, 1);
    for part in [
        "--> b.feature:1:1",
        "--> c:1:1",
        "there is no such file or folder",
        "nowhere is a folder with a deployment.yaml",
    ] {
        assert!(called.stdout.contains(part), "lacks {part}: {}", called.stdout);
    }
    assert!(
        called.stdout.ends_with("1 scenario, 0 rows in 3 files: 1 failed, 2 files can't be run\n"),
        "{}",
        called.stdout
    );
}

#[test]
fn a_deployment_that_is_not_sound_is_told() {
    let folder = folder(&[("d/deployment.yaml", "kind: deployment\nname: d\n")]);
    let called = call(folder.path(), &["test", "d"]);
    assert_eq!(called.code, 1);
    assert!(
        called.stdout.contains("✗ d: can't be run") && called.stdout.contains("d/deployment.yaml:"),
        "{}",
        called.stdout
    );
}

#[test]
fn rows_without_a_script_and_broken_files_are_told() {
    let folder = folder(&[
        ("a.test.yaml", "- { req: {}, expect: {} }\n"),
        ("b.yaml", "kind: decision-table\nid: [\n"),
        ("c.rhai", "fn c(req, now, args) { 1 }\n"),
        ("c.test.yaml", "- { req: {}, expect: 1 }\n- { name: two, req: {}, expect: 2 }\n"),
    ]);
    let called = call(folder.path(), &["test", "."]);
    assert_eq!(called.code, 1);
    for part in [
        "PG-G005",
        "there is no script a.rhai beside these tests",
        "✗ b.yaml: can't be run",
        "✗ c.test.yaml: 1 of 2 rows failed",
        "✗ c two\n  --> c.test.yaml:2\n",
        "expected  2\n  found     1\n",
    ] {
        assert!(called.stdout.contains(part), "lacks {part}: {}", called.stdout);
    }
    assert_eq!(call(folder.path(), &["test", "c.rhai", "--filter", "c 1"]).code, 0, "a script stands for its tests");
}

#[test]
fn wrong_usage_has_a_code_of_its_own() {
    let folder = folder(&[]);
    assert_eq!(call(folder.path(), &["test"]).code, 64);
    assert_eq!(call(folder.path(), &["test", ".", "--wrong"]).code, 64);
    let nothing = call(folder.path(), &["test", "."]);
    assert_eq!((nothing.code, nothing.stdout.trim()), (1, "0 scenarios, 0 rows in 0 files: nothing to test"));
}

#[test]
fn a_check_that_finds_nothing_to_check_fails() {
    let folder = folder(&[("empty/notes.txt", "nothing that is checked")]);
    let nothing = call(folder.path(), &["check", "empty"]);
    assert_eq!(nothing.code, 1, "{}", nothing.stderr);
    assert!(nothing.stderr.contains("nothing was checked"), "{}", nothing.stderr);
    let shipped = call(&root(), &["check", "workflows"]);
    assert_eq!(shipped.code, 0, "{}", shipped.stderr);
    assert!(!shipped.stderr.contains("nothing was checked"), "{}", shipped.stderr);
}

/// Fuel ends a script that never ends, also where functions of the language ask its own: the clock of the command and the server,
/// which hangs on the machine, is the last resort alone.
#[test]
fn a_script_that_never_ends_burns_its_fuel_on_every_machine() {
    for asked in ["a.sort(|x, y| x - y)", "a.map(|x| x + 1)", "a.filter(|x| x > 1)"] {
        let script = format!(
            "fn main(req, now, args) {{\n  let a = [];\n  for i in 0..900 {{ a.push(-i); }}\n  loop {{ {asked}; }}\n}}\n"
        );
        let rows = "- { name: it is stopped, fault: PG-S102 }\n";
        let folder = crate::binary::folder(&[("spin.rhai", &script), ("spin.test.yaml", rows)]);
        let called = crate::binary::call(folder.path(), &["test", "."]);
        assert_eq!(called.code, 0, "{asked}: {}{}", called.stdout, called.stderr);
    }
}
