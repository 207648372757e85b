"""Live alerts for the control room, and the same for a patrol."""
