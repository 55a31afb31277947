// Keys that take one quickly around the course. They can be turned off: who speaks to their machine, or hits keys
// by accident, must not be taken to places unasked (WCAG 2.1.4).

import { announce } from "./announcing.js";
import words from "./words.js";

const SETTING = "shortcuts"; // "off" in localStorage when they are turned off
const places = document.querySelector("[data-lesson]").dataset;
const dialog = document.getElementById("shortcuts");

function areOn() {
  try {
    return localStorage.getItem(SETTING) !== "off";
  } catch {
    return true;
  }
}

function turn(on) {
  try {
    if (on) localStorage.removeItem(SETTING);
    else localStorage.setItem(SETTING, "off");
  } catch {
    announce(words.notKept);
  }
}

function go(address, otherwise) {
  if (address) location.assign(address);
  else announce(otherwise);
}

/** The next activity without an answer after the one we are in, from the top again when there is none below. */
function toUnanswered() {
  const open = [...document.querySelectorAll(".activity[data-unanswered]")];
  const here = document.activeElement;
  const after = open.find((each) => here.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING);
  const next = (here === document.body ? null : after) ?? open[0];
  if (!next) {
    announce(words.allAnswered);
    return;
  }
  next.scrollIntoView({ block: "start" });
  next.focus({ preventScroll: true });
}

const KEYS = {
  n: () => go(places.next, words.noNext),
  p: () => go(places.previous, words.noPrevious),
  m: () => go(places.map),
  u: toUnanswered,
  "?": () => dialog.showModal(),
};

function isTyping(target) {
  return target.closest?.("input, textarea, select, video, audio, [contenteditable], [popover]") !== null;
}

export function useShortcuts() {
  const opener = document.getElementById("shortcuts-open");
  const choice = document.getElementById("shortcuts-on");
  if (!dialog.showModal) return; // without the list there is no way to turn them off
  opener.hidden = false;
  opener.addEventListener("click", () => dialog.showModal());
  choice.checked = areOn();
  choice.addEventListener("change", () => turn(choice.checked));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing) return;
    if (!areOn() || dialog.open || isTyping(event.target)) return;
    const action = KEYS[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
