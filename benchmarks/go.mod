module github.com/fakestripe/fakestripe/benchmarks

go 1.25.0

replace github.com/fakestripe/fakestripe => ../

require (
	github.com/fakestripe/fakestripe v0.0.0-00010101000000-000000000000
	github.com/stripe/stripe-go/v76 v76.25.0
	github.com/tidwall/sjson v1.2.5
	github.com/tsenart/vegeta/v12 v12.12.0
)

require (
	github.com/HdrHistogram/hdrhistogram-go v1.4.0 // indirect
	github.com/influxdata/tdigest v0.0.1 // indirect
	github.com/josharian/intern v1.0.0 // indirect
	github.com/mailru/easyjson v0.7.7 // indirect
	github.com/rs/dnscache v0.0.0-20230804202142-fc85eb664529 // indirect
	github.com/tidwall/gjson v1.14.2 // indirect
	github.com/tidwall/match v1.1.1 // indirect
	github.com/tidwall/pretty v1.2.0 // indirect
	golang.org/x/net v0.27.0 // indirect
	golang.org/x/sync v0.22.0 // indirect
	golang.org/x/text v0.41.0 // indirect
)
