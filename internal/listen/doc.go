// Package listen delivers events as Stripe does: endpoints, queues, attempts with
// retries, and the result of each.
//
// A [Hub] delivers each event to every endpoint that wants it. It retries failed
// deliveries on a [Schedule], with a fresh signature each time. Each endpoint has its own
// queue and its own limit of concurrent deliveries, so a slow endpoint delays no other.
// The total is bounded, too: [Hub.Submit] fails when the queue is full. [Chaos]
// duplicates, delays, reorders and drops deliveries.
//
// [Hub.Watch] reports all changes, [Hub.Follow] those of one delivery, and Hub.Report is
// called with each. With a journal, a change is on disk before it is reported.
//
// # Parts
//
// The hub combines parts that each own their state and its lock: the endpoints and their
// connections, the history of deliveries and events, the queue that times deliveries, the
// watchers, the journal, and the lifecycle that ends them all. recording.go records an
// attempt; attempt.go concludes it.
//
// # Journal
//
// [Hub.OpenJournal] keeps every event and attempt in a file of JSON lines, and appends to
// an existing one. The first line is {"fakestripe_journal":2}. Each other line ends with
// a checksum ("sum", CRC-32C of the text before it), omitted here:
//
//	{"deliveries":[…],"event":"…"}                             an event and its deliveries
//	{"delivery":"dlv_1","state":"…","next":"…","attempt":{…}}  the outcome of an attempt
//	{"started":"…"}                                            a start of listen with unfinished deliveries
//
// The event is its exact text. Secrets are not kept, nor are the values of the user's own
// request headers. Only complete lines count: an attempt interrupted by a crash is made
// again, so events arrive at least once. One arrives twice only if the process died
// between the handler's response and the line, and then the first attempt was never
// reported.
//
// Damaged lines are reported and left in place; all others count. When most of the file
// is finished and too old to keep, [Hub.OpenJournal] compacts it: it writes the needed
// lines to a new file next to the journal, and renames that file.
//
// No two attempts of an event have the same timestamp, even across processes. A crash can
// lose at most one attempt per delivery and start, so that many extra seconds are treated
// as used.
//
// # Control
//
// [Control] is the HTTP route for submitting events from another process; [Client] is its
// client.
package listen
