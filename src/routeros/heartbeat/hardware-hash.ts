import { createHash } from 'node:crypto';
import type { Heartbeat } from './heartbeat.js';

/**
 * 40 hex digits that stay the same for the same hardware (the contract's hardware_hash), or null when the heartbeat names none.
 *
 * A RouterBOARD is known by its serial number, which survives a reset, a new licence and netinstall. Other hardware is known by the
 * licence's software-id (a CHR's system-id) together with the architecture: it survives a reset, and a cloned disk shares it, which is
 * the licence's own view of identity.
 */
export function hardwareHash({ routerboard, serialNumber, softwareId, architectureName }: Heartbeat): string | null {
  if (serialNumber && routerboard !== false) return sha1(`serial-number=${serialNumber}`);
  if (softwareId) return sha1(`software-id=${softwareId};architecture-name=${architectureName ?? ''}`);
  return null;
}

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');
