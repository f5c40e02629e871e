//! Persisted forms, byte by byte: what was written once has to be read by every version to come. A line here is never
//! changed; a new kind adds one.

use minicbor::{Decode, Encode};
use peygir_calendar::{Jalali, Name, Place, Scope};
use peygir_casework::Event as CaseEvent;
use peygir_casework::records::{About as IncidentAbout, CallRef, Incident, MoveWhy, Referral};
use peygir_core::state::{FlowRef, Timer, TimerPurpose};
use peygir_core::{CloudEvent, Data, Error, Event as FlowEvent, Id, Moment, Seed};
use peygir_runtime::closures::{Begun, Closure, Digests, Hours, Withdrawn};
use peygir_runtime::command::{AttemptResult, Claim, Command, Envelope, Recorded, Run};
use peygir_runtime::operation::{About, Advance, Moved, OpenDeadline, Operation};
use peygir_runtime::packs::{Deploy, Edition, PackRef};
use serde_json::json;

const ID: Id = Id([1; 16]);

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn check<T>(value: &T, expected: &str)
where
    T: Encode<()> + for<'b> Decode<'b, ()> + PartialEq + std::fmt::Debug,
{
    let bytes = minicbor::to_vec(value).unwrap();
    assert_eq!(hex(&bytes), expected, "{value:?} is written differently than before");
    let read: T = minicbor::decode(&bytes).unwrap();
    assert_eq!(read, *value);
}

fn text(value: &str) -> String {
    value.to_owned()
}

#[test]
fn commands() {
    let envelope = |command| Envelope::new("op", Moment(5), Seed([2; 16]), command);
    for (command, expected) in [
        (
            Command::Submit {
                flow: text("a/b:1"),
                message: Data::from(json!({ "n": 1 })),
                claims: vec![Claim { key: vec![1], value: vec![2] }],
            },
            "a400626f7001050250020202020202020202020202020202020382008365612f623a31477b226e223a317d81a2004101014102",
        ),
        (Command::Wake, "a400626f70010502500202020202020202020202020202020203820280"),
        (
            Command::ClaimTask(ID),
            "a400626f700105025002020202020202020202020202020202038203815001010101010101010101010101010101",
        ),
        (
            Command::CompleteTask { task: ID, answer: Data::from(json!("x")) },
            "a400626f70010502500202020202020202020202020202020203820582500101010101010101010101010101010143227822",
        ),
        (
            Command::AttemptEnded {
                dispatch: ID,
                attempt: 1,
                result: AttemptResult::Failed { fault: text("f"), permanent: true, reached: false, error: None },
            },
            "a400626f700105025002020202020202020202020202020202038207835001010101010101010101010101010101018201836166f5f4",
        ),
        (
            Command::AttemptEnded {
                dispatch: ID,
                attempt: 1,
                result: AttemptResult::Sent {
                    reference: None,
                    output: Some(Data::from(json!(1))),
                    authorization: None,
                },
            },
            "a400626f70010502500202020202020202020202020202020203820783500101010101010101010101010101010101820082f64131",
        ),
        (
            Command::Deliver(event()),
            "a400626f70010502500202020202020202020202020202020203820d81a6006131016575726e3a73026174030605427b7d06427b7d",
        ),
        (
            Command::Instance { instance: ID, command: peygir_core::Command::Suspend { reason: text("r") } },
            "a400626f7001050250020202020202020202020202020202020382168250010101010101010101010101010101018207816172",
        ),
        (
            Command::Run {
                instance: ID,
                run: Run {
                    activation: 1,
                    child: ID,
                    namespace: text("a"),
                    name: text("b"),
                    version: None,
                    input: Data::empty(),
                    awaits: true,
                },
            },
            "a400626f700105025002020202020202020202020202020202038217825001010101010101010101010101010101a6000101500101010101010101010101010101010102616103616205427b7d06f5",
        ),
        (
            Command::Tell { instance: ID, activation: 1, function: text("f"), with: Data::empty(), key: text("k") },
            "a400626f70010502500202020202020202020202020202020203821818855001010101010101010101010101010101016166427b7d616b",
        ),
        (
            Command::Stop { instance: ID, reason: text("r") },
            "a400626f7001050250020202020202020202020202020202020382181f8250010101010101010101010101010101016172",
        ),
        (
            Command::AttemptEnded {
                dispatch: ID,
                attempt: 1,
                result: AttemptResult::Sent {
                    reference: None,
                    output: None,
                    authorization: Some(Data::from(json!({ "scheme": "Basic" }))),
                },
            },
            "a400626f70010502500202020202020202020202020202020203820783500101010101010101010101010101010101820083f6f6527b22736368656d65223a224261736963227d",
        ),
    ] {
        check(&envelope(command), expected);
    }
    let by_an_edition = Envelope { edition: Some(3), ..envelope(Command::Wake) };
    check(&by_an_edition, "a500626f700105025002020202020202020202020202020202038202800503");
}

fn event() -> CloudEvent {
    CloudEvent {
        id: text("1"),
        source: text("urn:s"),
        type_: text("t"),
        time: Moment(6),
        subject: None,
        data: Data::from(json!({})),
        extensions: Data::empty(),
    }
}

#[test]
fn events_of_flows() {
    let flow = |event| Recorded::Flow { instance: ID, event };
    for (event, expected) in [
        (
            FlowEvent::InstanceStarted {
                id: ID,
                flow: FlowRef { namespace: text("a"), name: text("b"), version: text("1") },
                raw_input: Data::empty(),
                input: Data::empty(),
                started_by: text("message"),
                digest: Data::null(),
                parent: None,
            },
            "82008250010101010101010101010101010101018200865001010101010101010101010101010101a3006161016162026131427b7d427b7d676d657373616765446e756c6c",
        ),
        (
            FlowEvent::TaskCompleted { activation: 3, output: Data::null() },
            "820082500101010101010101010101010101010182038203446e756c6c",
        ),
        (
            FlowEvent::TaskFaulted {
                activation: 3,
                error: Error { type_: text("t"), status: 400, ..Error::default() },
            },
            "820082500101010101010101010101010101010182048203a200617401190190",
        ),
        (
            FlowEvent::TimerSet {
                timer: Timer { number: 1, activation: 2, due: Moment(9), purpose: TimerPurpose::Timeout },
            },
            "8200825001010101010101010101010101010101820881a40001010202090301",
        ),
        (
            FlowEvent::EventEmitted { activation: 1, event: event() },
            "820082500101010101010101010101010101010182108201a6006131016575726e3a73026174030605427b7d06427b7d",
        ),
        (
            FlowEvent::InstanceCompleted { output: Data::null() },
            "8200825001010101010101010101010101010101821181446e756c6c",
        ),
    ] {
        check(&flow(event), expected);
    }
}

#[test]
fn events_of_records() {
    let referral = Referral {
        agency: text("a"),
        unit: None,
        manager: Some(text("m")),
        manager_role: text("duty-manager"),
        terms: Data::empty(),
        at: Moment(1),
    };
    let incident = Incident {
        id: ID,
        about: IncidentAbout::MessageFailed(ID),
        reason: text("r"),
        opened_at: Moment(1),
        resolved_at: None,
        resolved_by: None,
        how: None,
        note: None,
    };
    for (event, expected) in [
        (CaseEvent::CaseReferred(referral), "820181820281a500616102616d036c647574792d6d616e6167657204427b7d0501"),
        (CaseEvent::RoundOpened(2), "82018182038102"),
        (CaseEvent::CaseClosed { outcome: text("solved") }, "82018182048166736f6c766564"),
        (CaseEvent::TaskClaimed { task: ID, by: text("p") }, "82018182088250010101010101010101010101010101016170"),
        (CaseEvent::AttemptBegun { dispatch: ID, attempt: 1 }, "820181821182500101010101010101010101010101010101"),
        (
            CaseEvent::AttemptAmbiguous { dispatch: ID, attempt: 1, policy: text("resend"), next_at: Some(Moment(2)) },
            "82018182168450010101010101010101010101010101010166726573656e6402",
        ),
        (
            CaseEvent::IncidentOpened(incident),
            "82018182181a81a40050010101010101010101010101010101010182008150010101010101010101010101010101010261720301",
        ),
        (CaseEvent::EventArrived { source: text("s"), id: text("1") }, "82018182181e8261736131"),
        (
            CaseEvent::RequestAnswered { dispatch: ID, reference: None },
            "820181821821815001010101010101010101010101010101",
        ),
        (
            CaseEvent::RequestFailed { dispatch: ID, fault: text("f") },
            "8201818218228250010101010101010101010101010101016166",
        ),
        (CaseEvent::RoundsLimited(3), "82018182182c8103"),
        (CaseEvent::RoundRefused(3), "82018182182d8103"),
    ] {
        check(&Recorded::Case(event), expected);
    }
    check(
        &CallRef { instance: ID, activation: 1, key: text("solve#1") },
        "a300500101010101010101010101010101010101010267736f6c76652331",
    );
}

fn closure() -> Closure {
    Closure {
        id: ID,
        calendar: text("c"),
        scope: Scope { province: Some(text("p")), ..Scope::default() },
        first: Jalali::new(1405, 9, 1).unwrap(),
        last: Jalali::new(1405, 9, 2).unwrap(),
        hours: Hours::OpenOnly(vec![(360, 600)]),
        name: Name { fa: text("f"), en: text("e") },
        declared_at: Moment(1),
        declared_by: text("d"),
        operation: Id([2; 16]),
        withdrawn: Some(Withdrawn { at: Moment(2), by: text("w"), reason: text("r"), operation: Id([3; 16]) }),
    }
}

fn page() -> Advance {
    Advance {
        seen: 3,
        moved: 2,
        failed: vec![(ID, text("r"))],
        mended: vec![ID],
        after: Some(ID),
        last: true,
        in_all: Some(2),
    }
}

#[test]
fn closures_and_operations() {
    let digests = || Digests::from([(text("c"), text("d"))]);
    let about = About::CalendarsChanged(vec![text("c")]);
    for (command, expected) in [
        (
            Command::DeclareClosure(closure()),
            "82182081ab00500101010101010101010101010101010101616302a1006170031a00d66655041a00d6665605820181818219016819025806a200616601616507010861640950020202020202020202020202020202020aa40002016177026172035003030303030303030303030303030303",
        ),
        (
            Command::WithdrawClosure { closure: ID, reason: text("r"), operation: ID },
            "82182183500101010101010101010101010101010161725001010101010101010101010101010101",
        ),
        (
            Command::CalendarsDeployed { calendars: digests(), operation: ID },
            "82182282a1616361645001010101010101010101010101010101",
        ),
        (Command::BeginOperation(About::ClosureWithdrawn(ID)), "821823818201815001010101010101010101010101010101"),
        (
            Command::AdvanceOperation(page()),
            "82182481a700030102028182500101010101010101010101010101010161720381500101010101010101010101010101010104500101010101010101010101010101010105f50602",
        ),
        (Command::Rederive { operation: ID, why: MoveWhy::Closure }, "82182582500101010101010101010101010101010100"),
        (
            Command::SuspendDeadline { task: ID, reason: text("r"), until: Some(Moment(1)) },
            "821826835001010101010101010101010101010101617201",
        ),
        (Command::ResumeDeadline(ID), "821827815001010101010101010101010101010101"),
        (
            Command::SetDeadline { task: ID, due: Moment(1), reason: text("r") },
            "821828835001010101010101010101010101010101016172",
        ),
        (Command::OperationEnded(ID), "821829815001010101010101010101010101010101"),
        (
            Command::TakeAnswer {
                channel: text("sms"),
                text: text("s"),
                claims: vec![Claim { key: vec![1], value: vec![2] }],
            },
            "82182a8363736d73617381a2004101014102",
        ),
    ] {
        check(&command, expected);
    }
    let begun = Some(Begun { operation: ID, about: about.clone() });
    let withdrawn = closure().withdrawn.unwrap();
    for (event, expected) in [
        (
            Recorded::ClosureDeclared(Closure { withdrawn: None, hours: Hours::From(720), ..closure() }),
            "820481aa00500101010101010101010101010101010101616302a1006170031a00d66655041a00d66656058200811902d006a20061660161650701086164095002020202020202020202020202020202",
        ),
        (
            Recorded::ClosureWithdrawn { closure: ID, withdrawn },
            "8205825001010101010101010101010101010101a40002016177026172035003030303030303030303030303030303",
        ),
        (
            Recorded::CalendarsDeployed { calendars: digests(), begun },
            "820682a161636164a200500101010101010101010101010101010101820281816163",
        ),
        (Recorded::OperationEnded(ID), "8207815001010101010101010101010101010101"),
        (
            Recorded::OperationBegun(Operation::begun(about, Moment(1))),
            "820881a70082028181616301010300040006f407000880",
        ),
        (
            Recorded::OperationAdvanced(page()),
            "820981a700030102028182500101010101010101010101010101010161720381500101010101010101010101010101010104500101010101010101010101010101010105f50602",
        ),
        (Recorded::OperationResumed, "820a80"),
    ] {
        check(&event, expected);
    }
    check(
        &Moved { stream: ID, of: ID, code: Some(text("c")), from: Moment(1), to: Moment(2) },
        "a500500101010101010101010101010101010101500101010101010101010101010101010102616303010402",
    );
    let place = Place { county: Some(text("c")), ..Place::default() };
    check(
        &OpenDeadline { calendar: text("c"), place, from: Moment(1), until: Moment(2) },
        "a400616301a101616302010302",
    );
}

#[test]
fn what_a_later_version_adds_is_skipped_and_an_unknown_kind_is_not() {
    // A call reference with a field 9 that this version does not know.
    let mut bytes = minicbor::to_vec(CallRef { instance: ID, activation: 1, key: text("k") }).unwrap();
    bytes[0] += 1;
    bytes.extend([0x09, 0x63, b'n', b'e', b'w']);
    assert_eq!(minicbor::decode::<CallRef>(&bytes).unwrap().key, "k");
    // An event of records numbered 999.
    let unknown = [0x82, 0x01, 0x81, 0x82, 0x19, 0x03, 0xe7, 0x80];
    assert!(minicbor::decode::<Recorded>(&unknown).is_err());
}

#[test]
fn editions_of_packs() {
    let pack = || PackRef { name: text("n"), version: text("v"), digest: text("d") };
    let deploy = Deploy {
        after: 2,
        packs: vec![pack()],
        removed: vec![text("g")],
        effective_from: Some(Moment(9)),
        note: text("w"),
        claims: vec![Claim { key: vec![1], value: vec![2] }],
        withdrawn: None,
        rows: Vec::new(),
    };
    check(
        &Command::DeployPacks(deploy.clone()),
        "82182b81a600020181a300616e0161760261640281616703090461770581a2004101014102",
    );
    // Texts become rows of the commit and stand in no command.
    let with_rows = Deploy { rows: vec![(vec![1], vec![2])], ..deploy.clone() };
    assert_eq!(minicbor::to_vec(&with_rows).unwrap(), minicbor::to_vec(&deploy).unwrap());
    let edition = Edition {
        number: 3,
        at: Moment(5),
        effective_from: Moment(9),
        author: text("a"),
        note: text("w"),
        packs: vec![pack()],
        removed: vec![text("g")],
        withdrawn: None,
    };
    check(&Recorded::PacksDeployed(edition), "820b81a70003010502090361610461770581a300616e01617602616406816167");
}
