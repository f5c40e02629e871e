### Packs, their versions and editions.

nav-packs = Packs

packs-title = Packs
packs-lead = The rules, scripts, calendars and templates that are in force, and what is to come. No version changes once it is deployed.
packs-empty = No pack was deployed yet.
packs-all = All packs
pack = Pack
pack-where = Where
pack-version = In force
pack-since = Since
pack-author = Deployed by
pack-to-come = To come
pack-not-in-force = not in force
pack-taken-away = is taken away
pack-over = over { $packs }
pack-versions = Versions
pack-state-in-force = in force
pack-state-to-come = to come
pack-state-past = past
pack-state-standing = past; still in force:
pack-state-broken = not in force
pack-state-withdrawn = withdrawn
pack-was-to-count-from = Was to come into force from { $when } on.
pack-counts-from = Counts from { $when } on
pack-deployed = Edition { $edition }: { $who }, { $when }
pack-broken-note = The date of this edition came and it could not be put in force; the version before stays. Mend the pack and deploy it again.
pack-left-in-folder = The deployment’s folder has { $version }, which is not in force
pack-roll-back = Go back to { $version }
pack-roll-back-confirm = Deploy { $version } from now on
pack-note = Note
pack-difference = How two versions differ
pack-difference-from = From version
pack-difference-to = To version
pack-compare = Show the difference
pack-difference-none = These two versions do not differ.
pack-file-added = added
pack-file-removed = removed
pack-file-changed = changed
pack-lines-from = from line { $line }
done-pack-deployed = The version is deployed and in force.
done-pack-in-force = This version is in force already.

packs-everywhere = Everywhere
pack-upload = Upload a pack
pack-reason = Reason
editions-title = Editions
editions-lead = Every deployment, those that come into force last first. What is planned changes nothing until its date.
editions-all = All editions
edition-of = Edition { $edition }
edition-removes = takes away { $pack }
edition-facts = This edition
edition-from = Counts from
edition-deployed = Deployed
edition-withdrawn = Withdrawn
edition-withdrawn-by = { $who }, { $when }
edition-withdraw = Withdraw this edition
edition-withdraw-lead = Nothing of it comes into force. Other planned editions stay as they are.
edition-withdraw-confirm = Withdraw it
edition-rules = What changes for rules
edition-first = This is the first edition: there is nothing to compare it with.
edition-compared = Compared with edition { $edition }, each rule as a sentence.
edition-not-compared = The rules of then can not be read any more.
edition-not-in-force = It was withdrawn: no rule changes by it.
edition-no-rules = No rule of a table changes.
edition-to = becomes
edition-new = new
edition-packs = Packs of this edition
edition-files = { $count ->
    [one] { $count } file differs
   *[other] { $count } files differ
}
edition-files-cut = The edition changes so much that some files are named without their lines. Compare the versions on the page of the pack.
rule-added = added
rule-removed = taken out
rule-changed = changed
rule-moved = moved
rule-side-before = Before
rule-side-after = After
severity-error = error
severity-warning = warning
severity-note = note
finding-help = To mend it:
findings-notes = { $count ->
    [one] One note, which asks for nothing
   *[other] { $count } notes, which ask for nothing
}
findings-more = { $count } more are not shown.
upload-title = Upload a pack
upload-lead = First everything is checked and nothing is deployed. Then you choose the date from which it counts.
upload-choose = Choose the pack
upload-again = Check other files
upload-folder = Folder of the pack
upload-folder-help = The folder with pack.yaml in it; a folder of several packs is deployed as one change.
upload-files = Or its files
upload-files-help = For a device that chooses no folders: pack.yaml and all files of the pack, unchanged ones too; what you leave out is taken out of the pack. A file goes to the folder in which the version in force has it, a new one to the folder of its kind. The next page shows where each lies, before anything is deployed.
upload-date = Counts from this day on
upload-check = Check
upload-wrong = { $count ->
    [one] { $count } error was found
   *[other] { $count } errors were found
}
upload-wrong-lead = Nothing was deployed. Mend the files and choose them again.
upload-right = Nothing is wrong. Nothing is deployed yet.
upload-packs = Would be deployed
upload-pack-files = Files of
upload-files-beside = Compared with what is in force:
upload-files-first = No version of this pack is in force.
upload-files-same = { $count ->
    [one] One file as it is
   *[other] { $count } files as they are
}
upload-file-new = new
upload-file-changed = changed
upload-file-gone = not sent: taken out
upload-warnings = Worth a look
contrary-title = This contradicts what is planned
contrary-lead = Nothing was deployed. Withdraw the planned edition on its page, choose another date, or keep it knowingly.
contrary-keep = I know it: what is planned stands, and comes into force on its date.
upload-then = What comes afterwards
upload-deploy = Deploy
done-edition-planned = Nothing was changed: this edition, which is still to come, brings it. Withdraw it to deploy the pack for another date.
done-edition-deployed = The edition is deployed.
done-edition-withdrawn = The edition is withdrawn: nothing of it comes into force.
