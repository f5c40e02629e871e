### The console's own words.

product = Peygir
footer = Peygir — citizens' messages followed up until there is a result
skip-to-content = Skip to content
language-name = English
sign-out = Sign out
sign-in-help = To sign in, open your one-time link. The system's administrator makes a new one for you.
navigation = Parts of the system
to-home = To the desk
to-track = Track by code
error-code = Error code:
form-has-errors = The form was not taken. Please correct:
choose = — choose —
optional = (optional)
all = All
yes = Yes
no = No
find = Search
find-case = Find case
see-all = See all
pages = Pages of the list
next-page = Next page
list-and = { " and " }

nav-home = Desk
nav-inbox = Inbox
nav-calls = Call list
nav-intake = Register message
nav-cases = Cases
nav-outbox = Outgoing messages
nav-incidents = Incidents

home-title = Desk
home-mine = Claimed by me
home-mine-empty = You have claimed nothing.
home-inbox = Waiting in the inbox
home-inbox-empty = Nothing waits for you.
home-calls = Verification calls
home-calls-empty = No call is due now.
home-incidents = Open incidents

inbox-title = Inbox
inbox-lead = Tasks that you have claimed or may claim; the nearest deadline first.

calls-title = Call list
calls-lead = Call the citizen and ask whether the matter is solved.
attempt-of = Attempt { $attempt } of { $max }
not-before = not before
no-phone = no number on record
call-whom = Call this citizen

citizen-text = The citizen's message
citizen-answer = The citizen's answer
task-facts = About this task
status = Status
due = Due
for-role = For
agency = Agency
created-at = Created
round = Round
case = Case
to-case = See the case
your-answer = Your answer
answer = Answer
claim = Claim task
claim-lead = Once you claim it, the task is yours and others will not take it.
complete = Submit answer
release = Release task
task-not-yours = This task is not yours now.

intake-title = Register a citizen's message
intake-lead = Fill in while the citizen is on the phone or at the desk; the tracking code goes out by SMS.
intake-citizen = Citizen
intake-on-behalf = The message concerns somebody else
intake-on-behalf-lead = Write the details of the person concerned, not of the caller.
intake-message = Message
citizen-name = Full name
national-id = National ID
mobile = Mobile
message-text = Message text
topic = Topic
county = County
channel = Channel
register = Register

cases-title = Cases
cases-empty = No case matches.
cases-no-such-code = No case in your scope has this tracking code.
tracking-code = Tracking code
stage = Stage
opened-at = Registered
closed-at = Closed
not-classified = Not classified yet

case-title = Case { $code }
case-flow = Where the flow stands
flow-steps = Steps of the flow
flows-ended = Flows that have ended ({ $count })
case-tasks = Tasks
case-tasks-empty = There is no task yet.
case-messages = Messages sent
case-messages-empty = There is no message.
case-citizen = Citizen
case-on-behalf = Concerning
case-facts = Details
case-timeline = Story of the case
timeline-all = All events, { $count } technical ones among them
manager = Duty manager
repeats = Times told besides
satisfaction = Citizen's satisfaction
satisfaction-of = { $value } of 5
show-clear = Show full details
show-clear-note = Each time it is shown is recorded with your name.
clear-journalled = Full details are shown, and that is recorded with your name.
round-number = Round { $round }

outbox-title = Outgoing messages
outbox-lead = Messages to citizens and agencies, sent or waiting to be.
outbox-unsent = No gateway is configured for { $channels }: these messages are not sent; they are only kept in the outbox folder.
to-recipient = to
tries = { $count ->
        [one] { $count } attempt
       *[other] { $count } attempts
    }
next-try = next attempt

incidents-title = Incidents
incidents-lead = What the system could not finish by itself and what waits for a person's word.
incidents-empty = No incident is open.
message-from = From:
retry = Try again
settle = Settled
settle-note = How was it settled?
settle-confirm = Record as settled

done-claimed = The task is yours now.
done-released = The task was released.
done-completed = Your answer was recorded.
done-registered = The message is registered. Tell the citizen the tracking code.
done-retried = It is being tried again.
done-settled = Recorded as settled.
done-note-missing = Not recorded: write how it was settled.

span-moment = a moment
span-minutes = { $count ->
        [one] { $count } minute
       *[other] { $count } minutes
    }
span-hours = { $count ->
        [one] { $count } hour
       *[other] { $count } hours
    }
span-days = { $count ->
        [one] { $count } day
       *[other] { $count } days
    }
span-pair = { $first } { $second }
due-past = { $span } overdue
due-ahead = { $span } left
nav-instances = Flows at work
instances-title = Instances of flows
instances-lead = Every run of a flow: where it stands, what went in and what came out.
instances-empty = No instance fits.
instance = Instance
workflow = Flow
started-at = Started
ended-at = Ended
started-by = Started by
started-from = Started from instance
started-until = Started until
stands-at = Where it stands
waits-for = waits for
timeout-at = times out
flow-picture = The flow
flow-input = Input
flow-output = Output
reason = Reason
resume = Resume
instance-restart = Begin anew
instance-restarted-as = Begun anew as
instance-restart-lead = Trying again runs the failed step with the decision that was made. Beginning anew asks the rules in force from the beginning of the flow.
instance-suspend = Suspend
instance-suspend-confirm = Suspend now
instance-cancel = Cancel
instance-cancel-confirm = Cancel for good
done-suspended = The instance is suspended.
done-restarted = The flow has begun anew, by the rules in force.
done-resumed = The instance goes on.
done-cancelled = The instance is cancelled.
done-reason-missing = A reason is needed; nothing was done.
day-example = 2026-11-21
