import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runFolder } from '../../support/test-run.js';

export interface Ended {
  readonly code: number | null;
  /** Both outputs. */
  readonly said: string;
}

/** A running OpenSSH program. */
export class Client {
  private constructor(
    readonly process: ChildProcess,
    readonly ended: Promise<Ended>,
  ) {}

  static of(process: ChildProcess): Client {
    let said = '';
    for (const stream of [process.stdout!, process.stderr!]) stream.on('data', (chunk) => (said += String(chunk)));
    return new Client(process, new Promise((done) => process.once('close', (code) => done({ code, said }))));
  }
}

/** OpenSSH's own sftp and ssh, with a password and without a terminal. */
export class OpenSsh {
  readonly folder = mkdtempSync(join(runFolder(), 'openssh-'));
  private readonly knownHosts = join(this.folder, 'known_hosts');
  private readonly askpass = join(this.folder, 'askpass');
  private files = 0;

  /** @param port where the server listens; it may change, the name of the host that keys belong to does not */
  constructor(private readonly port: () => number) {
    writeFileSync(this.askpass, '#!/bin/sh\nprintf "%s\\n" "$TEST_PASSWORD"\n');
    chmodSync(this.askpass, 0o700);
  }

  /** A file of these contents; its path. */
  file(contents: string | Buffer): string {
    const path = join(this.folder, `file-${++this.files}`);
    writeFileSync(path, contents);
    return path;
  }

  /** Runs commands of sftp(1); it stops at the first that fails, but for those that begin with a hyphen. */
  sftp(user: string, password: string, commands: string[], options: string[] = []): Client {
    const client = this.start('sftp', ['-P', String(this.port()), ...this.options(options), '-b', '-', `${user}@127.0.0.1`], password);
    client.process.stdin!.end(`${commands.join('\n')}\n`);
    return client;
  }

  ssh(user: string, password: string, args: string[]): Client {
    return this.start('ssh', ['-p', String(this.port()), ...this.options([]), `${user}@127.0.0.1`, ...args], password);
  }

  private options(more: string[]): string[] {
    return [
      'BatchMode=no', // sftp -b would ask for no password
      ...['PreferredAuthentications=password', 'PubkeyAuthentication=no', 'NumberOfPasswordPrompts=1'],
      ...['HostKeyAlias=rosfleet', `UserKnownHostsFile=${this.knownHosts}`, 'GlobalKnownHostsFile=/dev/null'],
      ...(more.some((option) => option.startsWith('StrictHostKeyChecking')) ? [] : ['StrictHostKeyChecking=accept-new']),
      ...more,
    ].map((option) => `-o${option}`);
  }

  private start(program: string, args: string[], password: string): Client {
    const askpass = { SSH_ASKPASS: this.askpass, SSH_ASKPASS_REQUIRE: 'force', TEST_PASSWORD: password };
    return Client.of(spawn(program, ['-F', 'none', ...args], { env: { ...process.env, ...askpass }, stdio: 'pipe' }));
  }
}
