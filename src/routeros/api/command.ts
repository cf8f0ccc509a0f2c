import { InvalidCommandError } from './errors.js';

/** A command as the RouterOS API takes it. */
export interface ApiCommand {
  /** `/ip/route/print`: menus and the command, in full. */
  readonly path: string;
  /** `=name=value` arguments, `?…` query words (their order counts), `.proplist=a,b`. Values may hold any text. */
  readonly words?: readonly string[];
}

const PATH = /^(?:\/[a-z0-9][a-z0-9-]*)+$/i;
const NAME = '[A-Za-z0-9.][A-Za-z0-9._-]*';
// `=!name=` takes a property away
const ARGUMENT = new RegExp(`^=!?${NAME}=`);
const PROPLIST = /^\.proplist=/;
const QUERY = new RegExp(`^\\?(?:#[0-9!&|.]+$|-${NAME}$|=?${NAME}(?:=|$)|[<>]${NAME}=)`);

/** Commands about the connection itself, which belongs to the client. */
const CONNECTION_COMMANDS = new Set(['/login', '/cancel', '/quit']);
/** Commands that only look, so that asking twice does no harm. */
const LOOKING = /\/(?:print|getall|get|find)$/i;

const LONGEST_PATH = 300;
const MOST_WORDS = 2_000;
/** More than any value a router takes (files and scripts end at 60 kB), so that a mistake does not fill its memory. */
const MOST_BYTES = 1_048_576;

/** A caller's text, short enough for a message, without what may be a secret: the value of an argument. */
function shown(text: string): string {
  const value = text.indexOf('=', 1);
  const end = Math.min(80, value === -1 ? text.length : value + 1);
  return JSON.stringify(text.length > end ? `${text.slice(0, end)}…` : text);
}

/**
 * The sentence of a command, without its tag.
 * @throws InvalidCommandError when it has a form the API does not know, is about the connection, or is too long
 */
export function commandSentence({ path, words = [] }: ApiCommand): string[] {
  if (typeof path !== 'string' || path.length > LONGEST_PATH || !PATH.test(path))
    throw new InvalidCommandError(
      `${shown(String(path))} is no command path: write menus and command with slashes, for example /ip/route/print.`,
    );
  if (CONNECTION_COMMANDS.has(path.toLowerCase()))
    throw new InvalidCommandError(`${path} is about the connection, which is kept for you; it is no command to run.`);
  if (words.length > MOST_WORDS)
    throw new InvalidCommandError(`A command takes at most ${MOST_WORDS} words, this one has ${words.length}.`);
  let bytes = path.length;
  for (const word of words) {
    checkWord(word);
    bytes += Buffer.byteLength(word);
  }
  if (bytes > MOST_BYTES) throw new InvalidCommandError(`A command takes at most ${MOST_BYTES} bytes, this one has ${bytes}.`);
  return [path, ...words];
}

function checkWord(word: string): void {
  if (typeof word !== 'string') throw new InvalidCommandError('Every word of a command is text.');
  if (word.startsWith('.tag=')) throw new InvalidCommandError('The tag is not yours to set: replies are told apart by tags of the client.');
  if (ARGUMENT.test(word) || QUERY.test(word) || PROPLIST.test(word)) return;
  throw new InvalidCommandError(
    word === ''
      ? 'An empty word would end the command early; leave it out.'
      : `${shown(word)} is no word of a command: write =name=value for an argument, ?name=value for a query.`,
  );
}

/** Whether running the command twice is the same as once: it only reads. */
export const onlyLooks = (path: string): boolean => LOOKING.test(path);
