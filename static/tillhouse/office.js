/* Unfold's layout has room for the menu from 1280 pixels on, its script opens it from 1281 on. The
   commonest width of a back-office screen lies between the two. */
document.addEventListener("alpine:init", () => {
  const themeOfUnfold = window.theme;
  const isOpen = () => window.innerWidth >= 1280 && localStorage.getItem("sidebarOpen") !== "0";

  window.theme = (...given) => {
    const page = themeOfUnfold(...given);
    page.sidebarOpen = isOpen;
    page.themeBindings["x-resize.window"] = function () {
      this.sidebarOpen = isOpen();
    };
    page.sidebarToggle = function () {
      this.sidebarOpen = !this.sidebarOpen;
      if (window.innerWidth >= 1280) {
        localStorage.setItem("sidebarOpen", this.sidebarOpen ? "1" : "0");
      }
    };
    return page;
  };
});

/* A page on which people wait for something looks again by itself, but only while somebody sees it
   and nobody types or chooses. */
document.addEventListener("DOMContentLoaded", () => {
  const waiting = document.querySelector("[data-look-again-seconds]");
  if (!waiting) return;
  setInterval(() => {
    const isBusy = document.querySelector("input:checked, input:focus, select:focus");
    if (document.visibilityState === "visible" && !isBusy) window.location.reload();
  }, waiting.dataset.lookAgainSeconds * 1000);
});

/* A slip of paper is printed by itself: the style sheet hides the rest of the page. */
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) {
    window.print();
  }
});

/* A form beside the page's own one sends both, and shows the answer below its button: so what was
   typed is tried before it is saved. */
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-sends-with]");
  if (!form) return;
  event.preventDefault();
  const answer = form.querySelector("[data-answer]");
  const typed = new FormData(document.getElementById(form.dataset.sendsWith));
  for (const [name, value] of new FormData(form)) typed.set(name, value);
  answer.setAttribute("aria-busy", "true");
  try {
    const given = await fetch(form.action, { method: "POST", body: typed });
    if (!given.ok || given.redirected) throw new Error(given.status);
    answer.innerHTML = await given.text();
  } catch {
    answer.textContent = "No answer came. Is the line down, or were you signed out? Try again.";
  }
  answer.removeAttribute("aria-busy");
});
