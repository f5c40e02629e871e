### The flow as a whole: its name, what starts it, its limits, its end; and the numbers of its parts.

flow-titled = The flow “{ $title }” ({ $name }).
flow-named = The flow { $name }.
flow-input-schema = Its input is checked against its schema before it starts.
flow-timeout = All of it may take { $duration } at most; after that it stops with a timeout.
flow-output = At its end it puts out { $value }.

start-called = It starts when somebody or another flow runs it.
start-one = It starts with each { $events }.
start-all = It starts when all of these have come: { $events }.
start-any = It starts when any of these comes: { $events }.
start-many = It starts when any of these comes: { $events }.
start-cron = It starts { $when } ({ $zone } time).
start-every = It starts every { $duration }, even while an earlier run goes on.
start-after = It starts again { $duration } after each run has ended.
catch-up-once = If the system was down, the times it missed are run once, all together.
catch-up-skip = Times it missed while the system was down are not run.
catch-up-all = Times it missed while the system was down are all run.
overlap-skip = A time that comes while a run goes on is left out.
overlap-queue = A time that comes while a run goes on waits for its end.
zone-Asia-Tehran = Tehran

number-function = F{ $count }
number-before = B{ $count }
number-after = A{ $count }
section-function = The function { $name }, which the flow itself defines:
section-function-label = Function { $name }
section-before = The extension { $name } does this before { $tasks }:
section-before-label = Extension { $name }, before { $tasks }
section-after = The extension { $name } does this after { $tasks }:
section-after-label = Extension { $name }, after { $tasks }
section-when = Only if { $condition }.
extended-all = every step
extended-composite = every composite step
extended-call = every call
extended-emit = every emitted event
extended-for = every loop
extended-listen = every wait for events
extended-raise = every raised error
extended-run = every run of a process
extended-set = every assignment
extended-switch = every decision
extended-try = every step that catches errors
extended-wait = every wait
