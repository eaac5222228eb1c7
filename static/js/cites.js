/* Pointing at a citation lights up the evidence row that it rests on; following it is an ordinary link. */
const light = (event, on) => {
  const link = event.target instanceof Element && event.target.closest("a.cite[href^='#']");
  if (!link) return;
  document.getElementById(link.hash.slice(1))?.toggleAttribute("data-cited", on);
};
document.addEventListener("pointerover", (event) => light(event, true));
document.addEventListener("pointerout", (event) => light(event, false));
document.addEventListener("focusin", (event) => light(event, true));
document.addEventListener("focusout", (event) => light(event, false));

/* The row may lie in a closed fold: open it on the way. */
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element && event.target.closest("a.cite[href^='#']");
  const row = link && document.getElementById(link.hash.slice(1));
  for (let fold = row?.closest("details"); fold; fold = fold.parentElement?.closest("details")) fold.open = true;
});
