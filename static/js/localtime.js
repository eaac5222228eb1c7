/* <time datetime="..." data-relative> reads "3 min ago" and keeps reading true; its title has the exact local time.
 * <time datetime="..." data-local> shows the exact time in the reader's own zone. The server's text stands without a script. */
const STEPS = [
  [45, 1, "second"],
  [60 * 45, 60, "minute"],
  [3600 * 22, 3600, "hour"],
  [86400 * 26, 86400, "day"],
  [86400 * 320, 86400 * 30.4, "month"],
  [Infinity, 86400 * 365.25, "year"],
];
const locale = document.documentElement.lang || undefined;
const exact = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });
const near = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const far = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const relative = new Intl.RelativeTimeFormat(locale, { style: "short", numeric: "auto" });

function describe(moment) {
  const seconds = (moment - Date.now()) / 1000;
  if (Math.abs(seconds) < 10) return "just now";
  const [, size, unit] = STEPS.find(([limit]) => Math.abs(seconds) < limit);
  return relative.format(Math.round(seconds / size), unit);
}

function show(root) {
  for (const time of root.querySelectorAll("time[data-relative], time[data-local]")) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.valueOf())) continue;
    const isToday = moment.toDateString() === new Date().toDateString();
    const text = "relative" in time.dataset ? describe(moment) : (isToday ? near : far).format(moment);
    if (time.textContent !== text) time.textContent = text;
    if (!time.title) time.title = exact.format(moment);
  }
}

show(document);
document.addEventListener("htmx:load", (event) => show(event.target));
setInterval(() => {
  if (document.visibilityState === "visible") show(document);
}, 15_000);
