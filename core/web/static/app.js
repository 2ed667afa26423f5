// Pages work without this. It shows picked photos, keeps what is typed over a lost connection, and stops double submits.
(() => {
  const form = document.querySelector("form.record-form");
  for (const input of document.querySelectorAll('input[type="file"]')) {
    input.addEventListener("change", () => {
      let strip = input.parentElement.querySelector(".photos");
      if (!strip) return;
      strip.querySelectorAll(".fresh").forEach((n) => n.remove());
      for (const file of input.files) {
        if (!file.type.startsWith("image/")) continue;
        const image = document.createElement("img");
        image.className = "thumb fresh";
        image.alt = file.name;
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
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  if (!form) return;
  const key = "draft:" + location.pathname + location.search;
  const kept = () => [...form.querySelectorAll("input[name^=f_], select[name^=f_], textarea[name^=f_]")].filter((f) => f.type !== "file" && f.type !== "hidden");
  form.addEventListener("input", () => {
    const values = kept().map((f) => (f.type === "checkbox" || f.type === "radio" ? f.checked : f.value));
    try { sessionStorage.setItem(key, JSON.stringify(values)); } catch (_e) { /* private mode: no draft */ }
  });
  form.addEventListener("submit", () => sessionStorage.removeItem(key));
  const draft = sessionStorage.getItem(key);
  if (draft && !document.querySelector(".alert-danger")) {
    const values = JSON.parse(draft);
    kept().forEach((f, i) => { if (f.type === "checkbox" || f.type === "radio") f.checked = !!values[i]; else if (values[i] !== undefined) f.value = values[i]; });
  }
})();
