// A link to a word in the glossary opens its explanation beside the link. The link itself still leads to the
// glossary: in a new tab, without this script, or when the explanation cannot be fetched.

const MARGIN = 16; // pixels kept free around the box
const IS_TERM = /\/glossary#term-(.+)$/;
const box = document.getElementById("glossary-box");
let opener = null;
let glossary = null; // a promise of the glossary page, fetched once

function fetchGlossary(address) {
  glossary ??= fetch(address)
    .then((response) => (response.ok ? response.text() : Promise.reject(response.status)))
    .then((text) => new DOMParser().parseFromString(text, "text/html"))
    .catch((fault) => {
      glossary = null; // the next click tries again
      throw fault;
    });
  return glossary;
}

/** Below the link, or above it where there is no room; always inside the window. */
function place(link) {
  const at = link.getBoundingClientRect();
  const size = box.getBoundingClientRect();
  const below = at.bottom + 8;
  const top = below + size.height + MARGIN <= innerHeight ? below : Math.max(MARGIN, at.top - size.height - 8);
  const left = Math.max(MARGIN, Math.min(at.left, document.documentElement.clientWidth - size.width - MARGIN));
  box.style.insetBlockStart = `${top}px`;
  box.style.insetInlineStart = `${left}px`;
}

async function show(link) {
  let term;
  try {
    const page = await fetchGlossary(link.href.split("#")[0]);
    term = page.getElementById(`term-${decodeURIComponent(IS_TERM.exec(link.href)[1])}`);
  } catch {
    // Below, the link is followed as usual.
  }
  if (!term) {
    location.assign(link.href);
    return;
  }
  const list = box.querySelector("[data-explanation]");
  box.querySelector("h2").textContent = term.textContent;
  list.replaceChildren(...document.importNode(term.nextElementSibling, true).childNodes);
  box.lang = term.closest("[lang]").lang;
  box.querySelector("a[data-more]").href = link.href;
  if (!box.contains(link)) opener = link;
  if (!box.matches(":popover-open")) box.showPopover();
  place(opener);
  box.querySelector("h2").focus();
}

function markLinks(root) {
  for (const link of root.querySelectorAll("a[href*='/glossary#term-']")) link.setAttribute("aria-haspopup", "dialog");
}

export function explainWords() {
  if (!box || !HTMLElement.prototype.showPopover) return;
  markLinks(document.querySelector("[data-lesson]"));
  document.addEventListener("activity-replaced", (event) => markLinks(event.detail));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || !IS_TERM.test(link.href) || link.hasAttribute("data-more") || !link.closest("[data-lesson]")) return;
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    show(link);
  });
  box.querySelector("button").addEventListener("click", () => box.hidePopover());
  box.addEventListener("beforetoggle", (event) => {
    // Escape and the button give the focus back; a click elsewhere keeps it where it was clicked.
    if (event.newState === "closed" && box.contains(document.activeElement)) opener?.focus({ preventScroll: true });
  });
  box.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !box.contains(event.relatedTarget)) box.hidePopover();
  });
}
