/* <time data-countdown="ISO moment"> counts down to it: "0:42", then "3 h 10 min" for longer spans.
 * data-urgency on the nearest .clock turns to soon (at its data-warn moment, or in the last quarter of an hour) and late; [data-countdown-gone] ancestors hide what only holds until then. */
const SOON = 15 * 60;

function words(seconds) {
  const left = Math.max(0, Math.ceil(seconds));
  if (left < 3600) return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  const minutes = Math.floor(left / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
  return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`;
}

function tick() {
  for (const element of document.querySelectorAll("[data-countdown]")) {
    const seconds = (new Date(element.dataset.countdown) - Date.now()) / 1000;
    if (Number.isNaN(seconds)) continue;
    const clock = element.closest(".clock");
    if (seconds <= 0 && element.closest("[data-countdown-gone]")) {
      element.closest("[data-countdown-gone]").hidden = true;
      continue;
    }
    const text = seconds > 0 ? words(seconds) : `${words(-seconds)} over`;
    if (element.textContent !== text) element.textContent = text;
    if (!clock || "calm" in clock.dataset) continue;
    const warned = clock.dataset.warn ? new Date(clock.dataset.warn) <= Date.now() : seconds < SOON;
    clock.dataset.urgency = seconds <= 0 ? "late" : warned ? "soon" : "later";
  }
}

tick();
setInterval(() => {
  if (document.visibilityState === "visible") tick();
}, 1000);
document.addEventListener("htmx:load", tick);
document.addEventListener("visibilitychange", tick);
