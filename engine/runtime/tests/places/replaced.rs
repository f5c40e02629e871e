//! That a pack takes the place of what one below it brings is told, until it says so itself.

use peygir_source::{Diagnostic, Severity};

use crate::packs::{self, OFFICES, TENFOLD, load, with};

const CODE: &str = "PG-P104";

/// What is told of Qom's files: how gravely, and where.
fn told(changes: &[(&str, &str)]) -> Vec<(Severity, String, u32)> {
    let (_, found) = load(&with(changes)).unwrap_or_else(|found| panic!("{found:#?}"));
    let name = |one: &Diagnostic| one.file.rsplit('/').next().unwrap_or_default().to_owned();
    let of_code = found.list.iter().filter(|one| one.code == CODE);
    of_code.map(|one| (one.severity, name(one), one.span.line)).collect()
}

#[test]
fn what_takes_the_place_of_another_without_saying_so_is_warned_of() {
    let silent = packs::offices_of_qom().replace("replaces: national\n", "");
    let tenfold = TENFOLD.lines().last().unwrap();
    let changes = [("qom/rules/offices.yaml", silent.as_str()), ("qom/rules/score.rhai", tenfold)];
    let found = told(&changes);
    let grave: Vec<_> = found.iter().filter(|one| one.0 == Severity::Warning).collect();
    let expected = [(Severity::Warning, "offices.yaml".to_owned(), 2), (Severity::Warning, "score.rhai".to_owned(), 1)];
    assert_eq!(grave, expected.iter().collect::<Vec<_>>(), "{found:?}");

    let (_, all) = load(&with(&changes)).unwrap();
    let calendar = all.list.iter().find(|one| one.code == CODE && one.file.ends_with("offices.yaml")).unwrap();
    let words = "the calendar \"offices\" of qom takes the place of the one of national, wherever qom holds";
    assert_eq!(calendar.message, words);
    assert!(calendar.file.ends_with("qom/rules/offices.yaml") && calendar.message_fa.contains("offices"));
    assert!(calendar.help.as_ref().unwrap().en.contains("replaces: national"));
    // Another pack's name is no word of this one.
    let wrong = packs::offices_of_qom().replace("replaces: national", "replaces: yazd");
    assert!(told(&[("qom/rules/offices.yaml", &wrong)]).contains(&(Severity::Warning, "offices.yaml".to_owned(), 3)));
}

/// The nation renamed its calendar, or never had one of that name: what Qom wrote is used by nothing.
#[test]
fn whoever_takes_the_place_of_nothing_is_told_so() {
    let silent = packs::offices_of_qom().replace("id: offices", "id: bureaus");
    let alone = "//! ---\n//! replaces: national\nfn scores(req, now, args) { #{ points: 1 } }";
    let found = told(&[("qom/rules/bureaus.yaml", &silent), ("qom/rules/scores.rhai", alone)]);
    let grave: Vec<_> = found.iter().filter(|one| one.0 == Severity::Warning).map(|one| (&*one.1, one.2)).collect();
    assert_eq!(grave, [("bureaus.yaml", 3), ("scores.rhai", 2)], "{found:?}");
    // A pack that has the name, but holds elsewhere, is not below it.
    let of_yazd = packs::offices_of_qom().replace("replaces: national", "replaces: qom").replace("offices", "bureaus");
    let changes = [("qom/rules/bureaus.yaml", silent.as_str()), ("yazd/rules/bureaus.yaml", &of_yazd)];
    let found = told(&changes);
    assert!(found.contains(&(Severity::Warning, "bureaus.yaml".to_owned(), 3)), "{found:?}");
    assert_eq!(found.iter().filter(|one| one.0 == Severity::Warning).count(), 2, "{found:?}");
}

#[test]
fn what_is_said_and_what_people_read_is_a_note_and_the_same_is_nothing() {
    let found = told(&[]);
    let files: Vec<&str> = found.iter().map(|one| one.1.as_str()).collect();
    assert_eq!(files, ["offices.yaml", "score.rhai", "form.yaml", "words.yaml"], "{found:?}");
    assert!(found.iter().all(|one| one.0 == Severity::Information), "{found:?}");
    let files = packs::files();
    let same = |path: &str| files[path].clone();
    let changes = [
        ("qom/rules/offices.yaml", OFFICES.to_owned()),
        ("qom/rules/score.rhai", same("national/rules/score.rhai")),
        ("qom/workflows/form.yaml", same("national/workflows/intake/form.yaml")),
        ("qom/workflows/words.yaml", same("national/workflows/intake/words.yaml")),
    ];
    assert_eq!(told(&changes.each_ref().map(|(path, text)| (*path, text.as_str()))), []);
}

/// The county's calendar stands upon the nation's, beside the province's: that day of the province is none there any more.
#[test]
fn a_calendar_of_a_county_that_does_not_extend_its_provinces_is_warned_of() {
    let calendar = |id: &str, base: &str, place: &str| {
        format!("kind: calendar\nid: {id}\ntitle: {{ fa: ت, en: C }}\nextends: {base}\nfor: {{ {place} }}\n")
    };
    let province = calendar("of-yazd", "offices", "province: yazd");
    let (silent, extending) =
        (calendar("of-taft", "offices", "county: taft"), calendar("of-taft", "of-yazd", "county: taft"));
    let of_taft = |calendar: &str| {
        let changes = [("yazd/rules/of-yazd.yaml", province.as_str()), ("taft/rules/of-taft.yaml", calendar)];
        let mut told = told(&changes);
        told.retain(|(severity, ..)| *severity == Severity::Warning);
        let found = load(&with(&changes)).unwrap().1;
        let message = found.list.into_iter().find(|one| one.code == CODE && one.severity == Severity::Warning);
        (told, message)
    };
    let (found, message) = of_taft(&silent);
    assert_eq!(found, [(Severity::Warning, "of-taft.yaml".to_owned(), 5)]);
    let message = message.unwrap();
    let words = "the calendar \"of-taft\" takes the place of \"of-yazd\" of yazd in yazd / taft and does not extend it";
    assert!(message.message.starts_with(words), "{}", message.message);
    assert!(message.message_fa.contains("of-yazd") && message.help.unwrap().en.contains("extends: of-yazd"));
    assert_eq!(of_taft(&extending).0, []);
    assert_eq!(of_taft(&format!("{silent}replaces: yazd\n")).0, [], "it is meant");
}

fn local(id: &str, base: &str, place: &str) -> String {
    format!("kind: calendar\nid: {id}\ntitle: {{ fa: ت, en: C }}\nextends: {base}\nfor: {{ {place} }}\n")
}

/// Messages of the warnings, with the files that they stand at.
fn warned(changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let found = load(&with(changes)).unwrap_or_else(|found| panic!("{found:#?}")).1;
    let of_code = found.list.into_iter().filter(|one| one.code == CODE && one.severity == Severity::Warning);
    of_code.map(|one| (one.file.rsplit('/').next().unwrap_or_default().to_owned(), one.message)).collect()
}

/// In the pack of its province a county's calendar does the same.
#[test]
fn a_calendar_of_a_county_in_the_pack_of_its_province_is_warned_of() {
    let province = local("of-yazd", "offices", "province: yazd");
    for id in ["a-taft", "z-taft"] {
        let file = format!("yazd/rules/{id}.yaml");
        let of = |calendar: &str| warned(&[("yazd/rules/of-yazd.yaml", province.as_str()), (&file, calendar)]);
        let silent = local(id, "offices", "county: taft");
        let [(at, message)] = of(&silent).try_into().unwrap();
        assert_eq!(at, format!("{id}.yaml"));
        let words = format!("the calendar \"{id}\" takes the place of \"of-yazd\" of yazd in yazd / taft");
        assert!(message.starts_with(&words), "{message}");
        assert_eq!(of(&local(id, "of-yazd", "county: taft")), []);
        assert_eq!(of(&format!("{silent}replaces: yazd\n")), [], "it is meant");
    }
}

/// An agency works in many counties: its calendar answers there, and what the county closes for is none of it.
#[test]
fn a_calendar_of_an_agency_where_a_county_has_one_is_warned_of() {
    let (province, county) =
        (local("of-yazd", "offices", "province: yazd"), local("of-taft", "of-yazd", "county: taft"));
    let gas = local("of-gas", "of-yazd", "province: yazd, agency: gas");
    let of = |gas: &str, more: &[(&str, &str)]| {
        let changes = [
            ("yazd/rules/of-yazd.yaml", province.as_str()),
            ("taft/rules/of-taft.yaml", county.as_str()),
            ("yazd/rules/of-gas.yaml", gas),
        ];
        warned(&[&changes, more].concat())
    };
    let [(at, message)] = of(&gas, &[]).try_into().unwrap();
    assert_eq!(at, "of-taft.yaml", "it lies above");
    let words =
        "in yazd / taft / gas the calendar \"of-gas\" answers and not \"of-taft\" of taft, which it does not extend";
    assert!(message.starts_with(words) && message.contains("closures"), "{message}");
    assert_eq!(
        of(&format!("{gas}replaces: taft\n"), &[]).len(),
        1,
        "taft lies above: it takes the place of nothing below"
    );
    let both = local("both", "of-taft", "province: yazd, county: taft, agency: gas") + "replaces: yazd\n";
    assert_eq!(of(&gas, &[("taft/rules/both.yaml", &both)]), [], "one stands upon the county's where both hold");
    let said = format!("{county}replaces: yazd\n");
    assert_eq!(of(&gas, &[("taft/rules/of-taft.yaml", &said)]), [], "it is meant");
}
