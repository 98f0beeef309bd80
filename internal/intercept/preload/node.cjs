// Node's HTTPS agents and fetch heed no proxy variable, but all call tls.connect.
'use strict';
const tls = require('node:tls');

const port = FAKESTRIPE_PORT;
const offline = FAKESTRIPE_OFFLINE;
const stripe = /(^|\.)stripe\.com\.?$/i;
const here = /^(localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/i;

const connect = tls.connect;
tls.connect = function (...given) {
  // (options), (port, options), (port, host, options), each with a callback behind it
  const callback = typeof given.at(-1) === 'function' ? [given.pop()] : [];
  const options = {};
  if (typeof given[0] !== 'object') options.port = given.shift();
  if (typeof given[0] === 'string') options.host = given.shift();
  Object.assign(options, given[0]);
  const host = options.host || options.hostname || 'localhost';
  const ours = stripe.test(host) ? Number(options.port) === 443 : offline && !here.test(host);
  if (ours && !options.socket && !options.path) {
    options.servername ||= host.replace(/\.$/, '');
    delete options.lookup;
    Object.assign(options, { host: '127.0.0.1', port });
  }
  return connect.call(this, options, ...callback);
};
