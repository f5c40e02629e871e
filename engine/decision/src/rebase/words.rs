//! Deeds and conflicts as sentences.

use super::{Conflict, Deed, Kind, Why};

impl Deed {
    /// `replaces rule water`, in English.
    pub fn to_words(&self) -> String {
        let name = &self.name;
        match self.kind {
            Kind::Replace => format!("replaces parts of rule \"{name}\""),
            Kind::Disable => format!("disables rule \"{name}\""),
            Kind::Insert => format!("inserts rule \"{name}\""),
            Kind::Limit => format!("tightens the limits of \"{name}\""),
        }
    }

    /// The same in Persian.
    pub fn to_words_fa(&self) -> String {
        let name = &self.name;
        match self.kind {
            Kind::Replace => format!("بخش‌هایی از قاعدهٔ «{name}» را عوض می‌کند"),
            Kind::Disable => format!("قاعدهٔ «{name}» را غیرفعال می‌کند"),
            Kind::Insert => format!("قاعدهٔ «{name}» را می‌افزاید"),
            Kind::Limit => format!("حد «{name}» را تنگ‌تر می‌کند"),
        }
    }
}

impl Conflict {
    /// What stands in the way, in English.
    pub fn to_words(&self) -> String {
        let why = match &self.why {
            Why::Gone => "the new version has it no more".to_owned(),
            Why::ChangedInBoth(members) => format!("the new version changed its {} too", members.join(", ")),
            Why::BecameLocked => "the new version locks it".to_owned(),
            Why::LimitTighter { output, value, limit } => {
                format!("{value} in \"{output}\" passes a limit of the new version: {limit}")
            }
            Why::AnchorGone { anchor } => format!("it stood beside rule \"{anchor}\", which is gone"),
            Why::AnchorMoved { anchor, past } => {
                format!("rule \"{anchor}\" beside which it stands and rule \"{past}\" changed places")
            }
            Why::IdTaken => "the new version has a rule of this id".to_owned(),
            Why::Refused(finding) => format!("{} {}", finding.code, finding.message),
        };
        format!("{}: {why}", self.deed.to_words())
    }

    /// The same in Persian.
    pub fn to_words_fa(&self) -> String {
        let why = match &self.why {
            Why::Gone => "در نسخهٔ تازه نیست".to_owned(),
            Why::ChangedInBoth(members) => format!("نسخهٔ تازه هم {} آن را عوض کرده است", members.join("، ")),
            Why::BecameLocked => "نسخهٔ تازه آن را قفل کرده است".to_owned(),
            Why::LimitTighter { output, value, limit } => {
                format!("{value} در «{output}» از حد نسخهٔ تازه می‌گذرد: {}", limit.to_persian())
            }
            Why::AnchorGone { anchor } => format!("کنار قاعدهٔ «{anchor}» بود که دیگر نیست"),
            Why::AnchorMoved { anchor, past } => {
                format!("قاعدهٔ «{anchor}» که این در کنار آن است با قاعدهٔ «{past}» جابه‌جا شده است")
            }
            Why::IdTaken => "نسخهٔ تازه قاعده‌ای با همین شناسه دارد".to_owned(),
            Why::Refused(finding) => format!("{} {}", finding.code, finding.message_fa),
        };
        format!("{}: {why}", self.deed.to_words_fa())
    }
}
