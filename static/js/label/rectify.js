// Straightens a plate: the four corners of a picture become an upright crop, as the recognition does it.
const MARGIN = 0.08;

/** The matrix that takes the unit square to four points: top left, top right, bottom right, bottom left. */
export function squareTo([p0, p1, p2, p3]) {
  const [dx1, dy1] = [p1[0] - p2[0], p1[1] - p2[1]];
  const [dx2, dy2] = [p3[0] - p2[0], p3[1] - p2[1]];
  const [sx, sy] = [p0[0] - p1[0] + p2[0] - p3[0], p0[1] - p1[1] + p2[1] - p3[1]];
  const determinant = dx1 * dy2 - dx2 * dy1;
  const g = (sx * dy2 - dx2 * sy) / determinant;
  const h = (dx1 * sy - sx * dy1) / determinant;
  return [
    p1[0] - p0[0] + g * p1[0], p3[0] - p0[0] + h * p3[0], p0[0],
    p1[1] - p0[1] + g * p1[1], p3[1] - p0[1] + h * p3[1], p0[1],
    g, h,
  ];
}

export function apply([a, b, c, d, e, f, g, h], u, v) {
  const w = g * u + h * v + 1;
  return [(a * u + b * v + c) / w, (d * u + e * v + f) / w];
}

const distance = (one, other) => Math.hypot(one[0] - other[0], one[1] - other[1]);

/** Width and height of the plate along its edges, in pixels of the picture. */
export function plateSize([p0, p1, p2, p3]) {
  return [(distance(p0, p1) + distance(p3, p2)) / 2, (distance(p0, p3) + distance(p1, p2)) / 2];
}

/** Whether the corners go round a plate, clockwise, and enclose something. */
export function isPlate(corners) {
  if (!corners) return false;
  return corners.every((point, place) => {
    const [next, after] = [corners[(place + 1) % 4], corners[(place + 2) % 4]];
    return (next[0] - point[0]) * (after[1] - next[1]) - (next[1] - point[1]) * (after[0] - next[0]) > 1;
  });
}

const scratch = document.createElement("canvas");
const scratchContext = scratch.getContext("2d", { willReadFrequently: true });

/** Draws the plate upright into `canvas`; false where the corners span none. */
export function drawRectified(canvas, bitmap, corners) {
  if (!bitmap || !isPlate(corners)) return false;
  const [width, height] = plateSize(corners);
  if (width < 3 || height < 3) return false;
  const matrix = squareTo(corners);
  const [mx, my] = [(MARGIN * height) / width, MARGIN];
  canvas.width = 480;
  canvas.height = Math.round(Math.min(480, Math.max(60, (480 * height * (1 + 2 * my)) / (width * (1 + 2 * mx)))));
  const outer = [[-mx, -my], [1 + mx, -my], [1 + mx, 1 + my], [-mx, 1 + my]].map(([u, v]) => apply(matrix, u, v));
  const left = Math.floor(Math.min(...outer.map(([x]) => x))) - 1;
  const top = Math.floor(Math.min(...outer.map(([, y]) => y))) - 1;
  scratch.width = Math.min(4096, Math.max(2, Math.ceil(Math.max(...outer.map(([x]) => x))) + 2 - left));
  scratch.height = Math.min(4096, Math.max(2, Math.ceil(Math.max(...outer.map(([, y]) => y))) + 2 - top));
  scratchContext.drawImage(bitmap, -left, -top);
  const source = scratchContext.getImageData(0, 0, scratch.width, scratch.height);
  const context = canvas.getContext("2d");
  const target = context.createImageData(canvas.width, canvas.height);
  sample(source, target, (x, y) => {
    const point = apply(matrix, (x / canvas.width) * (1 + 2 * mx) - mx, (y / canvas.height) * (1 + 2 * my) - my);
    return [point[0] - left, point[1] - top];
  });
  context.putImageData(target, 0, 0);
  return true;
}

function sample(source, target, place) {
  const from = source.data, to = target.data, stride = source.width * 4;
  for (let y = 0, at = 0; y < target.height; y += 1) {
    for (let x = 0; x < target.width; x += 1, at += 4) {
      const [px, py] = place(x + 0.5, y + 0.5);
      const sx = Math.min(Math.max(px - 0.5, 0), source.width - 2), sy = Math.min(Math.max(py - 0.5, 0), source.height - 2);
      const ix = Math.floor(sx), iy = Math.floor(sy), fx = sx - ix, fy = sy - iy, first = iy * stride + ix * 4;
      for (let channel = 0; channel < 3; channel += 1) {
        const one = first + channel;
        const above = from[one] * (1 - fx) + from[one + 4] * fx;
        const below = from[one + stride] * (1 - fx) + from[one + stride + 4] * fx;
        to[at + channel] = above * (1 - fy) + below * fy;
      }
      to[at + 3] = 255;
    }
  }
}
