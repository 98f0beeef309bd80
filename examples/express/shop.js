import express from 'express';

// shop returns an app that takes the webhooks of a shop with Stripe Checkout. The
// verifier is that of the stripe package, Stripe.webhooks.
export function shop(verifier, secret) {
  if (!secret) { // anybody could sign
    throw new Error("STRIPE_WEBHOOK_SECRET is not set: give the endpoint's signing secret");
  }
  const book = new Book();
  const app = express();

  // The signature covers the bytes as they came: express.raw on this route, and
  // express.json only below it. Stripe's events may be larger than the usual 100 kB.
  app.post('/webhook', express.raw({ type: 'application/json', limit: '1mb' }), (req, res) => {
    let event;
    try {
      event = verifier.constructEvent(req.body, req.get('stripe-signature'), secret);
    } catch {
      return res.status(400).send('event refused');
    }
    if (!event?.id || !event.data?.object) {
      return res.status(400).send('not an event');
    }
    book.enter(event);
    res.sendStatus(200);
  });

  app.use(express.json()); // for all other routes
  if (process.env.SHOW_STATE) { // for tests only: fakestripe check --state-url
    app.get('/state', (req, res) => res.json(book.state()));
  }
  app.use((error, req, res, next) => { // without a stack trace, which Express shows in development
    console.error(error);
    res.sendStatus(error.status ?? 500);
  });
  return app;
}

// A Book is what the shop knows of its orders. Stripe may deliver an event again, and
// events in any order: so what one says is entered under the object that it is about,
// and nothing goes back. An effect that adds up, such as credits or an e-mail, needs
// more: the event's id and the effect in one transaction, as in ../postgres. So does
// production, for this book is in memory. Nothing in it waits, so events that come at
// once are entered one after the other.
class Book {
  #orders = new Map(); // by Checkout Session
  #refunds = new Map(); // by charge, the sum so far

  enter({ type, data: { object } }) {
    switch (type) {
      case 'checkout.session.completed': // the money may still be on its way
      case 'checkout.session.async_payment_succeeded':
        this.#advance(object, object.payment_status === 'unpaid' ? 'awaiting payment' : 'paid');
        break;
      case 'checkout.session.async_payment_failed':
        this.#advance(object, 'failed');
        break;
      case 'charge.refunded':
        this.#refunds.set(object.id, Math.max(object.amount_refunded, this.#refunds.get(object.id) ?? 0));
        break;
    } // any other type is acknowledged: Stripe retries what is not
  }

  // An order is fulfilled once, whichever of its events tells first that it is paid.
  #advance(session, status) {
    const stages = ['awaiting payment', 'failed', 'paid'];
    const before = this.#orders.get(session.id)?.status;
    if (stages.indexOf(status) > stages.indexOf(before)) {
      this.#orders.set(session.id, { status, amount: session.amount_total, currency: session.currency });
    }
  }

  state() {
    return { orders: Object.fromEntries(this.#orders), refunds: Object.fromEntries(this.#refunds) };
  }
}
