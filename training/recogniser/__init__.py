"""The recogniser's network, samples, training and export."""
