// Command k6 is stock k6, built from its module for the tests of fakestripe k6. k6 is a tool
// of its own, under the AGPL: nothing of fakestripe imports it.
package main

import "go.k6.io/k6/v2/cmd"

func main() { cmd.Execute() }
