// Draws a chart above each table of numbers; the table is the truth, the chart its picture.
/* global Chart */
const LIGHT = ["#0a5ea8", "#b3530b", "#137a3d", "#8a3ea0", "#a8123e", "#6a6100", "#0f7f86", "#66707c"];
const DARK = ["#6db3f5", "#f0a35e", "#5fd08a", "#d08fe6", "#ff8fa3", "#d8c94a", "#5bd0d6", "#a3b0be"];
const BAR_HEIGHT = 26;

const styleOf = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const isDark = () => document.documentElement.dataset.bsTheme === "dark";

function numbersOf(table) {
  const names = [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent);
  const rows = [...table.tBodies[0].rows];
  const value = (cell) => (cell.dataset.value === "" ? null : Number(cell.dataset.value));
  return {
    labels: rows.map((row) => row.cells[0].textContent),
    datasets: names.map((label, column) => ({ label, data: rows.map((row) => value(row.cells[column + 1])) })),
  };
}

function optionsOf(kind, unit, hasLegend) {
  const across = kind === "across";
  const stacked = kind === "stacked" || across;
  const color = styleOf("--pw-muted");
  const say = (value) => `${value.toLocaleString(document.documentElement.lang)}${unit}`;
  const amounts = { stacked, beginAtZero: true, grid: { color: styleOf("--pw-line") }, ticks: { color, precision: 0, callback: say } };
  if (unit.trim() === "%") Object.assign(amounts, { min: 0, max: 100 });
  const steps = { stacked, grid: { display: false }, ticks: { color, autoSkip: !across, maxRotation: 0, autoSkipPadding: 12 } };
  return {
    animation: false,
    maintainAspectRatio: false,
    indexAxis: across ? "y" : "x",
    interaction: { mode: "index", axis: across ? "y" : "x", intersect: false },
    scales: across ? { x: amounts, y: steps } : { x: steps, y: amounts },
    plugins: {
      colors: { enabled: false },
      legend: { display: hasLegend, position: "bottom", labels: { boxWidth: 14, boxHeight: 14, color: styleOf("--pw-ink") } },
      tooltip: { callbacks: { label: (item) => `${item.dataset.label}: ${item.formattedValue}${unit}` } },
    },
  };
}

function draw(place) {
  const { chart: kind, table, unit } = place.dataset;
  const data = numbersOf(document.getElementById(table));
  const colors = isDark() ? DARK : LIGHT;
  data.datasets.forEach((dataset, number) => {
    const color = colors[number % colors.length];
    Object.assign(dataset, { backgroundColor: color, borderColor: color, borderWidth: kind === "line" ? 2 : 0, pointRadius: 2, spanGaps: true, maxBarThickness: 60 });
  });
  const canvas = document.createElement("canvas");
  const title = document.getElementById(table.replace(/-table$/, "-title")).textContent;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", interpolate(gettext("Chart: %s. The numbers are in the table below it."), [title]));
  place.replaceChildren(canvas);
  place.hidden = false;
  if (kind === "across") place.style.height = `${Math.max(4, data.labels.length) * BAR_HEIGHT + 70}px`;
  return new Chart(canvas, { type: kind === "line" ? "line" : "bar", data, options: optionsOf(kind, unit, data.datasets.length > 1) });
}

const places = [...document.querySelectorAll("[data-chart]")];
let charts = places.map(draw);
new MutationObserver(() => {
  charts.forEach((chart) => chart.destroy());
  charts = places.map(draw);
}).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
