//! A pack that lies in a folder of its own, with nothing that it lies over: what a deployment or a server has of that.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use tempfile::TempDir;

use crate::binary::{call, command, copy_folder, root};

const OVERLAY: &str = "rules/routing/samad-routing.overlay.yaml";

/// A pack of the example, under another name of its folder, and nothing else.
fn alone(pack: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    copy_folder(&root().join("examples/three-provinces").join(pack), &folder.path().join("mine"));
    folder
}

fn change(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(path, text.replace(from, to)).unwrap();
}

#[test]
fn a_pack_is_tested_in_the_place_of_the_one_of_its_name() {
    let folder = alone("isfahan");
    let deployment = root().join("examples/three-provinces");
    let arguments = ["test", "mine", "--deployment", deployment.to_str().unwrap()];
    let called = call(folder.path(), &arguments);
    assert_eq!(called.code, 0, "{}{}", called.stdout, called.stderr);
    assert!(
        called.stdout.contains("mine/rules/routing/samad-routing.overlay.yaml in province isfahan"),
        "{}",
        called.stdout
    );
    // It is this one that is tried, and not the deployment's.
    let path = folder.path().join("mine").join(OVERLAY);
    let overlay = fs::read_to_string(&path).unwrap();
    let (rules, _) = overlay.split_once("\ntests:").unwrap();
    fs::write(&path, format!("{rules}\ntests:\n  - {{ name: ours, given: {{ topic: street, province: isfahan }}, expect: {{ rule: nobody }} }}\n")).unwrap();
    let called = call(folder.path(), &arguments);
    assert!(called.code == 1 && called.stdout.contains("PG-T007"), "{}{}", called.stdout, called.stderr);
    // One of another name lies over the others.
    let folder = alone("isfahan");
    change(&folder.path().join("mine/pack.yaml"), "name: isfahan", "name: isfahan-more");
    fs::write(
        folder.path().join("mine").join(OVERLAY),
        "kind: decision-table-overlay\nextends: { id: samad-routing, version: '^1' }\nversion: 1.0.0\nreplace: { tax: { then: { agency: 'ostandari-{province}' } } }\ntests:\n  - { given: { topic: tax, province: isfahan }, expect: { rule: tax, agency: ostandari-isfahan } }\n",
    )
    .unwrap();
    let overlays = ["rules/routing/winter-air.overlay.yaml", "rules/routing/foad-routing.overlay.yaml"];
    for other in overlays.into_iter().chain(["rules/directory", "rules/calendars"]) {
        let path = folder.path().join("mine").join(other);
        drop(if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) });
    }
    let called = call(folder.path(), &["test", &format!("mine/{OVERLAY}"), arguments[2], arguments[3]]);
    assert_eq!(called.code, 0, "{}{}", called.stdout, called.stderr);
}

/// A server over a data folder, ended with the test.
pub struct Server(pub Child);

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn serve(data: &str) -> Server {
    let arguments = ["serve", "examples/three-provinces", "--data", data, "--listen", "127.0.0.1:0"];
    let mut process = command(&root(), &arguments);
    let mut server = Server(process.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let mut lines = BufReader::new(server.0.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().starts_with("console: ")), "the server did not start");
    server
}

/// The pack of the nation in a version of its own.
fn nation(folder: &Path) {
    for part in ["workflows", "rules"] {
        copy_folder(&root().join(part), &folder.join(part));
    }
    let nation = fs::read_to_string(root().join("pack.yaml")).unwrap();
    let version = nation.lines().find(|line| line.starts_with("version: ")).unwrap();
    fs::write(folder.join("pack.yaml"), nation.replace(version, "version: 0.2.99")).unwrap();
}

#[test]
fn the_layer_in_the_middle_is_taken_from_the_server() {
    let folder = alone("kashan");
    nation(&folder.path().join("new"));
    let data = TempDir::new().unwrap();
    let rebase = ["rebase", "mine", "--onto", "new", "--data", data.path().to_str().unwrap()];
    let without = call(folder.path(), &[&rebase[..], &["--from", root().to_str().unwrap()]].concat());
    let said = without.stderr;
    assert!(
        without.code != 0 && said.contains("the pack \"isfahan\"") && said.contains("with --data or --url"),
        "{said}"
    );
    let server = serve(data.path().to_str().unwrap());
    let called = call(folder.path(), &rebase);
    assert_eq!(called.code, 0, "{}{}", called.stdout, called.stderr);
    assert!(
        called.stderr.contains("the pack below, isfahan 1.") && called.stderr.contains("is taken from the server"),
        "{}",
        called.stderr
    );
    assert!(called.stdout.contains("## samad-routing"), "{}", called.stdout);
    drop(server);
}

/// What a help says is called as it stands, by whoever deploys: before the deployment by the folder, and afterwards by names too.
#[test]
fn the_rebase_that_a_deployment_names_can_be_called_as_it_stands() {
    let folder = TempDir::new().unwrap();
    nation(&folder.path().join("new pack"));
    let table = folder.path().join("new pack/rules/routing/samad-routing.table.yaml");
    for agency in ["manabe-{province}'", "manabe-qom"] {
        change_after(&table, agency, "workingDays: 7, remindAt: 5", "workingDays: 4, remindAt: 3");
    }
    for agency in ["dampezeshki-{province}'", "dampezeshki-qom"] {
        change_after(&table, agency, "workingDays: 5, remindAt: 3", "workingDays: 4, remindAt: 2");
    }
    change_after(&table, "version: 1.", "version: 1.", "version: 1.99");
    let data = TempDir::new().unwrap();
    let on = ["--data", data.path().to_str().unwrap()];
    let _server = serve(on[1]);
    let before = before();
    for more in [&["--dry-run"][..], &["--dry-run", "--lang", "fa"], &[]] {
        let called = call(folder.path(), &[&["deploy", "new pack"], &on[..], more].concat());
        let said = called.stderr + &called.stdout;
        assert_eq!(called.code, 0, "{said}");
        let rebase = said.split_once("`peygir rebase golestan@").unwrap_or_else(|| panic!("{said}")).1;
        let rebase = format!("rebase golestan@{}", rebase.split_once('`').unwrap().0);
        assert!(rebase.contains(&format!("--onto 'new pack' --from {before} --data ")), "{rebase}");
        let words: Vec<&str> = rebase
            .split(' ')
            .filter(|word| *word != "pack'")
            .map(|word| if word == "'new" { "new pack" } else { word })
            .collect();
        let shown = call(folder.path(), &words);
        let title = format!("# golestan: national from {before} to 0.2.99");
        assert!(
            shown.stdout.starts_with(&title) && shown.stdout.contains("forest"),
            "{}{}",
            shown.stdout,
            shown.stderr
        );
        // The part that an inserted rule takes is a note, and told all the same.
        assert!(said.contains("note[PG-P102]") || more.contains(&"fa"), "{said}");
        assert!(said.contains("fisheries") && said.contains("workingDays: 5 → 4"), "{said}");
    }
    let named =
        call(folder.path(), &[&["rebase", "golestan", "--onto", "national", "--from", &before], &on[..]].concat());
    assert!(named.stdout.starts_with(&format!("# golestan: national from {before} to 0.2.99")), "{}", named.stderr);
    for (named, words) in [
        ("nowhere", "\"nowhere\" is no folder here"),
        ("golestan@9.0.0", "golestan@9.0.0 was not deployed to the server"),
    ] {
        let called = call(folder.path(), &[&["rebase", named, "--onto", "new pack"], &on[..]].concat());
        assert!(called.code != 0 && called.stderr.contains(words), "{}", called.stderr);
    }
    let without = call(folder.path(), &["rebase", "golestan", "--onto", "new pack"]);
    assert!(without.stderr.contains("name a folder, or the server with --data or --url"), "{}", without.stderr);
    let without = call(folder.path(), &["rebase", "new pack", "--onto", "new pack"]);
    assert!(
        without.stderr.contains("with --data or --url") && without.stderr.contains("with --from FOLDER"),
        "{}",
        without.stderr
    );
}

/// The version of the nation's pack.
fn before() -> String {
    let nation = fs::read_to_string(root().join("pack.yaml")).unwrap();
    nation.lines().find_map(|line| line.strip_prefix("version: ")).unwrap().to_owned()
}

/// Changes the lines that have a text.
fn change_after(path: &Path, has: &str, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.lines().any(|line| line.contains(has) && line.contains(from)), "{has}");
    let changed = |line: &str| if line.contains(has) { line.replace(from, to) } else { line.to_owned() };
    fs::write(path, text.lines().map(changed).collect::<Vec<_>>().join("\n") + "\n").unwrap();
}

/// The file of a deployment stands for its folder; any other file is no deployment.
#[test]
fn a_deployment_is_named_by_its_folder_or_its_file() {
    let folder = alone("isfahan");
    let deployment = root().join("examples/three-provinces");
    let named = |path: &Path| call(folder.path(), &["test", "mine", "--deployment", path.to_str().unwrap()]);
    let called = named(&deployment.join("deployment.yaml"));
    assert_eq!(called.code, 0, "{}{}", called.stdout, called.stderr);
    let other = named(&deployment.join("isfahan/pack.yaml"));
    assert!(
        other.code != 0 && other.stderr.contains("a deployment is a folder with a deployment.yaml"),
        "{}",
        other.stderr
    );
}
