//! Working calendars: which there are, and a month of one as it is in a place.

use axum::Json;
use axum::extract::{RawQuery, State};
use peygir_calendar::Place;
use peygir_runtime::desk::CalendarView;
use serde_json::Value;

use crate::gate::Caller;
use crate::options::App;
use crate::path::Path;
use crate::problem::{Code, Problem};
use crate::query::Params;

pub async fn list(State(app): State<App>, Caller(caller): Caller) -> Result<Json<Vec<CalendarView>>, Problem> {
    Ok(Json(app.desk.calendars(&caller).await?))
}

pub async fn month(
    State(app): State<App>,
    Caller(caller): Caller,
    Path((calendar, year, month)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let place =
        Place { province: params.take("province")?, county: params.take("county")?, agency: params.take("agency")? };
    params.finish()?;
    let asked = year_month(&year, &month).ok_or(Problem::new(Code::NotFound))?;
    let page = app.desk.calendar_month(&caller, &calendar, &place, asked).await?;
    Ok(Json(page.to_json()))
}

/// A Solar Hijri year and month that exist.
pub fn year_month(year: &str, month: &str) -> Option<(i16, u8)> {
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<i64>().ok()).flatten();
    let first = peygir_calendar::Jalali::new(number(year)?, number(month)?, 1).ok()?;
    Some((first.year(), first.month()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_that_exist() {
        assert_eq!(year_month("1405", "09"), Some((1405, 9)));
        assert_eq!(year_month("1405", "9"), Some((1405, 9)));
        for (year, month) in [("1405", "13"), ("1405", "0"), ("99", "1"), ("2026", "11"), ("+1405", "1"), ("", "")] {
            assert_eq!(year_month(year, month), None, "{year}/{month}");
        }
    }
}
