/** Digits behind the point at most; more than a float has. */
const MAX_DIGITS = 100;

/** `digits` behind the point as C's printf writes them: a value that lies exactly between two goes to the even one. */
export function fixed(value: number, digits: number): string {
  const most = Math.min(digits, MAX_DIGITS);
  if (Math.abs(value) >= 1e21) return BigInt(value) + (most > 0 ? `.${"0".repeat(most)}` : "");
  const text = value.toFixed(most); // which goes up where it lies between
  // A float lies between two decimals only where it ends in a few bits: then one digit more says all.
  const exact = value.toFixed(Math.min(MAX_DIGITS, most + 1));
  if (most === MAX_DIGITS || !exact.endsWith("5") || Number(exact) !== value) return text;
  return /[13579]$/.test(text) ? lastDigitDown(text) : text;
}

function lastDigitDown(text: string): string {
  return text.slice(0, -1) + String(Number(text.slice(-1)) - 1);
}

/** Python's `round`. */
export function halfEven(value: number, digits: number): number {
  if (!Number.isFinite(value) || digits > MAX_DIGITS) return value;
  if (digits >= 0) return Number(fixed(value, digits));
  const scale = 10 ** -digits;
  return Number(fixed(value / scale, 0)) * scale;
}
