package main

import (
	"cmp"
	"context"
	"io/fs"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// watchEvery is the interval of checks, maxWatched the maximum number of files.
const (
	watchEvery = 500 * time.Millisecond
	maxWatched = 20_000
)

// A watcher detects changed files in a folder, and a handler that was restarted or becomes
// reachable again.
type watcher struct {
	dir     string
	url     string
	files   map[string]stamp
	servers map[string]bool
	away    bool
}

// A stamp distinguishes versions of a file.
type stamp struct {
	modified time.Time
	size     int64
}

// look takes a snapshot.
func (w *watcher) look(ctx context.Context) {
	w.files = stamps(w.dir)
	w.servers = serversOf(w.url)
	w.away = !reachable(ctx, w.url)
}

// wait returns what has changed, or "" at the end of the context.
func (w *watcher) wait(ctx context.Context, ticks <-chan time.Time) string {
	for {
		select {
		case <-ctx.Done():
			return ""
		case <-ticks:
			if why := w.changed(ctx); why != "" {
				return why
			}
		}
	}
}

// changed describes the difference from the snapshot.
func (w *watcher) changed(ctx context.Context) string {
	now := stamps(w.dir)
	if !maps.Equal(now, w.files) {
		return changedFile(w.files, now) + " changed"
	}
	was := w.away
	w.away = !reachable(ctx, w.url)
	if was && !w.away {
		return "the handler is back"
	}
	if replaced(w.servers, serversOf(w.url)) {
		return "the handler was restarted"
	}
	return ""
}

// replaced reports whether servers were replaced by others. One more or one less is a
// worker of the same server.
func replaced(before, now map[string]bool) bool {
	return lacks(before, now) && lacks(now, before)
}

// lacks reports whether others lack one of the servers.
func lacks(some, others map[string]bool) bool {
	for one := range some {
		if !others[one] {
			return true
		}
	}
	return false
}

// serversOf returns the servers behind a URL, as far as they are on this machine.
func serversOf(to string) map[string]bool {
	host, port := hostPort(to)
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return servers(port)
	}
	return nil
}

// changedFile returns the first file that differs.
func changedFile(before, now map[string]stamp) string {
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if before[name] != now[name] {
			return name
		}
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if _, ok := now[name]; !ok {
			return name
		}
	}
	return "something"
}

// stamps reads the state of the files in a folder. It skips unreadable ones.
func stamps(dir string) map[string]stamp {
	found := make(map[string]stamp)
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil
		case len(found) >= maxWatched:
			return fs.SkipAll
		case entry.IsDir() && entry.Name()[0] == '.' && path != dir:
			return fs.SkipDir
		case entry.IsDir() || filepath.Ext(path) != ".json":
			return nil
		}
		if info, err := os.Stat(path); err == nil {
			found[path] = stamp{info.ModTime(), info.Size()}
		}
		return nil
	})
	return found
}

// hostPort returns the host and the port of a URL.
func hostPort(to string) (host, port string) {
	target, err := url.Parse((&webhooktest.Endpoint{URL: to}).Target())
	if err != nil {
		return "", ""
	}
	defaults := map[string]string{"http": "80", "https": "443"}
	return target.Hostname(), cmp.Or(target.Port(), defaults[target.Scheme])
}

// addressOf returns the host and port of a URL, "" if it has none.
func addressOf(to string) string {
	host, port := hostPort(to)
	if to == "" || host == "" {
		return ""
	}
	return net.JoinHostPort(host, port)
}

// reachable reports whether anything listens at a URL.
func reachable(ctx context.Context, to string) bool {
	dialer := net.Dialer{Timeout: watchEvery}
	connection, err := dialer.DialContext(ctx, "tcp", addressOf(to))
	if err != nil {
		return false
	}
	return connection.Close() == nil
}
