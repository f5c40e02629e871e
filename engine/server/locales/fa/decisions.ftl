### The card that says why a case went where it did.

decision-title = چرا این‌جا؟
decision-version = نسخهٔ { $version }
decision-inputs = آنچه به حساب آمد
decision-recorded = آنچه ثبت شده است
decision-above = قاعده‌هایی که پاسخ ندادند ({ $count })
decision-above-lead = به ترتیبِ جدول؛ کنار هر قاعده نخستین شرطی است که برقرار نبود.
decision-others = { $count } تصمیم دیگر
