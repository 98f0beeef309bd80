<?php
require __DIR__ . '/vendor/autoload.php';
$curl = curl_init('https://api.stripe.com/v1/customers');
curl_setopt_array($curl, [
    CURLOPT_RETURNTRANSFER => true, CURLOPT_USERPWD => 'sk_test_php:', CURLOPT_POSTFIELDS => 'email=a%40example.com',
    CURLOPT_CAINFO => \Stripe\Stripe::getCABundlePath(),
]);
$body = curl_exec($curl);
if ($body === false) {
    fwrite(STDERR, curl_error($curl));
    exit(1);
}
echo json_decode($body)->email, "\n";
