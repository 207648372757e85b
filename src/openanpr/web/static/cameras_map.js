// The map of cameras: its points come from the list beside it.
import { openMap } from "./map.js";

const element = document.querySelector("[data-cameras-map]");
const places = [...document.querySelectorAll("[data-places] li")];

if (element && places.length) {
  const map = await openMap(element);
  const features = places.map((one) => ({
    type: "Feature",
    properties: { id: one.dataset.id, kind: "camera", label: one.dataset.label },
    geometry: { type: "Point", coordinates: [Number(one.dataset.lon), Number(one.dataset.lat)] },
  }));
  map.show({ type: "FeatureCollection", features });
  map.fit();
  map.onPick((id) => document.querySelector(`[data-row="${CSS.escape(id)}"] a`)?.focus());
}
