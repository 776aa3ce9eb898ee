// Draws what stands in [data-chart-spec] above its table. Colours come from the page, so a plot follows light and dark.
const still = window.matchMedia("(prefers-reduced-motion: reduce)");
const lang = document.documentElement.lang;
const drawn = new Map();

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--yc-chart-${name}`).trim();
const unit = (size, name) =>
  new Intl.NumberFormat(lang, { style: "unit", unit: name, unitDisplay: "short", maximumFractionDigits: 1 }).format(size);

function span(seconds) {
  if (seconds < 3600) return unit(Math.round(seconds / 60), "minute");
  return seconds < 172_800 ? unit(seconds / 3600, "hour") : unit(seconds / 86_400, "day");
}

// Steps people count in, instead of 5 000 seconds.
function step(largest) {
  const steps = [60, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800];
  return steps.find((size) => largest / size <= 5) ?? largest;
}

function curve(one, tone, points) {
  const shape = { name: one.name, data: one.values, itemStyle: { color: tone }, color: tone, cursor: "default" };
  if (one.kind === "bar") return [{ ...shape, type: "bar", barMaxWidth: 18, barCategoryGap: "35%" }];
  const line = {
    ...shape,
    type: "line",
    connectNulls: true,
    symbol: "circle",
    symbolSize: 5,
    showSymbol: points <= 14,
    lineStyle: { width: 2, color: tone },
    endLabel: { show: true, formatter: "{a}", color: colour("text"), fontSize: 12, distance: 6 },
    labelLayout: { moveOverlap: "shiftY" },
  };
  return [one.kind === "area" ? { ...line, areaStyle: { color: tone, opacity: 0.12 } } : line];
}

// From the lower edge to the upper: the lower one is an invisible base on which the rest is heaped.
function band(one, tone) {
  const plain = { type: "line", stack: "band", symbol: "none", silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false } };
  const height = one.upper.map((top, place) => top - one.values[place]);
  return [
    { ...plain, name: "", data: one.values },
    { ...plain, name: one.name, data: height, areaStyle: { color: tone, opacity: 0.16 } },
  ];
}

function option(spec) {
  const text = colour("quiet");
  const say = (value) => (value === null || value === undefined ? "–" : spec.spans ? span(value) : `${value}`);
  const words = new Map(spec.series.map((one) => [one.name, one.texts]));
  const all = spec.series.flatMap((one) => [...one.values, ...one.upper]).filter((value) => value !== null);
  const every = step(Math.max(...all, 60));
  const lined = spec.series.some((one) => one.kind === "line" || one.kind === "area");
  const widest = Math.max(...spec.series.map((one) => [...one.name].reduce((sum, c) => sum + (c > "\u2e80" ? 13 : 7), 0)));
  return {
    animation: !still.matches,
    animationDuration: 250,
    textStyle: { color: text, fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 4, right: lined ? widest + 14 : 8, top: 12, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      confine: true,
      backgroundColor: colour("surface"),
      borderColor: colour("line"),
      textStyle: { color: colour("text"), fontSize: 12 },
      axisPointer: { type: "line", lineStyle: { color: colour("edge") } },
      formatter: (hits) =>
        [hits[0].axisValueLabel, ...hits.filter((hit) => words.has(hit.seriesName)).map((hit) => `${hit.seriesName}  ${words.get(hit.seriesName)[hit.dataIndex]}`)].join("\n"),
    },
    xAxis: {
      type: "category",
      data: spec.points,
      boundaryGap: spec.series.some((one) => one.kind === "bar"),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colour("edge") } },
      axisLabel: { color: text, hideOverlap: true },
    },
    yAxis: {
      type: "value",
      min: 0,
      minInterval: spec.spans ? 60 : 1,
      ...(spec.spans && { interval: every, max: every * Math.ceil(Math.max(...all, 60) / every) }),
      splitNumber: 4,
      axisLabel: { color: text, formatter: say },
      splitLine: { lineStyle: { color: colour("line") } },
    },
    series: spec.series.flatMap((one) =>
      one.kind === "band" ? band(one, colour(one.tone)) : curve(one, colour(one.tone), spec.points.length),
    ),
  };
}

function draw(figure) {
  const place = figure.querySelector("[data-plot]");
  const spec = JSON.parse(figure.querySelector("[data-chart-spec]").textContent);
  place.hidden = false;
  figure.dataset.drawn = "";
  figure.querySelector("[data-chart-rows]").removeAttribute("tabindex");
  const button = figure.querySelector("[data-chart-table]");
  button.hidden = false;
  show(button, tables.has(figure.id));
  const chart = window.echarts.init(place, null, { renderer: "canvas" });
  chart.setOption(option(spec));
  drawn.set(place, { chart, spec });
  sizes.observe(place);
}

const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => drawn.get(target)?.chart.resize()));
// Which plots are shown as tables; they stay so when the page is renewed.
const tables = new Set();

function show(button, table) {
  const figure = button.closest("figure");
  button.setAttribute("aria-pressed", String(table));
  figure.toggleAttribute("data-as-table", table);
  const rows = figure.querySelector("[data-chart-rows]");
  if (table) rows.tabIndex = 0;
  else rows.removeAttribute("tabindex");
  tables[table ? "add" : "delete"](figure.id);
}

function refresh() {
  for (const [place, { chart }] of drawn) {
    if (place.isConnected) continue;
    sizes.unobserve(place);
    chart.dispose();
    drawn.delete(place);
  }
  for (const figure of document.querySelectorAll("figure:not([data-drawn]):has([data-chart-spec])")) draw(figure);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-chart-table]");
  if (button) show(button, button.getAttribute("aria-pressed") !== "true");
});
new MutationObserver(() => drawn.forEach(({ chart, spec }) => chart.setOption(option(spec), true))).observe(
  document.documentElement,
  { attributeFilter: ["data-bs-theme"] },
);
document.addEventListener("htmx:load", refresh);
if (window.echarts) refresh();
