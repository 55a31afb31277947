// All open pages and the worker tell each other what happens to the queue.

const NAME = "handlingsrom";

/** Tell every page and the worker, this page too. */
export function tell(message) {
  const channel = new BroadcastChannel(NAME);
  channel.postMessage(message);
  channel.close();
}

export function listen(hear) {
  const channel = new BroadcastChannel(NAME);
  channel.addEventListener("message", (event) => hear(event.data));
}
