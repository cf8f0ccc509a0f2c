import ssh2 from 'ssh2';
import { RouterOsError, UnsupportedByVirtualRouter } from '../errors.js';
import type { UploadHook } from '../router-options.js';

const READY_MS = 10_000;
const PIECE_BYTES = 32 * 1024;

/**
 * `/tool fetch upload=yes mode=sftp` against a real server, by password and, as RouterOS does it, without a look at the host key. One
 * write after the other, then the file is closed; whatever is refused fails the fetch.
 */
export const sftpUpload: UploadHook = ({ mode, address, port, user, password, destination, contents }) => {
  if (mode !== 'sftp') throw new UnsupportedByVirtualRouter(`/tool fetch upload=yes mode=${mode}`);
  return new Promise<void>((resolve, reject) => {
    const client = new ssh2.Client();
    const fail = (error: Error): void => {
      client.destroy();
      reject(new RouterOsError(`failure: ${error.message}`));
    };
    client.on('error', fail);
    client.on('close', () => reject(new RouterOsError('failure: connection closed')));
    client.on('ready', () =>
      client.sftp((error, sftp) => {
        if (error) return fail(error);
        sftp.open(destination, 'w', (error, handle) => {
          if (error) return fail(error);
          const write = (from: number): void => {
            if (from >= contents.length) {
              return sftp.close(handle, (error) => {
                if (error) return fail(error);
                client.end();
                resolve();
              });
            }
            const piece = contents.subarray(from, from + PIECE_BYTES);
            sftp.write(handle, piece, 0, piece.length, from, (error) => (error ? fail(error) : write(from + piece.length)));
          };
          write(0);
        });
      }),
    );
    client.connect({ host: address, port: port ?? 22, username: user, password, readyTimeout: READY_MS });
  });
};
