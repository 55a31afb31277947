// Reading and filling in a form by name and value, as it would be sent.

/** Fields that are the form's own business, not what somebody writes. */
const OWN = new Set(["csrf_token", "key", "opened"]);

/** What somebody has filled in: a list of [name, value], in order. */
export function fieldsOf(form, submitter = null) {
  const data = new FormData(form);
  if (submitter?.name) data.append(submitter.name, submitter.value);
  const written = [...data].filter(([name]) => !OWN.has(name));
  return written.map(([name, value]) => [name, value.replace(/\r\n?/g, "\n")]);
}

function controlsOf(form) {
  return [...form.elements].filter(
    (control) => control.name && !OWN.has(control.name) && !["hidden", "submit", "button"].includes(control.type),
  );
}

/** What the server put into the form, whatever has been typed since: the browser keeps both. */
export function servedFieldsOf(form) {
  const fields = [];
  for (const control of controlsOf(form)) {
    if (["checkbox", "radio"].includes(control.type)) {
      if (control.defaultChecked) fields.push([control.name, control.value]);
    } else if (control.tagName === "SELECT") {
      const chosen = [...control.options].find((option) => option.defaultSelected) ?? control.options[0];
      fields.push([control.name, chosen?.value ?? ""]);
    } else {
      fields.push([control.name, control.defaultValue]);
    }
  }
  return fields;
}

/** Put values back into a form. What lies in a closed part of the page is opened, so that it is seen. */
export function fill(form, fields) {
  for (const control of controlsOf(form)) {
    const values = fields.filter(([name]) => name === control.name).map(([, value]) => value);
    if (["checkbox", "radio"].includes(control.type)) {
      control.checked = values.includes(control.value);
    } else if (values.length) {
      control.value = values[0];
      if (values[0]) control.closest("details")?.setAttribute("open", "");
    }
  }
}

/** Whether two lists of fields say the same. */
export function sameFields(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
