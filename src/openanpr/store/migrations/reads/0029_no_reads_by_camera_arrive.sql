-- As 0027, for the order of cameras.
DROP VIEW IF EXISTS reads_by_camera_arrive
