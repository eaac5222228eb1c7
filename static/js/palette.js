/* The palette: Ctrl+K (or Cmd+K) opens the dialog marked [data-palette]; the arrows walk through its hits, Enter opens the one that is marked,
 * or the first. What is typed is looked up by htmx; the field keeps the focus. */
const dialog = document.querySelector("[data-palette]");
const field = dialog?.querySelector("input");
const hits = () => [...dialog.querySelectorAll("[data-hit]")];

function mark(index) {
  const all = hits();
  all.forEach((hit, at) => {
    hit.toggleAttribute("data-marked", at === index);
    hit.id = `hit-${at}`;
  });
  if (all[index]) {
    field.setAttribute("aria-activedescendant", all[index].id);
    all[index].scrollIntoView({ block: "nearest" });
  } else field.removeAttribute("aria-activedescendant");
}

const marked = () => hits().findIndex((hit) => hit.hasAttribute("data-marked"));

function open() {
  if (dialog.open) {
    dialog.close();
    return;
  }
  if (document.querySelector("dialog[open]")) return;
  field.value = "";
  dialog.showModal();
  field.focus();
  dialog.dispatchEvent(new CustomEvent("palette-open"));
}

if (dialog) {
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest("[data-palette-open]")) return;
    event.preventDefault();
    open();
  });
  dialog.addEventListener("keydown", (event) => {
    const all = hits();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && all.length) {
      event.preventDefault();
      mark((marked() + step + all.length) % all.length);
    } else if (event.key === "Enter" && all.length && event.target === field) {
      event.preventDefault();
      all[Math.max(marked(), 0)].click();
    }
  });
  dialog.addEventListener("htmx:afterSwap", () => mark(0));
}
