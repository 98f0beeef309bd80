<?php
// Stands for Composer's, with the part of stripe-php that chooses the authorities.
spl_autoload_register(static function (string $class): void {
    if ($class === 'Stripe\Stripe') {
        require __DIR__ . '/stripe/stripe-php/Stripe.php';
    }
}, true, true);
