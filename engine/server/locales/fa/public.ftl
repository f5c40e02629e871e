### Pages that anybody may read: tracking and signing in.

track-title = پیگیری پیام
track-lead = کد پیگیری را که پیامک شده است بنویسید.
track-find = پیگیری
track-unknown = پیامی با این کد پیدا نشد. رقم‌ها را دوباره بررسی کنید.
track-history = مرحله‌ها
track-another = پیگیری کدی دیگر

login-title = ورود
login-as = با نام { $name } وارد می‌شوید.
login-confirm = ورود به سامانه
login-note = این پیوند یک بار و تا { $minutes } دقیقه کار می‌کند. اگر شما آن را نخواسته‌اید، صفحه را ببندید.
