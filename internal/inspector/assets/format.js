// How things are worded.

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });

// time is the time of day, and the day when it is not today.
export function time(text) {
  const at = new Date(text);
  const today = at.toDateString() === new Date().toDateString();
  return today ? clock.format(at) : `${day.format(at)} ${clock.format(at)}`;
}

export const fullTime = (at) => `${day.format(at)} ${clock.format(at)}`;

export function duration(ms) {
  if (ms >= 1000) return `${(ms / 1000).toFixed(ms >= 10000 ? 0 : 1)} s`;
  if (ms < 0.1) return "< 0.1 ms";
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

export const number = (n) => n.toLocaleString("en");
export const plural = (n, one, many = one + "s") => `${number(n)} ${n === 1 ? one : many}`;

// address is a URL without what is the same in all of them.
export const address = (url) => url.replace(/^https?:\/\//, "");

// standing is a delivery's state as a word or a number for the list, a tone that
// colors it, and a phrase for those who cannot see the color. A forgery is right when it is
// refused.
export function standing(d) {
  const answer = d.status ? String(d.status) : "";
  switch (d.state) {
    case "delivered":
      if (d.forgery) return { label: answer, tone: "fail", phrase: "a forgery was accepted" };
      return { label: answer, tone: "pass", phrase: "accepted" };
    case "given up":
      if (d.forgery && d.status >= 500) return { label: answer, tone: "pass", phrase: "a forgery failed with a server error" };
      if (d.forgery && answer) return { label: answer, tone: "pass", phrase: "a forgery was refused" };
      return { label: answer || "no response", tone: "fail", phrase: "given up" };
    case "dropped":
      return { label: "dropped", tone: "idle", phrase: "dropped on purpose" };
    case "sending":
      return { label: answer || "sending", tone: "busy", phrase: "being sent" };
  }
  if (d.attempts === 0 || d.attempts?.length === 0) return { label: "waiting", tone: "idle", phrase: "not sent yet" };
  return { label: answer || "no response", tone: "warn", phrase: "will be tried again" };
}
