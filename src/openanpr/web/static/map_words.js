// Words beside points: each stands on a side where all of it is seen, for as long as there is one.

const SIZE_PX = 13;
const LINE_EMS = 7;
const AWAY_EMS = 1;
const SIDES = { r: ["left", [AWAY_EMS, 0]], l: ["right", [-AWAY_EMS, 0]], u: ["bottom", [0, -AWAY_EMS]], d: ["top", [0, AWAY_EMS]] };
const ANY = "rlud";

// By what stands in `room` of a point: the letters of its sides, right, left, up and down.
const CHOICES = ["rud", "lud", "rl", "r", "l", "ud"];
const sidesOf = (letters) => ["literal", [...letters].flatMap((one) => SIDES[one])];

export const WORDS = {
  size: ["match", ["get", "kind"], "camera", 12, SIZE_PX],
  lineEms: LINE_EMS,
  sides: ["match", ["coalesce", ["get", "room"], ANY], ...CHOICES.flatMap((one) => [one, sidesOf(one)]), sidesOf(ANY)],
};

function measure(font) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `${SIZE_PX}px ${font.join(", ")}`;
  const known = new Map();
  const wide = (text) => pen.measureText(text).width;
  // A line is broken at seven letters' width or so, but never within a word.
  return (label) => {
    if (!known.has(label)) known.set(label, Math.min(wide(label), Math.max(LINE_EMS * SIZE_PX, ...label.split(" ").map(wide))));
    return known.get(label);
  };
}

function roomOf(drawn, feature, width) {
  const across = drawn.getContainer().clientWidth;
  const at = drawn.project(feature.geometry.coordinates).x;
  const beside = width + AWAY_EMS * SIZE_PX;
  const right = at + beside <= across ? "r" : "";
  const left = at - beside >= 0 ? "l" : "";
  const over = at - width / 2 >= 0 && at + width / 2 <= across ? "ud" : "";
  const room = right + left + over;
  return room || (at > across / 2 ? "l" : "r");
}

// Returns what shows features, and shows them again whenever the map has moved and a side is another.
export function keepWhole(drawn, font, show) {
  const widthOf = measure(font);
  let [features, shown] = [[], ""];
  const tell = (anew) => {
    const found = features.map((one) => {
      if (one.geometry.type !== "Point" || !one.properties.label) return one;
      return { ...one, properties: { ...one.properties, room: roomOf(drawn, one, widthOf(one.properties.label)) } };
    });
    const rooms = found.map((one) => one.properties.room).join();
    if (!anew && rooms === shown) return;
    shown = rooms;
    show({ type: "FeatureCollection", features: found });
  };
  drawn.on("moveend", () => tell(false));
  drawn.on("resize", () => tell(false));
  return (collection) => {
    features = collection.features;
    tell(true);
  };
}
