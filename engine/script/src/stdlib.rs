//! Those functions of rhai's own that are replaced, because they would hold a thread or pass a limit.

mod alike;
mod compared;
mod parsed;
mod sorted;

use rhai::{Dynamic, Engine, EvalAltResult, INT, ImmutableString, Map, Position};
use rust_decimal::Decimal;

use crate::{
    fuel, json,
    library::{self, Answer},
    limits::STRING_BYTES_MAX,
    size::Size,
};

pub(crate) fn register(engine: &mut Engine) {
    replace_sleep(engine);
    replace_replace(engine);
    replace_pad(engine);
    refuse_introspection(engine);
    replace_map_writers(engine);
    replace_parse_json(engine);
    alike::register(engine);
    compared::register(engine);
    parsed::register(engine);
    sorted::register(engine);
}

/// `sleep` belongs to rhai's core package and can't be disabled by name; it would hold a thread past every limit.
fn replace_sleep(engine: &mut Engine) {
    fn refusal<T>() -> Answer<T> {
        library::refused("sleep is not available in scripts", "sleep در اسکریپت‌ها در دسترس نیست")
    }
    engine.register_fn("sleep", |_seconds: INT| refusal::<()>());
    engine.register_fn("sleep", |_seconds: Decimal| refusal::<()>());
}

/// rhai's `replace` builds its result before the size is measured: 64 KiB by 64 KiB would take 4 GiB at once.
fn replace_replace(engine: &mut Engine) {
    engine
        .register_fn("replace", |text: &mut ImmutableString, find: &str, with: &str| checked_replace(text, find, with));
    engine.register_fn("replace", |text: &mut ImmutableString, find: &str, with: char| {
        checked_replace(text, find, with.encode_utf8(&mut [0; 4]))
    });
    engine.register_fn("replace", |text: &mut ImmutableString, find: char, with: &str| {
        checked_replace(text, find.encode_utf8(&mut [0; 4]), with)
    });
    engine.register_fn("replace", |text: &mut ImmutableString, find: char, with: char| {
        checked_replace(text, find.encode_utf8(&mut [0; 4]), with.encode_utf8(&mut [0; 4]))
    });
}

fn checked_replace(text: &mut ImmutableString, find: &str, with: &str) -> Answer<()> {
    // rhai leaves an empty text alone, and so do we.
    if text.is_empty() {
        return Ok(());
    }
    let found = text.matches(find).count();
    let bytes = text.len().saturating_sub(found * find.len()).saturating_add(found.saturating_mul(with.len()));
    if bytes > STRING_BYTES_MAX {
        return Err(too_large("Length of string"));
    }
    *text = text.replace(find, with).into();
    Ok(())
}

/// rhai's `pad` never ends where it is to pad with an empty text, and counts as one operation however long the text becomes.
fn replace_pad(engine: &mut Engine) {
    engine.register_fn("pad", |text: &mut ImmutableString, length: INT, with: &str| padded(text, length, with));
    engine.register_fn("pad", |text: &mut ImmutableString, length: INT, with: char| {
        padded(text, length, with.encode_utf8(&mut [0; 4]))
    });
}

/// `length`: of the text afterwards, in characters.
fn padded(text: &mut ImmutableString, length: INT, with: &str) -> Answer<()> {
    let missing = usize::try_from(length).unwrap_or(0).saturating_sub(text.chars().count());
    if missing == 0 {
        return Ok(());
    }
    if with.is_empty() {
        return library::refused("a text can't be padded with nothing", "متن را با هیچ نمی‌توان پر کرد");
    }
    if missing > STRING_BYTES_MAX {
        return Err(too_large("Length of string"));
    }
    let added: String = with.chars().cycle().take(missing).collect();
    if text.len() + added.len() > STRING_BYTES_MAX {
        return Err(too_large("Length of string"));
    }
    fuel::charge_text(&added)?;
    *text += added;
    Ok(())
}

/// Functions that tell how a script is built: long lists that a script has no use for.
fn refuse_introspection(engine: &mut Engine) {
    fn refusal<T>(name: &str) -> Answer<T> {
        library::refused(
            format!("{name} is not available in scripts"),
            format!("\u{2066}{name}\u{2069} در اسکریپت‌ها در دسترس نیست"),
        )
    }
    const LISTED: &str = "get_fn_metadata_list";
    engine.register_fn(LISTED, || refusal::<()>(LISTED));
    engine.register_fn(LISTED, |_name: &str| refusal::<()>(LISTED));
    engine.register_fn(LISTED, |_name: &str, _arguments: INT| refusal::<()>(LISTED));
    engine.register_fn("back_trace", || refusal::<()>("back_trace"));
}

/// rhai reads JSON as if it were a script: its errors speak of symbols of the language, and it takes no list.
fn replace_parse_json(engine: &mut Engine) {
    engine.register_fn("parse_json", |text: &str| -> Answer<Dynamic> {
        fuel::charge_text(text)?;
        let value = serde_json::from_str(text).or_else(|error: serde_json::Error| {
            // The error's own words may quote what was read; its place is enough to find it.
            let (line, column) = (error.line(), error.column());
            library::refused(
                format!("this text is no JSON: it can't be read from line {line}, character {column} on"),
                format!("این متن JSON نیست: از سطر {line}، نویسهٔ {column} به بعد خوانده نمی‌شود"),
            )
        })?;
        json::to_dynamic(&value).or_else(|_| {
            library::refused(
                "this JSON is too large or too deep for a script",
                "این JSON برای یک اسکریپت بیش از حد بزرگ یا تودرتوست",
            )
        })
    });
}

/// rhai counts the entries of a map and the strings in it, but not its keys: 500 of 64 KiB are 32 MB in one value.
fn replace_map_writers(engine: &mut Engine) {
    engine.register_fn("set", |map: &mut Map, key: ImmutableString, value: Dynamic| {
        map.insert(key.as_str().into(), value);
        checked_map(map)
    });
    let mixin = |map: &mut Map, other: Map| {
        map.extend(other);
        checked_map(map)
    };
    engine.register_fn("mixin", mixin);
    engine.register_fn("+=", mixin);
    engine.register_fn("+", |mut map: Map, other: Map| {
        map.extend(other);
        checked_map(&map).map(|()| map)
    });
    engine.register_fn("fill_with", |map: &mut Map, other: Map| {
        for (key, value) in other {
            map.entry(key).or_insert(value);
        }
        checked_map(map)
    });
}

fn checked_map(map: &Map) -> Answer<()> {
    let mut size = Size::default();
    for (key, value) in map {
        size.entries += 1;
        size.string_bytes += key.len();
        size.add(value);
    }
    if size.fits() { Ok(()) } else { Err(too_large("Size of object map")) }
}

pub(crate) fn too_large(what: &str) -> Box<EvalAltResult> {
    EvalAltResult::ErrorDataTooLarge(what.into(), Position::NONE).into()
}
