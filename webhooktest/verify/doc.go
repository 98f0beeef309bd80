// Package verify explains why the signature of a Stripe webhook delivery does not verify.
//
// Give [Verify] what the handler has: the Stripe-Signature header, the body and the signing
// secrets. It undoes common mistakes with the secret, the header, the timestamp and the
// body, alone and in pairs, until the signature matches. Each mistake it had to undo is
// proven:
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
// A [Finding] has a stable ID, the problem, its usual cause, and a [Fix] for each relevant
// framework. If no signature matches, the findings are likely, not Proven. For a valid
// delivery, notes name common pitfalls for handlers.
//
// It sends nothing, prints no secret, and limits its work. On the command line, fakestripe
// verify does the same. The package imports only the standard library, and does not import
// package webhooktest.
package verify
