### Rules of decision tables as sentences, and why a decision came out as it did.

field-text = text of the message
field-repeats = times it was told before

column-titled = the { $name }
column-named = { $name }
column-id = the id of { $left }

noun-equal = { $number }
noun-less = less than { $number }
noun-at-most = at most { $number }
noun-more = more than { $number }
noun-at-least = at least { $number }
noun-between = from { $low } to { $high }
noun-one-of = one of { $list }

cell-value-if = { $left } is { $wanted }
cell-value-if-not = { $left } is not { $wanted }
cell-value-is = { $left } is { $wanted }
cell-value-is-not = { $left } is not { $wanted }
cell-value-is-of = { $left } is { $value } ({ $wanted })
cell-value-met = { $left } is { $value }, not { $wanted }
cell-value-absent = { $left } is not known, and this rule asks for { $wanted }
cell-value-shut = { $left } is { $value }, which this rule leaves out
cell-known-if = { $left } is known
cell-known-if-not = { $left } is not known
cell-known-is = { $left } is known
cell-known-is-not = { $left } is not known
cell-prefix-if = { $left } begins with { $wanted }
cell-prefix-if-not = { $left } does not begin with { $wanted }
cell-prefix-is = { $left } begins with { $wanted }
cell-prefix-is-not = { $left } does not begin with { $wanted }
cell-contains-if = { $left } contains { $wanted }
cell-contains-if-not = { $left } does not contain { $wanted }
cell-contains-is = { $left } contains { $wanted }
cell-contains-is-not = { $left } does not contain { $wanted }
cell-words-if = { $left } has the word { $wanted }
cell-words-if-not = { $left } does not have the word { $wanted }
cell-words-is = { $left } has the word { $wanted }
cell-words-is-not = { $left } does not have the word { $wanted }
cell-code-if = the expression { $wanted } holds
cell-code-if-not = the expression { $wanted } does not hold
cell-code-is = the expression { $wanted } holds
cell-code-is-not = the expression { $wanted } does not hold

answer-agency = to { $value }
answer-unit = unit { $value }
answer-role = answered by the { $value }
answer-term = within { $value ->
    [one] { $value } working day
   *[other] { $value } working days
}
answer-reminder = reminded after { $value ->
    [one] { $value } working day
   *[other] { $value } working days
}
answer-value = { $name }: { $value }
answer-same = the same { $name }
answer-nothing = nothing is answered
same-province = that province
same-county = that county

days-between = from { $from } to { $until }
days-one = on { $day }
days-from = from { $from } on
days-until = until { $until }
days-all = every day
days-except = except { $except }
days-with-except = { $days }, except { $except }

sentence = { $text }.
rule-if = if { $conditions }, { $answer }
rule-always = always { $answer }
rule-otherwise = otherwise { $answer }
rule-on-days = { $days }: { $rule }
rule-mark = { $begun }; { $next }
rule-marked = { $rule } ({ $marks })
mark-priority = priority { $number }
mark-from = from { $pack }
mark-changed = changed by { $pack }
mark-locked = locked
mark-unexpected = should never come to pass
mark-not-in-force = not in force on this day

pack-titled = “{ $title }”
pack-named = the pack { $name }
layer-of-id = the layer { $id }

table-heading = { $title } (table { $id }, version { $version })
table-first = Rules are read from above, and the first one that holds answers.
table-unique = Only one rule holds in any case, and that one answers.
table-collect = All rules that hold answer.
table-priority = Of the rules that hold the one with the highest priority answers.
table-base = It comes from { $pack }.
table-layers = The table comes from { $pack }; { $overlays } lies over it.
table-defaults = Where a rule says nothing else: { $defaults }.
table-limits = No rule and no layer passes these limits: { $limits }.
table-input = Where { $left } is not known, { $value } is taken.
table-days = The table answers { $days }.
table-on = The rules on { $day }.
table-not-on = The table does not answer on { $day }.
layer-titled = { $pack } by “{ $title }”
layer-did = { $pack } { $deeds }.
layer-added = adds { $rules }
layer-changed = changes { $rules }
layer-disabled = takes out { $rules }
layer-unchanged = changes no rule

decided = table “{ $table }” answered: { $said }
decided-and = { $begun }; and { $next }
decided-by = { $answer }, { $why } ({ $rule })
decided-because = because { $reasons }
decided-always = on no condition
decided-otherwise = because no other rule held
decided-rule = rule { $rule }
decided-rule-from = rule { $rule } from { $pack }
decided-rule-changed = { $rule }, as changed by { $pack }
decided-rule-days = { $rule }, in force { $days }
decided-without = { $pack } has taken out the rule { $rule }, which would have held
decided-without-why = { $pack } has taken out the rule { $rule }, which would have held: { $why }
decided-recorded = table “{ $table }” { $version } answered: { $answer } ({ $rule })
stopped-by-day = it was not in force on that day ({ $days })
stopped-by-priority = it held, but a rule of a higher priority answered
stopped-by-other = it held, but another rule answered
stopped-by-fault = it could not be worked out, and a fault takes nothing from the rule that answered
caveat-table-gone = The table of that day is not to be had any more; only what was recorded then is told.
caveat-answers-else = The table that is to be had answers something else to the same inputs; only what was recorded then is told.
caveat-erased = The citizen’s data was erased; only what was recorded then and is left is told.
