import { writeFile } from 'node:fs/promises';
import { CommandFailed, UsageError } from './command.js';
import { print, say } from './project.js';
import { allSites, type SiteView, siteNamed } from './remote/find-site.js';
import { moment } from './remote/job-view.js';
import { remoteCommand } from './remote/remote-command.js';
import type { Server } from './remote/server.js';
import { plain, screen, table } from './remote/table.js';

interface BackupFile {
  readonly filename: string;
  readonly size: string;
}

const ACTIONS = ['list', 'request', 'show', 'diff', 'download'] as const;
type Action = (typeof ACTIONS)[number];
/** Most files that each action names. */
const FILES: Readonly<Record<Action, number>> = { list: 0, request: 0, show: 1, diff: 2, download: 1 };

export const backup = remoteCommand({
  name: 'backup',
  positionals: ['<site>', '[list|request|show|diff|download]', '[file]', '[file]'],
  summary: "List, request, read and compare the backups of a site's configuration.",
  options: {
    output: { value: 'FILE', describe: 'download: where to; «-» is standard output. Default: the name of the backup, here.' },
    force: { describe: 'download: overwrite a file that is there.' },
    json: { describe: 'list, request, show: for programs; see docs/command-line.md.' },
  },
  notes: `A file is named as the list shows it, or latest, or previous. show and download take the latest, diff compares the
previous with the latest unless told otherwise. <site> is an id, the short id (site_…), a name, or the beginning of one
name alone.`,
  async run(server, { output, force, json }, [word = '', action = 'list', ...files]) {
    if (!isAction(action)) throw new UsageError(`backup knows ${ACTIONS.join(', ')}, not «${action}».`);
    if (files.length > FILES[action]) throw new UsageError(`backup ${action} does not know what to do with «${files[FILES[action]]!}».`);
    if (files.length === 1 && action === 'diff')
      throw new UsageError('backup diff compares two files, or without any the previous with the latest.');
    if ((output !== undefined || force) && action !== 'download') throw new UsageError('--output and --force go with download.');
    const backups = new Backups(server, siteNamed(await allSites(server), word));
    switch (action) {
      case 'list':
        return backups.list(Boolean(json));
      case 'request':
        return backups.request(Boolean(json));
      case 'show':
        return backups.show(files[0] ?? 'latest', Boolean(json));
      case 'diff':
        return backups.diff(files[0] ?? 'previous', files[1] ?? 'latest');
      case 'download':
        return backups.download(files[0] ?? 'latest', output, Boolean(force));
    }
  },
});

const isAction = (text: string): text is Action => (ACTIONS as readonly string[]).includes(text);

class Backups {
  constructor(
    private readonly server: Server,
    private readonly site: SiteView,
  ) {}

  async list(json: boolean): Promise<void> {
    const files = await this.files();
    if (json)
      return print(
        JSON.stringify(
          files.map(({ filename, size }) => ({ filename, taken_at: takenAt(filename), size })),
          null,
          2,
        ),
      );
    const rows = files.map(({ filename, size }) => [filename, moment(takenAt(filename)), size]);
    for (const line of table(['FILE', 'TAKEN', 'SIZE'], rows, screen())) print(line);
    if (!files.length) say(`${plain(this.site.name)} has no backup yet; \`rosfleet backup ${this.site.id} request\` asks for one.`);
  }

  async request(json: boolean): Promise<void> {
    const { message = 'Backup requested' } = await this.server.json<{ message?: string }>('POST', this.path());
    if (json) return print(JSON.stringify({ message }, null, 2));
    print(`${plain(message)}: it is in the list when the router has polled, exported its configuration and sent it.`);
  }

  async show(word: string, json: boolean): Promise<void> {
    const file = await this.file(word);
    if (!json) return write(await this.server.bytes(this.path(file), { 'x-view': 'true' }));
    const { filename, size, content } = await this.server.json<BackupFile & { content: string }>('GET', this.path(file));
    print(JSON.stringify({ filename, taken_at: takenAt(filename), size, content }, null, 2));
  }

  async diff(from: string, to: string): Promise<void> {
    const [older, newer] = [await this.file(from), await this.file(to)];
    write(await this.server.bytes(this.path(`${older}/${newer}`), { accept: 'text/plain' }));
  }

  async download(word: string, output: string | undefined, force: boolean): Promise<void> {
    const file = await this.file(word);
    const bytes = await this.server.bytes(this.path(file), { 'x-download': 'true' });
    if (output === '-') return void process.stdout.write(bytes);
    const target = output ?? file;
    // A configuration may hold secrets.
    await writeFile(target, bytes, { flag: force ? 'w' : 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
      throw new CommandFailed(
        error.code === 'EEXIST' ? `${target} is there already; --force overwrites it.` : `${target} cannot be written: ${error.message}`,
      );
    });
    print(target);
  }

  /** @throws CommandFailed when there is no such backup, UsageError for a name that is none */
  private async file(word: string): Promise<string> {
    const place = ['latest', 'previous'].indexOf(word);
    if (place < 0) {
      if (!/^\d{1,15}(\.rsc)?$/.test(word))
        throw new UsageError(`«${word}» is no backup; a good name is 1767225600.rsc, latest or previous.`);
      return word.endsWith('.rsc') ? word : `${word}.rsc`;
    }
    const found = (await this.files())[place];
    if (!found) throw new CommandFailed(`${plain(this.site.name)} has no ${place ? 'previous backup' : 'backup'} yet.`);
    return found.filename;
  }

  /** Newest first. */
  private files(): Promise<BackupFile[]> {
    return this.server.json('GET', this.path());
  }

  private path(rest = ''): string {
    return `/backup/${this.site.id}/${rest}`;
  }
}

/** The name of a backup is the time at which it was taken. */
const takenAt = (filename: string): string => new Date(Number.parseInt(filename, 10) * 1000).toISOString();

/** The text as it is; on a terminal without what would steer it. */
function write(bytes: Buffer): void {
  if (!process.stdout.isTTY) return void process.stdout.write(bytes);
  process.stdout.write(bytes.toString('utf8').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (c) => (c === '\r' ? '' : '�')));
}
