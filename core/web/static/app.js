// Pages work without this. It shows picked photos, keeps what is typed over a lost connection, and stops double submits.
(() => {
  const form = document.querySelector("form.record-form");
  for (const input of document.querySelectorAll('input[type="file"]')) {
    input.addEventListener("change", () => {
      const strip = input.closest(".field")?.querySelector(".photos");
      if (!strip) return;
      strip.querySelectorAll(".fresh").forEach((n) => n.dataset.from === input.type + input.accept + input.multiple && n.remove());
      for (const file of input.files) {
        if (!file.type.startsWith("image/")) continue;
        const image = document.createElement("img");
        image.className = "thumb fresh";
        image.alt = file.name;
        image.dataset.from = input.type + input.accept + input.multiple;
        image.src = URL.createObjectURL(file);
        strip.append(image);
      }
    });
  }
  for (const one of document.querySelectorAll('form[method="post"]')) {
    one.addEventListener("submit", (event) => {
      if (one.dataset.sent) event.preventDefault();
      one.dataset.sent = "1";
      setTimeout(() => delete one.dataset.sent, 8000);
    });
  }
  for (const all of document.querySelectorAll("input[data-all]")) {
    all.hidden = false;
    all.addEventListener("change", () => document.querySelectorAll(`input[name="${all.dataset.all}"]`).forEach((one) => (one.checked = all.checked)));
  }
  for (const row of document.querySelectorAll(".grid tbody tr")) {
    const tick = row.querySelector('input[name="unit"]');
    if (tick) row.addEventListener("input", (event) => { if (event.target.name && event.target !== tick) tick.checked = true; });
    // Unticked again: what was picked in it is put away with it, not saved unseen.
    tick?.addEventListener("change", () => { if (!tick.checked) for (const one of row.querySelectorAll("td input, td select, td textarea")) { if (one.type === "checkbox" || one.type === "radio") one.checked = false; else if (one.type !== "hidden") one.value = ""; } });
  }
  if (matchMedia("(max-width: 640px)").matches) for (const one of document.querySelectorAll("details[data-folds]")) one.open = false;
  const fresh = document.querySelector("[data-refresh]");
  if (fresh) setTimeout(() => location.reload(), fresh.dataset.refresh * 1000);
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  for (const box of document.querySelectorAll("input[data-units]")) {
    let asked = 0;
    box.addEventListener("input", async () => {
      const mine = ++asked, where = new URL(box.dataset.units, location.href);
      where.searchParams.set("q", box.value);
      const answer = await fetch(where).catch(() => null);
      if (!answer?.ok || mine !== asked) return;
      box.list.replaceChildren(...(await answer.json()).map((name) => new Option(name, name)));
    });
  }
  const store = { get: (k) => { try { return sessionStorage.getItem(k); } catch (_e) { return null; } },
    set: (k, v) => { try { sessionStorage.setItem(k, v); } catch (_e) { /* private mode: no draft */ } },
    drop: (k) => { try { sessionStorage.removeItem(k); } catch (_e) { /* nothing was kept */ } } };
  // A draft lives until the server says that it was saved: a lost connection or an ended session costs nothing typed, but
  // personal data (ASVS 14.3.3).
  if (document.querySelector('.alert-success[role="status"]') && store.get("sent")) { store.drop(store.get("sent")); store.drop("sent"); }
  for (const out of document.querySelectorAll(`form[action="/signout"]`)) out.addEventListener("submit", () => { try { sessionStorage.clear(); } catch (_e) { /* nothing was kept */ } });
  if (!form) return;
  const key = "draft:" + document.body.dataset.me + ":" + location.pathname + location.search;
  const kept = () => [...form.querySelectorAll("input[name*=f_], select[name*=f_], textarea[name*=f_], input[name=unit]")].filter((f) => f.type !== "file" && f.type !== "hidden" && !("personal" in f.dataset));
  form.addEventListener("input", () => {
    const values = kept().map((f) => (f.type === "checkbox" || f.type === "radio" ? f.checked : f.value));
    store.set(key, JSON.stringify(values));
  });
  form.addEventListener("submit", () => store.set("sent", key));
  const draft = store.get(key);
  if (draft && !document.querySelector(".alert-danger, .alert-warning")) {
    const values = JSON.parse(draft);
    kept().forEach((f, i) => { if (f.type === "checkbox" || f.type === "radio") f.checked = !!values[i]; else if (values[i] !== undefined) f.value = values[i]; });
  }
})();

// An import by pieces asks for the next piece by itself, and waits for a server that is away.
(() => {
  const piece = async () => {
    const form = document.querySelector("form[data-go-on]");
    if (!form) return;
    try {
      const answer = await fetch(location.href, { method: "POST", body: new FormData(form) });
      if (!answer.ok) return setTimeout(piece, 5000);
      if (answer.url !== location.href) return location.assign(answer.url);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.querySelector("main").replaceWith(page.querySelector("main"));
      setTimeout(piece, 100);
    } catch {
      setTimeout(piece, 5000);
    }
  };
  piece();
})();
