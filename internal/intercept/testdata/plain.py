# The standard library, with the list of authorities given by the caller, as an SDK does.
import json, ssl, sys, urllib.request

context = ssl.create_default_context(cafile=sys.argv[1])
request = urllib.request.Request("https://api.stripe.com/v1/customers", b"email=a%40example.com", {"Authorization": "Bearer sk_test_python"})
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
print(json.load(opener.open(request))["email"])
