"""A service that sells subscriptions by Stripe Checkout, and keeps up with them by webhook.

    STRIPE_SECRET_KEY=sk_… STRIPE_WEBHOOK_SECRET=whsec_… python3 -m flask run --port 4242
"""

import os
import sqlite3
from contextlib import closing

import stripe
from flask import Flask, jsonify, redirect, request, url_for

SECRET = os.environ.get("STRIPE_WEBHOOK_SECRET")
if not SECRET:  # anybody could sign
    raise SystemExit("STRIPE_WEBHOOK_SECRET is not set: give the endpoint's signing secret")

stripe.api_key = os.environ.get("STRIPE_SECRET_KEY")
DATABASE = os.environ.get("DATABASE", "shop.db")

SCHEMA = """
CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS subscriptions (
    id TEXT PRIMARY KEY, customer TEXT, status TEXT, ending BOOLEAN, as_of INTEGER);
CREATE TABLE IF NOT EXISTS payments (
    invoice TEXT PRIMARY KEY, subscription TEXT, amount INTEGER, currency TEXT);
"""

# Events arrive in any order. An end is final; else an older event does not overwrite
# a newer one, and the creation overwrites nothing. An event's time is in whole seconds:
# of two changes in one second the last to arrive wins. A service that must not err
# there fetches the subscription from Stripe's API instead.
WRITE_SUBSCRIPTION = """
INSERT INTO subscriptions VALUES (:id, :customer, :status, :ending, :as_of)
ON CONFLICT (id) DO UPDATE SET status = :status, ending = :ending, as_of = :as_of
WHERE status <> 'canceled' AND (:type = 'customer.subscription.deleted'
    OR :type = 'customer.subscription.updated' AND :as_of >= as_of)
"""

WRITE_PAYMENT = "INSERT OR IGNORE INTO payments VALUES (:id, :subscription, :amount_paid, :currency)"

app = Flask(__name__)


def connect():
    return closing(sqlite3.connect(DATABASE, timeout=10, isolation_level=None))


with connect() as db:
    db.executescript(SCHEMA)


@app.get("/")
def home():
    return '<title>Weekly</title><h1>Weekly</h1><form method="post" action="/checkout"><button>Subscribe</button></form>'


@app.post("/checkout")
def checkout():
    session = stripe.checkout.Session.create(
        mode="subscription",
        line_items=[{"quantity": 1, "price_data": {
            "currency": "eur", "unit_amount": 1500, "recurring": {"interval": "month"}, "product_data": {"name": "Weekly"},
        }}],
        success_url=url_for("thanks", _external=True),
        cancel_url=url_for("home", _external=True),
    )
    return redirect(session.url, 303)


@app.get("/thanks")
def thanks():  # the webhook tells what was paid
    return "<title>Weekly</title><h1>Thank you</h1>"


@app.post("/webhook")
def webhook():
    try:
        event = stripe.Webhook.construct_event(
            request.get_data(), request.headers.get("Stripe-Signature"), SECRET
        )
        event_id, thing = event["id"], event["data"]["object"]
    except Exception:  # a wrong signature, and whatever else a body that is no event leads to
        return "event refused", 400
    with connect() as db, db:
        # The event's id and what the event does are one transaction: Stripe may deliver
        # an event again, and delivers again what failed.
        db.execute("BEGIN IMMEDIATE")
        if db.execute("INSERT OR IGNORE INTO events VALUES (?)", (event_id,)).rowcount:
            apply(db, event, thing)
    return "", 200


def apply(db, event, thing):
    match event["type"]:
        case ("customer.subscription.created" | "customer.subscription.updated"
              | "customer.subscription.deleted"):
            db.execute(WRITE_SUBSCRIPTION, {
                "id": thing["id"], "customer": thing["customer"], "status": thing["status"],
                "ending": thing["cancel_at_period_end"], "type": event["type"], "as_of": event["created"],
            })
        case "invoice.paid":
            db.execute(WRITE_PAYMENT, {
                "id": thing["id"], "subscription": thing["subscription"],
                "amount_paid": thing["amount_paid"], "currency": thing["currency"],
            })
        # Any other type is acknowledged: Stripe retries what is not.


if os.environ.get("SHOW_STATE"):  # for tests only: fakestripe check --state-url

    @app.get("/state")
    def state():
        with connect() as db:
            db.row_factory = sqlite3.Row
            return jsonify({
                table: [dict(row) for row in db.execute(f"SELECT * FROM {table}")]
                for table in ("subscriptions", "payments")
            })
