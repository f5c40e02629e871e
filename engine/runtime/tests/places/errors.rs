//! What is wrong with packs is told at once, each with its file, and with the place where it is wrong only there.

use peygir_runtime::pack;
use peygir_source::{Diagnostics, Severity};

use crate::packs::{self, DEPLOYMENT, Files, OFFICES, load, with};

fn codes(found: &Diagnostics) -> Vec<(&'static str, String, u32)> {
    let short =
        |file: &str| file.rsplit('/').take(3).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("/");
    found.list.iter().map(|one| (one.code, short(&one.file), one.span.line)).collect()
}

/// Codes and ends of file names, without what comes of the folder's name.
fn refused(files: &Files) -> (Diagnostics, Vec<(&'static str, u32)>) {
    let mut found = load(files).map(|(_, found)| found).expect_err("it is refused");
    // That Taft has a rule of its own in the place of the nation's is a note.
    found.list.retain(|one| one.severity > Severity::Information);
    let told = found.list.iter().map(|one| (one.code, one.span.line)).collect();
    (found, told)
}

#[test]
fn packs_that_do_not_fit_each_other_are_refused() {
    let cases: [(&str, &str, (&str, u32)); 8] = [
        ("yazd/pack.yaml", "for: { province: yazd }\nover: [ { name: national, version: '^2.0' } ]\n", ("PG-P045", 6)),
        ("yazd/pack.yaml", "for: { province: yazd }\nover: [ { name: national, version: two } ]\n", ("PG-P044", 6)),
        ("yazd/pack.yaml", "for: { province: yzad }\nover: [ national ]\n", ("PG-P020", 5)),
        ("yazd/pack.yaml", "for: { province: yazd, town: x }\nover: [ national ]\n", ("PG-P002", 5)),
        ("qom/pack.yaml", "for: { province: qom }\nover: [ national, yazd ]\n", ("PG-P049", 6)),
        ("qom/pack.yaml", "for: { province: qom }\nover: [ kerman ]\n", ("PG-P043", 6)),
        ("qom/pack.yaml", "author: 7\nfor: { province: qom }\nover: [ national ]\n", ("PG-P004", 5)),
        ("taft/pack.yaml", "for: { county: tafd }\nover: [ national ]\n", ("PG-P020", 5)),
    ];
    for (path, text, expected) in cases {
        let name = path.split('/').next().unwrap();
        let text = format!("kind: pack\nname: {name}\nversion: 1.2.0\ntitle: {{ fa: ب, en: P }}\n{text}");
        let (found, told) = refused(&with(&[(path, &text)]));
        assert!(told.contains(&expected), "{text}\n{found:#?}");
        assert!(found.list.iter().any(|one| one.code == expected.0 && one.file.ends_with(path)), "{found:#?}");
    }
    let again = with(&[("deployment.yaml", &DEPLOYMENT.replace("taft, qom", "taft, qom, qom"))]);
    assert!(codes(&refused(&again).0).iter().any(|(code, ..)| *code == "PG-P041"));
    let version = packs::files()["qom/pack.yaml"].replace("1.2.0", "'1.2'");
    assert!(refused(&with(&[("qom/pack.yaml", &version)])).1.contains(&("PG-P044", 3)));
}

#[test]
fn an_overlay_needs_its_table_below_it() {
    let overlay = packs::files()["yazd/rules/route.overlay.yaml"].clone();
    let (found, told) = refused(&with(&[("yazd/rules/route.overlay.yaml", &overlay.replace("id: route", "id: rout"))]));
    assert_eq!(told, [("PG-P046", 2)], "{found:#?}");
    assert!(found.list[0].help.as_ref().unwrap().en.contains("route"));
    // Named before the pack of its table.
    let early = DEPLOYMENT.replace("national, yazd, taft, qom", "early, national");
    let pack = "kind: pack\nname: early\nversion: 1.0.0\ntitle: { fa: ب, en: P }\n";
    let (found, told) = refused(&with(&[
        ("deployment.yaml", &early),
        ("early/pack.yaml", pack),
        ("early/rules/route.overlay.yaml", &overlay),
    ]));
    assert_eq!(told, [("PG-P046", 2)], "{found:#?}");
    // A table that another place has is not below it.
    let own = packs::files()["national/rules/route.table.yaml"].replace("id: route", "id: own");
    let (found, told) = refused(&with(&[
        ("qom/rules/own.table.yaml", &own),
        ("yazd/rules/own.overlay.yaml", &overlay.replace("id: route", "id: own")),
    ]));
    assert_eq!(told, [("PG-P046", 2)], "{found:#?}");
}

#[test]
fn what_is_wrong_in_one_place_names_it() {
    // Both overlays are right alone; over each other the county's rule has a name that the province took.
    let overlay = packs::files()["taft/rules/route.overlay.yaml"].clone();
    let alone = overlay.split("supersedes").next().unwrap();
    let files = with(&[("yazd/rules/more.overlay.yaml", alone)]);
    let (found, told) = refused(&files);
    assert_eq!(told.len(), 1, "{found:#?}");
    assert!(found.list[0].file.ends_with("taft/rules/route.overlay.yaml"), "{found:#?}");

    // A calendar that leans on one of another place is wrong in its own place alone.
    let leans = "kind: calendar\nid: qom\ntitle: { fa: ق, en: Q }\nextends: only-yazd\nfor: { province: qom }\n";
    let only = OFFICES.replace("id: offices", "id: only-yazd");
    let (found, told) = refused(&with(&[("qom/rules/qom.yaml", leans), ("yazd/rules/only.yaml", &only)]));
    assert_eq!(told, [("PG-C014", 4)], "{found:#?}");
    assert!(!found.list[0].message.contains("(in "), "the file says it: {found:#?}");

    // A national flow names what holds in one province alone.
    let flow =
        packs::files()["national/workflows/intake/workflow.yaml"].replace("template: a/words }", "template: a/more }");
    let more = "kind: template\nid: a/more\nsms: x\n";
    let (_, told) =
        refused(&with(&[("national/workflows/intake/workflow.yaml", &flow), ("qom/workflows/more.yaml", more)]));
    assert!(told.iter().all(|(code, _)| *code == "PG-P051") && !told.is_empty(), "{told:?}");
}

#[test]
fn a_template_that_a_province_replaces_still_speaks() {
    let silent = "kind: template\nid: a/words\nmail: { subject: x, body: y }\n";
    let (found, told) = refused(&with(&[("qom/workflows/words.yaml", silent)]));
    assert!(told.iter().all(|(code, _)| *code == "PG-P057") && !told.is_empty(), "{found:#?}");
    assert!(found.list[0].message.ends_with("(in qom)"), "{found:#?}");
    assert!(found.list[0].file.ends_with("national/workflows/intake/workflow.yaml"));
}

#[test]
fn two_provinces_may_have_a_table_each_and_one_place_has_one() {
    let own = packs::files()["national/rules/route.table.yaml"].replace("id: route", "id: own");
    assert!(load(&with(&[("qom/rules/own.table.yaml", &own), ("yazd/rules/own.table.yaml", &own)])).is_ok());
    let (found, told) = refused(&with(&[("yazd/rules/own.table.yaml", &own), ("taft/rules/own.table.yaml", &own)]));
    assert_eq!(told, [("PG-P041", 1)], "{found:#?}");
    assert!(found.list[0].help.as_ref().unwrap().en.contains("decision-table-overlay"));
}

#[test]
fn more_places_than_the_limit_are_refused() {
    let many: Vec<(String, String)> = (0..130)
        .map(|number| {
            let part = if number % 2 == 0 { "county" } else { "agency" };
            let text = format!(
                "kind: pack\nname: p{number}\nversion: 1.0.0\ntitle: {{ fa: ب, en: P }}\nfor: {{ {part}: x{number} }}\n"
            );
            (format!("p{number}/pack.yaml"), text)
        })
        .collect();
    let names: Vec<String> = (0..130).map(|number| format!("p{number}")).collect();
    let deployment = DEPLOYMENT.replace("taft, qom", &format!("taft, qom, {}", names.join(", ")));
    let mut changes = vec![("deployment.yaml", deployment.as_str())];
    changes.extend(many.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let (found, told) = refused(&with(&changes));
    let many = found.list.iter().find(|one| one.code == "PG-P047").unwrap_or_else(|| panic!("{found:#?}"));
    assert!(many.file.ends_with("deployment.yaml") && !told.is_empty());
}

#[test]
fn a_pack_alone_is_checked_with_what_lies_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let overlay = packs::files()["taft/rules/route.overlay.yaml"].replace("agency: gas,", "agence: gas,");
    packs::write(folder.path(), &with(&[("taft/rules/route.overlay.yaml", &overlay)]));
    // National and Yazd are found beside it, so that its overlay is laid over theirs.
    let checked = pack::check(&[folder.path().join("taft")]);
    assert!(checked.found.has_errors(), "{:#?}", checked.found);
    assert!(checked.found.list.iter().all(|one| one.file.ends_with("taft/rules/route.overlay.yaml")));
    assert_eq!(pack::check(&[folder.path().join("yazd")]).found.list, []);
    // Where they are not, only its own files are judged, and that is said.
    let alone = tempfile::tempdir().unwrap();
    let files = packs::files().into_iter().filter(|(path, _)| path.starts_with("taft/")).collect();
    // So deep that no other test's folders lie around it.
    let folder = alone.path().join("so/deep/that/nothing/lies/around");
    packs::write(&folder, &files);
    let found = pack::check(&[folder.join("taft")]).found;
    assert_eq!(codes(&found).iter().map(|(code, ..)| *code).collect::<Vec<_>>(), ["PG-P058", "PG-P046"], "{found:#?}");
    assert!(found.list.iter().all(|one| one.severity == Severity::Warning));
}

#[test]
fn a_script_that_takes_the_place_of_another_keeps_what_flows_rely_on() {
    let script = |args: &str, output: &str| {
        format!(
            "//! Scores.\n//! ---\n//! args: {args}\n//! output: {output}\nfn score(req, now, args) {{ #{{ points: args.weight }} }}\n"
        )
    };
    let base = script("{ type: object, required: [weight] }", "{ type: object, required: [points] }");
    let same = [("national/rules/score.rhai", base.as_str()), ("qom/rules/score.rhai", base.as_str())];
    let on_purpose = |text: String| text.replace("\nfn score", "\n//! replaces: national\nfn score");
    assert!(load(&with(&same)).is_ok(), "{:#?}", load(&with(&same)).err());
    for (above, line) in [
        (script("{ type: object, required: [weight, colour] }", "{ type: object, required: [points] }"), 3),
        (script("{ type: object }", "{ type: object }"), 4),
    ] {
        let (found, told) = refused(&with(&[same[0], ("qom/rules/score.rhai", &on_purpose(above))]));
        assert_eq!(told, [("PG-P048", line)], "{found:#?}");
        assert!(found.list[0].file.ends_with("qom/rules/score.rhai"), "{found:#?}");
    }
}
