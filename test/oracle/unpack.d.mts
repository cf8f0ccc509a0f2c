export interface Finding {
  kind: string;
  message: string;
  line: number;
  column: number;
  strict: boolean;
}
export interface RosCheck {
  check(script: string, options: { version?: string; strict?: boolean; event?: boolean; abbrev?: boolean }): Finding[];
  analyse(script: string, options?: object): { findings: Finding[]; stats: Record<string, number> };
  versions(): string[];
}
export function unpackOracle(): string;
export function loadRosCheck(): Promise<RosCheck>;
