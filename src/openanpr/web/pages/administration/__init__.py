"""People, devices, profiles, retention, quarantine, jobs."""
