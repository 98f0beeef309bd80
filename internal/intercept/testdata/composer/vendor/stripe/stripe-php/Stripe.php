<?php

namespace Stripe;

class Stripe
{
    public static $caBundlePath;

    public static function setCABundlePath($path)
    {
        self::$caBundlePath = $path;
    }

    public static function getCABundlePath()
    {
        return self::$caBundlePath ?: __DIR__ . '/../../../authorities.pem';
    }
}
