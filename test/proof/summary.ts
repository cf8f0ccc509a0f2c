import type { PushResult } from './corpus.js';

export interface Report {
  readonly seed: number;
  readonly routers: number;
  readonly pushes: number;
  readonly fatal: number;
  readonly kept: number;
  readonly undone: number;
  /** Undone because the router refused a command: nothing was cut, and nothing can be said of the prediction. */
  readonly refused: number;
  /** Pushes during which the router lost something. */
  readonly cutOff: number;
  readonly lostPolling: number;
  readonly lostManagement: number;
  /** Virtual seconds, in steps of five. */
  readonly worstSecondsToReachable: number;
  readonly byKind: Readonly<Record<string, { pushes: number; cutOff: number; worst: number }>>;
  readonly byVersion: Readonly<Record<string, number>>;
  /** Of pushes that cut polling or management, the share that the prediction warned of; of those that were kept, the share that it warned of too. */
  readonly prediction: {
    readonly recall: number;
    readonly falseAlarms: number;
    readonly missed: readonly string[];
    readonly needless: readonly string[];
  };
  readonly failures: readonly PushResult[];
}

const count = <T>(all: readonly T[], test: (one: T) => boolean): number => all.filter(test).length;
const wasCut = ({ cut }: PushResult): boolean => cut.polling || cut.management;
const worstOf = (results: readonly PushResult[]): number => Math.max(0, ...results.map(({ backAfter }) => backAfter ?? 0));

export function summary(results: readonly PushResult[], { seed, routers }: { seed: number; routers: number }): Report {
  const kinds = [...new Set(results.map(({ fatal }) => fatal ?? 'ordinary'))].sort();
  return {
    ...{ seed, routers, pushes: results.length, fatal: count(results, ({ fatal }) => fatal !== null) },
    ...{ kept: count(results, ({ kept }) => kept), undone: count(results, ({ kept }) => !kept), cutOff: count(results, wasCut) },
    refused: count(results, (one) => !one.kept && !wasCut(one)),
    lostPolling: count(results, ({ cut }) => cut.polling),
    lostManagement: count(results, ({ cut }) => cut.management),
    worstSecondsToReachable: worstOf(results),
    byKind: Object.fromEntries(
      kinds.map((kind) => {
        const some = results.filter(({ fatal }) => (fatal ?? 'ordinary') === kind);
        return [kind, { pushes: some.length, cutOff: count(some, wasCut), worst: worstOf(some) }];
      }),
    ),
    byVersion: Object.fromEntries([...new Set(results.map(({ version }) => version))].sort().map((version) => [version, count(results, (one) => one.version === version)])), // prettier-ignore
    prediction: predictionOf(results),
    failures: results.filter(({ wrong }) => wrong.length),
  };
}

const warned = ({ predicted }: PushResult): boolean => predicted.some(({ cut }) => cut !== 'services');

function predictionOf(results: readonly PushResult[]): Report['prediction'] {
  const [cut, harmless] = [results.filter(wasCut), results.filter((one) => one.kept)];
  const share = (some: number, all: number): number => (all ? Math.round((some / all) * 10_000) / 10_000 : 1);
  return {
    ...{
      recall: share(count(cut, warned), cut.length),
      falseAlarms: harmless.length ? share(count(harmless, warned), harmless.length) : 0,
    },
    missed: cut.filter((one) => !warned(one)).map(({ id, fatal, changes }) => `${id} ${fatal ?? 'ordinary'}: ${changes.join(', ')}`),
    needless: harmless
      .filter(warned)
      .map(({ id, changes, predicted }) => `${id} ${changes.join(', ')}: ${predicted.map(({ item, why }) => `${item}: ${why}`).join(' ')}`),
  };
}

/** For people. */
export function table(report: Report): string {
  const rows = Object.entries(report.byKind).map(
    ([kind, { pushes, cutOff, worst }]) =>
      `${kind.padEnd(32)}${String(pushes).padStart(7)}${String(cutOff).padStart(9)}${String(worst).padStart(7)} s`,
  );
  return [
    `${report.pushes} pushes to ${report.routers} routers (seed ${report.seed}): ${report.kept} kept, ${report.undone} undone (${report.refused} refused by the router)`,
    `lost polling ${report.lostPolling}, management ${report.lostManagement}; worst time to reachable ${report.worstSecondsToReachable} s`,
    `${'kind'.padEnd(32)}${'pushes'.padStart(7)}${'cut off'.padStart(9)}${'worst'.padStart(7)}`,
    ...rows,
    `prediction: recall ${report.prediction.recall}, false alarms ${report.prediction.falseAlarms} of harmless pushes`,
    ...report.prediction.missed.map((one) => `missed ${one}`),
    ...report.prediction.needless.map((one) => `needless ${one}`),
    ...report.failures.map(({ id, fatal, version, wrong }) => `FAILED ${id} (${version}, ${fatal ?? 'ordinary'}): ${wrong.join('; ')}`),
  ].join('\n');
}
