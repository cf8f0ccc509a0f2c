import { compareVersions } from '../heartbeat/index.js';
import {
  and,
  at,
  builtin,
  command,
  concat,
  equal,
  find,
  get,
  greater,
  len,
  less,
  minus,
  not,
  plus,
  script,
  seconds,
  type Script,
  toText,
  unequal,
  v,
  word,
} from '../script/index.js';
import { absoluteUrl, base62, certificateCheck, InvalidRenderInput, type RouterLink } from './link.js';
import { EXPORT_FILE } from './names.js';

/** Where a router uploads its export by SFTP. RouterOS does not check the key of an SFTP server. */
export interface SftpUpload {
  /** Name or address, and port, under which the router reaches the server. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Letters and digits; good for one login. */
  readonly password: string;
  /** Name of the file on the server. */
  readonly name: string;
}

export interface BackupInput {
  readonly link: RouterLink;
  /** RouterOS version of this router. */
  readonly version: string;
  /** Null where the server has no SFTP. */
  readonly sftp: SftpUpload | null;
  /** Signed; takes the export in pieces, each with its Content-Range. */
  readonly uploadUrl: string;
}

/** `/file read` gives at most so much at a time (manual: Files). */
const PIECE_BYTES = 32_768;
const PIECE_TRIES = 5;
const PAUSE = seconds(3);
/**
 * Nothing tells that an export is finished but that its size rests: for so long at least, and for a quarter of the time that it has taken
 * so far. Small boards write in bursts, and think long about some menus.
 */
const REST_SECONDS = 10;
const REST_SHARE = 4;
/** Boards exist that take more than a minute; a job that takes 15 minutes is given up by the server. */
const MOST_SECONDS = 600;
const HOST = /^[A-Za-z0-9.:-]{1,253}$/;
const NAME = /^\d{1,12}\.rsc$/;
const USER = /^[0-9a-f-]{36}$/;

const FILE = `${EXPORT_FILE}.rsc`;
const ours = find('/file', { name: FILE });

/**
 * Exports the configuration and uploads it: by SFTP, and where that fails by HTTPS in pieces, which needs `/file read` (RouterOS 7.13).
 * The file goes whatever happens. Raises an error that says why there is no backup.
 *
 * `/export` may answer before its file is complete, so the upload waits until there is one whose size rests.
 * @throws InvalidRenderInput
 */
export function renderBackup({ link, version, sftp, uploadUrl }: BackupInput): Script {
  const byHttp = compareVersions(version, '7.13') >= 0;
  return script((s) => {
    s.local('backupError', '').local('backupSize', 0);
    s.remove('/file', ours); // of an attempt that lost its power
    s.command('/', 'export', { args: { file: EXPORT_FILE } });
    s.append(waitForFile());
    s.if(equal(v('backupSize'), 0), (s) => s.assign('backupError', `the export was not complete after ${MOST_SECONDS} s`));
    s.local('backupSent', false);
    if (sftp) s.if(greater(v('backupSize'), 0), (s) => s.tryDo(script((s) => s.append(sftpUpload(sftp)).assign('backupSent', true)), (s) => s.assign('backupError', 'the SFTP upload failed'))); // prettier-ignore
    if (byHttp) {
      const pieces = script((s) => s.append(uploadInPieces(link, uploadUrl)).assign('backupSent', true));
      s.if(and(greater(v('backupSize'), 0), not(v('backupSent'))), (s) =>
        s.tryDo(pieces, (s) => s.assign('backupError', sftp ? 'neither SFTP nor HTTPS took it' : 'the upload by HTTPS failed')),
      );
    }
    s.remove('/file', ours);
    s.if(not(v('backupSent')), (s) => s.error(concat('No backup: ', v('backupError'))));
  });
}

/** Sets `backupSize` to the bytes of the finished export; it stays 0 when there is none in time. */
function waitForFile(): Script {
  return script((s) => {
    s.local('rest', 0).local('waited', 0).local('seen', '');
    const rested = and(not(less(v('rest'), REST_SECONDS * REST_SHARE)), not(less(v('rest'), v('waited'))));
    s.while(and(not(rested), less(v('waited'), MOST_SECONDS)), (s) => {
      s.delay(seconds(1)).assign('waited', plus(v('waited'), 1));
      s.local('now', '');
      s.if(greater(len(ours), 0), (s) => s.assign('now', toText(get('/file', ours, 'size'))));
      s.if(
        and(equal(v('now'), v('seen')), and(unequal(v('now'), ''), unequal(v('now'), '0'))),
        (s) => s.assign('rest', plus(v('rest'), REST_SHARE)),
        (s) => s.assign('rest', 0).assign('seen', v('now')),
      );
    });
    s.if(rested, (s) => s.assign('backupSize', builtin('tonum', v('seen'))));
  });
}

function sftpUpload({ host, port, user, password, name }: SftpUpload): Script {
  if (!HOST.test(host)) throw new InvalidRenderInput('sftp.host', host, 'a host name or an address');
  if (!USER.test(user)) throw new InvalidRenderInput('sftp.user', user, 'the UUID of a site');
  if (!NAME.test(name)) throw new InvalidRenderInput('sftp.name', name, '<unix time>.rsc');
  const login = { address: host, port, user, password: base62('sftp.password', password) };
  return script((s) =>
    s.command('/tool', 'fetch', { args: { upload: true, mode: word('sftp'), ...login, 'src-path': FILE, 'dst-path': name } }),
  );
}

/** Each piece says where it belongs, so that one that is sent twice does no harm. */
function uploadInPieces(link: RouterLink, uploadUrl: string): Script {
  const url = absoluteUrl('uploadUrl', uploadUrl);
  const read = command('/file', 'read', { args: { file: FILE, offset: v('begin'), 'chunk-size': PIECE_BYTES }, flags: ['as-value'] });
  const range = concat(
    ...['Content-Type:application/octet-stream,Content-Range:bytes ', v('begin'), '-', minus(v('next'), 1), '/', v('backupSize')],
  );
  const args = { url, ...certificateCheck(link, uploadUrl), 'http-method': word('post'), 'http-header-field': range, output: word('none') };
  return script((s) => {
    s.local('begin', 0);
    s.while(less(v('begin'), v('backupSize')), (s) => {
      s.local('piece', at(read, 'data'));
      s.local('next', plus(v('begin'), len(v('piece'))));
      s.if(equal(v('begin'), v('next')), (s) => s.error('the export ended early'));
      s.local('tries', 0);
      s.while(less(v('tries'), PIECE_TRIES), (s) =>
        s.tryDo(
          (s) => s.command('/tool', 'fetch', { args: { ...args, 'http-data': v('piece') } }).assign('tries', PIECE_TRIES + 1),
          (s) => s.assign('tries', plus(v('tries'), 1)).delay(PAUSE),
        ),
      );
      s.if(equal(v('tries'), PIECE_TRIES), (s) => s.error('a piece was not taken'));
      s.assign('begin', v('next'));
    });
  });
}
