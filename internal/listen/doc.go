// Package listen is the delivering half of the local Stripe: endpoints, a queue of
// deliveries, attempts with retries, and what came of each.
//
// A [Hub] takes events and delivers each to every endpoint that wants it. A delivery
// that is not accepted is tried again, as the [Schedule] says, each time freshly
// signed. Deliveries to one endpoint run side by side within a bound; each endpoint
// has a queue of its own, so that a slow one holds up no other. What waits is bounded
// too: [Hub.Submit] says when the queue is full. [Chaos] makes deliveries come twice,
// late, out of order or never.
//
// A delivery goes through its states with everybody looking: [Hub.Watch] tells of
// each change, [Hub.Follow] of those of one delivery, Hub.Report is called with each.
// With a journal, what is told is on disk before.
//
// # Journal
//
// [Hub.OpenJournal] keeps every event and attempt in a file of JSON lines, and takes
// up where the file ends. Its first line is {"fakestripe_journal":2}. Others end with a
// checksum ("sum", CRC-32C of what is before it), left out here:
//
//	{"deliveries":[…],"event":"…"}                             an event, and its way to each endpoint
//	{"delivery":"dlv_1","state":"…","next":"…","attempt":{…}}  what came of an attempt
//	{"started":"…"}                                            listen was started, and something went on
//
// The event is its exact text. Secrets are not kept, nor are the values of request
// headers that are the user's own. A line counts when it is complete: an attempt that
// was under way when the process was killed is made again. So an event arrives at
// least once, and twice only if the process ended between the handler's answer and
// the line; nobody was told of such an attempt.
//
// A line that is not as it was written is told of and left where it is; all others
// count. When most of the file is finished and too old to be kept, [Hub.OpenJournal]
// leaves that out: it writes what is needed beside the journal, and renames it.
//
// No two attempts of an event have the same timestamp, whichever processes made them.
// An attempt that the journal does not have was under way when a process was killed:
// one of each delivery for each start. So many seconds are not used again.
//
// # Control
//
// [Control] is the HTTP route by which another process hands events to a running
// hub; [Client] is that process's side of it.
package listen
