"""How the plate detector was made: drawn scenes, a small network, its training and its export."""
