"""Pictures in, frames out: each frame with its time and how far that time can be trusted."""
