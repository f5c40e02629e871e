# Definitions that replace those of the library (same name and number of arguments) or that it lacks.
def now: $__now;
def repeat(f): def rec: ., (f | rec); rec;
def join($separator):
  reduce .[] as $item (null;
    (if . == null then "" else . + $separator end)
    + ($item | if . == null then "" elif . >= "" and . < [] then . else tojson end)
  ) // "";
def toarray: if . >= [] and . < {} then . else [.] end;
def IN(candidates): . as $item | any(candidates; . == $item);
def IN(items; candidates): any(items; IN(candidates));
def INDEX(items; key): reduce items as $item ({}; . + {($item | key | tostring): $item});
def INDEX(key): INDEX(.[]; key);
def ascii: [.] | implode;
