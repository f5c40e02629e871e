### What is wrong with a field.

field-required = این مورد را پر کنید.
field-too-long = متن از اندازهٔ مجاز بلندتر است.
field-too-short = متن از اندازهٔ مجاز کوتاه‌تر است.
field-too-small = عدد از کمترین مقدار مجاز کمتر است.
field-too-large = عدد از بیشترین مقدار مجاز بیشتر است.
field-out-of-range = عدد بیرون از بازهٔ مجاز است.
field-not-a-number = یک عدد بنویسید.
field-not-an-option = یکی از گزینه‌های فهرست را برگزینید.
field-wrong-type = نوع این مقدار درست نیست.
field-wrong-value = این مقدار پذیرفته نیست.
field-unknown-field = چنین موردی تعریف نشده است.
field-unknown-parameter = چنین پارامتری تعریف نشده است.
field-given-twice = این مورد دو بار آمده است.
field-national-id-checksum = کد ملی درست نیست؛ رقم‌ها را دوباره بررسی کنید.
field-national-id-invalid = کد ملی باید ده رقم باشد.
field-mobile-invalid = شمارهٔ همراه باید مانند ۰۹۱۲۱۲۳۴۵۶۷ باشد؛ شمارهٔ ثابت پذیرفته نیست.
field-tracking-code-invalid = کد پیگیری درست نیست.
field-scope-invalid = حوزه باید nation، province:ID، county:PROVINCE/COUNTY یا agency:ID باشد.
field-name-invalid = نام تنها حرف‌های کوچک لاتین، رقم و - _ . دارد و حداکثر ۶۴ نویسه است.
field-person-unknown = چنین کسی در فهرست افراد این استقرار نیست.
field-not-a-cursor = نشانهٔ ادامهٔ فهرست درست نیست.
field-archived = آنچه در این جا بود به بایگانی رفته است؛ بدون آن آغاز کنید.
field-not-readable = آنچه رسید خوانده نشد.
