//! What the parser says, in both languages.
//!
//! The parser's own words are English, and name what it looked for by terms of its own. Each kind of error has a sentence here; a
//! kind that a later parser adds is told as it is.

use rhai::{LexError, ParseErrorType};

/// A sentence in English and in Persian.
pub(crate) type Told = (String, String);

pub(crate) fn told(kind: &ParseErrorType) -> Told {
    use ParseErrorType as E;
    match kind {
        E::UnexpectedEOF => plain("it ends too early: something is not closed", "ناتمام است: چیزی بسته نشده است"),
        E::BadInput(error) => of_letters(error),
        E::UnknownOperator(sign) => with("there is no operator", "عملگری به این شکل نیست:", sign),
        E::MissingToken(token, why) => missing(token, why),
        E::MissingSymbol(_) => plain("a sign is missing here", "این‌جا نشانه‌ای کم است"),
        E::MalformedIndexExpr(why) => (
            format!("what stands in [ ] is no index: {}", or(why, "an index is a whole number, or a text for a map")),
            "آنچه میان [ ] آمده نشانی نیست: نشانی عدد صحیح است، و برای نگاشت متن".to_owned(),
        ),
        E::MalformedCapture(_) => plain(
            "a call can't take the variables around it along",
            "فراخوانی نمی‌تواند متغیرهای گرد خود را با خود ببرد",
        ),
        E::DuplicatedProperty(name) => with("the map has this member twice:", "نگاشت این عضو را دو بار دارد:", name),
        E::DuplicatedVariable(name) => with("this name stands twice:", "این نام دو بار آمده است:", name),
        E::VariableExists(name) => with("there is a variable of this name already:", "متغیری به این نام هست:", name),
        E::ForbiddenVariable(name) => {
            with("a variable can't have this name:", "متغیر نمی‌تواند این نام را داشته باشد:", name)
        }
        E::VariableUndefined(name) | E::ModuleUndefined(name) => {
            with("there is no variable", "چنین متغیری نیست:", name)
        }
        E::Reserved(word) => with("the language keeps this for itself:", "زبان این را برای خود نگه داشته است:", word),
        E::MismatchedType(wanted, found) => (
            format!("{wanted} is needed here, not {found}"),
            format!("این‌جا {} لازم است، نه {}", type_fa(wanted), type_fa(found)),
        ),
        E::ExprExpected(_) => plain("a value or an expression is missing here", "این‌جا مقدار یا عبارتی کم است"),
        E::PropertyExpected => plain("the name of a member is missing here", "این‌جا نام عضو کم است"),
        E::VariableExpected => plain("the name of a variable is missing here", "این‌جا نام متغیر کم است"),
        E::LoopBreak => plain("break and continue stand in loops only", "break و continue تنها در حلقه می‌آیند"),
        E::AssignmentToConstant(name) => with("a constant can't be changed:", "ثابت را نمی‌توان تغییر داد:", name),
        E::AssignmentToInvalidLHS(why) => (
            format!(
                "nothing can be assigned to this{}",
                if why.is_empty() { String::new() } else { format!(" ({why})") }
            ),
            "به این نمی‌توان مقدار داد؛ برای سنجیدن == بنویسید".to_owned(),
        ),
        E::WrongSwitchIntegerCase => {
            plain("in a switch, numbers stand above ranges", "در switch عددها بالای بازه‌ها می‌آیند")
        }
        E::WrongSwitchDefaultCase => plain("in a switch, _ stands last", "در switch خط _ آخر می‌آید"),
        E::WrongSwitchCaseCondition => plain("_ of a switch can't have a condition", "خط _ در switch شرط ندارد"),
        _ => of_functions(kind),
    }
}

fn of_functions(kind: &ParseErrorType) -> Told {
    use ParseErrorType as E;
    match kind {
        E::WrongFnDefinition => plain(
            "a function stands by itself, not within another or in a block",
            "تابع جدا می‌آید، نه درون تابع یا بلوکی دیگر",
        ),
        E::FnDuplicatedDefinition(name, count) => (
            format!("there is a function {name} with {count} parameters already"),
            format!("تابعی به نام {name} با {count} پارامتر پیش‌تر آمده است"),
        ),
        E::FnMissingName => plain("the function's name is missing", "نام تابع کم است"),
        E::FnMissingParams(name) => (
            format!("the parameters of the function are missing: fn {name}(…)"),
            format!("پارامترهای تابع کم است: ‎fn {name}(…)"),
        ),
        E::FnDuplicatedParam(name, parameter) => (
            format!("the function {name} has the parameter {parameter} twice"),
            format!("تابع {name} پارامتر {parameter} را دو بار دارد"),
        ),
        E::FnMissingBody(name) => {
            (format!("the body {{ … }} of the function {name} is missing"), format!("بدنهٔ ‎{{ … }}‎ تابع {name} کم است"))
        }
        E::WrongDocComment => plain(
            "/// stands right above a function; write // for other comments",
            "/// درست بالای تابع می‌آید؛ توضیح‌های دیگر با // نوشته می‌شوند",
        ),
        E::WrongExport => plain("export is not available in scripts", "export در اسکریپت‌ها در دسترس نیست"),
        E::ExprTooDeep => plain("it is nested too deeply", "بیش از حد تودرتوست"),
        E::TooManyFunctions => plain("it has too many functions", "تابع‌های آن بیش از حد است"),
        E::LiteralTooLarge(_, most) => (
            format!("what is written here is too long (at most {most})"),
            format!("آنچه این‌جا نوشته شده بیش از حد بلند است (حداکثر {most})"),
        ),
        other => (other.to_string(), format!("تجزیه‌گر می‌گوید: {other}")),
    }
}

fn of_letters(error: &LexError) -> Told {
    match error {
        LexError::UnexpectedInput(sign) => with("this can't stand here:", "این نمی‌تواند این‌جا بیاید:", sign),
        LexError::UnterminatedString => {
            plain("the text is not closed: a \" is missing", "متن بسته نشده است: نشانهٔ ‎\"‎ کم است")
        }
        LexError::StringTooLong(most) => {
            (format!("the text or name is longer than {most} bytes"), format!("متن یا نام از {most} بایت بلندتر است"))
        }
        LexError::MalformedEscapeSequence(sign) => with(
            "a text can't hold this behind a \\ (write \\\\ for the \\ itself):",
            "پس از \\ در متن این نمی‌آید (برای خود \\ بنویسید \\\\):",
            sign,
        ),
        LexError::MalformedNumber(number) => with("this is no number:", "این عدد نیست:", number),
        LexError::MalformedChar(letter) => {
            with("one letter stands in ' ', texts in \" \":", "میان ' ' یک حرف می‌آید و متن میان \" \":", letter)
        }
        LexError::MalformedIdentifier(name) => with("this is no name:", "این نام نیست:", name),
        LexError::ImproperSymbol(sign, _) => match near(sign) {
            Some(right) => (format!("write {right} for `{sign}`"), format!("به جای «{sign}» بنویسید ‎{right}")),
            None => with("this is no sign of the script language:", "این نشانهٔ زبان اسکریپت نیست:", sign),
        },
        other => (other.to_string(), format!("تجزیه‌گر می‌گوید: {other}")),
    }
}

/// What was meant by signs of other languages.
fn near(sign: &str) -> Option<&'static str> {
    Some(match sign {
        "===" | "=" => "==",
        "!==" => "!=",
        ":=" => "=",
        "<-" => "<=",
        "(*" | "*)" => "/* … */",
        "->" => ".",
        "::<" | ":;" => "::",
        "# {" | "#" => "#{",
        _ => return None,
    })
}

/// What the parser says of a sign that it looked for, by the words that it uses.
fn missing(token: &str, why: &str) -> Told {
    let places = [
        ("terminate this statement", "at the end of the statement before", "در پایان دستور پیش از این"),
        ("terminate this block", "at the end of the block", "در پایان بلوک"),
        ("start a statement block", "before the statements of the block", "پیش از دستورهای بلوک"),
        ("start a switch block", "behind switch", "پس از switch"),
        ("items in this switch", "between the lines of the switch", "میان خط‌های switch"),
        ("switch case", "in this line of the switch", "در این خط switch"),
        ("arguments", "in the arguments of the call", "در آرگومان‌های فراخوانی"),
        ("parameters", "in the parameters of the function", "در پارامترهای تابع"),
        ("items of this array", "between the items of the list", "میان عضوهای فهرست"),
        ("object map literal", "between the members of the map", "میان عضوهای نگاشت"),
        ("matching (", "to close the ( before", "برای بستن ( پیش از این"),
        ("matching [", "to close the [ before", "برای بستن [ پیش از این"),
        ("iteration variable", "behind the variable of the loop", "پس از متغیر حلقه"),
        ("do statement", "behind the block of do", "پس از بلوک do"),
        ("try", "behind the block of try", "پس از بلوک try"),
        ("catch", "around the variable of catch", "گرد متغیر catch"),
    ];
    let found = places.iter().find(|(words, ..)| why.contains(words));
    let (en, fa) = found.map_or(("here", "این‌جا"), |(_, en, fa)| (*en, *fa));
    (format!("`{token}` is missing {en}"), format!("«{token}» {fa} کم است"))
}

/// What is wanted or found; the parser names a value that is found as in `a string` or `a floating-point number`.
fn type_fa(told: &str) -> &str {
    match told {
        "an iterable value" => "چیزی که بتوان یکی‌یکی برداشت",
        "a boolean expression" => "درست یا نادرست",
        "a literal" | "literal" => "مقداری نوشته‌شده",
        "a boolean" => "درست یا نادرست",
        "a floating-point number" | "a decimal number" | "a number" => "عدد",
        "an integer number" | "an integer" => "عدد صحیح",
        "a character" => "حرف",
        "a string" => "متن",
        "an array" => "فهرست",
        "an object map" => "نگاشت",
        other => other,
    }
}

fn plain(en: &str, fa: &str) -> Told {
    (en.to_owned(), fa.to_owned())
}

fn with(en: &str, fa: &str, what: &str) -> Told {
    (format!("{en} `{what}`"), format!("{fa} «{what}»"))
}

fn or<'a>(said: &'a str, otherwise: &'a str) -> &'a str {
    if said.is_empty() { otherwise } else { said }
}
