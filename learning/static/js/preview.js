// Loads the page again when a file of the courses has changed. "data-state" is what the page was made from.
"use strict";

const { address, state } = document.currentScript.dataset;

async function look() {
  try {
    const answer = await fetch(address, { cache: "no-store" });
    if (answer.ok && (await answer.text()) !== state) {
      window.location.reload();
      return;
    }
  } catch {
    // The preview is stopped, or on its way up again: go on asking.
  }
  window.setTimeout(look, 500);
}

window.setTimeout(look, 500);
