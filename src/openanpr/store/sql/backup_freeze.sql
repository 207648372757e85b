-- Link the parts of a table, as they are now, under the folder shadow/openanpr_backup. Takes: table.
ALTER TABLE {table:Identifier} FREEZE WITH NAME 'openanpr_backup'
