"""The public site served: pages pressed beforehand, and forms that can open a case and nothing else."""
