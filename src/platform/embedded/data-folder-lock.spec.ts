import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataFolderInUse, lockDataFolder, ownerOf } from './data-folder-lock.js';

describe('the lock of a data folder', () => {
  let dataDir: string;
  let other: ChildProcess | undefined;
  const file = (): string => join(dataDir, 'app.pid');

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'rosfleet-lock-'));
  });
  afterEach(() => {
    other?.kill('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  });

  const startOther = (): number => (other = spawn('sleep', ['60'], { stdio: 'ignore' })).pid!;

  it('is taken, and given back once', () => {
    const giveBack = lockDataFolder(dataDir);
    expect(readFileSync(file(), 'utf8')).toMatch(new RegExp(`^${process.pid} `));
    giveBack();
    giveBack();
    expect(existsSync(file())).toBe(false);
  });

  it('is refused while its owner lives, by name of the process', () => {
    const pid = startOther();
    writeFileSync(file(), `${pid} \n`);
    expect(() => lockDataFolder(dataDir)).toThrow(DataFolderInUse);
    expect(() => lockDataFolder(dataDir)).toThrow(new RegExp(`process ${pid}`));
    expect(ownerOf(dataDir)).toBe(pid);
  });

  it('is taken over from a process that died', () => {
    writeFileSync(file(), '4194304 1\n'); // beyond the largest process id of Linux
    expect(ownerOf(dataDir)).toBeUndefined();
    lockDataFolder(dataDir)();
    expect(existsSync(file())).toBe(false);
  });

  it('is taken over when a stranger was given the number of the dead owner', () => {
    writeFileSync(file(), `${startOther()} 1\n`);
    lockDataFolder(dataDir)();
  });

  it('is taken over when we were given the number of the dead owner ourselves, as in a container', () => {
    writeFileSync(file(), `${process.pid} 1\n`);
    lockDataFolder(dataDir)();
    expect(existsSync(file())).toBe(false);
  });

  it('is taken over when its file is not readable as a lock', () => {
    writeFileSync(file(), '');
    lockDataFolder(dataDir)();
  });
});
