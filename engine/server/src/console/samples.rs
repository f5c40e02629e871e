//! Views as the desk would give them, for tests of pages. Every number and name in them is made up.

use std::collections::BTreeMap;

use peygir_runtime::access::{Grant, Principal, ROLES, Scope};
use peygir_runtime::desk::*;
use serde_json::json;

use super::layout::Ui;
use crate::locale::Locale;

pub const NOW: &str = "2026-11-21T11:00:00Z";

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub fn named(id: &str, fa: &str, en: &str) -> Named {
    Named { id: id.into(), fa: fa.into(), en: en.into() }
}

pub fn agency() -> Named {
    named("water-hamedan", "شرکت آب و فاضلاب استان همدان", "Hamedan Water and Wastewater Company")
}

fn manager() -> Named {
    named("p-manager", "رضا نمونه", "Reza Nemouneh")
}

pub fn ui(locale: Locale, roles: &[&str], path: &str) -> Ui {
    let grants = roles.iter().map(|role| Grant { role: role.to_string(), scope: Scope::Nation }).collect::<Vec<_>>();
    let viewer = Principal { id: "p-operator".into(), name: "مریم نمونه".into(), grants };
    Ui {
        locale,
        zone: peygir_calendar::tehran(),
        now: NOW.parse().unwrap(),
        viewer: (!roles.is_empty()).then_some(viewer),
        path: path.into(),
        directory: directory(),
        style_path: "/assets/style.css".into(),
    }
}

pub fn all_roles() -> Vec<&'static str> {
    ROLES.to_vec()
}

pub fn directory() -> DirectoryView {
    DirectoryView {
        deployment: "one-province".into(),
        title_fa: "فوریت‌های اداری ۱۲۸ — استان همدان".into(),
        title_en: "Administrative urgencies 128 — Hamedan".into(),
        province: named("hamedan", "همدان", "Hamedan"),
        provinces: vec![named("hamedan", "همدان", "Hamedan")],
        counties: vec![named("hamedan", "همدان", "Hamedan"), named("malayer", "ملایر", "Malayer")],
        agencies: vec![agency(), named("registry-hamedan", "ثبت احوال استان همدان", "Hamedan Civil Registry")],
        topics: vec![
            named("officer-absent", "نبود کارشناس پشت میز", "No officer at the desk"),
            named("system-down", "قطعی سامانه", "System down"),
        ],
        people: vec![
            PersonView {
                id: "p-operator".into(),
                name: named("p-operator", "مریم نمونه", "Maryam Nemouneh"),
                roles: vec!["operator".into()],
            },
            PersonView { id: "p-manager".into(), name: manager(), roles: vec!["duty-manager".into()] },
        ],
        roles: Vec::new(),
        titles: Default::default(),
        tables: vec![named("foad-routing", "مسیر فوآد", "Routing of Fo'ad")],
        packs: vec![named("national", "بستهٔ ملی", "National pack")],
        unsent_channels: vec!["sms".into(), "mail".into()],
    }
}

pub fn party() -> Party {
    Party { national_id: some("99******18"), mobile: some("+98912***4567"), name: some("م*** ن***") }
}

pub fn message() -> NewMessage {
    NewMessage {
        channel: "web".into(),
        from: party(),
        on_behalf_of: Some(party()),
        text: "متن".into(),
        topic: some("system-down"),
        agency: some("water-hamedan"),
        province: some("hamedan"),
        county: some("malayer"),
        source: None,
    }
}

pub fn submitted() -> Submitted {
    Submitted { case_id: CASE.into(), tracking_code: CODE.into(), repeated: false }
}

const CASE: &str = "01JD7Z8QH5RRA4J4C0V3M1X2YB";
const CODE: &str = "48213907564";
const TEXT: &str = "از ساعت ۸ صبح برای گرفتن انشعاب آب به اداره آمده‌ام. کارشناس پشت میز نیست و جانشینی هم ندارد. \
    شمارهٔ داخلی 1405-228 هم پاسخ نمی‌دهد.";

fn stage(code: &str, args: &[(&str, &str)]) -> Stage {
    let args = args.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    Stage { code: code.into(), args }
}

pub fn referred() -> Stage {
    stage(
        "referred",
        &[
            ("agency", "شرکت آب و فاضلاب استان همدان"),
            ("agencyEn", "Hamedan Water and Wastewater Company"),
            ("due", "2026-11-21T12:10:00Z"),
        ],
    )
}

pub fn summary() -> CaseSummary {
    CaseSummary {
        id: CASE.into(),
        tracking_code: CODE.into(),
        case_type: "foad".into(),
        channel: "sms".into(),
        province: "hamedan".into(),
        county: some("malayer"),
        topic: some("officer-absent"),
        agency: Some(agency()),
        stage: referred(),
        status: "open".into(),
        opened_at: "2026-11-21T09:10:00Z".into(),
        due: some("2026-11-21T12:10:00Z"),
        overdue: false,
        round: 1,
    }
}

pub fn cases() -> Page<CaseSummary> {
    let other = |code: &str, name: &str, opened: &str, status: &str| CaseSummary {
        tracking_code: code.into(),
        stage: stage(name, &[]),
        opened_at: opened.into(),
        status: status.into(),
        ..summary()
    };
    let overdue = CaseSummary {
        overdue: true,
        due: some("2026-11-21T10:20:00Z"),
        round: 2,
        ..other("90417735528", "overdue", "2026-11-21T07:20:00Z", "open")
    };
    let fresh = CaseSummary {
        topic: None,
        agency: None,
        due: None,
        ..other("11736620049", "classifying", "2026-11-21T10:58:00Z", "open")
    };
    let verifying = other("73300514826", "verifying", "2026-11-21T08:05:00Z", "open");
    let solved = other("65820014931", "closed-solved", "2026-11-18T06:40:00Z", "closed");
    let items = vec![fresh, summary(), overdue, verifying, solved];
    Page { items, next: some("2026-11-18T06:40:00Z") }
}

fn field(name: &str, kind: &str, fa: &str, en: &str, required: bool, options: Vec<Named>) -> FieldView {
    FieldView {
        name: name.into(),
        kind: kind.into(),
        label_fa: fa.into(),
        label_en: en.into(),
        required,
        max: None,
        min: None,
        options,
    }
}

pub fn task() -> TaskView {
    let outcomes = vec![
        named("solved", "حل شد", "Solved"),
        named("needs-time", "زمان بیشتری لازم است", "Needs more time"),
        named("not-ours", "در صلاحیت ما نیست", "Not ours"),
    ];
    let form = FormView {
        id: "foad/resolution".into(),
        title_fa: "پاسخ به شکایت از خدمت اداری".into(),
        title_en: "Answer a complaint about a service".into(),
        fields: vec![
            field("outcome", "choice", "نتیجه", "Outcome", true, outcomes),
            FieldView {
                max: Some(2000), ..field("report", "text", "شرح اقدام", "What was done", true, vec![])
            },
            field("cause", "line", "علت", "Cause", false, vec![]),
            field("minutes", "integer", "زمان صرف‌شده (دقیقه)", "Time spent (minutes)", false, vec![]),
        ],
    };
    TaskView {
        id: "01JD7Z9AAAAAAAAAAAAAAAAAAA".into(),
        case_id: CASE.into(),
        tracking_code: CODE.into(),
        kind: "form".into(),
        form,
        status: "claimed".into(),
        role: "duty-manager".into(),
        agency: Some(agency()),
        claimed_by: Some(manager()),
        created_at: "2026-11-21T09:10:00Z".into(),
        due: some("2026-11-21T12:10:00Z"),
        overdue: false,
        not_before: None,
        attempt: 1,
        attempts_max: 1,
        text: TEXT.into(),
        call: None,
        answer: None,
        outcome: None,
        may_claim: false,
        may_complete: true,
        round: 1,
    }
}

pub fn open_task() -> TaskView {
    TaskView { status: "open".into(), claimed_by: None, may_claim: true, may_complete: false, ..task() }
}

pub fn call() -> TaskView {
    let outcomes = vec![
        named("solved", "حل شده است", "Solved"),
        named("unsolved", "حل نشده است", "Not solved"),
        named("unreached", "پاسخ نداد", "Not reached"),
    ];
    let form = FormView {
        id: "foad/verify".into(),
        title_fa: "تماس راستی‌آزمایی".into(),
        title_en: "Verification call".into(),
        fields: vec![
            field("outcome", "choice", "موضوع حل شده است؟", "Is it solved?", true, outcomes),
            FieldView {
                min: Some(1),
                max: Some(5),
                ..field("satisfaction", "rating", "رضایت شهروند", "Satisfaction", false, vec![])
            },
            field("callAgain", "boolean", "دوباره تماس گرفته شود؟", "Call again?", false, vec![]),
            field("note", "text", "توضیح", "Note", false, vec![]),
        ],
    };
    let citizen = Party { national_id: None, mobile: some("+989121234567"), name: some("مریم نمونه") };
    TaskView {
        kind: "verification-call".into(),
        form,
        role: "operator".into(),
        call: Some(citizen),
        attempt: 2,
        attempts_max: 3,
        not_before: some("2026-11-21T10:45:00Z"),
        round: 2,
        ..task()
    }
}

pub fn completed_task() -> TaskView {
    TaskView {
        status: "completed".into(),
        answer: Some(json!({"outcome": "solved", "report": "کارشناس جانشین گماشته شد.", "minutes": 45})),
        outcome: some("answered"),
        may_complete: false,
        ..task()
    }
}

pub fn overdue_task() -> TaskView {
    TaskView { overdue: true, due: some("2026-11-21T09:40:00Z"), round: 2, ..open_task() }
}

pub fn outbox_line() -> OutboxLine {
    OutboxLine {
        id: "01JD7ZBBBBBBBBBBBBBBBBBBBB".into(),
        case_id: CASE.into(),
        tracking_code: some(CODE),
        channel: "sms".into(),
        connector: "outbox".into(),
        to: "+98912***4567".into(),
        template: "foad/received".into(),
        body: some("پیام شما ثبت شد. کد پیگیری: \u{2066}48213907564\u{2069}"),
        status: "not-sent".into(),
        attempts: 1,
        created_at: "2026-11-21T09:10:05Z".into(),
        next_at: None,
        fault: None,
    }
}

pub fn outbox() -> Page<OutboxLine> {
    let mail = OutboxLine {
        channel: "mail".into(),
        to: "m***@example.ir".into(),
        template: "foad/referral".into(),
        status: "delivered".into(),
        body: some("ارجاع تازه: نبود کارشناس پشت میز"),
        ..outbox_line()
    };
    let failed = OutboxLine {
        status: "failed".into(),
        attempts: 5,
        fault: some("Kannel: 403 Authorization failed for sendsms"),
        next_at: some("2026-11-21T11:30:00Z"),
        ..outbox_line()
    };
    Page { items: vec![outbox_line(), mail, failed], next: None }
}

pub fn incident() -> IncidentView {
    IncidentView {
        id: "01JD7ZCCCCCCCCCCCCCCCCCCCC".into(),
        case_id: some(CASE),
        tracking_code: some(CODE),
        instance: None,
        workflow: None,
        task: None,
        kind: "message-failed".into(),
        reason: "Kannel: 403 Authorization failed for sendsms".into(),
        opened_at: "2026-11-21T10:05:00Z".into(),
        status: "open".into(),
        resolved_by: None,
        message: None,
    }
}

pub fn incidents() -> Page<IncidentView> {
    let settled = IncidentView {
        kind: "message-ambiguous".into(),
        reason: "no answer within 30 s".into(),
        status: "settled".into(),
        resolved_by: some("p-operator"),
        ..incident()
    };
    let faulted = IncidentView {
        id: "01JD7ZFFFFFFFFFFFFFFFFFFFF".into(),
        kind: "flow-fault".into(),
        instance: some("01KDB9JFR0A1B2C3D4E5F6G7H8"),
        workflow: Some(WorkflowName { namespace: "ir-foad".into(), name: "foad-128".into(), version: some("1.0.0") }),
        task: some("/do/4/solve"),
        ..incident()
    };
    let unread = IncidentView {
        id: "01JD7ZEEEEEEEEEEEEEEEEEEEE".into(),
        kind: "message-unread".into(),
        reason: "the number is no mobile number".into(),
        tracking_code: None,
        message: Some(UnreadMessage {
            from: "+988138251111".into(), text: "صدای من را نمی‌شنوید؟ آب قطع است.".into()
        }),
        ..incident()
    };
    Page { items: vec![incident(), faulted, unread, settled], next: None }
}

fn line(version: u64, at: &str, actor: &str, kind: &str, args: &[(&str, &str)], notable: bool) -> JournalLine {
    let args: BTreeMap<_, _> = args.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    JournalLine {
        version,
        at: format!("2026-11-21T{at}Z"),
        actor: actor.into(),
        kind: kind.into(),
        args,
        inputs: None,
        notable,
    }
}

fn both(fa: &str, en: &str) -> Bilingual {
    Bilingual { fa: fa.into(), en: en.into() }
}

/// The decision that sent the sample case to the water company.
pub fn decision() -> DecisionView {
    let input = |name: &str, title: Bilingual, value: serde_json::Value, shown: Bilingual| DecisionInput {
        name: name.into(),
        title,
        value,
        shown,
        looked_at: name == "topic",
    };
    DecisionView {
        at: "2026-11-21T09:12:00Z".into(),
        flow: "ir-samad/referral:1.0.0".into(),
        step: "route".into(),
        table: "samad-routing".into(),
        title: both("ارجاع پیام‌های سامد", "SAMAD routing"),
        version: "1.0.0".into(),
        edition: Some(3),
        layers: vec![
            DecisionLayer {
                pack: "national".into(),
                pack_version: some("0.2.0"),
                title: both("بستهٔ ملی", "National pack"),
                overlay: None,
                version: "1.0.0".into(),
            },
            DecisionLayer {
                pack: "hamedan".into(),
                pack_version: None,
                title: both("بستهٔ همدان", "Pack of Hamedan"),
                overlay: some("samad-routing"),
                version: "1.0.0".into(),
            },
        ],
        rules: vec![DecisionRule {
            rule: "water".into(),
            title: Some(both("آب", "Water")),
            layer: Some(0),
            changed_by: Some(1),
        }],
        outputs: json!({ "agency": "water-hamedan", "unit": "customers", "workingDays": 10 }),
        inputs: vec![
            input("topic", both("موضوع", "topic"), json!("water"), both("«آب»", "“Water”")),
            input("county", both("شهرستان", "county"), json!(null), Bilingual::default()),
        ],
        not_fired: vec![StoppedRule {
            rule: "ice".into(),
            title: Some(both("یخ‌زدگی <لوله>", "Frozen <pipes>")),
            layer: 1,
            why: Stopped::Cell,
            input: some("text"),
            cell: some("contains یخ"),
            text: both("در متن پیام «یخ» نیامده است.", "The text of the message does not contain “یخ”."),
        }],
        sentence: both(
            "جدول «ارجاع پیام‌های سامد» گفت به شرکت آب و فاضلاب، چون موضوع «آب» است.",
            "Table “SAMAD routing” said to the water company, because the topic is “Water”.",
        ),
        again: Again::Same,
        caveat: None,
    }
}

/// A decision of which only the record is left.
pub fn proposal() -> DecisionView {
    DecisionView {
        table: "propose-topic".into(),
        title: both("پیشنهاد موضوع", "Proposed topic"),
        edition: None,
        layers: Vec::new(),
        outputs: json!({ "topic": "water" }),
        not_fired: Vec::new(),
        inputs: decision().inputs.into_iter().map(|input| DecisionInput { looked_at: false, ..input }).collect(),
        sentence: both("جدول «پیشنهاد موضوع» گفت موضوع: «آب».", "Table “Proposed topic” said topic: “Water”."),
        again: Again::TableGone,
        caveat: Some(both("جدول آن روز دیگر در دست نیست.", "The table of that day is not to be had any more.")),
        ..decision()
    }
}

pub fn case() -> CaseView {
    let step = |name: &str, state: &str| FlowStep { name: name.into(), state: state.into() };
    let flow = FlowView {
        id: "01JD7ZDDDDDDDDDDDDDDDDDDDD".into(),
        flow: "ir-foad/foad-128:1.0.0".into(),
        title: some("فوآد ۱۲۸ — فوریت‌های اداری"),
        status: "running".into(),
        started_at: "2026-11-21T09:10:00Z".into(),
        steps: vec![
            step("classify", "done"),
            step("route", "done"),
            step("refer", "done"),
            step("confirm", "done"),
            step("solve", "current"),
            step("verify", "ahead"),
            step("judge", "ahead"),
            step("close", "ahead"),
        ],
        fault: None,
    };
    let inspection = FlowView {
        flow: "ir-foad/duty-inspection:1.0.0".into(),
        title: None,
        status: "faulted".into(),
        steps: vec![step("askInspector", "current"), step("tell", "ahead")],
        fault: Some(json!({"title": "No inspector is on duty"})),
        ..flow.clone()
    };
    let intake = FlowView {
        flow: "ir-foad/intake:1.0.0".into(),
        title: some("ثبت پیام شهروند"),
        status: "completed".into(),
        steps: vec![step("open", "done"), step("ask", "ahead"), step("register", "done")],
        ..flow.clone()
    };
    CaseView {
        summary: CaseSummary { round: 2, ..summary() },
        citizen: party(),
        on_behalf_of: Some(party()),
        text: TEXT.into(),
        manager: Some(manager()),
        flows: vec![intake, flow, inspection],
        tasks: vec![task(), completed_task()],
        messages: outbox().items,
        timeline: vec![
            line(1, "09:10:00", "connector:sms", "case-opened", &[("channel", "sms")], true),
            line(1, "09:10:00", "system", "flow-started", &[("flow", "ir-foad/foad-128:1.0.0")], false),
            line(1, "09:10:00", "system", "decision-made", &[("table", "foad-routing"), ("rule", "water-desk")], false),
            line(
                2,
                "09:10:01",
                "system",
                "case-referred",
                &[("agency", "water-hamedan"), ("due", "2026-11-21T12:10:00Z")],
                true,
            ),
            line(3, "10:40:00", "timer", "task-reminded", &[("role", "duty-manager")], true),
            line(4, "10:52:00", "p-manager", "task-claimed", &[], true),
            line(5, "10:58:00", "system", "message-failed", &[("channel", "sms")], true),
            line(6, "10:59:00", "system", "some-later-kind", &[("unknown", "x")], true),
        ],
        answers: vec![peygir_runtime::desk::CitizenAnswer {
            at: "2026-11-21T09:00:00Z".to_owned(),
            channel: "sms".to_owned(),
            text: "شمارهٔ نامه ۱۲ است".to_owned(),
        }],
        repeats: 1,
        satisfaction: Some(4),
        closed_at: None,
        may_unmask: true,
    }
}

pub fn track() -> Track {
    let milestone = |at: &str, stage: Stage| Milestone { at: at.into(), stage };
    Track {
        tracking_code: CODE.into(),
        stage: referred(),
        opened_at: "2026-11-21T09:10:00Z".into(),
        closed_at: None,
        round: 2,
        history: vec![
            milestone("2026-11-21T09:10:00Z", stage("registered", &[])),
            milestone("2026-11-21T09:10:01Z", referred()),
        ],
        deadlines: vec![super::samples_time::track_deadline()],
    }
}

pub fn instances() -> Page<InstanceSummary> {
    let of = |status: &str, started_by: &str| InstanceSummary {
        status: status.into(),
        started_by: started_by.into(),
        ..instance().summary
    };
    let statuses = [("waiting", "message"), ("faulted", "event:ir.foad.overdue"), ("completed", "schedule:late")];
    let mut items = statuses.map(|(status, by)| of(status, by)).to_vec();
    items[1].restarted_as = some("01KDB9JFR0A1B2C3D4E5F6G7HC");
    Page { items, next: some("x&y") }
}

pub fn instance() -> InstanceView {
    InstanceView {
        summary: InstanceSummary {
            id: "01KDB9JFR0A1B2C3D4E5F6G7H8".into(),
            workflow: WorkflowName { namespace: "ir-foad".into(), name: "foad-128".into(), version: some("1.0.0") },
            status: "waiting".into(),
            started_at: "2026-11-21T09:10:00Z".into(),
            ended_at: None,
            started_by: "message".into(),
            parent: some("01KDB9JFR0A1B2C3D4E5F6G7H9"),
            case_id: some("01KDB9JFR0A1B2C3D4E5F6G7HA"),
            tracking_code: some("14050830017"),
            restarted_as: None,
        },
        input: json!({ "channel": "web", "text": "•••" }),
        output: None,
        error: None,
        tasks: vec![InstanceTask {
            name: "solve".into(),
            reference: "/do/2/rounds/do/1/solve".into(),
            type_: "call".into(),
            started_at: "2026-11-21T09:11:00Z".into(),
            waits_for: some("human-task"),
            until: None,
            timeout_at: some("2026-11-21T12:10:00Z"),
        }],
        incident: None,
    }
}

/// One whose flow has begun anew in another.
pub fn restarted_instance() -> InstanceView {
    let view = faulted_instance();
    let summary = InstanceSummary { restarted_as: some("01KDB9JFR0A1B2C3D4E5F6G7HC"), ..view.summary };
    InstanceView { summary, incident: None, ..view }
}

pub fn faulted_instance() -> InstanceView {
    let view = instance();
    InstanceView {
        summary: InstanceSummary { status: "faulted".into(), ended_at: some(NOW), ..view.summary },
        error: Some(json!({
            "type": "https://open-workflow-specification.org/spec/1.0.0/errors/communication", "status": 503,
            "title": "Service Unavailable", "instance": "/do/0/ask",
        })),
        tasks: Vec::new(),
        incident: some("01KDB9JFR0A1B2C3D4E5F6G7HB"),
        ..view
    }
}
