# Stripe's guide to webhooks as a working app, before the signature is checked:
# whoever finds its address can tell it of payments that never were. signed.rb is
# the next step.
#
#   ruby guide.rb -p 4242
require "json"
require "set"
require "sinatra"

# What the shop did, and the events that it has dealt with. In production both are
# tables, written in one transaction: ../postgres.
LEDGER = []
PROCESSED = Set.new
LOCK = Mutex.new

post "/webhook" do
  event = parse(request.body.read)
  LOCK.synchronize do # copies of an event may come at the same time
    apply(event) unless PROCESSED.include?(event[:id])
    PROCESSED << event[:id]
  end
  status 200
end

# For tests only: what happened, for `fakestripe check --state-url`.
if ENV["SHOW_STATE"]
  get "/state" do
    content_type :json
    LOCK.synchronize { LEDGER.to_json }
  end
end

def parse(payload)
  event = JSON.parse(payload, symbolize_names: true)
  return event if event in { id: String, type: String, data: { object: Hash } }

  halt 400, "not an event"
rescue JSON::ParserError
  halt 400, "not JSON"
end

def apply(event)
  object = event[:data][:object]
  case event[:type]
  when "payment_intent.succeeded"
    LEDGER << { paid: object[:id], amount: object[:amount_received], currency: object[:currency] }
  when "payment_method.attached"
    LEDGER << { attached: object[:id], customer: object[:customer] }
  end # any other type is acknowledged: Stripe retries what is not
end
