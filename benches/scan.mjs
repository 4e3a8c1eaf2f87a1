// How long the scan takes over base64 of a page of JSON, of a size and of twice that: twice as long, if it is linear.
import { scanText } from '../pkg/scan.js';

const ROUNDS = 3;
const SIZES = [3_500_000, 7_000_000];

/** One string of base64 of rows as a page may carry them. */
function page(size) {
  let rows = '[';
  for (let row = 0; rows.length < (size / 4) * 3; row++) rows += `{"x":${row}},`;
  return `"${Buffer.from(rows)
    .toString('base64')
    .slice(0, size - 2)}"`;
}

function milliseconds(text) {
  const began = performance.now();
  scanText(text);
  return performance.now() - began;
}

/** The best of a few rounds for each size, and how the two compare. */
export function measureScan() {
  const pages = SIZES.map(page);
  const best = SIZES.map(() => Infinity);
  for (let round = 0; round < ROUNDS; round++) {
    pages.forEach((text, index) => {
      best[index] = Math.min(best[index], milliseconds(text));
    });
  }
  return { rows: SIZES.map((bytes, index) => ({ bytes, ms: best[index] })), ratio: best[1] / best[0] };
}
