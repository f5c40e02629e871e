### Stages of cases and states of things. `bare` is the short form, for lists and where arguments are missing.

stage-registered = Your message is registered and waits to be looked at.
    .bare = Registered
stage-classifying = Your message is registered and an operator is finding its topic.
    .bare = Being classified
stage-referred = Referred to { $agency }, which has until { $due } to reply.
    .bare = Referred
stage-overdue = { $agency } is past its deadline and inspection has been told.
    .bare = Overdue
stage-verifying = The agency has replied; you will be called to verify that it is solved.
    .bare = Verification
stage-inspecting = An inspector is looking into the matter.
    .bare = With an inspector
stage-closed-solved = The matter was solved and the case is closed.
    .bare = Solved
stage-closed-unreached = The case is closed; the verification calls were not answered.
    .bare = Closed, not reached
stage-closed-other = The case is closed.
    .bare = Closed
stage-new-round = The reply did not hold and a new round has begun.
    .bare = New round
stage-faulted = Handling ran into a fault, and it is being looked after.
    .bare = Needs attention

case-open = Open
case-closed = Closed

task-open = Waiting
task-claimed = Claimed
task-scheduled = Scheduled
task-completed = Completed
task-expired = Expired
task-withdrawn = Withdrawn

message-ready = Queued
message-sending = Sending
message-sent = Sent
message-delivered = Delivered
message-failed = Failed
message-ambiguous = Unknown
message-dropped = Dropped
message-withdrawn = Withdrawn
message-expired = Expired
message-not-sent = Not sent

incident-message-failed = A message could not be sent
incident-message-ambiguous = Nobody knows whether a message was sent
incident-message-expired = A message was not sent in time
incident-unaddressed = A message has no recipient
incident-message-unread = No case could be made of a message
incident-flow-fault = A flow stopped with a fault
incident-status-open = Open
incident-status-retried = Tried again
incident-status-settled = Settled
incident-status-passed = Passed by itself
incident-status-resolved = Settled

flow-active = Running
flow-running = Running
flow-waiting = Waiting
flow-pending = Pending
flow-suspended = Suspended
flow-completed = Completed
flow-faulted = Stopped with a fault
flow-cancelled = Cancelled

step-state-done = done
step-state-current = current step
step-state-ahead = ahead

step-open = Open case
step-propose = Propose topic
step-classify = Classify
step-classified = Classified
step-route = Route
step-refer = Refer
step-confirm = Confirm to citizen
step-tell = Tell
step-notify = Notify
step-solve = Manager's work
step-verify = Verification
step-judge = Result
step-again = New round
step-anotherRound = Another round?
step-inspect = Inspection
step-close = Close case
step-closing = Closing message
step-end = End

channel-phone = Phone
channel-sms = SMS
channel-mail = Mail
channel-web = Web
channel-letter = Letter
channel-in-person = In person
channel-call = Call

role-operator = Operator
role-duty-manager = Duty manager
role-agency-head = Head of agency
role-inspector = Inspector
role-inspection-centre = Inspection centre
role-administrator = Administrator
role-auditor = Auditor
role-governor-office = Governor's office
role-routing-owner = Owner of the routing rules
role-connector = Connector

outcome-solved = Solved
outcome-unsolved = Not solved
outcome-unreached = Not reached
outcome-answered = Answered
outcome-expired = Expired
outcome-cancelled = Cancelled
outcome-closed-by-event = Closed by an event

actor-system = System
actor-engine = System
actor-timer = System
actor-flow = Flow
actor-citizen = Citizen
actor-token = Program { $name }
actor-connector = Connector { $name }
