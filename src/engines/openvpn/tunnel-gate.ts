/** Somebody who wants a tunnel. */
export interface TunnelLogin {
  /** Names the connection among all that any server of ours ever had. */
  readonly connection: string;
  /** As the client sent it: any text. */
  readonly username: string;
  readonly password: string;
  /** IP address that the client comes from. */
  readonly remoteAddress: string;
}

export type Verdict =
  | {
      readonly allow: true;
      /** IPv4 address of the client in the tunnel. */
      readonly address: string;
    }
  | {
      readonly allow: false;
      /** For the log; the client hears only that it failed. */
      readonly reason: string;
    };

/** Who may connect, and what became of those who did. Calls about one connection come in their order. */
export interface TunnelGate {
  /**
   * Judges a login: of a new client, and once an hour again of one that is connected, whose tunnel ends when it is refused or
   * given another address. When it throws, the client is refused.
   */
  admit(login: TunnelLogin): Promise<Verdict>;
  /** The tunnel is up. */
  opened(tunnel: Omit<TunnelLogin, 'password'>): void;
  /** A connection that was let in ended, after so many bytes from the client and to it; its tunnel may never have come up. */
  closed(connection: string, bytesIn: number, bytesOut: number): void;
  /** So many bytes so far. */
  carried(connection: string, bytesIn: number, bytesOut: number): void;
}
