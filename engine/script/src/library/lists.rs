//! Lists of texts.

use rhai::Array;

use super::{Answer, Forms, Function, Group, refused};
use crate::{kind, limits::STRING_BYTES_MAX, stdlib};

pub(super) const GROUP: Group = Group {
    en: "Lists",
    fa: "فهرست‌ها",
    about_en: "",
    about_fa: "",
    functions: &[Function {
        name: "join",
        signatures: &["join(list: Array, between: String) -> String"],
        en: "The texts and numbers of a list as one text, with another between each two.",
        fa: "متن‌ها و عددهای فهرست در یک متن، با متنی میان هر دو.",
        examples: &[("join([\"آب\", \"برق\"], \" و \")", "\"آب و برق\""), ("join([], \"،\")", "\"\"")],
        code: |forms: &mut Forms| {
            forms.add(joined);
        },
    }],
};

fn joined(list: Array, between: &str) -> Answer<String> {
    let mut text = String::new();
    for (index, item) in list.into_iter().enumerate() {
        if index > 0 {
            text.push_str(between);
        }
        if item.is_string() || item.is_char() || item.is_int() || item.is_decimal() {
            text.push_str(&item.to_string());
        } else {
            let (en, fa) = kind::told(item.type_name());
            return refused(
                format!("item {index} of the list is {en}, no text or number"),
                format!("عضو {index} فهرست {fa} است، نه متن یا عدد"),
            );
        }
        if text.len() > STRING_BYTES_MAX {
            return Err(stdlib::too_large("Length of string"));
        }
    }
    Ok(text)
}
