# Net::HTTP heeds http_proxy only, and Stripe's gem brings its own list of authorities.
module FakestripeExec
  CA = File.expand_path("../ca.pem", __dir__)

  private

  def connect
    if use_ssl? && port == 443 && address.match?(/(\A|\.)stripe\.com\.?\z/i)
      @proxy_from_env = false
      @proxy_address, @proxy_port = "127.0.0.1", FAKESTRIPE_PORT
      @ca_file = @ca_path = nil
      @cert_store = OpenSSL::X509::Store.new.tap { |store| store.add_file(CA) }
    end
    super
  end
end

# To require net/http here could load another version than the app's bundle wants.
TracePoint.new(:class) do |point|
  if defined?(Net::HTTP) && point.self.equal?(Net::HTTP)
    point.self.prepend(FakestripeExec)
    FakestripeExec::WATCH.disable
  end
end.tap { |watch| FakestripeExec::WATCH = watch }.enable
