//! What is told where packs do not fit each other.

use peygir_decision::Overlay;
use peygir_source::{Diagnostic, Diagnostics, Help, Severity, Span};

use super::layer::{Filed, in_file, twice};
use super::manifest::{Manifest, Over};
use super::places::{COMBINATIONS_MAX, own_place};

/// The finding that a calendar extends one that is not there.
const NO_BASE: &str = "PG-C014";
pub(super) const TOP: Span = Span { line: 1, column: 1, length: 0 };

pub fn too_many() -> Diagnostic {
    Diagnostic::error(
        "PG-P047",
        TOP,
        format!("the packs' `for` make more than {COMBINATIONS_MAX} combinations of province, county and agency"),
        format!("‎`for`‎ بسته‌ها بیش از {COMBINATIONS_MAX} ترکیب استان و شهرستان و دستگاه می‌سازد"),
    )
    .with_help(
        "name the province and the county of each agency's pack, so that it is combined with no other",
        "استان و شهرستان بستهٔ هر دستگاه را بنویسید تا با دیگری ترکیب نشود",
    )
}

pub fn two_tables(id: &str, first: &str, file: &str) -> Diagnostic {
    let diagnostic = in_file(twice(id, first), file);
    diagnostic.with_help(
        "a pack changes a table of another by an overlay, which holds the differences: `kind: decision-table-overlay`",
        "بسته جدول بستهٔ دیگر را با روکش تغییر می‌دهد که تنها تفاوت‌ها در آن است: ‎`kind: decision-table-overlay`‎",
    )
}

pub fn base_above(overlay: &Filed<Overlay>) -> Diagnostic {
    let id = overlay.value.extends();
    let diagnostic = Diagnostic::error(
        "PG-P046",
        overlay.value.extends_span(),
        format!("the table \"{id}\" stands in a pack that lies above this one"),
        format!("جدول «{id}» در بسته‌ای است که روی این بسته می‌نشیند"),
    );
    in_file(diagnostic, &overlay.file.name).with_help(
        "name the pack of the table before this one in the deployment, and in `over` of pack.yaml",
        "بستهٔ جدول را در استقرار و در ‎`over`‎ پروندهٔ pack.yaml پیش از این بسته بیاورید",
    )
}

/// The table that an overlay changes is not there; where not all packs are known, that is nothing to refuse it for.
pub fn without_base<'t>(overlay: &Filed<Overlay>, tables: impl Iterator<Item = &'t str>, known: bool) -> Diagnostic {
    let id = overlay.value.extends();
    let (span, file) = (overlay.value.extends_span(), &overlay.file.name);
    if !known {
        let diagnostic = Diagnostic::warning(
            "PG-P046",
            span,
            format!("this overlay could not be judged: the table \"{id}\" is in a pack that was not found"),
            format!("این روکش سنجیده نشد: جدول «{id}» در بسته‌ای است که پیدا نشد"),
        );
        return in_file(diagnostic, file).with_help(
            "check the deployment, which names all packs",
            "استقرار را بررسی کنید که همهٔ بسته‌ها را نام می‌برد",
        );
    }
    let mut diagnostic = Diagnostic::error(
        "PG-P046",
        span,
        format!("there is no table \"{id}\" below this overlay"),
        format!("زیر این روکش جدولی به نام «{id}» نیست"),
    );
    diagnostic.help = peygir_source::suggest(id, tables).map(|near| Help::did_you_mean(near, '"').into());
    in_file(diagnostic, file)
}

/// Where not all packs are known, a calendar that is extended may stand in another.
pub fn mild(mut found: Diagnostics, known: bool) -> Diagnostics {
    for diagnostic in found.list.iter_mut().filter(|one| !known && one.code == NO_BASE) {
        diagnostic.severity = Severity::Warning;
        diagnostic.help = Some(Box::new(Help::new(
            "if it stands in a pack below this one, check the deployment, which names all packs: alone, this calendar can't be \
             judged",
            "اگر در بسته‌ای زیر این بسته است، استقرار را بررسی کنید که همهٔ بسته‌ها را نام می‌برد؛ این تقویم به‌تنهایی سنجیدنی نیست",
        )));
    }
    found
}

pub fn not_below(manifest: &Manifest, over: &Over) -> Diagnostic {
    let name = &over.name;
    Diagnostic::error(
        "PG-P043",
        over.span,
        format!("the pack \"{name}\" must lie below \"{}\": name it before in the deployment", manifest.name),
        format!("بستهٔ «{name}» باید زیر «{}» باشد: در استقرار پیش از آن بیاید", manifest.name),
    )
}

/// The version of the pack below, where this one was not written for it.
pub fn other_version(below: &Manifest, over: &Over) -> Option<Diagnostic> {
    let range = over.range.as_ref()?;
    let version = semver::Version::parse(&below.version).ok()?;
    if range.matches(&version) {
        return None;
    }
    let (name, has) = (&below.name, &below.version);
    let diagnostic = Diagnostic::error(
        "PG-P045",
        over.span,
        format!("this pack is written for \"{name}\" {range}, and the one below is {has}"),
        format!("این بسته برای «{name}» \u{2066}{range}\u{2069} نوشته شده، ولی نسخهٔ زیر آن \u{2066}{has}\u{2069} است"),
    );
    Some(diagnostic.with_help(
        "`peygir rebase` lists what the new version changes; then write the range of versions anew",
        "‎`peygir rebase`‎ می‌گوید نسخهٔ تازه چه چیز را تغییر می‌دهد؛ سپس بازهٔ نسخه را از نو بنویسید",
    ))
}

/// Folders that could be the pack below and hold different things.
pub fn several_below(manifest: &Manifest, over: &Over, folders: &[String]) -> Diagnostic {
    let (name, folders) = (&over.name, folders.join(", "));
    let diagnostic = Diagnostic::error(
        "PG-P093",
        over.span,
        format!("several folders beside this pack could be \"{name}\", and they differ: {folders}"),
        format!("چند پوشه در کنار این بسته می‌توانند «{name}» باشند و محتوایشان یکی نیست: \u{2066}{folders}\u{2069}"),
    );
    in_file(diagnostic, &manifest.file).with_help(
        "write the versions that are meant, `{ name: …, version: '^1.2' }`, take the other copy away, or name a deployment",
        "نسخه‌ای را که منظور است بنویسید، ‎`{ name: …, version: '^1.2' }`‎، یا رونوشت دیگر را بردارید، یا استقراری را نام ببرید",
    )
}

/// A pack that holds in fewer places than the one that lies over it is not always below.
pub fn other_place(below: &Manifest, manifest: &Manifest, over: &Over) -> Option<Diagnostic> {
    if below.scope.holds(&own_place(&manifest.scope)) {
        return None;
    }
    let name = &below.name;
    let diagnostic = Diagnostic::error(
        "PG-P049",
        over.span,
        format!("the pack \"{name}\" does not hold everywhere where this one holds"),
        format!("بستهٔ «{name}» در همهٔ جاهایی که این بسته جاری است جاری نیست"),
    );
    Some(diagnostic.with_help(
        "`for` of the pack above names what `for` of the pack below names, and more",
        "‎`for`‎ بستهٔ بالایی همان را می‌گوید که ‎`for`‎ بستهٔ زیرین می‌گوید، و بیشتر",
    ))
}
