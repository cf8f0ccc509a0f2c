export function loadContract(file?: string): unknown;
export function check(contract: unknown, app: unknown): unknown[];
