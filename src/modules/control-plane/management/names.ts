/** The section that keeps the way from us to a router: tunnel, user, and the rule that lets us in. */
export const MANAGEMENT_SECTION = 'management';
/** The section that holds the ports of services; see the policies. */
export const POLICY_SECTION = 'policy';
