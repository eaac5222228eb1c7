"""What is wrong with a page, whoever made it: at a desk, at twice the size, on a phone, in the light and in the dark, by keyboard alone.

assert look_at(desk, "/queues/fraud/") == []
"""

from playwright.sync_api import Error

from tests.axe import troubles
from tests.journeys.conftest import Desk

DESK, TWICE, PHONE = {"width": 1440, "height": 900}, {"width": 640, "height": 400}, {"width": 390, "height": 844}
NARROWEST = {"width": 320, "height": 640}  # WCAG 1.4.10: 1280 px at 400 %
LANDMARKS = """() => ({
  title: document.title.trim().length > 0,
  mains: document.querySelectorAll("main").length,
  headings: document.querySelectorAll("h1").length,
  language: document.documentElement.lang,
})"""
GOOD = {"title": True, "mains": 1, "headings": 1, "language": "en"}

# What may differ between a desk in the light and a phone in the dark; all other rules ask about the same document.
BY_SIZE_AND_THEME = [
    "color-contrast", "target-size", "link-in-text-block", "scrollable-region-focusable", "link-name", "button-name", "label", "select-name",
    "aria-hidden-focus", "bypass", "region",
]  # fmt: skip
# What moved by itself until the page was drawn; the desk counts from the first moment on.
SETTLED = (
    "document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(window.shifts)))))"
)

# Wider than the window: how much, and what sticks out.
WIDER = """() => {
  const wide = document.documentElement.clientWidth, more = document.documentElement.scrollWidth - wide;
  const who = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > wide + 0.5);
  return more > 0 ? `${more} px wider than ${wide} px: ${who.slice(0, 5).map((one) => one.outerHTML.slice(0, 80)).join(" | ")}` : "";
}"""

# Whoever asks for less motion gets none: nothing runs, nothing would take longer than a moment, nothing scrolls softly.
STILL = """() => {
  const seconds = (list) => Math.max(...list.split(",").map((each) => parseFloat(each) * (each.trim().endsWith("ms") ? 0.001 : 1)));
  return [...document.querySelectorAll("*")].filter((one) => {
    const style = getComputedStyle(one);
    return seconds(style.animationDuration) > 0.01 || seconds(style.transitionDuration) > 0.01 || style.scrollBehavior === "smooth";
  }).map((one) => `moves although less motion is asked for: ${one.outerHTML.slice(0, 80)}`);
}"""

# By keyboard: everything that can be used takes the focus in the order of the page, shows it, and is not covered while it has it.
BY_KEYBOARD = """() => {
  const found = [], name = (one) => one.outerHTML.slice(0, 110).replace(/\\s+/g, " ");
  const usable = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex], [contenteditable=true]";
  const shown = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest("[inert]") && !one.matches(":disabled");
  const drawn = (style) => [style.outlineStyle, style.outlineWidth, style.boxShadow, style.backgroundColor, style.borderColor].join();
  const around = (one) => [one, one.parentElement, ...(one.labels ?? [])].filter(Boolean);
  const looks = (one) => around(one).map((each) => drawn(getComputedStyle(each)) + drawn(getComputedStyle(each, "::after"))).join();
  for (const one of document.querySelectorAll(usable)) {
    if (one.tabIndex > 0) found.push(`jumps the queue of Tab: ${name(one)}`);
    if (!shown(one)) continue;
    const programmatic = one.getAttribute("tabindex") === "-1";
    if (programmatic && one.matches("main, [role=dialog], [role=option], h1, h2")) continue; // takes the focus only when it is given it
    if (programmatic) found.push(`cannot be reached by Tab: ${name(one)}`);
    one.blur();
    const before = looks(one);
    one.focus();
    if (document.activeElement !== one) { found.push(`does not take the focus: ${name(one)}`); continue; }
    if (looks(one) === before) found.push(`does not show the focus: ${name(one)}`);
    const box = one.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) continue; // drawn by its label
    // The middle of what of it is in the window.
    const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
    const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
    const hit = right > left && bottom > top ? document.elementFromPoint((left + right) / 2, (top + bottom) / 2) : null;
    const own = hit && (one.contains(hit) || hit.contains(one) || [...(one.labels ?? [])].some((label) => label.contains(hit)));
    const lines_of_text = one.getClientRects().length > 1; // a link that wraps has a middle that is not its own
    if (!own && !lines_of_text) found.push(`covered while it has the focus, by ${hit ? name(hit) : "nothing in the window"}: ${name(one)}`);
    one.blur();
  }
  for (const one of document.querySelectorAll("body *")) {
    if (one.closest(`${usable}, label`) || getComputedStyle(one).cursor !== "pointer" || !shown(one)) continue;
    found.push(`only a mouse can use it: ${name(one)}`);
  }
  scrollTo(0, 0);
  return found;
}"""


class NotAPage(Exception):
    """The address answers with a part of a page, a file or another document for machines."""


def look_at(desk: Desk, path: str, statuses: tuple[int, ...] = (200,), *, thoroughly: bool = True) -> list[str]:
    """Open the page and return what is wrong with it."""
    page = desk.page
    desk.troubles.clear()
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    try:
        answer = page.goto(path)
    except Error as error:
        if "Download" in str(error):
            raise NotAPage(path) from None
        raise
    assert answer is not None
    if not answer.headers.get("content-type", "").startswith("text/html") or page.evaluate("document.doctype === null"):
        raise NotAPage(path)
    # The policy's refusals are counted on the page itself; those that the console still tells of were axe's, on the page before,
    # and a part of a page that was opened by itself has no icon.
    known = ["Content Security Policy", "/favicon.ico", *(["the server responded with a status of"] if answer.status >= 400 else [])]
    said = [trouble for trouble in desk.troubles if not any(words in trouble for words in known)]
    violations = page.evaluate("window.violations")
    if shifts := page.evaluate(SETTLED):
        page.reload()  # a browser that had to wait drew what it had read so far
        shifts = page.evaluate(SETTLED)
    found = [*said, *violations, *(f"moved while it loaded: {shift}" for shift in shifts)]
    if answer.status not in statuses:
        found.append(f"answers {answer.status}")
    return [*found, *look_around(desk, thoroughly=thoroughly)]


def look_around(desk: Desk, *, thoroughly: bool = True) -> list[str]:
    """What is wrong with the page as it lies on the desk now. Not `thoroughly`: in the light alone, and without the keyboard."""
    page, found = desk.page, list[str]()
    if (landmarks := page.evaluate(LANDMARKS)) != GOOD:
        found.append(f"landmarks: {landmarks}")
    # The first dozen: a long list of folds repeats itself.
    page.evaluate("for (const fold of [...document.querySelectorAll('main details:not(.menu)')].slice(0, 12)) fold.open = true")
    found += page.evaluate(STILL) + (page.evaluate(BY_KEYBOARD) if thoroughly else [])
    found += [f"desk, light: {trouble}" for trouble in troubles(page)]
    for size in (TWICE, NARROWEST, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        if wider := page.evaluate(WIDER):
            found.append(wider)
    if thoroughly:
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        found += [f"phone: {trouble}" for trouble in page.evaluate(BY_KEYBOARD)]
        found += [f"phone, dark: {trouble}" for trouble in troubles(page, rules=BY_SIZE_AND_THEME)]
    desk.troubles.clear()  # axe measures with styles of its own, which the policy refuses
    return found
