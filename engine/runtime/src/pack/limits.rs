//! `limits:` of a deployment.

use peygir_casework::content::read::Reader;
use peygir_source::Node;

use crate::limits::{Limits, SETTINGS};

pub(super) fn read(reader: &mut Reader, root: &Node) -> Limits {
    let mut limits = Limits::default();
    let Some(node) = root.get("limits") else { return limits };
    let names: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
    if !reader.mapping(node, &names) {
        return limits;
    }
    for setting in SETTINGS {
        let Some(value) = reader.integer(node, setting.name) else { continue };
        if (setting.least..=setting.most).contains(&value) {
            (setting.set)(&mut limits, value);
            continue;
        }
        let (name, least, most) = (setting.name, setting.least, setting.most);
        reader.error(
            "PG-P082",
            node.get(name).map_or(node.span, |value| value.span),
            format!("`{name}` is from {least} to {most}"),
            format!("‎`{name}`‎ از {least} تا {most} است"),
        );
    }
    limits
}
