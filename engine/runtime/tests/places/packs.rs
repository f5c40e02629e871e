//! Packs of a nation, of two provinces and of a county, in folders of a test's own.

use std::collections::BTreeMap;
use std::path::Path;

use peygir_runtime::pack;
use peygir_source::Diagnostics;

/// Files by their paths in the deployment's folder.
pub type Files = BTreeMap<String, String>;

pub const DEPLOYMENT: &str = "kind: deployment
name: d
title: { fa: د, en: D }
province: yazd
packs: [ national, yazd, taft, qom ]
caseType: a
intake: test/intake:1.0.0
calendar: offices
connectors: { sms: { use: outbox } }
channels: { sms: sms }
";
const INTAKE: &str = "document: { dsl: '1.0.3', namespace: test, name: intake, version: '1.0.0' }
do:
  - before: { call: route, with: {} }
  - open:
      call: case-open
      with: { channel: web, text: '…', province: '${ $input.province }', county: '${ $input.county }', from: { person: '${ $input.person }' } }
      input: { from: '${ $workflow.input }' }
  - route: { call: route, with: { note: '${ $workflow.input.note }' } }
  - refer: { call: case-refer, with: { to: '${ . }' } }
  - score: { call: score, with: { weight: 2, note: '${ $workflow.input.note }' } }
  - tell: { call: notify, with: { to: { role: duty-manager }, by: sms, template: a/words } }
  - answer:
      call: human-task
      with:
        form: a/form
        assign: { role: duty-manager }
        reminders: [ { tell: task-owner, by: sms, template: a/words } ]
";
const ROUTE: &str = "kind: decision-table
id: route
version: 1.4.0
title: ارجاع
hit: first
inputs:
  county: { type: string, from: case.county, default: none }
  note: { type: string, from: input.note, default: '' }
outputs:
  agency: { type: string, required: true }
  workingDays: { type: integer, default: 10, max: 15 }
  remindAt: { type: integer, default: 7 }
rules:
  - { id: otherwise, last: true, then: { agency: water } }
tests: [ { name: plain, given: { county: abarkuh, note: '' }, expect: { rule: otherwise, agency: water } } ]
";
const DIRECTORY: &str = "kind: directory
provinces: [ { id: yazd, fa: یزد, en: Yazd }, { id: qom, fa: قم, en: Qom } ]
counties: [ { id: taft, fa: تفت, en: Taft } ]
roles: [ { id: duty-manager, fa: مدیر, en: Manager } ]
topics: []
agencies: [ { id: water, fa: آب, en: Water }, { id: gas, fa: گاز, en: Gas } ]
people:
  - { id: w, fa: و, en: W, mobile: '+989121111111', roles: [ { role: duty-manager, agency: water } ] }
  - { id: g, fa: گ, en: G, mobile: '+989122222222', roles: [ { role: duty-manager, agency: gas } ] }
";
pub const OFFICES: &str = "kind: calendar
id: offices
title: { fa: ادارات, en: Offices }
week: { sat: ['08:00-14:00'], sun: ['08:00-14:00'], mon: ['08:00-14:00'], tue: ['08:00-14:00'], wed: ['08:00-14:00'], thu: [], fri: [] }
";

pub const TENFOLD: &str = "//! ---\n//! replaces: national\nfn score(req, now, args) { #{ points: args.weight * 10 } }";

/// Thursdays are worked in Qom.
pub fn offices_of_qom() -> String {
    OFFICES.replace("thu: []", "thu: ['08:00-14:00']").replace("title:", "replaces: national\ntitle:")
}

fn manifest(name: &str, more: &str) -> String {
    format!("kind: pack\nname: {name}\nversion: 1.2.0\ntitle: {{ fa: ب, en: P }}\n{more}")
}

fn form(title: &str) -> String {
    format!(
        "kind: form\nid: a/form\ntitle: {{ fa: فرم, en: {title} }}\nfields: [ {{ name: note, kind: text, label: {{ fa: شرح, en: Note }} }} ]\n"
    )
}

fn overlay(changes: &str) -> String {
    format!("kind: decision-table-overlay\nextends: {{ id: route, version: '^1.4' }}\nversion: 0.3.0\n{changes}")
}

pub fn files() -> Files {
    let files = [
        ("deployment.yaml", DEPLOYMENT.to_owned()),
        ("national/pack.yaml", manifest("national", "author: The centre\n")),
        ("national/workflows/intake/workflow.yaml", INTAKE.to_owned()),
        ("national/rules/route.table.yaml", ROUTE.to_owned()),
        ("national/rules/directory.yaml", DIRECTORY.to_owned()),
        ("national/rules/offices.yaml", OFFICES.to_owned()),
        ("national/rules/score.rhai", "fn score(req, now, args) { #{ points: args.weight } }".to_owned()),
        ("national/workflows/intake/form.yaml", form("National")),
        ("national/workflows/intake/words.yaml", "kind: template\nid: a/words\nsms: ملی\n".to_owned()),
        (
            "yazd/pack.yaml",
            manifest("yazd", "for: { province: yazd }\nover: [ { name: national, version: '^1.0' } ]\n"),
        ),
        (
            "yazd/rules/route.overlay.yaml",
            overlay("replace: { otherwise: { then: { agency: water, workingDays: 5, remindAt: 3 } } }\n"),
        ),
        ("taft/pack.yaml", manifest("taft", "for: { province: yazd, county: taft }\nover: [ national, yazd ]\n")),
        (
            "taft/rules/route.overlay.yaml",
            overlay(
                "insert: [ { before: otherwise, rule: { id: gas, when: { county: taft, note: { not: abroad } }, then: { agency: gas, workingDays: 3, remindAt: 0 } } } ]\nsupersedes: [ { test: plain, why: gas answers for Taft } ]\n",
            ),
        ),
        ("qom/pack.yaml", manifest("qom", "for: { province: qom }\nover: [ national ]\n")),
        ("qom/rules/offices.yaml", offices_of_qom()),
        ("qom/rules/score.rhai", TENFOLD.to_owned()),
        ("qom/workflows/form.yaml", form("Qom")),
        ("qom/workflows/words.yaml", "kind: template\nid: a/words\nsms: قم\n".to_owned()),
    ];
    files.into_iter().map(|(path, text)| (path.to_owned(), text)).collect()
}

/// The files with these in place of others; an empty text takes a file away.
pub fn with(changes: &[(&str, &str)]) -> Files {
    let mut all = files();
    for (path, text) in changes {
        all.insert((*path).to_owned(), (*text).to_owned());
    }
    all.retain(|_, text| !text.is_empty());
    all
}

pub fn write(folder: &Path, files: &Files) {
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

pub fn load(files: &Files) -> Result<(pack::Catalog, Diagnostics), Diagnostics> {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), files);
    pack::load(folder.path())
}

pub fn catalog(files: &Files) -> pack::Catalog {
    load(files).unwrap_or_else(|found| panic!("{found:#?}")).0
}
