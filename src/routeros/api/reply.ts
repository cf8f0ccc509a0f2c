import { RouterProtocolError, RouterReplyTooLargeError, RouterTrapError, type RouterApiError, type TrapCategory } from './errors.js';
import { wordText } from './sentence.js';

/** One row: properties by name, `.id` among them. Everything is text; booleans are `true` and `false`. */
export type ApiRow = Record<string, string>;

export interface ApiReply {
  /** In the order they came; none for a command that answers nothing. */
  readonly rows: readonly ApiRow[];
  /** What the command answered as a whole: the id of an added item, a count, a script's output. */
  readonly ret?: string;
}

export interface ReplyLimits {
  /** Bytes of all words of the reply; each row and each property counts 64 more, which is about what keeping it costs. */
  readonly maxBytes: number;
  readonly maxRows: number;
}

const ENTRY_COST = 64;

/** One sentence from the router. */
export interface ReplySentence {
  /** `!re`, `!done`, `!trap`, `!empty`, `!fatal`, or one not known yet. */
  readonly word: string;
  readonly tag: string | undefined;
  readonly attributes: ReadonlyMap<string, string>;
  /** Words without a name: the reason of a `!fatal`. */
  readonly text: string;
  readonly cost: number;
}

/** @throws RouterProtocolError when it does not begin with a reply word */
export function parseReply(words: readonly Buffer[]): ReplySentence {
  const word = wordText(words[0]!);
  // every reply word starts so; anything else is another protocol that happens to count alike
  if (!/^![a-z-]{1,32}$/.test(word)) throw new RouterProtocolError('The answer is not of the RouterOS API.');
  const attributes = new Map<string, string>();
  const text: string[] = [];
  let tag: string | undefined;
  let cost = ENTRY_COST;
  for (const bytes of words.slice(1)) {
    const each = wordText(bytes);
    cost += bytes.length + ENTRY_COST;
    if (each.startsWith('=')) {
      const end = each.indexOf('=', 1);
      if (end === -1) attributes.set(each.slice(1), '');
      else attributes.set(each.slice(1, end), each.slice(end + 1));
    } else if (each.startsWith('.tag=')) tag = each.slice('.tag='.length);
    else text.push(each);
  }
  return { word, tag, attributes, text: text.join(' '), cost };
}

/** What a `!fatal` or `!trap` says, however it says it. */
export const messageOf = ({ attributes, text }: ReplySentence): string => attributes.get('message') ?? text;

const categoryOf = (text: string | undefined): TrapCategory | undefined =>
  text !== undefined && /^[0-7]$/.test(text) ? (Number(text) as TrapCategory) : undefined;

/** Gathers the sentences of one command. */
export class ReplyCollector {
  private readonly rows: ApiRow[] = [];
  private readonly traps: { message: string; category: TrapCategory | undefined }[] = [];
  private cost = 0;

  constructor(private readonly limits: ReplyLimits) {}

  /** @throws RouterReplyTooLargeError */
  take(sentence: ReplySentence): void {
    this.cost += sentence.cost;
    if (this.cost > this.limits.maxBytes)
      throw new RouterReplyTooLargeError(
        `The reply is larger than ${this.limits.maxBytes} bytes; ask for fewer properties (.proplist) or rows (a query).`,
      );
    switch (sentence.word) {
      case '!re':
        if (this.rows.length >= this.limits.maxRows)
          throw new RouterReplyTooLargeError(`The reply has more than ${this.limits.maxRows} rows; narrow it with a query.`);
        this.rows.push(Object.fromEntries(sentence.attributes));
        return;
      case '!trap':
        this.traps.push({
          message: messageOf(sentence) || 'the router gives no reason',
          category: categoryOf(sentence.attributes.get('category')),
        });
        return;
      default:
        // `!empty` says that there are no rows; a word of a later RouterOS must not break what worked before it
        return;
    }
  }

  /** The whole reply, at its `!done`. */
  finish(done: ReplySentence): ApiReply | RouterApiError {
    const [first] = this.traps;
    if (first)
      return new RouterTrapError(
        first.message,
        first.category,
        this.traps.map((each) => each.message),
      );
    const ret = done.attributes.get('ret');
    return ret === undefined ? { rows: this.rows } : { rows: this.rows, ret };
  }
}
