package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/pflag"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// creating holds the flags for the app's creation of objects.
type creating struct{ url, command string }

func (c *creating) flags(flags *pflag.FlagSet) {
	flags.StringVar(&c.url, "create-url", "", "`url` of the app's own checkout, requested for each new Stripe object, so that the app creates one at --api; [METHOD] URL[ FORM] such as 3000/checkout or 'POST 3000/checkout item=tea'")
	flags.StringVar(&c.command, "create-cmd", "", "`command` that makes the app create an object at --api for each new Stripe object; the event is about it")
}

// bind has the app create an object for each new Stripe object.
func (c *creating) bind(subject *contract.Subject, api string) error {
	switch {
	case c.url == "" && c.command == "":
		return nil
	case c.url != "" && c.command != "":
		return errors.New("--create-url and --create-cmd: give one")
	case api == "":
		return errors.New("--create-url and --create-cmd need --api, where the app creates its objects")
	case c.command != "":
		subject.Create = c.run
		return nil
	}
	request, err := parseCreation(c.url)
	if err != nil {
		return fmt.Errorf("--create-url: %w", err)
	}
	subject.Create = request.send
	return nil
}

func (c *creating) run(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, hookTimeout, fmt.Errorf("did not finish within %s", hookTimeout))
	defer cancel()
	_, err := printed(ctx, c.command, maxPrinted)
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("%s: %w", c.command, context.Cause(ctx))
	}
	if err != nil {
		return fmt.Errorf("--create-cmd: %w", err)
	}
	return nil
}

// A creationRequest is a request to the app's own checkout.
type creationRequest struct{ method, url, form string }

// parseCreation parses [METHOD] URL [FORM].
func parseCreation(text string) (c creationRequest, err error) {
	c.method = http.MethodPost
	words := strings.Fields(text)
	if len(words) > 0 && (words[0] == http.MethodGet || words[0] == http.MethodPost || words[0] == http.MethodPut) {
		c.method, words = words[0], words[1:]
	}
	if len(words) == 0 || len(words) > 2 {
		return c, fmt.Errorf("%q: want a URL, and a form such as item=tea after it if it needs one", text)
	}
	c.url = words[0]
	if len(words) == 2 {
		c.form = words[1]
	}
	if !strings.Contains(c.url, "://") {
		c.url = completed(c.url)
	}
	u, err := url.Parse(c.url)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return c, fmt.Errorf("%q: want a URL such as 3000/checkout", redactURL(c.url))
	}
	return c, nil
}

// redactURLs hides the passwords in each word.
func redactURLs(text string) string {
	words := strings.Fields(text)
	for i := range words {
		words[i] = redactURL(words[i])
	}
	return strings.Join(words, " ")
}

// send has the app create an object. It does not follow the redirect for the customer.
func (c creationRequest) send(ctx context.Context) error {
	where := redactURL(c.url)
	ctx, cancel := context.WithTimeoutCause(ctx, hookTimeout, fmt.Errorf("no response within %s", hookTimeout))
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, c.method, c.url, strings.NewReader(c.form))
	if err != nil {
		return fmt.Errorf("--create-url %s: %w", where, cause(err))
	}
	switch {
	case strings.HasPrefix(c.form, "{"):
		request.Header.Set("Content-Type", "application/json")
	case c.form != "":
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return fmt.Errorf("--create-url %s: %w", where, cause(err))
	}
	defer answer.Body.Close()
	if answer.StatusCode >= http.StatusBadRequest {
		said := &bounded{limit: maxSaid}
		_, _ = said.buffer.ReadFrom(http.MaxBytesReader(nil, answer.Body, maxSaid)) // as much as arrives
		return fmt.Errorf("--create-url %s returned %s: %s", where, status(answer), (&webhooktest.Response{Body: said.buffer.Bytes()}).Excerpt())
	}
	return nil
}
