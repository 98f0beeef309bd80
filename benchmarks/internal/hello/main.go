// Command hello is what a Go program costs that does nothing.
package main

import "fmt"

func main() { fmt.Println("hello, world") }
