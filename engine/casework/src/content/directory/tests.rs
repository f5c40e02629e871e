use peygir_source::render::Language;

use super::*;

const DIRECTORY: &str = "
kind: directory
province: { id: hamedan, fa: همدان, en: Hamedan }
counties:
  - { id: malayer, fa: ملایر, en: Malayer }
roles:
  - { id: duty-manager, fa: مدیر, en: Duty manager }
agencyKinds:
  - { id: water, fa: آب, en: Water }
agencies:
  - { id: abfa-hamedan, fa: آبفا, en: Water company, kind: water, province: hamedan }
people:
  - { id: nation, fa: الف, en: A, roles: [ { role: duty-manager } ] }
  - { id: province, fa: ب, en: B, mobile: 0999 111 2233, roles: [ { role: duty-manager, province: hamedan } ] }
  - { id: county, fa: پ, en: C, roles: [ { role: duty-manager, province: hamedan, county: malayer } ] }
  - { id: agency-2, fa: ت, en: D, roles: [ { role: duty-manager, agency: abfa-hamedan } ] }
  - { id: agency-1, fa: ث, en: E, mail: e@example.org, roles: [ { role: duty-manager, agency: abfa-hamedan } ] }
";

fn read(text: &str) -> Result<DirectoryFile, Vec<(&'static str, u32)>> {
    let root = peygir_source::yaml::parse(text).expect("the directory is YAML");
    Directory::read(&root)
        .map(|(file, _)| file)
        .map_err(|found| found.list.iter().map(|found| (found.code, found.span.line)).collect())
}

fn ids(people: Vec<&Person>) -> Vec<&str> {
    people.into_iter().map(|person| person.id.as_str()).collect()
}

#[test]
fn holders_come_narrowest_scope_first() {
    let directory = read(DIRECTORY).unwrap().directory;
    let at = |province, county, agency| ids(directory.holders("duty-manager", province, county, agency));
    assert_eq!(
        at(Some("hamedan"), Some("malayer"), Some("abfa-hamedan")),
        ["agency-1", "agency-2", "county", "province", "nation"]
    );
    assert_eq!(at(Some("hamedan"), None, Some("shahrdari")), ["province", "nation"]);
    assert_eq!(at(None, None, None), ["nation"]);
    assert_eq!(
        ids(directory.nearest_holders("duty-manager", Some("hamedan"), None, Some("abfa-hamedan"))),
        ["agency-1", "agency-2"]
    );
    assert!(directory.holders("inspector", Some("hamedan"), None, None).is_empty());
}

#[test]
fn numbers_are_kept_in_one_form() {
    let directory = read(DIRECTORY).unwrap().directory;
    assert_eq!(directory.person("province").unwrap().mobile.as_deref(), Some("+989991112233"));
}

#[test]
fn a_later_layer_replaces_and_adds() {
    let mut base = read(DIRECTORY).unwrap().directory;
    let later = "kind: directory
people:
  - { id: nation, fa: نو, en: New }
  - { id: added, fa: افزوده, en: Added }
";
    let before = base.people.len();
    base.lay_over(read(later).unwrap().directory);
    assert_eq!(base.people.len(), before + 1);
    assert_eq!(base.person("nation").unwrap().en, "New");
    assert_eq!(base.people[0].id, "nation");
    assert_eq!(base.province.unwrap().id, "hamedan");
}

#[test]
fn names_of_nothing_are_found_once_all_layers_are_known() {
    let text =
        DIRECTORY.replace("role: duty-manager }", "role: duty-manger }").replace("kind: water,", "kind: wather,");
    let file = read(&text).unwrap();
    let found: Vec<_> = file.references.iter().filter_map(|used| used.check(&file.directory)).collect();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].help_in(Language::English), Some("did you mean \"water\"?"));
    assert_eq!((found[1].code, found[1].span.line), ("PG-P020", 13));
    assert_eq!(found[1].help_in(Language::English), Some("did you mean \"duty-manager\"?"));
}

#[test]
fn all_mistakes_are_told_at_once() {
    let text = "kind: directory
topics:
  - { id: Water, fa: آب, en: Water }
  - { id: gas, fa: گاز }
people:
  - { id: a, fa: الف, en: A, mobile: '02188386289' }
  - { id: b, fa: ب, en: B, mail: nobody }
  - { id: b, fa: ب, en: B, roles: [ { county: malayer } ] }
";
    let expected = [("PG-P005", 3), ("PG-P003", 4), ("PG-P022", 6), ("PG-P023", 7), ("PG-P003", 8), ("PG-P006", 8)];
    assert_eq!(read(text).unwrap_err(), expected);
}
