/* Keys for everything on the page.
 *
 * data-hotkey="a"     pressing a clicks the element (or focuses it, if it is a field)
 * data-rows           j and k walk through the links marked data-row-link inside; Enter opens, as on any link
 * Ctrl+Enter          submits the form marked data-confirm that somebody is at: of the open dialog, else of the page; one that is not seen never
 *
 * Only the open dialog listens while there is one. Nothing happens while somebody types, and everything can be
 * switched off with [data-hotkeys-switch]. A key only ever does what a click would: the confirm step stays.
 */
const OFF = "hotkeys-off";
const TEXT_INPUTS = new Set(["text", "search", "email", "password", "number", "tel", "url", "date", "time", "datetime-local", "month", "week"]);

const isOff = () => {
  try {
    return localStorage.getItem(OFF) === "1";
  } catch {
    return false;
  }
};

const isTyping = (element) =>
  element instanceof HTMLElement &&
  (element.isContentEditable ||
    element.matches("textarea, select") ||
    (element instanceof HTMLInputElement && TEXT_INPUTS.has(element.type)));

const openDialog = () => [...document.querySelectorAll("dialog[open]")].at(-1) ?? null;
/* What is in a closed menu can be reached as long as the menu itself is seen. */
const isShown = (element) => {
  const seen = element.closest("details.menu:not([open])")?.querySelector("summary") ?? element;
  return seen.checkVisibility() && !element.closest("[inert]");
};

function findTarget(key) {
  const scope = openDialog() ?? document;
  return [...scope.querySelectorAll(`[data-hotkey="${CSS.escape(key)}"]`)].find(
    (element) => isShown(element) && !element.matches(":disabled, [aria-disabled=true]"),
  );
}

function press(target) {
  if (target instanceof HTMLInputElement && TEXT_INPUTS.has(target.type)) {
    target.focus();
    target.select();
    return;
  }
  if (target instanceof HTMLInputElement) target.focus();
  target.click();
}

function moveRow(step) {
  const links = [...document.querySelectorAll("[data-rows] [data-row-link]")].filter(isShown);
  if (!links.length) return false;
  const here = links.findIndex((link) => link === document.activeElement || link.closest("[data-row]")?.contains(document.activeElement));
  const next = here === -1 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(here + step, 0), links.length - 1);
  links[next].focus({ focusVisible: true });
  links[next].scrollIntoView({ block: "nearest" });
  return true;
}

/* The step that is open: the one with the focus, else the only one that is seen. Who is at work in another form confirms nothing. */
function confirmForm() {
  const scope = openDialog() ?? document;
  const seen = [...scope.querySelectorAll("form[data-confirm]")].filter(
    (form) => form.checkVisibility({ visibilityProperty: true }) && !form.closest("[inert], details:not([open])"),
  );
  const at = document.activeElement?.form ?? document.activeElement?.closest("form");
  if (at && scope.contains(at)) return seen.includes(at) ? at : null;
  return seen.length === 1 ? seen[0] : null;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = confirmForm();
    if (form) {
      event.preventDefault();
      form.requestSubmit();
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat && !"jk".includes(event.key)) return;
  if (isOff() || isTyping(event.target)) return;
  if (!openDialog() && (event.key === "j" || event.key === "k")) {
    if (moveRow(event.key === "j" ? 1 : -1)) event.preventDefault();
    return;
  }
  const target = findTarget(event.key);
  if (!target) return;
  event.preventDefault();
  press(target);
});

function showSwitch() {
  const off = isOff();
  document.documentElement.toggleAttribute("data-hotkeys", off);
  if (off) document.documentElement.dataset.hotkeys = "off";
  for (const toggle of document.querySelectorAll("[data-hotkeys-switch]")) toggle.checked = !off;
}

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-hotkeys-switch]")) return;
  try {
    localStorage.setItem(OFF, event.target.checked ? "0" : "1");
  } catch {
    /* Storage is closed to us: the switch holds for this page only. */
  }
  showSwitch();
});

showSwitch();
