//! The single things that an overlay does, and an overlay that does only some of them.

use peygir_source::{Node, Span, Value};
use semver::VersionReq;

use crate::overlay::Overlay;

/// One thing that an overlay does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// Place of the overlay among the merged table's layers.
    pub layer: usize,
    pub kind: Kind,
    /// The rule, or the output whose limit it makes tighter.
    pub name: String,
}

impl Deed {
    /// Where the overlay says it.
    pub fn span(&self, overlay: &Overlay) -> Span {
        let named = |named: &crate::overlay::Named| (named.name == self.name).then_some(named.span);
        let found = match self.kind {
            Kind::Replace => overlay.replace.iter().find_map(|replace| named(&replace.rule)),
            Kind::Disable => overlay.disable.iter().find_map(named),
            Kind::Limit => overlay.limits.iter().find_map(|(output, _)| named(output)),
            Kind::Insert => overlay.insert.iter().find_map(|insert| {
                let id = insert.rule.get("id")?;
                (id.as_str() == Some(&self.name)).then_some(id.span)
            }),
        };
        found.unwrap_or(overlay.root.span)
    }
}

/// What an overlay does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Replace,
    Disable,
    Insert,
    Limit,
}

/// All that the overlay does, in an order in which later things may rely on earlier ones.
pub(super) fn of(overlay: &Overlay, layer: usize) -> Vec<Deed> {
    let deed = |kind, name: &str| Deed { layer, kind, name: name.to_owned() };
    let replaces = overlay.replace.iter().map(|replace| deed(Kind::Replace, &replace.rule.name));
    let disables = overlay.disable.iter().map(|named| deed(Kind::Disable, &named.name));
    let inserts = overlay.insert.iter().map(|insert| deed(Kind::Insert, id_of(&insert.rule)));
    let limits = overlay.limits.iter().map(|(named, _)| deed(Kind::Limit, &named.name));
    replaces.chain(disables).chain(inserts).chain(limits).collect()
}

/// The overlay with these deeds only, for any version of its base and without its tests.
pub(super) fn only(overlay: &Overlay, deeds: &[Deed]) -> Overlay {
    let kept = |kind: Kind, name: &str| deeds.iter().any(|deed| deed.kind == kind && deed.name == name);
    let mut rest = overlay.clone();
    rest.range = VersionReq::STAR;
    rest.replace.retain(|replace| kept(Kind::Replace, &replace.rule.name));
    rest.disable.retain(|named| kept(Kind::Disable, &named.name));
    rest.insert.retain(|insert| kept(Kind::Insert, id_of(&insert.rule)));
    rest.limits.retain(|(named, _)| kept(Kind::Limit, &named.name));
    rest.supersedes.clear();
    if let Value::Mapping(members) = &mut rest.root.value {
        members.retain(|member| member.key != "tests");
    }
    rest
}

/// The whole overlay, for any version of its base.
pub(super) fn for_any_version(overlay: &Overlay) -> Overlay {
    Overlay { range: VersionReq::STAR, ..overlay.clone() }
}

/// The same with the tests that the overlay came with.
pub(super) fn with_tests(rest: Overlay, overlay: &Overlay) -> Overlay {
    Overlay { root: overlay.root.clone(), supersedes: overlay.supersedes.clone(), ..rest }
}

pub(super) fn id_of(rule: &Node) -> &str {
    rule.get("id").and_then(Node::as_str).unwrap_or_default()
}
