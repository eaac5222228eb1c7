/* <a href="/the/form/as/a/page" data-dialog="id"> opens <dialog id="id"> in place of the page it points to.
 * [data-dialog-close] closes it; focus goes back to what opened it. Without a script the link simply leads to the page. */
let opener = null;

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  const closer = event.target.closest("[data-dialog-close]");
  if (closer) {
    const dialog = closer.closest("dialog");
    if (dialog) {
      event.preventDefault();
      dialog.close();
    }
    return;
  }
  if (event.target instanceof HTMLDialogElement && event.target.matches("[data-light-dismiss]")) {
    event.target.close();
    return;
  }
  const link = event.target.closest("[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const dialog = document.getElementById(link.dataset.dialog);
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return;
  event.preventDefault();
  opener = link;
  dialog.showModal();
});

document.addEventListener(
  "close",
  (event) => {
    if (!(event.target instanceof HTMLDialogElement)) return;
    /* The bar may have been redrawn while the dialog was open: find the opener again by what it opens. */
    const again = opener?.isConnected ? opener : document.querySelector(`[data-dialog="${CSS.escape(event.target.id)}"]`);
    again?.focus();
    opener = null;
  },
  true,
);

/* A form is sent once, however often the key is pressed. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method === "get" || form.method === "dialog" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  form.setAttribute("aria-busy", "true");
});

/* Coming back through the browser's history finds the form usable again. */
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

/* A menu (<details class="menu">) closes on Escape and on a click beside it. */
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary")?.focus();
});
