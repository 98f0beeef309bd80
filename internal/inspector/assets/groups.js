// Deliveries as the list has them: an event with its answers, and the events of a trigger.

import { standing } from "./format.js";

// eventsOf joins the deliveries of each event that was sent, oldest first.
export function eventsOf(deliveries) {
  const events = new Map();
  for (const d of deliveries) {
    const key = d.first ?? d.id;
    if (events.has(key)) events.get(key).deliveries.push(d);
    else events.set(key, { key, deliveries: [d], trigger: d.trigger });
  }
  return [...events.values()];
}

// itemsOf lists events and triggers, newest first. A trigger is there when it made several
// events, at the place of its first one, above its events. A folded one hides them.
export function itemsOf(events, all, folded) {
  const sizes = new Map();
  for (const { trigger } of all) if (trigger) sizes.set(trigger.id, (sizes.get(trigger.id) ?? 0) + 1);
  const groups = new Map();
  const tops = [];
  for (const event of events) {
    const { id, name } = event.trigger ?? {};
    if (!id || sizes.get(id) < 2) tops.push(event);
    else if (groups.has(id)) groups.get(id).events.push(event);
    else {
      groups.set(id, { key: id, name, events: [event], size: sizes.get(id), open: !folded.has(id) });
      tops.push(groups.get(id));
    }
  }
  return tops.toReversed().flatMap((top, i) => {
    const place = { level: 1, at: i + 1, of: tops.length };
    if (!top.events) return [{ key: top.key, event: top, ...place }];
    const inside = top.open ? top.events.toReversed() : [];
    return [
      { key: top.key, group: top, ...place },
      ...inside.map((event, j) => ({ key: event.key, event, group: top, level: 2, at: j + 1, of: inside.length })),
    ];
  });
}

// tally counts how many answers are right, wrong, and not final yet.
export function tally(deliveries) {
  const count = { right: 0, wrong: 0, open: 0 };
  for (const d of deliveries) {
    const { tone } = standing(d);
    if (tone === "pass") count.right++;
    else if (tone === "fail") count.wrong++;
    else if (d.state !== "dropped") count.open++;
  }
  return count;
}
