// The lesson page, for those with JavaScript. Without it every form and link here works by itself.

import { dropRefused, waitingOf } from "./offline/queue.js";
import { refreshCopies } from "./offline/copies.js";
import { askSession, sendWaiting } from "./offline/sending.js";
import { addOrderButtons } from "./order.js";
import { forgetDraft, keepDrafts, markDraftSent } from "./player/drafts.js";
import { explainWords } from "./player/glossary.js";
import { newKey, sendAsUsual, sendInPlace, sendNote } from "./player/in_place.js";
import { followQueue, keepForLater, showKept, thingOf, unanswered } from "./player/later.js";
import { useShortcuts } from "./player/shortcuts.js";

const PATIENCE = 5_000; // for the question whether there is a network at all
const lesson = document.querySelector("[data-lesson]");
const person = Number(document.body.dataset.person);

/**
 * Whether the server can be reached and this person is still signed in. The form gets a token and a time that hold now:
 * the page may be a copy from days ago.
 */
async function isReachable(form) {
  try {
    const session = await askSession(PATIENCE);
    if (session.person !== person) return false;
    form.elements.csrf_token.value = session.csrf_token;
    if (form.elements.opened) form.elements.opened.value = session.now - Math.round(performance.now() / 1000);
    return true;
  } catch {
    return false;
  }
}

/** Try to send what waits, so that an older answer never comes after a newer one. Whether nothing waits any more. */
async function nothingWaits() {
  try {
    if (!(await waitingOf(person)).length) return true;
    await sendWaiting();
    return !(await waitingOf(person)).length;
  } catch {
    return !window.indexedDB;
  }
}

async function later(form, submitter) {
  try {
    await keepForLater(form, submitter);
  } catch {
    sendAsUsual(form, submitter); // the browser can keep nothing
    return;
  }
  forgetDraft(form);
  sendWaiting().catch(() => {});
}

async function send(form, submitter) {
  const isNote = "note" in form.dataset;
  if (form.elements.key) form.elements.key.value = newKey();
  markDraftSent(form);
  const isCopy = "savedCopy" in document.documentElement.dataset;
  if (!(await nothingWaits()) || (isCopy && !(await isReachable(form)))) return later(form, submitter);
  const outcome = isNote ? await sendNote(form) : await sendInPlace(form, submitter);
  if (outcome === "sent") {
    forgetDraft(form);
    await dropRefused(thingOf(form)).catch(() => {});
    await refreshCopies([lesson.dataset.here, lesson.dataset.map]).catch(() => {});
  } else if (outcome === "offline" || (outcome === "doubt" && !(await isReachable(form)))) {
    return later(form, submitter);
  } else if (outcome === "doubt") {
    sendAsUsual(form, submitter);
  }
}

function showMissing(activities) {
  document.getElementById("missing")?.remove();
  const summary = document.getElementById("missing-summary").content.cloneNode(true);
  const all = [...document.querySelectorAll(".activity")];
  for (const activity of activities) {
    const line = summary.querySelector("li").cloneNode(true);
    const link = line.querySelector("a");
    link.href = `#${activity.id}`;
    link.textContent = link.textContent.replace("{number}", all.indexOf(activity) + 1);
    summary.querySelector("ul").append(line);
  }
  summary.querySelector("li").remove();
  document.querySelector("h1").after(summary);
  document.getElementById("missing").scrollIntoView({ block: "center" });
}

async function finish(form) {
  if ((await nothingWaits()) && (await isReachable(form))) {
    sendAsUsual(form, null);
    return;
  }
  const missing = await unanswered();
  if (missing.length) {
    showMissing(missing);
    return;
  }
  await keepForLater(form, null);
  location.assign(lesson.dataset.next ?? lesson.dataset.map);
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-activity], form[data-note], form[data-finish]")) return;
  event.preventDefault();
  const part = form.closest(".activity") ?? form;
  if (part.getAttribute("aria-busy") === "true") return;
  part.setAttribute("aria-busy", "true");
  try {
    if ("finish" in form.dataset) await finish(form);
    else await send(form, event.submitter);
  } catch {
    sendAsUsual(form, event.submitter);
  } finally {
    part.removeAttribute("aria-busy");
  }
});
document.addEventListener("activity-replaced", (event) => addOrderButtons(event.detail));
explainWords();
useShortcuts();
followQueue();
if (!("savedCopy" in document.documentElement.dataset)) refreshCopies([lesson.dataset.map]).catch(() => {});
// What waits to be sent first, then what has been written since and not saved.
showKept()
  .catch(() => {})
  .then(keepDrafts);
