// Telling a screen reader what has changed, politely, in the language it is written in.

const place = document.getElementById("announcer");

/** Say the text of each element in turn, or a string in the language of the interface. */
export function announce(...pieces) {
  if (!place) return;
  const told = pieces.filter(Boolean).map((piece) => {
    const line = document.createElement("p");
    line.textContent = typeof piece === "string" ? piece : piece.textContent.replace(/\s+/g, " ").trim();
    const language = typeof piece === "string" ? null : piece.closest("[lang]")?.lang;
    if (language) line.lang = language;
    return line;
  });
  place.replaceChildren();
  // In a turn of its own, so that the same words are told again when they come twice.
  setTimeout(() => place.replaceChildren(...told), 50);
}
