/* Keeps a case ours while its page is open: a heartbeat to data-lease-url every ten seconds.
 * 2xx means still ours; 403, 404, 409 and 410 mean lost. Then the bar says so and [data-lease-lost] appears.
 * data-leave-url is told when the page is left: the lease then ends within moments, unless the page is opened again. */
const BEAT = 10_000;
const LOST = new Set([403, 404, 409, 410]);
const failures = new Map(); // how often each address did not answer in a row; an address that is lost stays out

const token = () => {
  try {
    return JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";
  } catch {
    return "";
  }
};

const carriers = (url) => [...document.querySelectorAll("[data-lease-url]")].filter((element) => element.dataset.leaseUrl === url);

function show(url, state) {
  for (const element of carriers(url)) element.dataset.lease = state;
  for (const notice of document.querySelectorAll("[data-lease-lost]")) notice.hidden = state !== "lost";
  for (const notice of document.querySelectorAll("[data-lease-unsure]")) notice.hidden = state !== "unsure";
}

async function beat(url) {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "X-CSRFToken": token(), Accept: "application/json" },
      redirect: "error",
    });
    /* A page that just gave the case back is not told that it lost it. */
    if (!carriers(url).length) return;
    if (LOST.has(answer.status)) {
      show(url, "lost");
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    failures.set(url, 0);
    show(url, "held");
  } catch {
    failures.set(url, (failures.get(url) ?? 0) + 1);
    if (failures.get(url) >= 3) show(url, "unsure");
  }
}

/* By address, not by element: the bar that carries it is redrawn whenever something changed. */
function beatAll() {
  const urls = new Set(
    [...document.querySelectorAll("[data-lease-url]:not([data-lease=lost])")].map((element) => element.dataset.leaseUrl),
  );
  for (const url of urls) beat(url);
}

beatAll(); // the page may have come back from being left
setInterval(beatAll, BEAT);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") beatAll();
});

addEventListener("pagehide", () => {
  const urls = new Set([...document.querySelectorAll("[data-leave-url]")].map((element) => element.dataset.leaveUrl));
  for (const url of urls) {
    const form = new FormData();
    form.set("csrfmiddlewaretoken", token());
    navigator.sendBeacon(url, form);
  }
});
