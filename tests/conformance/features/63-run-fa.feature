# language: fa
ویژگی: اجرای گردش کار دیگر و افزونه‌ها (گزاره‌های ۶۱ تا ۶۶)

  @S63
  سناریو: 63.10 پدر تا پایان فرزند می‌ماند و کشته شدن سرور فرزند دیگری نمی‌سازد
    با فرض 2026-11-21T10:00:00Z است
    و گردش کاری با این تعریف:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: parent-fa, version: '1.0.0' }
      do: [ { run: { run: { workflow: { namespace: conformance, name: child-fa, version: '1.0.0', input: { n: '${ .n }' } } } } } ]
      """
    و گردش کار دیگری با این تعریف:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: child-fa, version: '1.0.0' }
      do: [ { rest: { wait: P1D } }, { done: { set: { n: '${ .n * 2 }' } } } ]
      """
    و ورودی گردش کار این است:
      """yaml
      n: 21
      """
    هنگامی که گردش کار parent-fa اجرا می‌شود
    و سرور کشته می‌شود
    و PT23H می‌گذرد
    و سرور کشته می‌شود
    آنگاه run باید منتظر باشد
    هنگامی که PT1H می‌گذرد
    آنگاه گردش کار باید با این خروجی پایان یابد:
      """yaml
      n: 42
      """
    و ۱ نمونه از child-fa آغاز شده است

  @S65
  سناریو: 65.10 افزونه پیش از هر کارِ گونهٔ خود اجرا می‌شود
    با فرض گردش کاری با این تعریف:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: extension-fa, version: '1.0.0' }
      use: { extensions: [ { count: { extend: set, before: [ { told: { set: { x: 1 }, export: { as: '{ n: (($context.n // 0) + 1) }' } } } ] } } ] }
      do: [ { one: { set: { a: 1 } } }, { rest: { wait: PT1S } }, { two: { set: { b: '${ .a }' } } } ]
      """
    و سرور پس از told کشته می‌شود
    هنگامی که گردش کار اجرا می‌شود
    و PT1S می‌گذرد
    آنگاه گردش کار باید با این خروجی پایان یابد:
      """yaml
      b: 1
      """
    و زمینهٔ گردش کار باید این باشد:
      """yaml
      n: 2
      """
    و told باید ۲ بار اجرا شود

  @S66
  سناریو: 66.8 هر گذار یک بار گفته می‌شود
    با فرض گردش کاری با این تعریف:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: told-fa, version: '1.0.0' }
      do: [ { rest: { wait: PT1M } }, { fail: { raise: { error: { type: 'https://example.org/e', status: 500 } } } } ]
      """
    هنگامی که گردش کار اجرا می‌شود
    و سرور کشته می‌شود
    و PT1M می‌گذرد
    آنگاه گردش کار باید با خطا پایان یابد
    و رویدادهای چرخهٔ زندگی این‌ها هستند:
      | type             | task |
      | workflow.started |      |
      | task.created     | rest |
      | task.started     | rest |
      | task.completed   | rest |
      | task.created     | fail |
      | task.started     | fail |
      | task.faulted     | fail |
      | workflow.faulted |      |
