//! How conflicts are mended, in both languages.

use peygir_decision::rebase::{Conflict, Kind, Why};
use peygir_source::Help;

/// What the author can do about a conflict.
pub fn mend(conflict: &Conflict) -> Help {
    match &conflict.why {
        Why::Gone => Help::new(
            "take it out of the overlay, or write it for what stands in its place in the new version",
            "آن را از لایه بردارید، یا برای آنچه در نسخهٔ تازه جای آن است بنویسید",
        ),
        Why::ChangedInBoth(_) if conflict.deed.kind == Kind::Disable => Help::new(
            "read the rule in the new version: keep it disabled, or take it out of `disable`; then raise the range of versions",
            "قاعده را در نسخهٔ تازه بخوانید: غیرفعال بماند، یا از ‎`disable`‎ برداشته شود؛ سپس بازهٔ نسخه را بالا ببرید",
        ),
        Why::ChangedInBoth(_) => Help::new(
            "read the member in the new version: write it anew in the overlay, or take it out there to follow the new version",
            "آن بخش را در نسخهٔ تازه بخوانید: در لایه از نو بنویسید، یا از لایه بردارید تا نسخهٔ تازه برقرار شود",
        ),
        Why::BecameLocked => Help::new(
            "take it out of the overlay: no layer changes a locked rule; whoever keeps the table below can open it again",
            "آن را از لایه بردارید: هیچ لایه‌ای قاعدهٔ قفل‌شده را تغییر نمی‌دهد؛ تنها نویسندهٔ جدول زیرین می‌تواند آن را باز کند",
        ),
        Why::LimitTighter { limit, .. } => Help::new(
            format!("write a value that is {limit}"),
            format!("مقداری بنویسید که {} باشد", limit.to_persian()),
        ),
        Why::AnchorGone { .. } => Help::new(
            "name a rule of the new version in `before` or `after`",
            "در ‎`before`‎ یا ‎`after`‎ قاعده‌ای از نسخهٔ تازه را نام ببرید",
        ),
        Why::AnchorMoved { past, .. } => Help::new(
            format!(
                "say in `before` or `after` on which side of rule \"{past}\" it belongs, then raise the range of versions"
            ),
            format!("با ‎`before`‎ یا ‎`after`‎ بگویید در کدام سوی قاعدهٔ «{past}» باشد، سپس بازهٔ نسخه را بالا ببرید"),
        ),
        Why::IdTaken => Help::new(
            "give the rule another id, or replace parts of the rule of the new version",
            "به قاعده شناسهٔ دیگری بدهید، یا بخش‌هایی از قاعدهٔ نسخهٔ تازه را عوض کنید",
        ),
        Why::Refused(finding) => finding
            .help
            .as_deref()
            .cloned()
            .unwrap_or_else(|| Help::new("mend what the finding says", "آنچه یافته می‌گوید درست کنید")),
    }
}

/// The name of a reason, for programs.
pub fn name(why: &Why) -> &'static str {
    match why {
        Why::Gone => "gone",
        Why::ChangedInBoth(_) => "changed-in-both",
        Why::BecameLocked => "became-locked",
        Why::LimitTighter { .. } => "limit-tighter",
        Why::AnchorGone { .. } => "anchor-gone",
        Why::AnchorMoved { .. } => "anchor-moved",
        Why::IdTaken => "id-taken",
        Why::Refused(_) => "refused",
    }
}
