// Without a network: answers, notes and finished lessons wait on the device, and the page shows that they do.

import { announce } from "./announcing.js";
import { announceResult, replaceActivity, strikeFromSummary } from "./in_place.js";
import words from "./words.js";
import { fieldsOf, fill, sameFields } from "../form_fields.js";
import { listen } from "../offline/channel.js";
import { enqueue, itemsOf } from "../offline/queue.js";

const lesson = document.querySelector("[data-lesson]");
const person = Number(document.body.dataset.person);

/** What a form is about. */
export function thingOf(form) {
  const kind = form.dataset.activity ? "answer" : "note" in form.dataset ? "note" : "finish";
  return {
    kind,
    person,
    enrolment: Number(lesson.dataset.enrolment),
    lesson: lesson.dataset.lesson,
    activity: kind === "answer" ? form.closest(".activity").id : null,
  };
}

const isHere = (item) =>
  item.person === person &&
  item.enrolment === Number(lesson.dataset.enrolment) &&
  item.lesson === lesson.dataset.lesson;

function formOf(item) {
  if (item.kind === "answer") return document.getElementById(item.activity)?.querySelector("form");
  return document.querySelector(item.kind === "note" ? "form[data-note]" : "form[data-finish]");
}

/** Keep what the form holds until it can be sent. */
export async function keepForLater(form, submitter) {
  const thing = thingOf(form);
  await enqueue({
    ...thing,
    title: document.querySelector("h1").textContent,
    address: new URL(form.action).pathname,
    page: new URL(lesson.dataset.here, location).pathname,
    map: lesson.dataset.map,
    fields: thing.kind === "finish" ? [] : fieldsOf(form, submitter),
    key: form.elements.key?.value ?? null, // an answer that did arrive, although nobody was told, is not taken twice
    version: Number(lesson.dataset.version),
    seconds: Math.round(performance.now() / 1000),
  });
  if (thing.kind === "answer") strikeFromSummary(thing.activity);
  if (thing.kind !== "finish") announce(showWaiting(form));
}

function lineIn(form, name) {
  const found = form.querySelector(`[data-line="${name}"]`);
  if (found) return found;
  const line = document.createElement("p");
  line.dataset.line = name;
  (form.querySelector("button[type=submit]").closest("p, .scenario__choices") ?? form.lastElementChild).before(line);
  return line;
}

function clearLines(form) {
  form.querySelectorAll("[data-line]").forEach((line) => line.remove());
}

function showWaiting(form) {
  clearLines(form);
  const line = lineIn(form, "waiting");
  line.className = "waiting-told";
  line.lang = document.documentElement.lang;
  if (form.dataset.activity === "scenario") line.textContent = words.waitingStory;
  else if ("scored" in form.dataset) line.textContent = words.waitingScored;
  else line.textContent = "finish" in form.dataset ? words.waitingFinish : words.waiting;
  return line;
}

function showRefused(form, reason) {
  clearLines(form);
  const line = lineIn(form, "refused");
  line.className = "ds-validation-message";
  line.dataset.color = "danger";
  line.lang = document.documentElement.lang;
  line.setAttribute("role", "alert");
  line.textContent = reason || words.refused;
}

/** Put what waits, and what was refused, back into the page: the server has not seen it. */
export async function showKept() {
  for (const item of (await itemsOf(person)).filter(isHere)) {
    const form = formOf(item);
    if (!form) continue;
    if (form.dataset.activity !== "scenario") fill(form, item.fields);
    if (item.state === "waiting") showWaiting(form);
    else showRefused(form, item.reason);
  }
}

/** The activities that must be answered before the lesson is finished, and are not, not even in the queue. */
export async function unanswered() {
  const kept = (await itemsOf(person)).filter((item) => isHere(item) && item.state === "waiting");
  const isKept = (activity) => kept.some((item) => item.activity === activity.id);
  const isStory = (activity) => activity.querySelector("form[data-activity=scenario]");
  const open = document.querySelectorAll(".activity[data-unanswered]:not([data-optional])");
  return [...open].filter((activity) => isStory(activity) || !isKept(activity));
}

async function takeSent(sent) {
  const here = sent.filter(isHere);
  for (const item of here) {
    const form = formOf(item);
    if (form && item.kind !== "answer") clearLines(form);
  }
  const answers = here.filter((item) => item.kind === "answer");
  if (!answers.length) {
    if (here.length) announce(words.sent);
    return;
  }
  const response = await fetch(lesson.dataset.here, { cache: "no-store" });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const item of answers) {
    const form = formOf(item);
    // Who has gone on writing since keeps the words; they are saved with the next press of the button.
    const isUntouched = form?.dataset.activity === "scenario" || (form && sameFields(fieldsOf(form), item.fields));
    if (isUntouched) {
      const hadFocus = form.closest(".activity").contains(document.activeElement);
      const fresh = replaceActivity(item.activity, page);
      if (hadFocus) fresh?.focus({ preventScroll: true });
      if (fresh && answers.length === 1) announceResult(fresh);
    } else if (form) {
      clearLines(form);
    }
  }
  if (answers.length > 1) announce(words.sent);
}

export function followQueue() {
  listen((message) => {
    if (message.kind === "sent") {
      takeSent(message.sent).catch(() => {});
      for (const item of message.refused.filter(isHere)) {
        const form = formOf(item);
        if (form) showRefused(form, item.reason);
      }
    }
  });
}
