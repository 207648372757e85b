"""The commands that ask the node on this machine, over the socket that only its owner can open."""
