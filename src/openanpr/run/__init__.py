"""Settings, wiring and the command line: one file a process."""
