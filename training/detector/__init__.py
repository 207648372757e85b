"""How the plate detector was made: drawn scenes over photographs, a small network, its training and its export."""
