//! The diagnostics of the reader, one function for each code, in both languages.

use peygir_source::{Diagnostic, Help, Node, Span, Value, suggest};

use crate::expr;

fn kind_of(node: &Node) -> (&'static str, &'static str) {
    match node.value {
        Value::Null => ("nothing", "هیچ"),
        Value::Bool(_) => ("true or false", "درست یا نادرست"),
        Value::Number(_) => ("a number", "عدد"),
        Value::String(_) => ("a text", "متن"),
        Value::Sequence(_) => ("a list", "فهرست"),
        Value::Mapping(_) => ("a mapping", "نگاشت"),
    }
}

/// What a value is expected to be, in both languages.
#[derive(Clone, Copy)]
pub(super) struct Wanted(pub &'static str, pub &'static str);

pub(super) const MAPPING: Wanted = Wanted("a mapping", "نگاشت");
pub(super) const LIST: Wanted = Wanted("a list", "فهرست");
pub(super) const TEXT: Wanted = Wanted("a text", "متن");
pub(super) const FLAG: Wanted = Wanted("true or false", "true یا false");
pub(super) const COUNT: Wanted = Wanted("a whole number from 0 on", "عدد درست، صفر یا بیشتر");
pub(super) const DATA_PATH: Wanted = Wanted("an expression or a mapping", "عبارت یا نگاشت");

pub(super) fn wrong_type(node: &Node, what: &str, wanted: Wanted) -> Diagnostic {
    let (found, found_fa) = kind_of(node);
    let message = format!("`{what}` must be {}, found {found}", wanted.0);
    let message_fa = format!("«{what}» باید {} باشد، نه {found_fa}", wanted.1);
    Diagnostic::error("PG-D001", node.span, message, message_fa)
}

pub(super) fn missing(span: Span, property: &str, what: &str) -> Diagnostic {
    let message = format!("`{what}` lacks `{property}`");
    let message_fa = format!("«{what}» بخش «{property}» را ندارد");
    Diagnostic::error("PG-D002", span, message, message_fa)
        .with_help(format!("add `{property}:`"), format!("`{property}:` را بیفزایید"))
}

pub(super) fn unknown_property(span: Span, property: &str, what: &str, known: &[&str]) -> Diagnostic {
    let message = format!("`{what}` has no property `{property}`");
    let message_fa = format!("«{what}» ویژگی‌ای به نام «{property}» ندارد");
    let help = match suggest(property, known.iter().copied()) {
        Some(near) => Help::did_you_mean(near, '`'),
        None => {
            let known = quoted_list(known);
            Help::new(format!("it has {known}"), format!("این‌ها را دارد: {known}"))
        }
    };
    Diagnostic::error("PG-D003", span, message, message_fa).helped(help)
}

/// What the language has and this engine refuses to run: as the language calls it, and its code.
pub(super) type Feature = (&'static str, &'static str);

pub(super) const CONTAINER: Feature = ("run: container", "PG-D025");
pub(super) const BROWSER_GRANT: Feature = ("grant: authorization_code", "PG-D026");
pub(super) const LOOSE_MODE: Feature = ("evaluate.mode: loose", "PG-D039");

pub(super) const REFUSED: [Feature; 7] = [
    ("call: grpc", "PG-D021"),
    ("call: asyncapi", "PG-D022"),
    ("call: a2a", "PG-D023"),
    ("call: mcp", "PG-D024"),
    CONTAINER,
    BROWSER_GRANT,
    LOOSE_MODE,
];

/// The feature is one of [`REFUSED`].
pub(super) fn not_run((feature, code): Feature, span: Span) -> Diagnostic {
    let message = format!("`{feature}` is not run here");
    let message_fa = format!("«{feature}» این‌جا اجرا نمی‌شود");
    let (help, help_fa) = match code {
        "PG-D025" => (
            "call a service over `http`, or `run: script` where the deployment allows it",
            "سرویسی را با `http` فرا بخوانید، یا جایی که استقرار اجازه می‌دهد `run: script` بنویسید",
        ),
        "PG-D026" => (
            "nobody sits at a browser here: use `client_credentials` or another grant",
            "این‌جا کسی پای مرورگر نیست: `client_credentials` یا grant دیگری به کار ببرید",
        ),
        "PG-D039" => (
            "write `${ }` around what is to be evaluated, and leave `mode` out",
            "گرد آنچه باید محاسبه شود `${ }` بگذارید و `mode` را بردارید",
        ),
        _ => (
            "call the service over `http` or `openapi`, or through a connector of the deployment",
            "سرویس را با `http` یا `openapi`، یا از راه اتصالی از استقرار فرا بخوانید",
        ),
    };
    Diagnostic::error(code, span, message, message_fa).with_help(help, help_fa)
}

pub(super) fn duplicate_name(span: Span, name: &str, first: Span) -> Diagnostic {
    let message = format!("the name `{name}` stands twice in this list");
    let message_fa = format!("نام «{name}» در این فهرست دو بار آمده است");
    let line = first.line;
    Diagnostic::error("PG-D005", span, message, message_fa).with_help(
        format!("rename one of them; the first is in line {line}"),
        format!("نام یکی را عوض کنید؛ نخستین در سطر {line} است"),
    )
}

pub(super) fn unknown_target(span: Span, name: &str, list: &[&str]) -> Diagnostic {
    let message = format!("`then` leads to `{name}`, which is no task of the same list");
    let message_fa = format!("«then» به «{name}» می‌رود که در همین فهرست نیست");
    let words = ["continue", "exit", "end"];
    let help = match suggest(name, list.iter().chain(&words).copied()) {
        Some(near) => Help::did_you_mean(near, '`'),
        None if list.is_empty() => Help::new(
            "here `then` can be `continue`, `exit` or `end`",
            "این‌جا `then` می‌تواند `continue`، `exit` یا `end` باشد",
        ),
        None => {
            let list = quoted_list(list);
            Help::new(
                format!("the list has {list}; or `continue`, `exit`, `end`"),
                format!("فهرست این‌ها را دارد: {list}؛ یا `continue`، `exit`، `end`"),
            )
        }
    };
    Diagnostic::error("PG-D006", span, message, message_fa).helped(help)
}

pub(super) fn empty_list(span: Span, what: &str) -> Diagnostic {
    let message = format!("`{what}` is empty");
    let message_fa = format!("«{what}» خالی است");
    Diagnostic::error("PG-D007", span, message, message_fa)
        .with_help("write at least one entry", "دست‌کم یک سطر بنویسید")
}

pub(super) fn bad_expression(span: Span, error: &expr::Error) -> Diagnostic {
    let said = &error.message;
    let message = format!("the expression cannot be compiled: {said}");
    let message_fa = format!("این عبارت ترجمه‌پذیر نیست: {said}");
    let diagnostic = Diagnostic::error("PG-D008", span, message, message_fa);
    match &error.near {
        Some(near) => diagnostic.helped(Help::did_you_mean(near, '`')),
        None => diagnostic,
    }
}

pub(super) fn unknown_function(span: Span, name: &str, known: &[String]) -> Diagnostic {
    let message = format!("there is no function `{name}`");
    let message_fa = format!("تابعی به نام «{name}» نیست");
    let diagnostic = Diagnostic::error("PG-D009", span, message, message_fa);
    match suggest(name, known.iter().map(String::as_str)) {
        Some(near) => diagnostic.helped(Help::did_you_mean(near, '`')),
        None => diagnostic.with_help(
            "a function is a built-in, a table, a script, a connector's operation or a flow",
            "تابع یا از خود سامانه است، یا جدول، اسکریپت، عملی از یک اتصال یا گردش کار",
        ),
    }
}

pub(super) fn unknown_reference(span: Span, name: &str, place: &str, known: &[&str]) -> Diagnostic {
    let message = format!("`use.{place}` declares no `{name}`");
    let message_fa = format!("در «use.{place}» چیزی به نام «{name}» نیست");
    let diagnostic = Diagnostic::error("PG-D010", span, message, message_fa);
    match suggest(name, known.iter().copied()) {
        Some(near) => diagnostic.helped(Help::did_you_mean(near, '`')),
        None => diagnostic.with_help(
            format!("declare it under `use.{place}`, or write it out here"),
            format!("آن را زیر `use.{place}` تعریف کنید، یا همین‌جا کامل بنویسید"),
        ),
    }
}

pub(super) fn retry_without_limit(span: Span) -> Diagnostic {
    let message = "the retry has no limit and could go on for ever";
    let message_fa = "تکرار هیچ حدی ندارد و ممکن است هرگز پایان نیابد";
    Diagnostic::error("PG-D011", span, message, message_fa).with_help(
        "add `limit: { attempt: { count: 5 } }` or `limit: { duration: PT1H }`",
        "`limit: { attempt: { count: 5 } }` یا `limit: { duration: PT1H }` را بیفزایید",
    )
}

pub(super) fn bad_duration(span: Span, said: &str) -> Diagnostic {
    let message = format!("this is no duration: {said}");
    let message_fa = "این مدت درست نیست؛ مانند PT1H30M یا P2D نوشته می‌شود";
    Diagnostic::error("PG-D012", span, message, message_fa).with_help(
        "for example `PT1H30M`, or `{ hours: 1, minutes: 30 }`",
        "برای نمونه `PT1H30M`، یا `{ hours: 1, minutes: 30 }`",
    )
}

/// `wanted` and `wanted_fa` say what it can be.
pub(super) fn bad_value(span: Span, what: &str, value: &str, (wanted, wanted_fa): (&str, &str)) -> Diagnostic {
    let shown: String = value.chars().take(60).collect();
    let message = format!("`{what}` cannot be `{shown}`");
    let message_fa = format!("«{what}» نمی‌تواند «{shown}» باشد");
    Diagnostic::error("PG-D013", span, message, message_fa)
        .with_help(format!("it is {wanted}"), format!("باید این باشد: {wanted_fa}"))
}

/// A word that is none of those that can stand here.
pub(super) fn not_one_of(span: Span, what: &str, value: &str, words: &[&str]) -> Diagnostic {
    let wanted = (&*format!("one of {}", words.join(", ")), &*format!("یکی از {}", words.join("، ")));
    bad_value(span, what, value, wanted)
}

pub(super) fn no_task_type(span: Span, name: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("the task `{name}` does not say what it does");
    let message_fa = format!("کار «{name}» نمی‌گوید چه می‌کند");
    let help = match near {
        Some(near) => Help::did_you_mean(near, '`'),
        None => Help::new(
            "write one of `call`, `do`, `emit`, `for`, `fork`, `listen`, `raise`, `run`, `set`, `switch`, `try`, `wait`",
            "یکی از این‌ها را بنویسید: `call`، `do`، `emit`، `for`، `fork`، `listen`، `raise`، `run`، `set`، `switch`، `try`، `wait`",
        ),
    };
    Diagnostic::error("PG-D014", span, message, message_fa).helped(help)
}

pub(super) fn several_task_types(span: Span, name: &str, kinds: &[&str]) -> Diagnostic {
    let message = format!("the task `{name}` does several things: {}", quoted_list(kinds));
    let message_fa = format!("کار «{name}» بیش از یک نوع دارد: {}", quoted_list(kinds));
    Diagnostic::error("PG-D014", span, message, message_fa)
        .with_help("make each a task of its own", "هر یک را کاری جداگانه کنید")
}

pub(super) fn several_keys(span: Span, what: &str) -> Diagnostic {
    let message = format!("an entry of `{what}` is one name with what belongs to it, as in `- name: …`");
    let message_fa = format!("هر سطر «{what}» یک نام است با آنچه به آن تعلق دارد، مانند `- name: …`");
    Diagnostic::error("PG-D015", span, message, message_fa).with_help(
        "begin each with its own `-` and indent what belongs to it",
        "هر یک را با `-` خودش آغاز کنید و آنچه به آن تعلق دارد تو برده بنویسید",
    )
}

pub(super) fn months(span: Span) -> Diagnostic {
    let message = "months and years are those of the Gregorian calendar in the flow's zone";
    let message_fa = "ماه و سال این‌جا میلادی است، در منطقهٔ زمانی گردش کار";
    Diagnostic::warning("PG-D016", span, message, message_fa).with_help(
        "for Solar Hijri months or working days call `calendar-next` or `wait-working`",
        "برای ماه هجری شمسی یا روز کاری `calendar-next` یا `wait-working` را فرا بخوانید",
    )
}

pub(super) fn unknown_zone(span: Span, zone: &str) -> Diagnostic {
    let message = format!("there is no time zone `{zone}`");
    let message_fa = format!("منطقهٔ زمانی «{zone}» شناخته نیست");
    Diagnostic::error("PG-D017", span, message, message_fa)
        .with_help("names are like `Asia/Tehran`", "نام‌ها مانند `Asia/Tehran` هستند")
}

pub(super) fn second_default(span: Span, first: Span) -> Diagnostic {
    let message = "this switch has a second case without `when`";
    let message_fa = "این switch دو حالت بدون «when» دارد";
    let line = first.line;
    Diagnostic::error("PG-D018", span, message, message_fa).with_help(
        format!("give one of them a `when`; the first is in line {line}"),
        format!("به یکی `when` بدهید؛ نخستین در سطر {line} است"),
    )
}

pub(super) fn one_of(span: Span, what: &str, choices: &[&str]) -> Diagnostic {
    let message = format!("`{what}` must have exactly one of {}", quoted_list(choices));
    let message_fa = format!("«{what}» باید دقیقاً یکی از این‌ها را داشته باشد: {}", quoted_list(choices));
    Diagnostic::error("PG-D019", span, message, message_fa)
}

pub(super) fn bad_address(span: Span, said: &str) -> Diagnostic {
    let message = format!("this is no address to call: {said}");
    let message_fa = "این نشانی فراخواندنی نیست؛ با http:// یا https:// آغاز می‌شود و نام‌ها در آن {name} نوشته می‌شوند";
    Diagnostic::error("PG-D020", span, message, message_fa).with_help(
        "for example `https://api.example.ir/cases/{id}`, or one expression: `${ .address }`",
        "برای نمونه `https://api.example.ir/cases/{id}`، یا یک عبارت: `${ .address }`",
    )
}

pub(super) fn undeclared_secret(span: Span, name: &str, declared: &[String]) -> Diagnostic {
    let message = format!("`use.secrets` declares no `{name}`");
    let message_fa = format!("در «use.secrets» رازی به نام «{name}» نیست");
    let diagnostic = Diagnostic::error("PG-D027", span, message, message_fa);
    match suggest(name, declared.iter().map(String::as_str)) {
        Some(near) => diagnostic.helped(Help::did_you_mean(near, '`')),
        None => diagnostic.with_help(
            format!("add `{name}` to the list `use.secrets`"),
            format!("`{name}` را به فهرست `use.secrets` بیفزایید"),
        ),
    }
}

/// `$secrets` as a whole, in a flow that declares none.
pub(super) fn no_secrets(span: Span) -> Diagnostic {
    let message = "the expression reads `$secrets`, and `use.secrets` declares none";
    let message_fa = "این عبارت «$secrets» را می‌خواند ولی در «use.secrets» رازی تعریف نشده است";
    Diagnostic::error("PG-D027", span, message, message_fa).with_help(
        "list under `use.secrets` what the flow may read",
        "زیر `use.secrets` بنویسید این گردش کار چه رازهایی را می‌تواند بخواند",
    )
}

pub(super) fn unknown_secret(span: Span, name: &str, known: &[String]) -> Diagnostic {
    let message = format!("the deployment has no secret `{name}`");
    let message_fa = format!("این استقرار رازی به نام «{name}» ندارد");
    let diagnostic = Diagnostic::error("PG-D028", span, message, message_fa);
    match suggest(name, known.iter().map(String::as_str)) {
        Some(near) => diagnostic.helped(Help::did_you_mean(near, '`')),
        None => diagnostic.with_help(
            "give the deployment a secret of this name, or take it off the list",
            "رازی به این نام به استقرار بدهید، یا آن را از فهرست بردارید",
        ),
    }
}

pub(super) fn unknown_flow(span: Span, flow: &str, known: &[String]) -> Diagnostic {
    let message = format!("there is no flow `{flow}` to run");
    let message_fa = format!("گردش کاری به نام «{flow}» برای اجرا نیست");
    let diagnostic = Diagnostic::error("PG-D029", span, message, message_fa);
    match suggest(flow, known.iter().map(String::as_str)) {
        Some(near) => diagnostic.helped(Help::did_you_mean(near, '`')),
        None => diagnostic.with_help(
            "`namespace`, `name` and `version` must be those of a flow that is deployed",
            "`namespace`، `name` و `version` باید از گردش کاری باشند که مستقر است",
        ),
    }
}

/// `said` tells what is wrong with the text behind the address, or that there is none.
pub(super) fn bad_resource(span: Span, address: &str, said: &str) -> Diagnostic {
    let shown: String = address.chars().take(120).collect();
    let message = format!("the text at `{shown}` cannot be used: {said}");
    let message_fa = format!("متنی که در «{shown}» است به کار نمی‌آید");
    Diagnostic::error("PG-D030", span, message, message_fa).with_help(
        "a flow is deployed with all texts that it refers to; write this one out, or mend it where it stands",
        "گردش کار با همهٔ متن‌هایی که به آن‌ها ارجاع می‌دهد مستقر می‌شود؛ این متن را همین‌جا بنویسید، یا سر جایش درست کنید",
    )
}

pub(super) fn bad_cron(span: Span, said: &str) -> Diagnostic {
    let message = format!("this is no cron schedule: {said}");
    let message_fa = "این زمان‌بندی cron درست نیست؛ پنج بخش دارد: دقیقه، ساعت، روز ماه، ماه، روز هفته";
    Diagnostic::error("PG-D031", span, message, message_fa).with_help(
        "minute, hour, day of month, month, day of week: `30 7 * * 6-3`",
        "دقیقه، ساعت، روز ماه، ماه، روز هفته: `30 7 * * 6-3`",
    )
}

pub(super) fn wrong_input(span: Span, function: &str, said: &str) -> Diagnostic {
    let message = format!("`{function}` does not take this: {said}");
    let message_fa = format!("تابع «{function}» چنین ورودی‌ای نمی‌پذیرد");
    Diagnostic::error("PG-D032", span, message, message_fa)
        .with_help("the function's page says what it takes", "صفحهٔ تابع می‌گوید چه می‌پذیرد")
}

pub(super) fn looks_evaluated(span: Span, text: &str) -> Diagnostic {
    let shown: String = text.chars().take(60).collect();
    let message = format!("`{shown}` is passed on as this text: nothing evaluates it here");
    let message_fa = format!("«{shown}» همین‌گونه، همچون متن، فرستاده می‌شود و محاسبه نمی‌شود");
    Diagnostic::warning("PG-D038", span, message, message_fa).with_help(
        format!("write `${{ {shown} }}` if its value is meant"),
        format!("اگر مقدارش منظور است `${{ {shown} }}` بنویسید"),
    )
}

pub(super) fn bad_schema(span: Span, said: &str) -> Diagnostic {
    let message = format!("this is no JSON Schema that can be used: {said}");
    let message_fa = "این JSON Schema درست نیست یا نمی‌توان آن را به کار برد";
    Diagnostic::error("PG-D040", span, message, message_fa)
}

pub(super) fn quoted_list(names: &[&str]) -> String {
    const SHOWN_MAX: usize = 12;
    let mut list: Vec<String> = names.iter().take(SHOWN_MAX).map(|name| format!("`{name}`")).collect();
    if names.len() > SHOWN_MAX {
        list.push("…".to_owned());
    }
    list.join(", ")
}
