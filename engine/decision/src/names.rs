//! What the values of an output are the names of, where a table says so: entries of a directory. Which entries there are is for
//! others to know.

/// The kind of entry that an output names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Names {
    Agency,
    Role,
    Topic,
    Person,
    County,
    Province,
}

impl Names {
    pub const ALL: [Self; 6] = [Self::Agency, Self::Role, Self::Topic, Self::Person, Self::County, Self::Province];

    /// As tables write it.
    pub fn written(self) -> &'static str {
        match self {
            Self::Agency => "agency",
            Self::Role => "role",
            Self::Topic => "topic",
            Self::Person => "person",
            Self::County => "county",
            Self::Province => "province",
        }
    }
}
