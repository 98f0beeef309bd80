module github.com/fakestripe/fakestripe

go 1.25.0
