### Rules of decision tables as sentences, and why a decision came out as it did.

field-text = متن پیام
field-repeats = دفعات تکرار

column-titled = { $name }
column-named = { $name }
column-id = شناسهٔ { $left }

noun-equal = { $number }
noun-less = کمتر از { $number }
noun-at-most = حداکثر { $number }
noun-more = بیشتر از { $number }
noun-at-least = دست‌کم { $number }
noun-between = از { $low } تا { $high }
noun-one-of = یکی از { $list }

cell-value-if = { $left } { $wanted } باشد
cell-value-if-not = { $left } { $wanted } نباشد
cell-value-is = { $left } { $wanted } است
cell-value-is-not = { $left } { $wanted } نیست
cell-value-is-of = { $left } { $value } است ({ $wanted })
cell-value-met = { $left } { $value } است، نه { $wanted }
cell-value-absent = { $left } معلوم نیست و این قاعده { $wanted } می‌خواهد
cell-value-shut = { $left } { $value } است و این قاعده آن را کنار می‌گذارد
cell-known-if = { $left } معلوم باشد
cell-known-if-not = { $left } معلوم نباشد
cell-known-is = { $left } معلوم است
cell-known-is-not = { $left } معلوم نیست
cell-prefix-if = { $left } با { $wanted } آغاز شود
cell-prefix-if-not = { $left } با { $wanted } آغاز نشود
cell-prefix-is = { $left } با { $wanted } آغاز می‌شود
cell-prefix-is-not = { $left } با { $wanted } آغاز نمی‌شود
cell-contains-if = در { $left } { $wanted } آمده باشد
cell-contains-if-not = در { $left } { $wanted } نیامده باشد
cell-contains-is = در { $left } { $wanted } آمده است
cell-contains-is-not = در { $left } { $wanted } نیامده است
cell-words-if = در { $left } واژهٔ { $wanted } آمده باشد
cell-words-if-not = در { $left } واژهٔ { $wanted } نیامده باشد
cell-words-is = در { $left } واژهٔ { $wanted } آمده است
cell-words-is-not = در { $left } واژهٔ { $wanted } نیامده است
cell-code-if = عبارت { $wanted } برقرار باشد
cell-code-if-not = عبارت { $wanted } برقرار نباشد
cell-code-is = عبارت { $wanted } برقرار است
cell-code-is-not = عبارت { $wanted } برقرار نیست
cell-mixed-not = هیچ‌یک از این‌ها نباشد: ({ $inner })

answer-agency = به { $value }
answer-unit = واحد { $value }
answer-role = با پاسخ‌گویی { $value }
answer-term = با مهلت { $value } روز کاری
answer-reminder = یادآوری پس از { $value } روز کاری
answer-value = { $name }: { $value }
answer-same = همان { $name }
answer-nothing = پاسخی داده نمی‌شود
same-province = همان استان
same-county = همان شهرستان

days-between = از { $from } تا { $until }
days-from = از { $from } به بعد
days-until = تا { $until }
days-all = همهٔ روزها
days-except = جز { $except }
days-with-except = { $days }، جز { $except }

sentence = { $text }.
rule-if = اگر { $conditions }، { $answer }
rule-always = همیشه { $answer }
rule-otherwise = در غیر این صورت { $answer }
rule-on-days = { $days }: { $rule }
rule-mark = { $begun }؛ { $next }
rule-marked = { $rule } ({ $marks })
mark-priority = اولویت { $number }
mark-from = از { $pack }
mark-changed = تغییر در { $pack }
mark-locked = قفل است
mark-unexpected = نباید پیش بیاید
mark-not-in-force = در این روز اجرا نمی‌شود

pack-titled = { $title }
pack-named = بستهٔ { $name }
layer-of-id = لایهٔ { $id }

table-heading = { $title } (جدول { $id }، نسخهٔ { $version })
table-first = قاعده‌ها از بالا خوانده می‌شوند و نخستین قاعده‌ای که برقرار باشد پاسخ می‌دهد.
table-unique = در هر حال تنها یک قاعده برقرار است و همان پاسخ می‌دهد.
table-collect = همهٔ قاعده‌هایی که برقرار باشند پاسخ می‌دهند.
table-priority = از قاعده‌هایی که برقرار باشند آن که اولویت بالاتری دارد پاسخ می‌دهد.
table-base = از { $pack } است.
table-layers = پایهٔ جدول از { $pack } است و بر آن { $overlays } نهاده شده است.
table-defaults = هر جا قاعده چیز دیگری نگوید: { $defaults }.
table-limits = هیچ قاعده و هیچ لایه‌ای از این مرزها نمی‌گذرد: { $limits }.
table-input = اگر { $left } معلوم نباشد، { $value } گرفته می‌شود.
table-days = جدول { $days } پاسخ می‌دهد.
table-on = قاعده‌ها در { $day }.
table-not-on = جدول در { $day } پاسخ نمی‌دهد.
layer-titled = { $pack } در «{ $title }»
layer-did = { $pack } { $deeds }.
layer-added = { $rules } را افزوده
layer-changed = { $rules } را تغییر داده
layer-disabled = { $rules } را برداشته
layer-unchanged = قاعده‌ای را تغییر نداده

decided = جدول «{ $table }» گفت { $said }
decided-and = { $begun }؛ و { $next }
decided-by = { $answer }، { $why } ({ $rule })
decided-because = چون { $reasons }
decided-always = بی هیچ شرطی
decided-otherwise = چون هیچ قاعدهٔ دیگری برقرار نبود
decided-rule = قاعدهٔ { $rule }
decided-rule-from = قاعدهٔ { $rule } از { $pack }
decided-recorded = جدول «{ $table }» نسخهٔ { $version } گفت { $answer } ({ $rule })
stopped-by-day = در آن روز اجرا نمی‌شد ({ $days })
stopped-by-priority = برقرار بود، ولی قاعده‌ای با اولویت بالاتر پاسخ داد
stopped-by-other = برقرار بود، ولی قاعدهٔ دیگری پاسخ داد
caveat-table-gone = جدول آن روز دیگر در دست نیست؛ تنها آنچه همان روز ثبت شد گفته می‌شود.
caveat-answers-else = جدولی که در دست است با همان داده‌ها پاسخ دیگری می‌دهد؛ تنها آنچه همان روز ثبت شد گفته می‌شود.
caveat-erased = داده‌های شهروند حذف شده است؛ تنها آنچه همان روز ثبت شد و پاک نشده است گفته می‌شود.
