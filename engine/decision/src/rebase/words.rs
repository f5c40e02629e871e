//! Deeds and conflicts as sentences.

use peygir_calendar::Name;

use super::{Conflict, Deed, Kind, Why};

/// What people call a rule, where whoever asks knows that.
pub type CalledRules<'a> = &'a dyn Fn(&str) -> Option<Name>;

impl Deed {
    /// `replaces rule water`, in English.
    pub fn to_words(&self) -> String {
        self.told(&|_| None).en
    }

    /// The same in Persian.
    pub fn to_words_fa(&self) -> String {
        self.told(&|_| None).fa
    }

    /// The same in both languages, with the titles of rules beside their ids.
    pub fn told(&self, called: CalledRules<'_>) -> Name {
        let name = &self.name;
        let Name { en: rule, fa: rule_fa } = named(name, called);
        let (en, fa) = match self.kind {
            Kind::Replace => {
                (format!("replaces parts of rule {rule}"), format!("بخش‌هایی از قاعدهٔ {rule_fa} را عوض می‌کند"))
            }
            Kind::Disable => (format!("disables rule {rule}"), format!("قاعدهٔ {rule_fa} را غیرفعال می‌کند")),
            Kind::Insert => (format!("inserts rule {rule}"), format!("قاعدهٔ {rule_fa} را می‌افزاید")),
            Kind::Limit => (format!("tightens the limits of \"{name}\""), format!("حد «{name}» را تنگ‌تر می‌کند")),
        };
        Name { fa, en }
    }
}

impl Conflict {
    /// What stands in the way, in English.
    pub fn to_words(&self) -> String {
        self.told(&|_| None).en
    }

    /// The same in Persian.
    pub fn to_words_fa(&self) -> String {
        self.told(&|_| None).fa
    }

    /// The same in both languages, with the titles of rules beside their ids.
    pub fn told(&self, called: CalledRules<'_>) -> Name {
        let (en, fa) = self.why(called);
        let deed = self.deed.told(called);
        Name { fa: format!("{}: {fa}", deed.fa), en: format!("{}: {en}", deed.en) }
    }

    fn why(&self, called: CalledRules<'_>) -> (String, String) {
        match &self.why {
            Why::Gone => ("the new version has it no more".to_owned(), "در نسخهٔ تازه نیست".to_owned()),
            Why::ChangedInBoth(members) => (
                format!("the new version changed its {} too", members.join(", ")),
                format!("نسخهٔ تازه هم {} آن را عوض کرده است", members.join("، ")),
            ),
            Why::BecameLocked => ("the new version locks it".to_owned(), "نسخهٔ تازه آن را قفل کرده است".to_owned()),
            Why::LimitTighter { output, value, limit } => (
                format!("{value} in \"{output}\" passes a limit of the new version: {limit}"),
                format!("{value} در «{output}» از حد نسخهٔ تازه می‌گذرد: {}", limit.to_persian()),
            ),
            Why::AnchorGone { anchor } => {
                let anchor = named(anchor, called);
                (
                    format!("it stood beside rule {}, which is gone", anchor.en),
                    format!("کنار قاعدهٔ {} بود که دیگر نیست", anchor.fa),
                )
            }
            Why::AnchorMoved { anchor, past } => {
                let (anchor, past) = (named(anchor, called), named(past, called));
                (
                    format!("rule {} beside which it stands and rule {} changed places", anchor.en, past.en),
                    format!("قاعدهٔ {} که این در کنار آن است با قاعدهٔ {} جابه‌جا شده است", anchor.fa, past.fa),
                )
            }
            Why::IdTaken => {
                ("the new version has a rule of this id".to_owned(), "نسخهٔ تازه قاعده‌ای با همین شناسه دارد".to_owned())
            }
            Why::Refused(finding) => {
                (format!("{} {}", finding.code, finding.message), format!("{} {}", finding.code, finding.message_fa))
            }
        }
    }
}

/// `"water" (Water)`: a rule by its id, and by its title where it has one.
fn named(id: &str, called: CalledRules<'_>) -> Name {
    let (en, fa) =
        called(id).map_or_else(Default::default, |title| (format!(" ({})", title.en), format!(" ({})", title.fa)));
    Name { en: format!("\"{id}\"{en}"), fa: format!("«{id}»{fa}") }
}
