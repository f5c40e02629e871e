//! Persisted forms of deadlines and waits, byte by byte: what was written once has to be read by every version to come.
//! A line here is never changed; a new kind adds one.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use peygir_calendar::{Caveat, Deadline, Name, Place, Stretch, Term, Why};
use peygir_casework::Event;
use peygir_casework::records::{
    About, Answer, CallRef, Case, DeadlineChange, Difference, Holder, Move, MoveWhy, Opening, Part, Party, Rederived,
    RemindRule, Reminder, Set, SuspendRule, Task, TaskKind, TaskStatus, Terms, Wait, Waiting,
};
use peygir_core::{Data, Id, Moment};
use serde_json::json;

const ID: Id = Id([1; 16]);

fn check<T>(value: &T, expected: &str)
where
    T: Encode<()> + for<'b> Decode<'b, ()> + PartialEq + std::fmt::Debug,
{
    let bytes = minicbor::to_vec(value).expect("in memory");
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, expected, "{value:?} is written differently than before");
    let read: T = minicbor::decode(&bytes).expect("it is read");
    assert_eq!(read, *value);
}

fn text(value: &str) -> String {
    value.to_owned()
}

fn instant(micros: i64) -> jiff::Timestamp {
    Moment(micros).to_jiff()
}

fn stretch() -> Stretch {
    Stretch {
        from: instant(1),
        to: instant(9),
        counted: true,
        why: Why::Open,
        line: "c:1".into(),
        name: None,
        day: Some(1),
        halves: None,
    }
}

fn deadline() -> Deadline {
    Deadline {
        due: instant(9),
        from: instant(1),
        term: Term::WorkingDays { days: 1 },
        calendar: text("c"),
        calendar_title: Name { fa: text("ف"), en: text("e") },
        zone: text("Z"),
        derivation: vec![stretch()],
        caveats: Vec::new(),
        place: Place { province: Some(text("qom")), ..Place::default() },
        set: None,
        derived: None,
    }
}

/// Of more stretches: each ground stands once.
fn long() -> Deadline {
    let day = 86_400_000_000;
    let name = Name { fa: text("ف"), en: text("e") };
    let at = |days: i64| if days == 0 { instant(1) } else { instant(days * day) };
    let stretch = |from, to, why, day| {
        let name = (why == Why::Holiday).then(|| name.clone().into());
        let line = if why == Why::Open { "c:1" } else { "c:2" }.into();
        Stretch { from: at(from), to: at(to), counted: why == Why::Open, why, line, name, day, halves: day }
    };
    let derivation = vec![
        stretch(0, 1, Why::Open, Some(1)),
        stretch(1, 2, Why::Holiday, None),
        stretch(2, 3, Why::Open, Some(2)),
        stretch(3, 5, Why::Holiday, None),
    ];
    Deadline { due: instant(5 * day), derivation, ..deadline() }
}

#[test]
fn a_long_derivation() {
    let long = long();
    check(
        &long,
        "a9001b000000649534e0000101028201810103616304a20062d98101616505615a078008a10063716f6d0ba20082a500f501020263633a3104f505f5a600f401050263633a3203a20062d98101616504f405f4018c003b000000141dd75fff0101011905a0001905a0020201190b40",
    );
    let Deadline { term, calendar, calendar_title, zone, derivation, caveats, place, .. } = long.clone();
    let (due, from) = (long.due.as_microsecond(), long.from.as_microsecond());
    let as_before = LongForm { due, from, term, calendar, calendar_title, zone, derivation, caveats, place };
    let bytes = minicbor::to_vec(as_before).expect("in memory");
    assert_eq!(minicbor::decode::<Deadline>(&bytes).expect("it is read"), long);
}

/// As deadlines were written before long derivations had a form of their own.
#[derive(Encode)]
#[cbor(map)]
struct LongForm {
    #[n(0)]
    due: i64,
    #[n(1)]
    from: i64,
    #[n(2)]
    term: Term,
    #[n(3)]
    calendar: String,
    #[n(4)]
    calendar_title: Name,
    #[n(5)]
    zone: String,
    #[n(6)]
    derivation: Vec<Stretch>,
    #[n(7)]
    caveats: Vec<Caveat>,
    #[n(8)]
    place: Place,
}

fn moved() -> Move {
    Move { operation: Some(ID), at: Moment(5), from: Moment(9), to: Moment(12), why: MoveWhy::Closure, by: None }
}

fn waiting() -> Waiting {
    Waiting {
        number: 1,
        from: Moment(2),
        until: Moment(4),
        ended: Some(Moment(3)),
        by: text("p"),
        reason: text("s"),
        prints: None,
    }
}

fn set() -> Set {
    Set { due: Moment(9), at: Moment(5), by: text("p"), reason: text("s") }
}

fn terms() -> Terms {
    Terms {
        calendar: text("c"),
        term: Term::WorkingDays { days: 1 },
        max: Some(Term::WorkingDays { days: 2 }),
        from: Moment(1),
        place: Place { province: Some(text("qom")), ..Place::default() },
        suspensions: vec![waiting()],
        set: Some(set()),
        moves: vec![moved()],
        deadline: deadline(),
        max_deadline: None,
        suspend: Some(SuspendRule { max_us: 7, times: 2, ended_by: vec![text("t")] }),
    }
}

fn call() -> CallRef {
    CallRef { instance: ID, activation: 1, key: text("k") }
}

#[test]
fn events() {
    let change = DeadlineChange {
        due_at: Moment(12),
        max_at: Some(Moment(20)),
        deadline: deadline(),
        max_deadline: None,
        reminders: vec![(0, Moment(6))],
        moved: moved(),
        holder: Holder::Task,
    };
    let opening = Opening {
        calendar: text("c"),
        from: Moment(1),
        place: Place::default(),
        rule: Some(Data::from(json!("r"))),
        moves: Vec::new(),
    };
    let wait =
        Wait { id: ID, caller: call(), at: Moment(9), terms: None, ended_at: None, opening: Some(Box::new(opening)) };
    for (event, expected) in [
        (
            Event::DeadlineMoved { of: ID, change: Box::new(change) },
            "821823825001010101010101010101010101010101a6000c011402a900090101028201810103616304a20062d98101616505615a0681a60001010902f503020463633a310601078008a10063716f6d048182000605a500500101010101010101010101010101010101050209030c04000600",
        ),
        (
            Event::DeadlineSuspended { task: ID, waiting: waiting() },
            "821824825001010101010101010101010101010101a60001010202040303046170056173",
        ),
        (
            Event::DeadlineResumed { task: ID, number: 1, ended: Moment(3) },
            "8218258350010101010101010101010101010101010103",
        ),
        (
            Event::DeadlineSet { task: ID, set: set() },
            "821826825001010101010101010101010101010101a400090105026170036173",
        ),
        (
            Event::WaitBegun(wait),
            "82182781a400500101010101010101010101010101010101a3005001010101010101010101010101010101010102616b020905a5006163010102a003432272220480",
        ),
        (Event::WaitEnded { wait: ID }, "821828815001010101010101010101010101010101"),
        (
            Event::WaitMoved { wait: ID, moved: moved() },
            "821829825001010101010101010101010101010101a500500101010101010101010101010101010101050209030c0400",
        ),
    ] {
        check(&event, expected);
    }
}

#[test]
fn a_deadline_that_is_told_by_what_differs() {
    let kept = Part::Kept { skipped: 1, count: 2, days: -1, halves: 0 };
    let difference = Difference {
        due: Moment(12),
        derived: Some(Moment(11)),
        parts: vec![kept, Part::New(stretch())],
        caveats: Some(vec![Caveat::MissingTable { year: 1409 }]),
    };
    let max = Difference { due: Moment(20), derived: None, parts: Vec::new(), caveats: None };
    let change = Rederived {
        of: ID,
        holder: Holder::Task,
        deadline: difference,
        max_deadline: Some(max),
        reminders: vec![(0, Moment(6))],
        moved: moved(),
    };
    check(
        &Event::DeadlineRederived(Box::new(change)),
        "82182b81a6005001010101010101010101010101010101010002a4000c010b028282018401022000820081a60001010902f503020463633a310601038182018119058103a200140280048182000605a500500101010101010101010101010101010101050209030c0400",
    );
}

#[test]
fn what_a_citizen_answers_who_is_waited_for() {
    check(&Event::CitizenAnswered { channel: text("sms"), text: text("s") }, "82182a8263736d736173");
    let waiting = Waiting { ended: None, prints: Some(vec![ByteVec::from(vec![7, 8])]), ..waiting() };
    check(&waiting, "a60001010202040461700561730681420708");
    check(
        &Event::DeadlineSuspended { task: ID, waiting },
        "821824825001010101010101010101010101010101a60001010202040461700561730681420708",
    );
    let answer = Answer { at: Moment(7), channel: text("sms"), text: text("s") };
    check(&answer, "a300070163736d73026173");
    check(
        &case(None),
        "ac0050010101010101010101010101010101010161310261740363736d730463716f6d08617309a10050010101010101010101010101010101010bf40e010f0111001480",
    );
    check(
        &case(Some(vec![answer])),
        "ad0050010101010101010101010101010101010161310261740363736d730463716f6d08617309a10050010101010101010101010101010101010bf40e010f01110014801581a300070163736d73026173",
    );
}

fn case(answers: Option<Vec<Answer>>) -> Case {
    Case {
        id: ID,
        code: text("1"),
        case_type: text("t"),
        channel: text("sms"),
        province: text("qom"),
        county: None,
        topic: None,
        agency: None,
        text: text("s"),
        citizen: Party { person: ID, national_id: None, mobile: None, name: None, number: None },
        on_behalf_of: None,
        closed: false,
        outcome: None,
        referral: None,
        round: 1,
        opened_at: Moment(1),
        closed_at: None,
        repeats: 0,
        satisfaction: None,
        earlier: None,
        about: None,
        rounds_max: None,
        line: None,
        milestones: Vec::new(),
        answers,
    }
}

#[test]
fn records() {
    check(
        &terms(),
        "aa00616301820181010282018102030104a10063716f6d0581a6000101020204030304617005617306a4000901050261700361730781a500500101010101010101010101010101010101050209030c040008a900090101028201810103616304a20062d98101616505615a0681a60001010902f503020463633a310601078008a10063716f6d0aa30007010202816174",
    );
    check(&About::Deadline(ID), "8208815001010101010101010101010101010101");
    let rule = Some(RemindRule::Before(Term::WorkingTime { microseconds: 3 }));
    let reminder = Reminder {
        at: Moment(6),
        tell: Data::from(json!("task-owner")),
        by: vec![text("sms")],
        template: text("t"),
        sent_at: None,
        rule,
    };
    check(&reminder, "a50006014c227461736b2d6f776e657222028163736d730361740582018182028103");
}

fn task(terms: Option<Box<Terms>>) -> Task {
    Task {
        id: ID,
        kind: TaskKind::Form,
        form: text("f"),
        role: text("r"),
        person: None,
        copy_to: Vec::new(),
        status: TaskStatus::Open,
        claimed_by: None,
        caller: call(),
        created_at: Moment(1),
        due_at: Some(Moment(9)),
        max_at: None,
        derivation: None,
        overdue_at: None,
        on_overdue: None,
        reminders: Vec::new(),
        closed_by: Vec::new(),
        ended_at: None,
        outcome: None,
        answer: None,
        round: 1,
        attempt: 0,
        attempts_max: 0,
        not_before: None,
        every_us: 0,
        between: None,
        agency: None,
        terms,
    }
}

/// The bytes are those of a task as it was written before it kept its terms.
#[test]
fn a_task_without_terms_is_written_and_read_as_before() {
    check(
        &task(None),
        "af00500101010101010101010101010101010101000261660361720580060008a3005001010101010101010101010101010101010102616b09010a090f801080140115001600181800",
    );
    let with = minicbor::to_vec(task(Some(Box::new(terms())))).expect("in memory");
    assert_eq!(minicbor::decode::<Task>(&with).expect("it is read"), task(Some(Box::new(terms()))));
}
