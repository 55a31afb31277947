// All open pages and the worker tell each other what happens to the queue.

const NAME = "handlingsrom";

/** Tell every page and the worker, this page too. */
export function tell(message) {
  if (!globalThis.BroadcastChannel) return; // an older browser: each page sees its own part only
  const channel = new BroadcastChannel(NAME);
  channel.postMessage(message);
  channel.close();
}

export function listen(hear) {
  if (!globalThis.BroadcastChannel) return;
  const channel = new BroadcastChannel(NAME);
  channel.addEventListener("message", (event) => hear(event.data));
}
