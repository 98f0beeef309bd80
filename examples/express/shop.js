import { randomUUID } from 'node:crypto';
import express from 'express';

const price = 4200; // of a lamp, in cents

// shop returns the app of a shop that sells a lamp by Stripe Checkout, at a URL of its own.
// The secret is that of its webhook endpoint.
export function shop(stripe, secret, url, book) {
  if (!secret) { // anybody could sign
    throw new Error("STRIPE_WEBHOOK_SECRET is not set: give the endpoint's signing secret");
  }
  const app = express();

  app.get('/', (req, res) => {
    res.send('<title>Lamps</title><h1>Lamps</h1><form method="post" action="/checkout"><button>Buy a lamp</button></form>');
  });

  app.post('/checkout', async (req, res) => {
    const metadata = { order_id: randomUUID() }; // also of the payment, and so of its refund
    book.open(metadata.order_id, price);
    const session = await stripe.checkout.sessions.create({
      mode: 'payment',
      line_items: [{ price_data: { currency: 'eur', unit_amount: price, product_data: { name: 'Lamp' } }, quantity: 1 }],
      metadata,
      payment_intent_data: { metadata },
      success_url: `${url}/thanks?session_id={CHECKOUT_SESSION_ID}`,
      cancel_url: `${url}/`,
    });
    res.redirect(303, session.url);
  });

  // The customer may be here before the event, or never: the page shows, and does nothing else.
  app.get('/thanks', async (req, res) => {
    const session = await stripe.checkout.sessions.retrieve(String(req.query.session_id));
    const said = session.payment_status === 'paid' ? 'Thank you' : 'Your payment is on its way';
    res.send(`<title>Lamps</title><h1>${said}</h1>`);
  });

  // The signature covers the bytes as they came: express.raw on this route, and a parser of
  // JSON nowhere above it. Stripe's events may be larger than the usual 100 kB.
  app.post('/webhook', express.raw({ type: 'application/json', limit: '1mb' }), (req, res) => {
    let event;
    try {
      event = stripe.webhooks.constructEvent(req.body, req.get('stripe-signature'), secret);
    } catch {
      return res.status(400).send('event refused');
    }
    if (!event?.id || !event.data?.object) {
      return res.status(400).send('not an event');
    }
    book.enter(event);
    res.sendStatus(200);
  });

  if (process.env.SHOW_STATE) { // for tests only: fakestripe check --state-url
    app.get('/orders', (req, res) => res.json(book.state()));
  }
  app.use((error, req, res, next) => { // without a stack trace, which Express shows in development
    console.error(error);
    res.sendStatus(error.status ?? 500);
  });
  return app;
}
