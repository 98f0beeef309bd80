// STRIPE_WEBHOOK_SECRET=whsec_… node server.js
import Stripe from 'stripe';
import { shop } from './shop.js';

const port = process.env.PORT ?? 4242;
shop(Stripe.webhooks, process.env.STRIPE_WEBHOOK_SECRET).listen(port, 'localhost', () => {
  console.log(`the shop listens on http://localhost:${port}/webhook`);
});
