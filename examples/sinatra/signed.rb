# Stripe's guide to webhooks as a working app: guide.rb, and the signature checked
# as https://docs.stripe.com/webhooks#verify-manually says, without a library.
#
#   STRIPE_WEBHOOK_SECRET=whsec_… ruby signed.rb -p 4242
require "json"
require "openssl"
require "set"
require "sinatra"

# Without a secret anybody could sign: refuse to start.
SECRET = ENV.fetch("STRIPE_WEBHOOK_SECRET", "")
abort "STRIPE_WEBHOOK_SECRET is not set: give the endpoint's signing secret" if SECRET.empty?

TOLERANCE = 5 * 60 # seconds that a signature is good for

# What the shop did, and the events that it has dealt with. In production both are
# tables, written in one transaction: ../postgres.
LEDGER = []
PROCESSED = Set.new
LOCK = Mutex.new

post "/webhook" do
  payload = request.body.read
  halt 400, "event refused" unless genuine?(payload, request.env["HTTP_STRIPE_SIGNATURE"].to_s)
  event = parse(payload)
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

# genuine? tells whether Stripe signed these bytes, and not long ago. There may be
# several v1, while a secret is rolled. Any other scheme is ignored: a forger may
# write what he likes there.
def genuine?(payload, header)
  elements = header.b.split(",").map { |element| element.split("=", 2) }
  timestamp = elements.assoc("t")&.last.to_s
  signatures = elements.filter_map { |scheme, value| value if scheme == "v1" }
  expected = OpenSSL::HMAC.hexdigest("SHA256", SECRET, "#{timestamp}.#{payload}")
  signatures.any? { |signature| Rack::Utils.secure_compare(expected, signature) } &&
    (Time.now.to_i - timestamp.to_i).abs <= TOLERANCE
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
