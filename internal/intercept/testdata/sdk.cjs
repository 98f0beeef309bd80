// An unmodified app: the SDK with its key, by http agents and by fetch.
const Stripe = require(process.argv[2]);
const options = process.argv[3] === 'fetch' ? { httpClient: Stripe.createFetchHttpClient() } : {};
const stripe = new Stripe('sk_test_node', options);
stripe.customers.create({ email: 'a@example.com' })
  .then((c) => stripe.customers.retrieve(c.id))
  .then((c) => console.log(c.email), (e) => { console.error(e); process.exit(1); });
