export { covering, IpNetwork, withoutContained } from './ip-network.js';
export { ipv4Number, Ipv4Range, ipv4Text } from './ipv4-range.js';
