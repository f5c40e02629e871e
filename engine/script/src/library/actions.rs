//! Actions: the built-in functions that a script may ask for. Each returns a description of what is to be done; the engine
//! does it after the script has ended.

use peygir_source::Span;
use rhai::{Dynamic, Map, NativeCallContext};

use super::{Answer, Forms, Function, Group, refused};

/// The member of an action that names its built-in function.
pub(crate) const ACTION: &str = "action";

/// Functions of scripts, and the built-in that each asks for.
pub(crate) const ACTIONS: &[(&str, &str)] = &[
    ("notify", "notify"),
    ("human_task", "human-task"),
    ("verification_call", "verification-call"),
    ("case_mark", "case-mark"),
    ("case_classify", "case-classify"),
    ("case_refer", "case-refer"),
    ("case_new_round", "case-new-round"),
    ("case_close", "case-close"),
];

/// A function that adds the name of a built-in to its members.
macro_rules! action {
    ($name:literal, $built_in:literal, $members:literal, $members_fa:literal, $en:literal, $fa:literal, $example:literal) => {
        Function {
            name: $name,
            signatures: &[concat!($name, "(members: Map) -> Map")],
            en: concat!($en, " Members: ", $members, "."),
            fa: concat!($fa, " اعضا: ", $members_fa, "."),
            examples: &[(concat!($name, "(", $example, ").action"), concat!("\"", $built_in, "\""))],
            code: |forms: &mut Forms| {
                forms.add(|context: NativeCallContext, members: Map| described($built_in, &context, members));
            },
        }
    };
}

pub(super) const GROUP: Group = Group {
    en: "Actions",
    fa: "اقدام‌ها",
    about_en: "An action does nothing by itself: it returns a map that says what is to be done. Return a list of them, and the engine carries them out in their order after the script has ended, and journals each. They are named as the functions that flows call, with _ for -, and their members are checked like those of a call.",
    about_fa: "اقدام خودش کاری نمی‌کند: نگاشتی بازمی‌گرداند که می‌گوید چه باید بشود. فهرستی از آن‌ها بازگردانید تا موتور پس از پایان اسکریپت آن‌ها را به ترتیب انجام دهد و هر یک را در دفتر ثبت کند. نامشان همان نام تابع‌هایی است که گردش‌کارها فرا می‌خوانند، با _ به جای -، و اعضایشان مانند اعضای فراخوانی بررسی می‌شود.",
    functions: &[
        action!(
            "notify",
            "notify",
            "`to` (\"citizen\", \"manager\", #{ role: … } or #{ person: … }), `by` (channels), `template`, `args`",
            "`to` (`\"citizen\"` یا `\"manager\"` یا `#{ role: … }` یا `#{ person: … }`)، `by` (کانال‌ها)، `template`، `args`",
            "Sends a message made from a template.",
            "پیامی از روی یک الگو می‌فرستد.",
            "#{ to: \"citizen\", by: [\"sms\"], template: \"late\" }"
        ),
        action!(
            "human_task",
            "human-task",
            "`form`, `assign` (#{ role: … }), `due`, `reminders`, `copyTo`, `onOverdue`, `closedBy`, `notify`",
            "`form`، `assign` (`#{ role: … }`)، `due`، `reminders`، `copyTo`، `onOverdue`، `closedBy`، `notify`",
            "Gives a person or a role something to do, with a deadline. Whoever answers for an agency gets no `due` from a script: a task has the terms that a table gave, and there is none before.",
            "به یک نفر یا یک نقش کاری با مهلت می‌سپارد. هر که پاسخ‌گوی دستگاهی است از اسکریپت `due` نمی‌گیرد: مهلت کار همان است که جدول داده است و پیش از آن کاری نیست.",
            "#{ form: \"inspect\", assign: #{ role: \"inspector\" } }"
        ),
        action!(
            "verification_call",
            "verification-call",
            "`script` (the form whose questions are asked), `attempts`, `every`, `between`, `assign`, `due`, `reminders`",
            "`script` (فرمی که پرسش‌هایش پرسیده می‌شود)، `attempts`، `every`، `between`، `assign`، `due`، `reminders`",
            "Asks for a call to the citizen: was the promise kept? Whoever answers for an agency gets no `due` from a script.",
            "تماس با شهروند را می‌خواهد: آیا به قول عمل شد؟ هر که پاسخ‌گوی دستگاهی است از اسکریپت `due` نمی‌گیرد.",
            "#{ script: \"verify\" }"
        ),
        action!(
            "case_mark",
            "case-mark",
            "`milestone` (small letters, digits and hyphens)",
            "`milestone` (حروف کوچک انگلیسی، رقم و خط تیره)",
            "Notes a milestone with the case.",
            "رویداد مهمی را در پرونده ثبت می‌کند.",
            "#{ milestone: \"late-twice\" }"
        ),
        action!(
            "case_classify",
            "case-classify",
            "`topic`, `agency`",
            "`topic`، `agency`",
            "Says what the case is about.",
            "می‌گوید موضوع پرونده چیست.",
            "#{ topic: \"water\" }"
        ),
        action!(
            "case_refer",
            "case-refer",
            "`to` (#{ agency: …, unit: …, manager: …, managerRole: … })",
            "`to` (`#{ agency: …, unit: …, manager: …, managerRole: … }`)",
            "Refers the case to an agency. How long that has is not a script's to say: the terms that a table gave go on.",
            "پرونده را به دستگاهی ارجاع می‌دهد. مهلت آن را اسکریپت تعیین نمی‌کند: همان مهلتی که جدول داده است می‌ماند.",
            "#{ to: #{ agency: \"water-company\" } }"
        ),
        action!(
            "case_new_round",
            "case-new-round",
            "`#{}`",
            "هیچ (`#{}`)",
            "Opens the next round of the case, within as many as its flow says; beyond these it opens none, and the case's journal says so.",
            "دور بعدی پرونده را باز می‌کند، تا شماری که گردش کارش می‌گوید؛ بیش از آن دوری باز نمی‌شود و دفتر پرونده آن را می‌گوید.",
            "#{}"
        ),
        action!(
            "case_close",
            "case-close",
            "`outcome`",
            "`outcome`",
            "Closes the case.",
            "پرونده را می‌بندد.",
            "#{ outcome: \"solved\" }"
        ),
    ],
};

/// Greatest column that a place in a tag tells; those behind it are told as this one.
const COLUMN_MAX: usize = (1 << COLUMN_BITS) - 1;
const COLUMN_BITS: u32 = 10;

/// Where an action was made goes with it as the tag of its value, unseen by the answer's readers.
fn described(built_in: &str, context: &NativeCallContext, mut members: Map) -> Answer<Dynamic> {
    if members.contains_key(ACTION) {
        return refused(
            "the member \"action\" is set by the function itself: leave it out",
            "عضو «action» را خود تابع می‌گذارد: آن را ننویسید",
        );
    }
    members.insert(ACTION.into(), Dynamic::from(built_in.to_owned()));
    let at = context.call_position();
    let column = at.position().unwrap_or_default().min(COLUMN_MAX);
    let place = at.line().and_then(|line| i32::try_from((line << COLUMN_BITS) | column).ok());
    let mut action = Dynamic::from_map(members);
    action.set_tag(place.unwrap_or_default());
    Ok(action)
}

/// Where the actions of an answer were made; line 0 for those that no function of the library made.
pub(crate) fn places(answer: &Dynamic) -> Vec<Span> {
    let place = |value: &Dynamic| {
        let tag = u32::try_from(value.tag()).unwrap_or_default();
        let column = (tag & ((1 << COLUMN_BITS) - 1)).max(1);
        Span { line: tag >> COLUMN_BITS, column, length: 0 }
    };
    match answer.as_array_ref() {
        Ok(items) => items.iter().map(place).collect(),
        Err(_) => vec![place(answer)],
    }
}
