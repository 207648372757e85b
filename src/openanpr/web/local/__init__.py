"""What a node tells and does for its own machine: JSON over a socket that only its owner can open."""
