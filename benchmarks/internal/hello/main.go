// Command hello is a minimal Go program, for comparison.
package main

import "fmt"

func main() { fmt.Println("hello, world") }
