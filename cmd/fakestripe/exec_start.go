package main

import (
	"context"

	"github.com/fakestripe/fakestripe/internal/child"
)

// What listen and check start an app with.

// anyPort is a free port on loopback.
const anyPort = "127.0.0.1:0"

// startApp starts the app of --exec, if there is one. Its calls are answered by the API
// that the listener serves.
func (l *listener) startApp(ctx context.Context, sh shell, secret string) (*runningApp, error) {
	if !l.exec.wanted() {
		return nil, nil
	}
	stripe := localStripe{api: &l.api, secret: secret, key: l.access.key, secretGiven: l.signing.from == secretGiven}
	if len(l.forward) > 0 {
		stripe.to = l.forward[0]
	}
	app, err := l.exec.start(ctx, sh, stripe)
	return app, endedEarly(sh, err)
}

// startApp starts the app of --exec, if there is one, and makes it the one that is
// restarted.
func (c *checking) startApp(ctx context.Context, sh shell) (*runningApp, error) {
	if !c.exec.wanted() {
		return nil, nil
	}
	secret := c.subject.Secret
	app, err := c.exec.start(ctx, sh, localStripe{
		api: c.subject.API, to: c.subject.URL, secret: secret, key: c.access.key, secretGiven: len(c.secrets) > 0,
		died: func(e *child.EndedError) { complain(sh, hidden(e, secret)) },
	})
	if err != nil {
		return nil, err
	}
	if c.subject.Restart == nil {
		c.subject.Restart = app.Restart
	}
	return app, nil
}
