"""Frames in, plate reads out: detect, rectify, recognise, decode, track, vote, calibrate."""
