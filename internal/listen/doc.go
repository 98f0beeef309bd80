// Package listen is the delivering half of the local Stripe: endpoints, queued
// deliveries, attempts with retries, and the outcome of each.
//
// A [Hub] delivers each event to every endpoint that wants it. It retries a delivery
// that is not accepted, as the [Schedule] says, with a fresh signature each time.
// Deliveries to one endpoint run side by side within a bound. Each endpoint has its own
// queue, so a slow one delays no other. The queue is bounded, too: [Hub.Submit] says
// when it is full. [Chaos] makes deliveries come twice, late, out of order or never.
//
// Each change of a delivery can be seen: [Hub.Watch] reports all changes, [Hub.Follow]
// those of one delivery, and Hub.Report is called with each. With a journal, a change
// is on disk before it is reported.
//
// # Parts
//
// The hub puts together parts that each own their state and its lock: endpoints and
// their connections, the history of deliveries and events, the queue that says when each
// is delivered, watchers, the journal, and the lifecycle that ends them all. An attempt
// is recorded in recording.go and concluded in attempt.go.
//
// # Journal
//
// [Hub.OpenJournal] keeps every event and attempt in a file of JSON lines, and goes on
// where the file ends. Its first line is {"fakestripe_journal":2}. Each other line ends
// with a checksum ("sum", CRC-32C of the text before it), omitted here:
//
//	{"deliveries":[…],"event":"…"}                             an event and its deliveries
//	{"delivery":"dlv_1","state":"…","next":"…","attempt":{…}}  the outcome of an attempt
//	{"started":"…"}                                            a start of listen with unfinished deliveries
//
// The event is its exact text. Secrets are not kept, nor are the values of the user's
// own request headers. A line counts once it is complete: an attempt that was under way
// when the process was killed is made again. So an event arrives at least once. It
// arrives twice only if the process ended between the handler's answer and the line,
// and then the first attempt was never reported.
//
// A damaged line is reported and left where it is; all other lines count. When most of
// the file is finished and too old to be kept, [Hub.OpenJournal] compacts it: it writes
// the lines that are needed to a new file beside the journal, and renames that file.
//
// No two attempts of an event have the same timestamp, whichever processes made them.
// An attempt that is missing from the journal was under way when a process was killed:
// at most one per delivery and start. That many seconds are not used again.
//
// # Control
//
// [Control] is the HTTP route by which another process submits events to a running
// hub; [Client] is that process's side of it.
package listen
