// Command gosdk is an unmodified app: stripe-go with its key.
package main

import (
	"fmt"
	"os"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/customer"
)

func main() {
	stripe.Key = "sk_test_go"
	made, err := customer.New(&stripe.CustomerParams{Email: stripe.String("a@example.com")})
	if err == nil {
		made, err = customer.Get(made.ID, nil)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(made.Email)
}
