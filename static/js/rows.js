// Fills one detection's row from its JSON; the markup comes from the page's <template>.
import { showPlate } from "./plate.js";
import { showTime } from "./times.js";
import { brandName, isKnown, word } from "./words.js";

export function makeRow(detection) {
  const row = document.querySelector("#row-template").content.firstElementChild.cloneNode(true);
  fillRow(row, detection);
  return row;
}

export function fillRow(row, detection) {
  const part = (name) => row.querySelector(`[data-field="${name}"]`);
  row.dataset.id = detection.id;
  row.dataset.updated = detection.updated_at;
  row.dataset.seen = detection.first_seen;
  part("link").href = detection.url;
  showPlate(row.querySelector(".plate"), { text: detection.plate_text, region: detection.region, charConfidences: detection.char_confidences });
  showPicture(part("picture"), detection.vehicle_picture ?? detection.picture);
  showPicture(part("plate_picture"), detection.plate_picture);
  showMatch(part("match"), detection.match);
  part("kind").hidden = !isKnown(detection.kind);
  part("kind-icon").setAttribute("href", `#kind-${detection.kind}`);
  part("kind-word").textContent = [brandName(detection.brand), word(detection.kind)].filter(Boolean).join(" · ");
  part("color").hidden = !isKnown(detection.color);
  part("swatch").dataset.color = detection.color;
  part("color-word").textContent = word(detection.color);
  part("confidence").hidden = !detection.plate_text;
  part("confidence-value").textContent = Math.round(detection.confidence * 100);
  part("votes").textContent = `${detection.votes}/${detection.looks}`;
  part("camera").textContent = detection.camera.name;
  part("direction").hidden = !isKnown(detection.direction);
  part("direction").textContent = word(detection.direction);
  part("time").dateTime = detection.first_seen;
  showTime(part("time"));
}

/** Which list the plate is on and whose it is; what was read stays as it is on the plate. */
function showMatch(place, match) {
  place.hidden = !match;
  place.dataset.kind = match?.kind ?? "";
  place.textContent = match?.ambiguous ? word("ambiguous") : [match?.list, match?.owner].filter(Boolean).join(" · ");
}

function showPicture(image, address) {
  image.hidden = !address;
  if (address && image.getAttribute("src") !== address) image.src = address;
}
