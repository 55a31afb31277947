// The lesson page, for those with JavaScript. Without it every form and link here works by itself.

import { addOrderButtons } from "./order.js";
import { forgetDraft, keepDrafts, markDraftSent } from "./player/drafts.js";
import { explainWords } from "./player/glossary.js";
import { sendAsUsual, sendInPlace, sendNote } from "./player/in_place.js";
import { useShortcuts } from "./player/shortcuts.js";

async function send(form, submitter) {
  const isNote = form.matches("[data-note]");
  const part = isNote ? form : form.closest(".activity");
  if (part.getAttribute("aria-busy") === "true") return;
  part.setAttribute("aria-busy", "true");
  markDraftSent(form);
  const outcome = isNote ? await sendNote(form) : await sendInPlace(form, submitter);
  part.removeAttribute("aria-busy");
  if (outcome === "sent") forgetDraft(form);
  if (outcome === "offline") sendAsUsual(form, submitter);
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-activity], form[data-note]")) return;
  event.preventDefault();
  send(event.target, event.submitter);
});
document.addEventListener("activity-replaced", (event) => addOrderButtons(event.detail));
keepDrafts();
explainWords();
useShortcuts();
