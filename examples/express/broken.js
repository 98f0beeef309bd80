// The classic mistake: express.json() for all routes, before the webhook's. What
// stripe is given to verify are not the bytes that Stripe signed.
import express from 'express';
import Stripe from 'stripe';

const port = process.env.PORT ?? 4242;
const app = express();

app.use(express.json());

// A parsed object has no bytes left, and express.raw finds nothing more to read.
app.post('/webhook', express.raw({ type: 'application/json' }), (req, res) => take(req.body, req, res));

// The usual fix is worse. It passes tests that make their payload with
// JSON.stringify too, and refuses all that Stripe sends, which is indented.
app.post('/stringified', (req, res) => take(JSON.stringify(req.body), req, res));

function take(payload, req, res) {
  try {
    Stripe.webhooks.constructEvent(payload, req.get('stripe-signature'), process.env.STRIPE_WEBHOOK_SECRET);
  } catch (error) {
    return res.status(400).send(`Webhook Error: ${error.message}`);
  }
  res.sendStatus(200);
}

app.listen(port, 'localhost', () => console.log(`listening on http://localhost:${port}/webhook`));
