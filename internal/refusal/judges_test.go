package refusal_test

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/internal/refusal"
)

// The SDKs themselves say what they say: each line that a script prints is a cause, and
// what the SDK threw.

const pythonScript = `
import time, stripe
from stripe.webhook import Webhook
S, B = "whsec_x", '{"object": "event"}'
sign = lambda b, t: "t=%d,v1=%s" % (t, stripe.WebhookSignature._compute_signature("%d.%s" % (t, b), S))
def said(cause, *args):
    try: Webhook.construct_event(*args)
    except Exception as e: print(cause + "\t" + repr(str(e)))
now = int(time.time())
said("header-unread", B, None, S)
said("header-unread", B, "garbage", S)
said("header-cut", B, "t=%d,v0=1" % now, S)
said("no-match", B, sign(B, now), "whsec_other")
said("outside-tolerance", B, sign(B, now - 1000), S)
said("no-secret", B, sign(B, now), None)
`

const nodeScript = `
import Stripe from 'stripe';
const stripe = new Stripe('sk_test_x'), S = 'whsec_x', B = '{"object":"event"}', now = Math.floor(Date.now() / 1000);
const sign = (payload, timestamp) => stripe.webhooks.generateTestHeaderString({payload, timestamp, secret: S});
const said = (cause, f) => { try { f() } catch (e) { console.log(cause + '\t' + JSON.stringify(e.message)) } };
const construct = (...args) => () => stripe.webhooks.constructEvent(...args);
said('no-body', construct(undefined, sign(B, now), S));
said('header-lost', construct(B, undefined, S));
said('header-list', construct(B, [sign(B, now)], S));
said('header-unread', construct(B, 'garbage', S));
said('header-cut', construct(B, 't=' + now + ',v0=1', S));
said('parsed-body', construct(JSON.parse(B), sign(B, now), S));
said('no-match', construct(B, sign(B, now), 'whsec_other'));
said('spaced-secret', construct(B, sign(B, now), S + '\n'));
said('outside-tolerance', construct(B, sign(B, now - 1000), S));
said('no-secret', construct(B, sign(B, now), undefined));
said('needs-async', construct(B, sign(B, now), S, 300, Stripe.createSubtleCryptoProvider(globalThis.crypto.subtle)));
const thin = '{"object":"v2.core.event","type":"v1.charge.refunded"}';
if (stripe.parseEventNotification) {
  said('wants-snapshot', construct(thin, sign(thin, now), S));
  said('wants-thin', () => stripe.parseEventNotification(B, sign(B, now), S));
}
`

func TestPythonSaysSo(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for _, python := range []string{"/usr/bin/python3", "python3"} { // that of the system has Debian's packages
		if exec.Command(python, "-c", "import stripe.webhook").Run() == nil {
			judge(t, 6, exec.Command(python, "-c", pythonScript))
			return
		}
	}
	realpart.Missing(t, "stripe for python3: apt install python3-stripe")
}

func TestNodeSaysSo(t *testing.T) {
	t.Parallel()
	const packages = "../../webhooktest/testdata/node"
	node := realpart.Need(t, "apt-get install nodejs", "node")
	if _, err := os.Stat(packages + "/node_modules/stripe"); err != nil {
		realpart.Missing(t, "the stripe npm package: npm ci in "+packages)
	}
	command := exec.Command(node, "--input-type=module")
	command.Dir, command.Stdin = packages, strings.NewReader(nodeScript)
	judge(t, 10, command)
}

// judge reads what a script prints. Later SDKs say more.
func judge(t *testing.T, atLeast int, script *exec.Cmd) {
	t.Helper()
	var stderr bytes.Buffer
	script.Stderr = &stderr
	output, err := script.Output()
	require.NoError(t, err, stderr.String())
	lines := strings.Split(strings.TrimSpace(string(output)), "\n")
	require.GreaterOrEqual(t, len(lines), atLeast)
	for _, line := range lines {
		cause, said, _ := strings.Cut(line, "\t")
		reading, ok := refusal.ReadText(snapshot, []byte(said))
		require.True(t, ok, line)
		require.Equal(t, cause, reading.ID, said)
	}
}
