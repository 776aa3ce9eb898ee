// The editor of playbooks: a fault leads to its line.
const area = document.querySelector("textarea#source");

function go(line) {
  const lines = area.value.split("\n");
  const from = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  area.focus();
  area.setSelectionRange(from, from + (lines[line - 1] ?? "").length);
  const height = Number.parseFloat(getComputedStyle(area).lineHeight);
  area.scrollTop = Math.max(0, (line - 1) * height - area.clientHeight / 3);
  area.scrollLeft = 0;
}

if (area) {
  document.addEventListener("click", (event) => {
    const fault = event.target.closest("button[data-line]");
    if (fault) go(Number(fault.dataset.line));
  });
}

/** Wide as a drawing may be, one begins to read it at its start. */
function showStart(graph) {
  const start = graph.querySelector(".yk-node rect");
  if (!start) return;
  const middle = Number(start.getAttribute("x")) + Number(start.getAttribute("width")) / 2;
  graph.scrollLeft = middle - graph.clientWidth / 2;
}

const graphs = () => document.querySelectorAll(".yk-graph").forEach(showStart);
graphs();
document.addEventListener("htmx:afterSettle", graphs);
