package webhooktest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

func ExampleVerify() {
	at := time.Unix(1700000000, 0)
	signed := []byte("{\n  \"id\": \"evt_1\",\n  \"object\": \"event\"\n}")
	var parsed bytes.Buffer // what a JSON middleware has left of it
	_ = json.Compact(&parsed, signed)

	v, err := webhooktest.Verify(context.Background(), webhooktest.Received{
		Signature: webhooktest.Sign(signed, at, "whsec_1"),
		Body:      parsed.Bytes(),
		Secrets:   []string{"whsec_1"},
		At:        at,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(v.Valid, v.Findings[0].ID)
	fmt.Println(v.Findings[0].Mend[0].Where)
	// Output:
	// false json-stringify
	// Express
}
