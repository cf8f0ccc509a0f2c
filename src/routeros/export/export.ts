/** What `/export` wrote, read. Text is as a person sees it: escapes decoded, continuations joined. */
export interface RouterExport {
  readonly header: ExportHeader;
  readonly commands: readonly ExportCommand[];
  /** Every `#` line outside the header: RouterOS writes them about the state of that moment, none is configuration. */
  readonly comments: readonly ExportComment[];
  /** What is not understood, as it stands. A real export has none. */
  readonly opaque: readonly OpaqueLine[];
  /** Menus that RouterOS says it could not export (`#error exporting …`), as `/ip/socks`; their items are unknown, not gone. */
  readonly failedMenus: readonly string[];
  /** False when the router broke off (`#interrupted`). An export that just ends looks complete. */
  readonly complete: boolean;
}

/** The comment lines an export begins with; null where it does not say. */
export interface ExportHeader {
  /** Local time of the router without a zone, ISO 8601: `2024-05-01T12:00:00`. `2024-05-01` where the header has no time. */
  readonly date: string | null;
  /** `7.16.2`, `6.49.10`, `7.24beta2`. */
  readonly version: string | null;
  readonly softwareId: string | null;
  readonly model: string | null;
  readonly serial: string | null;
}

export interface ExportCommand {
  /** `/ip/firewall/filter`, however the export spells it (blanks or slashes). */
  readonly menu: string;
  /** `add`, `set`, rarely `remove`, `unset`, `enable`, `disable`, `move`. */
  readonly verb: string;
  /** Which item `set` means; null for `add` and for menus that are one item. */
  readonly selector: ExportSelector | null;
  /** In the order of the export; `channel.band=… .width=…` are `channel.band` and `channel.width`. */
  readonly properties: ReadonlyMap<string, string>;
  /** Bare words: `blackhole`, `!forwarding-override`. */
  readonly flags: readonly string[];
  /** First and last line of the file, from 1. */
  readonly line: number;
  readonly lastLine: number;
}

export interface ExportSelector {
  /** As a person writes it: `[find default-name=ether1]`, `telnet`, `0`, `*1`. */
  readonly text: string;
  /** What `[ find … ]` asks for; null for names and numbers, and where `find` has more than `name=value`. */
  readonly find: ReadonlyMap<string, string> | null;
}

export interface ExportComment {
  /** Without `#` and the blank after it. */
  readonly text: string;
  readonly line: number;
}

export interface OpaqueLine {
  /** The menu it stands in; empty before the first. */
  readonly menu: string;
  readonly text: string;
  readonly line: number;
}

/** One difference between two exports. */
export interface ExportChange {
  readonly kind: 'added' | 'removed' | 'changed' | 'moved';
  /** `/ip/firewall/filter`; empty for the header (RouterOS version, model, serial number, software id). */
  readonly menu: string;
  /** The item as a person names it: `wan`, `10.0.0.0/24 on bridge`, `rule 3 "drop the rest"`; empty for a menu that is one item. */
  readonly item: string;
  /** Every property of an added or removed item, what differs of a changed one, none of a moved one. By name. */
  readonly properties: readonly PropertyChange[];
  /** A changed item that also stands elsewhere now. */
  readonly moved: boolean;
  /** Other items that name this one and changed only for its new name. */
  readonly references: number;
  /** An item that rosfleet put there (comment `rosfleet:…`, name `rosfleet-…`), before or after. */
  readonly isOurs: boolean;
  /** First line in each file; null where there is none. */
  readonly fromLine: number | null;
  readonly toLine: number | null;
}

export interface PropertyChange {
  readonly name: string;
  /** Null where the property is not in the export (RouterOS leaves defaults out). Secrets are `SECRET_MARK`. */
  readonly from: string | null;
  readonly to: string | null;
  /** What changed is a secret, or a secret inside (of a script, say): `from` and `to` may be equal then. */
  readonly secret: boolean;
}

export interface MaskOptions {
  /**
   * Makes each mark end in four characters that depend on the secret and the salt, so that a diff shows that a secret
   * changed. Use a secret salt of the site: with one salt for many sites the marks would tell which share a secret.
   */
  readonly salt?: string | Uint8Array;
}

export interface UnifiedDiffOptions {
  /** Bare names for the lines `---` and `+++`. */
  readonly from: string;
  readonly to: string;
  /** Unchanged lines around a change, 3 when not given. */
  readonly context?: number;
}

/** A local network of a router. */
export interface Subnet {
  /** In CIDR form, for example `192.168.88.0/24`. */
  readonly subnet: string;
  /** The router's own address in it. */
  readonly address: string;
  readonly interface: string;
  readonly comment: string | null;
  /** What the interface is. */
  readonly interfaceType: 'bridge' | 'vlan' | 'ethernet' | 'other';
  /** VLAN id and the interface below, when it is a VLAN. */
  readonly vlan: { readonly id: number; readonly on: string } | null;
  /** The comment of the interface. */
  readonly interfaceComment: string | null;
  readonly source: '/ip/address';
  /** DHCP networks inside this subnet. */
  readonly dhcp: readonly {
    readonly network: string;
    readonly gateway: string | null;
    readonly dns: readonly string[];
    readonly comment: string | null;
  }[];
  /** Pools with at least one range inside this subnet; ranges as RouterOS writes them. */
  readonly pools: readonly { readonly name: string; readonly ranges: readonly string[] }[];
}
