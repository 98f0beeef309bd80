// fakestripe exec -- node checkout.js: the shop sells through Stripe Checkout. Its client has a key and no
// host: fakestripe exec answers its calls.
import Stripe from 'stripe';
import { shop } from './shop.js';

const port = process.env.PORT ?? 4242;
const stripe = new Stripe(process.env.STRIPE_SECRET_KEY);
const app = shop(Stripe.webhooks, process.env.STRIPE_WEBHOOK_SECRET);

app.post('/checkout', async (req, res) => {
  try {
    const session = await stripe.checkout.sessions.create({
      mode: 'payment',
      line_items: [{ price_data: { currency: 'eur', unit_amount: 4200, product_data: { name: 'Lamp' } }, quantity: 1 }],
      metadata: { order_id: req.body?.order ?? 'T-100' },
      success_url: `http://localhost:${port}/thanks`,
      cancel_url: `http://localhost:${port}/`,
    });
    res.status(201).json({ session: session.id });
  } catch (error) {
    console.error(error);
    res.sendStatus(502);
  }
});

app.listen(port, 'localhost', () => {
  console.log(`the shop listens on http://localhost:${port}/webhook`);
});
