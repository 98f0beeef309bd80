// Package verify says why the signature of a Stripe webhook delivery does not verify.
//
// Give [Verify] what the handler has in its hands: the Stripe-Signature header, the body
// and the signing secrets. It undoes what goes wrong in practice with the secret, the
// header, the timestamp and the body, alone and in pairs, until the signature matches.
// Whatever it had to undo is then proven to have happened:
//
//	v, err := verify.Verify(ctx, verify.Received{
//		Signature: r.Header.Get("Stripe-Signature"),
//		Body:      body,
//		Secrets:   []string{secret},
//	})
//	if err != nil {
//		return err
//	}
//	fmt.Print(v) // not valid: the body was re-serialized without white space, as …
//
// A [Finding] has a stable ID, the problem, its usual cause, and a [Fix] for each
// framework concerned. If no signature matches, the findings say what is likely, and
// are not Proven. A valid delivery has notes on what handlers trip over.
//
// Nothing is sent, no secret is printed, and the work is bounded. The command line has
// the same as fakestripe verify. The package imports only the standard library, and
// no other part of webhooktest comes with it.
package verify
