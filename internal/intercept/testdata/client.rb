# As the stripe gem's ConnectionManager makes its connections: Net::HTTP with a store of
# its own authorities (https://github.com/stripe/stripe-ruby, lib/stripe/connection_manager.rb).
require "json"
require "net/http"

connection = Net::HTTP.new("api.stripe.com", 443)
connection.keep_alive_timeout = 30
connection.use_ssl = true
connection.verify_mode = OpenSSL::SSL::VERIFY_PEER
connection.cert_store = OpenSSL::X509::Store.new
connection.start
2.times do
  response = connection.send_request("POST", "/v1/customers", "email=a%40example.com", { "Authorization" => "Bearer sk_test_ruby" })
  puts JSON.parse(response.body)["email"]
end
