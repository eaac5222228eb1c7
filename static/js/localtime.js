/* <time datetime="..." data-relative> reads "3 min ago" and keeps reading true; its title has the exact local time.
 * <time datetime="..." data-local> shows the exact time in the reader's own zone. The server's text stands without a script. */
const UNITS = [
  [365 * 86400, "year"],
  [30 * 86400, "month"],
  [86400, "day"],
  [3600, "h"],
  [60, "min"],
];
const locale = document.documentElement.lang || undefined;
const exact = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });
const near = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const far = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const farther = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/* The same words as the server's, so that nothing jumps when a page comes alive. */
function span(seconds) {
  const [size, unit] = UNITS.find(([limit]) => seconds >= limit) ?? [];
  if (!size) return "moments";
  const count = Math.floor(seconds / size);
  return `${count} ${unit}${count > 1 && unit !== "h" && unit !== "min" ? "s" : ""}`;
}

function describe(moment) {
  const seconds = (Date.now() - moment) / 1000;
  return seconds >= 0 ? `${span(seconds)} ago` : `in ${span(-seconds)}`;
}

function show(root) {
  for (const time of root.querySelectorAll("time[data-relative], time[data-local]")) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.valueOf())) continue;
    const now = new Date();
    const how = moment.toDateString() === now.toDateString() ? near : moment.getFullYear() === now.getFullYear() ? far : farther;
    const text = "relative" in time.dataset ? describe(moment) : how.format(moment);
    if (time.textContent !== text) time.textContent = text;
    if (!time.title) time.title = exact.format(moment);
  }
}

show(document);
document.addEventListener("htmx:load", (event) => show(event.target));
setInterval(() => {
  if (document.visibilityState === "visible") show(document);
}, 15_000);
