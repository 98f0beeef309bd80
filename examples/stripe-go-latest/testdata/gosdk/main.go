// Command gosdk is an unmodified app: the newest stripe-go with its key.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/stripe/stripe-go/v86"
)

func main() {
	client := stripe.NewClient("sk_test_go")
	made, err := client.V1Customers.Create(context.Background(), &stripe.CustomerCreateParams{Email: stripe.String("a@example.com")})
	if err == nil {
		made, err = client.V1Customers.Retrieve(context.Background(), made.ID, nil)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(made.Email)
}
