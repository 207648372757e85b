// Maps: the node's own ground, tiles over it where there are some, and upon both points, lines and an area that a
// person draws.
// Each map stands beside a table or a list that says the same: nothing is told by a map alone.
//
//   const map = await openMap(element);          element: <div class="map" data-ground="/map/ground"
//                                                  data-style="" data-night-style="">
//   map.show(features);                          GeoJSON; properties: id, kind, label, chosen
//   map.fit();  map.onPick((id) => ...);  map.drawArea(input);
//
// kinds of points: camera, alert, possible, start, end, missed; of lines: leg, gap; of polygons: area.

import { Map as Drawn, NavigationControl, ScaleControl } from "./vendor/maplibre-gl.mjs";

import { layTiles } from "./map_tiles.js";
import { keepWhole, WORDS } from "./map_words.js";

const NOTHING = { type: "FeatureCollection", features: [] };
const FONT = ["Arial", "sans-serif"];
const AROUND = ["bottom", "top", "left", "right", "bottom-left", "bottom-right", "top-left", "top-right"];

const DAY = {
  sea: "#cfe3ee", land: "#f3f1ea", water: "#cfe3ee", road: "#ffffff", edge: "#a39c8a", main: "#f6c667",
  motorway: "#7ea6cf", place: "#3a3a34", halo: "#ffffff", camera: "#1d4f91", alert: "#ca3535",
  possible: "#7a5200", start: "#0f7a52", end: "#54319f", missed: "#6b6f72", leg: "#54319f", area: "#1d70b8",
};
const NIGHT = {
  sea: "#0a1a26", land: "#222c33", water: "#0a1a26", road: "#5b6a76", edge: "#161c21", main: "#8a7335",
  motorway: "#4d79aa", place: "#c6ced4", halo: "#0e1318", camera: "#7cbcf0", alert: "#ff8a80",
  possible: "#ffcf70", start: "#74d6ab", end: "#c9b3f2", missed: "#98a2aa", leg: "#c9b3f2", area: "#7cbcf0",
};

export function isNight() {
  return getComputedStyle(document.documentElement).colorScheme === "dark";
}

function ground(address, colour) {
  const road = (kind) => ["all", ["==", ["get", "kind"], "road"], ["==", ["get", "class"], kind]];
  const line = (id, kind, paint, width) => ({
    id, type: "line", source: "ground", filter: road(kind), layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": paint, "line-width": ["interpolate", ["exponential", 1.6], ["zoom"], 8, width / 2.4, 14, width * 3] },
  });
  return {
    version: 8,
    sources: { ground: { type: "geojson", data: address || NOTHING } },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": colour.sea } },
      { id: "land", type: "fill", source: "ground", filter: ["==", ["get", "kind"], "land"], paint: { "fill-color": colour.land } },
      { id: "water", type: "fill", source: "ground", filter: ["all", ["==", ["get", "kind"], "water"], ["==", ["geometry-type"], "Polygon"]], paint: { "fill-color": colour.water } },
      { id: "river", type: "line", source: "ground", filter: ["all", ["==", ["get", "kind"], "water"], ["==", ["geometry-type"], "LineString"]], paint: { "line-color": colour.water, "line-width": ["interpolate", ["linear"], ["zoom"], 8, 1.5, 14, 6] } },
      line("street-edge", "street", colour.edge, 2), line("secondary-edge", "secondary", colour.edge, 4),
      line("primary-edge", "primary", colour.edge, 5.5), line("motorway-edge", "motorway", colour.edge, 7),
      line("street", "street", colour.road, 1.2), line("secondary", "secondary", colour.road, 2.8),
      line("primary", "primary", colour.main, 4), line("motorway", "motorway", colour.motorway, 5.2),
      {
        id: "places", type: "symbol", source: "ground", filter: ["==", ["get", "kind"], "place"],
        layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": ["match", ["get", "class"], "town", 15, 12], "text-variable-anchor": AROUND, "text-radial-offset": 0.9, "symbol-sort-key": ["match", ["get", "class"], "town", 0, 1] },
        paint: { "text-color": colour.place, "text-halo-color": colour.halo, "text-halo-width": 1.6 },
      },
    ],
  };
}

function own(colour) {
  const kind = ["get", "kind"];
  const paint = ["match", kind, "alert", colour.alert, "possible", colour.possible, "start", colour.start, "end", colour.end, "missed", colour.missed, colour.camera];
  return [
    { id: "own-area", type: "fill", source: "own", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colour.area, "fill-opacity": 0.18 } },
    { id: "own-area-edge", type: "line", source: "own", filter: ["==", kind, "area"], paint: { "line-color": colour.area, "line-width": 2.5 } },
    { id: "own-leg", type: "line", source: "own", filter: ["==", kind, "leg"], layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": colour.leg, "line-width": 4 } },
    { id: "own-gap", type: "line", source: "own", filter: ["==", kind, "gap"], paint: { "line-color": colour.leg, "line-width": 3, "line-dasharray": [2, 2] } },
    {
      id: "own-points", type: "circle", source: "own", filter: ["==", ["geometry-type"], "Point"],
      paint: {
        "circle-radius": ["case", ["boolean", ["get", "chosen"], false], 11, 7], "circle-color": ["match", kind, "missed", colour.halo, paint],
        "circle-stroke-width": ["case", ["boolean", ["get", "chosen"], false], 4, 2.5], "circle-stroke-color": ["match", kind, "missed", colour.missed, colour.halo],
      },
    },
    {
      id: "own-labels", type: "symbol", source: "own", filter: ["all", ["==", ["geometry-type"], "Point"], ["has", "label"]],
      layout: { "text-field": ["get", "label"], "text-font": FONT, "text-size": WORDS.size, "text-max-width": WORDS.lineEms, "text-variable-anchor-offset": WORDS.sides },
      paint: { "text-color": ["match", kind, "camera", colour.camera, colour.place], "text-halo-color": colour.halo, "text-halo-width": 2 },
    },
  ];
}

// What is placed last is placed first of all: each point keeps its room free of words, and the names of places
// come before the labels of points.
function room() {
  return [
    {
      id: "own-room", type: "symbol", source: "own", filter: ["==", ["geometry-type"], "Point"],
      layout: { "text-field": "O", "text-font": FONT, "text-size": 16, "text-allow-overlap": true }, paint: { "text-opacity": 0 },
    },
  ];
}

function corners(features) {
  const found = [];
  const walk = (part) => (typeof part[0] === "number" ? found.push(part) : part.forEach(walk));
  for (const one of features) if (one.geometry) walk(one.geometry.coordinates);
  return found;
}

// A page that has no map, or whose map nobody opens, need not carry its style either.
const styled = new Promise((resolve, reject) => {
  const style = document.createElement("link");
  Object.assign(style, { rel: "stylesheet", href: new URL("./vendor/maplibre-gl.css", import.meta.url).href, onload: resolve, onerror: reject });
  // Before the page's own, which says otherwise of a few things.
  document.head.querySelector("link[rel=stylesheet]").after(style);
});

// Beside the map's edge stands whose tiles these are, or that they do not come.
function layOver(drawn, element, address, grounds) {
  const words = document.createElement("p");
  words.className = "map__words";
  element.append(words);
  const dim = isNight() && element.dataset.nightStyle === element.dataset.style;
  layTiles(drawn, address, grounds, {
    dim,
    told(text, shown) {
      words.textContent = text;
      element.dataset.shown = shown ? "tiles" : "ground";
    },
  });
}

export async function openMap(element) {
  await styled;
  const colour = isNight() ? NIGHT : DAY;
  const own_ground = ground(element.dataset.ground, colour);
  const drawn = new Drawn({
    container: element, style: own_ground,
    attributionControl: false, fadeDuration: 0, pitchWithRotate: false, dragRotate: false,
  });
  drawn.touchZoomRotate.disableRotation();
  drawn.addControl(new NavigationControl({ showCompass: false }));
  drawn.addControl(new ScaleControl({ unit: "metric" }));
  await drawn.once("load");
  drawn.addSource("own", { type: "geojson", data: NOTHING });
  for (const layer of own(colour)) drawn.addLayer(layer);
  if (drawn.getLayer("places")) drawn.moveLayer("places");
  for (const layer of room()) drawn.addLayer(layer);
  const tiles = (isNight() && element.dataset.nightStyle) || element.dataset.style;
  if (tiles) layOver(drawn, element, tiles, own_ground.layers.map((one) => one.id));
  let kept = NOTHING;
  const told = keepWhole(drawn, FONT, (features) => drawn.getSource("own").setData(features));
  const ground_ = element.dataset.ground ? await (await fetch(element.dataset.ground)).json() : NOTHING;

  const map = {
    drawn,
    show(features) {
      kept = features;
      told(features);
    },
    fit(features = kept) {
      const points = corners(features.features.length ? features.features : ground_.features);
      if (!points.length) return;
      const [x, y] = [points.map((one) => one[0]), points.map((one) => one[1])];
      const box = [[Math.min(...x), Math.min(...y)], [Math.max(...x), Math.max(...y)]];
      // Room at the sides for the words beside the outermost points.
      const side = Math.min(element.clientWidth * 0.2, 112);
      drawn.fitBounds(box, { padding: { top: 48, bottom: 48, left: side, right: side }, maxZoom: 14, animate: false });
    },
    onPick(told) {
      drawn.on("click", "own-points", (event) => told(event.features[0].properties.id));
      drawn.on("mouseenter", "own-points", () => (drawn.getCanvas().style.cursor = "pointer"));
      drawn.on("mouseleave", "own-points", () => (drawn.getCanvas().style.cursor = ""));
    },
    // A person clicks the corners; `told` hears of each ring [[lon, lat], ...] as it grows.
    drawArea(told, begun = []) {
      const ring = [...begun];
      const draw = () => {
        const rest = kept.features.filter((one) => one.properties.id !== "drawn");
        const closed = [...ring, ring[0]];
        const area = ring.length < 2 ? [] : [{ type: "Feature", properties: { id: "drawn", kind: "area" }, geometry: { type: "Polygon", coordinates: [closed] } }];
        const dots = ring.map((at) => ({ type: "Feature", properties: { id: "drawn", kind: "start" }, geometry: { type: "Point", coordinates: at } }));
        map.show({ type: "FeatureCollection", features: [...rest, ...area, ...dots] });
        told(ring);
      };
      if (ring.length) draw();
      drawn.getCanvas().style.cursor = "crosshair";
      drawn.on("click", (event) => {
        if (!map.drawing) return;
        ring.push([event.lngLat.lng, event.lngLat.lat]);
        draw();
      });
      return {
        undo: () => (ring.pop(), draw()),
        clear: () => (ring.splice(0), draw()),
        set: (other) => (ring.splice(0, ring.length, ...other), draw()),
      };
    },
    drawing: false,
  };
  map.fit();
  element.dataset.ready = "";
  return map;
}
