//! What a start says to whoever starts: what is wrong with the deployment, what became of its packs, where to go on.
//!
//! Owns: the words, in both languages. Knows nothing of the order in which things are started.

use std::path::Path;

use anyhow::Result;
use peygir_core::Moment;
use peygir_runtime::access::Access;
use peygir_runtime::clock::Clock;
use peygir_runtime::desk::Desk;
use peygir_runtime::packs::Notice;
use peygir_source::Diagnostics;
use peygir_store_local::LocalStore;

use super::super::check;
use super::super::local::Lang;
use crate::answer::{line, say};
use crate::data_folder::{DataFolder, Running};
use crate::said::Said;
use crate::store;

/// A clock that is further behind the journal than this was set, in seconds.
const CLOCK_BEHIND_SECONDS_MAX: i64 = 60;

/// Shows what is wrong with a part of a deployment, or with its own file, and says that nothing was started.
pub fn refused(found: &Diagnostics, deployment: &Path, part: Option<(&str, &str)>, lang: Lang) -> anyhow::Error {
    check::print_for(found, lang);
    let deployment = deployment.display().to_string();
    let shown = Lang::Fa.id(&deployment);
    let (en, fa) = match part {
        None => (format!("the deployment {deployment} has errors"), format!("استقرار {shown} خطا دارد")),
        Some((en, fa)) => (format!("the {en} of {deployment} have errors"), format!("{fa} استقرار {shown} خطا دارد")),
    };
    Said::new(format!("{en}; nothing was started"), format!("{fa}؛ چیزی آغاز نشد")).into()
}

/// Says where the machine's clock is behind what the journal was written by: what is due waits until it has caught up.
pub fn clock_behind(store: &LocalStore, now: Moment, lang: Lang) -> Result<()> {
    let behind = store::newest_at(store)?.map_or(0, |at| (at.0 - now.0).div_euclid(1_000_000));
    if behind > CLOCK_BEHIND_SECONDS_MAX {
        say(&match lang {
            Lang::En => format!(
                "peygir: this machine's clock is {behind} s behind the journal's end: nothing is done twice, and what is \
                 due waits until the clock is there; see timedatectl status"
            ),
            Lang::Fa => format!(
                "peygir: ساعت این دستگاه {} ثانیه از انتهای دفتر عقب‌تر است: هیچ کاری دو بار انجام نمی‌شود و آنچه موعدش می‌رسد منتظر \
                 می‌ماند تا ساعت به آنجا برسد؛ {} را ببینید",
                lang.digits(&behind.to_string()),
                lang.id("timedatectl status")
            ),
        });
    }
    Ok(())
}

/// What becomes of the folder's packs.
pub fn notice(notice: &Notice, draft: bool, lang: Lang) {
    say(&match lang {
        Lang::En => notice_in_english(notice, draft),
        Lang::Fa => notice_in_persian(notice, draft),
    });
}

fn notice_in_english(notice: &Notice, draft: bool) -> String {
    match notice {
        Notice::Deployed { edition, packs } => {
            format!("peygir: edition {edition} brings the folder's packs: {}", packs.join(", "))
        }
        Notice::TakenOut { edition, packs } => format!(
            "peygir: edition {edition} takes out of force what is no more in the folder: {}; peygir deploy brings it back",
            packs.join(", ")
        ),
        Notice::Kept { folder, in_force, author, edition } if draft => format!(
            "peygir: your draft {folder} is NOT in force: {in_force} is, which {author} deployed in edition {edition}; give \
             the pack a version above that one, or deploy the folder with peygir deploy"
        ),
        Notice::Kept { folder, in_force, author, edition } => format!(
            "peygir: {in_force} stays in force, which {author} deployed in edition {edition}; the folder has {folder}"
        ),
        Notice::Removed { folder, author, edition } => {
            format!("peygir: {folder} of the folder stays out of force: {author} took it away in edition {edition}")
        }
        Notice::Covered { place, message, .. } => format!("peygir: {place}: {message}"),
        Notice::Contradicted { message, .. } => {
            format!("peygir: {message}; peygir packs withdraw takes an edition back")
        }
    }
}

fn notice_in_persian(notice: &Notice, draft: bool) -> String {
    let id = |text: &str| Lang::Fa.id(text);
    let number = |edition: &u64| Lang::Fa.digits(&edition.to_string());
    match notice {
        Notice::Deployed { edition, packs } => {
            format!("peygir: استقرار {} بسته‌های پوشه را می‌آورد: {}", number(edition), id(&packs.join(", ")))
        }
        Notice::TakenOut { edition, packs } => format!(
            "peygir: استقرار {} آنچه را دیگر در پوشه نیست کنار می‌گذارد: {}؛ {} آن را برمی‌گرداند",
            number(edition),
            id(&packs.join(", ")),
            id("peygir deploy")
        ),
        Notice::Kept { folder, in_force, author, edition } if draft => format!(
            "peygir: پیش‌نویس شما {} برقرار نیست: {} برقرار است که {} در استقرار {} مستقر کرده است؛ به بسته نسخه‌ای بالاتر از آن \
             بدهید، یا پوشه را با {} مستقر کنید",
            id(folder),
            id(in_force),
            id(author),
            number(edition),
            id("peygir deploy")
        ),
        Notice::Kept { folder, in_force, author, edition } => format!(
            "peygir: {} برقرار می‌ماند که {} در استقرار {} مستقر کرده است؛ نسخهٔ پوشه {} است",
            id(in_force),
            id(author),
            number(edition),
            id(folder)
        ),
        Notice::Removed { folder, author, edition } => format!(
            "peygir: بستهٔ {} پوشه برقرار نمی‌شود: {} آن را در استقرار {} کنار گذاشته است",
            id(folder),
            id(author),
            number(edition)
        ),
        Notice::Covered { place, message_fa, .. } => format!("peygir: {}: {message_fa}", id(place)),
        Notice::Contradicted { message_fa, .. } => {
            format!("peygir: {message_fa}؛ {} استقراری را پس می‌گیرد", id("peygir packs withdraw"))
        }
    }
}

/// Where the console is, and by what the administrator comes in.
pub fn welcome(
    data: &DataFolder,
    desk: &Desk,
    access: &Access,
    clock: &Clock,
    address: &str,
    lang: Lang,
) -> Result<()> {
    tell_token(data, access, clock, lang)?;
    data.write_running(&Running { pid: std::process::id(), address: address.to_owned() })?;
    let directory = desk.directory();
    let administrator = directory.people.iter().find(|person| person.roles.iter().any(|role| role == "administrator"));
    match lang {
        Lang::En => line(&format!("{} · {}", directory.title_fa, directory.title_en)),
        Lang::Fa => lang.line(&directory.title_fa),
    }
    offer(lang.pick("console", "کنسول"), &format!("{address}/"), lang);
    if let Some(person) = administrator {
        let link = access.link_new("system", &person.id, clock.now())?;
        let what = match lang {
            Lang::En => format!("sign in as {} (once, within 10 minutes)", person.name.en),
            Lang::Fa => format!("ورود به نام {} (یک بار، تا ۱۰ دقیقهٔ دیگر)", person.name.fa),
        };
        offer(&what, &format!("{address}/login/{}", link.secret), lang);
    }
    if !directory.unsent_channels.is_empty() {
        let channels = lang.id(&directory.unsent_channels.join(", "));
        say(&match lang {
            Lang::En => {
                format!("peygir: no gateway is configured for {channels}: messages are kept in the outbox and not sent")
            }
            Lang::Fa => format!(
                "peygir: برای {channels} درگاهی تنظیم نشده است: پیام‌ها در صندوق خروجی نگه داشته و فرستاده نمی‌شوند"
            ),
        });
    }
    Ok(())
}

/// Writes the administrator's token where none was given yet, and says where it is.
fn tell_token(data: &DataFolder, access: &Access, clock: &Clock, lang: Lang) -> Result<()> {
    let keep = |secret: &str| data.write_bootstrap(secret).map_err(|error| format!("{error:#}"));
    let path = lang.id(&data.bootstrap().display().to_string());
    if access.bootstrap(clock.now(), &keep)? {
        say(&match lang {
            Lang::En => format!("peygir: the administrator's token is in {path}"),
            Lang::Fa => format!("peygir: توکن مدیر سامانه در {path} است"),
        });
    } else if data.owes_token() {
        // A file that is there may be of a start that ended before its token was issued.
        access.bootstrap_restored(clock.now(), &keep)?;
        data.token_given()?;
        say(&match lang {
            Lang::En => format!("peygir: a new administrator's token is in {path}; those of before hold as well"),
            Lang::Fa => format!("peygir: توکن تازهٔ مدیر سامانه در {path} است؛ توکن‌های پیشین هم معتبرند"),
        });
    }
    Ok(())
}

/// An address to be opened. In Persian it has a line of its own: a mark of direction copied with it would be a part of it.
fn offer(what: &str, address: &str, lang: Lang) {
    match lang {
        Lang::En => line(&format!("{what}: {address}")),
        Lang::Fa => {
            lang.line(&format!("{what}:"));
            line(address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_has_its_names_in_both_languages() {
        let (folder, in_force, author) = ("a@1.0.0".to_owned(), "a@2.0.0".to_owned(), "token:ci".to_owned());
        let kept =
            Notice::Kept { folder: folder.clone(), in_force: in_force.clone(), author: author.clone(), edition: 12 };
        let removed = Notice::Removed { folder: folder.clone(), author: author.clone(), edition: 12 };
        for (notice, draft, names) in [
            (&kept, false, vec![&folder, &in_force, &author]),
            (&kept, true, vec![&folder, &in_force, &author]),
            (&removed, false, vec![&folder, &author]),
            (&Notice::Deployed { edition: 12, packs: vec![folder.clone()] }, false, vec![&folder]),
            (&Notice::TakenOut { edition: 12, packs: vec![folder.clone()] }, false, vec![&folder]),
        ] {
            let (english, persian) = (notice_in_english(notice, draft), notice_in_persian(notice, draft));
            assert!(english.contains("edition 12") && persian.contains("استقرار ۱۲"), "{english}\n{persian}");
            for name in names {
                assert!(english.contains(name) && persian.contains(&Lang::Fa.id(name)), "{english}\n{persian}");
            }
        }
    }
}
