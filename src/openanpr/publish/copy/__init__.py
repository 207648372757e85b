"""A copy of the public site looked at by whoever has it: whole, proved, linked, fresh. Python alone."""
