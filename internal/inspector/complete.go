package inspector

import (
	"context"
	"errors"
	"net/http"

	"github.com/fakestripe/fakestripe/webhooktest/payment"
)

// complete pays or declines an object that a client of the API created.
func complete(by func(context.Context, payment.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var asked struct {
			Object string `json:"object"`
			Action string `json:"action"`
		}
		if !read(w, r, &asked) {
			return
		}
		action, err := payment.ParseAction(asked.Action)
		if err == nil && asked.Object == "" {
			err = errors.New("no object: give the id of one that the app created")
		}
		if err == nil {
			err = by(r.Context(), payment.Request{Object: asked.Object, Action: action})
		}
		if err != nil {
			failed(w, err)
			return
		}
		answer(w, map[string]string{"object": asked.Object})
	}
}
