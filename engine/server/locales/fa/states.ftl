### Stages of cases and states of things. `bare` is the short form, for lists and where arguments are missing.

stage-registered = پیام شما ثبت شد و در نوبت بررسی است.
    .bare = ثبت شد
stage-classifying = پیام شما ثبت شد و کارشناس موضوع آن را تعیین می‌کند.
    .bare = در حال تعیین موضوع
stage-referred = به { $agency } ارجاع شد؛ مهلت پاسخ تا { $due } است.
    .bare = ارجاع شد
stage-overdue = مهلت پاسخ { $agency } گذشته و موضوع به بازرسی اعلام شده است.
    .bare = مهلت گذشته
stage-verifying = دستگاه پاسخ داده است؛ برای راستی‌آزمایی با شما تماس گرفته می‌شود.
    .bare = راستی‌آزمایی
stage-inspecting = بازرس به موضوع رسیدگی می‌کند.
    .bare = در دست بازرس
stage-closed-solved = موضوع حل شد و پرونده بسته شد.
    .bare = حل شد
stage-closed-unreached = پرونده بسته شد؛ تماس برای راستی‌آزمایی بی‌پاسخ ماند.
    .bare = بسته شد، بی‌تماس
stage-closed-other = پرونده بسته شد.
    .bare = بسته شد
stage-new-round = پاسخ پذیرفته نشد و دور تازه‌ای از رسیدگی آغاز شد.
    .bare = دور تازه
stage-faulted = رسیدگی با خطایی روبه‌رو شد و کارشناسان پیگیر آن هستند.
    .bare = نیازمند رسیدگی

case-open = باز
case-closed = بسته

task-open = در انتظار
task-claimed = برداشته شد
task-scheduled = زمان‌بندی شد
task-completed = انجام شد
task-expired = مهلت پایان یافت
task-withdrawn = پس گرفته شد

message-ready = در صف ارسال
message-sending = در حال ارسال
message-sent = ارسال شد
message-delivered = تحویل شد
message-failed = ارسال ناموفق
message-ambiguous = نامعلوم
message-dropped = کنار گذاشته شد
message-withdrawn = پس گرفته شد
message-expired = منقضی شد
message-not-sent = ارسال نشده

incident-message-failed = پیامی ارسال نشد
incident-message-ambiguous = معلوم نیست پیامی ارسال شده باشد
incident-message-expired = زمان ارسال پیامی گذشت
incident-unaddressed = برای پیامی گیرنده‌ای پیدا نشد
incident-message-unread = از پیامی پرونده‌ای ساخته نشد
incident-flow-fault = گردش کار با خطا ایستاد
incident-status-open = باز
incident-status-retried = دوباره تلاش شد
incident-status-settled = رسیدگی شد
incident-status-passed = خودبه‌خود برطرف شد
incident-status-resolved = رسیدگی شد

flow-active = در جریان
flow-running = در جریان
flow-waiting = در انتظار
flow-pending = آمادهٔ آغاز
flow-suspended = متوقف
flow-completed = پایان یافت
flow-faulted = با خطا ایستاد
flow-cancelled = لغو شد

step-state-done = انجام شده
step-state-current = مرحلهٔ کنونی
step-state-ahead = پیش رو

step-open = گشایش پرونده
step-propose = پیشنهاد موضوع
step-classify = تعیین موضوع
step-classified = موضوع تعیین شد
step-route = مسیریابی
step-refer = ارجاع
step-confirm = اعلام به شهروند
step-tell = اطلاع‌رسانی
step-notify = اطلاع‌رسانی
step-solve = رسیدگی مدیر
step-verify = راستی‌آزمایی
step-judge = نتیجه
step-again = دور تازه
step-anotherRound = دور دیگر؟
step-inspect = بازرسی
step-close = بستن پرونده
step-closing = پیام پایان
step-end = پایان

channel-phone = تلفن
channel-sms = پیامک
channel-mail = رایانامه
channel-web = وب
channel-letter = نامه
channel-in-person = حضوری
channel-call = تماس

role-operator = کارشناس ۱۱۱
role-duty-manager = مدیر پاسخ‌گو
role-agency-head = رئیس دستگاه
role-inspector = بازرس
role-inspection-centre = مرکز بازرسی
role-administrator = مدیر سامانه
role-auditor = ناظر
role-governor-office = دفتر استاندار
role-routing-owner = مسئول مسیریابی
role-connector = اتصال

outcome-solved = حل شده
outcome-unsolved = حل نشده
outcome-unreached = پاسخ نداد
outcome-answered = پاسخ داده شد
outcome-expired = مهلت پایان یافت
outcome-cancelled = لغو شد
outcome-closed-by-event = با رخداد بسته شد

actor-system = سامانه
actor-engine = سامانه
actor-timer = سامانه
actor-flow = گردش کار
actor-citizen = شهروند
actor-token = برنامهٔ { $name }
actor-connector = اتصال { $name }
