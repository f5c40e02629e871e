# Definitions that replace those of the library (same name and number of arguments) or that it lacks.
def now: $__now;
# These run as long as they are asked to; as paths (`recurse(f) |= g`) the library recurses on the stack for each step,
# so their outputs go through a variable, which has no path.
def repeat(f): def rec: ., (f | rec); rec as $item | $item;
def recurse(f): def rec: ., (f | rec); rec as $item | $item;
def recurse: ..;
def while(cond; update): def rec: if cond then ., (update | rec) else empty end; rec as $item | $item;
def until(cond; update): def rec: if cond then . else update | rec end; rec as $item | $item;
def getpath($path):
  if ($path | length) > 100 then error("the path is longer than 100 steps")
  else reduce $path[] as $step (.; .[$step]) end;
def join($separator):
  [][0] as $null
  | reduce .[] as $item ($null;
    (if . == $null then "" else . + $separator end)
    + ($item | if . == $null then "" elif . >= "" and . < [] then . else tojson end)
  ) // "";
def toarray: if . >= [] and . < {} then . else [.] end;
def IN(candidates): . as $item | any(candidates; . == $item);
def IN(items; candidates): any(items; IN(candidates));
def INDEX(items; key): reduce items as $item ({}; . + {($item | key | tostring): $item});
def INDEX(key): INDEX(.[]; key);
def ascii: [.] | implode;
