//! A disk without room: a small one in memory, filled to its last page.

use peygir_tests::faults::clerk::{Clerk, client};
use peygir_tests::faults::small_disk::SmallDisk;
use peygir_tests::peers::namespace;
use peygir_tests::server::{Server, Site};

/// Room for a young store and its index.
const MEBIBYTES: u32 = 24;
/// More messages than the journal's last page has room for.
const MESSAGES_MAX: u32 = 200;

/// Hands messages in until one is refused.
async fn until_refused(clerk: &mut Clerk, site: &Site) {
    let client = client(site);
    for _ in 0..MESSAGES_MAX {
        let answer = clerk.hand_in(&client, 0).await.expect("the server answers");
        if answer.status != 201 {
            assert_eq!((answer.status, answer.json()["code"].as_str()), (503, Some("PG-A018")), "{}", answer.text());
            return;
        }
    }
    panic!("the disk is full and everything is taken");
}

#[test]
fn a_full_disk_refuses_loses_nothing_and_goes_on_when_there_is_room() {
    let name = "full_disk::a_full_disk_refuses_loses_nothing_and_goes_on_when_there_is_room";
    namespace::alone(name, || {
        let runtime = tokio::runtime::Runtime::new().expect("there is a runtime");
        runtime.block_on(fills_up());
    });
}

async fn fills_up() {
    let site = Site::without_gateway();
    let disk = SmallDisk::mount(&site.data(), MEBIBYTES);
    let server = site.start();
    let mut clerk = Clerk::default();
    clerk.must(&client(&site), 0..4).await;
    disk.fill();
    until_refused(&mut clerk, &site).await;
    assert!(server.said().contains("No space left on device"), "{}", server.said());
    // What was answered can be read.
    let lost = clerk.lost(&client(&site)).await;
    assert!(lost.is_empty(), "{lost:#?}");

    // A start without room ends, says why, and leaves everything as it is.
    server.kill();
    match site.start_with(&[]) {
        Err(ended) => {
            assert_eq!(ended.status.code(), Some(1), "{}", ended.said);
            assert!(ended.said.contains("No space left on device"), "{}", ended.said);
        }
        Ok(server) => server.kill(),
    }
    disk.free();
    let server: Server = site.start();
    clerk.audit(&site).await;
    assert!(server.stop().success());
}

#[test]
fn a_drill_without_room_does_not_blame_the_backup() {
    namespace::alone("full_disk::a_drill_without_room_does_not_blame_the_backup", || {
        let runtime = tokio::runtime::Runtime::new().expect("there is a runtime");
        runtime.block_on(drills_without_room());
    });
}

async fn drills_without_room() {
    let site = Site::without_gateway();
    let server = site.start();
    Clerk::default().must(&client(&site), 0..2).await;
    assert!(server.stop().success());
    let folder = tempfile::tempdir().expect("there is room");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let taken = site.run(&["backup", &path("b"), "--data", "{data}"]);
    assert!(taken.status.success(), "{}", String::from_utf8_lossy(&taken.stderr));
    let disk = SmallDisk::mount(&folder.path().join("scratch"), MEBIBYTES);
    let drill = || {
        let output = site.run(&["drill", "restore", &path("b"), "--scratch", &path("scratch")]);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    disk.fill();
    let (code, told) = drill();
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("the drill was not done: there is no room"), "{told}");
    assert!(!told.contains("does not bring the store back"), "{told}");
    disk.free();
    let (code, told) = drill();
    assert_eq!(code, Some(0), "{told}");
}
