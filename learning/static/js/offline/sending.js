// Sending what has waited: in order, each exactly once. The server takes a key once, a lesson is finished once, and a
// note is what it is; so sending an item again after an answer that was lost on its way does no harm.

import { tell } from "./channel.js";
import { refreshCopies } from "./copies.js";
import * as store from "./store.js";

const LONGEST_WAIT = 30_000;
const REFUSED = new Set([404, 409, 413, 422]);
const MOST_TRIES = 20; // a server that fails each time on this item must not keep the others waiting for ever

const timeout = (patience) => AbortSignal.timeout?.(patience); // an older browser waits as long as it likes

/** Who is signed in, a token to send with, and the server's time. Rejects without a network. */
export async function askSession(patience = LONGEST_WAIT) {
  const response = await fetch("/session.json", { cache: "no-store", signal: timeout(patience) });
  if (!response.ok) throw new Error(`the server answers ${response.status}`);
  return response.json();
}

async function post(item, session) {
  const body = new URLSearchParams(item.fields);
  body.append("csrf_token", session.csrf_token);
  body.append("version", item.version);
  body.append("opened", session.now - item.seconds);
  body.append("written", session.now - Math.round((Date.now() - item.at) / 1000));
  if (item.key) body.append("key", item.key);
  const response = await fetch(item.address, {
    method: "POST",
    body,
    headers: { Accept: "application/json" },
    redirect: "manual", // to the sign-in page, when the session has ended just now
    signal: timeout(LONGEST_WAIT),
  });
  if (response.ok) return { outcome: "sent" };
  if (response.status >= 500 && (item.tries ?? 0) < MOST_TRIES) return { outcome: "later", hasFailed: true };
  if (response.status < 500 && !REFUSED.has(response.status)) return { outcome: "later" };
  const told = await response.json().catch(() => ({}));
  return { outcome: "refused", reason: told.reason ?? "" };
}

async function sendAll() {
  const waiting = (await store.all("queue")).filter((item) => item.state === "waiting");
  if (!waiting.length) return;
  const session = await askSession();
  tell({ kind: "session", isSignedOut: session.person === null });
  const [sent, refused] = [[], []];
  try {
    for (const item of waiting.filter((each) => each.person === session.person)) {
      const { outcome, reason, hasFailed } = await post(item, session);
      if (hasFailed) await store.put("queue", { ...item, tries: (item.tries ?? 0) + 1 });
      if (outcome === "later") break;
      if (outcome === "sent") {
        await store.remove("queue", item.id);
        sent.push(item);
      } else {
        const kept = { ...item, state: "refused", reason };
        await store.put("queue", kept);
        refused.push(kept);
      }
    }
  } finally {
    if (sent.length || refused.length) {
      await refreshCopies(sent.flatMap((item) => [item.page, item.map])).catch(() => {});
      tell({ kind: "sent", sent, refused });
    }
  }
}

/**
 * Send what waits for the person who is signed in. Only one page or worker sends at a time; the others wait for it.
 * Rejects without a network.
 */
export function sendWaiting() {
  return navigator.locks ? navigator.locks.request("handlingsrom-send", sendAll) : sendAll();
}
