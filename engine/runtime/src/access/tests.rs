//! What the book of access promises, over a store in memory.

use std::sync::Arc;

use peygir_core::Moment;
use peygir_store::Store;
use peygir_store::memory::MemoryStore;

use super::*;

const START: Moment = Moment(1_795_000_000_000_000);

fn later(seconds: i64) -> Moment {
    START.plus_micros(seconds * 1_000_000)
}

fn book() -> (Access, Arc<MemoryStore>) {
    let store = Arc::new(MemoryStore::default());
    (Access::new(store.clone()), store)
}

#[test]
fn a_token_is_recognised_until_it_is_revoked() {
    let (access, _) = book();
    let scope = Scope::Province("hamedan".into());
    let token = access.token_new("token:bootstrap", "line-128", "operator", &scope, START).unwrap();
    let principal = access.recognise_bearer(&token.secret).unwrap().unwrap();
    assert_eq!((principal.id.as_str(), principal.name.as_str()), ("token:line-128", "line-128"));
    assert_eq!(principal.grants, [Grant { role: "operator".into(), scope: scope.clone() }]);

    let mut wrong = token.secret.clone();
    wrong.replace_range(10..11, if &wrong[10..11] == "A" { "B" } else { "A" });
    for other in [wrong.as_str(), "", "pgt_", "operator", &format!("{}x", token.secret)] {
        assert_eq!(access.recognise_bearer(other).unwrap(), None, "{other}");
    }

    assert!(access.token_revoke("token:bootstrap", "line-128", START).unwrap());
    assert!(!access.token_revoke("token:bootstrap", "line-128", START).unwrap());
    assert_eq!(access.recognise_bearer(&token.secret).unwrap(), None);
    let again = access.token_new("token:bootstrap", "line-128", "operator", &scope, START);
    assert!(matches!(again, Err(Error::NameTaken(_))), "a name stands in journals and is not used twice");
}

#[test]
fn a_token_needs_a_known_role_and_a_plain_name() {
    let (access, _) = book();
    let issue = |name: &str, role: &str| access.token_new("system", name, role, &Scope::Nation, START);
    assert!(matches!(issue("a", "king"), Err(Error::RoleUnknown(_))));
    for name in ["", "A", "a b", "a/b", "نام", &"x".repeat(NAME_BYTES_MAX + 1)] {
        assert!(matches!(issue(name, "operator"), Err(Error::NameInvalid)), "{name}");
    }
}

#[test]
fn the_bootstrap_token_is_made_once() {
    let (access, store) = book();
    let kept = std::cell::RefCell::new(Vec::new());
    let keep = |secret: &str| {
        kept.borrow_mut().push(secret.to_owned());
        Ok(())
    };
    assert!(access.bootstrap(START, &keep).unwrap());
    let principal = access.recognise_bearer(&kept.borrow()[0]).unwrap().unwrap();
    assert!(principal.may_somewhere(Permission::TokenIssue));
    assert!(!access.bootstrap(later(1), &keep).unwrap());
    assert!(!Access::new(store).bootstrap(later(2), &keep).unwrap(), "nor after a restart");
    assert_eq!(kept.borrow().len(), 1);
}

#[test]
fn a_bootstrap_token_that_could_not_be_kept_opens_nothing_and_another_one_is_made() {
    let (access, _) = book();
    let seen = std::cell::RefCell::new(String::new());
    let fails = |secret: &str| {
        assert!(access.recognise_bearer(secret).unwrap().is_none(), "it is kept before it opens anything");
        *seen.borrow_mut() = secret.to_owned();
        Err("the disk is full".to_owned())
    };
    assert!(matches!(access.bootstrap(START, &fails), Err(Error::NotKept(_))));
    assert!(access.recognise_bearer(&seen.borrow()).unwrap().is_none());
    assert!(access.bootstrap(later(1), &|_| Ok(())).unwrap());
}

#[test]
fn a_link_opens_one_session_and_only_in_time() {
    let (access, _) = book();
    let link = access.link_new("token:bootstrap", "manager-1", START).unwrap();
    assert_eq!(link.expires_at, later(LINK_SECONDS_MAX));
    assert_eq!(access.link_peek(&link.secret, later(1)).unwrap().as_deref(), Some("manager-1"));
    assert_eq!(
        access.link_peek(&link.secret, later(2)).unwrap().as_deref(),
        Some("manager-1"),
        "looking uses nothing up"
    );
    let session = access.redeem(&link.secret, later(LINK_SECONDS_MAX - 1)).unwrap().unwrap();
    assert_eq!(session.person, "manager-1");
    assert_eq!(access.redeem(&link.secret, later(LINK_SECONDS_MAX - 1)).unwrap(), None, "used");

    let late = access.link_new("token:bootstrap", "manager-1", START).unwrap();
    assert_eq!(access.redeem(&late.secret, later(LINK_SECONDS_MAX)).unwrap(), None, "expired");
    assert_eq!(access.link_peek(&late.secret, later(LINK_SECONDS_MAX)).unwrap(), None);
    assert_eq!(access.redeem("pgl_nothing", START).unwrap(), None);
}

#[test]
fn of_many_who_redeem_one_link_at_once_one_gets_in() {
    let (access, _) = book();
    let link = access.link_new("system", "manager-1", START).unwrap();
    let opened: usize = std::thread::scope(|scope| {
        let run = || access.redeem(&link.secret, START).unwrap().is_some();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(run)).collect();
        threads.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum()
    });
    assert_eq!(opened, 1);
}

#[test]
fn a_session_ends_when_idle_and_at_its_last_hour() {
    let (access, _) = book();
    let open = |at| {
        let link = access.link_new("system", "operator-1", at).unwrap();
        access.redeem(&link.secret, at).unwrap().unwrap().secret
    };
    let idle = open(START);
    assert!(access.session(&idle, later(SESSION_IDLE_SECONDS_MAX - 1)).unwrap().is_some());
    let unused = open(START);
    assert_eq!(access.session(&unused, later(SESSION_IDLE_SECONDS_MAX)).unwrap(), None);

    let busy = open(START);
    for hour in 1..24 {
        assert!(access.session(&busy, later(hour * 3600)).unwrap().is_some(), "hour {hour}");
    }
    assert_eq!(access.session(&busy, later(SESSION_SECONDS_MAX)).unwrap(), None, "used or not");
}

#[test]
fn who_signed_out_is_out() {
    let (access, _) = book();
    let link = access.link_new("system", "operator-1", START).unwrap();
    let session = access.redeem(&link.secret, START).unwrap().unwrap();
    assert_eq!(access.session(&session.secret, START).unwrap().unwrap().person, "operator-1");
    access.sign_out(&session.secret, START).unwrap();
    assert_eq!(access.session(&session.secret, START).unwrap(), None);
    access.sign_out(&session.secret, START).unwrap();
    assert_eq!(access.session(&link.secret, START).unwrap(), None, "a link is no session");
}

#[test]
fn rows_that_had_their_time_are_cleared_away() {
    let (access, store) = book();
    let rows = || store.scan(b"access/", b"access0", 1000).unwrap().len();
    for _ in 0..5 {
        access.link_new("system", "operator-1", START).unwrap();
    }
    assert_eq!(rows(), 5);
    access.link_new("system", "operator-1", later(LINK_SECONDS_MAX)).unwrap();
    assert_eq!(rows(), 1);
}

#[test]
fn no_secret_reaches_the_store() {
    let (access, store) = book();
    let token = access.token_new("system", "t", "operator", &Scope::Nation, START).unwrap().secret;
    let link = access.link_new("system", "operator-1", START).unwrap().secret;
    let session = access.redeem(&link, START).unwrap().unwrap().secret;
    let mut bytes = Vec::new();
    for (key, value) in store.scan(b"", &[0xff; 8], 1000).unwrap() {
        bytes.extend([key, value].concat());
    }
    for frame in store.journal(access_stream(), 0, 1000).unwrap() {
        bytes.extend(format!("{frame:?}").into_bytes());
        bytes.extend(frame.command);
        bytes.extend(frame.events.concat());
        bytes.extend(frame.rows.into_iter().flat_map(|(key, value)| [key, value.unwrap_or_default()].concat()));
        bytes.extend(frame.claims.into_iter().flat_map(|(key, value)| [key, value].concat()));
    }
    for secret in [token, link, session] {
        let body = &secret.as_bytes()[4..];
        assert!(!bytes.windows(body.len()).any(|window| window == body));
    }
}

#[test]
fn whoever_works_in_one_province_has_it_as_their_own() {
    let holder = |scopes: &[Scope]| Principal {
        id: "op".into(),
        name: "op".into(),
        grants: scopes.iter().map(|scope| Grant { role: "operator".into(), scope: scope.clone() }).collect(),
    };
    let (yazd, qom) = (Scope::Province("yazd".into()), Scope::Province("qom".into()));
    let county = Scope::County { province: "yazd".into(), county: "taft".into() };
    assert_eq!(holder(&[yazd.clone(), county.clone()]).own_province(), Some("yazd"));
    assert_eq!(holder(&[county]).own_province(), Some("yazd"));
    assert_eq!(holder(&[yazd.clone(), qom]).own_province(), None);
    assert_eq!(holder(&[yazd, Scope::Nation]).own_province(), None);
    assert_eq!(holder(&[Scope::Agency("gaz-yazd".into())]).own_province(), None);
}
