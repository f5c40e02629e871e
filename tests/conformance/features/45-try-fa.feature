# language: fa
ویژگی: خطا و تلاش دوباره (گزاره‌های ۴۵ تا ۵۲)

  @S46 @S47
  سناریو: 46.7 نخست تلاش‌های دوباره و سپس یک بار کارهای گیرنده
    با فرض 2026-11-21T10:00:00Z است
    و سرویس http://broken.example/ پاسخ 503 می‌دهد
    و گردش کاری با این تعریف:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: retry-fa, version: '1.0.0' }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: post, endpoint: 'http://broken.example/', body: { n: 1 } } } } ]
            catch:
              retry: { delay: PT10S, backoff: { linear: {} }, limit: { attempt: { count: 2 } } }
              do: [ { instead: { set: { text: 'پاسخ ${ $error.status }' } } } ]
      """
    هنگامی که گردش کار اجرا می‌شود
    و PT10S می‌گذرد
    و سرور کشته می‌شود
    آنگاه instead نباید اجرا شود
    هنگامی که PT20S می‌گذرد
    آنگاه گردش کار باید با این خروجی پایان یابد:
      """yaml
      text: پاسخ 503
      """
    و گردش کار باید 2026-11-21T10:00:30Z پایان یابد
    و instead باید ۱ بار اجرا شود
    و از سرویس http://broken.example/ باید ۳ بار پرسیده شده باشد
    و از سرویس http://broken.example/ باید هر بار با همان کلید پرسیده شده باشد

  @S52
  سناریو: 52.4 خطایی که گرفته شد خروجی try را ورودی خودش می‌کند
    با فرض گردش کاری با این تعریف:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: caught-fa, version: '1.0.0' }
      do:
        - attempt:
            try: [ { change: { set: { نام: علی } } }, { fail: { raise: { error: { type: 'https://example.org/e', status: 500, title: 'نشد' } } } } ]
            catch: { errors: { with: { title: 'نشد' } } }
      """
    و ورودی گردش کار این است:
      """yaml
      نام: مریم
      """
    هنگامی که گردش کار اجرا می‌شود
    آنگاه گردش کار باید با این خروجی پایان یابد:
      """yaml
      نام: مریم
      """
    و fail باید با خطا پایان یابد
    و دفتر برای attempt رویداد error-caught را دارد

  @S54
  سناریو: 54.6 متن خطا می‌تواند فارسی و حساب‌شده باشد
    با فرض گردش کاری با این تعریف:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: raise-fa, version: '1.0.0' }
      use: { errors: { missing: { type: 'https://example.org/missing', status: 404, title: 'پیدا نشد', detail: 'پروندهٔ ${ .id } نیست' } } }
      do: [ { fail: { raise: { error: missing } } } ]
      """
    و ورودی گردش کار این است:
      """yaml
      id: ۱۲
      """
    هنگامی که گردش کار اجرا می‌شود
    آنگاه گردش کار باید با این خطا پایان یابد:
      """yaml
      { type: 'https://example.org/missing', status: 404, title: پیدا نشد, detail: پروندهٔ ۱۲ نیست, instance: /do/0/fail }
      """
