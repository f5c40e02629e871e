//! Solar Hijri dates, working time and holidays, and deadlines that say why they fall where they fall.
//!
//! Owns: the date arithmetic of the Solar Hijri calendar ([`Jalali`]), calendars that people write in YAML
//! ([`Calendar`], [`read`]), deadlines with their derivation ([`Deadline`]), rules that name a day
//! ([`Rule`]), daily windows ([`Window`]) and repeated
//! wall-clock times ([`cron`]).
//! Deliberately does not know what time it is, whose deadline it computes, or where calendars are kept: instants
//! and trees come in from outside. Time zones come from the tables compiled into the program, never from the host.

mod calendars;
mod closure;
mod counting;
pub mod cron;
mod day;
mod day_plan;
mod deadline;
pub mod digits;
mod due;
mod explain;
mod hours;
mod jalali;
mod language;
mod model;
mod moment;
mod opening;
mod page;
mod place;
mod plans;
pub mod read;
mod resolve;
mod rule;
mod season;
mod sheet;
mod suspension;
mod window;
mod words;
mod zone;

pub use calendars::Calendars;
pub use closure::{CLOSURE_DAYS_MAX, CLOSURE_HOURS_MAX, ClosedHours, Closure, Declared, DeclaredError};
pub use counting::{Counting, DueAt, HALF_DAY_SHARE_PER_MILLE, HalfDay, ReceiptDay};
pub use day::{Day, Segment};
pub use deadline::{Caveat, Deadline, SetDate, Stretch, Term, Why};
pub use due::{Ask, DueError, SPAN_DAYS_MAX, WORKING_DAYS_MAX};
pub use hours::{DAY_MINUTES, Hours, HoursError, minute_of_day};
pub use jalali::{Jalali, JalaliError, MonthDay, YEAR_MAX, YEAR_MIN};
pub use language::{Language, Name};
pub use model::{Calendar, Certainty, Holiday, Origin, YearTable};
pub use moment::{MomentError, moment};
pub use opening::Opening;
pub use page::{DayState, Ink, MonthPage, Note, PageDay};
pub use place::{Place, Scope};
pub use plans::Plans;
pub use resolve::{CALENDARS_MAX, LAYERS_MAX, LackingTable};
pub use rule::{Occurrence, Rule, RuleError, RulePart, RuleProblem};
pub use season::{Period, Season};
pub use sheet::{NamedPlace, PlacePart, Sheet};
pub use suspension::{SUSPENSIONS_MAX, Suspension};
pub use window::{Window, next_within};
pub use words::{date_time, duration_words, moment_words, month_name, weekday_name};
pub use zone::{TEHRAN, tehran, zone};
