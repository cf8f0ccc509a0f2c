/** Runs in the process of `global-setup.ts`, which left behind what is to be done. */
export default async function tearDown(): Promise<void> {
  await (globalThis as { tearDownRun?: () => Promise<void> }).tearDownRun?.();
}
