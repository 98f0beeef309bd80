package verify_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/verify"
)

// A line break at the end of the secret, as when it is read from a file.
func ExampleVerify() {
	at := time.Unix(1700000000, 0)
	body := []byte("{\n  \"id\": \"evt_1\",\n  \"object\": \"event\"\n}")

	v, err := verify.Verify(context.Background(), verify.Received{
		Signature: webhooktest.Sign(body, at, "whsec_1"),
		Body:      body,
		Secrets:   []string{"whsec_1\n"},
		At:        at.Add(2 * time.Second),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(v)
	// Output:
	// not valid: the secret was given with a line break after it
	//   cause   it was read from a file, or written with echo
	//   signed  t=1700000000, 2023-11-14T22:13:20Z, 2s before it was received
	//   proof   with that undone, the signature matches with secret 1
	//   fix     environment, secret store: store the secret exactly as the Dashboard shows it, with its
	//             whsec_, on one line, without quotes; if you read it from a file, trim it
	//           Kubernetes: under data:, encode it in base64 once (with printf %s, not echo, which adds a
	//             line break); or put it under stringData: as is
	//           the code: use the whole text, including whsec_, as the HMAC key, and decode nothing
	//             (unlike Svix and Standard Webhooks)
}

// The findings of a body that a JSON middleware parsed and serialized.
func ExampleVerify_findings() {
	at := time.Unix(1700000000, 0)
	signed := []byte("{\n  \"id\": \"evt_1\",\n  \"object\": \"event\"\n}")
	var parsed bytes.Buffer
	_ = json.Compact(&parsed, signed)

	v, err := verify.Verify(context.Background(), verify.Received{
		Signature: webhooktest.Sign(signed, at, "whsec_1"),
		Body:      parsed.Bytes(),
		Secrets:   []string{"whsec_1"},
		At:        at,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, finding := range v.Findings {
		fmt.Println(finding.ID, finding.Proven)
		fmt.Println(finding.Problem)
		fmt.Println(finding.Fix[0].Where + ": " + finding.Fix[0].How)
	}
	// Output:
	// json-stringify true
	// the body was re-serialized without white space, as JSON.stringify does (or Ruby's to_json, Jackson, Newtonsoft.Json)
	// Express: register app.post('/webhook', express.raw({type: 'application/json'}), handler) before app.use(express.json()), and verify req.body, which is then a Buffer
}
