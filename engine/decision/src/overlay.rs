//! An overlay: what a province, a county or an agency does differently from a table that it extends.
//!
//! Here it is read as far as that can be done without the table; cells and answers are read when it is laid over one
//! ([`Table::merge`]), since only the table says of which types they are.
//!
//! [`Table::merge`]: crate::Table::merge

mod read;

use std::collections::BTreeMap;

use peygir_calendar::Name;
use peygir_source::{Diagnostics, Node, Span};
use semver::{Version, VersionReq};

pub(crate) use self::read::{REPLACE_MEMBERS, WHY};
use crate::{analysis::Fixed, normalise::SearchKey, read::fields::Reader, window::Window};

/// A document of the kind `decision-table-overlay`.
#[derive(Debug, Clone)]
pub struct Overlay {
    pub(crate) id: String,
    pub(crate) extends: Named,
    pub(crate) range: VersionReq,
    pub(crate) range_span: Span,
    pub(crate) version: Version,
    pub(crate) title: Option<Name>,
    pub(crate) effective: Option<Window>,
    pub(crate) limits: Vec<(Named, Node)>,
    pub(crate) replace: Vec<Replace>,
    pub(crate) insert: Vec<Insert>,
    pub(crate) disable: Vec<Named>,
    pub(crate) supersedes: Vec<Supersede>,
    /// Why it changes a rule or takes it out, where it says so; by the rule.
    pub(crate) why: BTreeMap<String, String>,
    /// The whole document: its tests are read against the merged table.
    pub(crate) root: Node,
    pub(crate) search_key: SearchKey,
    /// Nothing of its form is wrong. Otherwise some of it is left out here.
    pub(crate) is_whole: bool,
}

/// A name and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub name: String,
    pub span: Span,
}

/// What stands in the place of parts of a rule.
#[derive(Debug, Clone)]
pub(crate) struct Replace {
    pub rule: Named,
    /// A mapping with some of `when`, `then`, `title` and `effective`, and `why`.
    pub node: Node,
}

/// A rule of the overlay's own and its place.
#[derive(Debug, Clone)]
pub(crate) struct Insert {
    pub place: Side,
    pub anchor: Named,
    pub rule: Node,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Before,
    After,
}

/// A test of the layers below that the overlay changes on purpose.
#[derive(Debug, Clone)]
pub(crate) struct Supersede {
    pub test: Named,
    pub why: String,
}

/// An overlay with the pack and the file that it came in.
#[derive(Debug, Clone, Copy)]
pub struct Layer<'a> {
    pub overlay: &'a Overlay,
    pub pack: &'a str,
    pub file: &'a str,
    /// What inputs have for certain where it holds; of what it lies over that is known too. None where it holds everywhere.
    pub place: Option<&'a Fixed>,
}

impl<'a> Layer<'a> {
    /// One that holds everywhere.
    pub fn new(overlay: &'a Overlay, pack: &'a str, file: &'a str) -> Self {
        Self { overlay, pack, file, place: None }
    }

    /// The same where inputs have these values.
    #[must_use]
    pub fn within(self, place: &'a Fixed) -> Self {
        Self { place: Some(place), ..self }
    }
}

impl Overlay {
    /// Reads an overlay. The diagnostics beside it are warnings; without one they say all that is wrong with its form.
    pub fn read(node: &Node, search_key: SearchKey) -> Result<(Self, Diagnostics), Diagnostics> {
        match read::read(node, search_key) {
            (Some(overlay), found) if overlay.is_whole => Ok((overlay, found)),
            (_, found) => Err(found),
        }
    }

    /// As [`Overlay::read`], with the overlay also where some of its members are wrong: what the others come to on the table
    /// can be told in the same breath. Nothing is decided by it: [`Table::lay`] gives no table.
    ///
    /// [`Table::lay`]: crate::Table::lay
    pub fn read_what_stands(node: &Node, search_key: SearchKey) -> (Option<Self>, Diagnostics) {
        read::read(node, search_key)
    }

    /// Its own id, or where it has none that of the table it extends.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Id of the table that it extends, and where it is named.
    pub fn extends(&self) -> &str {
        &self.extends.name
    }

    /// Where [`Overlay::extends`] stands.
    pub fn extends_span(&self) -> Span {
        self.extends.span
    }

    /// The versions of the table that it was written for.
    pub fn range(&self) -> &VersionReq {
        &self.range
    }

    /// Where [`Overlay::range`] stands.
    pub fn range_span(&self) -> Span {
        self.range_span
    }

    pub fn version(&self) -> &Version {
        &self.version
    }

    pub fn title(&self) -> Option<&Name> {
        self.title.as_ref()
    }

    /// The days on which it changes the table; all days where it says nothing.
    pub fn effective(&self) -> Option<Window> {
        self.effective
    }

    /// The title that it gives a rule, one of its own or one that it replaces.
    pub fn title_of(&self, rule: &str) -> Option<Name> {
        let inserted = self.insert.iter().map(|insert| &insert.rule);
        let own = inserted.filter(|node| node.get("id").and_then(Node::as_str) == Some(rule));
        let replaced = self.replace.iter().filter(|replace| replace.rule.name == rule).map(|replace| &replace.node);
        own.chain(replaced).find_map(|node| Reader::default().name(node, "title"))
    }

    /// Whether a day can make a difference to what it does.
    pub fn has_days(&self) -> bool {
        let rules =
            self.replace.iter().map(|replace| &replace.node).chain(self.insert.iter().map(|insert| &insert.rule));
        self.effective.is_some() || rules.into_iter().any(|rule| rule.get("effective").is_some())
    }
}
