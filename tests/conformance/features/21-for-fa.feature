# language: fa
ویژگی: تکرار (گزاره‌های ۱۹ تا ۲۱)

  @S19
  سناریو: 19.8 خروجی هر دور ورودی دور بعد است و نام‌ها در همهٔ کارهای درون حلقه دیده می‌شوند
    با فرض گردش کاری با این تعریف:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: names, version: '1.0.0' }
      do:
        - each:
            for: { each: name, at: place, in: .names }
            do: [ { join: { set: { text: '${ "\(.text // "")\($place + 1). \($name) " }' } } } ]
      """
    و ورودی گردش کار این است:
      """yaml
      names: [ مریم, علی, زهرا ]
      """
    هنگامی که گردش کار اجرا می‌شود
    آنگاه گردش کار باید با این خروجی پایان یابد:
      """yaml
      text: '1. مریم 2. علی 3. زهرا '
      """
    و join باید ۳ بار اجرا شود

  @S21
  سناریو: 21.4 حلقه پس از کشته شدن سرور از همان دور ادامه می‌یابد
    با فرض سرویس http://letters.example/ پاسخ 200 می‌دهد
    و گردش کاری با این تعریف:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: goes-on, version: '1.0.0' }
      do:
        - each:
            for: { each: letter, in: '[ 1, 2, 3 ]' }
            do:
              - send:
                  call: http
                  with: { method: post, endpoint: 'http://letters.example/', body: { letter: '${ $letter }' } }
                  output: { as: $input }
              - rest: { wait: P1D }
      """
    هنگامی که گردش کار اجرا می‌شود
    و PT36H می‌گذرد
    و سرور کشته می‌شود
    آنگاه از سرویس http://letters.example/ باید ۲ بار پرسیده شده باشد
    هنگامی که PT36H می‌گذرد
    آنگاه گردش کار باید پایان یابد
    و از سرویس http://letters.example/ باید ۳ بار پرسیده شده باشد
    و از سرویس http://letters.example/ باید هر بار با کلیدی دیگر پرسیده شده باشد
    و send باید ۳ بار اجرا شود
