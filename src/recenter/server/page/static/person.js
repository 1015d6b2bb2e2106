// Convenience only: every page works without it.
"use strict";
// After something was done, the reader is where it was done.
const place = location.hash ? document.getElementById(location.hash.slice(1)) : null;
(place ?? document.getElementById("done"))?.focus({ preventScroll: true });

// Nothing is sent twice by a second click.
for (const form of document.forms) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 3000);
  });
}
// A page that the browser kept is as good as new when somebody goes back to it.
addEventListener("pageshow", (event) => event.persisted && location.reload());
