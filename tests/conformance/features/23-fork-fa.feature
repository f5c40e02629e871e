# language: fa
ویژگی: شاخه‌ها (گزاره‌های ۲۲ تا ۲۴)

  @S22
  سناریو: 22.5 شاخه‌ها کنار هم اجرا می‌شوند و خروجی به ترتیب تعریف است
    با فرض 2026-11-21T10:00:00Z است
    و گردش کاری با این تعریف:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: beside, version: '1.0.0' }
      do:
        - beside:
            fork:
              branches:
                - letter: { do: [ { w1: { wait: PT3M } }, { s1: { set: { sent: letter } } } ] }
                - sms: { do: [ { w2: { wait: PT1M } }, { s2: { set: { sent: sms } } } ] }
                - call: { do: [ { w3: { wait: PT2M } }, { s3: { set: { sent: call } } } ] }
      """
    و سرور پس از s2 کشته می‌شود
    هنگامی که گردش کار اجرا می‌شود
    و PT3M می‌گذرد
    آنگاه گردش کار باید با این خروجی پایان یابد:
      """yaml
      [ { sent: letter }, { sent: sms }, { sent: call } ]
      """
    و گردش کار باید 2026-11-21T10:03:00Z پایان یابد
    و s2 باید ۱ بار اجرا شود

  @S23
  سناریو: 23.7 در مسابقه تنها برنده می‌ماند و بازنده لغو می‌شود
    با فرض گردش کاری با این تعریف:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: race-fa, version: '1.0.0' }
      do:
        - race:
            fork:
              compete: true
              branches:
                - answer: { listen: { to: { one: { with: { type: org.example.answer } } } } }
                - deadline: { do: [ { rest: { wait: P3D } }, { late: { set: { late: true } } } ] }
        - behind: { wait: P7D }
      """
    هنگامی که گردش کار اجرا می‌شود
    و P2D می‌گذرد
    و سرور کشته می‌شود
    و رویدادی از نوع org.example.answer با این داده می‌رسد:
      """yaml
      said: yes
      """
    آنگاه deadline باید لغو شود
    و خروجی race باید این باشد:
      """yaml
      [ { said: yes } ]
      """
    هنگامی که P7D می‌گذرد
    آنگاه گردش کار باید پایان یابد
    و late نباید اجرا شود
