//! How many requests there were, how they ended and how long they took: by class of route, never by address.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use peygir_runtime::figures::{Counted, Histogram, MICROS};

/// Classes of statuses, `1xx` to `5xx`.
const STATUSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// What no route of the table took.
const NO_ROUTE: &str = "none";

/// Requests since the start.
#[derive(Debug, Default)]
pub struct Meters(Mutex<BTreeMap<String, Class>>);

#[derive(Debug)]
struct Class {
    micros: Histogram,
    statuses: [u64; STATUSES.len()],
}

/// The requests of one class of routes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metered {
    pub class: String,
    /// Until the answer began.
    pub micros: Counted,
    pub statuses: Vec<(&'static str, u64)>,
}

impl Meters {
    /// `route` is the pattern of the table that took the request, if any did.
    pub fn note(&self, route: Option<&str>, status: u16, took: Duration) {
        let class = route.map_or_else(|| NO_ROUTE.to_owned(), class);
        let mut classes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let class = classes
            .entry(class)
            .or_insert_with(|| Class { micros: Histogram::new(MICROS), statuses: [0; STATUSES.len()] });
        class.micros.note(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        let place = usize::from(status / 100).clamp(1, STATUSES.len()) - 1;
        class.statuses[place] += 1;
    }

    pub fn read(&self) -> Vec<Metered> {
        let classes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let read = |(name, class): (&String, &Class)| Metered {
            class: name.clone(),
            micros: class.micros.read(),
            statuses: STATUSES.iter().copied().zip(class.statuses).filter(|(_, count)| *count > 0).collect(),
        };
        classes.iter().map(read).collect()
    }
}

/// The first part of a route that is no version and no parameter, and whose face it is: `api/cases`, `console/cases`.
pub fn class(route: &str) -> String {
    let (face, rest) = match route.strip_prefix("/api/v1/") {
        Some(rest) => ("api", rest),
        None => ("console", route.trim_start_matches('/')),
    };
    match rest.split('/').next() {
        None | Some("") => format!("{face}/home"),
        Some(first @ ("assets" | "connectors" | "healthz" | "openapi.json" | "errors")) => first.to_owned(),
        Some(first) => format!("{face}/{first}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::routes::ROUTES;

    #[test]
    fn a_class_names_no_parameter_and_there_are_few() {
        assert_eq!(class("/api/v1/cases/{id}/journal"), "api/cases");
        assert_eq!(class("/cases/{id}"), "console/cases");
        assert_eq!(class("/"), "console/home");
        assert_eq!(class("/connectors/{name}/{*path}"), "connectors");
        let classes: BTreeSet<String> = ROUTES.iter().map(|route| class(route.path)).collect();
        assert!(classes.iter().all(|class| !class.contains(['{', '*'])), "{classes:?}");
        assert!(classes.len() < 60, "{}", classes.len());
    }

    #[test]
    fn statuses_count_by_their_class() {
        let meters = Meters::default();
        for status in [200, 204, 404, 503, 999, 0] {
            meters.note(Some("/api/v1/cases"), status, Duration::from_micros(7));
        }
        meters.note(None, 404, Duration::ZERO);
        let read = meters.read();
        assert_eq!(read.iter().map(|one| one.class.as_str()).collect::<Vec<_>>(), ["api/cases", NO_ROUTE]);
        assert_eq!(read[0].statuses, [("1xx", 1), ("2xx", 2), ("4xx", 1), ("5xx", 2)]);
        assert_eq!((read[0].micros.total(), read[0].micros.sum), (6, 42));
    }
}
