// The texts of the player in the reader's language: the server writes them into the page.

const words = document.getElementById("player-words")?.dataset ?? {};

export default words;
