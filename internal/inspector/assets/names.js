// What endpoints are called where there is little room.

import { address } from "./format.js";

const parts = (url) => {
  const [host, ...segments] = address(url).split(/\/(?=.)/);
  return { host: host.replace(/\/$/, ""), segments };
};

// namesOf maps the URL of each endpoint to a short name that no other one has: the address
// of the only one; the host, where that tells it apart; else the shortest part of the path
// that does, with the host when there are several hosts.
export function namesOf(urls) {
  const all = [...new Set(urls)].map((url) => ({ url, ...parts(url) }));
  const hosts = new Set(all.map((one) => one.host));
  return new Map(all.map((one) => {
    const beside = all.filter((other) => other !== one && other.host === one.host);
    if (all.length === 1) return [one.url, address(one.url)];
    if (beside.length === 0) return [one.url, one.host];
    if (beside.some((other) => address(other.url) === address(one.url))) return [one.url, one.url];
    return [one.url, (hosts.size > 1 ? one.host : "") + distinct(one, beside)];
  }));
}

// distinct is the first segment that no URL beside it has, or the whole path.
function distinct(one, beside) {
  const at = one.segments.findIndex((segment) => beside.every((other) => !other.segments.includes(segment)));
  if (at < 0) return `/${one.segments.join("/")}`;
  const before = at > 0 ? "…/" : "/";
  return before + one.segments[at] + (at < one.segments.length - 1 ? "/…" : "");
}
