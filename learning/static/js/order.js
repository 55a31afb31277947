// Steps to put in order get buttons that move them up and down. The numbers can still be chosen by hand.

const stepsOf = (box) => [...box.querySelectorAll(".order__step")];
const numberOf = (step) => step.querySelector("select");

function writeNumbers(box) {
  stepsOf(box).forEach((step, place) => (numberOf(step).value = String(place + 1)));
}

/** Let the list follow the numbers, when each step has its own. */
function followNumbers(box) {
  const steps = stepsOf(box);
  const places = new Set(steps.map((step) => numberOf(step).value).filter(Boolean));
  if (places.size !== steps.length) return;
  steps.sort((one, other) => numberOf(one).value - numberOf(other).value);
  box.append(...steps);
}

function markEnds(box) {
  const steps = stepsOf(box);
  steps.forEach((step, place) => {
    const [up, down] = step.querySelectorAll("button[data-move]");
    up.setAttribute("aria-disabled", String(place === 0));
    down.setAttribute("aria-disabled", String(place === steps.length - 1));
  });
}

function move(box, step, by, button) {
  followNumbers(box);
  const steps = stepsOf(box);
  const other = steps[steps.indexOf(step) + by];
  if (!other) return;
  // The neighbour is moved, not the step: the button that is pressed keeps its focus.
  if (by < 0) step.after(other);
  else step.before(other);
  writeNumbers(box);
  markEnds(box);
  button.focus();
  const place = stepsOf(box).indexOf(step) + 1;
  const told = box.dataset.moved.replace("{place}", place).replace("{count}", steps.length);
  box.querySelector("[data-order-told]").textContent = told;
  numberOf(step).dispatchEvent(new Event("change", { bubbles: true }));
}

function moveButton(box, step, by) {
  const button = document.createElement("button");
  const label = step.querySelector("label");
  label.id ||= `${numberOf(step).id}-label`;
  button.type = "button";
  button.className = "ds-button order__button";
  button.id = `${numberOf(step).id}-${by < 0 ? "up" : "down"}`;
  button.lang = box.dataset.language;
  Object.assign(button.dataset, { variant: "tertiary", size: "sm", move: by });
  button.textContent = by < 0 ? "↑" : "↓";
  button.setAttribute("aria-label", by < 0 ? box.dataset.up : box.dataset.down);
  button.setAttribute("aria-labelledby", `${button.id} ${label.id}`);
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") !== "true") move(box, step, by, button);
  });
  return button;
}

/** Give every list of steps within ``root`` its buttons, once. */
export function addOrderButtons(root = document) {
  for (const box of root.querySelectorAll("fieldset[data-order]:not([data-has-buttons])")) {
    box.dataset.hasButtons = "";
    const told = document.createElement("p");
    told.className = "visually-hidden";
    told.lang = box.dataset.language;
    told.setAttribute("role", "status");
    told.dataset.orderTold = "";
    box.querySelector("legend").after(told);
    for (const step of stepsOf(box)) {
      const buttons = document.createElement("span");
      buttons.className = "order__buttons";
      buttons.append(moveButton(box, step, -1), moveButton(box, step, 1));
      numberOf(step).after(buttons);
    }
    followNumbers(box);
    markEnds(box);
  }
}

addOrderButtons();
