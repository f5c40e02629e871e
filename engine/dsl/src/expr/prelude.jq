# What operators become.
def __modify(paths; update): [path(paths)] as $paths | __update($paths; update);
def __assign(paths; $value): [path(paths)] as $paths | __put($paths; $value);

# Definitions that replace those of the library (same name and number of arguments) or that it lacks.
def now: $__now;
# These run as long as they are asked to. As paths (`recurse(f) |= g`) each step would make the path longer, and the library
# drops a path on the stack; so their outputs go through a variable, which has no path.
def repeat(f): def rec: f, rec; rec as $item | $item;
def recurse(f): def rec: ., (f | rec); rec as $item | $item;
def recurse: ..;
def while(cond; update): def rec: if cond then ., (update | rec) else empty end; rec as $item | $item;
def until(cond; update): def rec: if cond then . else update | rec end; rec as $item | $item;
def getpath($path):
  if ($path | length) > 100 then error("the path is longer than 100 steps")
  else reduce $path[] as $step (.; .[$step]) end;
def join($separator): __join($separator);
def toarray: if . >= [] and . < {} then . else [.] end;
def IN(candidates): . as $item | any(candidates; . == $item);
def IN(items; candidates): any(items; IN(candidates));
def INDEX(items; key): reduce items as $item ({}; . + {($item | key | tostring): $item});
def INDEX(key): INDEX(.[]; key);
def ascii: [.] | implode;
def setpath($path; $value): __put([$path]; $value);
def delpaths($paths): __delete($paths);
def del(f): [path(f)] as $paths | __delete($paths);
def pick(f): . as $in | reduce path(f) as $path (null; . as $out | $in | getpath($path) as $value | $out | setpath($path; $value));
def combinations: map(map([.])) | reduce .[] as $items ([]; . + $items[]);

# Regular expressions.
def __pattern: if isarray then . else [., null] end;
def __captured: reduce (.captures[] | select(.name != null)) as $group ({}; . + {($group.name): $group.string});
def __flags: if . == null then "" else . end;
def test($re; $flags): __test($re; $flags);
def test($re): ($re | __pattern) as [$re, $flags] | __test($re; $flags);
def match($re; $flags): __match($re; $flags)[];
def match($re): ($re | __pattern) as [$re, $flags] | __match($re; $flags)[];
def capture($re; $flags): __match($re; $flags)[] | __captured;
def capture($re): ($re | __pattern) as [$re, $flags] | __match($re; $flags)[] | __captured;
def scan($re; $flags):
  __match($re; ($flags | __flags) + "g")[] | if (.captures | length) > 0 then [.captures[].string] else .string end;
def scan($re): scan($re; null);
def splits($re; $flags): __pieces($re; ($flags | __flags) + "g")[] | select(isstring);
def splits($re): splits($re; null);
def split($re; $flags): [splits($re; $flags)];
def sub($re; f; $flags):
  . as $in
  | (reduce __pieces($re; $flags)[] as $piece ({texts: [], gap: ""};
      if $piece | isstring then .gap = $piece
      else [$piece | __captured | f] as $made
        | reduce range($made | length) as $i (.; .texts[$i] += .gap + $made[$i])
      end)
    | .texts[] + .gap) // $in;
def sub($re; f): sub($re; f; null);
def gsub($re; f; $flags): sub($re; f; ($flags | __flags) + "g");
def gsub($re; f): sub($re; f; "g");

# Formats.
def @csv: __csv;
def @tsv: __tsv;
def @base32: tostring | __to_base32;
def @base32d: tostring | __from_base32;

# What the library lacks.
def trimstr($text): ltrimstr($text) | rtrimstr($text);
def limit($n; f): if $n < 0 then error("limit doesn't support negative count") else __limit($n; f) end;
def skip($n; f): if $n < 0 then error("skip doesn't support negative count") else __skip($n; f) end;
def nth($n; f): if $n < 0 then error("nth doesn't support negative indices") else first(__skip($n; f)) end;
def flatten($depth):
  if $depth < 0 then error("flatten depth must not be negative")
  else reduce .[] as $item ([]; . + if ($item | isarray) and $depth > 0 then $item | flatten($depth - 1) else [$item] end) end;
def from_entries:
  reduce .[] as $entry ({}; . + {
    ($entry | .key // .Key // .name // .Name): ($entry | if has("value") then .value else .Value end)
  });
def have_literal_numbers: true;
def have_decnum: false;
def JOIN($index; key): [.[] | [., $index[key]]];
def JOIN($index; items; key): items | [., $index[key]];
def JOIN($index; items; key; made): items | [., $index[key]] | made;
def truncate_stream(events):
  . as $n | null | events | . as $event
  | if ($event[0] | length) > $n then setpath([0]; $event[0][$n:]) else empty end;
def tostream:
  path(def rec: (.[]? | rec), .; rec) as $path
  | getpath($path)
  | reduce path(.[]?) as $last ([$path, .]; [$path + $last]);
def fromstream(events):
  foreach events as $event ({};
    (if .done then {} else . end)
    | if ($event | length) > 1 then .done = ($event[0] == []) | setpath(["whole"] + $event[0]; $event[1])
      else .done = (($event[0] | length) == 1) end;
    if .done then .whole else empty end);
def date: todate;
def dateadd($unit; $n): . + $n;
def datesub($unit; $n): . - $n;
def __broken_down:
  if isarray then
    if any(.[:6][]; isnumber | not) then error("a date is an array of numbers: year, month, day, hour, minute, second")
    else [(.[:6] + [0, 1, 0, 0, 0, 0][length:] | .[:5][] | floor), (.[5] // 0)] + .[6:] end
  end;
def mktime: __broken_down | __mktime;
def strftime($format): __broken_down | __strftime($format);
def contains($other): __compare($other) as $paid | __contains($other);
def indices($other): __compare($other) as $paid | __indices($other);
