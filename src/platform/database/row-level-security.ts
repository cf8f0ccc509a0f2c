/**
 * The second lock: SQL that lets a connection see and write only rows of the team in its setting `rosfleet.team`.
 * FORCE binds the owner too; a superuser would pass, which is why the embedded database logs in as a plain role.
 * The settings are read once a statement (sub-selects), not once a row.
 */
export const protectTable = (table: string): string[] => [
  `ALTER TABLE "${table}" ENABLE ROW LEVEL SECURITY`,
  `ALTER TABLE "${table}" FORCE ROW LEVEL SECURITY`,
  `CREATE POLICY team_only ON "${table}" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))`,
];
