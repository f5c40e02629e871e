//! Places on the command line: a mistyped one must not get the answer of the whole country in silence.

use std::path::Path;

use crate::binary::{Called, call, folder, root};

const DUE: [&str; 5] = ["calendar", "due", "--from", "1405/09/02 10:00", "--working-days=2"];

fn due(folder: &Path, more: &[&str]) -> Called {
    call(folder, &[&DUE[..], more].concat())
}

#[test]
fn a_directory_knows_its_places() {
    let deployment = root().join("examples/one-province");
    for place in [&["--county", "malayer"][..], &["--province", "hamedan"], &["--agency", "shahrdari-hamedan"]] {
        let called = due(&deployment, place);
        assert_eq!((called.code, called.stderr.as_str()), (0, ""), "{place:?}");
    }
    for (place, told) in [
        (["--county", "malayr"], "--county: there is no county \"malayr\"; did you mean \"malayer\"?"),
        (["--agency", "shahrdari-hamedn"], "did you mean \"shahrdari-hamedan\"?"),
        (["--province", "hamdan"], "--province: there is no province \"hamdan\"; did you mean \"hamedan\"?"),
        (["--county", "atlantis"], "there is no county \"atlantis\"; there are: asadabad, "),
    ] {
        for command in ["due", "show", "next"] {
            let arguments = if command == "due" { &DUE[2..] } else { &[] };
            let called = call(&deployment, &[&["calendar", command][..], arguments, &place].concat());
            assert_eq!((called.code, called.stdout.as_str()), (64, ""), "{command} {place:?}");
            assert!(called.stderr.contains(told), "{command} {place:?}: {}", called.stderr);
        }
    }
    let persian = due(&deployment, &["--county", "malayr", "--lang", "fa"]);
    assert!(persian.stderr.contains("شهرستان «malayr» نیست؛ آیا منظور «malayer» بود؟"), "{}", persian.stderr);
}

/// Without a directory only the calendars know places.
#[test]
fn a_place_that_cannot_be_known_is_told() {
    let pack = folder(&[
        ("pack.yaml", "kind: pack\nname: qom\nversion: 1.0.0\ntitle: Qom\n"),
        (
            "rules/calendars/qom.yaml",
            "kind: calendar\nid: qom\ntitle: Qom\nextends: ir-working\nfor: { province: khorasan-razavi }\nweek: { thu: [\"08:00-10:00\"] }\n",
        ),
    ]);
    let known = due(pack.path(), &["--province", "khorasan-razavi"]);
    assert_eq!((known.code, known.stderr.as_str()), (0, ""));
    let near = due(pack.path(), &["--province", "khorasan-razvi"]);
    assert_eq!(near.code, 64);
    assert!(near.stderr.contains("did you mean \"khorasan-razavi\"?"), "{}", near.stderr);
    let other = due(pack.path(), &["--province", "yazd"]);
    assert_eq!(other.code, 0);
    let told = "--province: no calendar here is written for the province \"yazd\", so what holds everywhere is asked";
    assert!(other.stderr.contains(told), "{}", other.stderr);
    assert_eq!(other.stdout, due(pack.path(), &[]).stdout);
}
