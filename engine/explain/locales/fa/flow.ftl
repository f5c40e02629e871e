### The flow as a whole: its name, what starts it, its limits, its end; and the numbers of its parts.

flow-titled = گردش کار «{ $title }» ({ $name }).
flow-named = گردش کار { $name }.
flow-input-schema = ورودی آن پیش از شروع با طرح‌وارهٔ خود سنجیده می‌شود.
flow-timeout = همهٔ آن حداکثر { $duration } طول می‌کشد؛ پس از آن با خطای پایان مهلت می‌ایستد.
flow-output = در پایان { $value } را بیرون می‌دهد.

start-called = وقتی شروع می‌شود که کسی یا گردش کاری دیگر آن را اجرا کند.
start-one = با هر رویداد { $events } شروع می‌شود.
start-all = وقتی همهٔ این‌ها رسیده باشند شروع می‌شود: { $events }.
start-any = با رسیدن هر یک از این‌ها شروع می‌شود: { $events }.
start-many = با رسیدن هر یک از این‌ها شروع می‌شود: { $events }.
start-cron = { $when } شروع می‌شود (به وقت { $zone }).
start-every = هر { $duration } شروع می‌شود، هرچند اجرای پیشین هنوز تمام نشده باشد.
start-after = { $duration } پس از پایان هر اجرا دوباره شروع می‌شود.
catch-up-once = اگر سامانه خاموش بوده باشد، نوبت‌های ازدست‌رفته روی هم یک بار اجرا می‌شوند.
catch-up-skip = نوبت‌هایی که سامانه در آن‌ها خاموش بوده اجرا نمی‌شوند.
catch-up-all = نوبت‌های ازدست‌رفته همه اجرا می‌شوند.
overlap-skip = تا اجرای پیشین تمام نشده، نوبت تازه کنار گذاشته می‌شود.
overlap-queue = تا اجرای پیشین تمام نشده، نوبت تازه در صف می‌ماند.
zone-Asia-Tehran = تهران

number-function = ت{ $count }
number-before = پ{ $count }
number-after = س{ $count }
section-function = تابع { $name } که همین گردش کار آن را تعریف می‌کند:
section-function-label = تابع { $name }
section-before = افزونهٔ { $name } پیش از { $tasks } این کارها را می‌کند:
section-before-label = افزونهٔ { $name }، پیش از { $tasks }
section-after = افزونهٔ { $name } پس از { $tasks } این کارها را می‌کند:
section-after-label = افزونهٔ { $name }، پس از { $tasks }
section-when = تنها اگر { $condition }.
extended-all = هر گام
extended-composite = هر گام مرکب
extended-call = هر فراخوانی
extended-emit = هر فرستادن رویداد
extended-for = هر حلقه
extended-listen = هر انتظار رویداد
extended-raise = هر اعلام خطا
extended-run = هر اجرای فرایند
extended-set = هر مقداردهی
extended-switch = هر تصمیم
extended-try = هر گام با مهار خطا
extended-wait = هر درنگ
