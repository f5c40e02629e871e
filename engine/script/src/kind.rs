//! What people call the kinds of values. The interpreter's names are those of the machine: `i64`, `()`, `rust_decimal::Decimal`.

/// A kind by its name in the interpreter, in English and in Persian.
pub(crate) fn told(name: &str) -> (&str, &str) {
    // Where several types of the machine are one kind, they are told side by side.
    let first = name.split(" | ").next().unwrap_or(name);
    match first.trim_start_matches('&').trim_start_matches("mut ") {
        "i64" | "int" => ("a whole number", "عدد صحیح"),
        "decimal" | "Decimal" | "rust_decimal::Decimal" | "rust_decimal::decimal::Decimal" => ("a number", "عدد"),
        "string" | "str" | "String" | "ImmutableString" => ("a text", "متن"),
        "char" => ("a letter", "حرف"),
        "bool" => ("true or false", "درست یا نادرست"),
        "array" | "Array" => ("a list", "فهرست"),
        "map" | "Map" => ("a map", "نگاشت"),
        "()" => ("nothing", "هیچ"),
        "Fn" | "FnPtr" => ("a function", "تابع"),
        "Date" => ("a date", "تاریخ"),
        "Moment" => ("a moment", "لحظه"),
        "LongNumber" => ("a number too long to reckon with", "عددی که برای حساب بیش از حد بزرگ است"),
        "range" | "range=" => ("a range", "بازه"),
        "blob" => ("bytes", "بایت‌ها"),
        "iterator" | "an iterable value" => ("what can be taken one by one", "چیزی که بتوان یکی‌یکی برداشت"),
        _ => (name, name),
    }
}
