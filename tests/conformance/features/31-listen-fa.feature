# language: fa
ویژگی: شنیدن رویدادها (گزاره‌های ۳۱ تا ۳۷)

  @S32
  سناریو: 32.7 شنونده تا رسیدن رویداد پایان گوش می‌دهد و آن رویداد در خروجی نیست
    با فرض گردش کاری با این تعریف:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: until-fa, version: '1.0.0' }
      do:
        - hear:
            listen:
              to:
                any: [ { with: { type: org.example.reading } } ]
                until: { one: { with: { type: org.example.stop } } }
      """
    هنگامی که گردش کار اجرا می‌شود
    و رویدادی از نوع org.example.reading با این داده می‌رسد:
      """yaml
      یک
      """
    و همان رویداد دوباره می‌رسد
    و سرور کشته می‌شود
    و رویدادی از نوع org.example.reading با این داده می‌رسد:
      """yaml
      دو
      """
    آنگاه hear باید منتظر باشد
    هنگامی که رویدادی از نوع org.example.stop می‌رسد
    آنگاه گردش کار باید با این خروجی پایان یابد:
      """yaml
      [ یک, دو ]
      """

  @S37
  سناریو: 37.3 نمونه‌ای که پیش از کشته شدن سرور گوش می‌داد پس از آن هم می‌شنود
    با فرض گردش کاری با این تعریف:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: hears-fa, version: '1.0.0' }
      do:
        - hear: { listen: { to: { one: { with: { type: org.example.answer } } } } }
        - done: { set: { answer: '${ .[0] }' } }
      """
    و سرور پیش از done کشته می‌شود
    هنگامی که گردش کار اجرا می‌شود
    و P10D می‌گذرد
    و سرور کشته می‌شود
    و رویدادی می‌رسد:
      | فیلد | مقدار              |
      | type | org.example.answer |
      | data | بله                |
    آنگاه گردش کار باید با این خروجی پایان یابد:
      """yaml
      answer: بله
      """
    و دفتر ۱ رویداد از گونهٔ event-consumed دارد
