/* Keeps a case ours while its page is open: a heartbeat to data-lease-url every ten seconds.
 * 2xx means still ours; 403, 404, 409 and 410 mean lost. Then the bar says so and [data-lease-lost] appears.
 * data-lease-release-url, where given, is told when the page is left. */
const BEAT = 10_000;
const LOST = new Set([403, 404, 409, 410]);

const token = () => {
  try {
    return JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";
  } catch {
    return "";
  }
};

function watch(element) {
  let failures = 0;
  const show = (state) => {
    element.dataset.lease = state;
    for (const notice of document.querySelectorAll("[data-lease-lost]")) notice.hidden = state !== "lost";
    for (const notice of document.querySelectorAll("[data-lease-unsure]")) notice.hidden = state !== "unsure";
  };
  const beat = async () => {
    if (!element.isConnected) {
      clearInterval(timer);
      return;
    }
    try {
      const answer = await fetch(element.dataset.leaseUrl, {
        method: "POST",
        headers: { "X-CSRFToken": token(), Accept: "application/json" },
        redirect: "error",
      });
      if (LOST.has(answer.status)) {
        clearInterval(timer);
        show("lost");
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      failures = 0;
      show("held");
    } catch {
      failures += 1;
      if (failures >= 3) show("unsure");
    }
  };
  const timer = setInterval(beat, BEAT);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && element.dataset.lease !== "lost") beat();
  });
  addEventListener("pagehide", () => {
    if (!element.dataset.leaseReleaseUrl || element.dataset.lease === "lost") return;
    const form = new FormData();
    form.set("csrfmiddlewaretoken", token());
    navigator.sendBeacon(element.dataset.leaseReleaseUrl, form);
  });
}

/* One watcher for each address, also when htmx redraws the element that carries it. */
const watched = new Set();
const find = () => {
  for (const element of document.querySelectorAll("[data-lease-url]")) {
    if (watched.has(element.dataset.leaseUrl)) continue;
    watched.add(element.dataset.leaseUrl);
    watch(element);
  }
};
find();
document.addEventListener("htmx:load", find);
