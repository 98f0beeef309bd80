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
	"time"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/internal/capture"
	"github.com/fakestripe/fakestripe/internal/pinned"
	"github.com/fakestripe/fakestripe/webhooktest/verify"
)

// verifying holds the flags of verify.
type verifying struct {
	secrets   secrets
	signature string
	curl      string
	request   string
	at        string
	answer    string
	tolerance time.Duration
	format    format
}

func newVerify(sh shell) *cobra.Command {
	v := new(verifying)
	cmd := &cobra.Command{
		Use:   "verify [FILE|-]",
		Short: "Explain why a signature does not verify",
		Long: `Check whether every Stripe library accepts a delivery. If not, undo common mistakes
with the secret, the header, the timestamp and the body, alone and in pairs, until the
signature matches. Then print what had to be undone, the usual cause, and how to fix
it.

Give the delivery as a body (FILE, or - for standard input) with its --signature,
as a --curl command line copied from a browser or an inspector, as a raw HTTP
--request, or inside something else: a HAR file, a response of ngrok's API, a Postman
collection, a Lambda event, a log, the error of an SDK. If that contains the signature,
--signature is not needed. Nothing is sent.

Exit status: 0 if the delivery is valid, 1 if not, 2 for a usage error.`,
		Example: `  fakestripe verify body.json --signature 't=1795303216,v1=5257a8…' --secret whsec_…
  pbpaste | fakestripe verify --curl - --secret whsec_…
  fakestripe verify localhost.har --secret whsec_… --tolerance 0
  fakestripe verify --request request.txt --secret whsec_… --at 2026-11-21T23:20:20Z`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			requests, err := v.requests(cmd.Context(), sh, cmd.Flags().Changed, args)
			if err != nil {
				return err
			}
			verification, err := v.verify(cmd.Context(), sh, cmd.Flags().Changed, requests)
			if err != nil {
				return err
			}
			if v.at == "" {
				suggestAt(verification)
			}
			if said, ok := pinned.Find(v.answer); ok {
				verification.Notes = append(verification.Notes, refusedVersion(said))
			}
			return v.print(sh, verification)
		},
	}
	v.flags(cmd)
	return cmd
}

func (v *verifying) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar((*[]string)(&v.secrets), "secret", nil, "signing `secret` of the handler; repeat to try several (default $"+secretVariable+")")
	flags.StringVar(&v.signature, "signature", "", "value of the Stripe-Signature `header`; replaces that of the request")
	flags.StringVar(&v.curl, "curl", "", "read a curl command line from `file`, or - for standard input")
	flags.StringVar(&v.request, "request", "", "read a raw HTTP request from `file`, or - for standard input")
	flags.StringVar(&v.at, "at", "", "`time` when the delivery was received: Unix seconds or RFC 3339 (default now)")
	flags.StringVar(&v.answer, "answer", "", "the handler's response or log, as `text`: it may have refused the API version, not the signature")
	flags.DurationVar(&v.tolerance, "tolerance", verify.DefaultTolerance, "maximum age of the signature; 0 allows any age")
	v.format.flag(cmd, "print text or one line of json")
}

// verifyRequest verifies a delivery. It first tries to restore what curl removed from the
// body, which is not the handler's fault.
func verifyRequest(ctx context.Context, r verify.Received, unstripped []byte) (*verify.Verification, error) {
	verification, err := verify.Verify(ctx, r)
	if err != nil || verification.Valid || len(unstripped) == 0 {
		return verification, err
	}
	r.Body = unstripped
	whole, err := verify.Verify(ctx, r)
	if err != nil || whole.Original == nil || whole.Difference != nil {
		return verification, err
	}
	whole.Valid, whole.Findings = false, slices.Insert(whole.Findings, 0, strippedByCurl)
	if bytes.Equal(whole.Original, verification.Original) {
		whole.Difference = verification.Difference
	}
	return whole, nil
}

// suggestAt adds how to verify a delivery received earlier to a finding about the age of
// the signature.
func suggestAt(verification *verify.Verification) {
	for i := range verification.Findings {
		if f := &verification.Findings[i]; f.ID == "too-old" {
			f.Fix = append(f.Fix, verify.Fix{Where: "fakestripe verify", How: "give --at the time when the delivery was received"})
		}
	}
}

// refusedVersion describes a refusal unrelated to the signature.
func refusedVersion(said pinned.Refusal) string {
	return fmt.Sprintf("the response is about the API version: %s. Give the webhook endpoint API version %s, or use the release of %s that is pinned to the event's",
		said, said.Want, said.SDK)
}

var strippedByCurl = verify.Finding{
	ID: "curl-line-breaks", Problem: "curl removed the line breaks of the file from the body",
	Cause: "curl -d @FILE removes them; with them the signature matches, so the handler may be right",
	Fix:   []verify.Fix{{Where: "curl", How: "use --data-binary @FILE, not -d @FILE"}}, Proven: true,
}

// maxVerified is the maximum number of deliveries to verify in a capture: each may take a
// second.
const maxVerified = 16

// verify verifies the delivery in the flags and arguments: of several, the first signed
// with a given secret, or else the first.
func (v *verifying) verify(ctx context.Context, sh shell, changed func(string) bool, requests []*capture.Request) (first *verify.Verification, err error) {
	for i, request := range requests[:min(len(requests), maxVerified)] {
		r, err := v.received(sh, changed, request)
		if err != nil {
			return nil, err
		}
		verification, err := verifyRequest(ctx, *r, request.Unstripped)
		if err != nil {
			return nil, err
		}
		verification.Notes = append(verification.Notes, request.Notes...)
		verification.Notes = append(verification.Notes, taken(request, i, len(requests))...)
		if first == nil || verification.Original != nil {
			first = verification
		}
		if verification.Original != nil {
			return first, nil
		}
	}
	return first, nil
}

// taken says which part of a text was verified.
func taken(r *capture.Request, i, of int) (notes []string) {
	if r.Form == "" {
		return nil
	}
	note := "the body was taken out of " + r.Form
	if r.Path != "" {
		note += ", from " + r.Path
	}
	if r.Parsed {
		note += ": it was parsed there, and is no longer what was delivered"
	}
	if of > 1 {
		note += fmt.Sprintf("; it is delivery %d of the %d in it", i+1, of)
	}
	return []string{note}
}

// received returns a delivery with the values from the flags.
func (v *verifying) received(sh shell, changed func(string) bool, request *capture.Request) (r *verify.Received, err error) {
	r = &verify.Received{
		Signature: request.Signature(),
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
			return nil, fmt.Errorf("--at %w", err)
		}
	}
	r.Secrets, err = v.keys(sh)
	return r, err
}

// keys returns the secrets. There is no default: a mismatch with the documented secret
// says nothing about the user's.
func (v *verifying) keys(sh shell) ([]string, error) {
	keys := []string(v.secrets)
	if variable := sh.getenv(secretVariable); len(keys) == 0 && variable != "" {
		keys = []string{variable}
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("no signing secret: give --secret or set %s", secretVariable)
	}
	if slices.Contains(keys, "") {
		return nil, errors.New("--secret is empty: is its variable set?")
	}
	return keys, nil
}

// requests returns the requests in the given form: one, or those in a capture.
func (v *verifying) requests(ctx context.Context, sh shell, changed func(string) bool, args []string) ([]*capture.Request, error) {
	given := len(args)
	for _, flag := range []string{"curl", "request"} {
		if changed(flag) {
			given++
		}
	}
	switch {
	case given == 0:
		return nil, errors.New("no delivery to verify: give FILE and --signature, --curl FILE or --request FILE (see fakestripe verify --help)")
	case given > 1:
		return nil, errors.New("give only one of FILE, --curl and --request")
	case changed("curl"):
		text, err := readFlagged(ctx, sh.in, v.curl, "--curl")
		if err != nil {
			return nil, err
		}
		request, err := capture.ParseCurl(text, func(name string) ([]byte, error) { return readNamed(ctx, v.curl, sh.in, name) })
		return []*capture.Request{request}, located("--curl", v.curl, err)
	case changed("request"):
		text, err := readFlagged(ctx, sh.in, v.request, "--request")
		if err != nil {
			return nil, err
		}
		request, err := capture.ParseHTTP(text)
		if found := signedIn(text); err != nil && len(found) > 0 {
			return found, nil
		}
		return []*capture.Request{request}, located("--request", v.request, err)
	}
	text, err := readPayload(ctx, sh.in, args[0])
	if err != nil {
		return nil, err
	}
	return inFile(text, fileName(args[0]), changed("signature"))
}

// inFile returns the content of a file: deliveries with their signatures or, if the
// signature is given, the file as a body and possible bodies inside.
func inFile(text []byte, name string, signed bool) ([]*capture.Request, error) {
	if !signed {
		if found := signedIn(text); len(found) > 0 {
			return found, nil
		}
		return nil, fmt.Errorf("no signature to verify %s with: give --signature, the value of its Stripe-Signature header", name)
	}
	whole := &capture.Request{Header: http.Header{}, Body: text}
	return append([]*capture.Request{whole}, insideOf(text)...), nil
}

// insideOf returns the deliveries inside a text that is not one itself.
func insideOf(text []byte) []*capture.Request {
	return slices.DeleteFunc(capture.Find(text), func(r *capture.Request) bool {
		return r.Form == "" || len(r.Body) == len(text)
	})
}

// signedIn returns the deliveries in a text that have a signature.
func signedIn(text []byte) []*capture.Request {
	return slices.DeleteFunc(capture.Find(text), func(r *capture.Request) bool { return !r.IsSigned() })
}

func readFlagged(ctx context.Context, in io.Reader, name, flag string) ([]byte, error) {
	text, err := readPayload(ctx, in, name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	return text, nil
}

// located adds the flag and the file to an error.
func located(flag, name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %s: %w", flag, fileName(name), err)
}

// readNamed reads a file named on the command line. Standard input can be read only once.
func readNamed(ctx context.Context, from string, in io.Reader, name string) ([]byte, error) {
	if name == "-" && from == "-" {
		return nil, errors.New("@- is standard input, but the command line itself was read from it: put one of them in a file")
	}
	return readPayload(ctx, in, name)
}

// print prints the verification, and returns errShort if it is not valid.
func (v *verifying) print(sh shell, verification *verify.Verification) error {
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
