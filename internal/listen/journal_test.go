package listen_test

import (
	"bytes"
	"context"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
)

func journaled(t testing.TB, path string, hub *listen.Hub) listen.Restored {
	t.Helper()
	restored, err := hub.OpenJournal(path)
	require.NoError(t, err)
	return restored
}

func TestAJournalIsTakenUp(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "journal")
		hub := new(listen.Hub)
		require.Zero(t, journaled(t, path, hub))
		first := &shop{answers: []int{500, 500, 200}}
		add(t, hub, listen.Endpoint{Handler: first})
		retried := submit(t, hub, newEvent(t, "charge.succeeded"))[0]
		time.Sleep(1500 * time.Millisecond) // two attempts
		accepted := wait(t, hub, submit(t, hub, newEvent(t, "charge.failed"))[0])
		before := hub.Deliveries(0)
		shutdown(t, hub)

		second := new(shop)
		hub = new(listen.Hub)
		require.Equal(t, listen.Restored{Events: 2, Attempts: 3, Waiting: 1}, journaled(t, path, hub))
		require.Len(t, hub.Waits(), 1)
		require.Equal(t, before[1].Attempts[0].ResponseBody, hub.Deliveries(0)[1].Attempts[0].ResponseBody)
		add(t, hub, listen.Endpoint{Handler: second})
		require.Empty(t, hub.Waits())
		d := wait(t, hub, retried)
		require.Equal(t, 3*time.Second, time.Since(epoch), "when it was due")
		require.Len(t, d.Attempts, 3)
		require.Equal(t, []string{retried.EventID}, second.ids())
		again, ok := hub.Delivery(accepted.ID)
		require.True(t, ok)
		require.Equal(t, accepted.Body, again.Body)
		require.Equal(t, "dlv_3", submit(t, hub, newEvent(t, "charge.succeeded"))[0].ID)
		synctest.Wait()
		shutdown(t, hub)

		hub = new(listen.Hub)
		require.Equal(t, listen.Restored{Events: 3, Attempts: 5}, journaled(t, path, hub))
		shutdown(t, hub)
	})
}

// The process before may have sent the event in any second: each starts in the one in
// which the other ended.
// A journal that an earlier release wrote, killed in the middle, is taken up: it lacks what
// deliveries have had since then, such as triggers.
func TestAnOlderJournalIsTakenUp(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	written, err := os.ReadFile("testdata/journal-without-triggers")
	require.NoError(t, err)
	require.NotContains(t, string(written), `"trigger"`)
	path := filepath.Join(t.TempDir(), "journal")
	require.NoError(t, os.WriteFile(path, written, 0o600))
	for range 2 { // and once more after it was written to
		hub := new(listen.Hub)
		restored := journaled(t, path, hub)
		require.Equal(t, 1, restored.Events)
		require.GreaterOrEqual(t, restored.Attempts, 3)
		d := hub.Deliveries(0)[0]
		require.Equal(t, "evt_1A5WJW1t0MvI2BgI0nN8DXuh", d.EventID)
		require.Zero(t, d.Trigger)
		require.Equal(t, http.StatusBadRequest, d.Attempts[2].Status)
		handler := new(shop)
		add(t, hub, listen.Endpoint{URL: "http://localhost:4391/", Handler: handler})
		require.Equal(t, listen.Delivered, wait(t, hub, d).State)
		shutdown(t, hub)
	}
}

func TestNoTimestampOfAnotherProcessIsRepeated(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "journal")
		handler := &shop{answers: slices.Repeat([]int{500}, 30)}
		processes := 0
		for delivered := false; !delivered; processes++ {
			hub := &listen.Hub{Retries: slices.Repeat(listen.Schedule{time.Millisecond}, 50)}
			journaled(t, path, hub)
			enough, tries := make(chan struct{}, 1), 0
			hub.Report = func(d listen.Delivery) {
				if tries++; tries >= 8 || d.State == listen.Delivered {
					select {
					case enough <- struct{}{}:
					default:
					}
				}
			}
			add(t, hub, listen.Endpoint{Handler: handler})
			if processes == 0 {
				submit(t, hub, newEvent(t, "charge.succeeded"))
			}
			<-enough
			delivered = shutdown(t, hub).Waiting == 0
		}
		require.Greater(t, processes, 3)
		stamps := make(map[string]bool)
		for _, a := range handler.arrivals() {
			stamp, _, _ := strings.Cut(a.signature, ",")
			stamps[stamp] = true
		}
		require.Len(t, handler.arrivals(), 31)
		require.Len(t, stamps, 31)
	})
}

func TestATornLineIsCutOff(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	bubble(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "journal")
		hub := new(listen.Hub)
		journaled(t, path, hub)
		add(t, hub, listen.Endpoint{Handler: always(200)})
		wait(t, hub, submit(t, hub, newEvent(t, "charge.succeeded"))[0])
		shutdown(t, hub)
		whole, err := os.ReadFile(path)
		require.NoError(t, err)
		lines := bytes.SplitAfter(whole, []byte("\n"))
		require.Len(t, lines, 4) // the last is empty

		for cut := 0; cut < len(whole); cut++ {
			if near := bytes.IndexByte(whole[cut:], '\n'); near > 3 && near < len(lines[1])-3 && cut%101 != 0 {
				continue // inside a line
			}
			require.NoError(t, os.WriteFile(path, whole[:cut], 0o600))
			hub := new(listen.Hub)
			restored, err := hub.OpenJournal(path)
			require.NoError(t, err, "cut at %d", cut)
			complete := bytes.LastIndexByte(whole[:cut], '\n') + 1
			if complete > 0 {
				require.Equal(t, cut-complete, restored.Torn)
			}
			require.Equal(t, cut >= len(lines[0])+len(lines[1]), restored.Waiting == 1)
			shutdown(t, hub)
			got, err := os.ReadFile(path)
			require.NoError(t, err)
			require.True(t, strings.HasPrefix(string(got), string(whole[:max(complete, len(lines[0]))])))
			if restored.Waiting == 0 {
				require.Len(t, got, max(complete, len(lines[0])))
			} else {
				require.Regexp(t, `^{"started":"[^"]*","sum":"[0-9a-f]{8}"}\n$`, string(got[complete:]))
			}
		}
	})
}

func TestWhatAJournalMayNotBe(t *testing.T) {
	t.Parallel()
	const first = `{"fakestripe_journal":2}` + "\n"
	const event = `{"deliveries":[{"id":"dlv_1","event_id":"evt_1","type":"","endpoint":"we_1","url":"u","state":"waiting","created":"2026-11-22T10:00:00Z"}],"event":"{\"id\":\"evt_1\"}"}` + "\n"
	for _, c := range []struct{ name, text, want string }{
		{"somebody's notes", "dear diary\n", "line 1: not a fakestripe journal, whose first line is {\"fakestripe_journal\":2}: choose another file"},
		{"a line without an end", "dear diary", "line 1: not a fakestripe journal"},
		{"other JSON", `{"a":1}` + "\n", "line 1: not a fakestripe journal"},
		{"a later format", `{"fakestripe_journal":3}` + "\n", "line 1: format 3, from another version of fakestripe (this one reads format 2): choose another file"},
		{"the format without checksums", `{"fakestripe_journal":1}` + "\n" + event, "line 1: format 1, from another version of fakestripe"},
		{"junk in the middle", first + "junk}\n" + event, "line 2: not a journal entry: invalid character"},
		{"an unknown key", first + `{"event":"{}","evnt":1}` + "\n", `line 2: not a journal entry: json: unknown field "evnt"`},
		{"two values", first + `{"event":"{}"} {"event":"{}"}` + "\n", "line 2: not a journal entry: more than one value"},
		{"nothing", first + event + `{}` + "\n", "line 3: neither an event nor a delivery"},
		{"no event", first + `{"event":"oops"}` + "\n", "line 2: event: line 1, column 1"},
		{"twice", first + event + event, "line 3: duplicate delivery dlv_1"},
		{"a strange id", first + strings.ReplaceAll(event, "dlv_1", "dlv_01"), `line 2: delivery "dlv_01": want dlv_ and a number`},
		{"a strange beginning", first + strings.ReplaceAll(event, "waiting", "sending"), `line 2: delivery dlv_1: unexpected initial state "sending"`},
		{"of nobody", first + `{"delivery":"dlv_1","state":"delivered"}` + "\n", `line 2: delivery "dlv_1": not in any earlier line`},
		{"a strange state", first + event + `{"delivery":"dlv_1","state":"lost"}` + "\n", `line 3: delivery dlv_1: state "lost"`},
		{"after the end", first + event + strings.Repeat(`{"delivery":"dlv_1","state":"delivered"}`+"\n", 2), "line 4: delivery dlv_1: already delivered"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "journal")
			c.text = listen.SealLines(c.text)
			require.NoError(t, os.WriteFile(path, []byte(c.text), 0o644))
			_, err := new(listen.Hub).OpenJournal(path)
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, path)
			got, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, c.text, string(got), "it is not touched")
		})
	}
	_, err := new(listen.Hub).OpenJournal(t.TempDir())
	require.Error(t, err, "a folder")
	_, err = new(listen.Hub).OpenJournal(filepath.Join(t.TempDir(), "none", "journal"))
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// A line without end is not read to its end.
func TestALineOfAJournalIsBounded(t *testing.T) {
	realpart.Gate(t)
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	const first = `{"fakestripe_journal":2}` + "\n"
	require.NoError(t, os.WriteFile(path, []byte(first), 0o600))
	require.NoError(t, os.Truncate(path, 1<<40)) // takes no room on the disk
	_, err := new(listen.Hub).OpenJournal(path)
	require.EqualError(t, err, "journal "+path+": line 2: longer than 33 MiB: choose another file, or remove the line")

	// The largest event that is taken is read, also with what escaping adds.
	body := []byte(`{"id":"evt_1","a":"` + strings.Repeat(`\"`, listen.MaxEvent/2-20) + `"}`)
	event, err := webhooktest.ParseEvent(body)
	require.NoError(t, err)
	path = filepath.Join(t.TempDir(), "journal")
	hub := new(listen.Hub)
	journaled(t, path, hub)
	add(t, hub, listen.Endpoint{Handler: always(200)})
	wait(t, hub, submit(t, hub, event)[0])
	shutdown(t, hub)
	hub = new(listen.Hub)
	require.Equal(t, 1, journaled(t, path, hub).Events)
	shutdown(t, hub)
}

func TestAJournalInUseIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	hub := new(listen.Hub)
	journaled(t, path, hub)
	_, err := new(listen.Hub).OpenJournal(path)
	require.ErrorContains(t, err, "in use by another process")
	shutdown(t, hub)
	hub = new(listen.Hub)
	journaled(t, path, hub)
	shutdown(t, hub)
}

func TestAJournalHoldsNoSecret(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	chatty := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Config", secret)
		_, _ = w.Write([]byte("my secret is " + secret + " and my key " + r.Header.Get("X-Api-Key")[:0]))
	})
	server := newServer(t, chatty)
	hub := new(listen.Hub)
	require.NoError(t, os.WriteFile(path, nil, 0o666))
	journaled(t, path, hub)
	header := http.Header{"X-Api-Key": {"hunter2"}, "Authorization": {"Bearer hunter3"}}
	add(t, hub, listen.Endpoint{URL: strings.Replace(server, "http://", "http://me:hunter4@", 1), Header: header})
	d := wait(t, hub, submit(t, hub, newEvent(t, "charge.succeeded"))[0])
	submit(t, hub, newEvent(t, "charge.succeeded"), "secret=whsec_hunter5")
	shutdown(t, hub)

	require.Equal(t, "my secret is … and my key ", d.Attempts[0].ResponseBody)
	require.Equal(t, "…", d.Attempts[0].Response.Get("X-Config"))
	require.Equal(t, "…", d.Attempts[0].Request.Get("Authorization"))
	require.Equal(t, "Stripe/1.0 (+https://stripe.com/docs/webhooks)", d.Attempts[0].Request.Get("User-Agent"))
	require.NotEmpty(t, d.Attempts[0].Request.Get("Host"))
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NotContains(t, string(data), secret)
	require.NotContains(t, string(data), "hunter")
	require.Contains(t, string(data), `"X-Api-Key":["…"]`)
	require.Contains(t, string(data), d.Attempts[0].Request.Get("Stripe-Signature"))
	info, err := os.Stat(path)
	require.NoError(t, err)
	if runtime.GOOS != "windows" { // which has no such permissions
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
}

// A mutation's secret is not kept, and so cannot be sent again.
func TestWhatCannotBeTakenUp(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "journal")
		hang := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		hub := new(listen.Hub)
		journaled(t, path, hub)
		endpoint := add(t, hub, listen.Endpoint{URL: "/a", Handler: hang})
		secret := submit(t, hub, newEvent(t, "charge.succeeded"), "secret=whsec_other")[0]
		compact := submit(t, hub, newEvent(t, "charge.succeeded"), "compact")[0]
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		hub.Shutdown(ctx)

		hub = new(listen.Hub)
		require.Equal(t, 2, journaled(t, path, hub).Waiting)
		add(t, hub, listen.Endpoint{URL: "/b", Handler: always(200)})
		require.Len(t, hub.Waits(), 2, "another endpoint")
		add(t, hub, listen.Endpoint{ID: endpoint.ID, URL: "/moved", Handler: new(shop)})
		require.Equal(t, "the journal does not keep the mutation's secret", wait(t, hub, secret).Reason)
		require.Equal(t, listen.Delivered, wait(t, hub, compact).State)
		shutdown(t, hub)
	})
}

func TestAJournalThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		hub := new(listen.Hub)
		journaled(t, filepath.Join(t.TempDir(), "journal"), hub)
		var reported []string
		hub.Report = func(d listen.Delivery) { reported = append(reported, d.State) }
		add(t, hub, listen.Endpoint{Handler: &shop{takes: time.Second}})
		d := submit(t, hub, newEvent(t, "charge.succeeded"))[0]
		synctest.Wait()
		hub.BreakJournal()
		<-hub.Failed()
		require.ErrorContains(t, hub.Err(), "deliveries have stopped")
		for d = range hub.Follow(t.Context(), d.ID) {
		}
		require.Equal(t, listen.Waiting, d.State, "who follows is let go")
		require.Equal(t, []string{listen.Sending}, reported, "nobody is told of an attempt that is not on disk")
		_, err := hub.Submit(t.Context(), listen.Request{Event: newEvent(t, "charge.succeeded")})
		require.ErrorIs(t, err, hub.Err())
		require.Len(t, shutdown(t, hub).Undelivered, 1)
	})
}

// What goes to several endpoints is taken back as a whole.
func TestAnEventThatCannotBeJournaled(t *testing.T) {
	t.Parallel()
	hub := new(listen.Hub)
	journaled(t, filepath.Join(t.TempDir(), "journal"), hub)
	for _, url := range []string{"/a", "/b", "/c"} {
		add(t, hub, listen.Endpoint{URL: url, Handler: always(200)})
	}
	hub.BreakJournal()
	event := newEvent(t, "charge.succeeded")
	_, err := hub.Submit(t.Context(), listen.Request{Event: event})
	require.ErrorContains(t, err, "deliveries have stopped")
	require.Empty(t, hub.Deliveries(0))
	require.False(t, hub.Undelivered(event.ID()))
	summary := shutdown(t, hub)
	require.Zero(t, summary.Waiting)
	require.Zero(t, summary.Events)
}

func TestTextThatIsNotUTF8(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	body := []byte("{\"id\":\"evt_1\",\"note\":\"\xff\"}")
	event, err := webhooktest.ParseEvent(body)
	require.NoError(t, err)
	hub := new(listen.Hub)
	journaled(t, path, hub)
	add(t, hub, listen.Endpoint{Handler: always(200)})
	wait(t, hub, submit(t, hub, event)[0])
	shutdown(t, hub)
	hub = new(listen.Hub)
	journaled(t, path, hub)
	d, _ := hub.Delivery("dlv_1")
	require.Equal(t, body, d.Body)
	shutdown(t, hub)
}
