// A webhook handler as Stripe's guide has it for Node: raw body, constructEvent,
// 400 for what does not verify. It prints its URL when it listens.
import { createServer } from 'node:http';
import Stripe from 'stripe';

const stripe = new Stripe('sk_test_offline');
const secret = process.env.STRIPE_WEBHOOK_SECRET;

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    stripe.webhooks.constructEvent(Buffer.concat(chunks), request.headers['stripe-signature'], secret);
    response.writeHead(200).end();
  } catch (error) {
    response.writeHead(400).end(error.constructor.name);
  }
});

server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/webhook`));
