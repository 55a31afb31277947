// The page that is shown without a network: the courses that can be read all the same.

import { downloadsHere } from "./offline/copies.js";

const list = document.getElementById("downloads");

document.getElementById("try-again").addEventListener("click", () => location.reload());

/** A browser says "online" when it has a network, which may be a moment before the network leads here. */
async function reloadWhenReached() {
  for (let wait = 200; ; wait = Math.min(wait * 2, 5000)) {
    try {
      await fetch("/static/icon.svg", { method: "HEAD", cache: "no-store" });
      location.reload();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}
addEventListener("online", reloadWhenReached);

const here = await downloadsHere().catch(() => []);
for (const each of here) {
  const line = document.createElement("li");
  const link = document.createElement("a");
  Object.assign(link, { href: each.map, textContent: each.title, lang: each.language, className: "ds-link" });
  line.append(link);
  list.append(line);
}
document.getElementById("some").hidden = !here.length;
document.getElementById("none").hidden = here.length > 0;
