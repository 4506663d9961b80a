// Adds to pages that work without it: 现在 renews itself, its number stands in the title, and a
// strip says when the desk cannot be reached.
"use strict";
(() => {
  const EVERY = 10000, PATIENCE = 8000;
  const region = document.querySelector("[data-poll]");
  const offline = document.getElementById("offline");
  const title = document.title;

  const badge = (count) => { document.title = count > 0 ? `(${count}) ${title}` : title; };

  const announce = (before, after) => {
    const news = document.getElementById("news");
    if (news && after > before) news.textContent = `新增 ${after - before} 项要办`;
  };

  const renew = (html) => {
    const next = new DOMParser().parseFromString(html, "text/html").querySelector("[data-count]");
    if (!next) return;
    const count = Number(next.dataset.count), before = Number(region.dataset.waiting);
    const focused = region.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    region.replaceChildren(next);
    region.dataset.waiting = String(count);
    if (focused) [...region.querySelectorAll("a")].find((a) => a.getAttribute("href") === focused)?.focus();
    badge(count);
    announce(before, count);
  };

  const poll = async () => {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE);
    try {
      const answer = await fetch(region.dataset.poll, {
        headers: { "x-poll": "1" }, cache: "no-store", redirect: "error", signal: patience.signal,
      });
      if (answer.status === 401) { location.reload(); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      renew(await answer.text());
      offline.hidden = true;
    } catch {
      offline.hidden = false;
    } finally {
      clearTimeout(timer);
    }
    setTimeout(poll, EVERY);
  };

  if (region) {
    badge(Number(region.dataset.waiting));
    setTimeout(poll, EVERY);
  }

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  // A second tap while the first is under way; the server would take it as one anyway.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 4000);
  });
})();
