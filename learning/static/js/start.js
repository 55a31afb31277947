// On every page: the service worker is registered, what waits is sent when it can be, and signing out takes away what
// is kept on the device.

import { listen } from "./offline/channel.js";
import { forgetCopies, removeExpired } from "./offline/copies.js";
import { drop, itemsOf, waitingOf } from "./offline/queue.js";
import { sendWaiting } from "./offline/sending.js";
import * as store from "./offline/store.js";

const TRY_AGAIN = 30_000; // a network that comes back is not always told of
const person = Number(document.body.dataset.person) || null;
const bar = document.getElementById("waiting");
const told = bar.querySelector("[role=status]");

function refusedLine(item) {
  const line = bar.querySelector("template").content.cloneNode(true);
  const link = line.querySelector("a");
  link.textContent = item.title;
  link.href = item.activity ? `${item.page}#${item.activity}` : item.page;
  line.querySelector("[data-reason]").textContent = item.reason || bar.dataset.refused;
  line.querySelector("button").addEventListener("click", () => drop(item));
  return line;
}

/** How many wait, and what was refused and why. Without anybody signed in, only that something waits. */
async function show() {
  const items = person === null ? await store.all("queue") : await itemsOf(person);
  const waiting = items.filter((item) => item.state === "waiting");
  const refused = person === null ? [] : items.filter((item) => item.state === "refused");
  const words = waiting.length ? bar.dataset.waiting.replace("{count}", waiting.length) : "";
  bar.hidden = !waiting.length && !refused.length;
  if (told.textContent !== words) told.textContent = words;
  bar.querySelector("[data-send]").hidden = !waiting.length || person === null || isSignedOut;
  bar.querySelector("[data-sign-in]").hidden = !waiting.length || (person !== null && !isSignedOut);
  bar.querySelector("[data-not-sent]").hidden = !refused.length;
  bar.querySelector("ul").replaceChildren(...refused.map(refusedLine));
}

let isSignedOut = false; // the session has ended while the page was open

async function send() {
  if (person === null || !(await waitingOf(person)).length) return;
  try {
    await sendWaiting();
  } catch {
    // No network: it waits on.
  }
}

/** An answer on its way is let through first: its reply would bring the session back. */
async function nothingIsOnItsWay() {
  for (let tries = 0; tries < 50 && document.querySelector("[aria-busy=true]"); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function leave(form) {
  await nothingIsOnItsWay();
  await send();
  const left = await itemsOf(person);
  if (left.length) {
    const dialog = document.getElementById("leaving");
    dialog.querySelector("[data-count]").textContent = bar.dataset.left.replace("{count}", left.length);
    dialog.returnValue = "";
    dialog.showModal();
    await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
    if (dialog.returnValue !== "leave") return;
    for (const item of left) await drop(item);
  }
  sessionStorage.clear(); // drafts
  await forgetCopies();
  HTMLFormElement.prototype.submit.call(form);
}

/** What another person has written in this tab and not saved is none of this person's business. */
function forgetOthersDrafts() {
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith("draft ") && !name.startsWith(`draft ${person} `)) sessionStorage.removeItem(name);
  }
}

function start() {
  document.querySelector("form[data-sign-out]")?.addEventListener("submit", (event) => {
    event.preventDefault();
    // A browser that can keep nothing has nothing to take away.
    leave(event.target).catch(() => HTMLFormElement.prototype.submit.call(event.target));
  });
  bar.querySelector("[data-send]").addEventListener("click", send);
  addEventListener("online", send);
  setInterval(() => document.visibilityState === "visible" && send(), TRY_AGAIN);
  listen((message) => {
    if (message.kind === "session") isSignedOut = message.isSignedOut;
    show();
  });
  show().then(send);
  if (person !== null) {
    removeExpired().catch(() => {});
    navigator.serviceWorker
      ?.register("/service-worker.js", { type: "module", updateViaCache: "none" })
      .catch(() => {}); // an older browser: everything but reading offline works
  }
}

if (person !== null && window.sessionStorage) forgetOthersDrafts();
if (window.indexedDB && window.BroadcastChannel) start();
