import { posix } from 'node:path';
import ssh2, { type Attributes, type SFTPWrapper } from 'ssh2';
import type { Upload } from './upload.js';

const { OPEN_MODE, STATUS_CODE } = ssh2.utils.sftp;
const DIRECTORY = 0o040500;
const HANDLE = Buffer.from([1]);

/** What one login may do. */
export interface SessionRights {
  /** The only name that it may write. */
  readonly fileName: string;
  /** The name of its folder, which is its root; paths may begin with it. */
  readonly folder: string;
  readonly upload: Upload;
  /** Takes the complete file. The client is told that all went well when this has ended without an error. */
  complete(content: Buffer): Promise<void>;
  /** Something happened: the session is alive. */
  alive(): void;
  refused(why: string): void;
}

/**
 * SFTP version 3 (draft-ietf-secsh-filexfer-02) for an upload of one file and nothing else: there is nothing to read, to list, to rename
 * or to link. No file system is behind it, so that no path leads anywhere.
 */
export function serveUpload(sftp: SFTPWrapper, rights: SessionRights): void {
  let state: 'waiting' | 'open' | 'closed' = 'waiting';
  const status = (id: number, code: number, message?: string): void => {
    if (message !== undefined) rights.refused(message);
    sftp.status(id, code, message);
  };
  const deny = (id: number, what: string): void =>
    status(id, STATUS_CODE.PERMISSION_DENIED, `${what}: this login may upload ${rights.fileName} and nothing else`);
  const place = (path: string): string => {
    const inside = posix.resolve('/', path.replaceAll('\0', ''));
    const home = `/${rights.folder}`;
    return inside === home ? '/' : inside.startsWith(`${home}/`) ? inside.slice(home.length) : inside;
  };
  /** `..` and links lead nowhere; only the very name is the file. */
  const isFile = (path: string): boolean =>
    [rights.fileName, `/${rights.fileName}`, `${rights.folder}/${rights.fileName}`, `/${rights.folder}/${rights.fileName}`].includes(path);

  // OpenSSH's client waits for the channel to be closed from both sides.
  sftp.on('end', () => sftp.end());
  sftp.on('REALPATH', (id, path) => {
    rights.alive();
    const filename = place(path);
    sftp.name(id, [{ filename, longname: filename, attrs: {} as Attributes }]);
  });
  const stat = (id: number, path: string): void => {
    rights.alive();
    if (place(path) !== '/') return status(id, STATUS_CODE.NO_SUCH_FILE);
    sftp.attrs(id, { mode: DIRECTORY, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 });
  };
  sftp.on('STAT', stat).on('LSTAT', stat);
  sftp.on('OPEN', (id, path, flags) => {
    rights.alive();
    if (!isFile(path)) return deny(id, `open ${JSON.stringify(path.slice(0, 100))}`);
    if (!(flags & OPEN_MODE.WRITE)) return deny(id, 'read'); // with both, READ is what is denied
    if (state !== 'waiting') return deny(id, 'open once more');
    state = 'open';
    sftp.handle(id, HANDLE);
  });
  sftp.on('WRITE', (id, handle, offset, data) => {
    rights.alive();
    if (state !== 'open' || !handle.equals(HANDLE)) return status(id, STATUS_CODE.FAILURE, 'write without an open file');
    try {
      rights.upload.write(offset, data);
      status(id, STATUS_CODE.OK);
    } catch (error) {
      status(id, STATUS_CODE.FAILURE, (error as Error).message);
    }
  });
  sftp.on('FSTAT', (id) => {
    rights.alive();
    sftp.attrs(id, { mode: 0o100600, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 });
  });
  // Clients set times and modes after an upload; there are none to set.
  sftp.on('FSETSTAT', (id) => status(id, STATUS_CODE.OK));
  sftp.on('SETSTAT', (id, path) => (isFile(path) ? status(id, STATUS_CODE.OK) : deny(id, 'set attributes')));
  sftp.on('CLOSE', (id, handle) => {
    rights.alive();
    if (state !== 'open' || !handle.equals(HANDLE)) return status(id, STATUS_CODE.FAILURE, 'close without an open file');
    state = 'closed';
    void finish(id);
  });
  const finish = async (id: number): Promise<void> => {
    try {
      await rights.complete(rights.upload.take());
      status(id, STATUS_CODE.OK);
    } catch (error) {
      status(id, STATUS_CODE.FAILURE, (error as Error).message);
    }
  };
  sftp.on('READ', (id) => deny(id, 'read'));
  sftp.on('OPENDIR', (id) => deny(id, 'list'));
  sftp.on('READDIR', (id) => deny(id, 'list'));
  sftp.on('REMOVE', (id) => deny(id, 'remove'));
  sftp.on('MKDIR', (id) => deny(id, 'make a folder'));
  sftp.on('RMDIR', (id) => deny(id, 'remove a folder'));
  sftp.on('RENAME', (id) => deny(id, 'rename'));
  sftp.on('SYMLINK', (id) => deny(id, 'link'));
  sftp.on('READLINK', (id) => deny(id, 'read a link'));
}
