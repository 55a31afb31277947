// On the course map: download the course for reading offline, and take the download away again.

import { listen } from "./offline/channel.js";
import { downloadOf } from "./offline/copies.js";
import { waitingOf } from "./offline/queue.js";

const box = document.getElementById("offline");
const part = (name) => box.querySelector(`[data-part="${name}"]`);
const enrolment = Number(box.dataset.enrolment);
const person = Number(document.body.dataset.person);

function say(words) {
  part("told").textContent = words;
}

/** Ask the worker for a piece of work; tells how it goes on the way. */
async function askWorker(kind, report = () => {}) {
  const { active } = await navigator.serviceWorker.ready;
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve, reject) => {
    port1.onmessage = ({ data }) => {
      if (data.kind === "progress") report(data);
      else if (data.kind === "done") resolve();
      else reject(new Error("the worker could not do it"));
    };
    active.postMessage({ kind, enrolment }, [port2]);
  });
}

async function show() {
  const kept = await downloadOf(enrolment);
  const isCopy = "savedCopy" in document.documentElement.dataset;
  const day = kept && new Date(kept.savedAt).toLocaleDateString(document.documentElement.lang, { dateStyle: "long" });
  part("state").textContent = kept ? box.dataset.kept.replace("{day}", day) : "";
  part("old").hidden = !kept || kept.edition === box.dataset.edition;
  part("download").hidden = isCopy;
  part("download").textContent = kept ? box.dataset.again : box.dataset.first;
  part("remove").hidden = !kept || isCopy;
  box.hidden = false;
}

async function work(button, kind, words) {
  if (box.getAttribute("aria-busy") === "true") return;
  box.setAttribute("aria-busy", "true");
  const progress = part("progress");
  progress.removeAttribute("value");
  progress.hidden = kind !== "download";
  say(words.begun);
  try {
    await askWorker(kind, ({ done, count }) => {
      progress.max = count;
      progress.value = done;
    });
    say(words.done);
  } catch {
    say(words.failed);
  }
  progress.hidden = true;
  box.removeAttribute("aria-busy");
  await show();
  if (button.hidden) part("download").focus();
}

/** Lessons that are finished here, but not at the server yet. */
async function markWaiting() {
  const items = await waitingOf(person);
  for (const lesson of document.querySelectorAll(".course-map [data-lesson-id]")) {
    const isWaiting = items.some(
      (item) => item.kind === "finish" && item.enrolment === enrolment && item.lesson === lesson.dataset.lessonId,
    );
    lesson.querySelector("[data-waits]").hidden = !isWaiting;
  }
}

markWaiting().catch(() => {});
listen(() => markWaiting());
if (navigator.serviceWorker && window.caches) {
  const { begun, done, failed, removed } = box.dataset;
  part("download").addEventListener("click", (event) => work(event.target, "download", { begun, done, failed }));
  part("remove").addEventListener("click", (event) =>
    work(event.target, "remove", { begun: "", done: removed, failed }),
  );
  show().catch(() => {});
}
