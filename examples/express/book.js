import { appendFileSync, existsSync, readFileSync } from 'node:fs';

// A Book is what the shop knows of its orders. Stripe may deliver an event again, and events
// in any order: so what one says is entered under the order that it is about, and nothing goes
// back. What is entered is in the file before the event is answered. Nothing here waits for
// anything else, so of events that come at once one is entered after the other. A shop with
// more than one process needs a database: ../postgres.
export class Book {
  #file;
  #orders = new Map();

  constructor(file) {
    this.#file = file;
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    for (const line of lines.slice(0, -1)) { // what has no line break was not written whole
      this.#keep(JSON.parse(line));
    }
  }

  open(id, price) {
    this.#write({ id, price, status: 'open', lamps: 0, refunded: 0 });
  }

  enter({ type, data: { object } }) {
    const order = this.#orders.get(object.metadata?.order_id);
    if (!order) {
      return; // of another app with the same Stripe account
    }
    switch (type) {
      case 'checkout.session.completed': // the money may still be on its way
      case 'checkout.session.async_payment_succeeded':
        this.#advance(order, object.payment_status === 'unpaid' ? 'awaiting payment' : 'paid', object);
        break;
      case 'checkout.session.async_payment_failed':
        this.#advance(order, 'failed', object);
        break;
      case 'charge.refunded':
        if (object.amount_refunded > order.refunded) {
          this.#write({ ...order, refunded: object.amount_refunded });
        }
        break;
    } // any other type is acknowledged: Stripe retries what is not
  }

  // A lamp is sent once, whichever event tells first that the order is paid, and in full.
  #advance(order, status, session) {
    const stages = ['open', 'awaiting payment', 'failed', 'paid'];
    if (session.amount_total !== order.price || session.currency !== 'eur') {
      console.error(`order ${order.id}: ${session.id} is about another sum`);
    } else if (stages.indexOf(status) > stages.indexOf(order.status)) {
      this.#write({ ...order, status, lamps: order.lamps + (status === 'paid' ? 1 : 0) });
    }
  }

  #write(order) {
    appendFileSync(this.#file, JSON.stringify(order) + '\n');
    this.#keep(order);
  }

  #keep(order) {
    this.#orders.set(order.id, order);
  }

  state() {
    return [...this.#orders.values()];
  }
}
