// The chart of a camera's hours: it draws what the table beneath it says.
const element = document.querySelector("[data-chart]");
const rows = [...document.querySelectorAll(".hours tbody tr")];

// Reads are counted: a step of the scale is never a part of one.
const WHOLE_STEPS = [1, 10, 100, 1000, 10_000].flatMap((one) => [one, 2 * one, 5 * one]);

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const number = (row, name) => (row.dataset[name] === undefined ? null : Number(row.dataset[name]));
const hour = (at) => new Date(at * 1000).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", hour12: false });

function draw() {
  const data = [
    rows.map((row) => Number(row.dataset.at)),
    ...["reads", "usual", "low", "high"].map((name) => rows.map((row) => number(row, name))),
  ];
  // Words are as large as the page's own small ones, and have the room that they need.
  const letter = parseFloat(getComputedStyle(element).fontSize);
  const axis = {
    font: `${letter}px arial, sans-serif`, stroke: colour("--ink"),
    grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") },
  };
  const beside = (_, values) => Math.max(...(values ?? [""]).map((one) => String(one).length)) * letter * 0.6 + 20;
  const none = { stroke: "transparent", width: 0, points: { show: false } };
  return new window.uPlot(
    {
      width: element.clientWidth,
      height: 240,
      padding: [letter, letter * 1.6, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      axes: [{ ...axis, values: (_, ticks) => ticks.map(hour), space: letter * 4, size: letter * 2.4 }, { ...axis, size: beside, incrs: WHOLE_STEPS }],
      scales: { y: { range: (_, low, high) => [0, Math.max(high, 1) * 1.08] } },
      series: [
        {},
        { stroke: colour("--accent"), width: 3, points: { show: false } },
        { stroke: colour("--ink-soft"), width: 2, dash: [6, 4], points: { show: false } },
        none,
        none,
      ],
      bands: [{ series: [4, 3], fill: colour("--line") }],
    },
    data,
    element,
  );
}

if (element && rows.length && window.uPlot) {
  let chart = draw();
  document.querySelector(".chart__key").hidden = false;
  let width = element.clientWidth;
  new ResizeObserver(() => {
    if (element.clientWidth === width) return;
    width = element.clientWidth;
    chart.destroy();
    chart = draw();
  }).observe(element);
}
