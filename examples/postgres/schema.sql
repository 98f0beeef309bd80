-- The ledger: which events were processed. Stripe delivers an event again for up to
-- three days by itself, and for a month on request; older rows can go.
CREATE TABLE IF NOT EXISTS stripe_events (
    id          text PRIMARY KEY,
    type        text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now()
);

-- What came in and what was given back, in the currency's smallest unit. The events
-- that tell of the two come in any order, so each fills its own columns.
CREATE TABLE IF NOT EXISTS payments (
    id       text PRIMARY KEY,
    currency text NOT NULL,
    received bigint NOT NULL DEFAULT 0,
    refunded bigint NOT NULL DEFAULT 0
);

-- The last three columns are the row's version: subscribe says which is later.
CREATE TABLE IF NOT EXISTS subscriptions (
    id     text PRIMARY KEY,
    status text NOT NULL,
    ending boolean NOT NULL,
    ended  boolean NOT NULL,
    as_of  bigint NOT NULL,
    rank   smallint NOT NULL
);
