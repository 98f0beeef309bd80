import stripe

stripe.api_key = "sk_test_python"
made = stripe.Customer.create(email="a@example.com")
print(stripe.Customer.retrieve(made.id).email)
