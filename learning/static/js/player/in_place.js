// An answer is sent without loading the page again. Whenever anything is in doubt, that is said, and nothing is done.

import { announce } from "./announcing.js";
import { fieldsOf } from "../form_fields.js";

const MOST_THAT_OUTLIVES_THE_PAGE = 60_000; // bytes; browsers allow 64 KiB with keepalive

/** A key of its own for every answer: the server takes each key once. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function post(form, fields) {
  const body = new URLSearchParams(fields);
  for (const name of ["csrf_token", "key", "opened"]) {
    if (form.elements[name]) body.append(name, form.elements[name].value);
  }
  // Who answers and goes on at once has answered all the same.
  const keepalive = body.toString().length < MOST_THAT_OUTLIVES_THE_PAGE;
  return fetch(form.action, { method: "POST", body, keepalive });
}

/** Send the form as if there were no script. The key is the same, so an answer that arrived is not taken twice. */
export function sendAsUsual(form, submitter) {
  if (submitter?.name) {
    const chosen = Object.assign(document.createElement("input"), {
      type: "hidden",
      name: submitter.name,
      value: submitter.value,
    });
    form.append(chosen);
  }
  HTMLFormElement.prototype.submit.call(form);
}

/** The answered page, if it is this lesson again; otherwise null (signed out, an error, another course version). */
async function sameLesson(response) {
  if (!response.ok && response.status !== 422) return null;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const [theirs, ours] = [page, document].map((each) => each.querySelector("[data-lesson]")?.dataset.lesson);
  return theirs && theirs === ours ? page : null;
}

/** Put a newer page's version of an activity in the place of this one. Returns it, or null when it is not there. */
export function replaceActivity(id, page) {
  const [here, fresh] = [document.getElementById(id), page.getElementById(id)];
  if (!here || !fresh) return null;
  here.replaceWith(fresh);
  showRecalled(page);
  strikeFromSummary(id);
  document.dispatchEvent(new CustomEvent("activity-replaced", { detail: fresh }));
  return fresh;
}

/** Say how it went: right or not, what there is to say about it, or that it is saved. */
export function announceResult(activity) {
  const chosen = activity.querySelector("input:checked")?.closest(".choice__option");
  announce(
    activity.querySelector(".verdict__head"),
    chosen?.querySelector(".choice__feedback"),
    activity.querySelector(".verdict__explanation"),
    activity.querySelector(".activity__saved"),
    activity.querySelector(".scenario__scene"),
  );
}

/** An answer may be shown again in a later activity of the same lesson ("You wrote earlier"). */
function showRecalled(page) {
  for (const fresh of page.querySelectorAll(".activity .recalled")) {
    const activity = document.getElementById(fresh.closest(".activity").id);
    const old = activity?.querySelector(".recalled");
    if (old) old.replaceWith(fresh);
    else activity?.querySelector(".stem")?.after(fresh);
  }
}

/** The list of what still needs an answer, after an attempt to finish: what is answered leaves it. */
export function strikeFromSummary(id) {
  const summary = document.querySelector(".ds-error-summary");
  summary?.querySelector(`a[href="#${CSS.escape(id)}"]`)?.closest("li").remove();
  if (summary && !summary.querySelector("li")) summary.remove();
}

/**
 * Send an activity's form and replace the activity. Returns "sent" or "refused" (the page says why); with nothing
 * done, "offline" when the network fails, and "doubt" when something else than this lesson comes back.
 */
export async function sendInPlace(form, submitter) {
  const activity = form.closest(".activity");
  let response, page;
  try {
    response = await post(form, fieldsOf(form, submitter));
    page = await sameLesson(response);
  } catch {
    return "offline";
  }
  const hadFocus = activity.contains(document.activeElement) || document.activeElement === document.body;
  const fresh = page && replaceActivity(activity.id, page);
  if (!fresh) return "doubt";
  if (hadFocus) fresh.focus({ preventScroll: response.ok });
  if (response.ok) announceResult(fresh); // what is wrong with an answer is an alert of its own
  return response.ok ? "sent" : "refused";
}

/** Send the note. It stays as it is typed; the server's word on it is shown beside the button. */
export async function sendNote(form) {
  let page;
  try {
    page = await sameLesson(await post(form, fieldsOf(form)));
  } catch {
    return "offline";
  }
  const told = page?.querySelector(".flashes");
  if (!told) return "doubt";
  const kept = page.getElementById("note-text").value.trim() === form.elements.note.value.trim();
  showBesideButton(form, told.textContent.trim());
  return kept ? "sent" : "refused";
}

/** A sentence beside the form's button, told to screen readers too. */
export function showBesideButton(form, words) {
  const button = form.querySelector("button[type=submit]");
  const line = form.querySelector("[data-told]") ?? document.createElement("span");
  line.dataset.told = "";
  line.className = "activity__saved";
  line.textContent = words;
  button.after(" ", line);
  announce(words);
}
