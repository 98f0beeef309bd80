// npm start, with STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET in the environment. Nothing here
// knows of fakestripe: the client has a key and no host.
import Stripe from 'stripe';
import { Book } from './book.js';
import { shop } from './shop.js';

const port = process.env.PORT ?? 4242;
const url = `http://localhost:${port}`;
const stripe = new Stripe(process.env.STRIPE_SECRET_KEY);
const book = new Book(process.env.DATABASE ?? 'orders.jsonl');
shop(stripe, process.env.STRIPE_WEBHOOK_SECRET, url, book).listen(port, 'localhost', () => {
  console.log(`the shop is open at ${url}, its webhook at ${url}/webhook`);
});
