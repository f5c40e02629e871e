//! Content and keys as one turn has them: what the functions on records may use.

use peygir_calendar::{Calendars, Place};
use peygir_casework::content::{Directory, Form, Template};
use peygir_casework::host::{Channel, Resources};
use peygir_casework::records::Party;
use peygir_core::id::Draws;
use peygir_core::{Id, Moment};

use crate::catalog::Catalog;
use crate::pack::Content;
use crate::stream::Stream;
use crate::vault::{ERASED, Vault};

pub struct TurnResources<'a> {
    pub catalog: &'a Catalog,
    pub vault: &'a Vault,
    /// What is in force where the stream's case is.
    content: &'a Content,
}

impl<'a> TurnResources<'a> {
    pub fn new(catalog: &'a Catalog, vault: &'a Vault, stream: &Stream) -> Self {
        // Where the same is in force everywhere, nobody has to ask where the case is.
        let place = if catalog.is_uniform() { Place::default() } else { stream.place(catalog) };
        Self { catalog, vault, content: catalog.content(&place) }
    }
}

impl Resources for TurnResources<'_> {
    fn calendars(&self, place: &Place) -> &Calendars {
        self.catalog.calendars(place)
    }

    fn default_calendar(&self) -> &str {
        self.catalog.default_calendar()
    }

    fn zone(&self) -> &jiff::tz::TimeZone {
        self.catalog.zone()
    }

    fn form(&self, id: &str) -> Option<&Form> {
        self.content.forms.get(id).map(AsRef::as_ref)
    }

    fn template(&self, id: &str) -> Option<&Template> {
        self.content.templates.get(id).map(AsRef::as_ref)
    }

    fn directory(&self) -> &Directory {
        self.catalog.directory()
    }

    fn channel(&self, name: &str) -> Option<Channel> {
        self.catalog.channel(name)
    }

    fn case_type(&self) -> &str {
        self.catalog.case_type()
    }

    fn open(&self, sealed: &str) -> String {
        self.vault.open(sealed)
    }

    fn prints(&self, party: &Party) -> Vec<Vec<u8>> {
        let open = |sealed: &Option<String>| sealed.as_ref().map(|sealed| self.vault.open(sealed));
        prints_of(self.vault, open(&party.national_id).as_deref(), open(&party.mobile).as_deref())
    }

    fn seal(&self, person: Id, clear: &str, draws: &mut Draws) -> String {
        // Without a key there is nobody left whom the text could be kept for.
        self.vault.seal(person, clear, &draws.bytes()).unwrap_or_else(|| ERASED.to_owned())
    }
}

/// What a script may ask: the moment, and working time as it is where the case is. Whoever looks at a call of the past
/// gives it the stream and the moment of then.
pub(crate) fn script_world(catalog: &Catalog, stream: &Stream, at: Moment) -> peygir_script::World {
    // Of no agency: what is closed for one alone is asked for by its tasks.
    let place = Place { agency: None, ..stream.place(catalog) };
    peygir_script::World {
        now: peygir_script::Now { epoch_s: at.0.div_euclid(1_000_000), iso: local_time(catalog, at) },
        calendars: catalog.calendars(&place).clone(),
        calendar: catalog.default_calendar().to_owned(),
        place,
        zone: catalog.zone().clone(),
        actions: None,
    }
}

/// A moment as the deployment's zone writes it.
pub(crate) fn local_time(catalog: &Catalog, at: Moment) -> String {
    let (zone, at) = (catalog.zone(), at.to_jiff());
    at.display_with_offset(zone.to_offset(at)).to_string()
}

/// By what a citizen is known again whose deadline waits for them.
pub fn prints_of(vault: &Vault, national_id: Option<&str>, mobile: Option<&str>) -> Vec<Vec<u8>> {
    let print = |(purpose, text): (&str, Option<&str>)| Some(vault.fingerprint(purpose, text?).to_vec());
    [("waits-for-national-id", national_id), ("waits-for-mobile", mobile)].into_iter().filter_map(print).collect()
}
