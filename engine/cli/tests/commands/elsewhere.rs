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
    for other in ["rules/routing/winter-air.overlay.yaml", "rules/directory", "rules/calendars"] {
        let path = folder.path().join("mine").join(other);
        drop(if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) });
    }
    let called = call(folder.path(), &["test", &format!("mine/{OVERLAY}"), arguments[2], arguments[3]]);
    assert_eq!(called.code, 0, "{}{}", called.stdout, called.stderr);
}

/// A server over a data folder, ended with the test.
struct Server(Child);

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

#[test]
fn the_layer_in_the_middle_is_taken_from_the_server() {
    let folder = alone("kashan");
    let new = folder.path().join("new");
    for part in ["workflows", "rules"] {
        copy_folder(&root().join(part), &new.join(part));
    }
    let nation = fs::read_to_string(root().join("pack.yaml")).unwrap();
    let version = nation.lines().find(|line| line.starts_with("version: ")).unwrap();
    fs::write(new.join("pack.yaml"), nation.replace(version, "version: 0.2.99")).unwrap();
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
