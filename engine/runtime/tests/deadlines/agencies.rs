//! How long an agency has is no script's to say, whoever answers for it and by whatever role.

use peygir_calendar::Term;
use peygir_casework::records::Records;

use crate::asked::{after, case_and_incidents};

const REFER: &str =
    "  - refer: { call: case-refer, with: { to: { agency: bargh-hamedan, workingDays: 2, calendar: ir-working } } }\n";
const OWN: &str = ", due: #{ workingDays: 60, calendar: \"ir-working\" }";

fn task(assign: &str, due: &str) -> String {
    format!("human_task(#{{ form: \"intake/classify\", assign: #{{ {assign} }}{due} }})")
}

fn role(name: &str) -> String {
    format!("role: \"{name}\"")
}

/// The roles of all tasks, with their terms and agencies.
fn terms(records: &Records) -> Vec<(&str, Option<Term>, Option<&str>)> {
    let tasks = records.tasks.values();
    let mut terms: Vec<_> = tasks
        .map(|task| (task.role.as_str(), task.terms.as_ref().map(|terms| terms.term), task.agency.as_deref()))
        .collect();
    terms.sort_by_key(|(role, ..)| *role);
    terms
}

const fn days(days: u32) -> Option<Term> {
    Some(Term::WorkingDays { days })
}

#[tokio::test]
async fn a_script_gives_an_agency_no_time_of_its_own() {
    let (manager, operator) = (role("duty-manager"), role("operator"));
    let said = [task(&manager, OWN), task(&manager, ""), task(&operator, OWN)].join(", ");
    let records = after(REFER, &said).await;
    let (_, incidents) = case_and_incidents(&records);
    let [told] = incidents.as_slice() else { panic!("{incidents:?}") };
    assert!(
        told.contains("action 1 of ") && told.contains("pass-on.rhai") && told.contains("leave out `due`"),
        "{told}"
    );
    assert_eq!(terms(&records), [("duty-manager", days(2), Some("bargh-hamedan")), ("operator", days(60), None)]);
}

/// A role of a pack's own that is held for another agency, the head's, and somebody of an agency by name.
#[tokio::test]
async fn whoever_answers_for_an_agency_counts() {
    let by_name = "role: \"operator\", person: \"head-gaz\"";
    for whom in [role("unit-head").as_str(), &role("agency-head"), by_name] {
        let records = after(REFER, &[task(whom, OWN), task(whom, "")].join(", ")).await;
        let (_, incidents) = case_and_incidents(&records);
        let [told] = incidents.as_slice() else { panic!("{whom}: {incidents:?}") };
        assert!(told.contains("action 1 of ") && told.contains("leave out `due`"), "{whom}: {told}");
        let [(_, term, agency)] = terms(&records)[..] else { panic!("{whom}: {records:#?}") };
        assert_eq!((term, agency), (days(2), Some("bargh-hamedan")), "{whom}");
    }
}

#[tokio::test]
async fn a_script_gives_an_agency_nothing_to_do_before_a_table_said_how_long() {
    let refer = "case_refer(#{ to: #{ agency: \"bargh-hamedan\" } })";
    let without = "  - refer: { call: case-refer, with: { to: { agency: bargh-hamedan } } }\n";
    let (manager, unit) = (task(&role("duty-manager"), ""), task(&role("unit-head"), ""));
    for (steps, said) in [("", format!("{refer}, {manager}")), ("", unit), (without, manager)] {
        let records = after(steps, &said).await;
        let (_, incidents) = case_and_incidents(&records);
        let [told] = incidents.as_slice() else { panic!("{said}: {incidents:?}") };
        assert!(told.contains("line 3") && told.contains("`case-refer` with the answer"), "{said}: {told}");
        assert_eq!(terms(&records), []);
    }
    // A table may say that there is none.
    let none = "  - refer: { call: case-refer, with: { to: { agency: bargh-hamedan, workingDays: 0 } } }\n";
    let records = after(none, &task(&role("duty-manager"), "")).await;
    assert_eq!(case_and_incidents(&records).1, [""; 0]);
    assert_eq!(terms(&records), [("duty-manager", None, Some("bargh-hamedan"))]);
}

#[tokio::test]
async fn a_call_that_an_agency_makes_has_no_time_of_a_scripts() {
    let call = |role: &str, due: &str| {
        format!("verification_call(#{{ script: \"intake/classify\", assign: #{{ role: \"{role}\" }}{due} }})")
    };
    let said = [call("unit-head", OWN), call("duty-manager", OWN), call("operator", OWN), call("agency-head", "")];
    let records = after(REFER, &said.join(", ")).await;
    let (_, incidents) = case_and_incidents(&records);
    assert!(incidents.len() == 2 && incidents.iter().all(|told| told.contains("leave out `due`")), "{incidents:?}");
    assert_eq!(terms(&records), [("agency-head", None, None), ("operator", days(60), None)]);
}
