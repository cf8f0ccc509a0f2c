import type { RouterOptions } from '../virtual-router/index.js';

interface Model {
  /** As on the label; absent for a CHR. */
  readonly model?: string;
  readonly architecture: string;
  readonly ports: number;
  readonly cpuCount: number;
}

const MODELS: readonly Model[] = [
  { model: 'RB5009UG+S+', architecture: 'arm64', ports: 8, cpuCount: 4 },
  { model: 'C52iG-5HaxD2HaxD', architecture: 'arm64', ports: 5, cpuCount: 4 }, // hAP ax²
  { model: 'CCR2004-1G-12S+2XS', architecture: 'arm64', ports: 1, cpuCount: 4 },
  { architecture: 'x86_64', ports: 4, cpuCount: 2 }, // CHR
  { model: 'RB750Gr3', architecture: 'mmips', ports: 5, cpuCount: 4 }, // hEX
  { model: 'RB4011iGS+', architecture: 'arm', ports: 10, cpuCount: 4 },
  { model: 'L009UiGS', architecture: 'arm', ports: 8, cpuCount: 2 },
  { model: 'RBD52G-5HacD2HnD', architecture: 'arm', ports: 5, cpuCount: 4 }, // hAP ac²
  { model: 'CRS326-24G-2S+', architecture: 'arm', ports: 24, cpuCount: 1 },
];

/** From the oldest that is supported to the newest; both ways of reporting a failed job among them. */
const VERSIONS: readonly string[] = [
  '7.12.1',
  '7.16.2',
  '7.24',
  '7.13.5',
  '7.18.2',
  '7.22.3',
  '7.15.3',
  '7.20.6',
  '7.14.3',
  '7.19.4',
  '7.17.2',
];

const PLACES: readonly string[] = [
  ...[
    'Amsterdam',
    'Bogotá',
    'Cape Town',
    'Dakar',
    'Edinburgh',
    'Faro',
    'Gdańsk',
    'Hanoi',
    'Istanbul',
    'Jakarta',
    'Kyoto',
    'Lisbon',
    'Montréal',
  ],
  ...['Nairobi', 'Oslo', 'Porto', 'Quito', 'Riga', 'São Paulo', 'Tallinn', 'Utrecht', 'Valletta', 'Warsaw', 'Xi’an', 'Yerevan', 'Zürich'],
];

export interface DemoRouter {
  readonly place: string;
  readonly options: RouterOptions;
}

/** The n-th router of the demo, always the same one. */
export function demoRouter(n: number): DemoRouter {
  const model = MODELS[n % MODELS.length]!;
  const round = Math.floor(n / PLACES.length);
  const place = `${PLACES[n % PLACES.length]!}${round ? ` ${round + 1}` : ''}`;
  return {
    place,
    options: {
      serial: `DEMO${String(n + 1).padStart(5, '0')}`,
      identity: place,
      version: VERSIONS[n % VERSIONS.length]!,
      ...(model.model === undefined ? {} : { model: model.model }),
      ...{ architecture: model.architecture, ethernetPorts: model.ports, cpuCount: model.cpuCount },
      uptimeMs: (n * 7919 + 3) * 60_000,
    },
  };
}

/** What the owner of a router had on it before anybody thought of rosfleet: none of it may be touched. */
export const OWNERS_CONFIGURATION = [
  '/interface bridge add name=bridge comment="office LAN"',
  '/ip address add address=192.168.88.1/24 interface=bridge',
  '/ip firewall filter add chain=input action=accept connection-state=established,related comment="keep sessions"',
  '/ip firewall filter add chain=input action=drop connection-state=invalid',
  '/system scheduler add name=nightly interval=1d start-date=2024-01-01 start-time=03:30:00 on-event="/log info \\"good night\\"" comment="the owner\'s own"',
  '/system script add name=hello source="/log info \\"hello\\""',
].join('\n');

const QUOTED = /["\\$?]/g;

/** A job that changes the router's identity and a comment. */
export const changeJob = (place: string): string =>
  `/system identity set name="${place.replace(QUOTED, '\\$&')} (managed)"\n/interface bridge set [find name=bridge] comment="office LAN, checked by rosfleet"`;

/** A job that cannot work: there is no such bridge. */
export const FAILING_JOB = '/interface bridge port add bridge=bridge-that-is-not-there interface=ether1';
