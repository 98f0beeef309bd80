package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/internal/capture"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// verifying are the flags of verify.
type verifying struct {
	secrets   secrets
	signature string
	curl      string
	request   string
	at        string
	tolerance time.Duration
	format    format
}

func newVerify(sh shell) *cobra.Command {
	v := new(verifying)
	cmd := &cobra.Command{
		Use:   "verify [FILE|-]",
		Short: "Say whether a delivery's signature is right, and if not why",
		Long: `verify says whether a delivery verifies with every library of Stripe. If not, it
tries what goes wrong in practice, with the secret, the header, the timestamp and
the body, alone and in pairs, until the signature matches, and says what had to be
undone, what usually brings it about, and the mend.

The delivery is a body (FILE, or - for standard input) with its --signature, or a
--curl command line as browsers and inspectors copy it, or a raw HTTP --request.
Nothing is sent anywhere. The exit status is 0 if the delivery is valid, 1 if not.`,
		Example: `  fakestripe verify body.json --signature 't=1795303216,v1=5257a8…' --secret whsec_…
  pbpaste | fakestripe verify --curl - --secret whsec_…
  fakestripe verify --request request.txt --secret whsec_… --at 2026-11-21T23:20:20Z`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			received, request, err := v.received(cmd.Context(), sh, cmd.Flags().Changed, args)
			if err != nil {
				return err
			}
			verification, err := verify(cmd.Context(), *received, request.Unstripped)
			if err != nil {
				return err
			}
			verification.Notes = append(verification.Notes, request.Notes...)
			return v.print(sh, verification)
		},
	}
	v.flags(cmd)
	return cmd
}

func (v *verifying) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar((*[]string)(&v.secrets), "secret", nil, "signing `secret` that the handler has; several are tried in turn (default $"+secretVariable+")")
	flags.StringVar(&v.signature, "signature", "", "value of the Stripe-Signature `header`, instead of the request's own")
	flags.StringVar(&v.curl, "curl", "", "read a curl command line from this `file`, - for standard input")
	flags.StringVar(&v.request, "request", "", "read a raw HTTP request from this `file`, - for standard input")
	flags.StringVar(&v.at, "at", "", "`time` at which the delivery was received: Unix seconds or RFC 3339 (default now)")
	flags.DurationVar(&v.tolerance, "tolerance", webhooktest.DefaultTolerance, "how old the signature may be then; 0: age is not judged")
	v.format.flag(cmd, "print text or one line of json")
}

// verify verifies a delivery. What curl left out of the body is looked for first: the
// handler has no part in it.
func verify(ctx context.Context, r webhooktest.Received, unstripped []byte) (*webhooktest.Verification, error) {
	verification, err := webhooktest.Verify(ctx, r)
	if err != nil || verification.Valid || len(unstripped) == 0 {
		return verification, err
	}
	r.Body = unstripped
	whole, err := webhooktest.Verify(ctx, r)
	if err != nil || whole.Original == nil || whole.Difference != nil {
		return verification, err
	}
	whole.Valid, whole.Findings = false, slices.Insert(whole.Findings, 0, strippedByCurl)
	if bytes.Equal(whole.Original, verification.Original) {
		whole.Difference = verification.Difference
	}
	return whole, nil
}

var strippedByCurl = webhooktest.Finding{
	ID: "curl-line-breaks", Says: "the body was deprived of the line breaks of its file, by curl",
	Cause: "curl's -d @FILE leaves them out; with them the signature matches, and the handler may be right",
	Mend:  []webhooktest.Mend{{Where: "curl", How: "--data-binary @FILE, not -d @FILE"}}, Proven: true,
}

// received is the delivery that the flags and arguments describe.
func (v *verifying) received(ctx context.Context, sh shell, changed func(string) bool, args []string) (*webhooktest.Received, *capture.Request, error) {
	request, err := v.capture(ctx, sh, changed, args)
	if err != nil {
		return nil, nil, err
	}
	r := &webhooktest.Received{
		Signature: strings.Join(request.Header.Values(webhooktest.SignatureHeader), ", "),
		Body:      request.Body, Header: request.Header, At: time.Now(), Tolerance: v.tolerance,
	}
	if changed("signature") {
		r.Signature = v.signature
	}
	if v.tolerance <= 0 {
		r.Tolerance = -1
	}
	if v.at != "" {
		if r.At, err = parseTime(v.at); err != nil {
			return nil, nil, fmt.Errorf("--at %w", err)
		}
	}
	r.Secrets, err = v.keys(sh)
	return r, request, err
}

// keys are the secrets. There is no default: a delivery that the documented secret
// does not fit says nothing about the user's.
func (v *verifying) keys(sh shell) ([]string, error) {
	keys := []string(v.secrets)
	if variable := sh.getenv(secretVariable); len(keys) == 0 && variable != "" {
		keys = []string{variable}
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("verify with which secret? give --secret, or set %s", secretVariable)
	}
	if slices.Contains(keys, "") {
		return nil, errors.New("--secret: empty: is the variable that it comes from set?")
	}
	return keys, nil
}

// capture reads the request, in the one form that is given.
func (v *verifying) capture(ctx context.Context, sh shell, changed func(string) bool, args []string) (*capture.Request, error) {
	given := len(args)
	for _, flag := range []string{"curl", "request"} {
		if changed(flag) {
			given++
		}
	}
	switch {
	case given == 0:
		return nil, errors.New("verify what? give FILE and --signature, --curl FILE or --request FILE (see fakestripe verify --help)")
	case given > 1:
		return nil, errors.New("verify: want one of FILE, --curl and --request")
	case changed("curl"):
		return read(ctx, sh.in, v.curl, "--curl", func(text []byte) (*capture.Request, error) {
			return capture.ParseCurl(text, func(name string) ([]byte, error) { return readNamed(ctx, v.curl, sh.in, name) })
		})
	case changed("request"):
		return read(ctx, sh.in, v.request, "--request", capture.ParseHTTP)
	case !changed("signature"):
		return nil, fmt.Errorf("verify %s against what? give --signature, the value of its Stripe-Signature header", fileName(args[0]))
	}
	body, err := readPayload(ctx, sh.in, args[0])
	return &capture.Request{Header: http.Header{}, Body: body}, err
}

func read(ctx context.Context, in io.Reader, name, flag string, parse func([]byte) (*capture.Request, error)) (*capture.Request, error) {
	text, err := readPayload(ctx, in, name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	request, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", flag, fileName(name), err)
	}
	return request, nil
}

// readNamed reads a file that a command line names. Standard input can be read
// once.
func readNamed(ctx context.Context, from string, in io.Reader, name string) ([]byte, error) {
	if name == "-" && from == "-" {
		return nil, errors.New("@- is standard input, which the command line itself was read from: put it into a file")
	}
	return readPayload(ctx, in, name)
}

// print prints the verification, and is errShort if it is not valid.
func (v *verifying) print(sh shell, verification *webhooktest.Verification) error {
	text := verification.String()
	if v.format.json() {
		line, err := json.Marshal(verification)
		if err != nil {
			return err
		}
		text = string(line) + "\n"
	}
	if _, err := io.WriteString(sh.out, text); err != nil {
		return err
	}
	if !verification.Valid {
		return errShort
	}
	return nil
}
