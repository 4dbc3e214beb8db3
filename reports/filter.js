// Shows the rows that hold every word typed; without this script the page shows all of them and no box.
"use strict";
document.documentElement.classList.add("js");
for (const box of document.querySelectorAll("input[data-filter]")) {
  let rows = null, timer = 0;
  const out = box.closest(".filter").querySelector("output");
  const group = (row) => row.tagName === "TR" ? row.closest("details.file") : null;
  const apply = () => {
    rows ??= [...document.querySelectorAll(box.dataset.filter)].map((row) => {
      const file = group(row);
      const head = file ? file.querySelector("summary").textContent + " " : "";
      // Of a walk, its headline: its function's source holds half the words of the kernel.
      const own = row.tagName === "DETAILS" ? row.querySelector("summary") : row;
      return { row, file, text: (head + own.textContent).toLowerCase() };
    });
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    const counts = new Map();
    let shown = 0;
    for (const { row, file, text } of rows) {
      // "prepared" is not "unprepared".
      const hit = words.every((word) => word === "prepared" ? /(^|[^a-z])prepared/.test(text) : text.includes(word));
      row.hidden = !hit;
      shown += hit;
      if (file) counts.set(file, (counts.get(file) || 0) + hit);
    }
    for (const [file, count] of counts) {
      file.hidden = count === 0;
      file.open = words.length > 0 && count > 0 && shown <= 400;
    }
    out.textContent = words.length ? shown + " of " + rows.length : "";
  };
  box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(apply, 120); });
}
const openTarget = () => {
  const id = decodeURIComponent(location.hash.slice(1));
  const target = id && document.getElementById(id);
  if (target && target.tagName === "DETAILS") target.open = true;
};
addEventListener("hashchange", openTarget);
openTarget();
