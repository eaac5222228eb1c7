/* Keeps a fragment fresh: <div data-live="2" hx-get="..." hx-trigger="live"> asks again every two seconds.
 *
 * It asks only while the page is visible, and never replaces something that is being typed in, selected, or opened.
 * The fragment's data-version goes along as X-Seen, so that the server may answer 204 when nothing changed.
 * [data-live-state] says whether what one sees is live or since when it is stale. Rows that are new are marked data-fresh.
 */
const lastAsked = new WeakMap();
let freshAt = Date.now();
let failed = 0;

const isBusy = (region) => {
  const active = document.activeElement;
  if (active && region.contains(active) && active.matches("input, textarea, select, [contenteditable]")) return true;
  if (region.querySelector("dialog[open], details.menu[open]")) return true;
  const selection = document.getSelection();
  return Boolean(selection && !selection.isCollapsed && region.contains(selection.anchorNode));
};

function showState() {
  for (const state of document.querySelectorAll("[data-live-state]")) {
    const stale = failed >= 2;
    state.dataset.state = stale ? "stale" : "live";
    const text = stale
      ? `Not updating since ${new Date(freshAt).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}`
      : "Live";
    if (state.textContent !== text) state.textContent = text;
  }
}

function ask() {
  if (document.visibilityState !== "visible" || !window.htmx) return;
  for (const region of document.querySelectorAll("[data-live]")) {
    if (region.closest("dialog:not([open])")) continue; // a form that nobody opened
    const every = Number(region.dataset.live || 2) * 1000 * (failed ? Math.min(failed, 8) : 1);
    if (Date.now() - (lastAsked.get(region) ?? 0) < every || isBusy(region)) continue;
    lastAsked.set(region, Date.now());
    window.htmx.trigger(region, "live");
  }
}

document.addEventListener("htmx:configRequest", (event) => {
  const version = event.detail.elt.dataset?.version;
  if (version) event.detail.headers["X-Seen"] = version;
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.elt.matches?.("[data-live]")) return;
  if (event.detail.successful) {
    failed = 0;
    freshAt = Date.now();
  } else failed += 1;
  showState();
});

/* An answer that arrives while somebody began to type in the region is dropped; the next one will do. */
let known = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const region = event.detail.target;
  if (!(region instanceof Element) || !event.detail.requestConfig?.elt?.matches?.("[data-live]")) return;
  if (isBusy(region)) event.detail.shouldSwap = false;
  known = new Set([...region.querySelectorAll("[data-row][id]")].map((row) => row.id));
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (!known || !event.target.matches?.("[data-live], [data-live] *")) return;
  if (known.size) {
    for (const row of event.target.querySelectorAll("[data-row][id]")) {
      if (!known.has(row.id)) row.dataset.fresh = "";
    }
  }
  known = null;
});

setInterval(ask, 500);
document.addEventListener("visibilitychange", ask);
showState();
