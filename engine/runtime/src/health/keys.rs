//! What keys of persons are worth telling, beside a running server and on the folder of a stopped one.

use peygir_core::Id;

use super::{Finding, Weight};

/// Persons that a finding names.
const NAMED_MAX: usize = 10;
const HOW: &str = "stop the server; keep what the folder keys/ has now, as keys of later persons may be in it alone; bring the folder \
                   back from its newest backup, master.key and persons.keys together: docs/delivery.md";
const HOW_FA: &str = "سرور را متوقف کنید؛ آنچه اکنون در پوشهٔ \u{2066}keys/\u{2069} است نگه دارید، شاید کلید افراد بعدی تنها در آن باشد؛ \
                      پوشه را از تازه‌ترین پشتیبان آن برگردانید، \u{2066}master.key\u{2069} و \u{2066}persons.keys\u{2069} را با هم؛ \
                      نگاه کنید به \u{2066}docs/delivery.md\u{2069}";

/// Persons whose data is there and whose key is not, though nobody threw it away; None where nobody is missing.
pub fn keys_missing(persons: &[Id]) -> Option<Finding> {
    let count = persons.len();
    let en = format!(
        "keys are missing: of {count} persons or more the store has data and persons.keys no key, and nobody erased them; it is \
         an older file, or was damaged"
    );
    let fa = format!(
        "کلیدها کم است: دست‌کم {count} نفر در انباره داده دارند و در پروندهٔ کلیدها کلید ندارند، بی‌آنکه کسی حذفشان کرده باشد؛ این \
         پرونده قدیمی‌تر است یا آسیب دیده است"
    );
    let named = persons.iter().take(NAMED_MAX).map(ToString::to_string);
    (count > 0).then(|| Finding::new("keys-missing", Weight::Wrong, en, fa).mend_told(HOW, HOW_FA).about(named))
}

/// Slots of `persons.keys` that can't be opened; None where all can.
pub fn keys_unread(slots: usize, is_damage: bool) -> Option<Finding> {
    let (en, fa) = if is_damage {
        (
            format!(
                "persons.keys is damaged: {slots} of its slots can't be opened, and persons in the store lack their keys"
            ),
            format!("پروندهٔ کلیدها آسیب دیده است: {slots} جای آن باز نمی‌شود و کسانی در انباره کلید ندارند"),
        )
    } else {
        (
            format!(
                "{slots} slots of persons.keys can't be opened; a crash tore them before anybody was told, or they were damaged: \
                 they are kept as they are, and nobody in the store is known to lack a key"
            ),
            format!(
                "{slots} جای پروندهٔ کلیدها باز نمی‌شود؛ یا خاموشی ناگهانی پیش از پاسخ آن را بریده یا آسیب دیده است. دست‌نخورده \
                 می‌ماند و کسی در انباره نیست که کلیدش دیده نشود"
            ),
        )
    };
    let (how, how_fa) = if is_damage {
        (HOW, HOW_FA)
    } else {
        (
            "compare with the keys' backup: peygir backup FOLDER --keys-to OTHER",
            "با پشتیبان کلیدها مقایسه کنید؛ آن را \u{2066}peygir backup FOLDER --keys-to OTHER\u{2069} می‌گیرد",
        )
    };
    let weight = if is_damage { Weight::Wrong } else { Weight::Slow };
    (slots > 0).then(|| Finding::new("keys-unread", weight, en, fa).mend_told(how, how_fa))
}
