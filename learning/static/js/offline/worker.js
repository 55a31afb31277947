// The service worker. It answers from what is kept only when the network fails, and only with pages of courses that
// the person who was last signed in here has downloaded.

import { copyOf, download, downloadsHere, forgetCopies, keepCopy, removeDownload, takeOver } from "./copies.js";
import { waitingOf } from "./queue.js";
import { sendWaiting } from "./sending.js";
import * as store from "./store.js";

const SHELL = "shell"; // the page that says "you are offline", and what it needs: nothing personal
const SHELL_FILES = [
  "/offline",
  "/static/css/app.css",
  "/static/icon.svg",
  "/static/js/offline/channel.js",
  "/static/js/offline/copies.js",
  "/static/js/offline/store.js",
  "/static/js/offline_page.js",
  "/static/vendor/designsystemet-theme.css",
  "/static/vendor/designsystemet.css",
];
const PATIENCE = 10_000; // a network that has said nothing for so long has failed, where there is a copy
const MAY_BE_KEPT = /^\/(learn|static|courses)\//;

const keepShell = async () => (await caches.open(SHELL)).addAll(SHELL_FILES);

self.addEventListener("install", (event) => {
  self.skipWaiting(); // the pages come from the network, so an old worker is never wanted
  event.waitUntil(keepShell());
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

/** Every page from the network says whose it is; so somebody else is noticed without any help from the page. */
async function notePerson(response) {
  const told = response.headers.get("Learning-Person");
  if (told === null) return; // a redirect, or a server in trouble
  const person = told === "nobody" ? null : Number(told);
  if ((await store.get("facts", "person")) !== person) await takeOver(person);
}

/** A kept page says itself that it is a copy, and from when; the page's style sheets and scripts act on it. */
async function stamped(copy) {
  const html = (await copy.text()).replace("<html ", `<html data-saved-copy="${copy.headers.get("Date") ?? ""}" `);
  return new Response(html, { headers: copy.headers });
}

/** "Continue" without a network: the first lesson that is neither finished nor waits to be. */
async function whereToContinue(path) {
  const kept = (await downloadsHere()).find((each) => path === `${each.map}/continue`);
  if (!kept) return undefined;
  const waiting = (await waitingOf(kept.person)).filter((item) => item.kind === "finish");
  const isDone = (lesson) => lesson.finished || waiting.some((item) => item.page === lesson.address);
  const next = kept.lessons.find((lesson) => !isDone(lesson));
  return Response.redirect(next?.address ?? kept.map, 302);
}

async function withoutNetwork(request) {
  const path = new URL(request.url).pathname;
  const copy = await copyOf(path);
  if (copy) return stamped(copy);
  return (await whereToContinue(path)) ?? (await caches.match("/offline", { cacheName: SHELL })) ?? Response.error();
}

async function afterPatience(request) {
  await new Promise((resolve) => setTimeout(resolve, PATIENCE));
  // Without a copy there is nothing better than to wait on.
  return (await copyOf(request.url)) ? withoutNetwork(request) : new Promise(() => {});
}

async function fromNetwork(event) {
  const response = await fetch(event.request);
  await notePerson(response).catch(() => {}); // a browser that can keep nothing can show nothing either
  if (response.ok) event.waitUntil(keepCopy(event.request.url, response.clone()).catch(() => {}));
  return response;
}

async function page(event) {
  try {
    return await Promise.race([fromNetwork(event), afterPatience(event.request)]);
  } catch {
    return withoutNetwork(event.request);
  }
}

/** A film is asked for in pieces; the cache has it whole. */
async function piece(range, copy) {
  const bytes = await copy.blob();
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
  if (from === undefined || Number(from) >= bytes.size) return new Response(bytes, { headers: copy.headers });
  const end = to ? Math.min(Number(to), bytes.size - 1) : bytes.size - 1;
  const headers = new Headers(copy.headers);
  headers.set("Content-Range", `bytes ${from}-${end}/${bytes.size}`);
  headers.set("Content-Length", String(end - Number(from) + 1));
  return new Response(bytes.slice(Number(from), end + 1), { status: 206, headers });
}

async function file(request) {
  try {
    return await fetch(request);
  } catch (fault) {
    const path = new URL(request.url).pathname;
    const copy = (await copyOf(path)) ?? (await caches.match(path, { cacheName: SHELL }));
    if (!copy) throw fault;
    const range = request.headers.get("Range");
    return range ? piece(range, copy) : copy;
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.method === "POST" && pathname === "/sign-out") event.waitUntil(forgetCopies());
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(event));
  else if (MAY_BE_KEPT.test(pathname)) event.respondWith(file(request));
});

self.addEventListener("message", (event) => {
  const [port] = event.ports;
  const { kind, enrolment } = event.data;
  const work = {
    download: async () => {
      await download(enrolment, (how) => port.postMessage({ kind: "progress", ...how }));
      await keepShell(); // in the language and colours of today
    },
    remove: () => removeDownload(enrolment),
  }[kind];
  if (!work) return;
  event.waitUntil(
    work().then(
      () => port.postMessage({ kind: "done" }),
      () => port.postMessage({ kind: "failed" }),
    ),
  );
});

self.addEventListener("sync", (event) => {
  if (event.tag === "send") event.waitUntil(sendWaiting());
});
