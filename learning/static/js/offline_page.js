// The page that is shown without a network: the courses that can be read all the same.

import { downloadsHere } from "./offline/copies.js";

const list = document.getElementById("downloads");

document.getElementById("try-again").addEventListener("click", () => location.reload());
addEventListener("online", () => location.reload());

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
