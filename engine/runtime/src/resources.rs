//! Content and keys as one turn has them: what the functions on records may use.

use peygir_calendar::Calendars;
use peygir_casework::content::{Directory, Form, Template};
use peygir_casework::host::{Channel, Resources};
use peygir_casework::records::Party;
use peygir_core::Id;
use peygir_core::id::Draws;

use crate::catalog::Catalog;
use crate::vault::{ERASED, Vault};

pub struct TurnResources<'a> {
    pub catalog: &'a Catalog,
    pub vault: &'a Vault,
}

impl Resources for TurnResources<'_> {
    fn calendars(&self) -> &Calendars {
        self.catalog.calendars()
    }

    fn default_calendar(&self) -> &str {
        self.catalog.default_calendar()
    }

    fn zone(&self) -> &jiff::tz::TimeZone {
        self.catalog.zone()
    }

    fn form(&self, id: &str) -> Option<&Form> {
        self.catalog.form(id)
    }

    fn template(&self, id: &str) -> Option<&Template> {
        self.catalog.template(id)
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

/// By what a citizen is known again whose deadline waits for them.
pub fn prints_of(vault: &Vault, national_id: Option<&str>, mobile: Option<&str>) -> Vec<Vec<u8>> {
    let print = |(purpose, text): (&str, Option<&str>)| Some(vault.fingerprint(purpose, text?).to_vec());
    [("waits-for-national-id", national_id), ("waits-for-mobile", mobile)].into_iter().filter_map(print).collect()
}
