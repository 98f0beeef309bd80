package server_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/server"
)

// A pipe is a listener within this process, so that time can be that of synctest.
type pipe struct {
	connections chan net.Conn
	closed      chan struct{}
}

func (p *pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.connections:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipe) Close() error   { close(p.closed); return nil }
func (p *pipe) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipe) dial() net.Conn {
	ours, theirs := net.Pipe()
	p.connections <- theirs
	return ours
}

// serve starts a server in a bubble of synctest.
func serve(t *testing.T, handler http.HandlerFunc) (*pipe, server.Limits) {
	limits := server.Default()
	p := &pipe{make(chan net.Conn), make(chan struct{})}
	s := limits.New(handler)
	go s.Serve(p)
	t.Cleanup(func() { s.Close(); synctest.Wait() })
	return p, limits
}

// drip sends a text, then a byte each second, until the connection ends, or for a day.
func drip(c net.Conn, begin string, done chan<- struct{}) {
	defer close(done)
	_, err := io.WriteString(c, begin)
	for began := time.Now(); err == nil && time.Since(began) < 24*time.Hour; {
		time.Sleep(time.Second)
		_, err = io.WriteString(c, "1")
	}
}

func TestWhatDripsEnds(t *testing.T) {
	t.Parallel()
	read := func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the body was read: %v", err)
		}
	}
	ignore := func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no", http.StatusForbidden) }
	header := func(l server.Limits) time.Duration { return l.Header }
	content := func(l server.Limits) time.Duration { return l.Body }
	for _, c := range []struct {
		name, begin string
		handler     http.HandlerFunc
		within      func(server.Limits) time.Duration
	}{
		{"a header", "GET / HTTP/1.1\r\nX: ", nil, header},
		{"a body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n", read, content},
		{"chunks", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2000\r\n", read, content},
		{"the size of a chunk", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", read, content},
		{"the body of a GET", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n", read, content},
		{"a body that nobody reads", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n", ignore, content},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, limits := serve(t, c.handler)
				conn := p.dial()
				defer conn.Close()
				began := time.Now()
				dripped := make(chan struct{})
				go drip(conn, c.begin, dripped)
				_, err := io.Copy(io.Discard, conn) // until the server ends it
				require.NoError(t, err)
				// net/http waits half a second before it closes, so that the answer can be read
				require.LessOrEqual(t, time.Since(began), c.within(limits)+time.Second)
				conn.Close()
				<-dripped
			})
		})
	}
}

// A handler may begin to read after the time for a body: the client waits for it, and
// then has its time, no less and no more.
func TestABodyThatIsReadLate(t *testing.T) {
	t.Parallel()
	const late = time.Hour
	for name, drips := range map[string]bool{"sent at once": false, "drips": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				read := make(chan error, 1)
				p, limits := serve(t, func(_ http.ResponseWriter, r *http.Request) {
					time.Sleep(late)
					_, err := io.ReadAll(r.Body)
					read <- err
				})
				conn := p.dial()
				defer conn.Close()
				began, sent := time.Now(), make(chan struct{})
				const head = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 10000\r\n\r\n"
				if drips {
					go drip(conn, head, sent)
				} else {
					go func() {
						defer close(sent)
						_, _ = io.WriteString(conn, head+strings.Repeat("x", 10000)) // the answer tells
					}()
				}
				_, err := io.Copy(io.Discard, conn)
				require.NoError(t, err)
				if drips {
					require.ErrorIs(t, <-read, os.ErrDeadlineExceeded)
					require.LessOrEqual(t, time.Since(began), late+limits.Body+time.Second)
				} else {
					require.NoError(t, <-read)
				}
				conn.Close()
				<-sent
			})
		})
	}
}

func TestAnIdleConnectionEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, limits := serve(t, func(http.ResponseWriter, *http.Request) {})
		conn := p.dial()
		defer conn.Close()
		began := time.Now()
		_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, conn)
		require.NoError(t, err)
		require.Equal(t, limits.Idle, time.Since(began))
	})
}

// An answer may take as long as it wants, whether the request had a body or not, and
// whether it was in time by much or not.
func TestAStreamIsNotCut(t *testing.T) {
	t.Parallel()
	for name, request := range map[string]string{
		"a GET":       "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		"a POST":      "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody",
		"with chunks": "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
					_, err := io.ReadAll(r.Body)
					for range 24 {
						time.Sleep(time.Hour)
						if err == nil {
							err = r.Context().Err()
						}
						_, _ = io.WriteString(w, "x")
						_ = http.NewResponseController(w).Flush()
					}
					if err != nil {
						t.Errorf("cut: %v", err)
					}
				})
				conn := p.dial()
				defer conn.Close()
				_, err := io.WriteString(conn, request)
				require.NoError(t, err)
				answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
				require.NoError(t, err)
				body, err := io.ReadAll(answer.Body)
				require.NoError(t, err)
				require.Equal(t, strings.Repeat("x", 24), string(body))
			})
		})
	}
}

// Deadlines are for one request: the next on the connection has its own.
func TestTheNextRequestHasItsOwnTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, limits := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) })
		conn := p.dial()
		defer conn.Close()
		in := bufio.NewReader(conn)
		for range 10 {
			for _, part := range []string{"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbo", "dy"} {
				_, err := io.WriteString(conn, part)
				require.NoError(t, err)
				time.Sleep(limits.Body / 2)
			}
			answer, err := http.ReadResponse(in, nil)
			require.NoError(t, err)
			body, err := io.ReadAll(answer.Body)
			require.NoError(t, err)
			require.Equal(t, "body", string(body))
		}
	})
}

// Who does not read an answer does not keep it in memory; who reads slowly gets all. A
// piece takes three reads at the most, which is less than the limit.
func TestWhoDoesNotReadIsGivenUp(t *testing.T) {
	t.Parallel()
	const size = 2 << 20
	for name, pause := range map[string]time.Duration{"never reads": 0, "reads slowly": 15 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ended := make(chan error, 1)
				p, limits := serve(t, func(w http.ResponseWriter, _ *http.Request) {
					_, err := w.Write(make([]byte, size))
					ended <- err
				})
				conn := p.dial()
				defer conn.Close()
				began := time.Now()
				_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
				require.NoError(t, err)
				if pause == 0 {
					select {
					case err := <-ended:
						require.ErrorIs(t, err, os.ErrDeadlineExceeded)
						require.Equal(t, limits.Write, time.Since(began))
					case <-time.After(24 * time.Hour):
						t.Error("the response waits for a client that does not read")
					}
					return
				}
				for read := 0; err == nil; { // 128 kB at a time
					time.Sleep(pause)
					var n int64
					n, err = io.CopyN(io.Discard, conn, 128<<10)
					read += int(n)
				}
				require.ErrorIs(t, err, io.EOF)
				require.NoError(t, <-ended)
				require.Greater(t, time.Since(began), limits.Write)
			})
		})
	}
}
