// Answers, finished lessons and notes that wait to be sent, in the order in which they were written.
//
// An item: kind ("answer", "finish" or "note"), person, enrolment, lesson and its title, activity, address, page (the
// lesson's own address), map, fields ([name, value]), key, version, seconds (from opening the page), at (when it was
// written) and state: "waiting", or "refused" with the server's reason.

import { tell } from "./channel.js";
import * as store from "./store.js";

export async function itemsOf(person) {
  return (await store.all("queue")).filter((item) => item.person === person);
}

export async function waitingOf(person) {
  return (await itemsOf(person)).filter((item) => item.state === "waiting");
}

/** Whether two items say something about the same thing: an activity, a lesson's note, or that it is finished. */
export function isSameThing(one, other) {
  return ["person", "kind", "enrolment", "lesson", "activity"].every((name) => one[name] === other[name]);
}

/** What was refused is settled when something new is said about the same thing. */
export async function dropRefused(thing) {
  for (const item of await itemsOf(thing.person)) {
    if (item.state === "refused" && isSameThing(item, thing)) await drop(item);
  }
}

export async function drop(item) {
  await store.remove("queue", item.id);
  tell({ kind: "queue" });
}

/** Keep an item until it can be sent. Rejects when the browser cannot keep it. */
export async function enqueue(item) {
  const kept = { ...item, state: "waiting", at: Date.now() };
  await store.put("queue", kept);
  await dropRefused(kept);
  if (kept.kind === "note") await dropOlderNotes(kept);
  tell({ kind: "queue" });
  // Where the browser can, it sends also when no page is open any more.
  navigator.serviceWorker?.getRegistration().then((found) => found?.sync?.register("send")).catch(() => {});
}

/** A note is one text: only the newest is sent. (Answers are facts, and every one of them is.) */
async function dropOlderNotes(note) {
  const notes = (await waitingOf(note.person)).filter((item) => isSameThing(item, note));
  for (const item of notes.slice(0, -1)) await store.remove("queue", item.id);
}
