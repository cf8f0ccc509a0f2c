import { Injectable } from '@nestjs/common';
import { randomBytes, randomInt } from 'node:crypto';

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Where unguessable and jittering values come from; injected so that tests can fix them. */
@Injectable()
export class Random {
  bytes(count: number): Buffer {
    return randomBytes(count);
  }

  /** A text of letters and digits, 5.95 bits a character. */
  alphanumeric(length: number): string {
    return this.text(length, LETTERS_AND_DIGITS);
  }

  /** A text of signs of an alphabet, each as likely as the next. */
  text(length: number, alphabet: string): string {
    return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]!).join('');
  }

  /** A number from 0 (included) to 1 (excluded); not for secrets. */
  fraction(): number {
    return Math.random();
  }
}
