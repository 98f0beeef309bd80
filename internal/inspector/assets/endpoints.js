// The endpoints: their addresses, their secrets, and the choice of one.

import { byId, h } from "./dom.js";
import { post } from "./api.js";
import { copy } from "./copy.js";

const MASKED = "whsec_••••••••••••";

// endpointsDialog lists the endpoints. A secret is asked for when it is copied, and is never
// in the document.
export function endpointsDialog(known, failing) {
  const copySecret = failing(async (id) => {
    const { secret } = await post(`/inspect/endpoints/${encodeURIComponent(id)}/secret`, {});
    byId("endpoints-dialog").close(); // what is said about it is behind it
    await copy(secret, "Copied the signing secret.");
  });
  return () => {
    const none = h("p", { class: "note" }, "No endpoint is known.");
    const all = known().map((e) => h("li", {},
      h("p", {}, h("code", {}, e.url), " ", h("span", { class: "note" }, [e.id, (e.enabled_events ?? []).join(", ")].filter(Boolean).join(", "))),
      h("p", { class: "secret" }, "Signing secret ", h("code", { "aria-label": "hidden" }, MASKED), " ",
        h("button", { type: "button", "data-secret": e.id, click: () => copySecret(e.id) }, "Copy secret"))));
    byId("endpoints-list").replaceChildren(all.length ? h("ul", {}, all) : none);
    byId("endpoints-dialog").showModal();
  };
}

// offerEndpoints fills a select with endpoints and, first, with what else there is to choose.
export function offerEndpoints(select, endpoints, names, chosen, others = []) {
  const before = chosen ?? select.value;
  select.replaceChildren(...others.map(([value, text]) => h("option", { value }, text)),
    ...endpoints.map((e) => h("option", { value: e.id, title: e.url }, names.get(e.url) ?? e.url)));
  select.value = before;
  if (select.selectedIndex < 0) select.selectedIndex = 0;
}
