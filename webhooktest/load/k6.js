// A load for stock k6, written by fakestripe. It sends what fakestripe load would send, and
// says at the end what that was, so that fakestripe load --verify can judge the effects of
// all instances together.
//
//	STRIPE_WEBHOOK_SECRET=whsec_… k6 run script.js
//
// These variables change the load: TO, RATE (200/s, or 50/s..500/s), DURATION (30s), COUNT,
// VUS, RUN_ID and SENT, the file for what was sent.
import { check, sleep } from 'k6';
import crypto from 'k6/crypto';
import exec from 'k6/execution';
import http from 'k6/http';
import { Counter } from 'k6/metrics';

const load = null; // fakestripe fills this in

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const instances = 62 ** 3; // as many as three digits tell apart

const to = __ENV.TO || load.to;
const secret = __ENV.STRIPE_WEBHOOK_SECRET || __ENV.SECRET;

// How often each share is in the order, and was before each place in it.
const perPeriod = load.shares.map(() => 0);
const before = load.order.map((share) => perPeriod[share]++);

export const options = {
  scenarios: { load: scenario(__ENV.RATE || load.rate) },
  thresholds: { checks: ['rate==1'] },
  summaryTrendStats: ['min', 'avg', 'p(50)', 'p(90)', 'p(99)', 'p(99.9)', 'p(99.99)', 'max'],
  discardResponseBodies: true,
};

const begun = new Counter('begun');
const accepted = streams('accepted');
const forgeriesAccepted = new Counter('forgeries_accepted');

function streams(name) {
  return load.shares.flatMap((_, i) => [new Counter(`${name}_${i}`), new Counter(`${name}_${i}_forged`)]);
}

function scenario(rate) {
  const count = Number(__ENV.COUNT || load.count);
  const duration = __ENV.DURATION || load.duration;
  const vus = Number(__ENV.VUS || load.vus);
  if (!rate) {
    return {
      executor: 'shared-iterations', vus: Math.min(vus, count || vus), iterations: count || vus, maxDuration: duration || '24h',
    };
  }
  const [from, last] = rate.split('..').map(perMinute);
  const open = { timeUnit: '1m', preAllocatedVUs: vus, maxVUs: vus };
  if (last === undefined) {
    const seconds = Math.ceil((count * 60) / from);
    return { executor: 'constant-arrival-rate', rate: from, duration: duration || `${seconds || 10}s`, ...open };
  }
  const stages = [{ target: last, duration: duration || '10s' }];
  return { executor: 'ramping-arrival-rate', startRate: from, stages, ...open };
}

// perMinute reads a rate such as 200/s. k6 wants whole numbers.
function perMinute(text) {
  const [number, unit] = text.split('/');
  const perUnit = { s: 60, m: 1, h: 1 / 60 }[unit || 's'];
  if (!(Number(number) >= 0) || !perUnit) {
    throw new Error(`RATE ${text}: want a rate such as 200/s, 6000/m or 50/s..500/s`);
  }
  return Math.round(Number(number) * perUnit);
}

// setup decides what makes the ids of this run and this instance unlike all others.
export function setup() {
  if (!to || !secret) {
    throw new Error('set STRIPE_WEBHOOK_SECRET to the signing secret of the handler, and TO to its URL');
  }
  const [start] = (exec.test.options.executionSegment || '0:1').split(':');
  const [over, under] = start.split('/').map(Number);
  const fraction = under ? over / under : over;
  return {
    run: __ENV.RUN_ID || crypto.md5(`${Date.now()} ${Math.random()}`, 'hex').slice(0, 12),
    instance: Math.floor(fraction * instances + 1e-6),
  };
}

// words are the stems and starts of a stream's ids.
const made = {};
function words(identity, share, forged) {
  const key = `${share} ${forged}`;
  made[key] ||= {
    instance: identity.instance,
    of: load.shares[share].roles.map((role, i) => word(identity, `${key} ${i}`, role)),
  };
  return made[key];
}

function word(identity, key, role) {
  const hash = crypto.sha512(`${identity.run} ${key} ${role.label}`, 'hex');
  if (!role.stem) {
    const digits = Math.min(role.digits, 8); // as many as a number holds exactly
    const room = role.alphabet.length ** digits;
    return { role, digits, room, start: (parseInt(hash.slice(0, 12), 16) % room) + identity.instance };
  }
  let stem = '';
  for (let i = 0; i < role.digits - 9; i++) {
    stem += base62[parseInt(hash.slice(2 * i, 2 * i + 2), 16) % 62];
  }
  return { role, stem: stem + digitsOf(identity.instance, 3, base62) };
}

function digitsOf(n, digits, alphabet) {
  let text = '';
  for (let i = 0; i < digits; i++) {
    text = alphabet[n % alphabet.length] + text;
    n = Math.floor(n / alphabet.length);
  }
  return text;
}

// fresh is the word of a number.
function fresh(w, number) {
  if (w.stem !== undefined) {
    return w.stem + digitsOf(number, 6, base62);
  }
  const word = digitsOf((w.start + number * 64) % w.room, w.digits, w.role.alphabet);
  return word.padStart(w.role.digits, w.role.alphabet[0]);
}

// body fills the blanks of a step: an id, the number of the event, a Unix time, or a time as
// text.
function body(step, ids, number, created) {
  return step.parts.map((part) => {
    if (typeof part === 'string') {
      return part;
    }
    if (part.role !== undefined) {
      return fresh(ids.of[part.role], number);
    }
    if (part.number !== undefined) {
      return ids.instance * part.number + number + 1;
    }
    return part.unix !== undefined ? created + part.unix : new Date((created + part.text) * 1000).toISOString();
  }).join('');
}

// chosen says what the nth iteration sends, and what happens to it. It depends on nothing
// else, so that the summary knows what was sent.
function chosen(n) {
  const at = n % load.order.length;
  const share = load.order[at];
  const number = Math.floor(n / load.order.length) * perPeriod[share] + before[at];
  const draw = random(n);
  const faults = {
    duplicate: draw() < load.chaos.duplicate,
    reorder: draw() < load.chaos.reorder,
    drop: draw() < load.chaos.drop,
    delay: draw() < load.chaos.delay ? draw() * 10 : 0,
  };
  const forged = draw() < load.forge;
  return { share, number, forged, faults: forged ? {} : faults };
}

// random is a small generator (mulberry32), seeded by the load and a number.
function random(n) {
  let state = (load.seed + Math.imul(n, 0x9e3779b1)) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export default function (identity) {
  begun.add(1);
  const { share, number, forged, faults } = chosen(exec.scenario.iterationInInstance);
  if (faults.drop) {
    return;
  }
  if (faults.delay) {
    sleep(faults.delay);
  }
  const ids = words(identity, share, forged);
  const steps = order(load.shares[share].steps, number, forged, faults);
  const all = steps.map((step) => forged ? forge(step, ids, number) : deliver(step, ids, number, faults.duplicate));
  if (all.every((good) => good)) {
    accepted[2 * share + Number(forged)].add(1);
  } else if (!forged) {
    console.error(`fakestripe: not accepted: ${idOf(identity, share, false, 0)}${digitsOf(number, 6, base62)}`);
  }
}

// order is the order in which the events of a flow go out. Forgeries are of one event.
function order(steps, number, forged, faults) {
  if (forged) {
    return [steps[number % steps.length]];
  }
  if (!faults.reorder) {
    return steps;
  }
  if (steps.length === 1) {
    sleep(1); // after the next ones
    return steps;
  }
  const at = number % (steps.length - 1);
  return [...steps.slice(0, at), steps[at + 1], steps[at], ...steps.slice(at + 2)];
}

// deliver sends an event, again by the schedule if it is not accepted.
function deliver(step, ids, number, duplicate) {
  const created = now();
  const event = body(step, ids, number, created);
  let good = post(event, signature(secret, created, event), duplicate);
  for (const wait of good ? [] : load.retries) {
    sleep(wait);
    good = post(event, signature(secret, now(), event), false);
    if (good) {
      break;
    }
  }
  check(good, { 'event accepted': (good) => good });
  return good;
}

// forge sends a forgery, and reports whether it was accepted.
function forge(step, ids, number) {
  const created = now();
  const event = body(step, ids, number, created);
  const forgeries = [
    () => post(event, '', false),
    () => post(event, signature('whsec_forged', created, event), false),
    () => post(event.replace(/\}\s*$/, ',"forged":true}'), signature(secret, created, event), false),
  ];
  const good = forgeries[number % forgeries.length]();
  check(good, { 'forgery refused': (good) => !good });
  forgeriesAccepted.add(Number(good));
  return good;
}

const now = () => Math.floor(Date.now() / 1000);

// signature makes the Stripe-Signature header. In test mode Stripe adds a v0, which is not to
// be trusted.
function signature(key, time, event) {
  const v1 = crypto.hmac('sha256', key, `${time}.${event}`, 'hex');
  return `t=${time},v1=${v1}` + (load.livemode ? '' : `,v0=${crypto.sha256(v1, 'hex')}`);
}

// post delivers once or twice, side by side, and reports whether the first was accepted.
function post(event, header, twice) {
  const headers = header ? { ...load.headers, 'Stripe-Signature': header } : load.headers;
  const params = { headers, redirects: 0, timeout: load.timeout };
  const [first] = http.batch(Array(twice ? 2 : 1).fill(['POST', to, event, params]));
  return first.status >= 200 && first.status < 300;
}

function idOf(identity, share, forged, role) {
  const at = load.shares[share].stems[role];
  const w = words(identity, share, forged).of[at];
  return w.role.label + w.role.prefix + w.stem;
}

export function handleSummary(data) {
  const identity = data.setup_data;
  if (!identity) {
    return { stdout: 'fakestripe: nothing was sent\n' };
  }
  const repeats = load.chaos.duplicate > 0 || load.retries.length > 0;
  const line = JSON.stringify({ format: 1, run: identity.run, instance: identity.instance, sent: sent(data, identity), repeats });
  return {
    stdout: `${summary(data)}\n${line}\n`,
    [__ENV.SENT || `sent-${identity.instance}.json`]: `${line}\n`,
  };
}

const count = (data, name) => data.metrics[name] ? data.metrics[name].values.count : 0;

// sent lists the numbers that were sent, and how many were not accepted.
function sent(data, identity) {
  const total = count(data, 'begun');
  const ranges = load.shares.flatMap(() => [[], []]);
  for (let n = 0; n < total; n++) {
    const { share, number, forged, faults } = chosen(n);
    if (!faults.drop) {
      extend(ranges[2 * share + Number(forged)], number);
    }
  }
  const all = ranges.map((numbers, i) => {
    const share = Math.floor(i / 2), forged = i % 2 === 1;
    const { name, steps, stems } = load.shares[share];
    const size = numbers.reduce((sum, [first, last]) => sum + last - first + 1, 0);
    const good = count(data, `accepted_${share}${forged ? '_forged' : ''}`);
    return {
      name, forged, steps: steps.length, stems: stems.map((_, role) => idOf(identity, share, forged, role)),
      accepted: numbers, unsure: [], unnamed: forged ? 0 : size - good,
    };
  });
  return all.filter(({ accepted }) => accepted.length > 0);
}

function extend(ranges, number) {
  const last = ranges[ranges.length - 1];
  if (last && last[1] === number - 1) {
    last[1] = number;
  } else {
    ranges.push([number, number]);
  }
}

function summary(data) {
  const total = count(data, 'begun');
  const latency = data.metrics.http_req_duration;
  const lines = [`${total} sent in ${(data.state.testRunDurationMs / 1000).toFixed(1)}s, ${count(data, 'http_reqs')} deliveries`];
  if (latency) {
    const at = ['min', 'p(50)', 'p(90)', 'p(99)', 'p(99.9)', 'p(99.99)', 'max'];
    lines.push('latency  ' + at.map((name) => `${name.replace(/[()]/g, '')} ${latency.values[name].toFixed(1)}ms`).join('  '));
  }
  const { checks } = data.metrics;
  if (checks) {
    lines.push(`checks   ${checks.values.passes} as they should be, ${checks.values.fails} not; ${count(data, 'forgeries_accepted')} forgeries accepted`);
  }
  const dropped = count(data, 'dropped_iterations');
  if (dropped) {
    lines.push(`sender   could not keep the rate: ${dropped} never sent; raise VUS`);
  }
  return lines.join('\n');
}
