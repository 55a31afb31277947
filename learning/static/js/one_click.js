// The answer that was chosen in the mail is sent at once. Programs that open the links of a mail to look for harm
// seldom show the page, so nothing is sent before somebody sees it.

const form = document.querySelector("form[data-chosen]");
const button = form && [...form.elements].find((each) => each.name === "how" && each.value === form.dataset.chosen);

function sendWhenSeen() {
  if (document.visibilityState !== "visible" || document.prerendering) return;
  document.removeEventListener("visibilitychange", sendWhenSeen);
  document.removeEventListener("prerenderingchange", sendWhenSeen);
  form.requestSubmit(button);
}

if (button) {
  document.addEventListener("visibilitychange", sendWhenSeen);
  document.addEventListener("prerenderingchange", sendWhenSeen);
  sendWhenSeen();
}
