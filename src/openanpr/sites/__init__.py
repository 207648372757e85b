"""Cameras and the case for them: need, authority, test, review, lapse; what a camera may deliver by it."""
