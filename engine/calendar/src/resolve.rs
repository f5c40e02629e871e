//! From sheets to calendars: each laid over the one that it extends, and what only all of them together can tell.
//!
//! Owns the order of layers and the complaints about it: missing bases, cycles, calendars that would answer for the same
//! place. How one layer is laid over another is [`merge`].

mod merge;
mod repeats;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use peygir_source::{Diagnostic, Diagnostics, Help, Span, suggest};

use crate::sheet::Sheet;
use crate::{Calendar, Calendars, Scope};

/// Most calendars that stand one upon another.
pub const LAYERS_MAX: usize = 8;
/// Most calendars of a deployment.
pub const CALENDARS_MAX: usize = 2000;

/// A year for which a calendar has no table of lunar holidays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LackingTable {
    /// In which the tables are written: not one that only adds to them.
    pub calendar: String,
    pub year: i16,
    /// As it was named to [`Calendars::resolve`].
    pub file: String,
    pub span: Span,
}

impl LackingTable {
    /// A warning at the holidays of the calendar.
    pub fn to_diagnostic(&self) -> Diagnostic {
        let Self { calendar, year, .. } = self;
        let mut diagnostic = Diagnostic::warning(
            "PG-C013",
            self.span,
            format!(
                "calendar \"{calendar}\" has no table of holidays for {year}, so its lunar holidays count as open days"
            ),
            format!("تقویم «{calendar}» جدول تعطیلات سال {year} را ندارد و تعطیلات قمری آن روز باز حساب می‌شوند"),
        );
        diagnostic.file.clone_from(&self.file);
        diagnostic
    }
}

impl Calendars {
    /// Lays sheets over those that they extend, whatever their order. Every finding carries the name of its file. What is
    /// wrong, and what stands on it, is left out of the calendars; the rest is there all the same.
    pub fn resolve(sheets: Vec<(String, Sheet)>) -> (Self, Diagnostics) {
        let mut found = Diagnostics::default();
        let order: Vec<String> = sheets.iter().map(|(file, _)| file.clone()).collect();
        let sheets = Sheets::new(sheets, &mut found);
        let mut layers = Layers { sheets: &sheets, done: BTreeMap::new(), found: Diagnostics::default() };
        for id in sheets.by_id.keys() {
            if sheets.is_founded(id, &mut found) {
                layers.calendar(id);
            }
        }
        let Layers { mut done, found: of_layers, .. } = layers;
        found.extend(of_layers);
        leave_out_twins(&sheets, &mut done, &mut found);
        let place = |diagnostic: &Diagnostic| {
            let file = order.iter().position(|file| *file == diagnostic.file);
            (file, diagnostic.span.line, diagnostic.span.column)
        };
        found.list.sort_by_key(place);
        (Self::of(done.into_iter().filter_map(|(id, calendar)| Some((id, calendar?))).collect()), found)
    }

    /// The calendars that keep holidays but have no table for one of these years: for the caller, who knows what year it
    /// is. Each is told once, by the calendar in which its tables are written.
    pub fn lacking_tables(&self, years: impl IntoIterator<Item = i16>) -> Vec<LackingTable> {
        let years: BTreeSet<i16> = years.into_iter().collect();
        let mut lacking = Vec::new();
        for calendar in self.iter() {
            let own = calendar.tables.as_ref().filter(|tables| tables.calendar == calendar.id);
            let Some(tables) = own else { continue };
            for year in years.iter().copied().filter(|year| calendar.lacks_table(*year)) {
                let (calendar, file) = (calendar.id.clone(), tables.file.clone());
                lacking.push(LackingTable { calendar, year, file, span: tables.span });
            }
        }
        lacking
    }
}

/// A sheet and its file.
struct Filed {
    file: String,
    sheet: Sheet,
    /// Its place among the sheets that were given.
    index: usize,
}

struct Sheets {
    by_id: BTreeMap<String, Filed>,
}

impl Sheets {
    fn new(sheets: Vec<(String, Sheet)>, found: &mut Diagnostics) -> Self {
        let mut by_id: BTreeMap<String, Filed> = BTreeMap::new();
        for (index, (file, sheet)) in sheets.into_iter().enumerate() {
            if by_id.len() >= CALENDARS_MAX {
                found.push(told(&file, too_many(sheet.id.span)));
                break;
            }
            match by_id.get(sheet.id()) {
                Some(first) => found.push(told(&file, twice(&sheet, &first.file))),
                None => drop(by_id.insert(sheet.id().to_owned(), Filed { file, sheet, index })),
            }
        }
        Self { by_id }
    }

    /// Whether its bases exist, end and are not too many. What is wrong is told once, where it is written; what stands
    /// on it is left out in silence.
    fn is_founded(&self, id: &str, found: &mut Diagnostics) -> bool {
        let mut path: Vec<&str> = vec![id];
        let mut at = self.by_id.get(id);
        while let Some(filed) = at {
            let Some(base) = &filed.sheet.extends else { break };
            if path.contains(&base.value.as_str()) {
                if base.value == id {
                    found.push(told(&self.by_id[id].file, cycle(&self.by_id[id].sheet, &path)));
                }
                return false;
            }
            at = self.by_id.get(&base.value);
            if at.is_none() {
                if path.len() == 1 {
                    found.push(told(&filed.file, self.no_base(base.span, &base.value)));
                }
                return false;
            }
            path.push(&base.value);
        }
        if path.len() == LAYERS_MAX + 1 {
            let filed = &self.by_id[id];
            found.push(told(&filed.file, too_deep(&filed.sheet)));
        }
        path.len() <= LAYERS_MAX
    }

    fn no_base(&self, span: Span, base: &str) -> Diagnostic {
        let known = self.by_id.keys().map(String::as_str);
        let diagnostic = Diagnostic::error(
            "PG-C014",
            span,
            format!("there is no calendar \"{base}\" to extend"),
            format!("تقویم «{base}» که باید گسترش یابد وجود ندارد"),
        );
        match suggest(base, known) {
            Some(near) => diagnostic.helped(Help::did_you_mean(near, '"')),
            None => diagnostic,
        }
    }
}

/// Calendars as they are made, each base before what stands on it.
struct Layers<'a> {
    sheets: &'a Sheets,
    /// Absent values stand for calendars that were left out.
    done: BTreeMap<String, Option<Arc<Calendar>>>,
    found: Diagnostics,
}

impl Layers<'_> {
    /// Goes down at most [`LAYERS_MAX`] bases: longer ways were refused.
    fn calendar(&mut self, id: &str) -> Option<Arc<Calendar>> {
        if let Some(done) = self.done.get(id) {
            return done.clone();
        }
        let filed = self.sheets.by_id.get(id)?;
        let calendar = match filed.sheet.extends() {
            None => self.laid(None, filed),
            Some(base) => {
                let base = self.calendar(base);
                base.and_then(|base| self.laid(Some(&base), filed))
            }
        };
        let calendar = calendar.map(Arc::new);
        self.done.insert(id.to_owned(), calendar.clone());
        calendar
    }

    fn laid(&mut self, base: Option<&Calendar>, filed: &Filed) -> Option<Calendar> {
        let mut found = Diagnostics::default();
        let calendar = merge::lay(base, &filed.sheet, &filed.file, &mut found);
        let is_good = !found.has_errors();
        self.found.extend(found.in_file(&filed.file));
        calendar.filter(|_| is_good)
    }
}

/// Two calendars that would answer for the same place where the same base is named: the one that was given first stays.
fn leave_out_twins(sheets: &Sheets, done: &mut BTreeMap<String, Option<Arc<Calendar>>>, found: &mut Diagnostics) {
    let mut by_order: Vec<&Filed> = sheets.by_id.values().collect();
    by_order.sort_by_key(|filed| filed.index);
    let mut answering: BTreeMap<(String, Scope), &Filed> = BTreeMap::new();
    for filed in by_order {
        let id = filed.sheet.id();
        let Some(calendar) = done.get(id).and_then(Option::as_ref) else { continue };
        let (Some(root), Some(scope)) = (calendar.bases.last(), calendar.scope.clone()) else { continue };
        match answering.get(&(root.clone(), scope.clone())) {
            Some(first) => {
                found.push(told(&filed.file, twin(&filed.sheet, &first.sheet, root)));
                done.insert(id.to_owned(), None);
            }
            None => drop(answering.insert((root.clone(), scope), filed)),
        }
    }
}

fn told(file: &str, mut diagnostic: Diagnostic) -> Diagnostic {
    file.clone_into(&mut diagnostic.file);
    diagnostic
}

fn extends_span(sheet: &Sheet) -> Span {
    sheet.extends.as_ref().map_or(sheet.id.span, |base| base.span)
}

fn cycle(sheet: &Sheet, path: &[&str]) -> Diagnostic {
    let way = path.iter().chain([&sheet.id()]).map(|id| id.to_string()).collect::<Vec<_>>();
    Diagnostic::error(
        "PG-C015",
        extends_span(sheet),
        format!("this calendar extends itself: {}", way.join(" → ")),
        format!("این تقویم خودش را گسترش می‌دهد: {}", way.join(" ← ")),
    )
    .with_help(
        "one of them must extend none, or another calendar",
        "یکی از آن‌ها نباید چیزی را گسترش دهد یا باید تقویم دیگری را گسترش دهد",
    )
}

fn too_deep(sheet: &Sheet) -> Diagnostic {
    Diagnostic::error(
        "PG-C021",
        extends_span(sheet),
        format!("more than {LAYERS_MAX} calendars would stand one upon another; at most {LAYERS_MAX} are allowed"),
        format!("بیش از {LAYERS_MAX} تقویم بر هم می‌نشینند؛ حداکثر {LAYERS_MAX} پذیرفته می‌شود"),
    )
}

fn too_many(span: Span) -> Diagnostic {
    Diagnostic::error(
        "PG-C021",
        span,
        format!("there are more than {CALENDARS_MAX} calendars; at most {CALENDARS_MAX} are allowed"),
        format!("بیش از {CALENDARS_MAX} تقویم نوشته شده است؛ حداکثر {CALENDARS_MAX} پذیرفته می‌شود"),
    )
}

fn twice(sheet: &Sheet, first: &str) -> Diagnostic {
    let id = sheet.id();
    Diagnostic::error(
        "PG-C025",
        sheet.id.span,
        format!("the calendar \"{id}\" stands in {first} already"),
        format!("تقویم «{id}» پیش‌تر در {first} آمده است"),
    )
}

fn twin(sheet: &Sheet, first: &Sheet, root: &str) -> Diagnostic {
    let (id, first) = (sheet.id(), first.id());
    Diagnostic::error(
        "PG-C016",
        sheet.scope.as_ref().map_or(sheet.id.span, |scope| scope.span),
        format!("\"{first}\" is for the same place and stands on \"{root}\" too: which of them answers there is open"),
        format!("«{first}» هم برای همین جا است و بر «{root}» می‌نشیند؛ معلوم نیست کدام پاسخ می‌دهد"),
    )
    .with_help(
        format!("put what both say into one calendar, or give \"{id}\" another place"),
        format!("گفته‌های هر دو را در یک تقویم بنویسید یا «{id}» را برای جای دیگری بنویسید"),
    )
}
