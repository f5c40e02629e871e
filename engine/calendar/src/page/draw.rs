//! The page as text for terminals.
//!
//! Persian lines run from right to left: Saturday is the first cell of a row, so a terminal that orders text shows it on
//! the right. Every such line is isolated and ends in a mark of direction, because a row of digits alone has no direction
//! of its own and the room behind its last number would else go to the wrong side. All lines of the grid are equally wide.

use super::columns::{END_OF_ISOLATE, centred, code, columns, padded, wrapped};
use super::{DayState, MonthPage, Note, PageDay, WEEK};
use crate::cron::gregorian_month;
use crate::hours::Clock;
use crate::words::{localised, month_name, pick, weekday_name};
use crate::{Hours, Jalali, Language, Why};

/// Begins a line that runs from right to left, whatever is around it.
const ISOLATE: char = '\u{2067}';
const RIGHT_TO_LEFT_MARK: char = '\u{200F}';
const MARGIN: &str = "  ";
/// Columns of a weekday's name in the list of days.
const WEEKDAY_COLUMNS: usize = 9;

/// Whether colours may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    Plain,
    /// Colours of ANSI terminals.
    Colors,
}

/// The measures of a language's grid, in columns.
struct Grid {
    language: Language,
    ink: Ink,
    /// Of a day.
    cell: usize,
    /// Before the number of a day, its bracket left out.
    indent: usize,
}

impl MonthPage {
    /// The month as a page, lines ending in line feeds: the grid, then what is said of its days.
    pub fn text(&self, language: Language, ink: Ink) -> String {
        let (cell, indent) = pick(language, (10, 3), (8, 2));
        let grid = Grid { language, ink, cell, indent };
        let mut lines = vec![self.head(&grid), self.title_line(language), String::new(), grid.weekdays(), grid.rule()];
        lines.extend(self.weeks.iter().map(|week| grid.week(week)));
        lines.push(grid.rule());
        let notes = self.note_lines(&grid);
        lines.extend(notes.iter().cloned());
        if !notes.is_empty() {
            lines.push(String::new());
        }
        lines.extend(self.summary(language));
        lines.extend(self.legend(&grid));
        lines.iter().map(|line| grid.line(line)).collect()
    }

    /// `Azar 1405` and, at the other end, the Gregorian days.
    fn head(&self, grid: &Grid) -> String {
        let month = month_name(self.month, grid.language);
        let month = localised(format!("{month} {}", self.year), grid.language);
        let gregorian = self.gregorian_days(grid.language);
        let room = grid.width().saturating_sub(columns(&month) + columns(&gregorian));
        format!("{}{}{gregorian}", grid.painted(&month, "1"), " ".repeat(room))
    }

    /// The Gregorian days from the first to the last of the month: `22 May – 21 June 2026`, `۲۲ مه تا ۲۱ ژوئن ۲۰۲۶`.
    pub fn gregorian_days(&self, language: Language) -> String {
        let (Some(first), Some(last)) = (self.days().next(), self.days().last()) else { return String::new() };
        let (first, last) = (first.gregorian, last.gregorian);
        let name = |day: jiff::civil::Date| gregorian_month(day.month().unsigned_abs(), language);
        let year = if first.year() == last.year() { String::new() } else { format!(" {}", first.year()) };
        let to = pick(language, "تا", "–");
        let text = format!("{} {}{year} {to} {} {} {}", first.day(), name(first), last.day(), name(last), last.year());
        localised(text, language)
    }

    fn title_line(&self, language: Language) -> String {
        format!("{} ({})", self.title.in_language(language), code(&self.calendar, language))
    }

    /// A line for all days in a row of which the same is said. Hours go on over days that are not open at all.
    fn note_lines(&self, grid: &Grid) -> Vec<String> {
        let mut runs: Vec<(&PageDay, &PageDay, &Note)> = Vec::new();
        for day in self.days() {
            for note in &day.notes {
                let follows = |run: &&mut (&PageDay, &PageDay, &Note)| {
                    let mut between = self.days().filter(|other| run.1.date < other.date && other.date < day.date);
                    let goes_on = between.all(|other| note.why == Why::Open && other.hours.is_empty());
                    goes_on && run.2 == note && run.1.hours == day.hours
                };
                match runs.iter_mut().find(follows) {
                    Some(run) => run.1 = day,
                    None => runs.push((day, day, note)),
                }
            }
        }
        runs.into_iter().map(|(first, last, note)| grid.note(first, last, note)).collect()
    }

    /// How many days count, and the hours that are kept on most of them.
    fn summary(&self, language: Language) -> Vec<String> {
        let count = self.working_days();
        let days = match language {
            Language::Persian => format!("{count} روز کاری"),
            Language::English => format!("{count} working {}", if count == 1 { "day" } else { "days" }),
        };
        let hours = self.usual_hours().into_iter().map(|(hours, count)| match language {
            Language::Persian => format!("{} در {count} روز", spans(hours, language)),
            Language::English => {
                format!("{} on {count} {}", spans(hours, language), if count == 1 { "day" } else { "days" })
            }
        });
        let parts: Vec<String> = std::iter::once(days).chain(hours).collect();
        let mut lines = vec![localised(parts.join(pick(language, "؛ ", "; ")), language)];
        if self.lacks_table {
            let year = self.year;
            let text = match language {
                Language::Persian => format!("! جدول تعطیلات قمری سال {year} نیست؛ این تعطیلات در این صفحه نیامده‌اند."),
                Language::English => {
                    format!("! There is no table of lunar holidays for {year}; they are missing from this page.")
                }
            };
            lines.push(localised(text, language));
        }
        lines
    }

    /// The signs that stand on this page.
    fn legend(&self, grid: &Grid) -> Vec<String> {
        let mut states: Vec<DayState> =
            self.days().map(|day| day.state).filter(|state| *state != DayState::Open).collect();
        states.sort_unstable();
        states.dedup();
        let language = grid.language;
        let mut parts: Vec<String> = states
            .into_iter()
            .map(|state| format!("{} {}", grid.painted(state.sign(), state.color()), state.words(language)))
            .collect();
        if self.days().any(|day| day.is_today) {
            parts.push(format!("[ ] {}", pick(language, "امروز", "today")));
        }
        wrapped(parts)
    }
}

impl Grid {
    fn width(&self) -> usize {
        self.cell * WEEK
    }

    /// A line of the page as it is written out.
    fn line(&self, text: &str) -> String {
        match self.language {
            Language::English => format!("{}\n", format!("{MARGIN}{text}").trim_end()),
            Language::Persian if text.is_empty() => "\n".to_owned(),
            Language::Persian => {
                let room = self.width().saturating_sub(columns(text));
                format!("{ISOLATE}{MARGIN}{text}{}{RIGHT_TO_LEFT_MARK}{END_OF_ISOLATE}\n", " ".repeat(room))
            }
        }
    }

    fn rule(&self) -> String {
        "─".repeat(self.width())
    }

    fn weekdays(&self) -> String {
        let first = Jalali::from_gregorian(jiff::civil::date(2026, 11, 21)).first_of_week();
        let days = (0..).map_while(|day| first.plus_days(day)).take(WEEK);
        let names = days.map(|day| weekday_name(day.weekday(), self.language));
        match self.language {
            Language::Persian => names.map(|name| centred(name, self.cell)).collect(),
            Language::English => names.map(|name| padded(&format!("  {}", &name[..3]), self.cell)).collect(),
        }
    }

    fn week(&self, week: &[Option<PageDay>; WEEK]) -> String {
        week.iter().map(|day| day.as_ref().map_or_else(|| " ".repeat(self.cell), |day| self.day(day))).collect()
    }

    /// The number, in brackets where it is today, and the sign of what the day is.
    fn day(&self, day: &PageDay) -> String {
        let (open, close) = if day.is_today { ("[", "]") } else { (" ", " ") };
        let number = self.number(day.date.day());
        let sign = day.state.sign();
        let before = " ".repeat(self.indent - 1);
        let written = format!("{open}{number}{close}{sign}");
        let after = " ".repeat(self.cell.saturating_sub(columns(&before) + columns(&written)));
        let color = if day.is_today { format!("1;{}", day.state.color()) } else { day.state.color().to_owned() };
        format!("{before}{}{after}", self.painted(&written, color.trim_end_matches(';')))
    }

    /// In two columns; the last digits stand under each other.
    fn number(&self, day: u8) -> String {
        match self.language {
            Language::Persian => padded(&localised(day.to_string(), Language::Persian), 2),
            Language::English => format!("{day:>2}"),
        }
    }

    fn note(&self, first: &PageDay, last: &PageDay, note: &Note) -> String {
        let language = self.language;
        let state = if note.why == Why::Open { DayState::Open } else { first.state };
        let sign = padded(&self.painted(state.sign(), state.color()), 1);
        let number = self.number(first.date.day());
        let days = match first.date == last.date {
            true => {
                format!("{number} {sign}  {}", padded(weekday_name(first.date.weekday(), language), WEEKDAY_COLUMNS))
            }
            false => {
                let until = localised(last.date.day().to_string(), language);
                format!(
                    "{number} {sign}  {}",
                    padded(&format!("{} {until}", pick(language, "تا", "to")), WEEKDAY_COLUMNS)
                )
            }
        };
        format!("{days}  {} ({})", self.said(first, note), code(&note.line, language))
    }

    /// What is said, with its hours.
    fn said(&self, day: &PageDay, note: &Note) -> String {
        let language = self.language;
        let name = note.name.as_ref().map_or("", |name| name.in_language(language));
        match note.why {
            Why::EstimatedHoliday => format!("{name}{}", pick(language, "، برآوردی", ", estimated")),
            Why::Closure if note.closed.is_empty() => format!("{}{name}", pick(language, "تعطیل: ", "closed: ")),
            Why::Closure => {
                let hours = localised(spans(&note.closed, language), language);
                format!("{} {hours}: {name}", pick(language, "تعطیل", "closed"))
            }
            Why::Open if !day.hours.is_empty() => {
                let hours = localised(spans(&day.hours, language), language);
                format!("{} {hours}: {name}", pick(language, "باز", "open"))
            }
            _ => name.to_owned(),
        }
    }

    fn painted(&self, text: &str, color: &str) -> String {
        match self.ink {
            Ink::Colors if !color.is_empty() && !text.trim().is_empty() => format!("\u{1b}[{color}m{text}\u{1b}[0m"),
            _ => text.to_owned(),
        }
    }
}

impl DayState {
    fn sign(self) -> &'static str {
        match self {
            Self::Open => " ",
            Self::Short => "½",
            Self::Off => "-",
            Self::Holiday => "*",
            Self::EstimatedHoliday => "?",
            Self::PartlyClosed => "/",
            Self::Closed => "×",
        }
    }

    /// Of ANSI terminals.
    fn color(self) -> &'static str {
        match self {
            Self::Open => "",
            Self::Short => "36",
            Self::Off => "2",
            Self::Holiday => "31",
            Self::EstimatedHoliday => "33",
            Self::PartlyClosed | Self::Closed => "35",
        }
    }

    fn words(self, language: Language) -> &'static str {
        match self {
            Self::Open => pick(language, "باز", "open"),
            Self::Short => pick(language, "ساعت کوتاه", "short hours"),
            Self::Off => pick(language, "تعطیل هفتگی", "day off"),
            Self::Holiday => pick(language, "تعطیل رسمی", "holiday"),
            Self::EstimatedHoliday => pick(language, "برآوردی", "estimated"),
            Self::PartlyClosed => pick(language, "بخشی تعطیل", "partly closed"),
            Self::Closed => pick(language, "تعطیلی", "closed"),
        }
    }
}

/// `07:30–12:00, 12:30–14:30`; with a word between them where an order of digits would be turned round.
fn spans(hours: &[Hours], language: Language) -> String {
    let to = pick(language, " تا ", "–");
    let each = hours.iter().map(|hours| format!("{}{to}{}", Clock(hours.from), Clock(hours.to)));
    each.collect::<Vec<_>>().join(pick(language, " و ", ", "))
}
