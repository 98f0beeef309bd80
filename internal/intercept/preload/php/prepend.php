<?php
// stripe-php gives libcurl its own list of authorities, unless it is told another. With
// Composer it can be told before the app begins.
(static function (): void {
    putenv('https_proxy=http://127.0.0.1:FAKESTRIPE_PORT'); // some servers drop the variables of their workers
    $folders = [getcwd() ?: '.', dirname($_SERVER['SCRIPT_FILENAME'] ?? '') ?: '.'];
    foreach ($folders as $folder) {
        for ($at = realpath($folder); $at; $at = dirname($at) === $at ? false : dirname($at)) {
            if (is_dir("$at/vendor/stripe/stripe-php") && is_file("$at/vendor/autoload.php")) {
                require_once "$at/vendor/autoload.php";
                if (class_exists('Stripe\Stripe')) {
                    \Stripe\Stripe::setCABundlePath(dirname(__DIR__) . '/bundle.pem');
                }
                return;
            }
        }
    }
})();
