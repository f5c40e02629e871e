//! A rebase as Markdown, in English or Persian: for the terminal, and for a page that colleagues read.

use peygir_decision::analysis::{Outcome, inputs_called};
use peygir_decision::rebase::{Change, Conflict};
use peygir_decision::{Input, Table};
use peygir_runtime::pack::Rules;
use peygir_source::{Diagnostic, Span, persian_numbers};
use serde_json::Value;

use super::mend::mend;
use super::stacked::{Moved, OfTable, Placed};
use super::titled::beside;
use crate::commands::local::Lang;
use crate::rows::{has_days, here};

pub fn not_found(name: &str, lang: Lang) -> String {
    match lang {
        Lang::En => {
            format!(
                "the pack \"{name}\", over which this one lies, is neither beside it nor in a folder above, and in force on no \
                 server here: lay it beside this one, or name the server that has it with --data or --url"
            )
        }
        Lang::Fa => format!(
            "بستهٔ «{name}» که این بسته روی آن است نه کنار آن است، نه در پوشه‌های بالاتر، و نه روی سروری برقرار است: آن را کنار این بسته \
             بگذارید، یا سروری را که آن را دارد با \u{2066}--data\u{2069} یا \u{2066}--url\u{2069} نام ببرید"
        ),
    }
}

pub fn not_below(pack: &Rules, new: &Rules, lang: Lang) -> String {
    let (name, below) = (&pack.manifest.name, &new.manifest.name);
    match lang {
        Lang::En => format!("\"{name}\" does not lie over \"{below}\": `over` of its pack.yaml does not name it"),
        Lang::Fa => format!("«{name}» روی «{below}» نیست: ‎`over`‎ در pack.yaml آن را نام نمی‌برد"),
    }
}

/// The whole list, a line each.
pub fn markdown(moved: &Moved<'_>, lang: Lang) -> Vec<String> {
    let mut lines = vec![title(moved, lang)];
    lines.extend(outdated_pack(moved, lang));
    for table in &moved.tables {
        of_table(table, lang, &mut lines);
    }
    section(
        &mut lines,
        lang.pick("Over nothing", "بر هیچ"),
        moved.nowhere.iter().map(|one| over_nothing(one, lang)).collect(),
    );
    whole(moved, lang, &mut lines);
    if lines.len() == 1 {
        lines.push(String::new());
        lines.push(lang.pick("No overlay here lies over it.", "لایه‌ای روی آن نیست.").to_owned());
    }
    lines
}

fn title(moved: &Moved<'_>, lang: Lang) -> String {
    let (pack, old, new) = (&moved.pack.manifest, &moved.old.manifest, &moved.new.manifest);
    match lang {
        Lang::En => format!("# {}: {} from {} to {}", pack.name, new.name, old.version, new.version),
        Lang::Fa => {
            format!("# {}: ‏{} از {} به {}", pack.name, new.name, isolated(&old.version), isolated(&new.version))
        }
    }
}

fn outdated_pack(moved: &Moved<'_>, lang: Lang) -> Option<String> {
    let over = moved.outdated?;
    let (range, at) = (over.range.as_ref()?, place(&moved.pack.manifest.file, over.span));
    let (name, version) = (&over.name, &moved.new.manifest.version);
    Some(match lang {
        Lang::En => {
            format!("\n- `{at}`: `over` takes {name} {range}, which leaves {version} out; write a range that has it")
        }
        Lang::Fa => format!(
            "\n- `{at}`: ‎`over`‎ بستهٔ {name} را با بازهٔ ‎{range}‎ می‌پذیرد که ‎{version}‎ در آن نیست؛ بازه را از نو بنویسید"
        ),
    })
}

fn of_table(table: &OfTable<'_>, lang: Lang, lines: &mut Vec<String>) {
    let Some(new) = &table.new else {
        lines.push(format!("\n## {}\n", table.id));
        lines.extend(table.layers.iter().map(|placed| gone(table, placed, lang)));
        return;
    };
    lines.push(format!("\n## {} {} → {}", table.id, table.old.version(), new.version()));
    section(lines, lang.pick("Versions to widen", "بازهٔ نسخه که باید بازتر شود"), outdated(table, new, lang));
    if !table.outcome.invalid.is_empty() {
        let title = lang.pick("Invalid already, over the version before", "از پیش نادرست، بر همان نسخهٔ پیشین");
        section(lines, title, invalid(table, lang));
        lines.push(String::new());
        lines.push(
            lang.pick(
                "Nothing was compared: mend this first, `peygir check` tells it too.",
                "چیزی مقایسه نشد: نخست این را درست کنید؛ ‎`peygir check`‎ هم همین را می‌گوید.",
            )
            .to_owned(),
        );
        return;
    }
    section(lines, lang.pick("What conflicts", "آنچه ناسازگار است"), conflicts(table, lang));
    section(lines, lang.pick("What merges by itself", "آنچه خودبه‌خود می‌نشیند"), merges(table, lang));
    section(lines, lang.pick("Tests that would fail", "آزمون‌هایی که رد می‌شوند"), tests(table, lang));
    changes(table, new, lang, lines);
}

fn section(lines: &mut Vec<String>, title: &str, items: Vec<String>) {
    if !items.is_empty() {
        lines.push(format!("\n### {title}\n"));
        lines.extend(items);
    }
}

fn gone(table: &OfTable<'_>, placed: &Placed<'_>, lang: Lang) -> String {
    let at = place(placed.file, placed.overlay.extends_span());
    match lang {
        Lang::En => format!("- `{at}`: the new version has no table \"{}\" any more; take the overlay out", table.id),
        Lang::Fa => format!("- `{at}`: نسخهٔ تازه جدول «{}» را ندارد؛ این لایه را بردارید", table.id),
    }
}

fn outdated(table: &OfTable<'_>, new: &Table, lang: Lang) -> Vec<String> {
    let told = |layer: &usize| {
        let (placed, span) = table.range(*layer)?;
        let (at, range, version) = (place(placed.file, span), placed.overlay.range(), new.version());
        Some(match lang {
            Lang::En => format!("- `{at}`: `{range}` leaves {version} out; when all is well, write `'^{version}'`"),
            Lang::Fa => {
                format!("- `{at}`: ‎`{range}`‎ نسخهٔ ‎{version}‎ را ندارد؛ چون همه چیز درست شد ‎`'^{version}'`‎ بنویسید")
            }
        })
    };
    table.outcome.outdated.iter().filter_map(told).collect()
}

/// Where the overlay says what conflicts.
pub fn place_of(table: &OfTable<'_>, conflict: &Conflict) -> Option<(String, Span)> {
    let placed = table.placed(conflict.deed.layer)?;
    if let peygir_decision::rebase::Why::Refused(finding) = &conflict.why
        && finding.file == placed.file
    {
        return Some((here(placed.file), finding.span));
    }
    Some((here(placed.file), conflict.deed.span(placed.overlay)))
}

fn conflicts(table: &OfTable<'_>, lang: Lang) -> Vec<String> {
    let told = |conflict: &Conflict| {
        let (file, span) = place_of(table, conflict)?;
        let (what, mend) = (conflict.told(&|id| table.title_of_rule(id)), mend(conflict));
        let (what, mend, how) = match lang {
            Lang::En => (what.en, mend.en, "to mend"),
            Lang::Fa => (what.fa, mend.fa, "درمان"),
        };
        Some(format!("- `{file}:{}`: {what}\n  - {how}: {mend}", span.line))
    };
    table.outcome.conflicts.iter().filter_map(told).collect()
}

fn merges(table: &OfTable<'_>, lang: Lang) -> Vec<String> {
    let told = |deed: &peygir_decision::rebase::Deed| {
        let placed = table.placed(deed.layer)?;
        let words = deed.told(&|id| table.title_of_rule(id));
        Some(format!("- `{}`: {}", place(placed.file, deed.span(placed.overlay)), words.in_language(lang.language())))
    };
    table.outcome.merges.iter().filter_map(told).collect()
}

fn tests(table: &OfTable<'_>, lang: Lang) -> Vec<String> {
    let already = |found: &Diagnostic| match table.outcome.failed_before(found) {
        true => lang.pick(" (failed with the version before, too)", " (با نسخهٔ پیشین هم رد می‌شد)"),
        false => "",
    };
    table.outcome.tests.iter().map(|found| format!("{}{}", found_at(found, lang), already(found))).collect()
}

fn found_at(found: &Diagnostic, lang: Lang) -> String {
    format!("- `{}`: {}", place(&found.file, found.span), found.message_in(lang.render()))
}

/// What is wrong with the overlays before anything moved, each with how to mend it.
fn invalid(table: &OfTable<'_>, lang: Lang) -> Vec<String> {
    let how = lang.pick("to mend", "درمان");
    let told = |found: &Diagnostic| match found.help_in(lang.render()) {
        Some(help) => format!("{}\n  - {how}: {help}", found_at(found, lang)),
        None => found_at(found, lang),
    };
    table.outcome.invalid.iter().map(told).collect()
}

fn over_nothing(placed: &Placed<'_>, lang: Lang) -> String {
    let (at, id) = (place(placed.file, placed.overlay.extends_span()), placed.overlay.extends());
    match lang {
        Lang::En => format!("- `{at}`: there is no table \"{id}\", neither in the version before nor in the new one"),
        Lang::Fa => format!("- `{at}`: جدولی به نام «{id}» نه در نسخهٔ پیشین هست و نه در نسخهٔ تازه"),
    }
}

fn changes(table: &OfTable<'_>, new: &Table, lang: Lang, lines: &mut Vec<String>) {
    lines.push(format!("\n### {}\n", lang.pick("What would change", "آنچه تغییر می‌کند")));
    let outcome = &table.outcome;
    if !outcome.changes.is_empty() {
        lines.push(
            lang.pick(
                "| for example | before | after | meant below |",
                "| نمونه | پیش از این | پس از این | خواست نسخهٔ تازه |",
            )
            .to_owned(),
        );
        lines.push("| --- | --- | --- | --- |".to_owned());
        let in_season = table.layers.iter().any(|placed| placed.overlay.has_days());
        let dated = in_season || has_days(&table.old) || has_days(new);
        lines.extend(outcome.changes.iter().map(|change| row((table, new), change, dated, lang)));
        lines.push(String::new());
    }
    lines.push(complete(outcome.is_complete, outcome.changes.is_empty(), lang).to_owned());
    let has_lists = !outcome.changes.is_empty() || !outcome.tests.is_empty();
    if has_lists && !outcome.conflicts.is_empty() {
        lines.push(String::new());
        lines.push(undecided(lang).to_owned());
    }
}

/// What conflicts is in neither list, and still stands in the overlay.
fn undecided(lang: Lang) -> &'static str {
    lang.pick(
        "What conflicts was left out of this and of the tests: they show what the new version itself would do there. Until it is decided, the \
         overlay answers as it does, also over the new version where that is in force; only what the new version refuses keeps it from \
         being deployed.",
        "آنچه ناسازگار است در این فهرست و در آزمون‌ها کنار گذاشته شد: خودِ نسخهٔ تازه را در آن‌جا نشان می‌دهند. تا آن را تعیین نکنید لایه همان پاسخ خود را می‌دهد، \
         بر نسخهٔ تازه نیز اگر جاری باشد؛ تنها آنچه نسخهٔ تازه نمی‌پذیرد جلوی استقرار را می‌گیرد.",
    )
}

/// How far the list of changes can be relied on.
fn complete(is_complete: bool, is_empty: bool, lang: Lang) -> &'static str {
    match (is_complete, is_empty) {
        (true, true) => lang.pick(
            "Nothing: it is proven that every input is decided as before.",
            "هیچ: اثبات شد که هر ورودی مانند پیش تصمیم‌گیری می‌شود.",
        ),
        (true, false) => lang.pick(
            "One example for each pair of rules. It is proven that there are no other changes.",
            "برای هر دو قاعده یک نمونه. اثبات شد که تغییر دیگری نیست.",
        ),
        (false, true) => lang.pick(
            "No change was found among many inputs that were tried; it could not be proven that there is none.",
            "در ورودی‌های بسیاری که آزموده شد تغییری نبود؛ اثبات نشد که هیچ تغییری نیست.",
        ),
        (false, false) => lang.pick(
            "One example for each pair of rules. There may be more changes: not everything could be proven.",
            "برای هر دو قاعده یک نمونه. شاید تغییرهای دیگری هم باشد: همه چیز اثبات‌شدنی نبود.",
        ),
    }
}

fn row((of, table): (&OfTable<'_>, &Table), change: &Change, dated: bool, lang: Lang) -> String {
    let asked: Vec<&str> = change.inputs.keys().map(String::as_str).collect();
    let on = dated.then_some(change.on);
    let called = |input: &Input, value: &str| of.title_of_value((&input.name, &input.from), value);
    let example = inputs_called(table, &change.inputs, (&asked, on), lang.language(), &called);
    let told = |one: &Outcome, other: &Outcome| outcome((of, table), one, other, lang);
    let meant = if change.is_meant_below { lang.pick("yes", "بله") } else { lang.pick("**no**", "**نه**") };
    let cells = [example, told(&change.before, &change.after), told(&change.after, &change.before), meant.to_owned()];
    format!("| {} |", cells.map(|cell| cell.replace('|', "\\|").replace('\n', " ")).join(" | "))
}

/// The rule and what it answers otherwise than the other outcome.
fn outcome((of, table): (&OfTable<'_>, &Table), one: &Outcome, other: &Outcome, lang: Lang) -> String {
    let (rule, outputs) = match one {
        Outcome::Answered { rule, outputs, .. } => (rule, outputs),
        Outcome::Fault { code, message } => return format!("{code} {message}"),
    };
    let theirs = match other {
        Outcome::Answered { outputs, .. } => Some(outputs),
        Outcome::Fault { .. } => None,
    };
    let members = match outputs {
        Value::Object(members) => members,
        all => return format!("`{rule}` {all}"),
    };
    let rule = format!("`{rule}`{}", beside(of.title_of_rule(rule), lang));
    let differ = members.iter().filter(|(name, value)| theirs.and_then(|theirs| theirs.get(*name)) != Some(*value));
    let told: Vec<String> = differ.map(|(name, value)| answer((of, table), name, value, lang)).collect();
    if told.is_empty() { rule } else { format!("{rule} {}", told.join(lang.pick(", ", "، "))) }
}

/// An output and its value, by their titles where the table has any; what directories call a value stands beside it.
fn answer((of, table): (&OfTable<'_>, &Table), name: &str, value: &Value, lang: Lang) -> String {
    let output = table.outputs().iter().find(|output| output.name == name);
    let title = output.and_then(|output| output.title.as_ref()).map(|title| title.in_language(lang.language()));
    let plain = match value {
        Value::String(text) => lang.id(text) + &beside(of.title_of_value((name, ""), text), lang),
        Value::Null => lang.pick("nothing", "هیچ").to_owned(),
        other => other.to_string(),
    };
    let titles = output.zip(value.as_str()).and_then(|(output, value)| output.titles.get(value));
    let value = titles.map_or(plain, |title| title.in_language(lang.language()).to_owned());
    format!("{} {value}", title.map_or_else(|| lang.id(name), str::to_owned))
}

fn whole(moved: &Moved<'_>, lang: Lang, lines: &mut Vec<String>) {
    let name = &moved.new.manifest.name;
    let told = |(kind, id, gone): &(&str, String, bool)| match (lang, gone) {
        (Lang::En, false) => {
            format!("- {kind} \"{id}\": {name} changed its own, and this pack keeps the one that it has instead")
        }
        (Lang::En, true) => format!("- {kind} \"{id}\": {name} has it no more, and this pack still has its own"),
        (Lang::Fa, false) => format!(
            "- {} «{id}»: {name} نسخهٔ خود را تغییر داده و این بسته همان را که به جای آن دارد نگه می‌دارد",
            persian(kind)
        ),
        (Lang::Fa, true) => {
            format!("- {} «{id}»: {name} دیگر آن را ندارد و این بسته هنوز از آن خود را دارد", persian(kind))
        }
    };
    let items: Vec<String> = moved.kept_whole.iter().map(told).collect();
    if !items.is_empty() {
        lines.push(format!("\n## {}\n", lang.pick("To be looked through", "آنچه باید دید")));
        lines.extend(items);
    }
}

fn persian(kind: &str) -> &str {
    match kind {
        "script" => "اسکریپت",
        "calendar" => "تقویم",
        "form" => "فرم",
        "template" => "الگو",
        other => other,
    }
}

/// A line with its numbers in the digits of the language; those of names, versions and what is to be typed stay.
pub fn numbered(line: &str, lang: Lang) -> String {
    match lang {
        Lang::En => line.to_owned(),
        Lang::Fa => persian_numbers(line).into_owned(),
    }
}

fn place(file: &str, span: Span) -> String {
    format!("{}:{}", here(file), span.line)
}

fn isolated(text: &str) -> String {
    format!("\u{2066}{text}\u{2069}")
}
