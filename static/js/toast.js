/* Messages in .toasts can be closed; those that only inform leave by themselves, errors and undo stay.
 * The server sends more with the header HX-Trigger: {"toast": {"tone": "clear", "text": "Released #1043."}}. */
const LINGER = 7000;

function arm(message) {
  if (message.dataset.armed) return;
  message.dataset.armed = "1";
  if (!("stay" in message.dataset)) {
    let timer = setTimeout(() => message.remove(), LINGER);
    message.addEventListener("pointerenter", () => clearTimeout(timer));
    message.addEventListener("pointerleave", () => (timer = setTimeout(() => message.remove(), LINGER)));
    message.addEventListener("focusin", () => clearTimeout(timer));
  }
}

function armAll() {
  for (const message of document.querySelectorAll(".toasts .message")) arm(message);
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element && event.target.closest("[data-toast-close]");
  if (button) button.closest(".message")?.remove();
});

document.addEventListener("toast", (event) => {
  const shelf = document.querySelector(".toasts");
  const pattern = document.querySelector("template[data-toast]");
  const { text, tone } = event.detail ?? {};
  if (!shelf || !pattern || !text) return;
  const message = pattern.content.firstElementChild.cloneNode(true);
  message.querySelector("[data-toast-text]").textContent = String(text);
  if (["risk", "warn", "clear", "accent"].includes(tone)) message.classList.add(`message-${tone}`);
  if (tone === "risk") message.dataset.stay = "";
  shelf.append(message);
  arm(message);
});

armAll();
document.addEventListener("htmx:load", armAll);
