/** The sum over j = 1 to length - 1 of j^power p^j times the value j places on, around the end. */
function decayedSum(deviations: Float64Array, decay: number, power: 0 | 1): number {
  let [sum, weight] = [0, 1];
  for (let shift = 1; shift < deviations.length; shift++) {
    weight *= decay;
    sum += (power === 0 ? weight : shift * weight) * deviations[shift];
  }
  return sum;
}

/**
 * The standard deviation of sqrt(m) times the mean of a stationary bootstrap with blocks of `block` rows (Politis and
 * Romano 1994), from deviations of m rows from their mean. Time grows with the rows, not with their square:
 *
 * The covariance i rows apart has the weight 2 ((1 - i/m) p^i + (i/m) p^(m-i)), p = 1 - 1/block. Around the end, the
 * covariances i and m - i apart are of the same pairs, so the weight of either's sum is (1 - i/m) p^i. Sums of p^i and
 * i p^i times the rows after row t follow from those after row t + 1.
 */
export function longRunDeviation(deviations: Float64Array, block: number): number {
  const rows = deviations.length;
  const decay = 1 - 1 / block;
  const last = decay ** rows;
  let plain = decayedSum(deviations, decay, 0);
  let shifted = decayedSum(deviations, decay, 1);
  let [variance, weighted] = [0, 0];
  let next = deviations[0];
  for (let row = rows - 1; row >= 0; row--) {
    const own = deviations[row];
    const following = decay * (next + plain) - last * own;
    shifted = decay * (next + shifted + plain) - rows * last * own;
    plain = following;
    variance += own * own;
    weighted += own * (plain - shifted / rows);
    next = own;
  }
  return Math.sqrt(Math.max(0, (variance + 2 * weighted) / rows));
}
