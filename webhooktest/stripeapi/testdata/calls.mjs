// Calls the local Stripe API as a handler on the stripe npm package would, and
// prints what came back as JSON. It is started in the folder that has the package.
//
//   node calls.mjs PORT EVENT_ID
import { createRequire } from 'node:module';

const Stripe = createRequire(process.cwd() + '/')('stripe');
const [port, eventID] = process.argv.slice(2);
const client = (key) => new Stripe(key, { host: '127.0.0.1', port, protocol: 'http', maxNetworkRetries: 0 });
const stripe = client('sk_test_123');

const failure = async (promise) => {
  try {
    return { answer: await promise };
  } catch (error) {
    return { class: error.constructor.name, type: error.rawType, code: error.code, status: error.statusCode, param: error.param };
  }
};

const event = await stripe.events.retrieve(eventID);
const payment = await stripe.paymentIntents.retrieve(event.data.object.id, { expand: ['customer', 'latest_charge.balance_transaction'] });
const refund = () => stripe.refunds.create({ payment_intent: payment.id, amount: 500 }, { idempotencyKey: 'once' });
const first = await refund();
const second = await refund();

const customers = [];
for (let i = 0; i < 5; i++) {
  customers.push((await stripe.customers.create({ name: `Customer ${i}`, metadata: { shop: '7' } }, { stripeAccount: 'acct_1Shop' })).id);
}
const listed = [];
for await (const customer of stripe.customers.list({ limit: 2 })) listed.push(customer.id);

const subscription = await stripe.subscriptions.create({ customer: customers[0], items: [{ price: 'price_1Tea', quantity: 3 }] });
const canceled = await stripe.subscriptions.cancel(subscription.id);

console.log(JSON.stringify({
  event,
  payment: {
    id: payment.id,
    email: payment.customer.email,
    sameCharge: payment.latest_charge.payment_intent === payment.id,
    source: payment.latest_charge.balance_transaction.source === payment.latest_charge.id,
  },
  refunds: [first.id === second.id, first.amount, second.lastResponse.headers['idempotent-replayed']],
  customers: { made: customers, listed },
  subscription: [subscription.items.data[0].price.id, subscription.items.data[0].quantity, subscription.status, canceled.status],
  deleted: await stripe.customers.del(customers[0]),
  failures: {
    missing: await failure(stripe.events.retrieve('evt_1Never')),
    live: await failure(client('sk_live_x').events.retrieve(eventID)),
    idempotency: await failure(stripe.refunds.create({ payment_intent: payment.id, amount: 1 }, { idempotencyKey: 'once' })),
    tooMuch: await failure(stripe.refunds.create({ payment_intent: payment.id, amount: 999999 })),
    down: await failure(stripe.products.list()),
  },
}));
