// Text that is not saved yet survives a reload: a draft in sessionStorage, until it is saved or the tab is closed.

import { fieldsOf, fill, sameFields, servedFieldsOf } from "../form_fields.js";
import words from "./words.js";

const person = document.body.dataset.person;
const nameOf = (form) => `draft ${person} ${new URL(form.action).pathname}`;

function draftOf(form) {
  return JSON.parse(sessionStorage.getItem(nameOf(form)) ?? "null");
}

function keep(form, values) {
  try {
    sessionStorage.setItem(nameOf(form), JSON.stringify(values));
  } catch {
    // The storage is full or closed: then there is no draft, and everything else works.
  }
}

/** The text has reached the server, or waits to be sent. */
export function forgetDraft(form) {
  sessionStorage.removeItem(nameOf(form));
}

function write(form) {
  if (form?.matches("form[data-draft]")) {
    keep(form, { fields: fieldsOf(form), served: servedFieldsOf(form), isSent: false });
  }
}

/** Remember that the form is on its way as usual: the next page tells whether it arrived. */
export function markDraftSent(form) {
  const draft = draftOf(form);
  if (draft) keep(form, { ...draft, isSent: true });
}

/** Whether the draft says nothing that the server has not got. */
function isSaved(draft, served) {
  if (sameFields(draft.fields, served)) return true;
  // The server may write a number or a line break in its own way; then what it shows has changed since.
  return draft.isSent && !sameFields(draft.served, served);
}

function restore(form) {
  const draft = draftOf(form);
  if (!draft || form.closest(".activity")?.querySelector(".ds-validation-message:not([data-line])")) return;
  if (isSaved(draft, servedFieldsOf(form))) {
    forgetDraft(form);
    return;
  }
  fill(form, draft.fields);
  const line = document.createElement("p");
  line.className = "draft-told";
  line.setAttribute("role", "status");
  form.querySelector("button[type=submit]").closest("p").before(line);
  setTimeout(() => (line.textContent = words.draft), 50); // a status is told when it changes
}

export function keepDrafts() {
  try {
    document.querySelectorAll("form[data-draft]").forEach(restore);
  } catch {
    return; // no storage here
  }
  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, (event) => write(event.target.form));
  }
}
