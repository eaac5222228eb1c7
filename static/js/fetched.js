/* <a href="/the/form/as/a/page" data-fetch-dialog="id"> fetches that page's form and opens it in <dialog id="id">.
 * Without a script, and with a modifier key, the link simply leads to the page. */
document.addEventListener("click", async (event) => {
  const link = event.target instanceof Element && event.target.closest("[data-fetch-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !window.htmx) return;
  const dialog = document.getElementById(link.dataset.fetchDialog);
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return;
  event.preventDefault();
  dialog.replaceChildren();
  const menu = link.closest("details.menu");
  if (menu) menu.open = false;
  await window.htmx.ajax("GET", link.href, { target: dialog, swap: "innerHTML" });
  if (!dialog.childElementCount || dialog.open) return;
  dialog.showModal();
  dialog.querySelector("[autofocus]")?.focus();
});

document.addEventListener(
  "close",
  (event) => {
    if (!(event.target instanceof HTMLDialogElement) || event.target.id !== "dialog-act") return;
    event.target.replaceChildren();
    document.querySelector("#act-more > summary")?.focus({ preventScroll: true });
  },
  true,
);
