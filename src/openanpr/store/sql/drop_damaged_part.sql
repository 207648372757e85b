-- Drop a part that was put aside. Takes: table and name.
ALTER TABLE {table:Identifier} DROP DETACHED PART {name:String} SETTINGS allow_drop_detached = 1
