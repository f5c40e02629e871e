### The console's own words.

product = پیگیر
footer = پیگیر — پیگیری پیام‌های شهروندان تا رسیدن به نتیجه
skip-to-content = رفتن به متن اصلی
language-name = فارسی
sign-out = خروج
sign-in-help = برای ورود، پیوند یک‌بارمصرف خود را باز کنید. پیوند تازه را مدیر سامانه می‌سازد.
navigation = بخش‌های سامانه
to-home = رفتن به میز کار
to-track = پیگیری با کد
error-code = کد خطا:
form-has-errors = فرم ثبت نشد. این موارد را درست کنید:
choose = — برگزینید —
optional = (اختیاری)
all = همه
yes = بله
no = خیر
find = جست‌وجو
find-case = یافتن پرونده
see-all = دیدن همه
pages = صفحه‌های فهرست
next-page = صفحهٔ بعد
list-and = { " و " }

nav-home = میز کار
nav-inbox = کارتابل
nav-calls = فهرست تماس
nav-intake = ثبت پیام
nav-cases = پرونده‌ها
nav-outbox = پیام‌های خروجی
nav-incidents = رخدادها

home-title = میز کار
home-mine = کارهایی که برداشته‌ام
home-mine-empty = کاری را برنداشته‌اید.
home-inbox = در انتظار در کارتابل
home-inbox-empty = کاری در انتظار شما نیست.
home-calls = تماس‌های راستی‌آزمایی
home-calls-empty = اکنون تماسی در نوبت نیست.
home-incidents = رخدادهای باز

inbox-title = کارتابل
inbox-lead = کارهایی که برداشته‌اید یا می‌توانید بردارید؛ نزدیک‌ترین مهلت نخست.

calls-title = فهرست تماس
calls-lead = با شهروند تماس بگیرید و بپرسید آیا موضوع حل شده است.
attempt-of = تماس { $attempt } از { $max }
not-before = زودترین زمان
no-phone = شماره‌ای ثبت نشده است
call-whom = با این شهروند تماس بگیرید

citizen-text = متن پیام شهروند
task-facts = دربارهٔ این کار
status = وضعیت
due = مهلت
for-role = برای
agency = دستگاه اجرایی
created-at = ساخته شد
round = دور
case = پرونده
to-case = دیدن پرونده
your-answer = پاسخ شما
answer = پاسخ
claim = برداشتن کار
claim-lead = پس از برداشتن، این کار با نام شماست و دیگران آن را برنمی‌دارند.
complete = ثبت پاسخ
release = واگذاشتن کار
task-not-yours = این کار اکنون با شما نیست.

intake-title = ثبت پیام شهروند
intake-lead = هنگام تماس یا مراجعهٔ شهروند پر شود؛ کد پیگیری پیامک می‌شود.
intake-citizen = شهروند
intake-on-behalf = پیام دربارهٔ کس دیگری است
intake-on-behalf-lead = مشخصات کسی را بنویسید که پیام دربارهٔ اوست، نه تماس‌گیرنده.
intake-message = پیام
citizen-name = نام و نام خانوادگی
national-id = کد ملی
mobile = تلفن همراه
message-text = متن پیام
topic = موضوع
county = شهرستان
channel = راه ارتباط
register = ثبت پیام

cases-title = پرونده‌ها
cases-empty = پرونده‌ای با این ویژگی‌ها نیست.
cases-no-such-code = پرونده‌ای با این کد پیگیری در حوزهٔ شما نیست.
tracking-code = کد پیگیری
stage = مرحله
opened-at = ثبت شد
closed-at = بسته شد
not-classified = موضوع تعیین نشده

case-title = پروندهٔ { $code }
case-flow = جایگاه در گردش کار
flow-steps = گام‌های گردش کار
flows-ended = گردش کارهای پایان‌یافته ({ $count })
case-tasks = کارها
case-tasks-empty = هنوز کاری ساخته نشده است.
case-messages = پیام‌های فرستاده‌شده
case-messages-empty = پیامی نیست.
case-citizen = شهروند
case-on-behalf = دربارهٔ
case-facts = مشخصات
case-timeline = سرگذشت پرونده
timeline-all = همهٔ رویدادها، با { $count } رویداد فنی
manager = مدیر پاسخ‌گو
repeats = پیام‌های تکراری
satisfaction = رضایت شهروند
satisfaction-of = { $value } از ۵
show-clear = نمایش کامل مشخصات
show-clear-note = هر بار نمایش با نام شما ثبت می‌شود.
clear-journalled = مشخصات کامل نمایش داده شد و این نمایش با نام شما ثبت شد.
round-number = دور { $round }

outbox-title = پیام‌های خروجی
outbox-lead = پیام‌هایی که برای شهروندان و دستگاه‌ها فرستاده شده یا در نوبت‌اند.
outbox-unsent = برای { $channels } درگاهی تنظیم نشده است: این پیام‌ها ارسال نشده و تنها در پوشهٔ outbox نگه داشته می‌شوند.
to-recipient = به
tries = { $count } بار تلاش
next-try = تلاش بعدی

incidents-title = رخدادها
incidents-lead = آنچه سامانه به‌خودی‌خود نتوانست به پایان برساند و چشم‌به‌راه تصمیم یک نفر است.
incidents-empty = رخداد بازی نیست.
message-from = فرستنده:
retry = تلاش دوباره
settle = رسیدگی شد
settle-note = چگونه رسیدگی شد؟
settle-confirm = ثبت رسیدگی

done-claimed = این کار اکنون با شماست.
done-released = کار واگذاشته شد.
done-completed = پاسخ شما ثبت شد.
done-registered = پیام ثبت شد. کد پیگیری را به شهروند بگویید.
done-retried = دوباره تلاش می‌شود.
done-settled = رسیدگی ثبت شد.
done-note-missing = ثبت نشد: بنویسید چگونه رسیدگی شد.

span-moment = چند لحظه
span-minutes = { $count } دقیقه
span-hours = { $count } ساعت
span-days = { $count } روز
span-pair = { $first } و { $second }
due-past = { $span } گذشته
due-ahead = { $span } مانده
