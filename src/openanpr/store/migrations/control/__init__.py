"""The control database step by step; Alembic runs these files."""
