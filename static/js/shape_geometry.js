// Shapes on a picture, in shares of its width and height: the same rules as cameras/shapes.py.
const turn = (a, b, c) => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
const isBetween = (a, b, c) =>
  Math.min(a[0], b[0]) <= c[0] && c[0] <= Math.max(a[0], b[0]) && Math.min(a[1], b[1]) <= c[1] && c[1] <= Math.max(a[1], b[1]);

export const clamp = (number) => Math.min(1, Math.max(0, number));
export const round = (number) => Math.round(number * 1e4) / 1e4;

export function segmentsMeet([a, b], [c, d]) {
  const turns = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
  if (turns[0] * turns[1] < 0 && turns[2] * turns[3] < 0) return true;
  const touching = [[turns[0], a, b, c], [turns[1], a, b, d], [turns[2], c, d, a], [turns[3], c, d, b]];
  return touching.some(([flat, start, end, point]) => flat === 0 && isBetween(start, end, point));
}

export function crossesItself(points) {
  const sides = points.map((point, index) => [point, points[(index + 1) % points.length]]);
  return sides.some((one, i) => sides.some((other, j) =>
    j > i + 1 && !(i === 0 && j === sides.length - 1) && segmentsMeet(one, other)));
}

/** The middle of a line and the tip of the arrow that says which way counts as approaching; `aspect` is height by width. */
export function arrow([a, b], aspect) {
  const middle = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  const across = [-(b[1] - a[1]) * aspect, b[0] - a[0]];
  const length = Math.hypot(...across) || 1;
  return [middle, [middle[0] + across[0] / length * 0.06, middle[1] + across[1] / length * 0.06 / aspect]];
}

export function moved(points, dx, dy) {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const stepX = Math.min(1 - Math.max(...xs), Math.max(-Math.min(...xs), dx));
  const stepY = Math.min(1 - Math.max(...ys), Math.max(-Math.min(...ys), dy));
  return points.map(([x, y]) => [x + stepX, y + stepY]);
}
