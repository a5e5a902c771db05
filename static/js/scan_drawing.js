// What was found, drawn over the moving picture, in the device's own pixels.
const PLATE = "#ffc840";
const VEHICLE = "#60c4e8";
const FAILED = "#a0a0a8";

/** `answer` is in pixels of the picture that was sent; the video is shown whole, centered in its box. */
export function drawFrame(canvas, video, answer) {
  const box = canvas.getBoundingClientRect();
  const density = window.devicePixelRatio || 1;
  canvas.width = Math.round(box.width * density);
  canvas.height = Math.round(box.height * density);
  const pen = canvas.getContext("2d");
  if (!answer.width) return;
  const shown = video.getBoundingClientRect();
  const scale = Math.min(shown.width / answer.width, shown.height / answer.height);
  const left = shown.left - box.left + (shown.width - answer.width * scale) / 2;
  const top = shown.top - box.top + (shown.height - answer.height * scale) / 2;
  pen.scale(density, density);
  const place = ([x, y]) => [left + x * scale, top + y * scale];
  for (const vehicle of answer.vehicles) outline(pen, corners(vehicle.box).map(place), VEHICLE, 1.5);
  for (const plate of answer.plates) {
    const points = (plate.corners ?? corners(plate.box)).map(place);
    const text = plate.voted || plate.text;
    outline(pen, points, text ? PLATE : FAILED, 3);
    if (text) tag(pen, points, text, box);
  }
}

const corners = ([x1, y1, x2, y2]) => [[x1, y1], [x2, y1], [x2, y2], [x1, y2]];

function outline(pen, points, color, width) {
  pen.beginPath();
  points.forEach(([x, y], number) => (number ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
  pen.strokeStyle = color;
  pen.lineWidth = width;
  pen.stroke();
}

function tag(pen, points, text, box) {
  const size = Math.max(16, Math.min(28, box.width / 22));
  pen.font = `700 ${size}px "Fjalla One", "Bahnschrift", "Arial Narrow", sans-serif`;
  const width = pen.measureText(text).width + size;
  const middle = points.reduce((sum, [x]) => sum + x, 0) / points.length;
  const above = Math.min(...points.map(([, y]) => y)) - size * 1.7;
  const left = Math.min(Math.max(2, middle - width / 2), box.width - width - 2);
  const top = above > 2 ? above : Math.max(...points.map(([, y]) => y)) + size * 0.3;
  pen.fillStyle = "rgb(20 22 28 / 86%)";
  pen.fillRect(left, top, width, size * 1.4);
  pen.fillStyle = "#fff";
  pen.textBaseline = "middle";
  pen.fillText(text, left + size / 2, top + size * 0.74);
}
