//! `peygir explain table` on what is shipped, and on what is wrong.

use std::path::PathBuf;

use crate::binary::{Called, call, folder, root};

fn provinces() -> PathBuf {
    root().join("examples/three-provinces")
}

/// In English, where nothing else is said.
fn explained(arguments: &[&str]) -> Called {
    let language: &[&str] = if arguments.contains(&"--lang") { &[] } else { &["--lang", "en"] };
    call(&provinces(), &[&["explain", "table"][..], arguments, language].concat())
}

fn told(arguments: &[&str]) -> String {
    let called = explained(arguments);
    // Which folder stands for the pack below is told beside it.
    let said = called.stderr.lines().find(|line| !line.contains("the pack below") && !line.contains("بستهٔ زیرین"));
    assert_eq!((called.code, said), (0, None), "{arguments:?}");
    called.stdout.replace(['\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}'], "")
}

#[test]
fn a_deployment_tells_the_tables_of_a_place_with_its_titles() {
    let mashhad = ["--province", "khorasan-razavi", "--county", "mashhad", "--table", "samad-routing"];
    let persian = told(&[&["."][..], &mashhad, &["--lang", "fa"]].concat());
    for line in [
        "اگر موضوع «معابر شهر و روستا» باشد و شهرستان معلوم باشد، به شهرداری مشهد، واحد معابر، با مهلت ۱۰ روز کاری.",
        "(از بستهٔ شهرستان مشهد)",
        "بستهٔ شهرستان مشهد «حریم حرم» را افزوده",
    ] {
        assert!(persian.contains(line), "{line}\n{persian}");
    }
    // The province follows from the county.
    let by_county = told(&[".", "--county", "mashhad", "--table", "samad-routing", "--lang", "fa"]);
    assert_eq!(by_county, persian);
    let english = told(&[&["."][..], &mashhad].concat());
    assert!(english.contains("to Municipality of Mashhad, unit streets, within 10 working days."), "{english}");
    let national = told(&[".", "--table", "samad-routing", "--lang", "fa"]);
    assert!(national.contains("به شهرداری همان شهرستان، واحد معابر"), "{national}");
    assert!(!national.contains("حریم حرم"));
}

#[test]
fn an_overlay_is_told_as_the_table_that_it_makes() {
    let made = told(&["mashhad/rules/routing/samad-routing.overlay.yaml", "--lang", "fa"]);
    assert!(made.contains("حریم حرم") && made.contains("بستهٔ خراسان رضوی"), "{made}");
    let base = told(&["../../rules/routing/samad-routing.table.yaml", "--format", "md"]);
    assert!(base.contains("## SAMAD") || base.starts_with("## "), "{base}");
    assert!(base.contains("`danger-to-life`") && base.contains("\n1. If the topic is “Danger to life”"), "{base}");
}

#[test]
fn a_day_says_what_is_in_force() {
    let on = |day: &str| {
        let called = told(&[".", "--province", "isfahan", "--table", "samad-routing", "--on", day, "--format", "json"]);
        let tables: serde_json::Value = serde_json::from_str(&called).unwrap();
        let rules = tables[0]["rules"].as_array().unwrap().clone();
        let rules = rules.into_iter().filter(|rule| rule["id"] == "environment");
        rules.map(|rule| rule["inForce"] == true).collect::<Vec<_>>()
    };
    assert_eq!(on("1405/09/01"), [true, false]);
    assert_eq!(on("۱۴۰۵/۰۸/۳۰"), [false, true]);
}

#[test]
fn what_is_wrong_is_told() {
    for (arguments, part) in [
        (&["nowhere"][..], "nowhere is no table, no pack and no deployment"),
        (&["deployment.yaml"], "is no decision table and no overlay of one"),
        (&[".", "--table", "samad-routin"], "did you mean \"samad-routing\"?"),
        (&[".", "--county", "mashad"], "did you mean \"mashhad\"?"),
        (&[".", "--on", "1405/13/01"], "--on: "),
        (
            &[".", "--province", "isfahan", "--county", "mashhad"],
            "\"mashhad\" belongs to khorasan-razavi, not to isfahan",
        ),
        (&[".", "--province", "isfahan", "--agency", "tamin-golestan"], "\"tamin-golestan\" belongs to golestan"),
    ] {
        let called = explained(arguments);
        assert_eq!((called.code, called.stdout.as_str()), (64, ""), "{arguments:?}");
        assert!(called.stderr.contains(part), "{arguments:?}: {}", called.stderr);
    }
    let broken = folder(&[("a.table.yaml", "kind: decision-table\nid: a\n")]);
    let called = call(broken.path(), &["explain", "table", "a.table.yaml", "--lang", "en"]);
    assert_eq!(called.code, 1, "{}", called.stdout);
    assert!(called.stderr.contains("a.table.yaml") || called.stdout.contains("a.table.yaml"), "{}", called.stderr);
    let alone = folder(&[(
        "a.table.yaml",
        "kind: decision-table\nid: a\nversion: 1.0.0\nhit: first\ninputs: { x: { type: integer } }\noutputs: { o: { type: string } }\nrules: [ { id: z, last: true, then: { o: b } } ]\n",
    )]);
    let called = call(alone.path(), &["explain", "table", "a.table.yaml", "--lang", "en"]);
    assert_eq!(called.code, 0, "{}", called.stderr);
    assert!(called.stdout.contains("1. Otherwise o: b."), "{}", called.stdout);
    // Whoever asks for no language reads Persian, with the digits of it.
    let called = call(alone.path(), &["explain", "table", "a.table.yaml"]);
    assert_eq!(called.stdout, call(alone.path(), &["explain", "table", "a.table.yaml", "--lang", "fa"]).stdout);
    assert!(called.stdout.contains("۱. "), "{}", called.stdout);
}
