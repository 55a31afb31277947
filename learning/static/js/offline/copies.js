// Courses kept for reading offline. Each has a cache of its own, named by the person and the enrolment: taking it away
// is one step, and nothing of it can be mixed up with another person's.

import { tell } from "./channel.js";
import * as store from "./store.js";

const PREFIX = "course ";
const LONGEST_KEPT = 30 * 24 * 3600 * 1000; // from the download; a device that is lost does not hold it for ever
const nameOf = (download) => `${PREFIX}${download.person} ${download.enrolment}`;

/** Whether a page may be kept: it was answered as asked, for this person, and not with the sign-in page instead. */
function belongsTo(response, person) {
  return response.ok && !response.redirected && response.headers.get("Learning-Person") === String(person);
}

/** The downloads that may be shown now: those of the person who was last signed in here. */
async function downloadsHere() {
  const person = await store.get("facts", "person");
  if (!person) return [];
  const isShown = (each) => each.person === person && Date.now() - each.savedAt < LONGEST_KEPT;
  return (await store.all("downloads")).filter(isShown);
}

export async function downloadOf(enrolment) {
  return (await downloadsHere()).find((each) => each.enrolment === enrolment);
}

export { downloadsHere };

/** The kept answer to a request, if this person has one. */
export async function copyOf(address) {
  const path = new URL(address, location).pathname;
  for (const download of await downloadsHere()) {
    const cache = await caches.open(nameOf(download));
    const found = await cache.match(path, { ignoreVary: true });
    if (found) return found;
  }
  return undefined;
}

/** Keep a page that has just come from the network, if it is one of a downloaded course. */
export async function keepCopy(address, response) {
  const path = new URL(address, location).pathname;
  const download = (await downloadsHere()).find((each) => each.pages.includes(path));
  if (download && belongsTo(response, download.person)) {
    await (await caches.open(nameOf(download))).put(path, response);
  }
}

/** What the course needs, and which lessons are finished. */
async function listOf(enrolment) {
  const response = await fetch(`/learn/${enrolment}/offline.json`, { cache: "no-store" });
  if (!response.ok || response.redirected) throw new Error("the course's list cannot be had");
  return response.json();
}

/** Fetch pages again that have changed: an answer has been given, a lesson finished. Others are left alone. */
export async function refreshCopies(addresses) {
  for (const kept of await downloadsHere()) {
    const pages = kept.pages.filter((path) => addresses.includes(path));
    if (!pages.length) continue;
    for (const path of pages) await keepCopy(path, await fetch(path, { cache: "no-store" }));
    const { edition, lessons } = await listOf(kept.enrolment);
    if (edition === kept.edition) await store.put("downloads", { ...kept, lessons });
  }
}

/** Fetch everything a course needs. Tells how far it has come. Rejects, keeping no half course, when it fails. */
export async function download(enrolment, report) {
  const list = await listOf(enrolment);
  const wasHere = await downloadOf(enrolment);
  const cache = await caches.open(nameOf(list));
  const count = list.pages.length + list.files.length;
  let done = 0;
  try {
    for (const address of [...list.pages, ...list.files]) {
      const page = await fetch(address, { cache: "no-cache" });
      const isPage = list.pages.includes(address);
      if (isPage ? !belongsTo(page, list.person) : !page.ok) throw new Error(`${address} cannot be had`);
      await cache.put(address, page);
      done += 1;
      report({ done, count });
    }
    await takeOver(list.person);
    await store.put("downloads", { ...list, savedAt: Date.now() });
  } catch (fault) {
    if (!wasHere) await caches.delete(nameOf(list));
    throw fault;
  }
  for (const request of await cache.keys()) {
    // Pages and pictures of an earlier version of the course.
    const path = new URL(request.url).pathname;
    if (!list.pages.includes(path) && !list.files.includes(path)) await cache.delete(request);
  }
}

export async function removeDownload(enrolment) {
  for (const each of await store.all("downloads")) {
    if (each.enrolment !== enrolment) continue;
    await store.remove("downloads", enrolment);
    await caches.delete(nameOf(each));
  }
}

/** A copy that is too old to be shown is not kept either. */
export async function removeExpired() {
  for (const each of await store.all("downloads")) {
    if (Date.now() - each.savedAt >= LONGEST_KEPT) await removeDownload(each.enrolment);
  }
}

/** Somebody is signed in: what is kept for others is taken away. "nobody" hides everything and takes nothing away. */
export async function takeOver(person) {
  await store.put("facts", person, "person");
  if (person === null) return;
  for (const each of await store.all("downloads")) {
    if (each.person !== person) await store.remove("downloads", each.enrolment);
  }
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && !name.startsWith(`${PREFIX}${person} `)) await caches.delete(name);
  }
}

/** Somebody signs out: nothing of theirs stays. */
export async function forgetCopies() {
  await store.put("facts", null, "person");
  for (const each of await store.all("downloads")) await store.remove("downloads", each.enrolment);
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX)) await caches.delete(name);
  }
  tell({ kind: "copies" });
}
