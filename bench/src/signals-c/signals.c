/*
 * Adaptive Trend Classification, dialect lts, default configuration: the program that our kernel is compared with. The
 * nine lengths of a kind advance in lockstep, in arrays of nine, which the compiler vectorises. So do the six kinds in
 * layer 2. Windows are prefix and suffix sums of groups of n bars. They never subtract, so they drift as little as ours.
 *
 *   signals FILE     reads closes (doubles), then commands, one per line:
 *     run            computes the average signal and the direction; prints the nanoseconds of processor time
 *     write OUT      computes every output and writes 20 columns of doubles, in our canonical order
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { KINDS = 6, KIND_LANES = 8, LENGTHS = 9, BLOCK = 64, RING = 64, LONGEST_ROOT = 5, FIRST_BARS = 64 };
enum { EMA, HMA, WMA, DEMA, LSMA, KAMA };

static const int lengths[LENGTHS] = {28, 29, 30, 32, 34, 27, 26, 24, 22};
static const double lambda = 0.02 / 1000, kept = 1 - 0.03 / 100, growth_cap = 10000;
static const double long_threshold = 0.1, short_threshold = -0.1;

/* Otherwise gcc unrolls short loops before it tries to vectorise them, and then it mostly does not. */
#define EACH_LENGTH(k) _Pragma("GCC unroll 1") for (int k = 0; k < LENGTHS; k++)
#define EACH_KIND(kind) _Pragma("GCC unroll 1") for (int kind = 0; kind < KIND_LANES; kind++)

typedef double Lanes[LENGTHS];
typedef double KindLanes[KIND_LANES];

/* Votes and layer-1 equities of one kind. `follows`: each vote follows its side, as after its first crossing. */
typedef struct {
  Lanes vote, equity, side;
  int follows;
} Votes;

/*
 * Sums over the last n values of a series, with n by lane. The index is cut into groups shorter than any window. So a
 * window is the end of one group, at most one more group, and the beginning of the newest.
 */
typedef struct {
  int group;
  int length[LENGTHS];
  Lanes ahead;
  double prefix, weighted, before, weighted_before;
  /* From each bar to the end of its group. */
  double suffix[RING + BLOCK], weighted_suffix[RING + BLOCK];
  /* By bar: the newest group so far, and the complete one before it. Weights count from 1 at the start of the group. */
  double prefixes[BLOCK], weighted_prefixes[BLOCK], befores[BLOCK], weighted_befores[BLOCK];
  Lanes ends[BLOCK], weighted_ends[BLOCK];
} Windows;

/* The target of each column of a full run. A timed run writes the last two. */
typedef struct {
  double *average[KINDS], *signal[KINDS], *equity[KINDS], *average_signal, *direction;
} Outputs;

typedef struct {
  Votes votes[KINDS];
  Windows whole, halves, changes;
  Lanes rate, ema, dema1, dema2, kama, above_length, per_triangle, per_half_triangle;
  Lanes root_weight[LONGEST_ROOT];
  Lanes differences[LONGEST_ROOT - 1 + BLOCK];
  double source[RING + BLOCK];
  double change[RING + BLOCK];
  Lanes sum[BLOCK], weighted[BLOCK], halved[BLOCK], noise[BLOCK], averages[BLOCK];
  double flat[BLOCK], spread[BLOCK];
  KindLanes ballots[BLOCK], totals[BLOCK], signals[BLOCK], equities[BLOCK];
  KindLanes kind_equity, kind_signal;
  double last_output, held;
} State;

static void start_windows(Windows *w, int group, int divisor) {
  w->group = group;
  for (int k = 0; k < LENGTHS; k++) {
    w->length[k] = lengths[k] / divisor;
    w->ahead[k] = w->length[k] - 1;
  }
}

static void start(State *s) {
  memset(s, 0, sizeof *s);
  start_windows(&s->whole, 21, 1);
  start_windows(&s->halves, 10, 2);
  start_windows(&s->changes, 21, 1);
  EACH_LENGTH(k) {
    const int n = lengths[k], half = n / 2, root = (int)sqrt(n);
    s->above_length[k] = n + 1;
    s->rate[k] = 2.0 / (n + 1);
    s->per_triangle[k] = 2.0 / (n * (n + 1));
    s->per_half_triangle[k] = 2.0 / (half * (half + 1));
    for (int j = 0; j < root; j++) s->root_weight[j][k] = (root - j) * 2.0 / (root * (root + 1));
    for (int kind = 0; kind < KINDS; kind++) s->votes[kind].equity[k] = 1, s->votes[kind].side[k] = NAN;
  }
  for (int kind = 0; kind < KINDS; kind++) s->kind_equity[kind] = 1;
  s->last_output = NAN;
}

/* The sums of the groups. `series` is at bar `start`, after RING bars before it. */
static void group_sums(Windows *w, const double *series, int start, int count) {
  if (start > 0) {
    memmove(w->suffix, w->suffix + BLOCK, RING * sizeof(double));
    memmove(w->weighted_suffix, w->weighted_suffix + BLOCK, RING * sizeof(double));
  }
  int place = start % w->group;
  for (int i = 0; i < count; i++) {
    if (place == 0) {
      w->before = w->prefix, w->weighted_before = w->weighted;
      w->prefix = w->weighted = 0;
    }
    w->prefixes[i] = w->prefix += series[i];
    w->weighted_prefixes[i] = w->weighted += ++place * series[i];
    w->befores[i] = w->before;
    w->weighted_befores[i] = w->weighted_before;
    if (place < w->group) continue;
    double plain = 0, weighted = 0;
    for (place = 0; place < w->group; place++) {
      w->suffix[RING + i - place] = plain += series[i - place];
      w->weighted_suffix[RING + i - place] = weighted += plain;
    }
    place = 0;
  }
}

/*
 * Sums of the windows that end at each bar of the block: plain sums to `sum`, sums weighted by 1..n to
 * `weighted`; each only if it is not null.
 */
static inline __attribute__((always_inline)) void window_sums(Windows *restrict w, const double *restrict series, int start, int count, Lanes *restrict sum, Lanes *restrict weighted) {
  group_sums(w, series, start, count);
  for (int i = 0; i < count; i++)
    for (int k = 0; k < LENGTHS; k++) {
      if (sum) w->ends[i][k] = w->suffix[RING + i + 1 - w->length[k]];
      if (weighted) w->weighted_ends[i][k] = w->weighted_suffix[RING + i + 1 - w->length[k]];
    }
  Lanes ahead;
  memcpy(ahead, w->ahead, sizeof ahead);
  double place = start % w->group;
  const double group = w->group;
  for (int i = 0; i < count; i++) {
    const double prefix = w->prefixes[i], slope = w->weighted_prefixes[i], before = w->befores[i], slope_before = w->weighted_befores[i];
    double *to = sum ? sum[i] : NULL, *weighted_to = weighted ? weighted[i] : NULL;
    const double *end = w->ends[i], *weighted_end = w->weighted_ends[i];
    EACH_LENGTH(k) {
      /* Bars of the window before the newest group, and of the group before it. */
      const double rest = ahead[k] - place, more = rest - group;
      const double some = more > 0 ? before : 0, slope_some = more > 0 ? slope_before : 0;
      if (sum) to[k] = end[k] + some + prefix;
      if (weighted) weighted_to[k] = weighted_end[k] + (slope_some + more * some) + (slope + rest * prefix);
    }
    place = place + 1 == group ? 0 : place + 1;
  }
}

/* The plain definition, while averages have no value yet or votes have not begun. */
static void first_votes(State *s, int kind, const double *close, int start, int count) {
  static const int offset[KINDS] = {-1, -2, -1, -1, -1, 0};
  Votes *v = &s->votes[kind];
  for (int i = 0; i < count; i++) {
    double ballots = 0, total = 0;
    EACH_LENGTH(k) {
      const int n = lengths[k], first = kind == KAMA ? 0 : n + offset[kind] + (kind == HMA ? (int)sqrt(n) : 0);
      const double difference = close[i] - s->averages[i][k], bound = 1e-10 * close[i];
      const double side = difference > bound ? 1 : difference < -bound ? -1 : 0;
      const double equity = v->equity[k] * (s->flat[i] + v->vote[k] * s->spread[i]);
      v->equity[k] = equity > 0.25 ? equity : 0.25;
      if (start + i > first && side > 0 && v->side[k] <= 0) v->vote[k] = 1;
      if (start + i > first && side < 0 && v->side[k] >= 0) v->vote[k] = -1;
      if (start + i >= first) v->side[k] = side;
      ballots += v->vote[k] * v->equity[k];
      total += v->equity[k];
    }
    s->ballots[i][kind] = ballots;
    s->totals[i][kind] = total;
  }
  v->follows = start >= FIRST_BARS;
  for (int k = 0; k < LENGTHS; k++)
    if (v->vote[k] == 0) v->follows = 0;
}

/* Once each vote is the last side that was not 0. */
static void later_votes(State *s, int kind, const double *close, int count) {
  Lanes vote, equity, ballots, totals;
  memcpy(vote, s->votes[kind].vote, sizeof vote);
  memcpy(equity, s->votes[kind].equity, sizeof equity);
  for (int i = 0; i < count; i++) {
    const double price = close[i], bound = 1e-10 * price, spread = s->spread[i];
    EACH_LENGTH(k) {
      double next = equity[k] * (kept + vote[k] * spread);
      next = next > 0.25 ? next : 0.25;
      next = next < 1e300 ? next : 1e300;
      const double difference = price - s->averages[i][k];
      const double side = difference > 0 ? 1.0 : -1.0;
      vote[k] = fabs(difference) > bound ? side : vote[k];
      equity[k] = next;
      totals[k] = next;
      ballots[k] = vote[k] * next;
    }
    double sum = 0, total = 0;
    for (int k = 0; k < LENGTHS; k++) sum += ballots[k];
    for (int k = 0; k < LENGTHS; k++) total += totals[k];
    s->ballots[i][kind] = sum;
    s->totals[i][kind] = total;
  }
  memcpy(s->votes[kind].vote, vote, sizeof vote);
  memcpy(s->votes[kind].equity, equity, sizeof equity);
}

static void take_votes(State *s, int kind, const double *close, int start, int count, const Outputs *out) {
  const int first = kind == KAMA ? 0 : kind == HMA ? 31 : 27;
  if (s->votes[kind].follows) later_votes(s, kind, close, count);
  else first_votes(s, kind, close, start, count);
  if (!out->average[kind]) return;
  for (int i = 0; i < count; i++) out->average[kind][start + i] = start + i < first ? NAN : s->averages[i][0];
}

/* The EMA and, over it, the second of DEMA, until both have begun. */
static void first_emas(State *s, const double *close, int start, int count, int twice) {
  double *once = twice ? s->dema1 : s->ema;
  for (int i = 0; i < count; i++)
    EACH_LENGTH(k) {
      const int n = lengths[k], bar = start + i;
      once[k] = bar < n ? once[k] + close[i] : s->rate[k] * close[i] + (1 - s->rate[k]) * once[k];
      if (bar == n - 1) once[k] /= n;
      s->dema2[k] = bar < n ? once[k] : s->rate[k] * once[k] + (1 - s->rate[k]) * s->dema2[k];
      s->averages[i][k] = twice ? 2 * once[k] - s->dema2[k] : once[k];
    }
}

static void emas(State *s, const double *close, int count) {
  Lanes value, rate;
  memcpy(value, s->ema, sizeof value);
  memcpy(rate, s->rate, sizeof rate);
  for (int i = 0; i < count; i++)
    EACH_LENGTH(k) s->averages[i][k] = value[k] = rate[k] * close[i] + (1 - rate[k]) * value[k];
  memcpy(s->ema, value, sizeof value);
}

static void demas(State *s, const double *close, int count) {
  Lanes first, second, rate;
  memcpy(first, s->dema1, sizeof first);
  memcpy(second, s->dema2, sizeof second);
  memcpy(rate, s->rate, sizeof rate);
  for (int i = 0; i < count; i++)
    EACH_LENGTH(k) {
      first[k] = rate[k] * close[i] + (1 - rate[k]) * first[k];
      second[k] = rate[k] * first[k] + (1 - rate[k]) * second[k];
      s->averages[i][k] = 2 * first[k] - second[k];
    }
  memcpy(s->dema1, first, sizeof first);
  memcpy(s->dema2, second, sizeof second);
}

static void wmas(State *s, int count) {
  for (int i = 0; i < count; i++)
    EACH_LENGTH(k) s->averages[i][k] = s->weighted[i][k] * s->per_triangle[k];
}

static void lsmas(State *s, int count) {
  for (int i = 0; i < count; i++)
    EACH_LENGTH(k)
      s->averages[i][k] = (3 * s->weighted[i][k] - s->above_length[k] * s->sum[i][k]) * s->per_triangle[k];
}

static void hmas(State *s, int count) {
  Lanes *differences = s->differences + LONGEST_ROOT - 1;
  for (int i = 0; i < count; i++)
    EACH_LENGTH(k)
      differences[i][k] = 2 * (s->halved[i][k] * s->per_half_triangle[k]) - s->weighted[i][k] * s->per_triangle[k];
  for (int i = 0; i < count; i++)
    EACH_LENGTH(k)
      s->averages[i][k] = s->root_weight[0][k] * differences[i][k] + s->root_weight[1][k] * differences[i - 1][k] +
                          s->root_weight[2][k] * differences[i - 2][k] + s->root_weight[3][k] * differences[i - 3][k] +
                          s->root_weight[4][k] * differences[i - 4][k];
  memmove(s->differences, s->differences + count, (LONGEST_ROOT - 1) * sizeof(Lanes));
}

static void kamas(State *s, const double *close, int start, int count) {
  Lanes value;
  memcpy(value, s->kama, sizeof value);
  for (int i = 0; i < count; i++)
    for (int k = 0; k < LENGTHS; k++) s->averages[i][k] = s->source[RING + i - lengths[k]];
  for (int i = 0; i < count; i++)
    EACH_LENGTH(k) {
      const double noise = s->noise[i][k], moved = fabs(close[i] - s->averages[i][k]);
      const double ratio = noise == 0 ? 0 : moved / noise;
      const double root = ratio * (0.666 - 0.064) + 0.064;
      s->averages[i][k] = root * root;
    }
  for (int i = 0; i < count; i++) {
    if (start + i < RING)
      EACH_LENGTH(k)
        if (start + i < lengths[k]) s->averages[i][k] = start + i == 0;
    EACH_LENGTH(k) {
      value[k] += s->averages[i][k] * (close[i] - value[k]);
      s->averages[i][k] = value[k];
    }
  }
  memcpy(s->kama, value, sizeof value);
}

static void fill_factors(State *s, const double *close, int start, int count) {
  const double capped = exp(lambda * growth_cap);
  for (int i = 0; i < count; i++) {
    s->flat[i] = kept;
    s->spread[i] = kept * ((close[i] / s->source[RING + i - 1] - 1) * capped);
  }
  for (int i = 0; i < count && start + i < growth_cap; i++)
    s->spread[i] = kept * ((close[i] / s->source[RING + i - 1] - 1) * exp(lambda * (start + i)));
  if (start == 0) s->flat[0] = 1, s->spread[0] = 0;
}

static void layer2(State *s, int start, int count, const Outputs *out) {
  const double *ballots = s->ballots[0], *totals = s->totals[0];
  double *signals = s->signals[0];
  for (int i = 0; i < count * KIND_LANES; i++) signals[i] = nearbyint(100 * (ballots[i] / totals[i])) / 100;
  KindLanes equity, signal;
  memcpy(equity, s->kind_equity, sizeof equity);
  memcpy(signal, s->kind_signal, sizeof signal);
  for (int i = 0; i < count; i++)
    EACH_KIND(kind) {
      const double vote = signal[kind] > 0 ? 1.0 : signal[kind] < 0 ? -1.0 : 0.0;
      double next = equity[kind] * (s->flat[i] + vote * s->spread[i]);
      next = next > 0.25 ? next : 0.25;
      s->equities[i][kind] = equity[kind] = next < 1e300 ? next : 1e300;
      signal[kind] = s->signals[i][kind];
    }
  memcpy(s->kind_equity, equity, sizeof equity);
  memcpy(s->kind_signal, signal, sizeof signal);
  for (int i = 0; i < count; i++) {
    KindLanes cut;
    EACH_KIND(kind) {
      const double value = s->signals[i][kind], weight = s->equities[i][kind];
      cut[kind] = value > long_threshold ? weight : value < short_threshold ? -weight : 0;
    }
    double sum = 0, total = 0;
    for (int kind = 0; kind < KINDS; kind++) sum += cut[kind];
    for (int kind = 0; kind < KINDS; kind++) total += s->equities[i][kind];
    out->average_signal[start + i] = sum / total;
  }
  double last = s->last_output, held = s->held;
  for (int i = start; i < start + count; i++) {
    const double value = out->average_signal[i];
    if (i > 0 && value > long_threshold && last <= long_threshold) held = 1;
    else if (i > 0 && value < short_threshold && last >= short_threshold) held = -1;
    out->direction[i] = held;
    last = value;
  }
  s->last_output = last;
  s->held = held;
  for (int kind = 0; kind < KINDS && out->signal[kind]; kind++)
    for (int i = 0; i < count; i++) {
      out->signal[kind][start + i] = s->signals[i][kind];
      out->equity[kind][start + i] = s->equities[i][kind];
    }
}

static void take_prices(State *s, const double *close, int start, int count) {
  if (start > 0) {
    memmove(s->source, s->source + BLOCK, RING * sizeof(double));
    memmove(s->change, s->change + BLOCK, RING * sizeof(double));
  }
  memcpy(s->source + RING, close, count * sizeof(double));
  for (int i = 0; i < count; i++) s->change[RING + i] = fabs(close[i] - s->source[RING + i - 1]);
  if (start == 0) s->change[RING] = 0;
}

static void compute(State *s, const double *closes, int bars, const Outputs *out) {
  start(s);
  for (int from = 0; from < bars; from += BLOCK) {
    const int count = bars - from < BLOCK ? bars - from : BLOCK;
    const double *close = closes + from;
    take_prices(s, close, from, count);
    fill_factors(s, close, from, count);
    window_sums(&s->whole, s->source + RING, from, count, s->sum, s->weighted);
    window_sums(&s->halves, s->source + RING, from, count, NULL, s->halved);
    window_sums(&s->changes, s->change + RING, from, count, s->noise, NULL);
    if (from < FIRST_BARS) first_emas(s, close, from, count, 0);
    else emas(s, close, count);
    take_votes(s, EMA, close, from, count, out);
    hmas(s, count);
    take_votes(s, HMA, close, from, count, out);
    wmas(s, count);
    take_votes(s, WMA, close, from, count, out);
    if (from < FIRST_BARS) first_emas(s, close, from, count, 1);
    else demas(s, close, count);
    take_votes(s, DEMA, close, from, count, out);
    lsmas(s, count);
    take_votes(s, LSMA, close, from, count, out);
    kamas(s, close, from, count);
    take_votes(s, KAMA, close, from, count, out);
    layer2(s, from, count, out);
  }
}

static double cpu_ns(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e9 + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e3;
}

static double *column(long bars) {
  double *values = malloc(bars * sizeof(double));
  if (values == NULL) exit(3);
  return values;
}

static void write_outputs(State *s, const double *closes, long bars, const char *path) {
  double *columns[3 * KINDS + 2];
  const int count = sizeof columns / sizeof *columns;
  for (int i = 0; i < count; i++) columns[i] = column(bars);
  Outputs out = {.average_signal = columns[3 * KINDS], .direction = columns[3 * KINDS + 1]};
  for (int kind = 0; kind < KINDS; kind++) {
    out.average[kind] = columns[kind];
    out.signal[kind] = columns[KINDS + kind];
    out.equity[kind] = columns[2 * KINDS + kind];
  }
  compute(s, closes, (int)bars, &out);
  FILE *file = fopen(path, "wb");
  if (file == NULL) exit(4);
  for (int i = 0; i < count; i++) {
    if (fwrite(columns[i], sizeof(double), bars, file) != (size_t)bars) exit(5);
    free(columns[i]);
  }
  if (fclose(file) != 0) exit(5);
}

int main(int count, char **arguments) {
  FILE *file = count == 2 ? fopen(arguments[1], "rb") : NULL;
  if (file == NULL) return 2;
  fseek(file, 0, SEEK_END);
  const long bars = ftell(file) / (long)sizeof(double);
  rewind(file);
  double *closes = column(bars);
  if (fread(closes, sizeof(double), bars, file) != (size_t)bars) return 2;
  fclose(file);
  State *state = malloc(sizeof *state);
  const Outputs out = {.average_signal = column(bars), .direction = column(bars)};
  char line[4096];
  while (state != NULL && fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = 0;
    const double before = cpu_ns();
    if (strncmp(line, "write ", 6) == 0) write_outputs(state, closes, bars, line + 6);
    else compute(state, closes, (int)bars, &out);
    printf("%.0f\n", cpu_ns() - before);
    fflush(stdout);
  }
  return 0;
}
