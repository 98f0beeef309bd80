package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/internal/casefile"
	"github.com/fakestripe/fakestripe/internal/record"
	"github.com/fakestripe/fakestripe/internal/server"
	"github.com/fakestripe/fakestripe/internal/sockets"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// recording is one run of record.
type recording struct {
	to         string
	listen     string
	out        string
	secrets    secrets
	skipVerify bool
	redaction  redaction
	format     format

	shell  shell
	target string     // the handler's URL
	mu     sync.Mutex // guards the rest
	tally  recordTally
	hinted bool // that nothing listens at the target, in this container
}

const defaultListen = "127.0.0.1:4243"

func newRecord(sh shell) *cobra.Command {
	r := &recording{shell: sh, tally: recordTally{NotKept: make(map[string]int)}}
	cmd := &cobra.Command{
		Use:   "record --to URL --out FOLDER",
		Short: "Record webhooks as test cases",
		Long: `Proxy requests from Stripe, or from stripe listen --forward-to, to a handler, byte for
byte, and keep each webhook with its response as a test case. Interrupt it (Ctrl-C) to
end.

` + redactionHelp + `
Signatures are not kept: replays are signed again.

Exit status: 0, or 2 if a case could not be written.`,
		Example: `  fakestripe record --to localhost:4242 --out testdata/webhooks
  stripe listen --forward-to localhost:4243/webhook`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return r.run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&r.to, "to", "", "the handler's `url`; requests keep their path, / becomes the path of this URL")
	flags.StringVar(&r.listen, "listen", defaultListen, "`address` to listen on")
	flags.StringVar(&r.out, "out", "", "write the cases into this `folder`")
	flags.StringArrayVar((*[]string)(&r.secrets), "secret", nil, "signing `secret` of the endpoint: keep only webhooks signed with it (default $"+secretVariable+", else everything is kept; repeatable)")
	flags.BoolVar(&r.skipVerify, "skip-verify", false, "accept any TLS certificate of the handler")
	r.redaction.flags(cmd)
	r.format.flag(cmd, "text or json: one JSON object per line")
	return cmd
}

func (r *recording) run(ctx context.Context) error {
	if r.to == "" {
		return errors.New("where is the handler? give --to URL, such as --to localhost:4242")
	}
	if r.out == "" {
		return errors.New("where to? give --out FOLDER, such as --out testdata/webhooks")
	}
	target, err := parseHandler(r.to)
	if err != nil {
		return err
	}
	redactor, err := r.redaction.open()
	if err != nil {
		return err
	}
	if len(r.secrets) > 0 || r.shell.getenv(secretVariable) != "" {
		if r.secrets, err = r.secrets.get(r.shell); err != nil {
			return err
		}
	}
	listener, err := listenOn(r.listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	if leadsTo(ctx, target, listener.Addr()) {
		return fmt.Errorf("--to %s: this is where record itself listens (--listen %s): give the address of the handler, or another one to listen on", r.to, r.listen)
	}
	folder, err := casefile.Open(r.out)
	if err != nil {
		return err
	}
	transport := handlerTransport(r.skipVerify)
	defer transport.CloseIdleConnections()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	proxy := server.New(&record.Recorder{
		Target: target, Transport: transport, Port: port, Folder: folder, Redactor: redactor,
		Secrets: r.secrets, Done: r.done,
	})
	r.target = target.String()
	r.announce(listener, target)
	if err := serve(ctx, proxy, listener, lastRequests); err != nil {
		return err
	}
	return r.summary(redactor)
}

// parseHandler completes the URL as all commands do, but without a default path: requests
// have their own.
func parseHandler(text string) (*url.URL, error) {
	endpoint := webhooktest.Endpoint{URL: text}
	if err := endpoint.Validate(); err != nil {
		return nil, fmt.Errorf("--to: %w", err)
	}
	target, err := url.Parse(endpoint.Target())
	if err == nil && target.User != nil {
		err = errors.New("--to: a user in the URL: whoever sends the requests gives their own")
	}
	return target, err
}

// listenOn listens on an address; 4243 and :4243 mean this machine only.
func listenOn(text string) (net.Listener, error) {
	address := text
	if !strings.Contains(address, ":") {
		address = ":" + address
	}
	if strings.HasPrefix(address, ":") {
		address = "127.0.0.1" + address
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("--listen %s: %w", text, err)
	}
	return listener, nil
}

// handlerTransport leaves requests and answers unchanged.
func handlerTransport(skipVerify bool) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true) // as Stripe does
	return &http.Transport{
		Protocols:           protocols,
		TLSClientConfig:     &tls.Config{InsecureSkipVerify: skipVerify},
		DisableCompression:  true,
		MaxIdleConnsPerHost: sockets.MaxConnections,
		IdleConnTimeout:     90 * time.Second,
	}
}

func (r *recording) announce(listener net.Listener, target *url.URL) {
	fmt.Fprintf(r.shell.err, "fakestripe: listen on http://%s, pass on to %s\n", listener.Addr(), target)
	if address, err := netip.ParseAddrPort(listener.Addr().String()); err == nil && !address.Addr().IsLoopback() {
		fmt.Fprintln(r.shell.err, "fakestripe: other machines can reach the handler through this address")
	}
}
