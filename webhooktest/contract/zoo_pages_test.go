package contract_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// zooPageBugs take the first page of a list for all of it.
func zooPageBugs() []zooBug {
	return []zooBug{
		zooBilling("first-page-summed", "sums the lines that the event holds", func(_ *zooHandler, d *zooDelivery) ([]zooLineItem, error) {
			return zooLines(d.event.Data.Raw)
		}),
		zooBilling("first-page-fetched", "asks for the invoice, and sums the lines that it holds", func(z *zooHandler, d *zooDelivery) ([]zooLineItem, error) {
			invoice, err := zooFetch(z, "/v1/invoices/"+zooField(d, "id"))
			if err != nil {
				return nil, err
			}
			return zooLines(invoice)
		}),
	}
}

// zooSoundPages know that there may be more.
func zooSoundPages() []zooBug {
	return []zooBug{
		zooBilling("all-pages-summed", "asks for the rest of the lines, page after page", func(z *zooHandler, d *zooDelivery) (lines []zooLineItem, err error) {
			for path := "/v1/invoices/" + zooField(d, "id") + "/lines?limit=5"; ; {
				fetched, err := zooFetch(z, path)
				if err != nil {
					return nil, err
				}
				var page zooPage
				if err := json.Unmarshal(fetched, &page); err != nil {
					return nil, err
				}
				lines = append(lines, page.Data...)
				if !page.HasMore {
					return lines, nil
				}
				path = "/v1/invoices/" + zooField(d, "id") + "/lines?limit=5&starting_after=" + lines[len(lines)-1].ID
			}
		}),
		zooBilling("lines-unread", "books what was paid, whatever it was for", func(_ *zooHandler, d *zooDelivery) ([]zooLineItem, error) {
			paid, _ := d.event.Data.Object["amount_paid"].(float64)
			return []zooLineItem{{Amount: int64(paid)}}, nil
		}),
	}
}

// zooFetch fetches from Stripe, and gives up soon.
func zooFetch(z *zooHandler, path string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	answer := askStripe(ctx, z.api, http.MethodGet, path, "")
	if answer.Code != http.StatusOK {
		return nil, errors.New(answer.Body.String())
	}
	return answer.Body.Bytes(), nil
}

// A zooPage is a page of an invoice's lines.
type zooPage struct {
	Data    []zooLineItem `json:"data"`
	HasMore bool          `json:"has_more"`
}

type zooLineItem struct {
	ID     string `json:"id"`
	Amount int64  `json:"amount"`
}

// zooLines are the lines that an invoice holds.
func zooLines(invoice []byte) ([]zooLineItem, error) {
	var held struct {
		Lines zooPage `json:"lines"`
	}
	err := json.Unmarshal(invoice, &held)
	return held.Lines.Data, err
}

// zooBilling books the lines of invoices, and has the local API at hand.
func zooBilling(name, why string, lines func(*zooHandler, *zooDelivery) ([]zooLineItem, error)) zooBug {
	return zooWith(name, why, func(z *zooHandler) {
		z.api = new(stripeapi.Server)
		z.effects["invoice.paid"] = func(d *zooDelivery) error {
			all, err := lines(z, d)
			if err != nil {
				return err
			}
			sum := int64(0)
			for _, line := range all {
				sum += line.Amount
			}
			z.invoices = append(z.invoices, zooRow{zooField(d, "id"), sum, zooField(d, "currency")})
			return nil
		}
	}).handling("invoice.paid").saying(func(s *contract.Subject) { s.API = s.Handler.(*zooHandler).api })
}
