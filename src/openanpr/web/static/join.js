// A link ends in #TOKEN, which no server and no log sees. It goes into the form's field and out of the address.
const token = location.hash.slice(1);
if (token) {
  document.getElementById("link").value = token;
  document.querySelector("[data-join-filled]").hidden = false;
  history.replaceState(null, "", location.pathname);
}
