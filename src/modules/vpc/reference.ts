/** A protocol that runs over IP. */
export interface Protocol {
  /** IANA number. */
  readonly protocol: number;
  readonly name: string;
  readonly description: string;
}

/** A service that people know by name. */
export interface Service {
  readonly name: string;
  readonly protocol: number;
  /** As rules write ports. */
  readonly port: string;
  readonly description: string;
}

/** Any protocol, in rules. IANA gives the number to the hop-by-hop options of IPv6, which no connection consists of. */
export const ANY_PROTOCOL = 0;
export const ICMP = 1;
export const ICMPV6 = 58;
const TCP = 6;
const UDP = 17;

const protocol = (number: number, name: string, description: string): Protocol => ({ protocol: number, name, description });

/**
 * Protocols that are met in the forward chain of a router, with the numbers of
 * https://www.iana.org/assignments/protocol-numbers. Rules take every number from 0 to 255.
 */
export const PROTOCOLS: readonly Protocol[] = [
  protocol(ANY_PROTOCOL, 'any', 'Every protocol'),
  protocol(ICMP, 'icmp', 'Internet Control Message Protocol of IPv4: ping, unreachable'),
  protocol(2, 'igmp', 'Internet Group Management Protocol'),
  protocol(4, 'ip-encap', 'IPv4 in IP (IPIP tunnels)'),
  protocol(TCP, 'tcp', 'Transmission Control Protocol'),
  protocol(UDP, 'udp', 'User Datagram Protocol'),
  protocol(33, 'dccp', 'Datagram Congestion Control Protocol'),
  protocol(41, 'ipv6', 'IPv6 in IPv4 (6to4 and 6in4 tunnels)'),
  protocol(46, 'rsvp', 'Reservation Protocol'),
  protocol(47, 'gre', 'Generic Routing Encapsulation: GRE, EoIP and PPTP tunnels'),
  protocol(50, 'ipsec-esp', 'IPsec Encapsulating Security Payload'),
  protocol(51, 'ipsec-ah', 'IPsec Authentication Header'),
  protocol(ICMPV6, 'icmpv6', 'Internet Control Message Protocol of IPv6'),
  protocol(88, 'eigrp', 'Enhanced Interior Gateway Routing Protocol'),
  protocol(89, 'ospf', 'Open Shortest Path First'),
  protocol(97, 'etherip', 'Ethernet in IP'),
  protocol(103, 'pim', 'Protocol Independent Multicast'),
  protocol(108, 'ipcomp', 'IP Payload Compression'),
  protocol(112, 'vrrp', 'Virtual Router Redundancy Protocol'),
  protocol(115, 'l2tp', 'Layer Two Tunneling Protocol version 3 over IP'),
  protocol(132, 'sctp', 'Stream Control Transmission Protocol'),
  protocol(136, 'udp-lite', 'Lightweight User Datagram Protocol'),
  protocol(137, 'mpls-in-ip', 'MPLS in IP'),
];

/** Protocols with ports, as RouterOS takes them: TCP, UDP, SCTP, DCCP and UDP-Lite. */
export const WITH_PORTS: ReadonlySet<number> = new Set([TCP, UDP, 33, 132, 136]);

export const protocolName = (number: number): string => PROTOCOLS.find((one) => one.protocol === number)?.name ?? String(number);

const tcp = (port: string, name: string, description: string): Service => ({ name, protocol: TCP, port, description });
const udp = (port: string, name: string, description: string): Service => ({ name, protocol: UDP, port, description });

/** Common services at their usual ports (https://www.iana.org/assignments/service-names-port-numbers). */
export const SERVICES: readonly Service[] = [
  tcp('20-21', 'FTP', 'File transfer; data in passive mode is let through as related'),
  tcp('22', 'SSH', 'Secure shell, SCP and SFTP'),
  tcp('23', 'Telnet', 'Terminal without encryption'),
  tcp('25', 'SMTP', 'Mail between servers'),
  udp('53', 'DNS', 'Names'),
  tcp('53', 'DNS over TCP', 'Names, long answers'),
  udp('67-68', 'DHCP', 'Addresses, through a relay'),
  udp('69', 'TFTP', 'Simple file transfer'),
  tcp('80', 'HTTP', 'Web'),
  tcp('110', 'POP3', 'Fetching mail'),
  udp('123', 'NTP', 'Time'),
  tcp('143', 'IMAP', 'Reading mail'),
  udp('161', 'SNMP', 'Monitoring'),
  udp('162', 'SNMP traps', 'Monitoring, messages of devices'),
  tcp('179', 'BGP', 'Routing between networks'),
  tcp('389', 'LDAP', 'Directory'),
  tcp('443', 'HTTPS', 'Web, encrypted'),
  udp('443', 'HTTP/3', 'Web, encrypted, over QUIC'),
  tcp('445', 'SMB', 'File shares of Windows'),
  tcp('465', 'SMTPS', 'Sending mail, encrypted'),
  udp('500', 'IKE', 'Keys of IPsec'),
  udp('514', 'Syslog', 'Log messages'),
  tcp('554', 'RTSP', 'Video of cameras'),
  tcp('587', 'Submission', 'Sending mail'),
  tcp('636', 'LDAPS', 'Directory, encrypted'),
  tcp('853', 'DNS over TLS', 'Names, encrypted'),
  tcp('993', 'IMAPS', 'Reading mail, encrypted'),
  tcp('995', 'POP3S', 'Fetching mail, encrypted'),
  udp('1194', 'OpenVPN', 'Virtual private network'),
  tcp('1433', 'Microsoft SQL Server', 'Database'),
  udp('1701', 'L2TP', 'Virtual private network'),
  tcp('1723', 'PPTP', 'Virtual private network; its data is protocol 47'),
  udp('1812-1813', 'RADIUS', 'Authentication and accounting'),
  tcp('1883', 'MQTT', 'Messages of devices'),
  tcp('2049', 'NFS', 'File shares of Unix'),
  tcp('3306', 'MySQL', 'Database'),
  tcp('3389', 'RDP', 'Remote desktop of Windows'),
  udp('4500', 'IPsec NAT traversal', 'IPsec behind address translation'),
  tcp('5060-5061', 'SIP over TCP', 'Telephony, signalling'),
  udp('5060-5061', 'SIP', 'Telephony, signalling'),
  tcp('5432', 'PostgreSQL', 'Database'),
  tcp('5900', 'VNC', 'Remote desktop'),
  tcp('8080', 'HTTP (alternative)', 'Web, proxies and devices'),
  tcp('8291', 'WinBox', 'Management of MikroTik routers behind this one'),
  tcp('8443', 'HTTPS (alternative)', 'Web, encrypted, proxies and devices'),
  tcp('8883', 'MQTT over TLS', 'Messages of devices, encrypted'),
  tcp('9100', 'Printing', 'Raw printing'),
  udp('51820', 'WireGuard', 'Virtual private network'),
];
