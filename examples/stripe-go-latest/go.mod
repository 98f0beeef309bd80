module github.com/fakestripe/fakestripe/examples/stripe-go-latest

go 1.25.0

replace github.com/fakestripe/fakestripe => ../..

require (
	github.com/fakestripe/fakestripe v0.0.0-00010101000000-000000000000
	github.com/stripe/stripe-go/v86 v86.4.0
)
