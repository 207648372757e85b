// Tiles, laid over the node's own ground: a style that the settings give, from a file of the node or from the
// force's map server. The ground is shown until they are there, and again whenever they fail to come.
//
//   layTiles(drawn, address, ground, told);      ground: ids of the layers that stand in; told(words) may be called
//                                                again and again, with what is to be read beside the map

import { addProtocol } from "./vendor/maplibre-gl.mjs";

const HEAD = "tiles ";
const AGAIN_MS = 30_000;
const PATIENCE_MS = 8_000;
const AWAY = "The map server does not answer: this is the node’s own map";
const OWN_FILE = "pmtiles://";

// The node's own file of tiles, a part at a time.
const file = {
  getKey: () => "tiles",
  async getBytes(from, length, signal) {
    const answer = await fetch(`/map/tiles?from=${from}&length=${length}`, { signal });
    if (!answer.ok) throw new Error(`tiles: ${answer.status}`);
    return { data: await answer.arrayBuffer() };
  },
};
let opened;

function openFile() {
  opened ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = new URL("./vendor/pmtiles.js", import.meta.url);
    script.addEventListener("load", () => {
      const protocol = new window.pmtiles.Protocol();
      protocol.add(new window.pmtiles.PMTiles(file));
      addProtocol("pmtiles", protocol.tile);
      done();
    });
    script.addEventListener("error", failed);
    document.head.append(script);
  });
  return opened;
}

async function read(address) {
  const answer = await fetch(address, { credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!answer.ok) throw new Error(`style: ${answer.status}`);
  const style = await answer.json();
  if (Object.values(style.sources).some((one) => one.url?.startsWith(OWN_FILE))) await openFile();
  return style;
}

const theirs = (drawn) => drawn.getLayersOrder().filter((id) => id.startsWith(HEAD));

function takeAway(drawn, sources) {
  for (const id of theirs(drawn)) drawn.removeLayer(id);
  for (const id of sources.splice(0)) drawn.removeSource(id);
}

// They lie beneath the ground, which is made invisible where they are to be seen: so they come even behind it.
function lay(drawn, style, sources, { above, dim }) {
  for (const [name, source] of Object.entries(style.sources)) {
    drawn.addSource(HEAD + name, source);
    sources.push(HEAD + name);
  }
  if (style.sprite) drawn.setSprite(style.sprite);
  for (const layer of style.layers) {
    const source = layer.source === undefined ? {} : { source: HEAD + layer.source };
    const paint = dim && layer.type === "raster" ? { paint: { ...layer.paint, "raster-brightness-max": 0.5, "raster-saturation": -0.4 } } : {};
    drawn.addLayer({ ...layer, ...source, ...paint, id: HEAD + layer.id }, above);
  }
}

// What whoever made the tiles wants to be said, as text, whatever it is.
function makers(drawn, sources) {
  const said = sources.map((id) => drawn.getSource(id)?.attribution).filter(Boolean);
  return new DOMParser().parseFromString(said.join(" "), "text/html").body.textContent;
}

export function layTiles(drawn, address, ground, { dim, told }) {
  const sources = [];
  let [failed, came, again, patience] = [0, 0, 0, 0];

  const show = (tiles) => {
    const wanted = tiles ? "none" : "visible";
    for (const id of ground) if ((drawn.getLayoutProperty(id, "visibility") ?? "visible") !== wanted) drawn.setLayoutProperty(id, "visibility", wanted);
    told(tiles ? makers(drawn, sources) : AWAY, tiles);
  };
  const settle = () => {
    clearTimeout(patience);
    patience = 0;
    if (!failed && !came) return;
    clearTimeout(again);
    const away = failed >= came;
    show(!away);
    if (away) again = setTimeout(attempt, AGAIN_MS);
  };
  const giveUp = () => {
    [failed, came] = [1, 0];
    settle();
  };
  async function attempt() {
    [failed, came] = [0, 0];
    takeAway(drawn, sources);
    try {
      lay(drawn, await read(address), sources, { above: ground[0], dim });
    } catch {
      giveUp();
    }
  }

  const isTheirs = (event) => Boolean(event.sourceId?.startsWith(HEAD));
  drawn.on("error", (event) => {
    if (!isTheirs(event)) console.error(event.error);
    else failed += 1;
    drawn.triggerRepaint();
  });
  drawn.on("sourcedata", (event) => {
    if (isTheirs(event) && event.tile?.hasData()) came += 1;
  });
  // A server that is behind a wall says nothing at all, and is not waited for.
  drawn.on("sourcedataloading", (event) => {
    if (!isTheirs(event) || !event.tile || patience) return;
    const before = came;
    patience = setTimeout(() => (came > before ? (patience = 0) : giveUp()), PATIENCE_MS);
  });
  drawn.on("idle", settle);
  attempt();
}
